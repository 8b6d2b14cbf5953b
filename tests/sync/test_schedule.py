"""Readings run by themselves: on their slots, apart from each other, and where the last process was."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from demo.token_issuer import Issuer
from hub.errors import NotServed, StartRefused
from hub.sync.link_settings import SyncLink
from hub.sync.schedule import Schedule, scheduled
from hub.sync.sync_state import SyncState
from infra.keys import Keys
from infra.role_names import RUNS_WRITER
from tests.cli.commands import hub
from tests.conftest import Database
from tests.forked import ForkedHub
from tests.simulators.data_inclusion import DataInclusionSimulator, service, structure
from tests.simulators.immersion_facile import ImmersionSimulator
from tests.sources.ingestion import rows, values
from tests.sync.test_sync import SECRETS, STORED, ids, link, own_keys

HOUR = 3_600.0
WITHOUT_SECRET = "sans-secret"


def state_of(database: Database, **changes: float) -> SyncState:
    """The state of an account, as a process that has just started sees it."""
    return SyncState(database.dsn(RUNS_WRITER), link("data-inclusion", "http://127.0.0.1", **changes))


class Pauses:
    """Pauses that end at once, so many of each account; then all wait for each other, and the schedule is to stop."""

    def __init__(self, accounts: int, most: int) -> None:
        self.seconds = defaultdict[object, list[float]](list)
        self._barrier, self._most = asyncio.Barrier(accounts), most

    async def __call__(self, stop: asyncio.Event, seconds: float) -> None:
        own = self.seconds[asyncio.current_task()]
        own.append(seconds)
        if len(own) > self._most:
            await self._barrier.wait()
            stop.set()


async def run(
    database: Database, folder: Path, links: list[SyncLink], readings: int, chance: float = 0.0
) -> tuple[list[str], list[float]]:
    """The lines said in so many readings of each account, and the pauses before each but the first."""
    for row in links:
        keys = own_keys(database, folder, row.source)
        if row.account == WITHOUT_SECRET:
            continue
        secrets = keys.directory / f"sync-{row.source}.{row.account}.toml"
        secrets.touch(0o600)
        secrets.write_text(SECRETS[row.source])
    lines, pauses, all_keys = list[str](), Pauses(len(links), readings), database.keys
    schedule = Schedule(
        scheduled(links, HOUR),
        Keys(keys.directory, all_keys.values),
        database.dsn,
        lines.append,
        chance=lambda: chance,
        pause=pauses,
    )
    await schedule.run(asyncio.Event())
    return lines, [seconds for own in pauses.seconds.values() for seconds in own[1:]]


async def test_slots_lie_whole_rhythms_apart_however_late_a_reading_is(fresh_database: Database) -> None:
    state = state_of(fresh_database)
    assert await state.wait(HOUR) == 0.0, "the first reading waits for nothing"
    await state.take_slot(HOUR)
    assert 3_590 < await state.wait(HOUR) <= HOUR
    cases = {0.3: (0.3, 0.7), 1.0: (0.0, 1.0), 2.5: (0.5, 0.5), 0.995: (-0.005, 1.005)}
    for late, (since_slot, until_next) in cases.items():
        await rows(fresh_database, f"UPDATE runs.sync_state SET slot_at = now() - interval '{late} hours' RETURNING 1")
        await state.take_slot(HOUR)
        (age,) = await values(fresh_database, "SELECT extract(epoch FROM now() - slot_at)::float8 FROM runs.sync_state")
        assert abs(age - since_slot * HOUR) < 30, late
        assert abs(await state.wait(HOUR) - until_next * HOUR) < 30, late


async def test_a_reading_that_never_ended_is_taken_up_at_once(fresh_database: Database) -> None:
    state = state_of(fresh_database)
    await state.take_slot(HOUR)
    await state.reading()
    assert await state_of(fresh_database).wait(HOUR) == 0.0
    await state.ended(None)
    assert await state_of(fresh_database).wait(HOUR) > 3_500


@pytest.mark.parametrize("code", ["SYNC_UNREACHABLE", "SYNC_CREDENTIALS"])
async def test_a_failing_account_waits_longer_each_time_up_to_a_ceiling_and_a_restart_forgets_none_of_it(
    fresh_database: Database, code: str
) -> None:
    limits = {"failures": 3, "pause": 900.0, "longest_pause": 3_000.0}
    await state_of(fresh_database).take_slot(HOUR)
    waits = []
    for _ in range(6):
        await state_of(fresh_database, **limits).ended(code)
        waits.append(round(await state_of(fresh_database, **limits).wait(30 * HOUR), -1))
    assert waits == [900.0, 900.0, 900.0, 1_800.0, 3_000.0, 3_000.0]
    if code == "SYNC_UNREACHABLE":
        with pytest.raises(NotServed, match="SYNC_CIRCUIT_OPEN"):
            await state_of(fresh_database, **limits).begin()
    else:
        await state_of(fresh_database, **limits).begin()  # whoever has mended the secret may read at once
    await state_of(fresh_database).ended(None)
    assert await values(fresh_database, "SELECT failures FROM runs.sync_state") == [0]


@contextmanager
def offer() -> Iterator[tuple[DataInclusionSimulator, str]]:
    simulator = DataInclusionSimulator()
    simulator.structures = [structure(number) for number in range(3)]
    simulator.services = [service(number, number % 3) for number in range(3)]
    with simulator.served() as url:
        yield simulator, url


async def test_an_account_that_fails_keeps_no_other_from_being_read(fresh_database: Database, tmp_path: Path) -> None:
    failing = ImmersionSimulator()
    failing.faults.extend(["unavailable"] * 99)
    with offer() as (_, url), failing.served() as elsewhere:
        links = [
            link("immersion-facile", elsewhere, attempts=1, failures=1),
            link("data-inclusion", url),
            SyncLink("rdv-insertion", WITHOUT_SECRET, url, url, "08"),
        ]
        lines, pauses = await run(fresh_database, tmp_path, links, 3)
    runs = await rows(fresh_database, "SELECT DISTINCT source, outcome, error FROM runs.run ORDER BY 1")
    assert runs == [
        {"source": "data-inclusion", "outcome": "complete", "error": None},
        {"source": "immersion-facile", "outcome": "failed", "error": "SYNC_UNREACHABLE"},
    ]
    output = "\n".join(lines)
    assert "data-inclusion (essai) : 6 enregistrements lus — 6 créés ; " in output
    assert "[SYNC_UNREACHABLE]" in output
    assert "[SYNC_CIRCUIT_OPEN]" in output
    assert f"rdv-insertion ({WITHOUT_SECRET})" in output
    assert "[SYNC_CREDENTIALS_MISSING]" in output
    assert len(lines) == len(output.splitlines()) == 9
    assert min(pauses) > 800, "nothing is tried again at once"


async def test_readings_begin_a_little_after_their_slot_by_chance(fresh_database: Database, tmp_path: Path) -> None:
    with offer() as (_, url):
        _, pauses = await run(fresh_database, tmp_path, [link("data-inclusion", url)], 2, chance=0.5)
    assert 3_600 < pauses[0] <= 3_630


async def test_accounts_of_one_source_take_turns(fresh_database: Database, tmp_path: Path) -> None:
    with offer() as (_, url):
        links = [link("data-inclusion", url, account=f"compte-{number}") for number in range(3)]
        lines, _ = await run(fresh_database, tmp_path, links, 2)
    assert set(await values(fresh_database, "SELECT outcome FROM runs.run")) == {"complete"}
    assert not any("SOURCE_BUSY" in line for line in lines)


async def test_without_a_database_accounts_go_on_trying(fresh_database: Database, tmp_path: Path) -> None:
    lines, pauses = list[str](), Pauses(1, 3)
    schedule = Schedule(
        scheduled([link("data-inclusion", "http://127.0.0.1")], HOUR),
        own_keys(fresh_database, tmp_path, "data-inclusion"),
        lambda role: "postgresql://127.0.0.1:1/nothing",
        lines.append,
        pause=pauses,
    )
    await schedule.run(asyncio.Event())
    assert len(lines) == 3
    assert all("[DATABASE_UNAVAILABLE]" in line for line in lines)
    assert all(min(own) >= 900 for own in pauses.seconds.values())


def settings_file(folder: Path, url: str, more: str = "") -> Path:
    settings = Issuer(folder / "demo").write_settings({})
    with settings.open("a") as file:
        file.write(f'[[sync]]\nsource = "data-inclusion"\naccount = "essai"\nurl = "{url}"\nbackoff = 0.001\n{more}')
    return settings


def test_a_rhythm_is_needed_and_has_a_unit(fresh_database: Database, tmp_path: Path) -> None:
    settings = settings_file(tmp_path, "http://127.0.0.1:9")
    arguments = ("sync", "--settings", settings, "--keys", fresh_database.keys.directory)
    assert "« essai »" in hub(*arguments).check_refused("SYNC_EVERY_MISSING")
    for rhythm in ("15", "0m", "-1h", "1.5h", "15 m", "٣m"):
        hub(*arguments, f"--every={rhythm}").check_refused("ARGUMENT_INVALID")
    hub(*arguments, "--every=1h", "--remove").check_refused("ARGUMENT_UNEXPECTED")
    hub(*arguments, "--every=1h", "--account=autre").check_refused("SYNC_ACCOUNT")
    with pytest.raises(StartRefused, match="SYNC_EVERY_MISSING"):
        scheduled([link("data-inclusion", "http://127.0.0.1")], None)


def test_a_signal_ends_a_schedule_between_pages_and_the_next_process_goes_on_at_once(
    fresh_database: Database, tmp_path: Path
) -> None:
    with offer() as (simulator, url):
        own_keys(fresh_database, tmp_path, "data-inclusion")
        settings = settings_file(tmp_path, url, "every = 3600\n")
        command = ["sync", "--settings", settings, "--keys", tmp_path / "keys"]
        environment = {**os.environ, "DATABASE_URL": fresh_database.place}
        reached, go_on = Event(), Event()

        def pause() -> None:
            if len(simulator.requests) == 2:
                reached.set()
                go_on.wait(60)

        simulator.before_answer = pause
        with ForkedHub(command, environment) as process:
            assert reached.wait(60)
            process.send_signal(signal.SIGTERM)
            process.wait(60)  # it ends while the answer is still to come
            out = process.stdout.read()
            go_on.set()
        assert process.returncode == 0
        assert out.startswith("data-inclusion (essai) : chaque 1 h.\n")
        assert out.endswith("[SYNC_STOPPED]\n")
        simulator.before_answer = lambda: None
        with ForkedHub(command, environment) as process:
            lines = [process.stdout.readline() for _ in range(2)]
            process.send_signal(signal.SIGHUP)
        assert process.returncode == 0
        assert "6 enregistrements lus" in lines[1]
        assert "Prochaine lecture dans 59 min" in lines[1] or "Prochaine lecture dans 1 h" in lines[1]
    assert asyncio.run(values(fresh_database, STORED)) == ids(simulator)
    errors = asyncio.run(values(fresh_database, "SELECT coalesce(error, outcome) FROM runs.run ORDER BY number"))
    assert errors == ["SYNC_STOPPED", "complete"]
