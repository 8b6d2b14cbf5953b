"""Cases of the composition rules, by theme: a rule is shown by one of them at least."""

from __future__ import annotations

from tests.federation.rules import (
    contexts,
    costs,
    external,
    fieldsets,
    inaccessible,
    inputs,
    interfaces,
    link_names,
    links,
    override,
    satisfiability,
    security,
    shareable,
    types,
)
from tests.federation.rules.case import Case

CASES: tuple[Case, ...] = (
    *links.CASES,
    *link_names.CASES,
    *types.CASES,
    *inputs.CASES,
    *fieldsets.CASES,
    *external.CASES,
    *interfaces.CASES,
    *override.CASES,
    *shareable.CASES,
    *inaccessible.CASES,
    *security.CASES,
    *satisfiability.CASES,
    *contexts.CASES,
    *costs.CASES,
)
