"""Composition: read each subgraph, let every rule speak, merge, print, read back, check that all can be served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hub.errors import CompositionFailed, StartRefused
from hub.federation.compose.merge import merge
from hub.federation.compose.print import print_supergraph
from hub.federation.compose.read import read
from hub.federation.compose.rules import AFTER_MERGE, BEFORE_MERGE
from hub.federation.supergraph import Supergraph, read_supergraph
from schema.categories import SPEC


@dataclass(frozen=True, slots=True)
class Source:
    """One subgraph to compose: name, URL that the gateway calls, SDL."""

    name: str
    url: str
    sdl: str


def compose(sources: Sequence[Source], *, kept_specs: Sequence[str] = (SPEC,)) -> Supergraph:
    """The supergraph of the subgraphs; raises CompositionFailed with every failure of the stage that failed.

    Directives of `kept_specs` stay in the supergraph without `@composeDirective`.
    """
    subgraphs = []
    failures: list[StartRefused] = []
    for source in sources:
        try:
            subgraphs.append(read(source.name, source.url, source.sdl))
        except StartRefused as error:
            failures.append(error)
    if not failures:
        failures = [failure for rule in BEFORE_MERGE for failure in rule(subgraphs)]
    if failures:
        raise CompositionFailed(failures)
    supergraph = read_supergraph(print_supergraph(subgraphs, merge(subgraphs, kept_specs)))
    failures = [failure for check in AFTER_MERGE for failure in check(supergraph)]
    if failures:
        raise CompositionFailed(failures)
    return supergraph
