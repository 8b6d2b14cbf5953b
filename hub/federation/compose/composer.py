"""Composition: read each subgraph, let every rule speak, merge, print, read back, check that all can be served."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from hub.errors import CompositionFailed, StartRefused
from hub.federation.compose.hints import HINTS
from hub.federation.compose.hints.hint import Hint
from hub.federation.compose.merger import merge
from hub.federation.compose.printer import print_supergraph
from hub.federation.compose.rules import AFTER_MERGE, AS_WRITTEN, BEFORE_MERGE
from hub.federation.compose.subgraph_model import Subgraph
from hub.federation.compose.subgraph_reader import read
from hub.federation.compose.upgrade import upgraded
from hub.federation.supergraph import Supergraph
from hub.federation.supergraph_reader import read_supergraph
from schema.categories import SPEC

Judged = TypeVar("Judged")


@dataclass(frozen=True, slots=True)
class Source:
    """One subgraph to compose: name, URL that the gateway calls, SDL."""

    name: str
    url: str
    sdl: str


@dataclass(frozen=True, slots=True)
class Composition:
    """The supergraph, and what its authors may want to know."""

    supergraph: Supergraph
    hints: tuple[Hint, ...]


def compose(sources: Sequence[Source], *, kept_specs: Sequence[str] = (SPEC,)) -> Supergraph:
    """The supergraph of the subgraphs, as `composition` makes it."""
    return composition(sources, kept_specs=kept_specs).supergraph


def composition(sources: Sequence[Source], *, kept_specs: Sequence[str] = (SPEC,)) -> Composition:
    """The supergraph of the subgraphs, with hints; raises CompositionFailed with every failure of the stage that failed
    first.

    Directives of `kept_specs` stay in the supergraph without `@composeDirective`.
    """
    written = _each(partial(read, each.name, each.url, each.sdl) for each in sources)
    _judge(AS_WRITTEN, written)
    subgraphs = _each(partial(upgraded, each) for each in written)
    _judge(BEFORE_MERGE, subgraphs)
    supergraph = read_supergraph(print_supergraph(subgraphs, merge(subgraphs, kept_specs)))
    _judge(AFTER_MERGE, supergraph)
    return Composition(supergraph, tuple(hint for check in HINTS for hint in check(subgraphs)))


def _each(made: Iterable[Callable[[], Subgraph]]) -> list[Subgraph]:
    """All the subgraphs, or the failure of each that can't be made."""
    subgraphs = []
    failures = []
    for make in made:
        try:
            subgraphs.append(make())
        except StartRefused as error:
            failures.append(error)
    if failures:
        raise CompositionFailed(failures)
    return subgraphs


def _judge(stages: Iterable[Iterable[Callable[[Judged], Iterator[StartRefused]]]], judged: Judged) -> None:
    for stage in stages:
        failures = [failure for rule in stage for failure in rule(judged)]
        if failures:
            raise CompositionFailed(failures)
