"""Each run of a source is kept, however it ends, and says nothing of a person."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from demo import source_files
from hub.errors import NotServed
from hub.runs import kept_runs, status_reader
from hub.runs.kept_runs import Tally, add_to_day, kept_run
from hub.runs.source_status import KeptRun, Phase, SourceStatus, State, read_status
from hub.runs.status_reader import read_once
from infra.role_names import RUNS_READER, RUNS_WRITER
from tests.cli.commands import hub, ingest
from tests.conftest import ROOT, Database

AS_OF = ("--as-of", "2026-11-24")
FILE_NAME = "DUPONT_Jeanne-185077800608491-usagers.csv"


async def statuses(database: Database) -> dict[str, SourceStatus]:
    """The status of each source that ran, as the reading role sees it."""
    connection = await database.connect(RUNS_READER)
    try:
        return {status.source: status for status in await read_status(connection, {})}
    finally:
        await connection.close()


async def last_run(database: Database, source: str) -> KeptRun:
    return (await statuses(database))[source].runs[0]


def demo_files(folder: Path, database: Database) -> dict[str, tuple[Path, ...]]:
    return source_files.write(folder, date(2026, 11, 24), database.keys.webhook("rdv-insertion"))


async def test_an_ingestion_is_kept_with_its_counts_its_refusals_by_code_and_the_digest_of_each_file(
    fresh_database: Database, tmp_path: Path
) -> None:
    paths = demo_files(tmp_path, fresh_database)["data-inclusion"]

    result = ingest(fresh_database, "data-inclusion", *paths, *AS_OF)

    run = await last_run(fresh_database, "data-inclusion")
    assert run.phase is Phase.COMPLETE
    assert f"{run.read} enregistrements lus" in result.out
    assert f"Lignes écrites dans la base : {run.written}." in result.out
    assert sum(run.counts.values()) == run.read
    assert run.refused == run.counts["rejected"] > 0
    assert all(code in result.out for code in run.refusals)
    assert [digest for _, digest in run.inputs] == [sha256(path.read_bytes()).hexdigest() for path in paths]
    assert run.seconds is not None


async def test_a_file_that_is_cut_ends_a_run_as_cut_and_one_that_is_not_there_too(
    fresh_database: Database, tmp_path: Path
) -> None:
    (path, *_) = demo_files(tmp_path, fresh_database)["cnaf-flux"]
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    ingest(fresh_database, "cnaf-flux", path, *AS_OF)
    run = await last_run(fresh_database, "cnaf-flux")
    assert (run.phase, run.refusals) == (Phase.CUT, {"TRUNCATED": 1})

    ingest(fresh_database, "cnaf-flux", tmp_path / "absent.xml", *AS_OF)
    run = await last_run(fresh_database, "cnaf-flux")
    assert (run.phase, run.refusals, run.inputs) == (Phase.CUT, {"FILE_UNREADABLE": 1}, [("….xml", None)])


async def test_nothing_of_a_file_name_is_kept_but_listed_words(fresh_database: Database, tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_text("a;b\n")
    ingest(fresh_database, "rdv-insertion", path)
    run = await last_run(fresh_database, "rdv-insertion")
    assert [name for name, _ in run.inputs] == ["…-usagers.csv"]


async def test_an_error_of_the_database_ends_a_run_as_failed_with_its_code(
    fresh_database: Database, tmp_path: Path
) -> None:
    connection = await fresh_database.connect()
    await connection.execute("REVOKE INSERT ON people.identity FROM people_ingest")
    await connection.close()
    (path, *_) = demo_files(tmp_path, fresh_database)["cnaf-flux"]

    ingest(fresh_database, "cnaf-flux", path).check_refused("DATABASE_REFUSED")

    run = await last_run(fresh_database, "cnaf-flux")
    assert (run.phase, run.error) == (Phase.FAILED, "DATABASE_REFUSED")


KILLED = """
import asyncio, sys
from hub.runs.kept_runs import kept_run

async def main():
    async with kept_run(sys.argv[1], "orientations", ["orientations.jsonl"]) as run:
        run.read = 7
        print("open", flush=True)
        await asyncio.sleep(3600)

