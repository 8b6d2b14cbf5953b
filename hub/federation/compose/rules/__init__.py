"""Composition rules by theme, in stages: a new rule is a function in its theme's module and a row of its RULES.

A stage only runs if the stages before it found nothing. Each subgraph passes the stages of a subgraph by itself: a
composition that fails tells the failures of each, or else every failure of one stage of the subgraphs together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from hub.federation.compose.rules import (
    contexts,
    costs,
    definitions,
    documents,
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
from hub.federation.compose.subgraph_model import Subgraph
from hub.federation.errors import RuleViolation
from hub.federation.supergraph import Supergraph

SubgraphsRule = Callable[[Sequence[Subgraph]], Iterator[RuleViolation]]
SupergraphRule = Callable[[Supergraph], Iterator[RuleViolation]]

SDL_STAGES: tuple[tuple[SubgraphsRule, ...], ...] = (
    (*documents.RULES, *definitions.RULES, *links.SDL_RULES, *link_names.SDL_RULES, *inaccessible.SDL_RULES),
    documents.GRAPHQL_RULES,
)
"""Each subgraph by itself, as written, before it is upgraded to Federation 2."""

WRITTEN_RULES: tuple[SubgraphsRule, ...] = (*types.WRITTEN_RULES, *interfaces.WRITTEN_RULES)
"""The subgraphs together, as written."""

OWN_STAGES: tuple[tuple[SubgraphsRule, ...], ...] = (
    (
        *fieldsets.OWN_RULES,
        *external.OWN_RULES,
        *interfaces.OWN_RULES,
        *shareable.OWN_RULES,
        *security.OWN_RULES,
        *contexts.OWN_RULES,
        *costs.OWN_RULES,
    ),
)
"""Each subgraph by itself, once it is of Federation 2."""

SUBGRAPH_STAGES: tuple[tuple[SubgraphsRule, ...], ...] = (
    documents.NAME_RULES,
    (
        *types.RULES,
        *inputs.RULES,
        *external.RULES,
        *interfaces.RULES,
        *override.RULES,
        *shareable.RULES,
        *links.RULES,
        *contexts.RULES,
    ),
    fieldsets.RULES,
)
"""The subgraphs together, before they are merged."""

MERGED_STAGES: tuple[tuple[SupergraphRule, ...], ...] = (
    (*interfaces.MERGED_RULES, *security.MERGED_RULES),
    (*documents.MERGED_RULES, *inaccessible.MERGED_RULES),
    satisfiability.RULES,
)
"""The supergraph, once merged."""
