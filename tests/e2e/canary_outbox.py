"""The test compares each request that the hub sends after a mutation with what the author may read."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import orjson

from hub.outgoing.sender import Recipient, Sender
from hub.outgoing.settings import OutgoingTable
from hub.outgoing.systems import SYSTEMS
from tests.e2e.canary_inside import Inside
from tests.e2e.canary_left import Judge, Left
from tests.simulators.system_of_record import SECRET, RecordSystem


def connected(url: str) -> tuple[OutgoingTable, ...]:
    """The settings of every system, each at this address."""
    return tuple(OutgoingTable(system, url, timeout=20.0, pause=0.0, failures=10**3) for system in SYSTEMS)


@dataclass
class Outbox:
    """Sends to a simulated system what waits; `written` says by whom items were, for which purpose."""

    hub: Inside
    simulator: RecordSystem
    rows: tuple[OutgoingTable, ...]
    written: dict[str, tuple[str, str]] = field(default_factory=dict)
    output: list[str] = field(default_factory=list)

    async def send(self, judge: Judge, first: int, last: int) -> None:
        """One pass, decided in these states."""
        recipients = [Recipient(SYSTEMS[row.system], row, SECRET.encode()) for row in self.rows]
        sender = Sender(
            self.hub.app.pipeline, recipients, self.hub.database.keys.cursors, self.hub.database.dsn, self.output.append
        )
        await sender.run(asyncio.Event())
        for body in self.simulator.bodies:
            actor, purpose = self.written[orjson.loads(body)["data"]["item"]]
            judge.waiting.append(Left("outgoing", actor, purpose, body, first, last))
        self.simulator.bodies.clear()
