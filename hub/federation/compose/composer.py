"""Composition: read each subgraph, check every rule, merge, print the supergraph, read it back and check it again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hub.federation.compose.hints import HINTS, Hint
from hub.federation.compose.merger import merge
from hub.federation.compose.printer import print_supergraph
from hub.federation.compose.rules import MERGED_STAGES, OWN_STAGES, SDL_STAGES, SUBGRAPH_STAGES, WRITTEN_RULES
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
    subgraphs = _each_by_itself(sources)
    for stage in SUBGRAPH_STAGES:
        _raise_any(_failures(stage, subgraphs))
    supergraph = read_supergraph(print_supergraph(subgraphs, merge(subgraphs, kept_specs)))
    for supergraph_stage in MERGED_STAGES:
        _raise_any(_failures(supergraph_stage, supergraph))
    return Composition(supergraph, tuple(hint for rule in HINTS for hint in rule(subgraphs)))


def _each_by_itself(sources: Sequence[Source]) -> Sequence[Subgraph]:
    """The subgraphs, each read, checked, upgraded to Federation 2 and checked again.

    Raises CompositionFailed with the failures of each. One of Federation 1 is only upgraded if all others are
    right as written, for the upgrade depends on them."""
    failures: list[RuleViolation] = []
    as_written: list[Subgraph] = []
    for source in sources:
        try:
            subgraph = read_subgraph(source.name, source.url, source.sdl)
        except RuleViolation as failure:
            failures.append(failure)
            continue
        own_failures = _first_failures(SDL_STAGES, [subgraph])
        failures.extend(own_failures)
        if not own_failures:
            as_written.append(subgraph)
    complete = not failures
    if complete:
        failures.extend(_failures(WRITTEN_RULES, as_written))
    upgraded: list[Subgraph] = []
    for subgraph in as_written:
        if complete or subgraph.is_federation2:
            try:
                upgraded.append(upgrade_subgraph(subgraph, as_written))
            except RuleViolation as failure:
                failures.append(failure)
    for subgraph in upgraded:
        failures.extend(_first_failures(OWN_STAGES, [subgraph]))
    _raise_any(failures)
    return upgraded


def _first_failures(
    stages: Iterable[Iterable[Callable[[Checked], Iterator[RuleViolation]]]], checked: Checked
) -> list[RuleViolation]:
    """The failures of the first stage that finds any."""
    return next(filter(None, (_failures(stage, checked) for stage in stages)), [])


def _failures(stage: Iterable[Callable[[Checked], Iterator[RuleViolation]]], checked: Checked) -> list[RuleViolation]:
    return [failure for rule in stage for failure in rule(checked)]


def _raise_any(failures: Sequence[RuleViolation]) -> None:
    if failures:
        raise CompositionFailed(failures)
