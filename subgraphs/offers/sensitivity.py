"""What a link from a person to the offer would reveal: the theme of a referral, and whom it must not name.

The rules are ours, on codes of data.inclusion (docs/domain.md#data-inclusion and docs/domain.md#holes): the kinds of
prescribers that Les emplois hide from others (`PE_SENSITIVE_PRESCRIBER_KINDS`), and what the thematics and publics of a
service say of who is sent there. The category is kept on the structure; the edge is decided in the statement, so that a
catalogue that comes later closes it: whoever does not read that category does not see the referral either
(`OneField.forbidden`). The person itself does.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, and_, case, func, literal_column, select

from subgraphs.kit.literals import text
from subgraphs.kit.sensitive_organisations import UNKNOWN
from subgraphs.offers.employer_tables import company
from subgraphs.offers.journey_tables import job_application, referral
from subgraphs.offers.ranking import CATEGORY_OF_THEME
from subgraphs.offers.tables import service, structure

JUDICIAL = ("difficultes-administratives-ou-juridiques--prendre-en-compte-une-problematique-judiciaire",)
CITIZENSHIP = ("difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-a-la-citoyennete",)
PUBLICS = {
    "JUSTICE": ("personnes-en-situation-juridique-specifique",),
    "SEJOUR": ("personnes-exilees",),
    "SANTE": ("personnes-en-situation-de-handicap",),
}
"""Theme that a service tells if it is for these publics alone."""


def referral_theme() -> ColumnElement[Any]:
    """The theme that a referral tells by its service, the most protected first; null if the service isn't known."""
    offered = service.alias("told")
    publics, thematics, categories = offered.c.publics, offered.c.thematics, offered.c.categories
    reserved = tuple(code for codes in PUBLICS.values() for code in codes)
    alone = and_(func.cardinality(publics) > literal_column("0"), _within(publics, reserved))
    theme_sql = case(
        (_bears(thematics, JUDICIAL), text("JUSTICE")),
        (and_(alone, _bears(publics, PUBLICS["JUSTICE"])), text("JUSTICE")),
        (_bears(thematics, CITIZENSHIP), text("SEJOUR")),
        (and_(alone, _bears(publics, PUBLICS["SEJOUR"])), text("SEJOUR")),
        (and_(alone, _bears(publics, PUBLICS["SANTE"])), text("SANTE")),
        *(
            (_bears(categories, (category,)), text(theme))
            for theme, category in sorted(CATEGORY_OF_THEME.items(), key=lambda item: item[0] != "SANTE")
        ),
    )
    return select(theme_sql).where(offered.c.id == referral.c.service_id).scalar_subquery()


def service_reveals() -> ColumnElement[Any]:
    """What naming the service of a referral reveals: what its structure does; one that isn't known may be any."""
    offered, bearer = service.alias("offered"), structure.alias("bearer")
    category = case((bearer.c.id.is_(None), text(UNKNOWN)), else_=bearer.c.sensitivity)
    services = offered.outerjoin(bearer, bearer.c.id == offered.c.structure_id)
    revealed = select(category).select_from(services).where(offered.c.id == referral.c.service_id)
    return revealed.correlate(referral).scalar_subquery()


def prescriber_reveals() -> ColumnElement[Any]:
    """What naming the structure that refers reveals."""
    prescriber = structure.alias("prescriber")
    revealed = select(prescriber.c.sensitivity).where(prescriber.c.id == referral.c.prescriber_structure_id)
    return revealed.correlate(referral).scalar_subquery()


def employer_reveals() -> ColumnElement[Any]:
    """What naming the employer of an application reveals."""
    employer = company.alias("employer")
    revealed = select(employer.c.sensitivity).where(employer.c.id == job_application.c.company_id)
    return revealed.correlate(job_application).scalar_subquery()


def _bears(column: ColumnElement[Any], codes: tuple[str, ...]) -> ColumnElement[bool]:
    return column.op("&&", is_comparison=True)(_array(codes))


def _within(column: ColumnElement[Any], codes: tuple[str, ...]) -> ColumnElement[bool]:
    return column.op("<@", is_comparison=True)(_array(codes))


def _array(codes: tuple[str, ...]) -> ColumnElement[Any]:
    listed = ", ".join(f"'{code}'" for code in codes)
    return literal_column(f"ARRAY[{listed}]::text[]", ARRAY(Text()))
