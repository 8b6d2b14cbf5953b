"""Who may read which field, for what purpose: policies as data, one decision table, residual and guard."""