asyncio.run(main())
"""


def opened(database: Database) -> subprocess.Popen[str]:
    """A process of its own that is in the middle of a run of `orientations`."""
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, database.dsn(RUNS_WRITER)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process


def kill(process: subprocess.Popen[str]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait(60)
    assert process.stdout is not None
    process.stdout.close()


async def ended(database: Database, source: str) -> KeptRun:
    """The last run, once PostgreSQL has seen that its process is gone."""
    while (run := await last_run(database, source)).phase is Phase.RUNNING:
        pass
    return run


async def test_a_run_that_is_killed_shows_as_under_way_until_then_and_as_broken_off_after(
    fresh_database: Database,
) -> None:
    process = opened(fresh_database)
    try:
        status = (await statuses(fresh_database))["orientations"]
        assert (status.running, status.last) == (True, None)
    finally:
        kill(process)
    run = await ended(fresh_database, "orientations")
    assert (run.phase, run.seconds) == (Phase.BROKEN_OFF, None)


async def test_no_two_runs_of_a_source_are_under_way_at_once_and_a_killed_one_holds_up_nobody(
    fresh_database: Database, tmp_path: Path
) -> None:
    paths = demo_files(tmp_path, fresh_database)
    process = opened(fresh_database)
    try:
        ingest(fresh_database, "orientations", *paths["orientations"]).check_refused("SOURCE_BUSY")
        assert ingest(fresh_database, "ouiform", *paths["ouiform"][:1]).out
    finally:
        kill(process)
    await ended(fresh_database, "orientations")
    assert "orientations : " in ingest(fresh_database, "orientations", *paths["orientations"]).out
    first, second = (await statuses(fresh_database))["orientations"].runs
    assert (first.phase in (Phase.COMPLETE, Phase.CUT), second.phase) == (True, Phase.BROKEN_OFF)


async def test_how_far_a_run_is_is_written_while_it_is_under_way(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_runs, "PULSE", 0.01)
    async with kept_run(fresh_database.dsn(RUNS_WRITER), "orientations", []) as run:
        run.read, run.cursor = 12, "2026-11-24"
        while (latest := await last_run(fresh_database, "orientations")).read != 12:
            pass
        assert (latest.phase, latest.cursor) == (Phase.RUNNING, "2026-11-24")


async def test_a_run_that_its_caller_abandons_is_broken_off_and_one_that_fails_unforeseen_says_so(
    fresh_database: Database,
) -> None:
    dsn = fresh_database.dsn(RUNS_WRITER)
    with pytest.raises(asyncio.CancelledError):
        async with kept_run(dsn, "orientations", []):
            raise asyncio.CancelledError
    assert (await ended(fresh_database, "orientations")).phase is Phase.BROKEN_OFF
    with pytest.raises(ZeroDivisionError):
        async with kept_run(dsn, "orientations", []):
            raise ZeroDivisionError
    run = await last_run(fresh_database, "orientations")
    assert (run.phase, run.error) == (Phase.FAILED, "INTERNAL_ERROR")


async def test_notifications_of_a_day_add_up_in_one_row_also_at_once_and_while_a_file_is_read(
    fresh_database: Database,
) -> None:
    dsn = fresh_database.dsn(RUNS_WRITER)
    first = Tally(1, 2, {"created": 1}, {}, {"COORDINATES_MISSING": 1})
    second = Tally(1, 0, {"rejected": 1}, {"WEBHOOK_SIGNATURE": 1})
    async with kept_run(dsn, "rdv-insertion", ["rdv.json"]) as run:
        await asyncio.gather(*(add_to_day(dsn, "rdv-insertion", tally) for tally in (first, second) * 5))
        run.tally = Tally(3, 3, {"created": 3})
    day = next(run for run in (await statuses(fresh_database))["rdv-insertion"].runs if run.read == 10)
    assert (day.phase, day.written, day.counts) == (Phase.COMPLETE, 10, {"created": 5, "rejected": 5})
    assert (day.refusals, day.asides) == ({"WEBHOOK_SIGNATURE": 5}, {"COORDINATES_MISSING": 5})


async def test_notifications_hide_neither_a_run_under_way_nor_one_that_failed(fresh_database: Database) -> None:
    dsn = fresh_database.dsn(RUNS_WRITER)

    async def state() -> tuple[State, bool]:
        status = (await statuses(fresh_database))["rdv-insertion"]
        return status.state, status.running

    async def fail() -> None:
        async with kept_run(dsn, "rdv-insertion", ["sync cd08"]):
            await add_to_day(dsn, "rdv-insertion", Tally(1, 1, {"created": 1}))
            assert await state() == (State.UNTIMED, True)
            raise NotServed("SYNC_CREDENTIALS", "refusés", "status 401")

    with pytest.raises(NotServed, match="SYNC_CREDENTIALS"):
        await fail()
    assert await state() == (State.FAILING, False)
    last = (await statuses(fresh_database))["rdv-insertion"].last
    assert last is not None
    assert last.error == "SYNC_CREDENTIALS"
    async with kept_run(dsn, "rdv-insertion", ["sync cd08"]) as run:
        run.tally = Tally(3, 3)
    assert await state() == (State.UNTIMED, False)


async def test_a_database_that_does_not_answer_is_asked_once_for_all_who_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened = 0

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        await reader.read()
        writer.close()

    monkeypatch.setattr(status_reader, "PATIENCE", 0.2)
    async with await asyncio.start_server(never_answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        reader = status_reader.StatusReader(f"postgresql://r:r@127.0.0.1:{port}/spie?sslmode=disable", {})
        answers = await asyncio.gather(*(reader.statuses() for _ in range(5)), return_exceptions=True)
    assert [getattr(answer, "code", None) for answer in answers] == ["DATABASE_UNAVAILABLE"] * 5
    assert opened == 1


async def test_runs_of_more_than_a_year_ago_are_forgotten_with_their_files(fresh_database: Database) -> None:
    dsn = fresh_database.dsn(RUNS_WRITER)
    for _ in range(2):
        async with kept_run(dsn, "orientations", ["a.csv"]) as run:
            run.tally = Tally(1, 1)
    connection = await fresh_database.connect()
    await connection.execute("UPDATE runs.run SET started_at = now() - interval '401 days'")
    async with kept_run(dsn, "orientations", ["b.csv"]) as run:
        run.tally = Tally(1, 1)
    assert await connection.fetchval("SELECT count(*) FROM runs.run") == 1
    assert await connection.fetchval("SELECT count(*) FROM runs.input") == 1
    await connection.close()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("error", "Jeanne Dupont"),
        ("source", "Jeanne Dupont"),
        ("cursor", "x" * 201),
        ("outcome", "done"),
        ("refusals", '{"Jeanne Dupont": 1}'),
        ("refusals", '{"SCHEMA_INVALID": "Jeanne Dupont"}'),
        ("refusals", '{"SCHEMA_INVALID": {"Jeanne": 1}}'),
        ("asides", '{"185077800608491": 1}'),
        ("asides", '["Jeanne Dupont"]'),
        ("counts", '{"Jeanne": 1}'),
        ("counts", '"Jeanne Dupont"'),
    ],
)
async def test_no_column_of_a_run_takes_a_free_text(fresh_database: Database, column: str, value: str) -> None:
    row: dict[str, Any] = {"source": "orientations", column: value}
    connection = await fresh_database.connect(RUNS_WRITER)
    try:
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.copy_records_to_table(
                "run", schema_name="runs", columns=list(row), records=[tuple(row.values())]
            )
    finally:
        await connection.close()


async def test_the_reading_role_changes_nothing_and_no_other_role_enters(fresh_database: Database) -> None:
    connection = await fresh_database.connect(RUNS_READER)
    for statement in ("DELETE FROM runs.run", "UPDATE runs.run SET read = 0", "DELETE FROM runs.input"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()
    for role in ("ingest", "people_ingest", "people_query", "journal_writer"):
        connection = await fresh_database.connect(role)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT * FROM runs.run")
        await connection.close()


async def test_a_database_that_is_gone_is_a_refusal_with_a_code(fresh_database: Database) -> None:
    gone = fresh_database.dsn(RUNS_READER).replace(fresh_database.name, "nowhere")
    with pytest.raises(NotServed) as refusal:
        await read_once(gone, {})
    assert refusal.value.code == "DATABASE_UNAVAILABLE"
    assert hub("sources", "--keys", fresh_database.keys.directory, database_url=gone).code == 1
