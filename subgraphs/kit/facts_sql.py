"""Facts in SQL: what is true now of one person, and of one row, for the actor (`schema.facts`).

The facts of a person come from `access.person` and its links, once per person and statement: rows that hang below
one person share them. A person without a row in `access.person`, or without a valid link, has no facts at all and so
no rows. A row adds its owner, its recorder and the categories of its values.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Date, Text, and_, bindparam, case, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import FromClause, LateralFromClause, Select, Subquery

from schema.facts import REVEALED, VALUE_FACTS, Fact
from schema.residual import Residual
from subgraphs.kit import access
from subgraphs.kit.aliased_columns import AliasedColumns, retarget
from subgraphs.kit.entity import Entity
from subgraphs.kit.enums import categories_of_values
from subgraphs.kit.residual_sql import constant, word

SCOPES = bindparam("scopes", type_=ARRAY(Text()))
TODAY = bindparam("today", type_=Date())
ORGANISATION = bindparam("organisation", type_=Text())


def linked(link: FromClause, scopes: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a link leads from one of these scopes, today."""
    return and_(link.c.key == func.any(scopes), valid(link))


def valid(link: FromClause) -> ColumnElement[bool]:
    """Whether a link is valid today."""
    return and_(link.c.valid_from <= TODAY, or_(link.c.valid_until.is_(None), link.c.valid_until >= TODAY))


def person_facts(
    subject: ColumnElement[Any], residual: Residual, name: str, scopes: ColumnElement[Any] = SCOPES
) -> LateralFromClause:
    """One row with the column `v`, or none; aggregated, so that PostgreSQL computes it once."""
    found, person = _facts(residual, name, scopes)
    return found.where(person.c.person_id == subject).lateral(name)


def caseload_facts(residual: Residual, name: str) -> Subquery:
    """Every person whom a link of the actor leads to: `person_id` and the facts `v`."""
    found, person = _facts(residual, name, SCOPES)
    return found.add_columns(person.c.person_id).subquery(name)


def _facts(residual: Residual, name: str, scopes: ColumnElement[Any]) -> tuple[Select[Any], FromClause]:
    person, link = access.person.alias(f"{name}p"), access.link.alias(f"{name}l")
    found: ColumnElement[Any] = func.bit_or(link.c.relation).bitwise_or(person.c.restrictions)
    due = person.c.erasure_on <= TODAY
    found = found.bitwise_or(case((due, constant(Fact.ERASURE_DUE)), else_=constant(0)))
    for bit, days in residual.retentions:
        ended = person.c.last_contact < TODAY - constant(days)
        found = found.bitwise_or(case((ended, constant(bit)), else_=constant(0)))
    source = person.join(link, and_(link.c.person_id == person.c.person_id, linked(link, scopes)))
    return select(found.label("v")).select_from(source).group_by(person.c.person_id), person


def _item_ended(entity: Entity, row: AliasedColumns, days: int) -> ColumnElement[int]:
    """ITEM_ENDED, or nothing; a type that bears no day has ended."""
    if entity.dated is None or entity.table is None:
        return constant(Fact.ITEM_ENDED)
    ended = retarget(entity.dated, entity.table, row) < TODAY - constant(days)
    return case((ended, constant(Fact.ITEM_ENDED)), else_=constant(0))


def row_facts(entity: Entity, row: AliasedColumns, base: ColumnElement[int], residual: Residual) -> ColumnElement[int]:
    """Facts of one row, from those of its person."""
    found = base
    days = residual.items.get(entity.name)
    if days is not None:
        found = found.bitwise_or(_item_ended(entity, row, days))
    if entity.owner is not None:
        own = case((row.c[entity.owner] == ORGANISATION, constant(Fact.OWN_ITEM)), else_=constant(0))
        found = found.bitwise_and(constant(~Fact.OWN_ITEM)).bitwise_or(own)
    if entity.recorded_by is not None:
        recorded = case((row.c[entity.recorded_by] == ORGANISATION, constant(Fact.RECORDED)), else_=constant(0))
        found = found.bitwise_or(recorded)
    for field in entity.valued:
        assert field.choice is not None
        assert entity.table is not None
        value = retarget(field.column, entity.table, row)
        named = sorted(categories_of_values(field.choice).items())
        bits = [(word(item), constant(VALUE_FACTS[category])) for category, values in named for item in values]
        found = found.bitwise_or(case(*bits, value=value, else_=constant(0)))
    return _linked_facts(entity, row, found)


def _linked_facts(entity: Entity, row: AliasedColumns, found: ColumnElement[int]) -> ColumnElement[int]:
    """With what the row's links would reveal of the person: nothing to the organisation whose own item it is."""
    for expression in entity.revealing:
        assert entity.table is not None
        value = retarget(expression, entity.table, row)
        bits = case(
            *((word(category), constant(VALUE_FACTS[category])) for category in REVEALED),
            value=value,
            else_=constant(0),
        )
        if entity.owner is not None:
            bits = case((row.c[entity.owner] == ORGANISATION, constant(0)), else_=bits)
        found = found.bitwise_or(bits)
    return found
