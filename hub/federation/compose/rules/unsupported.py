"""UNSUPPORTED_FEATURE: a directive that this composition would drop is refused, so that nothing it says is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphql import DirectiveNode, Visitor, visit

from hub.errors import StartRefused
from hub.federation.compose.model import Subgraph
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.specification import UNSUPPORTED


def check(subgraphs: Sequence[Subgraph]) -> Iterator[StartRefused]:
    """One failure per directive and subgraph."""
    for subgraph in subgraphs:
        for name in sorted(_applied(subgraph)):
            yield failure(
                "UNSUPPORTED_FEATURE",
                f"@{name}",
                [subgraph.name],
                "cette directive de la fédération n'est pas servie",
                "Retirez-la de ce sous-graphe",
            )


def _applied(subgraph: Subgraph) -> set[str]:
    found: set[str] = set()

    class Collector(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: object) -> None:
            name = subgraph.local.get(node.name.value)
            if name in UNSUPPORTED:
                found.add(name)

    visit(subgraph.document, Collector())
    return found
