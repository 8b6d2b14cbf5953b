"""A hub with a shared state: while it is gone plain reads alone go on, and who is revoked reads nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from demo.token_issuer import ISSUER
from hub.cli.shared_state import VARIABLE
from infra.shared_state.place import Patience, Place
from infra.shared_state.server_state import ServerState
from tests.cli.commands import hub
from tests.conftest import Database
from tests.e2e.canary_inside import Got, inside
from tests.e2e.canary_world import build
from tests.find_person.conftest import Searches, actors, by_nir
from tests.shared_states import until
from tests.valkey import Valkey, valkey

pytestmark = pytest.mark.asyncio(loop_scope="module")
READ = "query ($id: ID!) { person(id: $id) { id lastName } }"
WRITE = """mutation ($id: ID!) {
  recordAppointment(input: {person: $id, startsAt: "2030-01-15T09:00:00Z", mode: VISIO, idempotencyKey: "k"}) { id }
}"""


@pytest.fixture(scope="module")
def mortal() -> Iterator[Valkey]:
    """A server that tests may kill, and start again."""
    with valkey() as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Place of the module's files and of its issuer's keys."""
    return tmp_path_factory.mktemp("sharing")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sharing(database: Database, mortal: Valkey, folder: Path) -> AsyncIterator[Searches]:
    """A running hub with a shared state."""
    world = await asyncio.to_thread(lambda: asyncio.run(build(database, folder / "files")))
    state = ServerState(Place(mortal.url), database.keys.shared, Patience(0.5))
    async with inside(database, actors(world), folder, state=state) as running:
        yield Searches(running, world)


async def read(sharing: Searches, **changed: str) -> Got:
    """A plain read of somebody whom the actor follows."""
    return await sharing.hub.ask("referent-a", READ, {"id": sharing.world.persons["vurnibal"]}, **changed)


async def test_a_request_makes_one_round_trip(sharing: Searches, monkeypatch: pytest.MonkeyPatch) -> None:
    state, scripts = sharing.hub.app._state, list[str]()
    assert isinstance(state, ServerState)
    run = state.link.run

    async def counted(script: str, *arguments: Any) -> Any:
        scripts.append(script)
        return await run(script, *arguments)

    monkeypatch.setattr(state.link, "run", counted)
    for _ in range(3):
        assert (await read(sharing)).data["person"]
    assert [script for script in scripts if script != "begin"] == ["take"] * 3


async def test_while_the_state_is_gone_plain_reads_go_on_and_what_it_guards_is_refused(
    sharing: Searches, mortal: Valkey
) -> None:
    state = sharing.hub.app._state
    assert (await sharing.find("referent-a", by_nir("vurnibal"))).data["findPerson"]["outcome"] == "ONE"
    mortal.kill()
    await until(lambda: not state.is_open)
    assert (await read(sharing)).data["person"]["id"] == sharing.world.persons["vurnibal"]
    refusals = [
        await sharing.find("referent-a", by_nir("vurnibal")),
        await sharing.hub.ask("referent-a", WRITE, {"id": sharing.world.persons["vurnibal"]}),
    ]
    for refused in refusals:
        assert (refused.status, refused.code) == (503, "SHARED_STATE_GONE")
        assert (b"retry-after", b"5") in refused.headers
        assert refused.calls == {}
    mortal.start()
    await until(lambda: state.is_open)
    assert (await sharing.find("referent-a", by_nir("vurnibal"))).data["findPerson"]["outcome"] == "ONE"


async def test_57_whoever_is_revoked_reads_nothing_until_it_is_restored(
    sharing: Searches, mortal: Valkey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, mortal.url)
    bearer = dict(sharing.hub.headers("referent-a"))["authorization"]
    (tmp_path / "jeton.txt").write_text(bearer.removeprefix("Bearer ") + "\n", encoding="utf-8")
    claims = sharing.hub.actors["referent-a"].claims
    keys = ("--keys", str(sharing.hub.database.keys.directory))
    state = sharing.hub.app._state
    assert isinstance(state, ServerState)
    for options in (
        ("--token", str(tmp_path / "jeton.txt")),
        ("--organisation", str(claims["organisation"])),
        ("--actor", f"{ISSUER}#referent-a"),
    ):
        added = await asyncio.to_thread(hub, "revocations", "add", *options, *keys)
        assert (added.code, added.err) == (0, "")
        await until(lambda: bool(state.revocations))
        refused = await read(sharing, authorization=bearer)
        assert (refused.status, refused.code) == (403, "ACCESS_REVOKED"), options
        assert (refused.calls, options[1] in refused.body.decode()) == ({}, False)
        listed = await asyncio.to_thread(hub, "revocations", "list", *keys)
        assert "Accès retirés : 1" in listed.out
        assert (await asyncio.to_thread(hub, "revocations", "remove", *options, *keys)).code == 0
        await until(lambda: not state.revocations)
        assert (await read(sharing)).data["person"]
    unknown = await asyncio.to_thread(hub, "revocations", "remove", "--actor", f"{ISSUER}#nobody", *keys)
    unknown.check_refused("REVOCATION_UNKNOWN")
