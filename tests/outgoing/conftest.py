"""A hub over the canary world that is connected to a simulated system of record, for the tests of one module."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from hub.outgoing.sender import Counts, Recipient, Sender
from hub.outgoing.settings import CIRCUIT, OutgoingTable
from hub.outgoing.systems import SYSTEMS, System
from tests.conftest import Database
from tests.e2e.canary_inside import Got, Inside, inside
from tests.e2e.canary_world import World, build
from tests.simulators.system_of_record import SECRET, RecordSystem

SERVICE = "demonstration--service-01"
REFER = """mutation R($input: ReferToServiceInput!) { referToService(input: $input) {
    id sentOn status service { id } transmission { state since reason systemCode } provenance { source } } }"""
SESSION = "lheo--S08-11"
PLACE = """mutation P($input: PlaceInTrainingInput!) { placeInTraining(input: $input) {
    id status session { id } transmission { state reason systemCode } } }"""
READ = """query L($id: ID!) { person(id: $id) { referrals(first: 50) { nodes {
    id status transmission { state reason systemCode } provenance { source } } } } }"""
PENDING = {"state": "PENDING", "reason": None, "systemCode": None}
ACCEPTED = {"state": "ACCEPTED", "reason": None, "systemCode": None}
QUEUE = "SELECT item_id::text, attempts FROM offers.outgoing"


def rejected(reason: str, code: str | None = None) -> dict[str, Any]:
    """A transmission that was refused."""
    return {"state": "REJECTED", "reason": reason, "systemCode": code}


@dataclass
class Outgoing:
    """The hub, the system that it sends to, and what runs between."""

    hub: Inside
    world: World
    simulator: RecordSystem
    rows: dict[str, OutgoingTable]
    said: list[str] = field(default_factory=list)

    def sender(self, system: System = SYSTEMS["orientations"], *, is_left: bool = False, **changes: Any) -> Sender:
        """What sends to this system, or gives it up where the settings have left it."""
        row = replace_row(self.rows[system.name], **changes)
        to = [] if is_left else [Recipient(system, row, SECRET.encode())]
        keys, left = self.hub.database.keys, [system] if is_left else []
        return Sender(self.hub.app.pipeline, to, keys.cursors, self.hub.database.dsn, self.said.append, left)

    async def send(self, system: System = SYSTEMS["orientations"], **changes: Any) -> Counts:
        """One pass."""
        return await self.sender(system, **changes).run(asyncio.Event())

    async def refer(self, slug: str = "vurnibal", service: str = SERVICE, **more: str) -> Got:
        """Référent A refers a person."""
        asked = {"person": self.world.persons[slug], "service": service, "idempotencyKey": str(uuid4()), **more}
        return await self.hub.ask("referent-a", REFER, {"input": asked})

    async def place(self, slug: str = "vurnibal", session: str = SESSION, purpose: str = "formation") -> Got:
        """Référent A places a person on a session."""
        asked = {"person": self.world.persons[slug], "session": session, "idempotencyKey": str(uuid4())}
        return await self.hub.ask("referent-a", PLACE, {"input": asked}, purpose=purpose)

    async def referred(self, slug: str = "vurnibal") -> str:
        """The id of a new referral."""
        item: str = (await self.refer(slug)).data["referToService"]["id"]
        return item

    async def state(self, item: str, slug: str = "vurnibal") -> Any:
        """What référent A reads of an item; None if it reads nothing of it."""
        got = await self.hub.ask("referent-a", READ, {"id": self.world.persons[slug]})
        nodes = got.data["person"]["referrals"]["nodes"] if got.data["person"] else []
        return next((node for node in nodes if node["id"] == item), None)

    async def recorder(self, item: str) -> str:
        """The organisation whose agent wrote an item."""
        (row,) = await self.execute("SELECT recorded_by FROM offers.referral WHERE id = $1", item)
        recorder: str = row["recorded_by"]
        return recorder

    async def execute(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """Run a statement as the administrator, and return its rows."""
        connection = await self.hub.database.connect()
        try:
            return [dict(row) for row in await connection.fetch(statement, *values)]
        finally:
            await connection.close()


def replace_row(row: OutgoingTable, **changes: Any) -> OutgoingTable:
    """The row with other numbers."""
    return OutgoingTable(**{**{name: getattr(row, name) for name in row.__struct_fields__}, **changes})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Place of the module's files and of its issuer's keys."""
    return tmp_path_factory.mktemp("outgoing")


@pytest.fixture(scope="module")
def world(database: Database, folder: Path) -> World:
    """People and actors, in the module's database."""
    return asyncio.run(build(database, folder / "files"))


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[RecordSystem, str]]:
    """The system, and its address."""
    simulator = RecordSystem()
    with simulator.served() as url:
        yield simulator, url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def connected(
    world: World, database: Database, folder: Path, served: tuple[RecordSystem, str]
) -> AsyncIterator[Outgoing]:
    """The hub, until the module's last test."""
    simulator, url = served
    quick: dict[str, Any] = {"timeout": 20.0, "pause": 0.0, "failures": 99}
    rows = {name: OutgoingTable(name, url, **quick) for name in ("orientations", "ouiform")}
    async with inside(database, world.actors, folder, outgoing=tuple(rows.values())) as hub:
        yield Outgoing(hub, world, simulator, rows)


@pytest_asyncio.fixture(loop_scope="module")
async def outgoing(connected: Outgoing) -> AsyncIterator[Outgoing]:
    """The same, with an empty queue and a system that answers at once."""
    simulator = connected.simulator
    simulator.faults.clear()
    simulator.codes, simulator.answers, simulator.bodies, simulator.lost = [], [], [], 0
    simulator.items, simulator.closed, simulator.made = {}, False, lambda key: None
    simulator.before_answer = lambda: None
    connected.said.clear()
    for schema in ("offers", "trainings"):
        await connected.execute(f"DELETE FROM {schema}.outgoing")
    await connected.execute("DELETE FROM runs.sync_state WHERE account = $1", CIRCUIT)
    yield connected
