"""The register of rights: an objection acts at once, and only on the person whom both keys name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from demo.cast import BY_SLUG, Person
from demo.rdvi_files import user_file
from demo.rights_files import Right, register
from schema.facts import Fact
from subgraphs.kit.ingest.ingestion_report import Outcome, Report
from tests.conftest import Database
from tests.sources.ingestion import codes, ingest, rows, values, versions

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
