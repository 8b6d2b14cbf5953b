"""Whatever happens to people and whoever is killed, the copies of two real clients are what their actors read.

In the suite a few events of one seed, over one process, which tells the copy on Node of them; `make replicas` draws an
hour (`MINUTES`, `SEED`), over a process per subgraph, with a copy that notifications wake, and kills more.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from random import Random

import asyncpg
import pytest

from infra.postgresql import Cluster
from tests.conftest import Database
from tests.e2e.site import PATIENCE
from tests.node import NodeAbsent, compiled_client
from tests.replicas.copies import LISTED, WHOLE, Copy, NodeCopy, PythonCopy, notifying
from tests.replicas.deployment import OFFICER, REFERENT, Deployment, deployment
from tests.replicas.events import OCCUR, Hour

SEED = int(os.environ.get("SEED", "1"))
MINUTES = float(os.environ.get("MINUTES", "0"))
ROUNDS = 2
"""Checkpoints of the share in the suite."""
EVENTS_OF_A_ROUND = 7
LONG = 30
"""Minutes from which on each kind of event is to occur."""
KILLED = "killed"
NAME = "replica"


@pytest.fixture
def running(database: Database, tmp_path: Path) -> Iterator[Deployment]:
    """An installation: in one process in the suite, in many for an hour."""
    try:
        with deployment(database, tmp_path, separate=bool(MINUTES)) as started:
            yield started
    except NodeAbsent as error:
        pytest.skip(str(error))


@asynccontextmanager
async def copies(running: Deployment, postgresql: Cluster, folder: Path) -> AsyncIterator[Sequence[Copy]]:
    """The systems that keep copies; their processes end with the block."""
    node = compiled_client()
    administrator = await asyncpg.connect(postgresql.admin_dsn())
    await administrator.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    await administrator.execute(f"CREATE DATABASE {NAME}")
    address = postgresql.admin_dsn(NAME)
    database = await asyncpg.connect(address)
    python = PythonCopy(running, OFFICER, LISTED, database, address)
    await python.prepare()
    systems = (
        python,
        *(
            NodeCopy(running, actor, WHOLE, folder, node.binary)
            for actor in ((OFFICER, REFERENT) if MINUTES else (OFFICER,))
        ),
    )
    try:
        async with notifying(python, running) if running.separate else nullcontext():
            yield systems
    finally:
        for copy in systems:
            await copy.kill()
        await database.close()
        await administrator.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
        await administrator.close()


async def kills(hour: Hour, systems: Sequence[Copy], draw: Random) -> None:
    """Kill one process at some moment, and start it again."""
    running = hour.hub
    await asyncio.sleep(draw.random())
    place = draw.randrange(len(systems) + len(running.processes))
    if place < len(systems):
        hour.count(f"{KILLED} copy {place}")
        await systems[place].kill()
        await systems[place].resume()
    else:
        role = list(running.processes)[place - len(systems)]
        hour.count(f"{KILLED} {role}")
        await asyncio.to_thread(running.kill, role)
        await asyncio.to_thread(running.start, role)


async def test_the_copies_of_two_clients_are_what_their_actors_read_whatever_happens_and_whoever_is_killed(
    running: Deployment, postgresql: Cluster, tmp_path: Path
) -> None:
    draw, ends = Random(SEED), time.monotonic() + MINUTES * 60
    hour = Hour(running, draw, tmp_path)
    await hour.begin()
    async with copies(running, postgresql, tmp_path) as systems:
        number = 0
        while number < ROUNDS or time.monotonic() < ends:
            number += 1
            for copy in systems:
                await copy.resume()
            if MINUTES and draw.random() < 0.1:
                await asyncio.to_thread(running.rotate_keys)
            async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
                group.create_task(kills(hour, systems, Random(draw.random())))
                for _ in range(EVENTS_OF_A_ROUND):
                    group.create_task(hour.happen())
            for copy in systems:
                await copy.check()
            print(f"seed {SEED}, checkpoint {number}: {dict(sorted(hour.counts.items()))}", flush=True)
    if MINUTES >= LONG:
        killed = (*(f"copy {place}" for place in range(len(systems))), *running.processes)
        assert [kind for kind in (*OCCUR, *(f"{KILLED} {name}" for name in killed)) if not hour.counts.get(kind)] == []
