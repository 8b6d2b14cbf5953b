"""Names and birth date attach a record to nobody, unless one thing more agrees: a namesake has the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from subgraphs.kit.ingest.ingestion_report import Refused
from subgraphs.kit.ingest.person_registry import PersonRecord
from subgraphs.people.birth_places import birth_place_hash
from subgraphs.people.registry import Registry
from tests.conftest import Database
from tests.sources.ingestion import rows, take_one

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
BORN, NEW_YEAR = date(1980, 5, 17), date(1980, 1, 1)
ANNE: Mapping[str, Any] = {
    "nir": "2801308105001",
    "organisme": "CAF:081",
    "matricule": "0810001",
    "role": "DEMANDEUR",
    "email": "anne@example.org",
    "phones": ("0639980001",),
}
AGREEING: Mapping[str, Mapping[str, Any]] = {
    "commune of birth": {"birth_city_code": "08105", "birth_country_code": "99100"},
    "e-mail": {"reached_at": ("anne@example.org",)},
    "telephone": {"phones": ("0639980001", "0639980002")},
    "matricule": {"matricule": "0810001"},
}
DISAGREEING: Mapping[str, Mapping[str, Any]] = {
    "nothing more": {},
    "another commune": {"birth_city_code": "08409"},
    "France": {"birth_country_code": "99100"},
    "another e-mail": {"email": "other@example.org", "reached_at": ("0639980009",)},
    "another matricule": {"matricule": "0810002"},
    "asked about someone else": {"asked_about": UUID(int=1)},
}


def record(source: str, source_id: str, born: date = BORN, **more: Any) -> PersonRecord:
    """Someone of the Ardennes."""
    values = {"first_name": "Anne", "last_name": "Ardoisier", "department": "08", "city_code": "08105", **more}
    return PersonRecord(source, source_id, NOON, birth_date=born, **values)


class Records:
    """Puts records, each in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._registry = Registry(database.keys.nir)

    async def put(self, person_record: PersonRecord) -> UUID:
        """Take one record; raises Refused."""
        connection = await self._database.connect("people_ingest")
        try:
            return await take_one(connection, lambda store: self._registry.put(store, person_record))
        finally:
            await connection.close()

    async def outcome(self, name: str, born: date = BORN, **more: Any) -> UUID | str:
        """Whom a record of names is attached to, or why to nobody."""
        try:
            return await self.put(record("ft-extrait", name, born, by_identity=True, **more))
        except Refused as refused:
            return refused.code


async def test_names_and_birth_date_are_proof_with_one_thing_more_alone(fresh_database: Database) -> None:
    records = Records(fresh_database)
    anne = await records.put(record("cnaf-flux", "1", **ANNE))
    for name, more in AGREEING.items():
        assert await records.outcome(name, **more) == anne, name
    assert await records.outcome("asked about", asked_about=anne) == anne
    for name, more in DISAGREEING.items():
        assert await records.outcome(name, **more) == "MATCH_NAMES_ONLY", name
    assert await records.outcome("unknown", first_name="Zoé") == "MATCH_NONE"


async def test_of_two_namesakes_the_one_of_whom_more_agrees_is_meant(fresh_database: Database) -> None:
    records = Records(fresh_database)
    await records.put(record("cnaf-flux", "1", **ANNE))
    sedan = {**ANNE, "nir": "2801308409002", "matricule": "0810002"}
    namesake = await records.put(record("cnaf-flux", "2", **sedan))
    assert await records.outcome("born in Sedan", birth_city_code="08409") == namesake
    assert await records.outcome("mail of both", email="anne@example.org") == "MATCH_SEVERAL"


async def test_a_country_of_birth_is_no_proof_for_who_is_born_on_a_first_of_january(fresh_database: Database) -> None:
    records = Records(fresh_database)
    for born, nir in ((BORN, "2801399350003"), (NEW_YEAR, "2801399350004")):
        person = await records.put(record("cnaf-flux", str(born), born, nir=nir))
        outcome = await records.outcome(str(born), born, birth_country_code="99350")
        assert outcome == (person if born == BORN else "MATCH_NAMES_ONLY")


async def test_a_record_that_says_nothing_of_the_nir_keeps_the_birth_place_that_it_gave(
    fresh_database: Database,
) -> None:
    records = Records(fresh_database)
    await records.put(record("cnaf-flux", "1", **ANNE))
    withheld = frozenset(("nir_hash", "nir_last_digits"))
    await records.put(record("cnaf-flux", "1", **{**ANNE, "nir": None}, withheld=withheld))
    [row] = await rows(fresh_database, "SELECT nir_hash, birth_place_hash FROM people.identity")
    assert None not in row.values()


@pytest.mark.parametrize(
    ("nir", "place"), [("2801308105001", "08105"), ("2801320004001", "2A004"), ("2801397411001", "97411")]
)
def test_a_nir_and_a_code_of_the_same_place_have_one_hash_that_another_day_has_not(nir: str, place: str) -> None:
    key = b"k" * 32
    stated = birth_place_hash(record("b", "1", birth_city_code=place), None, key)
    assert stated is not None
    assert birth_place_hash(record("a", "1"), nir, key) == stated
    assert birth_place_hash(record("a", "1", NEW_YEAR), nir, key) != stated
    assert birth_place_hash(record("a", "1"), None, key) is None
