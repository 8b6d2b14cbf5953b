"""A declaration that policy or SQL would miss something in fails at import, and says where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from schema.categories import Category
from subgraphs.kit.entity import entity
from subgraphs.kit.errors import DeclarationError
from subgraphs.kit.federation_schema import served_schema
from subgraphs.kit.fields import Coarsen, Drop, Value, choice, column, embedded, key, many, one
from subgraphs.kit.place_search import Near
from subgraphs.kit.subgraph_model import Criterion, Root, RootKind, model

thing = Table(
    "thing",
    MetaData(schema="test"),
    Column("id", UUID(as_uuid=False), primary_key=True),
    Column("person_id", UUID(as_uuid=False)),
    Column("size", Integer),
    Column("kind", Text),
    Column("raw", LargeBinary),
)
KIND = choice("Kind", "Genre.", {"PLAIN": "Simple.", "HEALTH": Value("Santé.", Category.SAN)})
SUIVI, PUB = Category.SUIVI, Category.PUB
NEAR = Near(thing.c.size, thing.c.size, reads=("size",))


def declare(subject: str | None = "person_id", description: str = "Chose.", **fields: Any) -> type:
    """A type of these fields, with a key."""
    found = type("Thing", (), {"id": key(thing.c.id), **fields})
    return entity(table=thing, subject=subject, description=description)(found)


FAULTS: dict[str, tuple[Callable[[], Any], str]] = {
    "no category": (lambda: declare(size=column(thing.c.size, None, "Taille.")), "Thing.size: no category"),  # type: ignore[arg-type]
    "no description": (lambda: declare(size=column(thing.c.size, SUIVI, "")), "Thing.size: no description"),
    "type without description": (lambda: declare(description=""), "Thing: no description"),
    "personal data without subject": (
        lambda: declare(None, size=column(thing.c.size, SUIVI, "Taille.")),
        "size is personal data, but there is no subject",
    ),
    "unknown subject": (lambda: declare("nobody"), "the subject column nobody is not in the table"),
    "not a field": (lambda: declare(size=thing.c.size), "Thing.size: not a field"),
    "value category without rule": (
        lambda: declare(kind=column(thing.c.kind, SUIVI, "Genre.", choice=KIND)),
        "Thing.kind: `forbidden`",
    ),
    "coarsened to no value": (
        lambda: declare(kind=column(thing.c.kind, SUIVI, "Genre.", choice=KIND, forbidden=Coarsen("NOTHING"))),
        "NOTHING is not a value of Kind",
    ),
    "column of no GraphQL type": (lambda: declare(raw=column(thing.c.raw, SUIVI, "Octets.")), "no GraphQL type"),
    "enum value without description": (lambda: choice("E", "Liste.", {"A": ""}), "E.A: no description"),
    "list without a way to its rows": (lambda: declare(more=many("Thing", SUIVI, "Suite.")), "a list needs"),
    "unknown target": (
        lambda: model("test", [declare(other=one("Nobody", SUIVI, "Autre.", on=(thing.c.id, thing.c.person_id)))]),
        "Thing.other: Nobody is not declared",
    ),
    "embedded of another table": (
        lambda: model("test", [declare(part=embedded(_other(), SUIVI, "Partie.")), _other()]),
        "Other is not made of the same row",
    ),
    "root of no entity": (
        lambda: model("test", [declare()], [Root("x", "Nobody", "Rien.", RootKind.BY_KEY)]),
        "Query.x: Nobody is not an entity",
    ),
    "a place of personal rows": (
        lambda: model("test", [declare()], [Root("x", "Thing", "R.", RootKind.CASELOAD, near=NEAR)]),
        "Query.x: only a public list without an order is searched around a place",
    ),
    "a place that tells a field that isn't there": (
        lambda: model("test", [declare(None)], [Root("x", "Thing", "R.", RootKind.CATALOGUE, near=NEAR)]),
        "Query.x: only a public list without an order is searched around a place",
    ),
    "filter on no column": (
        lambda: model(
            "test",
            [declare()],
            [Root("x", "Thing", "R.", RootKind.CASELOAD, filter="F", criteria={"a": Criterion("nothing", "A.")})],
        ),
        "Thing.nothing is not a column",
    ),
}


def _other() -> type:
    table = Table("other", MetaData(schema="test"), Column("id", UUID(as_uuid=False), primary_key=True))
    return entity(table=table, description="Autre.")(type("Other", (), {"id": key(table.c.id)}))


@pytest.mark.parametrize("name", FAULTS)
def test_fault_of_a_declaration_is_told_at_import(name: str) -> None:
    fault, message = FAULTS[name]
    with pytest.raises(DeclarationError) as raised:
        fault()
    assert message in str(raised.value)


def test_one_line_adds_a_field_with_its_category() -> None:
    before = served_schema(model("test", [declare()])).sdl
    after = served_schema(model("test", [declare(size=column(thing.c.size, SUIVI, "Taille."))])).sdl
    assert "size" not in before
    assert '"""Taille."""\n  size: Int @category(name: SUIVI, level: FULL)' in after


def test_personal_type_has_its_subject_and_internal_access() -> None:
    sdl = served_schema(
        model("test", [declare(kind=column(thing.c.kind, SUIVI, "G.", choice=KIND, forbidden=Drop()))])
    ).sdl
    assert 'type Thing @key(fields: "id", resolvable: true) @subject(field: "personId")' in sdl
    assert "_access: Access @inaccessible @shareable @category(name: TECH, level: FULL)" in sdl
    assert "kind: Kind @category(name: SUIVI, level: FULL) @forbiddenValue(action: DROP)" in sdl
    assert "HEALTH @category(name: SAN, level: FULL)" in sdl


def test_public_type_has_neither() -> None:
    sdl = served_schema(model("test", [declare(None, size=column(thing.c.size, PUB, "Taille."))])).sdl
    assert "@subject" not in sdl
    assert "_access" not in sdl
