"""Batches: records of one are taken as if they came one after the other, in statements that don't grow with them."""

from __future__ import annotations

import asyncio
import random
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.cast import BY_SLUG, RDVS, Person
from demo.cnaf_files import flux
from demo.rdvi_files import rdv_message, user_file
from hub.ingest import SOURCES
from schema.facts import Fact
from subgraphs.kit import access
from subgraphs.kit.ingest import batch, unit_of_work
from subgraphs.kit.ingest.batch import Write
from subgraphs.kit.ingest.ingestion_report import Outcome, Refused, Report
from subgraphs.kit.ingest.person_registry import DossierContact, PersonRecord, Referent, ReferentOrganisation, Rsa
from subgraphs.kit.ingest.row_store import Link, Store
from subgraphs.kit.ingest.unit_of_work import Options, Session
from subgraphs.people import match_candidates, match_keys, matching, tables
from subgraphs.people import registry as registry_module
from subgraphs.people.names import name_key
from subgraphs.people.precedence import Precedence, Ranks
from subgraphs.people.registry import Registry
from subgraphs.people.sources.cnaf_flux import CnafFlux
from subgraphs.people.sources.cnaf_stream import RawFoyer
from tests.conftest import Database
from tests.sources.ingestion import SECRET, codes, ingest, rows, rows_by_table, take_one, values, versions, webhook

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = date(2026, 11, 1)
PRECEDENCE = Precedence(*(Ranks((("a", "b"),)),) * 2)
UUIDS = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
SCHEMAS = ("access", "people", "appointments")


def crowd(number: int) -> list[Person]:
    """People with a dossier of their own each."""
    model = BY_SLUG["maelle"]
    born = [date(1960, 1, 1) + timedelta(days=rank) for rank in range(number)]
    return [
        replace(model, number=rank % 1000, dossier=f"{rank + 1:07}", birth_date=day, last_name=f"Ardoisier {rank}")
        for rank, day in enumerate(born)
    ]


