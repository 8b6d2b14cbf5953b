"""The register of rights: an objection acts at once, and only on the person whom both keys name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from demo.cast import BY_SLUG, Person
from demo.rdvi_files import internal_id, user_file
from demo.rights_files import Right, register
from hub.matching.merges import ROLE, apply_decisions
from schema.facts import Fact
from subgraphs.kit.ingest.ingestion_report import Outcome, Report
from subgraphs.kit.ingest.person_registry import PersonRecord
from subgraphs.people.registry import Registry
from tests.conftest import Database
from tests.matching.test_merges import decide
from tests.sources.ingestion import codes, ingest, rows, take_one, values, versions

MAELLE, GASPARD = BY_SLUG["maelle"], BY_SLUG["gaspard"]
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
RESTRICTIONS = (
    "SELECT a.restrictions FROM access.person a JOIN people.person p ON p.id = a.person_id ORDER BY p.first_name"
)


async def ingest_users(database: Database, folder: Path, *people: Person) -> None:
    path = folder / "usagers.csv"
    path.write_bytes(user_file(list(people)))
    assert (await ingest(database, "rdv-insertion", path, as_of=MONDAY)).complete


async def ingest_register(database: Database, folder: Path, content: bytes) -> Report:
    path = folder / "registre.csv"
    path.write_bytes(content)
    return await ingest(database, "droits", path)


def right(
    person: Person, day: int, *, opposition: bool = False, limitation: bool = False, erasure: date | None = None
) -> Right:
    return Right(person, date(2026, 11, day), opposition, limitation, erasure)


async def test_an_objection_and_a_limitation_are_on_the_person_and_no_other(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_users(fresh_database, tmp_path, MAELLE, GASPARD)
    report = await ingest_register(
        fresh_database, tmp_path, register([right(MAELLE, 2, opposition=True, limitation=True)])
    )
    assert report.counts == {Outcome.CREATED: 1}
    assert await values(fresh_database, RESTRICTIONS) == [0, Fact.OPPOSITION | Fact.LIMITATION]


async def test_the_newest_row_counts_and_what_it_does_not_say_is_lifted(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_users(fresh_database, tmp_path, MAELLE)
    await ingest_register(fresh_database, tmp_path, register([right(MAELLE, 9, limitation=True)]))
    report = await ingest_register(fresh_database, tmp_path, register([right(MAELLE, 2, opposition=True)]))
    assert report.counts == {Outcome.OLDER: 1}
    assert await values(fresh_database, RESTRICTIONS) == [Fact.LIMITATION]
    report = await ingest_register(fresh_database, tmp_path, register([right(MAELLE, 16)]))
    assert report.counts == {Outcome.UPDATED: 1}
    assert await values(fresh_database, RESTRICTIONS) == [0]


async def test_an_erasure_is_planned_for_the_day_that_the_newest_row_says(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_users(fresh_database, tmp_path, MAELLE, GASPARD)
    planned = (
        "SELECT a.erasure_on FROM access.person a JOIN people.person p ON p.id = a.person_id ORDER BY p.first_name"
    )
    planned_days = []
    for number, erasure in enumerate((date(2027, 2, 3), date(2027, 1, 2), None), 2):
        assert (
            await ingest_register(fresh_database, tmp_path, register([right(MAELLE, number, erasure=erasure)]))
        ).complete
        planned_days.append(await values(fresh_database, planned))
    assert planned_days == [[None, date(2027, 2, 3)], [None, date(2027, 1, 2)], [None, None]]


async def test_a_right_keeps_the_first_day_that_said_it_until_it_is_lifted(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_users(fresh_database, tmp_path, MAELLE)
    query = "SELECT opposed_on, limited_on FROM people.exercised_right"
    dates: list[object] = []
    for rights in (
        right(MAELLE, 2, opposition=True),
        right(MAELLE, 9, opposition=True, limitation=True),
        right(MAELLE, 12, limitation=True),
        right(MAELLE, 16),
        right(MAELLE, 20, opposition=True),
    ):
        assert (await ingest_register(fresh_database, tmp_path, register([rights]))).complete
        dates += [tuple(row.values()) for row in await rows(fresh_database, query)] or [()]
    second, ninth, twentieth = (date(2026, 11, day) for day in (2, 9, 20))
    assert dates == [(second, None), (second, ninth), (None, ninth), (), (twentieth, None)]


async def test_a_row_dated_years_ahead_is_refused_and_hides_no_later_objection(
    fresh_database: Database, tmp_path: Path
) -> None:
    await ingest_users(fresh_database, tmp_path, MAELLE)
    mistyped = register([right(MAELLE, 2)]).replace(b"2026-11-02", b"2062-11-02")
    report = await ingest_register(fresh_database, tmp_path, mistyped)
    assert codes(report) == [(1, "", "AS_OF_AHEAD")]
    assert (await ingest_register(fresh_database, tmp_path, register([right(MAELLE, 9, opposition=True)]))).complete
    assert await values(fresh_database, RESTRICTIONS) == [Fact.OPPOSITION]


async def test_a_file_given_a_date_years_ahead_is_refused_and_the_next_one_is_not_older(
    fresh_database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "usagers.csv"
    path.write_bytes(user_file([MAELLE]))
    report = await ingest(fresh_database, "rdv-insertion", path, as_of=MONDAY.replace(year=2062))
    assert codes(report) == [(1, "", "AS_OF_AHEAD")]
    assert (await ingest(fresh_database, "rdv-insertion", path, as_of=MONDAY)).counts == {Outcome.CREATED: 1}


async def put_record(
    database: Database, source_id: str, department: str, number: str, nir: str | None = MAELLE.nir
) -> UUID:
    """Take a record of Maëlle in a département; return its person."""
    record = PersonRecord(
        "rdv-insertion", source_id, MONDAY, first_name=MAELLE.first_name, last_name=MAELLE.last_name,
        birth_date=MAELLE.birth_date, nir=nir, department=department, department_internal_id=number,
    )  # fmt: skip
    connection = await database.connect("people_ingest")
    try:
        return await take_one(connection, partial(Registry(database.keys.nir).put, record=record))
    finally:
        await connection.close()


async def apply(database: Database) -> None:
    """Make the merges that are decided."""
    connection = await database.connect(ROLE)
    try:
        await apply_decisions(Registry(database.keys.nir), connection)
    finally:
        await connection.close()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["objection first", "objection last"])
async def test_what_one_department_does_not_say_lifts_nothing_that_another_says(
    fresh_database: Database, tmp_path: Path, order: tuple[int, int]
) -> None:
    await put_record(fresh_database, "1", "08", internal_id(MAELLE))
    await put_record(fresh_database, "2", "2A", "AUTRE")
    header, line = register([right(MAELLE, 2, opposition=True)]).decode().splitlines()
    other_line = (
        line.replace(f"08;{internal_id(MAELLE)}", "2A;AUTRE")
        .replace(";O;N;", ";N;O;")
        .replace("2026-11-02", "2026-11-03")
    )
    for number in order:
        content = "\n".join((header, (line, other_line)[number])).encode()
        assert (await ingest_register(fresh_database, tmp_path, content)).complete
    assert await values(fresh_database, RESTRICTIONS) == [Fact.OPPOSITION | Fact.LIMITATION]
    lifted = "\n".join((header, other_line.replace(";N;O;", ";N;N;").replace("2026-11-03", "2026-11-04"))).encode()
    assert (await ingest_register(fresh_database, tmp_path, lifted)).complete
    assert await values(fresh_database, RESTRICTIONS) == [Fact.OPPOSITION]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["erasure first", "erasure last"])
async def test_what_one_department_does_not_plan_lifts_no_erasure_that_another_plans(
    fresh_database: Database, tmp_path: Path, order: tuple[int, int]
) -> None:
    await put_record(fresh_database, "1", "08", internal_id(MAELLE))
    await put_record(fresh_database, "2", "2A", "AUTRE")
    header, line = register([right(MAELLE, 2, erasure=date(2027, 2, 3))]).decode().splitlines()
    other_line = line.replace(f"08;{internal_id(MAELLE)}", "2A;AUTRE")
    for number in order:
        content = "\n".join(
            (header, (line, other_line.replace("2027-02-03", "").replace("03/02/2027", ""))[number])
        ).encode()
        assert (await ingest_register(fresh_database, tmp_path, content)).complete
    planned = "SELECT erasure_on FROM access.person"
    assert await values(fresh_database, planned) == [date(2027, 2, 3)]
    earlier = other_line.replace("03/02/2027", "02/01/2027")
    content = "\n".join((header, earlier.replace("2026-11-02", "2026-11-03"))).encode()
    assert (await ingest_register(fresh_database, tmp_path, content)).complete
    assert await values(fresh_database, planned) == [date(2027, 1, 2)]


async def test_a_right_follows_the_internal_id_to_the_person_who_has_it_now(
    fresh_database: Database, tmp_path: Path
) -> None:
    before = await put_record(fresh_database, "1", "08", internal_id(MAELLE))
    await ingest_register(fresh_database, tmp_path, register([right(MAELLE, 2, opposition=True)]))
    assert await put_record(fresh_database, "1", "08", "AUTRE") == before
    now = await put_record(fresh_database, "2", "08", internal_id(MAELLE), nir=None)
    report = await ingest_register(fresh_database, tmp_path, register([right(MAELLE, 9, opposition=True)]))
    assert report.complete, codes(report)
    restrictions = await rows(fresh_database, "SELECT person_id, restrictions FROM access.person")
    assert {row["person_id"]: row["restrictions"] for row in restrictions} == {before: 0, now: Fact.OPPOSITION}


async def test_a_right_of_merged_people_who_share_the_internal_id_stays_with_each(
    fresh_database: Database, tmp_path: Path
) -> None:
    first = await put_record(fresh_database, "1", "08", internal_id(MAELLE))
    second = await put_record(fresh_database, "2", "08", "AUTRE", nir=None)
    await decide(fresh_database, first, second, "SAME")
    await apply(fresh_database)
    await put_record(fresh_database, "2", "08", internal_id(MAELLE), nir=None)
    assert (await ingest_register(fresh_database, tmp_path, register([right(MAELLE, 2, opposition=True)]))).complete
    assert await put_record(fresh_database, "3", "59", internal_id(MAELLE)) == first
    silent = register([right(MAELLE, 2)]).replace(b"\n08;", b"\n59;")
    assert (await ingest_register(fresh_database, tmp_path, silent)).complete
    await decide(fresh_database, first, second, "DIFFERENT")
    await apply(fresh_database)
    assert await values(fresh_database, RESTRICTIONS) == [Fact.OPPOSITION] * 2
    shown = "SELECT person_id FROM people.exercised_right WHERE opposed_on IS NOT NULL ORDER BY 1"
    assert await values(fresh_database, shown) == sorted((first, second))
    assert await put_record(fresh_database, "2", "08", "AUTRE", nir=None) == second
    lifted = register([right(MAELLE, 9)])
    assert (await ingest_register(fresh_database, tmp_path, lifted)).complete
    assert await values(fresh_database, RESTRICTIONS) == [0, 0]
    assert await values(fresh_database, shown) == []


async def test_the_same_register_again_writes_nothing(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_users(fresh_database, tmp_path, MAELLE)
    content = register([right(MAELLE, 2, opposition=True)])
    await ingest_register(fresh_database, tmp_path, content)
    before = await versions(fresh_database)
    report = await ingest_register(fresh_database, tmp_path, content)
    assert (report.counts, report.rows) == ({Outcome.UNCHANGED: 1}, 0)
    assert await versions(fresh_database) == before


async def test_a_record_of_another_source_leaves_the_restriction(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_users(fresh_database, tmp_path, MAELLE)
    await ingest_register(fresh_database, tmp_path, register([right(MAELLE, 2, opposition=True)]))
    path = tmp_path / "usagers.csv"
    report = await ingest(fresh_database, "rdv-insertion", path, as_of=datetime(2026, 11, 24, tzinfo=UTC))
    assert report.counts == {Outcome.UPDATED: 1}
    assert await values(fresh_database, RESTRICTIONS) == [Fact.OPPOSITION]


async def test_a_row_that_does_not_say_one_known_person_is_refused(fresh_database: Database, tmp_path: Path) -> None:
    await ingest_users(fresh_database, tmp_path, MAELLE)
    header, line = register([right(MAELLE, 2, opposition=True)]).decode().splitlines()
    lines = [
        line.replace("14/03/1988", "15/03/1988"),
        line.replace("14/03/1988", ""),
        line.replace("DEMO000001", "DEMO000002"),
        line.replace(";O;", ";oui;"),
        line.replace("2026-11-02", "2026-11"),
        line.replace(";O;N;;", ";O;N;31/02/2027;"),
        "08;DEMO000001",
    ]
    report = await ingest_register(fresh_database, tmp_path, "\n".join((header, *lines)).encode())
    assert codes(report) == [
        (1, "date_naissance", "MATCH_CONFLICT"),
        (2, "date_naissance", "MATCH_CONFLICT"),
        (3, "", "MATCH_NONE"),
        (4, "opposition", "SCHEMA_INVALID"),
        (5, "maj", "DATE_INVALID"),
        (6, "effacement", "DATE_INVALID"),
        (7, "", "ROW_SHAPE"),
    ]
    assert await values(fresh_database, RESTRICTIONS) == [0]


async def test_a_register_without_a_column_is_refused_as_a_whole(fresh_database: Database, tmp_path: Path) -> None:
    report = await ingest_register(fresh_database, tmp_path, b"departement;opposition\n08;O\n")
    assert codes(report) == [(0, "identifiant_interne", "COLUMN_MISSING")]
