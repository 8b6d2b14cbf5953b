"""The rights that a person has exercised, as the person and the data-protection officer read them.

What acts on requests is `access.person`, which every subgraph joins; here it is shown.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, case, func, select
from sqlalchemy.dialects.postgresql import array

from schema.categories import Category
from schema.facts import Fact
from subgraphs.kit import access
from subgraphs.kit.entity import Entity
from subgraphs.kit.fields import column
from subgraphs.kit.residual_sql import constant, word
from subgraphs.kit.scalars import Date
from subgraphs.people.journey_tables import exercised_right

TRACE = Category.TRACE
_KINDS = {"OPPOSITION": Fact.OPPOSITION, "LIMITATION": Fact.LIMITATION}


def _since(day: ColumnElement[Any]) -> ColumnElement[Any]:
    """The earliest day: a person of several has the right of each."""
    right = select(day).where(exercised_right.c.person_id == access.person.c.person_id)
    return right.order_by(day.asc().nulls_last()).limit(constant(1)).correlate(access.person).scalar_subquery()


def in_force() -> ColumnElement[Any]:
    """The restrictions of a row of `access.person`, in the order of their articles."""
    restrictions = access.person.c.restrictions
    listed: array[Any] = array(
        [case((restrictions.bitwise_and(constant(bit)) != constant(0), word(kind))) for kind, bit in _KINDS.items()],
        type_=Text(),
    )
    return func.array_remove(listed, None, type_=ARRAY(Text()))


@Entity(
    table=access.person,
    subject="person_id",
    description="Droits exercés, restrictions et échéances de la personne.",
)
class Rights:
    opposed_on: Date | None = column(_since(exercised_right.c.opposed_on), TRACE, "Date de l'opposition.")
    limited_on: Date | None = column(
        _since(exercised_right.c.limited_on),
        TRACE,
        "Date de la limitation du traitement.",
    )
    erasure_due_on: Date | None = column(access.person.c.erasure_on, TRACE, "Date prévue d'effacement.")
    last_contact_on: Date | None = column(access.person.c.last_contact, TRACE, "Date du dernier contact.")