@pytest.mark.parametrize("seed", range(3))
async def test_records_of_one_batch_leave_what_they_leave_one_by_one(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    operations = [operation(random.Random(f"{seed} {number}")) for number in range(40)]
    registry = Registry(fresh_database.keys.nir, PRECEDENCE)
    left: list[list[Any]] = []
    for size in (1, 7, 1000):
        monkeypatch.setattr(unit_of_work, "BATCH", size)
        report = Report("essai")
        connection = await fresh_database.connect("ingest")
        session = Session(connection)
        for written in operations:
            await session.take(report, report.begin(), written(registry))
        await session.settle(report)
        await registry.sweep(connection)
        await connection.close()
        left.append([report.counts, *codes(report), report.candidates, *await state(fresh_database)])
        await empty(fresh_database)
    assert {Outcome.REJECTED, Outcome.CREATED, Outcome.OLDER} <= left[0][0].keys()
    assert left[0] == left[1]
    assert left[0] == left[2]


async def test_the_statements_of_a_batch_do_not_grow_with_its_records(fresh_database: Database, tmp_path: Path) -> None:
    everyone = crowd(260)
    counts = []
    for people in (everyone[:10], everyone[10:260], everyone[10:260], everyone[:10]):
        path = tmp_path / "flux.xml"
        path.write_bytes(flux(people, DAY))
        connection = await fresh_database.connect("people_ingest")
        statements: list[Any] = []
        connection.add_query_logger(statements.append)
        report = await CnafFlux(Registry(fresh_database.keys.nir)).ingest([path], Options(), Session(connection))
        assert report.complete
        counts.append(len(statements))
        await connection.close()
    assert counts[1] <= counts[0]
    assert counts[2] <= counts[3]
    assert max(counts) < 60


async def test_the_statements_of_notifications_that_share_an_organisation_and_agents_are_bounded(
    fresh_database: Database, tmp_path: Path
) -> None:
    counts = []
    for first, number in ((0, 20), (100, 60), (100, 60), (0, 20)):
        paths = [notification(tmp_path, first + rank) for rank in range(number)]
        connection = await fresh_database.connect("ingest")
        statements: list[Any] = []
        connection.add_query_logger(statements.append)
        source = SOURCES["rdv-insertion"](Registry(fresh_database.keys.nir))
        report = await source.ingest(paths, Options(webhook_secret=SECRET), Session(connection))
        assert report.complete
        counts.append(len(statements))
        await connection.close()
    assert await values(fresh_database, "SELECT count(*) FROM appointments.appointment") == [80]
    assert await values(fresh_database, "SELECT count(*) FROM people.person") == [80]
    assert max(counts) < 80


async def test_the_names_that_records_of_one_person_share_are_normalised_a_bounded_number_of_times_for_each(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry, report = Registry(fresh_database.keys.nir, PRECEDENCE), Report("essai")
    person = BY_SLUG["maelle"]
    record = PersonRecord("a", "0", NOON, first_name="Maëlle", last_name="Ardoisier", birth_date=person.birth_date)
    normalised: list[str | None] = []

    def counted(name: str | None) -> str | None:
        normalised.append(name)
        return name_key(name)

    for module in (matching, match_keys, match_candidates):
        monkeypatch.setattr(module, "name_key", counted)
    counts = []
    for source, number in (("a", 20), ("b", 80)):
        await empty(fresh_database)
        normalised.clear()
        connection = await fresh_database.connect("ingest")
        session = Session(connection)
        for rank in range(number):
            stated = replace(record, source=source, source_id=str(rank), nir=person.nir)

            async def write(store: Store, stated: PersonRecord = stated) -> Outcome:
                await registry.put(store, stated)
                return store.outcome

            await session.take(report, report.begin(), write)
        await session.settle(report)
        await connection.close()
        assert await values(fresh_database, "SELECT count(DISTINCT person_id) FROM people.identity") == [1]
        counts.append(len(normalised) / number)
    assert counts[1] < 1.2 * counts[0]


def notification(folder: Path, number: int) -> Path:
    """A rendez-vous of its own with a user of its own, at the organisation and with the agents of all."""
    body = rdv_message(RDVS[2], DAY)
    body["data"]["id"] = 5000 + number
    user = body["data"]["participations"][0]["user"]
    user |= {
        "id": 7000 + number, "nir": f"1900199{number:06}", "affiliation_number": None, "last_name": f"Nom {number}",
        "france_travail_id": None, "department_internal_id": f"N{number}", "birth_date": "1990-01-05",
    }  # fmt: skip
    body["data"]["users"] = [user]
    body["data"]["participations"] = body["data"]["participations"][:1]
    body["meta"]["timestamp"] = f"2026-11-24 10:{number % 60:02}:00 +0000"
    return webhook(folder, f"rdv-{number}", body)


async def test_a_batch_is_bounded_in_bytes_too(
    fresh_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit_of_work, "BATCH_BYTES", 10_000)
    sizes: list[int] = []

    async def take_all(connection: Any, writes: Any) -> Any:
        sizes.append(len(writes))
        return await batch.take_all(connection, writes)

    monkeypatch.setattr(unit_of_work, "take_all", take_all)
    path = tmp_path / "flux.xml"
    path.write_bytes(flux(crowd(10), DAY))
    report = await ingest(fresh_database, "cnaf-flux", path)
    assert report.counts == {Outcome.CREATED: 10}
    assert len(sizes) > 2
    assert max(sizes) <= 4


async def test_a_record_that_the_database_refuses_is_found_among_those_of_its_batch(
    fresh_database: Database, tmp_path: Path
) -> None:
    people = crowd(20)
    people[7] = replace(people[7], first_name="Maëlle\x00")
    path = tmp_path / "usagers.csv"
    path.write_bytes(user_file(people))
    report = await ingest(fresh_database, "rdv-insertion", path, as_of=NOON)
    assert codes(report) == [(8, "", "VALUE_NOT_STORABLE")]
    assert report.counts == {Outcome.CREATED: 19, Outcome.REJECTED: 1}
    assert len(await values(fresh_database, "SELECT 1 FROM people.person")) == 19


async def test_a_record_that_reads_what_one_before_it_writes_is_taken_after_it(fresh_database: Database) -> None:
    report, numbers = Report("essai"), []

    def write(number: int) -> Write[Outcome]:
        async def write(store: Store) -> Outcome:
            row = await store.row(tables.structure, id="dora--1")
            numbers.append(number)
            await store.put(tables.structure, {"id": f"dora--{number}"}, {"sensitivity": None})
            await store.put(tables.structure, {"id": "dora--1"}, {"sensitivity": None if row is None else "SAN"})
            return store.outcome

        return write

    connection = await fresh_database.connect("people_ingest")
    session = Session(connection)
    for number in range(2, 5):
        await session.take(report, report.begin(), write(number))
    await session.settle(report)
    await connection.close()
    assert report.rows == 4
    assert len(numbers) > 3
    assert await values(fresh_database, "SELECT sensitivity FROM people.structure WHERE id = 'dora--1'") == ["SAN"]


async def test_two_ingestions_that_take_turns_make_one_person_of_each(
    fresh_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit_of_work, "BATCH", 3)
    people = crowd(20)
    paths = {"cnaf-flux": tmp_path / "flux.xml", "rdv-insertion": tmp_path / "usagers.csv"}
    paths["cnaf-flux"].write_bytes(flux(people, DAY))
    paths["rdv-insertion"].write_bytes(user_file(people))
    reports = await asyncio.gather(*(ingest(fresh_database, name, path, as_of=NOON) for name, path in paths.items()))
    assert all(report.complete for report in reports)
    assert len(await values(fresh_database, "SELECT 1 FROM people.person")) == 20
    assert len(await values(fresh_database, "SELECT 1 FROM people.identity")) == 40


async def test_a_foyer_that_comes_again_as_it_was_taken_is_told_from_its_digest_alone(
    fresh_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "flux.xml"
    path.write_bytes(flux(crowd(5), DAY))
    await ingest(fresh_database, "cnaf-flux", path)
    before = await versions(fresh_database)

    with monkeypatch.context() as forbidden:
        forbidden.setattr(RawFoyer, "reduced", None)
        report = await ingest(fresh_database, "cnaf-flux", path)
    assert (report.counts, report.rows) == ({Outcome.UNCHANGED: 5}, 0)
    assert await versions(fresh_database) == before

    whole, read = RawFoyer.reduced, []

    def reduced(raw: RawFoyer) -> Any:
        read.append(raw)
        return whole(raw)

    monkeypatch.setattr(registry_module, "code_digest", lambda: b"other code")
    monkeypatch.setattr(RawFoyer, "reduced", reduced)
    report = await ingest(fresh_database, "cnaf-flux", path)
    assert (report.counts, len(read)) == ({Outcome.UNCHANGED: 5}, 5)
    report = await ingest(fresh_database, "cnaf-flux", path)
    assert (report.counts, report.rows, len(read)) == ({Outcome.UNCHANGED: 5}, 0, 5)


async def test_a_digest_does_not_bring_back_an_older_foyer_nor_hide_what_was_set_aside(
    fresh_database: Database, tmp_path: Path
) -> None:
    old, new = tmp_path / "old.xml", tmp_path / "new.xml"
    old.write_bytes(flux(crowd(1), DAY))
    new.write_bytes(flux(crowd(1), DAY + timedelta(days=1)))
    for path, outcome in (
        (old, Outcome.CREATED),
        (new, Outcome.UPDATED),
        (old, Outcome.OLDER),
        (new, Outcome.UNCHANGED),
    ):
        report = await ingest(fresh_database, "cnaf-flux", path)
        assert report.counts == {outcome: 1}

    async def write(store: Store) -> Outcome:
        store.set_aside("COORDINATES_MISSING", "ici")
        await store.set_digest(tables.source_record, "cnaf-flux", "CAF:081:0000001", b"1")
        return store.outcome

    connection = await fresh_database.connect("people_ingest")
    await take_one(connection, write)
    await connection.close()
    assert await values(fresh_database, "SELECT digest FROM people.source_record") == [None]


def test_a_digest_can_not_be_made_without_the_key() -> None:
    first, second = (Registry(key).digest("a", b"bc") for key in (bytes(32), bytes(31) + b"1"))
    assert first != second
    assert first != Registry(bytes(32)).digest("ab", b"c")


def operation(draw: random.Random) -> Any:
    """A function from a registry to what writes one random record: few people, who share and dispute identifiers."""
    who = draw.randrange(3)
    record = PersonRecord(
        source=draw.choice("ab"),
        source_id=str(draw.randrange(4)),
        as_of=NOON + timedelta(days=draw.randrange(3)),
        first_name=draw.choice(["Maëlle", "Titouan", None]),
        last_name=f"Nom {who}",
        birth_date=date(1990, 1, 1 + who) if draw.random() < 0.9 else None,
        nir=draw.choice([None, f"2900{1 + who}99999001"[:13], f"29001999990{who:02}", "faux"]),
        organisme=draw.choice([None, "CAF:081"]),
        matricule=draw.choice([None, f"000000{who}"]),
        role="DEMANDEUR",
        france_travail_id=draw.choice([None, f"999000{who}X", "9990001X"]),
        department=draw.choice(["08", "2A"]),
        department_internal_id=draw.choice([None, f"I{who}"]),
        email=draw.choice([None, "a@example.org"]),
        phones=draw.choice([(), ("0639980001",), ("0639980001", "0639980002")]),
        city_code=draw.choice([None, "08105"]),
        rsa=draw.choice([None, Rsa("DROIT_OUVERT_VERSABLE", None, True, None, "08")]),
        referent_organisation=draw.choice([None, ReferentOrganisation("99900030800011", "dora--1", "SAN")]),
        referents=draw.choice([None, (), (Referent("r1@example.org"),), (Referent("r2@example.org", "R", "Deux"),)]),
        by_identity=draw.random() < 0.2,
    )
    item = Link(None, Fact.OWN_ITEM, "99900030800011", DAY)  # type: ignore[arg-type]
    kind = draw.random()

    def of(registry: Registry) -> Write[Outcome]:
        async def write(store: Store) -> Outcome:
            if kind < 0.15:
                await registry.remove(store, record.source, record.source_id)
                return store.outcome
            if kind < 0.25:
                contact = DossierContact(
                    "a", record.as_of, record.matricule or "0000000", record.first_name or "", record.last_name or "",
                    None, record.department, record.email, record.phones,
                )  # fmt: skip
                return await registry.put_dossier_contact(store, contact)
            if not await store.admit(tables.source_record, record.source, record.source_id, record.as_of):
                return Outcome.OLDER
            person_id = await registry.put(store, record)
            if kind < 0.35:
                await store.link("item", record.source_id, [replace(item, person_id=person_id)])
            if kind < 0.40:
                raise Refused("SCHEMA_INVALID")
            if kind < 0.43:
                await store.put(tables.structure, {"id": str(kind)}, {"sensitivity": "inconnue"})
            await registry.link_partners(store, record.source, "CAF:081", record.matricule or "")
            return store.outcome

        return write

    return of


STORED = "jsonb_populate_record(t, '{\"version\": 1}')::text"
"""A row as if it had been written once."""


async def state(database: Database) -> list[str]:
    """All rows of the schemas that ingestion writes, with keys in the place of random ids, but what is noted of each
    change and how often a row was written (`version`), which a batch writes once."""
    noted = {table.fullname for table in access.NOTED}
    people = await rows(
        database,
        "SELECT person_id::text AS id, string_agg(source || ' ' || source_id, ', ' ORDER BY source, source_id) AS name"
        " FROM people.identity GROUP BY 1",
    )
    names = {row["id"]: f"<{row['name']}>" for row in people}
    for table in ("people.agent", "people.referent", "people.person"):
        for row in await rows(database, f"SELECT id::text, source || ' ' || source_id AS name FROM {table}"):
            names.setdefault(row["id"], f"<{table} {with_names(row['name'], names)}>")
    tables = await rows_by_table(database, SCHEMAS, STORED)
    texts = [
        with_names(f"{table} {text}", names)
        for table, rows_of_table in tables.items()
        if table not in noted
        for (text,) in rows_of_table
    ]
    return sorted(map(unordered, texts))


def unordered(text: str) -> str:
    """A text whose people stand in the order of their names: a pair is kept in that of its random ids."""
    pair = sorted(re.findall(r"<[^>]*>", text)) if text.startswith("people.match_candidate ") else []
    return re.sub(r"<[^>]*>", lambda _: pair.pop(0), text) if pair else text


def with_names(text: str, names: dict[str, str]) -> str:
    """A text with names in the place of the ids that have one."""
    return re.sub(UUIDS, lambda match: names.get(match[0], match[0]), text)


async def empty(database: Database) -> None:
    connection = await database.connect()
    await connection.execute(
        "TRUNCATE people.person, people.source_record, people.agent, people.structure, people.dossier_contact CASCADE"
    )
    await connection.execute("TRUNCATE access.link, access.person, access.person_reference")
    await connection.close()
