"""A hub over the canary world that is connected to a simulated system of record, for the tests of one module."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
import pytest_asyncio

from hub.outgoing.sender import Counts, Recipient, Sender
from hub.outgoing.settings import CIRCUIT, OutgoingTable
from hub.outgoing.systems import SYSTEMS, System
from schema.days import today
from tests.conftest import Database
from tests.e2e.canary_inside import Got, Inside, inside
from tests.e2e.canary_world import World, build
from tests.simulators.system_of_record import SECRET, RecordSystem

SERVICE = "demonstration--service-01"
REFER = """mutation R($input: ReferToServiceInput!) { referToService(input: $input) {
    id sentOn status service { id } transmission { state since reason systemCode } provenance { source } } }"""
READ = """query L($id: ID!) { person(id: $id) { referrals(first: 50) { nodes {
    id status transmission { state reason systemCode } provenance { source } } } } }"""
PENDING = {"state": "PENDING", "reason": None, "systemCode": None}
ACCEPTED = {"state": "ACCEPTED", "reason": None, "systemCode": None}
QUEUE = "SELECT item_id::text, attempts FROM offers.outgoing"
SESSION, OFFER = "lheo--S08-11", "canari--immersion"
HOST = "99900098800001"
OFFERED = """
INSERT INTO offers.immersion_offer (id, siret, company_name, rome_code, occupations, source, source_id, as_of)
VALUES ($1, $2, 'Le Relais', 'K1304', '{}', 'canari', $1, now())
"""
"""An immersion that may be proposed: the files of the world offer none."""


def period(days: int = 30, ahead: int = 0) -> dict[str, str]:
    """From a day that is so far ahead, so many days."""
    first = today() + timedelta(ahead)
    return {"startsOn": str(first), "endsOn": str(first + timedelta(days))}


@dataclass(frozen=True)
class Offered:
    """A mutation that sends a person to something of the catalogue: the input that names it, what else it takes and
    tells, and the statement by which what is offered comes to reveal health."""

    system: System
    purpose: str
    input: str
    id: str
    reveal: str
    key: str
    fields: Callable[[], Mapping[str, str]]
    more: Callable[[], Mapping[str, str]] = dict

    @property
    def document(self) -> str:
        """The mutation."""
        name, input_ = self.system.mutation, self.system.mutation[0].upper() + self.system.mutation[1:]
        return (
            f"mutation W($input: {input_}Input!) {{ made: {name}(input: $input) {{"
            f" id status {self.input} {{ id }} transmission {{ state reason systemCode }} }} }}"
        )


PLACEMENT = Offered(
    SYSTEMS["ouiform"], "formation", "session", SESSION, "UPDATE trainings.training_provider SET sensitivity = $1",
    "POS-17", lambda: {"session": SESSION, "sent": str(today())},
)  # fmt: skip
IMMERSION = Offered(
    SYSTEMS["immersion-facile"], "suivi", "offer", OFFER,
    "UPDATE offers.immersion_offer SET company_name = CASE WHEN $1::text IS NULL THEN 'Le Relais' ELSE 'ESAT' END",
    "3f0c5f8e-5a53-4b3e-9a53-1f0f3f6f2b11",
    lambda: {"offer": OFFER, "occupation": "K1304", "objective": "DECOUVRIR_UN_METIER",
             "starts": period()["startsOn"], "ends": period()["endsOn"]},
    lambda: {"objective": "DECOUVRIR_UN_METIER", **period()},
)  # fmt: skip


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
    output: list[str] = field(default_factory=list)

    def sender(self, system: System = SYSTEMS["orientations"], *, is_left: bool = False, **changes: Any) -> Sender:
        """What sends to this system, or gives it up where the settings have left it."""
        row = replace_row(self.rows[system.name], **changes)
        to = [] if is_left else [Recipient(system, row, SECRET.encode())]
        keys, left = self.hub.database.keys, [system] if is_left else []
        return Sender(self.hub.app.pipeline, to, keys.cursors, self.hub.database.dsn, self.output.append, left)

    def canaries(self, body: bytes) -> set[tuple[str, str]]:
        """Owner and kind of each canary in a message, beside its keys and instant, whose digits may be those of one."""
        event, text = orjson.loads(body), body.decode()
        for value in (event["id"], event["time"], event["data"]["item"]):
            text = text.replace(value, "")
        low = text.lower()
        return {(canary.owner, canary.kind) for canary in self.world.canaries if canary.text.lower() in low}

    async def send(self, system: System = SYSTEMS["orientations"], **changes: Any) -> Counts:
        """One pass."""
        return await self.sender(system, **changes).run(asyncio.Event())

    async def refer(self, slug: str = "vurnibal", service: str = SERVICE, **more: str) -> Got:
        """Référent A refers a person."""
        inputs = {"person": self.world.persons[slug], "service": service, "idempotencyKey": str(uuid4()), **more}
        return await self.hub.ask("referent-a", REFER, {"input": inputs})

    async def offer(self, offered: Offered, slug: str = "vurnibal", purpose: str = "", **more: str) -> Got:
        """Référent A sends a person to what is offered."""
        inputs = {offered.input: offered.id, **offered.more(), "idempotencyKey": str(uuid4()), **more}
        variables = {"input": {"person": self.world.persons[slug], **inputs}}
        return await self.hub.ask("referent-a", offered.document, variables, purpose=purpose or offered.purpose)

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
    rows = {name: OutgoingTable(name, url, **quick) for name in ("orientations", "ouiform", "immersion-facile")}
    async with inside(database, world.actors, folder, outgoing=tuple(rows.values())) as hub:
        connected = Outgoing(hub, world, simulator, rows)
        await connected.execute(OFFERED, OFFER, HOST)
        yield connected


@pytest_asyncio.fixture(loop_scope="module")
async def outgoing(connected: Outgoing) -> AsyncIterator[Outgoing]:
    """The same, with an empty queue and a system that answers at once."""
    simulator = connected.simulator
    simulator.faults.clear()
    simulator.codes, simulator.answers, simulator.bodies, simulator.lost = [], [], [], 0
    simulator.items, simulator.closed, simulator.after_request = {}, False, lambda key: None
    simulator.before_answer = lambda: None
    connected.output.clear()
    for schema in ("offers", "trainings"):
        await connected.execute(f"DELETE FROM {schema}.outgoing")
    await connected.execute("DELETE FROM runs.sync_state WHERE account = $1", CIRCUIT)
    yield connected
