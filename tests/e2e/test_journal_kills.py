"""kill -9 of a hub at any moment: no byte of an answer without its committed entry, and the chain verifies after it.

Hubs are killed under load after a number of answers that chance gives; what they were doing then is the scheduler's.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import random
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from hub.journal.signing import Signer, Trust
from tests.conftest import Database
from tests.e2e.faults import Farm, farm
from tests.e2e.site import PATIENCE, PURPOSES, Site, new_trace
from tests.e2e.test_failures_database import waiting
from tests.e2e.test_failures_subgraphs import JOURNEY
from tests.journal.sample_journal import checked, findings, rows, tamper

CLIENTS = 6
QUERIES = (JOURNEY, "{ persons(first: 50) { nodes { id lastName birthDate } } }")


@dataclass
class Load:
    """Clients that ask one hub until it is gone. `traces`: those of which the beginning of an answer came."""

    site: Site
    target: int
    traces: list[str] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)

    def go_on(self, number: int) -> None:
        """One client."""
        while self.ask(QUERIES[number % len(QUERIES)]):
            number += 1

    def ask(self, query: str) -> bool:
        """One request on a connection of its own; False once nobody answers."""
        trace, actor = new_trace(), self.site.actors["referent-a"]
        body = json.dumps({"query": query, "variables": {"id": self.site.persons["maelle"]}})
        headers = {
            "content-type": "application/json",
            "authorization": f"Bearer {self.site.issuer.token(actor)}",
            "purpose": PURPOSES[actor.kind],
            "traceparent": f"00-{trace}-{trace[:16]}-01",
        }
        connection = http.client.HTTPConnection(urlsplit(self.site.url).netloc, timeout=PATIENCE)
        try:
            connection.request("POST", "/graphql", body, headers)
            answer = connection.getresponse()
            assert answer.status == 200
            self.traces.append(trace)
            if len(self.traces) >= self.target:
                self.enough.set()
            answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True


@pytest.fixture(params=[False, True], ids=["in one process", "in processes apart"])
def running(
    request: pytest.FixtureRequest, fresh_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Farm, bool]]:
    with farm(fresh_database, tmp_path_factory.mktemp("kills"), separate=request.param) as running_farm:
        yield running_farm, request.param


async def kill_under_load(deployment: Farm, separate: bool, answers: int, waits: bool) -> list[str]:
    """Kill a hub once so many answers began; the traces of which anything was told.

    `held`: it is killed while its journal waits for a lock, so that an answer that doesn't wait for its entry is told
    without one.
    """
    with ThreadPoolExecutor(CLIENTS) as pool, deployment.hub(separate=separate) as site:
        load = Load(site, answers)
        asking = [pool.submit(load.go_on, number) for number in range(CLIENTS)]
        assert await asyncio.to_thread(load.enough.wait, 120)
        async with waiting_journal(deployment.database) if waits else nullcontext():
            site.processes["hub"].popen.kill()
            for client in asking:
                await asyncio.to_thread(client.result)
    return load.traces


@asynccontextmanager
async def waiting_journal(database: Database) -> AsyncIterator[None]:
    """A block during which no disclosure is committed, from when one waits for it."""
    administrator = await database.connect()
    try:
        async with administrator.transaction():
            await administrator.execute("LOCK TABLE journal.disclosure IN EXCLUSIVE MODE")
            await waiting(administrator)
            yield
    finally:
        await administrator.close()


async def test_a_hub_killed_at_any_moment_told_nothing_that_is_not_in_the_journal(running: tuple[Farm, bool]) -> None:
    deployment, separate = running
    database = deployment.database
    signer, chance = Signer(database.keys.journal), random.Random(f"kills {separate}")
    trust = Trust({signer.id: signer.public})
    with deployment.hub(separate=separate) as survivor:
        for waits in (False, True, False, True):
            beside = Load(survivor, 0)
            assert beside.ask(JOURNEY)
            traces = await kill_under_load(deployment, separate, chance.randrange(1, 60), waits)
            assert beside.ask(JOURNEY)
            entries = await rows(
                database,
                "SELECT trace, count(*) AS n FROM journal.entry WHERE kind = 'DISCLOSURE' AND trace = ANY ($1)"
                " GROUP BY trace",
                traces + beside.traces,
            )
            assert {row["trace"]: row["n"] for row in entries} == dict.fromkeys(traces + beside.traces, 1)
            assert await findings(database, trust) == []
    left = await checked(database, trust)
    with deployment.hub(separate=separate):
        verification = await checked(database, trust)
        assert (verification.findings, verification.unsigned) == ([], 0)
        assert verification.entries >= left.entries > 0
    killed = [
        stream for stream, state in verification.trail.streams.items() if state.closed is None and len(state.pins) > 1
    ]
    await tamper(
        database,
        *(
            f"DELETE FROM journal.{table} WHERE stream = '{killed[0]}'"
            f" AND seq = (SELECT max(seq) FROM journal.entry WHERE stream = '{killed[0]}')"
            for table in ("disclosure", "entry")
        ),
    )
    assert [code for code, _, _ in await findings(database, trust)] == ["ENTRIES_TRUNCATED"]
