"""`hub sources` tells how fresh each source is, by the rhythm of the settings, and changes nothing."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from rich.console import Console

from demo.token_issuer import Issuer
from hub.ingest import SOURCES
from hub.runs.kept_runs import Outcome, Tally, kept_run
from hub.runs.source_status import Phase
from hub.runs.status_reader import read_once
from hub.runs.status_table import show_status
from hub.runs.status_texts import bars, duration
from hub.sync.link_settings import SyncLink
from hub.sync.sync_state import SyncState
from infra.role_names import RUNS_READER, RUNS_WRITER
from tests.cli.commands import Result, hub
from tests.conftest import Database

HOUR, DAY = 3_600, 86_400


async def keep(database: Database, source: str, *, read: int = 1, whole: bool = True, hours_ago: float = 0) -> None:
    """A run of this source that ended so many hours ago."""
    async with kept_run(database.dsn(RUNS_WRITER), source, ["flux.xml"]) as run:
        refusals = {} if whole else {"TRUNCATED": 1}
        run.tally = Tally(read, read, {"created": read}, refusals, {"COORDINATES_MISSING": 2}, ["a" * 64], whole)
    connection = await database.connect()
    await connection.execute(
        "UPDATE runs.run SET started_at = started_at - make_interval(secs => $1), ended_at = ended_at"
        " - make_interval(secs => $1) WHERE number = (SELECT max(number) FROM runs.run)",
        hours_ago * HOUR,
    )
    await connection.close()


def settings_file(folder: Path, text: str) -> Path:
    """The settings of the demo, with these tables."""
    path = Issuer(folder / "issuer").write_settings({})
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    return path


def sources(database: Database, *arguments: object) -> Result:
    return hub("sources", *arguments, "--keys", database.keys.directory, database_url=database.admin_dsn)


def json_by_source(database: Database, *arguments: object) -> dict[str, Any]:
    """What `--json` says, by source."""
    result = sources(database, "--json", *arguments)
    assert result.code == 0, result
    return {status["source"]: status for status in orjson.loads(result.out)}


def by_source(text: str) -> dict[str, str]:
    """The lines of each source, whose first one begins with its name."""
    blocks = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
    return {block.split()[0]: block.strip() for block in blocks}


async def test_each_source_is_fresh_late_failing_or_never_read(fresh_database: Database, tmp_path: Path) -> None:
    await keep(fresh_database, "cnaf-flux", hours_ago=24 * 40)
    await keep(fresh_database, "data-inclusion", hours_ago=5)
    await keep(fresh_database, "lheo", hours_ago=5)
    await keep(fresh_database, "orientations", hours_ago=30)
    await keep(fresh_database, "emplois", hours_ago=3)
    await keep(fresh_database, "emplois", whole=False)
    await keep(fresh_database, "ouiform")
    settings = settings_file(
        tmp_path,
        f"[sources.cnaf-flux]\nevery = {31 * DAY}\n[sources.data-inclusion]\nevery = {3 * HOUR}\n"
        f"[sources.lheo]\nevery = {2 * HOUR}\nlate = {4 * HOUR}\n[sources.orientations]\nevery = {DAY}\nlate = {DAY}\n"
        f"[sources.emplois]\nevery = {HOUR}\n[sources.droits]\nevery = {HOUR}\n",
    )

    statuses = json_by_source(fresh_database, "--settings", settings)

    assert statuses.keys() == SOURCES.keys()
    states = {name: (status["state"], status["late"]) for name, status in statuses.items()}
    assert states == dict.fromkeys(SOURCES, ("never", False)) | {
        "cnaf-flux": ("fresh", False),
        "data-inclusion": ("fresh", False),
        "lheo": ("late", True),
        "orientations": ("late", True),
        "emplois": ("failing", True),
        "ouiform": ("untimed", False),
        "droits": ("never", True),
    }
    assert statuses["emplois"]["runs"][0]["refusals"] == {"TRUNCATED": 1}
    assert statuses["emplois"]["lastSuccess"] is not None
    assert 2.9 * HOUR < statuses["emplois"]["age"] < 3.5 * HOUR


async def test_the_table_says_the_same_in_french(fresh_database: Database, tmp_path: Path) -> None:
    for read in (10, 20, 40):
        await keep(fresh_database, "cnaf-flux", read=read)
    await keep(fresh_database, "orientations", whole=False)
    settings = settings_file(tmp_path, f"[sources.cnaf-flux]\nevery = {31 * DAY}\n")

    result = sources(fresh_database, "--settings", settings)

    texts = by_source(result.out)
    assert texts.keys() == SOURCES.keys()
    for text in ("à jour", "attendue chaque 31 j", "▃▅█ 40"):
        assert text in texts["cnaf-flux"], texts["cnaf-flux"]
    assert "en échec" in texts["orientations"]
    assert "refus : TRUNCATED : 1" in texts["orientations"]
    assert texts["lheo"].split(maxsplit=1)[1] == "jamais lue"


async def test_a_source_at_rest_says_until_when(fresh_database: Database) -> None:
    state = SyncState(fresh_database.dsn(RUNS_WRITER), SyncLink("data-inclusion", "essai", failures=1))
    await state.take_slot(HOUR)
    await state.ended("SYNC_UNREACHABLE")
    assert "au repos jusqu'à " in by_source(sources(fresh_database).out)["data-inclusion"]
    assert json_by_source(fresh_database)["data-inclusion"]["retryAt"] is not None


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("every = 0", "« every » doit être un nombre > 0"),
        ("every = -1.5", "« every »"),
        ("late = 5", "la clé « every » manque"),
        ('every = "1d"', "« every » doit être un nombre"),
        ("every = 60\nfolder = 1", "« folder » n'est pas une clé admise ici"),
        ("every = nan", "« every »"),
        ("every = inf", "« every »"),
        ("every = 60\nlate = 59", "« late » est au moins « every »"),
    ],
)
def test_a_rhythm_that_is_none_is_refused_with_its_line(
    fresh_database: Database, tmp_path: Path, table: str, problem: str
) -> None:
    settings = settings_file(tmp_path, f"[sources.orientations]\n{table}\n")
    line = sources(fresh_database, "--settings", settings).check_refused("SETTINGS_INVALID")
    assert problem in line


def test_bars_and_durations_are_short() -> None:
    assert bars([0, 7, 14]) == "▁▅█"
    assert bars([]) == ""
    assert bars([0, 0]) == "▁▁"
    cases = {0.25: "0,2 s", 59.4: "59 s", 60: "1 min", 3_700: "1 h 1 min", 90_000: "1 j 1 h", 86_461: "1 j"}
    assert {seconds: duration(seconds) for seconds in cases} == cases


def test_every_end_of_a_run_has_a_phase() -> None:
    assert {*map(str, Outcome)} < {*map(str, Phase)}
    assert all(phase.label for phase in Phase)


async def test_a_narrow_terminal_or_a_pipe_cuts_no_name_and_no_code(fresh_database: Database) -> None:
    await keep(fresh_database, "data-inclusion", whole=False)
    written = StringIO()
    show_status(await read_once(fresh_database.dsn(RUNS_READER), {}, list(SOURCES)), Console(file=written, width=80))
    texts = by_source(written.getvalue())
    assert texts.keys() == SOURCES.keys()
    assert "…" not in written.getvalue()
    assert max(map(len, written.getvalue().splitlines())) <= 80
    assert len(texts["data-inclusion"].splitlines()) <= 5, "no text is folded into a narrow column"
