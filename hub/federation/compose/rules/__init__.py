"""Composition rules, one per file: a new rule is a new file and one more name here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from hub.errors import StartRefused
from hub.federation.compose.model import Subgraph
from hub.federation.supergraph import Supergraph

BEFORE_MERGE: tuple[Callable[[Sequence[Subgraph]], Iterator[StartRefused]], ...] = ()
AFTER_MERGE: tuple[Callable[[Supergraph], Iterator[StartRefused]], ...] = ()
