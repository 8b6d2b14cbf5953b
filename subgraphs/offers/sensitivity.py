"""What a link from a person to the offer would reveal: the theme of a referral, and whom it must not name.

The rules are ours, on codes of data.inclusion (domain model §7, §12): the kinds of prescribers that Les emplois hide
from others (`PE_SENSITIVE_PRESCRIBER_KINDS`), and what the thematics and publics of a service say of who is sent there.
The flag is kept on the structure; the edge is decided in the statement, so that a catalogue that comes later closes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, and_, case, func, literal_column, select

from subgraphs.kit.sensitivity import of_name
from subgraphs.offers.journey_tables import referral
from subgraphs.offers.ranking import CATEGORY_OF_THEME
from subgraphs.offers.tables import service, structure

SENSITIVE_NETWORKS = (
    *("ase", "caarud", "cada", "cidff", "cmp", "cph", "csapa", "esat", "huda", "maison-departementale-de-lautonomie"),
    *("mdph", "pjj", "spip"),
)
"""Codes of `reseaux_porteurs` that name a measure of justice, care, disability, child protection or asylum."""

JUDICIAL = ("difficultes-administratives-ou-juridiques--prendre-en-compte-une-problematique-judiciaire",)
CITIZENSHIP = ("difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-a-la-citoyennete",)
PUBLICS = {
    "JUSTICE": ("personnes-en-situation-juridique-specifique",),
    "SEJOUR": ("personnes-exilees",),
    "SANTE": ("personnes-en-situation-de-handicap",),
}
"""Theme that a service tells if it is for these publics alone."""


def is_sensitive(networks: Iterable[str], name: str) -> bool:
    """Whether naming a structure about a person would reveal protected data of the person: by network, else by name."""
    return not set(SENSITIVE_NETWORKS).isdisjoint(networks) or of_name(name) is not None


def referral_theme() -> ColumnElement[Any]:
    """The theme that a referral tells by its service, the most protected first; null if the service isn't known."""
    offered = service.alias("told")
    publics, thematics, categories = offered.c.publics, offered.c.thematics, offered.c.categories
    reserved = tuple(code for codes in PUBLICS.values() for code in codes)
    alone = and_(func.cardinality(publics) > literal_column("0"), _within(publics, reserved))
    found = case(
        (_bears(thematics, JUDICIAL), _word("JUSTICE")),
        (and_(alone, _bears(publics, PUBLICS["JUSTICE"])), _word("JUSTICE")),
        (_bears(thematics, CITIZENSHIP), _word("SEJOUR")),
        (and_(alone, _bears(publics, PUBLICS["SEJOUR"])), _word("SEJOUR")),
        (and_(alone, _bears(publics, PUBLICS["SANTE"])), _word("SANTE")),
        *(
            (_bears(categories, (category,)), _word(theme))
            for theme, category in sorted(CATEGORY_OF_THEME.items(), key=lambda item: item[0] != "SANTE")
        ),
    )
    return select(found).where(offered.c.id == referral.c.service_id).scalar_subquery()


def open_service() -> ColumnElement[Any]:
    """Key of a referral's service; null if its structure is sensitive, or not known."""
    offered, bearer = service.alias("offered"), structure.alias("bearer")
    found = select(offered.c.id).select_from(offered.join(bearer, bearer.c.id == offered.c.structure_id))
    return found.where(
        offered.c.id == referral.c.service_id, bearer.c.sensitive == literal_column("false")
    ).scalar_subquery()


def open_prescriber() -> ColumnElement[Any]:
    """Key of the structure that refers; null if it is sensitive, or not known."""
    bearer = structure.alias("bearer")
    return (
        select(bearer.c.id)
        .where(bearer.c.id == referral.c.prescriber_structure_id, bearer.c.sensitive == literal_column("false"))
        .scalar_subquery()
    )


def _bears(column: ColumnElement[Any], codes: tuple[str, ...]) -> ColumnElement[bool]:
    return column.op("&&", is_comparison=True)(_array(codes))


def _within(column: ColumnElement[Any], codes: tuple[str, ...]) -> ColumnElement[bool]:
    return column.op("<@", is_comparison=True)(_array(codes))


def _array(codes: tuple[str, ...]) -> ColumnElement[Any]:
    listed = ", ".join(f"'{code}'" for code in codes)
    return literal_column(f"ARRAY[{listed}]::text[]", ARRAY(Text()))


def _word(value: str) -> ColumnElement[str]:
    return literal_column(f"'{value}'", Text())
