"""The SQL of a mutation besides its answer: facts that decide it, the new row or the change; cached by residual."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, Uuid, bindparam, false, func, literal_column, select
from sqlalchemy.dialects.postgresql import asyncpg

from schema.residual import Residual
from schema.served_people import served_as
from subgraphs.kit.aliased_columns import retarget
from subgraphs.kit.columns import UNMERGED
from subgraphs.kit.facts_sql import person_facts
from subgraphs.kit.guards import Guards
from subgraphs.kit.select_builder import Row
from subgraphs.kit.statement import Call, Parameters, compile_select
from subgraphs.kit.subgraph_model import Model
from subgraphs.kit.write import request_log
from subgraphs.kit.write.inputs import LinkedInput
from subgraphs.kit.write.mutations import MutationField

_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]
TARGET = "target"


@dataclass(frozen=True, slots=True, repr=False)
class Decided:
    """A statement that reads the facts of a person; or the facts, version, source and person of an item, what it is
    required to be and the columns that are copied of it; no row where it does not exist for the actor."""

    sql: str
    parameters: tuple[Callable[[Call], Any], ...]

    def arguments(self, call: Call, target: str | None) -> list[Any]:
        """The values of the parameters."""
        return [target if find is _no_value else find(call) for find in self.parameters]


def _no_value(call: Call) -> None:
    """Stands for the target, which is no part of a call."""


def decided(model: Model, mutation: MutationField, residual: Residual) -> Decided:
    """The statement by which a mutation is decided."""
    parameters = Parameters()
    parameters[TARGET] = _no_value
    key = bindparam(TARGET, type_=Uuid())
    if not mutation.is_of_item:
        facts = person_facts(key, residual, "f")
        return Decided(*compile_select(select(literal_column("f.v")).select_from(facts), parameters))
    return item(model, mutation, residual)


def item(model: Model, mutation: MutationField, residual: Residual) -> Decided:
    """The statement that reads the facts of an item that is there; of one that is changed or succeeded to, what decides
    that too."""
    parameters = Parameters()
    parameters[TARGET] = _no_value
    key = bindparam(TARGET, type_=Uuid())
    entity, guards = mutation.entity, Guards(model, residual)
    assert entity.table is not None
    assert entity.key is not None
    name = guards.name("t")
    columns, table = guards.named_alias(entity.table, name)
    row = Row(table, json=False)
    row.where.append(retarget(entity.key.column, entity.table, columns) == key)
    scope = guards.enter(row, entity, columns, None)
    assert scope.facts is not None
    row.add(scope.facts)
    if not mutation.is_of_item:
        return Decided(*compile_select(row.select(), parameters))
    assert entity.subject is not None
    own = func.coalesce(columns.c[UNMERGED], columns.c[entity.subject])
    for column in (columns.c["version"], columns.c["source"], own, *(columns.c[name] for name in mutation.copied)):
        row.add(column)
    for requirement in mutation.requires:
        row.add(func.coalesce(retarget(requirement.condition, entity.table, columns), false()))
    return Decided(*compile_select(row.select(), parameters))


def linked(input_: LinkedInput) -> Decided:
    """The statement that reads what is copied of the row to which an input leads; no row if it may not be chosen."""
    key, parameters = input_.target.key, Parameters()
    assert key is not None
    table = input_.target.table
    assert isinstance(table, Table)
    parameters[TARGET] = _no_value
    chosen = key.column == bindparam(TARGET, type_=key.column.type)
    copied = [table.c[name] for name in input_.copies.values()]
    return Decided(*compile_select(select(*copied, key.column.label("key")).where(chosen, input_.among), parameters))


def hold_sql(mutation: MutationField) -> str:
    """The statement that locks what decides on the person who is written to, or whose item is, until the transaction
    ends: an objection that is being written is waited for, and one to come waits. Who makes a new item of the person
    waits for whoever changes one, who may end the right to write, and not for others who make one. An item is locked
    after its person, in the order of ingestion, so that what decides on it waits for nobody: it would judge the row of
    after by the links of before. It returns the id under which the person is served; none for an item that became
    another person's meanwhile."""
    if not mutation.is_of_item:
        # a query of its own is a value to PostgreSQL, which it looks up in the index under row security
        person = f"(SELECT {served_as('$1')})"
        return f"SELECT person_id FROM access.person WHERE person_id = {person} FOR SHARE"  # noqa: S608 - names of our own tables
    entity = mutation.entity
    assert entity.key is not None
    item = f"SELECT {entity.subject} AS person_id FROM {entity.table} WHERE {entity.key.column.name} = $1"  # noqa: S608 - as above
    return (
        "WITH person AS MATERIALIZED ("  # noqa: S608 - as above
        f"SELECT person_id FROM access.person WHERE person_id = ({item}) FOR NO KEY UPDATE"
        f"), item AS MATERIALIZED ({item} AND EXISTS (SELECT FROM person) FOR UPDATE) "
        "SELECT person_id FROM person JOIN item USING (person_id)"
    )


def store_sql(schema: str, mutation: MutationField, columns: Sequence[str]) -> str:
    """The statement that makes the entry of a request and, unless its key had one, the row with these columns, or their
    change in the row whose id is the last parameter; it returns a row if the entry is new."""
    table, key = mutation.entity.table, mutation.entity.key
    assert key is not None
    first = len(request_log.ENTRY) + 1
    places = [f"${place}" for place in range(first, first + len(columns))]
    is_new = "EXISTS (SELECT FROM request)"
    if mutation.complete is None:
        changes = ", ".join(f"{name} = {place}" for name, place in zip(columns, places, strict=True))
        stored = f"UPDATE {table} SET {changes} WHERE {key.column.name} = ${first + len(columns)} AND {is_new}"  # noqa: S608 - names of our own tables
    else:
        stored = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(places)} WHERE {is_new}"
    return f"WITH request AS ({request_log.insert_sql(schema)}), stored AS ({stored}) SELECT item_id FROM request"  # noqa: S608 - as above
