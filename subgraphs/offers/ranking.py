"""Which services come first for a person: the rule of `Person.suggestedServices`, pure and without SQL.

Services within `RADIUS_KM` of the person's commune are offered, and those that are anywhere: one that answers an open
constraint comes first; then the nearest, an unknown distance last; then the key, as bytes. Nothing else of the person
counts. `subgraphs.offers.suggestions` says the same in SQL with the same constants, and a test holds both together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from subgraphs.kit.distance import Position

OPEN = "OUI"
"""State of a constraint that is still there (FT `contraintes`, docs/domain.md#france-travail)."""

CATEGORY_OF_THEME = {
    "MOBILITE": "mobilite",
    "FAMILLE": "famille",
    "SANTE": "sante",
    "LANGUE_CALCUL": "lecture-ecriture-calcul",
    "LOGEMENT": "logement-hebergement",
    "FINANCES": "difficultes-financieres",
    "ADMIN_JURIDIQUE": "difficultes-administratives-ou-juridiques",
    "NUMERIQUE": "numerique",
    "INSERTION_COMMUNICATION": "remobilisation",
}
"""Theme of a constraint → category of data.inclusion thematics (docs/domain.md#crosswalks)."""

REMOTE = "a-distance"
"""Mode of access of data.inclusion: the service is used without going there."""

RADIUS_KM = 50
"""How far from the commune a service is still near (the radius of data.inclusion's own search,
docs/domain.md#data-inclusion)."""

UNKNOWN_KM = 50_000
"""Stands for an unknown distance in a rank: beyond half the circumference of the Earth (20,038 km)."""
UNMATCHED_KM = 100_000
"""Added to the rank of a service that answers no open constraint: beyond every distance, `UNKNOWN_KM` included."""


def categories(constraints: Iterable[tuple[str | None, str | None]]) -> frozenset[str]:
    """Categories of thematics that the open constraints, as (theme, state), call for."""
    return frozenset(
        CATEGORY_OF_THEME[theme] for theme, state in constraints if state == OPEN and theme in CATEGORY_OF_THEME
    )


def is_anywhere(place: Position | None, modes: Collection[str], city_code: str | None) -> bool:
    """Whether a service may be used from anywhere: one at a distance, or national, of which nothing says where it is.

    One that receives people at a place that the hub can't situate is not: it may be at the other end of the country.
    """
    return place is None and (REMOTE in modes or not (modes or city_code))


def is_offered(place: Position | None, distance: float | None, anywhere: bool) -> bool:
    """Whether a service found at this place is offered: a place that is known must be near."""
    return anywhere if place is None else distance is not None and distance <= RADIUS_KM


def rank(answers: bool, distance: float | None) -> float:
    """One number that orders as the rule does (smallest first), so that a page can begin after it."""
    kilometres = float(UNKNOWN_KM) if distance is None else distance
    return kilometres if answers else kilometres + UNMATCHED_KM
