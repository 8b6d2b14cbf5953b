"""The facts of a person and of a row for the actor (`schema.facts`), as SQL bit masks.

The facts of a person come from `access.person` and its links, once per person and statement: all rows below one
person share them. A person without a row in `access.person`, or without a valid link, has no facts at all and so
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
    """A condition: the link starts at one of these scopes and is valid today."""
    return and_(link.c.key == func.any(scopes), valid(link))


def valid(link: FromClause) -> ColumnElement[bool]:
    """A condition: the link is valid today."""
    return and_(link.c.valid_from <= TODAY, or_(link.c.valid_until.is_(None), link.c.valid_until >= TODAY))


def person_facts(
    subject: ColumnElement[Any], residual: Residual, name: str, scopes: ColumnElement[Any] = SCOPES
) -> LateralFromClause:
    """The facts of one person: one row with the column `v`, or none; aggregated: PostgreSQL computes it once."""
    facts, person = _facts(residual, name, scopes)
    return facts.where(person.c.person_id == subject).lateral(name)


def caseload_facts(residual: Residual, name: str) -> Subquery:
    """All persons linked to the actor: `person_id` and the facts `v`."""
    facts, person = _facts(residual, name, SCOPES)
    return facts.add_columns(person.c.person_id).subquery(name)


def _facts(residual: Residual, name: str, scopes: ColumnElement[Any]) -> tuple[Select[Any], FromClause]:
    person, link = access.person.alias(f"{name}p"), access.link.alias(f"{name}l")
    facts: ColumnElement[Any] = func.bit_or(link.c.relation).bitwise_or(person.c.restrictions)
    due = person.c.erasure_on <= TODAY
    facts = facts.bitwise_or(case((due, constant(Fact.ERASURE_DUE)), else_=constant(0)))
    for bit, days in residual.retentions:
        ended = person.c.last_contact < TODAY - constant(days)
        facts = facts.bitwise_or(case((ended, constant(bit)), else_=constant(0)))
    source = person.join(link, and_(link.c.person_id == person.c.person_id, linked(link, scopes)))
    return select(facts.label("v")).select_from(source).group_by(person.c.person_id), person


def _item_ended(entity: Entity, row: AliasedColumns, days: int) -> ColumnElement[int]:
    """The bit ITEM_ENDED or 0; an item without a day counts as ended."""
    if entity.dated is None or entity.table is None:
        return constant(Fact.ITEM_ENDED)
    ended = retarget(entity.dated, entity.table, row) < TODAY - constant(days)
    return case((ended, constant(Fact.ITEM_ENDED)), else_=constant(0))


def row_facts(entity: Entity, row: AliasedColumns, base: ColumnElement[int], residual: Residual) -> ColumnElement[int]:
    """The facts of one row: those of its person, of its owner and recorder, and of its values."""
    facts = base
    days = residual.items.get(entity.name)
    if days is not None:
        facts = facts.bitwise_or(_item_ended(entity, row, days))
    if entity.owner is not None:
        own = case((row.c[entity.owner] == ORGANISATION, constant(Fact.OWN_ITEM)), else_=constant(0))
        facts = facts.bitwise_and(constant(~Fact.OWN_ITEM)).bitwise_or(own)
    if entity.recorded_by is not None:
        recorded = case((row.c[entity.recorded_by] == ORGANISATION, constant(Fact.RECORDED)), else_=constant(0))
        facts = facts.bitwise_or(recorded)
    for field in entity.valued:
        assert field.choice is not None
        assert entity.table is not None
        value = retarget(field.column, entity.table, row)
        categories = sorted(categories_of_values(field.choice).items())
        bits = [(word(name), constant(VALUE_FACTS[category])) for category, values in categories for name in values]
        facts = facts.bitwise_or(case(*bits, value=value, else_=constant(0)))
    return _linked_facts(entity, row, facts)


def _linked_facts(entity: Entity, row: AliasedColumns, facts: ColumnElement[int]) -> ColumnElement[int]:
    """Add the categories that the row's relationships would reveal, unless the actor's organisation owns the row."""
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
        facts = facts.bitwise_or(bits)
    return facts
