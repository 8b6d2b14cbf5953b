"""One case of a composition rule: subgraphs that violate it, its coordinate and subgraphs, corrected subgraphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hub.federation.compose.composer import Source

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.{minor}", import: [{names}])\n'
NAMES = (
    '"@key", "@requires", "@provides", "@external", "@extends", "@shareable", "@override", "@inaccessible", "@tag", '
    '"@composeDirective", "@interfaceObject", "@authenticated", "@requiresScopes", "@policy"'
)
HEAD = LINK.format(minor=9, names=f'{NAMES}, "@context", "@fromContext", "@listSize"')

TWO = ("s0", "s1")
"""Names of the first two subgraphs of a case."""

Q = "type Query { a: T } "
K = 'type T @key(fields: "id") '


@dataclass(frozen=True, slots=True)
class Case:
    """`bad` and `good`: SDLs of subgraphs s0, s1…; linked to federation v2.9 unless `raw`. `subgraphs` must be among
    those of the failure."""

    code: str
    coordinate: str
    bad: Sequence[str]
    good: Sequence[str]
    subgraphs: tuple[str, ...] = ("s0",)
    raw: bool = False
    strict: bool = False
    """Refused by us alone, since the composition would lose or expose data; Apollo's composition accepts it."""

    def sources(self, sdls: Sequence[str]) -> list[Source]:
        """The subgraphs as they are composed."""
        return [
            Source(f"s{number}", f"http://s{number}.example", sdl if self.raw else HEAD + sdl)
            for number, sdl in enumerate(sdls)
        ]
