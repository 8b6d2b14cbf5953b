"""The world of the canaries is the whole model: no table, column, field or rule about people is left out of it."""

from __future__ import annotations

import asyncio

import pytest

from schema.days import today
from schema.subgraphs import SUBGRAPHS
from subgraphs.kit.fields import Drop, ExternalField, ManyField, OneField
from subgraphs.kit.sdl import load
from tests.conftest import Database
from tests.e2e.canary_columns import personal
from tests.e2e.canary_mint import marks
from tests.e2e.canary_model import DROPPED, GIVEN_AWAY, SENSITIVE, Model, plant
from tests.e2e.canary_rights import DATES

LINKS = ("organisation_siret", "recorded_by", "person_id", "partner_id", "appointment_id")
"""Columns that hold the key of an organisation, or of a row whose own key is a canary."""
CATALOGUE = ("session_id", "service_id", "prescriber_structure_id", "offer_id")
"""Columns that hold the key of something public."""
ELSEWHERE = {"Person.suggestedServices", "Rights.erasureDueOn", "Rights.lastContactOn"}
"""A field made of what other fields may read (`test_leaks_worlds`), and days that decide on what is read."""
ORDINARY = {"Referral.service"}
"""An edge that reveals something by the structure of a service: those of the world are ordinary, their themes not."""


@pytest.fixture(scope="module")
def model(database: Database) -> Model:
    return asyncio.run(plant(database, today()))


def test_every_table_with_a_person_in_it_has_rows_of_everyone(model: Model, database: Database) -> None:
    tables = asyncio.run(_fetch(database, "SELECT table_schema || '.' || table_name FROM information_schema.columns"
        f" WHERE column_name = 'person_id' AND table_schema IN {SUBGRAPHS}"))  # fmt: skip
    assert {*tables, "people.person"} == set(personal())
    for name, table in personal().items():
        people = asyncio.run(_fetch(database, f"SELECT DISTINCT {table.subject}::text FROM {name}"))
        assert set(people) == set(model.persons.values()), name


def test_every_column_about_people_holds_values_that_occur_once_or_several_of_its_closed_list(
    model: Model, database: Database
) -> None:
    places: dict[str, str] = {}
    for name, table in personal().items():
        for column in table.table.columns:
            where, closed = f"{name}.{column.name}", table.values(column)
            texts = asyncio.run(_fetch(database, f"SELECT DISTINCT {column.name}::text FROM {name}"))
            if closed:
                assert len(set(texts)) > 1, where
            elif column.name not in LINKS + CATALOGUE:
                for text in filter(None, texts):
                    canary_texts = marks(_bytes(text))
                    assert canary_texts, where
                    assert column.name.endswith(("_key", "_id")) or not canary_texts & places.keys(), where
                    places |= dict.fromkeys(canary_texts, where)


def test_every_field_about_people_is_told_felt_or_led_to_by_a_column() -> None:
    covered = {
        step.datum.coordinate
        for table in personal().values()
        for paths in (*table.disclosed.values(), *table.felt.values(), *table.led.values())
        for path in paths
        for step in path
    }
    fields = {
        entity.coordinate(item.graphql_name)
        for name in SUBGRAPHS
        for entity in load(name).entities.values()
        if entity.personal
        for item in entity.fields.values()
        if not isinstance(item, ExternalField)
    }
    assert fields - covered == ELSEWHERE


def test_every_rule_on_what_a_row_holds_is_in_the_world() -> None:
    entities = [entity for name in SUBGRAPHS for entity in load(name).entities.values() if entity.personal]
    edges = [
        entity.coordinate(item.graphql_name)
        for entity in entities
        for item in entity.fields.values()
        if isinstance(item, OneField | ManyField) and item.sensitive is not None
    ]
    assert set(edges) == {*SENSITIVE, *ORDINARY}
    dropping = {entity.name for entity in entities if any(isinstance(f.forbidden, Drop) for f in entity.valued)}
    assert dropping == set(DROPPED)
    assert {entity.name for entity in entities if entity.dated is not None} == set(DATES)
    assert {entity.name for entity in entities if entity.revealing} == set(GIVEN_AWAY)
    narrowed = {
        load(name).target(item).name
        for name in SUBGRAPHS
        for entity in load(name).entities.values()
        for item in entity.fields.values()
        if isinstance(item, OneField | ManyField) and item.where is not None
    }
    assert narrowed == {"GroupMember", "NationalIdentifier", "OrientationAppointment", "Referent", "Statement"}


async def _fetch(database: Database, sql: str) -> list[str]:
    owner = await database.connect()
    try:
        return [row[0] for row in await owner.fetch(sql)]
    finally:
        await owner.close()


def _bytes(text: str) -> bytes:
    """A value as text; what is kept as bytes, as those."""
    return bytes.fromhex(text[2:]) if text.startswith("\\x") else text.encode()
