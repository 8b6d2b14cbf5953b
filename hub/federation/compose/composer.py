"""Composition: read each subgraph, check every rule, merge, print the supergraph, read it back and check it again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from hub.federation.compose.hints import HINTS, Hint
from hub.federation.compose.merger import merge
from hub.federation.compose.printer import print_supergraph
from hub.federation.compose.rules import MERGED_STAGES, SDL_STAGES, SUBGRAPH_STAGES
from hub.federation.compose.subgraph_model import Subgraph
from hub.federation.compose.subgraph_reader import read_subgraph
from hub.federation.compose.upgrade import upgrade_subgraph
from hub.federation.errors import CompositionFailed, RuleViolation
from hub.federation.supergraph import Supergraph
from hub.federation.supergraph_reader import read_supergraph
from schema.categories import SPEC

Checked = TypeVar("Checked", Sequence[Subgraph], Supergraph)


@dataclass(frozen=True, slots=True)
class Source:
    """One subgraph to compose: name, URL that the gateway calls, SDL."""

    name: str
    url: str
    sdl: str


@dataclass(frozen=True, slots=True)
class Composition:
    """The supergraph, and hints for the authors of its subgraphs."""

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
    as_written = _all_subgraphs(partial(read_subgraph, source.name, source.url, source.sdl) for source in sources)
    _check(SDL_STAGES, as_written)
    subgraphs = _all_subgraphs(partial(upgrade_subgraph, subgraph) for subgraph in as_written)
    _check(SUBGRAPH_STAGES, subgraphs)
    supergraph = read_supergraph(print_supergraph(subgraphs, merge(subgraphs, kept_specs)))
    _check(MERGED_STAGES, supergraph)
    return Composition(supergraph, tuple(hint for rule in HINTS for hint in rule(subgraphs)))


def _all_subgraphs(factories: Iterable[Callable[[], Subgraph]]) -> Sequence[Subgraph]:
    """All the subgraphs; raises CompositionFailed with the failure of each that can't be made."""
    subgraphs = []
    failures = []
    for factory in factories:
        try:
            subgraphs.append(factory())
        except RuleViolation as failure:
            failures.append(failure)
    if failures:
        raise CompositionFailed(failures)
    return subgraphs


def _check(stages: Iterable[Iterable[Callable[[Checked], Iterator[RuleViolation]]]], checked: Checked) -> None:
    for stage in stages:
        failures = [failure for rule in stage for failure in rule(checked)]
        if failures:
            raise CompositionFailed(failures)
