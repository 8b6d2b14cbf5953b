"""Composition rules, one per file: a new rule is a new file and one more name here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.model import Subgraph
from hub.federation.compose.rules import (
    argument_types,
    enum_values,
    external_base,
    external_unused,
    field_types,
    key_fields,
    override,
    provides_fields,
    queries,
    requires_fields,
    satisfiability,
    sharing,
    subgraph_names,
    type_kinds,
)
from hub.federation.supergraph import Supergraph

BEFORE_MERGE: tuple[Callable[[Sequence[Subgraph]], Iterator[StartRefused]], ...] = (
    subgraph_names.check,
    queries.check,
    type_kinds.check,
    field_types.check,
    argument_types.check,
    key_fields.check,
    requires_fields.check,
    provides_fields.check,
    external_unused.check,
    external_base.check,
    override.check,
    sharing.check,
    enum_values.check,
)
AFTER_MERGE: tuple[Callable[[Supergraph], Iterator[StartRefused]], ...] = (satisfiability.check,)
