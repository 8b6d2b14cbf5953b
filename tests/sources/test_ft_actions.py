"""France Travail's actions: objectives by theme, of people whom its extract named, without their labels."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from demo import ft_files
from demo.cast import BY_SLUG
from subgraphs.kit.ingest.ingestion_report import Outcome
from tests.conftest import Database
from tests.sources.ingestion import asides, codes, ingest, rows, values
from tests.sources.test_ft_extract import ingest_flux, ingest_sample_flux

DAY = date(2026, 11, 23)
MONDAY, TUESDAY = datetime(2026, 11, 23, 8, tzinfo=UTC), datetime(2026, 11, 24, 8, tzinfo=UTC)
PEOPLE = [BY_SLUG[slug] for slug in ft_files.ACTIONS]
OBJECTIVES = "SELECT theme, recorded_on, action_statuses, status FROM people.objective ORDER BY recorded_on"


@pytest.fixture
async def filled(fresh_database: Database, tmp_path: Path) -> Database:
    """A database that knows the people of the extract."""
    extract = tmp_path / "extrait.csv"
    extract.write_bytes(ft_files.extract(dict.fromkeys(PEOPLE, ()), DAY))
    await ingest_flux(fresh_database, tmp_path, *PEOPLE)
    assert (await ingest(fresh_database, "ft-extrait", extract, as_of=MONDAY)).complete
    return fresh_database


def file(folder: Path, content: bytes) -> Path:
    path = folder / "actions.csv"
    path.write_bytes(content)
    return path


def changed(folder: Path, **cells: str) -> Path:
    """The first action of the demonstration with other cells."""
    header, row, *_ = ft_files.actions(DAY).decode().splitlines()
    columns = dict(zip(header.split(";"), row.split(";"), strict=True)) | cells
    return file(folder, f"{header}\n{';'.join(columns.values())}\n".encode())


async def test_actions_are_objectives_with_the_state_of_the_day(filled: Database, tmp_path: Path) -> None:
    path = file(tmp_path, ft_files.actions(DAY))
    report = await ingest(filled, "ft-actions", path, as_of=MONDAY)

    assert (report.counts, asides(report)) == ({Outcome.CREATED: 4}, [])
    assert [list(row.values()) for row in await rows(filled, OBJECTIVES)] == [
        ["EMPLOI", date(2026, 5, 7), ["EN_COURS"], None],
        ["CREER_UNE_ENTREPRISE", date(2026, 7, 26), ["REALISE"], None],
        ["EMPLOI", date(2026, 9, 24), ["EN_COURS"], None],
        ["FORMATION", date(2026, 10, 24), ["PREVU"], None],
    ]
    assert "adr.dc_commune_id" in report.unread

    again = await ingest(filled, "ft-actions", path, as_of=MONDAY)
    assert (again.counts, again.rows) == ({Outcome.UNCHANGED: 4}, 0)
    older = await ingest(filled, "ft-actions", path, as_of=MONDAY.replace(hour=7))
    assert older.counts == {Outcome.OLDER: 4}


async def test_an_action_that_goes_on_is_the_same_one_and_no_label_is_kept(filled: Database, tmp_path: Path) -> None:
    await ingest(filled, "ft-actions", changed(tmp_path), as_of=MONDAY)
    ended = "2026-11-24 00:00:00.000"
    path = changed(tmp_path, date_debut=ended, date_fin=ended)
    report = await ingest(filled, "ft-actions", path, as_of=TUESDAY)
    assert report.counts == {Outcome.UPDATED: 1}
    assert await values(filled, "SELECT action_statuses FROM people.objective") == [["REALISE"]]
    assert await values(filled, "SELECT 1 FROM people.objective o WHERE o::text LIKE '%FORMATION DANS%'") == []


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("identifiant_unique_de", "5f0c5a52-64b1-4f0e-9d1f-0c1e7a9b2d41", "PERSON_UNKNOWN"),
        ("identifiant_unique_de", "12", "SCHEMA_INVALID"),
        ("codeaction", "NULL", "KEY_MISSING"),
        ("date_prescription", "NULL", "KEY_MISSING"),
        ("date_prescription", "2026-13-45 00:00:00.0", "DATE_INVALID"),
    ],
)
async def test_an_action_of_nobody_or_without_a_key_is_refused(
    database: Database, tmp_path: Path, column: str, cell: str, code: str
) -> None:
    report = await ingest(database, "ft-actions", changed(tmp_path, **{column: cell}), as_of=MONDAY)
    assert codes(report) == [(1, column, code)]


async def test_a_day_that_is_none_is_set_aside(filled: Database, tmp_path: Path) -> None:
    path = changed(tmp_path, date_fin="2026-02-30 00:00:00.0")
    report = await ingest(filled, "ft-actions", path, as_of=MONDAY)
    assert (report.counts, asides(report)) == ({Outcome.CREATED: 1}, [(1, "date_fin", "DATE_INVALID")])


async def test_the_sample_goes_in(fresh_database: Database, samples: Path, tmp_path: Path) -> None:
    folder = samples / "croisement-cd-ft"
    await ingest_sample_flux(fresh_database, samples, tmp_path)
    await ingest(fresh_database, "ft-extrait", folder / "extrait_pe_principal.csv", as_of=MONDAY)
    report = await ingest(fresh_database, "ft-actions", folder / "extrait_pe_actions.csv", as_of=MONDAY)
    assert (report.counts, codes(report)) == ({Outcome.CREATED: 20}, [])
    themes = await rows(fresh_database, "SELECT theme, count(*) FROM people.objective GROUP BY 1 ORDER BY 1")
    assert [list(row.values()) for row in themes] == [["CREER_UNE_ENTREPRISE", 1], ["EMPLOI", 18], ["FORMATION", 1]]
