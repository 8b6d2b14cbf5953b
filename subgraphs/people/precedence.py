"""Which source is believed over which about a person: whoever adds a source that writes people adds its name here.

For each group of values the sources stand in tiers, the most believed first; within a tier the newest record wins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from subgraphs.kit.errors import DeclarationError

Tiers = tuple[tuple[str, ...], ...]

ITEMS = ("orientations", "emplois", "ft-actions", "immersion-facile")
"""Sources of items, which name their person only so that it is found."""
ASKED_SOURCES = ("france-travail", "api-particulier")
"""Sources that the hub asks about people whom others know: an answer is no contact with the person, and keeps nobody
in the hub."""
UNTOLD = (*ITEMS, "api-particulier")
"""Sources of which no statement is shown: one of items would tell of an item that its own rules may hide, and API
Particulier repeats the names that it was asked by."""


CONTACT = ("Contact", "Address")
"""Types of the ways of contact."""


class Ranks(dict[str, int]):
    """Rank of each source, 0 for the most believed; a source without a rank raises DeclarationError."""

    def __init__(self, tiers: Tiers) -> None:
        super().__init__({source: rank for rank, tier in enumerate(tiers) for source in tier})

    def __missing__(self, source: str) -> int:
        raise DeclarationError(f"source {source}: no rank among the others; add it to {__name__}")


@dataclass(frozen=True, slots=True)
class Precedence:
    """Ranks of the sources for the identity and the situation of a person, and for its ways of contact."""

    identity: Ranks
    contact: Ranks

    def of(self, coordinate: str) -> Ranks:
        """The ranks by which the value of a field is chosen; the day of rights and duties goes with the contacts."""
        of_contact = coordinate.partition(".")[0] in CONTACT or coordinate == "Rsa.rightsAndDutiesSince"
        return self.contact if of_contact else self.identity

    def check(self, sources: Iterable[str]) -> None:
        """Raise DeclarationError unless each of these sources has its ranks."""
        for source in sources:
            _ = self.identity[source], self.contact[source]


PRECEDENCE = Precedence(
    identity=Ranks(
        (
            ("cnaf-flux",),
            ("france-travail", "ft-extrait"),
            ("rdv-insertion",),
            ("carnet-de-bord",),
            ("dsp",),
            ("cnaf-contact", "droits", "referents", "api-particulier", *ITEMS),
        )
    ),
    contact=Ranks(
        (
            ("rdv-insertion",),
            ("carnet-de-bord",),
            ("cnaf-contact",),
            ("cnaf-flux",),
            ("france-travail", "ft-extrait"),
            ("dsp", "droits", "referents", "api-particulier", *ITEMS),
        )
    ),
)
