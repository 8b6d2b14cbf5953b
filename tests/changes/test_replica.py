"""Whatever is written, by whom and in whatever order, a copy is what its actor reads, and nobody is named whom it
could never read. `CHANGES=200` compares more."""

from __future__ import annotations

import os
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from schema.days import today
from schema.facts import Fact
from tests.changes.conftest import OFFICER, REFERENT, Copy, someone
from tests.conftest import Database
from tests.e2e.canary_inside import Inside
from tests.kit.conftest import AGENT, SIRET, Rows, person_id

pytestmark = pytest.mark.asyncio(loop_scope="module")
EXAMPLES = int(os.environ.get("CHANGES", "3"))
STEPS, PEOPLE = 8, 9
SCOPES = ((Fact.DEPARTMENT_BRSA, "08"), (Fact.DEPARTMENT_BRSA, "2A"), (Fact.REFERENT, AGENT))
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
Write = Callable[[Rows, random.Random, int], Awaitable[Any]]


def day(days: int) -> date:
    """The day so many days from today."""
    return today() + timedelta(days)


async def name(world: Rows, draw: random.Random, number: int) -> None:
    """Another name."""
    await world.connection.execute(
        "UPDATE people.person SET last_name = $2 WHERE id = $1", person_id(number), f"Nom{draw.random()}"
    )


async def item(world: Rows, draw: random.Random, number: int) -> None:
    """A rendez-vous more, or all gone."""
    if draw.random() < 0.3:
        await world.connection.execute("DELETE FROM appointments.appointment WHERE person_id = $1", person_id(number))
        return
    variables = {
        "id": person_id(draw.randrange(10**6, 10**9)),
        "person_id": person_id(number),
        "status": "INCONNU",
        "starts_at": NOON,
    }
    own = {"organisation_siret": SIRET} if draw.random() < 0.3 else {}
    key = str(draw.random())
    await world.sourced("appointments.appointment", **variables, rdv_source_id=key, subject_source_id="1", **own)


async def link(world: Rows, draw: random.Random, number: int) -> None:
    """A link that begins, ends, is to come or is over."""
    choice = draw.randrange(4)
    if choice == 0:
        await world.connection.execute("DELETE FROM access.link WHERE person_id = $1", person_id(number))
    elif choice == 1:
        await world.connection.execute(
            "UPDATE access.link SET valid_until = $2 WHERE person_id = $1",
            person_id(number),
            draw.choice((day(-1), day(0), None)),
        )
    else:
        days: dict[str, Any] = {"since": day(1)} if draw.random() < 0.2 else {}
        world.count = draw.randrange(10**6, 10**9)
        relation, scope = draw.choice(SCOPES)
        await world.link(number, relation, scope, **days)


async def restriction(world: Rows, draw: random.Random, number: int) -> None:
    """An opposition, a limitation, an erasure or a last contact, or the end of it."""
    await world.connection.execute(
        "UPDATE access.person SET restrictions = $2, erasure_on = $3, last_contact = $4 WHERE person_id = $1",
        person_id(number),
        draw.choice((0, 0, int(Fact.OPPOSITION), int(Fact.LIMITATION))),
        draw.choice((None, None, day(0), day(1))),
        draw.choice((None, day(0), day(-800))),
    )


async def erasure(world: Rows, draw: random.Random, number: int) -> None:
    """Nothing is left of the person, or it comes back."""
    for table, key in (("access.link", "person_id"), ("access.person", "person_id"), ("people.person", "id")):
        await world.connection.execute(f"DELETE FROM {table} WHERE {key} = $1", person_id(number))
    if draw.random() < 0.5:
        world.count = draw.randrange(10**6, 10**9)
        await someone(world, number, draw.choice(SCOPES))


async def merge(world: Rows, draw: random.Random, number: int) -> None:
    """Links and rendez-vous become those of another person."""
    survivor = person_id(1 + number % PEOPLE)
    await world.connection.execute("DELETE FROM access.merged WHERE person_id = ANY($1)", [person_id(number), survivor])
    await world.connection.execute("INSERT INTO access.merged VALUES ($1, $2)", person_id(number), survivor)
    world.count = draw.randrange(10**6, 10**9)
    await world.connection.execute(
        "UPDATE access.link SET person_id = $2, origin_id = origin_id || $3 WHERE person_id = $1 AND relation <> 1",
        person_id(number), survivor, str(world.count),
    )  # fmt: skip
    await world.connection.execute(
        "UPDATE appointments.appointment SET person_id = $2 WHERE person_id = $1", person_id(number), survivor
    )


WRITES: tuple[Write, ...] = (name, item, link, restriction, erasure, merge)


@pytest.mark.parametrize("seed", range(EXAMPLES))
async def test_a_copy_is_what_its_actor_reads_whoever_writes_meanwhile(
    hub: Inside, world: Rows, database: Database, seed: int
) -> None:
    draw = random.Random(seed)
    for number in range(1, PEOPLE + 1):
        await someone(world, number, *draw.sample(SCOPES, draw.randint(1, 2)))
    copies = [Copy(hub, actor, first=2) for actor in (OFFICER, REFERENT)]
    readable: list[set[str]] = [set(), set()]
    for _ in range(STEPS):
        late = await database.connect()
        under_way = late.transaction()
        await under_way.start()
        await _try(draw, Rows(late), draw.randint(1, PEOPLE))
        await late.execute("SET LOCAL lock_timeout = '50ms'")
        for _ in range(draw.randint(0, 3)):
            await _try(draw, world, draw.randint(1, PEOPLE))
        for copy, ever in zip(copies, readable, strict=True):
            ever.update(await copy.perimeter())
            more = await copy.page()
            await _try(draw, world, draw.randint(1, PEOPLE))
            ever.update(await copy.perimeter())
            if more and draw.random() < 0.7:
                await copy.read_on()
            assert copy.ids <= ever
        end = draw.choice((under_way.commit, under_way.rollback, None))
        if end is None:  # the writer is killed
            late.terminate()
        else:
            await end()
            await late.close()
        for copy, ever in zip(copies, readable, strict=True):
            ever.update(await copy.perimeter())
    for copy, ever in zip(copies, readable, strict=True):
        await _settled(world)
        await copy.read_on()
        await copy.read_on()
        assert copy.people == await copy.perimeter()
        assert copy.ids <= ever


async def _try(draw: random.Random, world: Rows, number: int) -> None:
    """One write in a transaction of its own, or within that under way; of two that wait for each other, none."""
    write, seed = draw.choice(WRITES), draw.random()
    with suppress(asyncpg.LockNotAvailableError, asyncpg.UniqueViolationError, asyncpg.CheckViolationError):
        async with world.connection.transaction():
            await world.connection.execute("SET LOCAL lock_timeout = '50ms'")
            await write(world, random.Random(seed), number)


async def _settled(world: Rows) -> None:
    """Wait until no killed writer is left."""
    await world.connection.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%' AND usename = current_user"
    )
