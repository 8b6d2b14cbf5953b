"""The hub: one GraphQL graph over four subgraphs, with the RGPD enforced per field."""
