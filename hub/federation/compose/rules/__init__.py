"""Composition rules by theme, in stages: a new rule is a function in its theme's module and a row of its RULES.

A stage only runs if the stages before it found nothing; a composition that fails tells every failure of one stage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from hub.federation.compose.rules import (
    contexts,
    costs,
    documents,
    external,
    fieldsets,
    inaccessible,
    inputs,
    interfaces,
    links,
    override,
    satisfiability,
    security,
    shareable,
    types,
)
from hub.federation.compose.subgraph_model import Subgraph
from hub.federation.errors import RuleViolation
from hub.federation.supergraph import Supergraph

SubgraphsRule = Callable[[Sequence[Subgraph]], Iterator[RuleViolation]]
SupergraphRule = Callable[[Supergraph], Iterator[RuleViolation]]

SDL_STAGES: tuple[tuple[SubgraphsRule, ...], ...] = (
    (*documents.RULES, *links.SDL_RULES, *inaccessible.SDL_RULES),
    documents.GRAPHQL_RULES,
)
"""Each subgraph by itself, as written, before it is upgraded to Federation 2."""

SUBGRAPH_STAGES: tuple[tuple[SubgraphsRule, ...], ...] = (
    (
        *types.RULES,
        *inputs.RULES,
        *fieldsets.RULES,
        *external.RULES,
        *interfaces.RULES,
        *override.RULES,
        *shareable.RULES,
        *links.RULES,
        *security.RULES,
        *contexts.RULES,
        *costs.RULES,
    ),
)
"""The subgraphs together, before they are merged."""

MERGED_STAGES: tuple[tuple[SupergraphRule, ...], ...] = (
    (*interfaces.MERGED_RULES, *inaccessible.MERGED_RULES, *security.MERGED_RULES),
    satisfiability.RULES,
)
"""The supergraph, once merged."""
