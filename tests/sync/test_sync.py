"""`hub sync` against simulators on sockets: whole or broken off, tried again, resumed; nothing of it is ever told."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from demo.token_issuer import Issuer
from hub.errors import NotServed, StartRefused
from hub.sync import client
from hub.sync.link_settings import SyncLink
from hub.sync.run import SyncRun, sync, sync_keys
from infra.keys import Keys
from schema.days import today
from tests.conftest import Database
from tests.forked import ForkedHub
from tests.simulators import data_inclusion, dora, immersion_facile, rdv_insertion
from tests.simulators.data_inclusion import DataInclusionSimulator, service, structure
from tests.simulators.immersion_facile import ImmersionSimulator, convention
from tests.simulators.rdv_insertion import RdvInsertionSimulator, user
from tests.sources.ingestion import rows, values

QUICK = {"backoff": 0.001, "timeout": 20.0}
SECRETS = {
    "dora": f'token = "{dora.TOKEN}"\n',
    "data-inclusion": f'token = "{data_inclusion.TOKEN}"\n',
    "rdv-insertion": f'email = "{rdv_insertion.EMAIL}"\npassword = "{rdv_insertion.PASSWORD}"\n',
    "immersion-facile": f'key = "{immersion_facile.KEY}"\n',
}
STORED = "SELECT id FROM offers.structure UNION ALL SELECT id FROM offers.service ORDER BY 1"


@pytest.fixture
def offer() -> Iterator[tuple[DataInclusionSimulator, str]]:
    """data.inclusion with 30 structures and 40 services, and its address."""
    simulator = DataInclusionSimulator()
    simulator.structures = [structure(number) for number in range(30)]
    simulator.services = [service(number, number % 30) for number in range(40)]
    with simulator.served() as url:
        yield simulator, url


def link(source: str, url: str, **changes: Any) -> SyncLink:
    """An account of the simulator, without pauses."""
    return replace(SyncLink(source, "essai", url, url, "08", **QUICK), **changes)  # type: ignore[arg-type]


def own_keys(database: Database, folder: Path, source: str, secrets: str | None = None) -> Keys:
    """The keys that reading this account takes, and its secrets."""
    directory = folder / "keys"
    directory.mkdir(mode=0o700, exist_ok=True)
    names = sync_keys(SyncLink(source, "essai"))
    for name in names:
        (directory / name).touch(0o600)
        (directory / name).write_bytes((database.keys.directory / name).read_bytes())
    secrets = SECRETS.get(source) if secrets is None else secrets  # a public API has none
    if secrets is not None:
        path = directory / f"sync-{source}.essai.toml"
        path.touch(0o600)
        path.write_text(secrets)
    return Keys.load(directory, names)


async def run(database: Database, folder: Path, row: SyncLink, *, remove: bool = False) -> SyncRun:
    """One reading, as the command does it."""
    return await sync(row, own_keys(database, folder, row.source), database.dsn, remove=remove)


def ids(simulator: DataInclusionSimulator) -> list[str]:
    """What the system holds."""
    return sorted(record["id"] for record in (*simulator.structures, *simulator.services))


async def test_all_pages_are_read_and_a_second_reading_writes_nothing(
    fresh_database: Database, tmp_path: Path, offer: tuple[DataInclusionSimulator, str]
) -> None:
    simulator, url = offer
    first = await run(fresh_database, tmp_path, link("data-inclusion", url))
    assert await values(fresh_database, STORED) == ids(simulator)
    assert (first.report.read, first.report.complete, first.requests) == (70, True, len(simulator.requests))
    second = await run(fresh_database, tmp_path, link("data-inclusion", url))
    assert (second.report.read, second.report.rows) == (70, 0)
    runs = await rows(fresh_database, "SELECT outcome, read, error FROM runs.run ORDER BY number")
    assert runs == [{"outcome": "complete", "read": 70, "error": None}] * 2
    assert set(await values(fresh_database, "SELECT name FROM runs.input")) == {"sync-…"}


async def test_what_vanished_there_vanishes_here_once_the_reading_is_whole(
    fresh_database: Database, tmp_path: Path, offer: tuple[DataInclusionSimulator, str]
) -> None:
    simulator, url = offer
    await run(fresh_database, tmp_path, link("data-inclusion", url))
    before = ids(simulator)
    del simulator.structures[3], simulator.services[5:9]
    simulator.faults.extend(["unavailable"] * 40)
    with pytest.raises(NotServed, match="SYNC_UNREACHABLE"):
        await run(fresh_database, tmp_path, link("data-inclusion", url, failures=99))
    assert await values(fresh_database, STORED) == before
    simulator.faults.clear()
    await run(fresh_database, tmp_path, link("data-inclusion", url))
    assert await values(fresh_database, STORED) == ids(simulator)


@pytest.mark.parametrize("seed", range(3))
async def test_pages_that_shift_while_they_are_read_leave_no_gap_and_remove_nothing_that_stayed(
    fresh_database: Database, tmp_path: Path, offer: tuple[DataInclusionSimulator, str], seed: int
) -> None:
    simulator, url = offer
    await run(fresh_database, tmp_path, link("data-inclusion", url))
    draw, changes = random.Random(seed), Counter[str]()

    def shift() -> None:
        if changes.total() < 4:
            changes["made"] += 1
            del simulator.structures[draw.randrange(len(simulator.structures) // 2)]
            simulator.services.insert(0, service(900 + changes.total(), 1))

    simulator.before_answer = shift
    await run(fresh_database, tmp_path, link("data-inclusion", url))
    assert changes.total() == 4
    assert await values(fresh_database, STORED) == ids(simulator)


async def test_an_empty_answer_removes_nothing_unless_it_is_meant(
    fresh_database: Database, tmp_path: Path, offer: tuple[DataInclusionSimulator, str]
) -> None:
    simulator, url = offer
    await run(fresh_database, tmp_path, link("data-inclusion", url))
    before = ids(simulator)
    simulator.structures.clear()
    simulator.services.clear()
    with pytest.raises(NotServed, match="SYNC_REMOVALS_REFUSED"):
        await run(fresh_database, tmp_path, link("data-inclusion", url))
    assert await values(fresh_database, STORED) == before
    await run(fresh_database, tmp_path, link("data-inclusion", url), remove=True)
    assert await values(fresh_database, STORED) == []


async def test_passing_faults_are_tried_again_and_leave_the_same_data(
    fresh_database: Database, tmp_path: Path, offer: tuple[DataInclusionSimulator, str]
) -> None:
    simulator, url = offer
    simulator.faults.extend(["unavailable", "limited", "malformed", "page", "cut"])
    whole = await run(fresh_database, tmp_path, link("data-inclusion", url))
    assert whole.requests == len(simulator.requests)
    assert await values(fresh_database, STORED) == ids(simulator)
    simulator.faults.extend(["garbled", "cut short", "other day"])
    assert (await run(fresh_database, tmp_path, link("data-inclusion", url))).report.rows == 0
    simulator.faults.append("silent")
    assert (await run(fresh_database, tmp_path, link("data-inclusion", url, timeout=0.5))).report.rows == 0


async def test_an_emptied_list_removes_nothing_although_the_other_list_is_long(
    fresh_database: Database, tmp_path: Path, offer: tuple[DataInclusionSimulator, str]
) -> None:
    simulator, url = offer
    simulator.structures = [structure(number) for number in range(60)]
    simulator.services = [service(number, number % 60) for number in range(700)]
    await run(fresh_database, tmp_path, link("data-inclusion", url))
    before = ids(simulator)
    simulator.structures.clear()
    with pytest.raises(NotServed, match="SYNC_REMOVALS_REFUSED"):
        await run(fresh_database, tmp_path, link("data-inclusion", url))
    assert await values(fresh_database, STORED) == before


async def test_an_answer_is_inflated_once_and_in_bounds(
    fresh_database: Database, tmp_path: Path, offer: tuple[DataInclusionSimulator, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator, url = offer
    simulator.encodings = ("gzip",)
    await run(fresh_database, tmp_path, link("data-inclusion", url))
    assert await values(fresh_database, STORED) == ids(simulator)
    simulator.encodings = ("gzip", "gzip")
    with pytest.raises(NotServed, match="SYNC_MALFORMED"):
        await run(fresh_database, tmp_path, link("data-inclusion", url))
    simulator.encodings = ("gzip",)
    monkeypatch.setattr(client, "LARGEST", 1000)
    with pytest.raises(NotServed, match="SYNC_MALFORMED") as refused:
        await run(fresh_database, tmp_path, link("data-inclusion", url))
    assert refused.value.detail == "more than 1000 bytes"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("far", "SYNC_RATE_LIMITED"),
        ("limited", "SYNC_RATE_LIMITED"),
        ("page", "SYNC_MALFORMED"),
    ],
)
async def test_a_fault_that_stays_ends_the_reading_with_its_code(
    fresh_database: Database, tmp_path: Path, offer: tuple[DataInclusionSimulator, str], fault: str, code: str
) -> None:
    simulator, url = offer
    simulator.faults.extend([fault] * 6)
    with pytest.raises(NotServed, match=code):
        await run(fresh_database, tmp_path, link("data-inclusion", url))
    runs = await rows(fresh_database, "SELECT outcome, error FROM runs.run")
    assert runs == [{"outcome": "failed", "error": code}]


async def test_31_an_api_that_redirects_is_not_followed_and_its_token_goes_nowhere_else(
    fresh_database: Database, tmp_path: Path, offer: tuple[DataInclusionSimulator, str]
) -> None:
    simulator, url = offer
    other_site = DataInclusionSimulator()
    with other_site.served() as elsewhere:
        simulator.elsewhere = elsewhere
        with pytest.raises(NotServed, match="SYNC_REFUSED"):
            await run(fresh_database, tmp_path, link("data-inclusion", url))
    assert (len(simulator.requests), other_site.requests) == (1, [])


async def test_a_source_that_fails_rests_and_one_reading_probes_it(
    fresh_database: Database, tmp_path: Path, offer: tuple[DataInclusionSimulator, str]
) -> None:
    simulator, url = offer
    row = link("data-inclusion", url, attempts=1, failures=2)
    simulator.faults.extend(["unavailable"] * 2)
    for _ in range(2):
        with pytest.raises(NotServed, match="SYNC_UNREACHABLE"):
            await run(fresh_database, tmp_path, row)
    count = len(simulator.requests)
    with pytest.raises(NotServed, match="SYNC_CIRCUIT_OPEN"):
        await run(fresh_database, tmp_path, row)
    assert len(simulator.requests) == count, "a source at rest is not asked"
    assert await values(fresh_database, "SELECT error FROM runs.run") == ["SYNC_UNREACHABLE"] * 2
    await rows(fresh_database, "UPDATE runs.sync_state SET rests_until = now() RETURNING 1")
    simulator.faults.append("unavailable")
    with pytest.raises(NotServed, match="SYNC_UNREACHABLE"):
        await run(fresh_database, tmp_path, row)
    with pytest.raises(NotServed, match="SYNC_CIRCUIT_OPEN"):
        await run(fresh_database, tmp_path, row)
    await rows(fresh_database, "UPDATE runs.sync_state SET rests_until = now() RETURNING 1")
    await run(fresh_database, tmp_path, row)
    assert await rows(fresh_database, "SELECT failures, rests_until FROM runs.sync_state") == [
        {"failures": 0, "rests_until": None}
    ]


async def test_wrong_or_open_secrets_stop_and_are_never_told(
    fresh_database: Database,
    tmp_path: Path,
    offer: tuple[DataInclusionSimulator, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    simulator, url = offer
    row = link("data-inclusion", url)
    keys = own_keys(fresh_database, tmp_path, "data-inclusion", 'token = "faux-jeton-4b2e"\n')
    with caplog.at_level(logging.DEBUG), pytest.raises(NotServed, match="SYNC_CREDENTIALS") as refused:
        await sync(row, keys, fresh_database.dsn)
    assert "faux-jeton-4b2e" not in f"{refused.value} {caplog.text}"
    assert len(simulator.requests) == 1, "a refused secret is not tried again"
    path = keys.directory / "sync-data-inclusion.essai.toml"
    for token in ("clé-9d1c", "jeton-9d1c\\n", "jeton-9d1c\\r\\nHost: ailleurs"):
        path.write_text(f'token = "{token}"\n')
        with pytest.raises(NotServed, match="SYNC_CREDENTIALS") as unfit:
            await sync(row, keys, fresh_database.dsn)
        assert "9d1c" not in f"{unfit.value} {unfit.value.__context__!r}"
    assert len(simulator.requests) == 1, "what is no header is not sent"
    path.write_text("token = 12345\n")
    with pytest.raises(StartRefused, match="TOML_INVALID") as typed:
        await sync(row, keys, fresh_database.dsn)
    assert "12345" not in str(typed.value)
    path.chmod(0o640)
    with pytest.raises(StartRefused, match="SYNC_CREDENTIALS_EXPOSED"):
        await sync(row, keys, fresh_database.dsn)
    path.unlink()
    with pytest.raises(StartRefused, match="SYNC_CREDENTIALS_MISSING"):
        await sync(row, keys, fresh_database.dsn)


def test_a_killed_command_is_run_again_and_leaves_what_a_whole_one_leaves(
    fresh_database: Database, tmp_path: Path, offer: tuple[DataInclusionSimulator, str]
) -> None:
    simulator, url = offer
    own_keys(fresh_database, tmp_path, "data-inclusion")
    settings = Issuer(tmp_path / "demo").write_settings({})
    with settings.open("a") as file:
        file.write(f'[[sync]]\nsource = "data-inclusion"\naccount = "essai"\nurl = "{url}"\nbackoff = 0.001\n')
    command = ["sync", "data-inclusion", "--settings", settings, "--keys", tmp_path / "keys"]
    environment = {**os.environ, "DATABASE_URL": fresh_database.place}
    reached, go_on = Event(), Event()

    def stop_at(number: int) -> None:
        def pause() -> None:
            if len(simulator.requests) == number:
                reached.set()
                go_on.wait(60)

        reached.clear()
        go_on.clear()
        simulator.requests.clear()
        simulator.before_answer = pause

    for number in (1, 4, 12, 17, 22):
        stop_at(number)
        with ForkedHub(command, environment) as killed:
            assert reached.wait(120)
            killed.send_signal(signal.SIGKILL)
            go_on.set()
    simulator.before_answer = lambda: None
    errors = tmp_path / "errors"
    with ForkedHub(command, environment, errors) as process:
        out = process.stdout.read()
    assert process.returncode == 0, errors.read_text()
    assert "70 enregistrements lus" in out
    assert asyncio.run(values(fresh_database, STORED)) == ids(simulator)
    assert data_inclusion.TOKEN not in out + errors.read_text()


async def test_users_of_all_organisations_are_read_under_a_log_in_that_ends(
    fresh_database: Database, tmp_path: Path
) -> None:
    simulator = RdvInsertionSimulator()
    simulator.organisations = {
        403_023: [user(number) for number in range(60)],
        403_024: [user(number) for number in range(50, 70)],
    }
    with simulator.served() as url:
        row = link("rdv-insertion", url)

        def expire() -> None:
            if len(simulator.requests) == 4:
                simulator.tokens.clear()

        simulator.before_answer = expire
        first = await run(fresh_database, tmp_path, row)
        assert first.report.complete, first.report.codes
        assert sum("sign_in" in request for request in simulator.requests) == 2
        names = await values(fresh_database, "SELECT DISTINCT last_name FROM people.person")
        assert sorted(names) == sorted(f"NOMUNIQUE{number}" for number in range(70))
        with pytest.raises(NotServed, match="SYNC_REFUSED"):
            await run(fresh_database, tmp_path, replace(row, department="2A"))
        with pytest.raises(NotServed, match="SYNC_DEPARTMENT_MISSING"):
            await run(fresh_database, tmp_path, replace(row, department=None))


async def test_no_url_holds_a_secret_or_a_person(fresh_database: Database, tmp_path: Path) -> None:
    simulator = RdvInsertionSimulator()
    simulator.organisations = {403_023: [user(number) for number in range(3)]}
    with simulator.served() as url:
        await run(fresh_database, tmp_path, link("rdv-insertion", url))
    urls = " ".join(simulator.requests)
    for value in (rdv_insertion.PASSWORD, rdv_insertion.EMAIL, "NOMUNIQUE", *simulator.tokens):
        assert value not in urls


async def test_a_span_of_days_is_halved_until_the_api_gives_all_of_it_and_the_cursor_goes_on(
    fresh_database: Database, tmp_path: Path
) -> None:
    simulator = ImmersionSimulator()
    start: date = today() - timedelta(days=200)
    simulator.conventions = [convention(number, start + timedelta(days=number)) for number in range(250)]
    with simulator.served() as url:
        row = link("immersion-facile", url, attempts=1, failures=99)

        def break_off() -> None:
            if len(simulator.requests) == 6:
                simulator.faults.append("unavailable")

        simulator.before_answer = break_off
        with pytest.raises(NotServed, match="SYNC_UNREACHABLE"):
            await run(fresh_database, tmp_path, row)
        (cursor,) = await values(fresh_database, "SELECT cursor FROM runs.sync_state")
        assert cursor is not None
        simulator.requests.clear()
        simulator.before_answer = lambda: None
        rest = await run(fresh_database, tmp_path, row)
        assert f"startDateGreater={cursor}" in simulator.requests[0]
        expected = sum(entry["dateStart"][:10] > cursor for entry in simulator.conventions)
        assert 0 < expected < 250
        assert (rest.report.read, rest.report.codes) == (expected, Counter({"MATCH_NONE": expected}))
        whole = await run(fresh_database, tmp_path, row)
        assert whole.report.read == 250


async def test_a_day_that_the_api_does_not_give_whole_hides_no_other_day_and_is_said_at_each_reading(
    fresh_database: Database, tmp_path: Path
) -> None:
    simulator = ImmersionSimulator()
    start: date = today() - timedelta(days=100)
    simulator.conventions = [
        *(convention(number, start) for number in range(130)),
        *(convention(1000 + number, start + timedelta(days=number - 20)) for number in range(0, 60, 3)),
    ]
    with simulator.served() as url:
        row = link("immersion-facile", url)
        for _ in range(2):
            with pytest.raises(NotServed, match="SYNC_TOO_MANY_IN_A_DAY"):
                await run(fresh_database, tmp_path, row)
        runs = await rows(fresh_database, "SELECT outcome, read FROM runs.run")
        assert runs == [{"outcome": "failed", "read": 120}] * 2
        simulator.conventions = simulator.conventions[120:]
        whole = await run(fresh_database, tmp_path, row)
        assert whole.report.read == 30
