"""A declaration that policy or SQL would miss something in fails at import, and says where."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

import pytest
import strawberry
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from schema.categories import Category
from subgraphs.kit.connection_types import Connection, PageInfo
from subgraphs.kit.entity import Entity
from subgraphs.kit.enums import choice, value
from subgraphs.kit.errors import DeclarationError
from subgraphs.kit.federation_schema import SubgraphQuery, subgraph_schema
from subgraphs.kit.fields import Coarsen, Drop, column, embedded, key, to_many, to_one
from subgraphs.kit.place_search import Near
from subgraphs.kit.root_fields import by_key, caseload, catalogue, criterion, filter_of
from subgraphs.kit.scalars import ID
from subgraphs.kit.subgraph_model import model

thing = Table(
    "thing",
    MetaData(schema="test"),
    Column("id", UUID(as_uuid=False), primary_key=True),
    Column("person_id", UUID(as_uuid=False)),
    Column("size", Integer),
    Column("kind", Text),
    Column("raw", LargeBinary),
)
SUIVI, PUB = Category.SUIVI, Category.PUB
NEAR = Near(thing.c.size, thing.c.size, reads=("size",))


@choice("Genre.")
class Kind(Enum):
    """An enum one of whose values has a category of its own."""

    PLAIN = value("Simple.")
    HEALTH = value("Santé.", Category.SAN)


Repeated = Enum("Repeated", {"A": value("Même."), "B": value("Même.")})  # Python takes B for another name of A


class Undescribed(Enum):
    """An enum whose value has no description."""

    A = value("")


def declare(subject: str | None = "person_id", description: str = "Chose.", **fields: tuple[Any, Any]) -> type:
    """A type of these fields, each with its annotation, and with a key."""
    attributes = {"id": (ID, key(thing.c.id)), **fields}
    annotations = {name: annotation for name, (annotation, _) in attributes.items()}
    body = {"__annotations__": annotations, **{name: field for name, (_, field) in attributes.items()}}
    return Entity(table=thing, subject=subject, description=description)(type("Thing", (), body))


def declare_root(root: Any, *types: type, annotation: Any = None) -> Any:
    """A model of these types with one root field, of the first type unless `annotation` says otherwise."""
    generic: Any = Connection
    annotation = generic[types[0]] | None if annotation is None else annotation
    query = strawberry.type(type("Query", (), {"__annotations__": {"x": annotation}, "x": root}))
    return model("test", types, query)


@strawberry.type
class Empty(SubgraphQuery):
    """A query without a root field of its own."""


def _other_entity() -> Any:
    table = Table("other", MetaData(schema="test"), Column("id", UUID(as_uuid=False), primary_key=True))
    body = {"__annotations__": {"id": ID}, "id": key(table.c.id)}
    return Entity(table=table, description="Autre.")(type("Other", (), body))


OTHER_ENTITY: Any = _other_entity()


FAULTS: dict[str, tuple[Callable[[], Any], str]] = {
    "no category": (
        lambda: declare(size=(int | None, column(thing.c.size, None, "Taille."))),  # type: ignore[arg-type]
        "Thing.size: no category",
    ),
    "no description": (
        lambda: declare(size=(int | None, column(thing.c.size, SUIVI, ""))),
        "Thing.size: no description",
    ),
    "type without description": (lambda: declare(description=""), "Thing: no description"),
    "personal data without subject": (
        lambda: declare(None, size=(int | None, column(thing.c.size, SUIVI, "Taille."))),
        "size is personal data, but there is no subject",
    ),
    "unknown subject": (lambda: declare("nobody"), "the subject column nobody is not in the table"),
    "not a field": (lambda: declare(size=(int | None, thing.c.size)), "Thing.size: not a field"),
    "value category without rule": (
        lambda: model("test", [declare(kind=(Kind | None, column(thing.c.kind, SUIVI, "Genre.")))], Empty),
        "Thing.kind: `forbidden`",
    ),
    "coarsened to no value": (
        lambda: model(
            "test",
            [declare(kind=(Kind | None, column(thing.c.kind, SUIVI, "Genre.", forbidden=Coarsen("NOTHING"))))],
            Empty,
        ),
        "NOTHING is not a value of Kind",
    ),
    "column of no GraphQL type": (
        lambda: model("test", [declare(raw=(str | None, column(thing.c.raw, SUIVI, "Octets.")))], Empty),
        "Thing.raw: the annotation is no GraphQL type for the SQL type",
    ),
    "annotation of another type": (
        lambda: model("test", [declare(size=(str | None, column(thing.c.size, SUIVI, "Taille.")))], Empty),
        "Thing.size: the annotation is no GraphQL type for the SQL type",
    ),
    "list that is annotated as one row": (
        lambda: model(
            "test",
            [
                declare(more=(OTHER_ENTITY | None, to_many(SUIVI, "Suite.", on=(thing.c.id, thing.c.person_id)))),
                OTHER_ENTITY,
            ],
            Empty,
        ),
        "Thing.more: the annotation is a list or a connection for many rows only",
    ),
    "enum values of one description": (lambda: choice("Liste.")(Repeated), "Repeated.B: described as A is"),
    "enum value without description": (lambda: choice("Liste.")(Undescribed), "Undescribed.A: no description"),
    "list without a way to its rows": (lambda: to_many(SUIVI, "Suite."), "a list needs"),
    "unknown target": (
        lambda: model(
            "test",
            [declare(other=("Nobody | None", to_one(SUIVI, "Autre.", on=(thing.c.id, thing.c.person_id))))],
            Empty,
        ),
        "Thing.other: Nobody | None is not declared",
    ),
    "target of another subgraph": (
        lambda: model(
            "test",
            [declare(other=(_other_entity() | None, to_one(SUIVI, "Autre.", on=(thing.c.id, thing.c.person_id))))],
            Empty,
        ),
        "Thing.other: Other is not declared",
    ),
    "embedded of another table": (
        lambda: model("test", [declare(part=(OTHER_ENTITY | None, embedded(SUIVI, "Partie."))), OTHER_ENTITY], Empty),
        "Other is not made of the same row",
    ),
    "root of no entity": (
        lambda: declare_root(by_key("Rien."), declare(), annotation=PageInfo | None),
        "is not an entity",
    ),
    "a place of personal rows": (
        lambda: declare_root(caseload("R.", near=NEAR), declare()),
        "Query.x: only a public list without an order is searched around a place",
    ),
    "a place that tells a field that isn't there": (
        lambda: declare_root(catalogue("R.", PUB, near=NEAR), declare(None)),
        "Query.x: only a public list without an order is searched around a place",
    ),
    "filter on no column": (
        lambda: filter_of(declare(), "F.")(
            type("Filter", (), {"__annotations__": {"a": str | None}, "a": criterion("nothing", "A.")})
        ),
        "Thing.nothing is not a column",
    ),
    "filter of another type": (
        lambda: filter_of(declare(size=(int | None, column(thing.c.size, SUIVI, "Taille."))), "F.")(
            type("Filter", (), {"__annotations__": {"a": str | None}, "a": criterion("size", "A.")})
        ),
        "Filter.a: the annotation is not the type of its column",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_of_a_declaration_is_told_at_import(name: str) -> None:
    fault, message = FAULTS[name]
    with pytest.raises(DeclarationError) as raised:
        fault()
    assert message in str(raised.value)


def sdl(declared: type) -> str:
    """SDL of a subgraph of one type."""
    return subgraph_schema(model("test", [declared], Empty)).sdl


def test_one_line_adds_a_field_with_its_category() -> None:
    before = sdl(declare())
    after = sdl(declare(size=(int | None, column(thing.c.size, SUIVI, "Taille."))))
    assert "size" not in before
    assert '"""Taille."""\n  size: Int @category(name: SUIVI, level: FULL)' in after


def test_personal_type_has_its_subject_and_internal_access() -> None:
    text = sdl(declare(kind=(Kind | None, column(thing.c.kind, SUIVI, "G.", forbidden=Drop()))))
    assert 'type Thing @key(fields: "id", resolvable: true) @subject(field: "personId")' in text
    assert "_access: Access @inaccessible @shareable @category(name: TECH, level: FULL)" in text
    assert "kind: Kind @category(name: SUIVI, level: FULL) @forbiddenValue(action: DROP)" in text
    assert "HEALTH @category(name: SAN, level: FULL)" in text


def test_public_type_has_neither() -> None:
    text = sdl(declare(None, size=(int | None, column(thing.c.size, PUB, "Taille."))))
    assert "@subject" not in text
    assert "_access" not in text
