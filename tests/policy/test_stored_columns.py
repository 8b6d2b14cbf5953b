"""What no grant opens to anyone is not stored: each column of the subgraphs is one that somebody may read, or that
tells who is who, who may read, or what is newest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import ARRAY, Boolean, Column, Date, DateTime, Integer, LargeBinary, MetaData, Table
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.visitors import iterate

from hub.policy.decide.decision import Effect
from schema.subgraphs import SUBGRAPHS
from subgraphs.kit import access
from subgraphs.kit.columns import UNMERGED, lineage
from subgraphs.kit.entity import Entity
from subgraphs.kit.fields import Coarsen, ColumnField, EmbeddedField, Sort
from subgraphs.kit.row_security import SUBJECT
from subgraphs.kit.sdl import load
from subgraphs.kit.subgraph_model import Model
from subgraphs.people import tables as people
from subgraphs.people.consolidate import consolidate
from subgraphs.people.precedence import PRECEDENCE
from tests.pinned_graph import graph

MATCHING = {
    "people.identity": (
        "nir_hash",
        "birth_place_hash",
        "organisme",
        "matricule",
        "role",
        "department",
        "department_internal_id",
    ),
    "people.person": ("last_name_key", "birth_name_key"),
    "people.match_decision": ("verdict", "ground", "reasons", "agent", "organisation", "decided_at"),
    "people.record_candidate": ("record_id", "refused_on"),
    "people.record_decision": ("record_id", "verdict", "ground", "agent", "organisation", "decided_at"),
}
"""Columns by which records are found to be of one person, a person is found by its names, and agents say who is one."""
BOOKKEEPING = {
    "people.source_record": ("removed", "digest"),
    "people.asked": ("asked_at",),
    "people.exercised_right": ("erasure_on",),
    "appointments.source_record": ("removed",),
    "offers.source_record": ("removed",),
    "trainings.source_record": ("removed",),
    "appointments.appointment": ("rdv_source_id", "subject_source_id"),
    "appointments.invitation": ("subject_source_id",),
    "people.agent": ("organisation_siret",),
    "people.orientation": ("recorded_by",),
    "people.structure": ("siret",),
    "people.write_request": ("actor", "key", "digest", "mutation", "purpose", "item_id", "made_at"),
    "appointments.write_request": ("actor", "key", "digest", "mutation", "purpose", "item_id", "made_at"),
    "offers.write_request": ("actor", "key", "digest", "mutation", "purpose", "item_id", "made_at"),
    "trainings.write_request": ("actor", "key", "digest", "mutation", "purpose", "item_id", "made_at"),
    "trainings.outgoing": ("system", "key", "author", "queued_at", "due_at", "attempts"),
    "offers.outgoing": ("system", "key", "author", "queued_at", "due_at", "attempts"),
}
"""Columns by which a late message, or one that comes again, is known, a message finds its rows, whoever was asked
about longest ago is asked about next, what one register plans stays when another does not, who wrote what,
once, who may be designated here, and what has yet to be sent."""
REFERENCE = ("offers.commune",)
"""Tables that hold nothing of a source."""
PLACES = ("at_latitude", "at_longitude")
"""Where a row is searched around a place; its distance is what is read."""
LINEAGE = {column.name for column in lineage()}
OLD, NEW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def columns_of(expression: Any) -> Iterator[str]:
    """The columns of an expression, as schema.table.column."""
    for element in iterate(expression):
        if isinstance(element, Column):
            table = getattr(element.table, "element", element.table)
            yield f"{table.fullname}.{element.name}"


def readable() -> set[str]:
    """The coordinates that some actor may read for some purpose, whole or masked."""
    table = graph().table
    return {
        name
        for name in table.classification.fields
        if any(
            name not in row.by_coordinate or row.by_coordinate[name].effect is not Effect.DENY
            for row in table.classes.values()
        )
    }


def shown(model: Model, coordinates: set[str]) -> Iterator[str]:
    """The columns whose value a readable field shows, or is computed from; those of a type that is made of the rows of
    several tables are columns of each."""
    for entity in model.entities.values():
        for name, field in entity.fields.items():
            if isinstance(field, ColumnField) and entity.coordinate(name) in coordinates:
                yield from columns_of(field.column)
            elif isinstance(field, EmbeddedField) and isinstance(entity.table, Table):
                embedded = {column.rpartition(".")[2] for column in own(model.target(field), coordinates)}
                yield from (f"{entity.table.fullname}.{column}" for column in embedded & {*entity.table.c.keys()})


def own(entity: Entity, coordinates: set[str]) -> Iterator[str]:
    """The columns of the readable fields of a type."""
    for name, field in entity.fields.items():
        if isinstance(field, ColumnField) and entity.coordinate(name) in coordinates:
            yield from columns_of(field.column)


def deciding(model: Model) -> Iterator[str]:
    """The columns by which rows are joined, ordered, owned, dated and kept from who may not see them."""
    for entity in model.entities.values():
        if isinstance(entity.table, Table):
            roles = filter(None, (entity.subject, entity.owner, entity.recorded_by))
            yield from (f"{entity.table.fullname}.{role}" for role in roles)
        for part in parts(entity):
            if isinstance(part, ClauseElement):
                yield from columns_of(part)


def parts(entity: Entity) -> Iterator[Any]:
    """What an entity and its fields declare besides values: expressions, and other things."""
    yield entity.dated
    for field in entity.fields.values():
        for name in ("on", "where", "first", "order", "sensitive", "forbidden"):
            part = getattr(field, name, None)
            if isinstance(part, tuple):
                yield from part
            elif isinstance(part, Sort):
                yield part.column
            elif isinstance(part, Coarsen):
                yield from part.beside.values()
            else:
                yield part


def schemas(model: Model) -> Iterator[MetaData]:
    """The metadata of the tables of a subgraph, without those that several have."""
    tables = (entity.table for entity in model.entities.values())
    yield from {table.metadata for table in tables if isinstance(table, Table) and table.schema == model.name}


def unread(model: Model) -> Iterator[str]:
    """The columns of a subgraph that nobody reads, and that no declaration uses."""
    used = {*shown(model, readable()), *deciding(model)}
    for metadata in schemas(model):
        for table in metadata.tables.values():
            keys = {column.name for column in table.primary_key} | {key.parent.name for key in table.foreign_keys}
            excepted = {
                SUBJECT,
                UNMERGED,
                *keys,
                *LINEAGE,
                *PLACES,
                *MATCHING.get(table.fullname, ()),
                *BOOKKEEPING.get(table.fullname, ()),
            }
            if table.fullname not in REFERENCE:
                names = (column.name for column in table.columns if column.name not in excepted)
                yield from (name for name in (f"{table.fullname}.{column}" for column in names) if name not in used)


def statement(**values: Any) -> dict[str, Any]:
    """A row of `people.identity` in which every column has a value."""
    row = {column.name: example(column, 0) for column in people.identity.columns}
    return {
        **row,
        "source": "cnaf-flux",
        "as_of": NEW,
        "organisme": "CAF:081",
        "rsa_status": "DROIT_OUVERT_VERSABLE",
        **values,
    }


def example(column: Column[Any], number: int) -> Any:
    """One of two values of the type of a column."""
    examples: dict[type, tuple[Any, Any]] = {
        ARRAY: (["a"], ["b"]),
        Boolean: (False, True),
        Date: (date(2020, 1, 1), date(2020, 2, 1)),
        DateTime: (OLD, NEW),
        Integer: (1, 2),
        LargeBinary: (b"a", b"b"),
    }
    return next(
        (pair[number] for kind, pair in examples.items() if isinstance(column.type, kind)), ("08", "10")[number]
    )


def consolidated_values(record: dict[str, Any]) -> dict[str, Any]:
    """What the hub says of the person of one statement, by table and column."""
    whole = consolidate([record], [], PRECEDENCE)
    parts = {getattr(people, part.name, None): getattr(whole, part.name) for part in fields(whole)}
    tables = {table: row for table, row in parts.items() if isinstance(table, Table)} | {access.person: whole.access}
    values = {f"{table.fullname}.{name}": value for table, row in tables.items() for name, value in (row or {}).items()}
    identifiers = {people.sector_identifier.fullname: dict(whole.identifiers)}
    return {**values, **identifiers, "access.link": (whole.home, whole.paying, whole.identified)}


@pytest.mark.parametrize("name", SUBGRAPHS)
def test_every_stored_column_is_read_by_somebody_or_needed(name: str) -> None:
    consolidated = {f"people.identity.{column.name}" for column in people.identity.columns}
    consolidated |= {f"people.dossier_contact.{name}" for name in ("email", "phones")}
    assert sorted(set(unread(load(name))) - consolidated) == []


def test_every_value_that_is_kept_of_a_record_tells_something_that_is_read() -> None:
    model = load("people")
    used = {*shown(model, readable()), *deciding(model), people.sector_identifier.fullname}
    silent = []
    for column in people.identity.columns:
        if column.name in {*LINEAGE, SUBJECT, UNMERGED, *MATCHING["people.identity"]}:
            continue
        before = consolidated_values(statement())
        after = consolidated_values(statement(**{column.name: example(column, 1)}))
        changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        if not any(name in used or name.startswith("access.") for name in changed):
            silent.append(column.name)
    assert silent == []


def test_no_column_is_excused_that_does_not_exist() -> None:
    metadata = [metadata for name in SUBGRAPHS for metadata in schemas(load(name))]
    tables = {table.fullname: table for part in metadata for table in part.tables.values()}
    excused = [(name, column) for columns in (MATCHING, BOOKKEEPING) for name in columns for column in columns[name]]
    assert [(name, column) for name, column in excused if column not in tables[name].c] == []
