"""A database that other tools restored shows nobody who was limited or erased since, by whichever id it knew them."""

from __future__ import annotations

import asyncio
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from schema.facts import Fact
from tests.backup.test_rehearsal import PERSON_TABLES, run
from tests.changes.conftest import ACTORS, DEPARTMENT, Copy, someone
from tests.conftest import Database, copied
from tests.e2e.canary_inside import inside
from tests.kit.conftest import Rows, person_id

PAIRS = {
    case: (2 * rank + 1, 2 * rank + 2)
    for rank, case in enumerate(
        product(("before", "after"), ("survivor", "merged"), ("limited", "due for erasure", "gone", "well"))
    )
}
"""The survivor and who was merged into it, by when they were merged, whom the change names, and the change."""


async def merge(world: Rows, survivor: int, merged: int) -> None:
    """As agents' decisions are applied: the rows and links of one are served as the other's."""
    ids = person_id(merged), person_id(survivor)
    await world.connection.execute("INSERT INTO access.merged VALUES ($1, $2)", *ids)
    await world.connection.execute(
        "UPDATE access.link SET person_id = $2, unmerged_person_id = $1 WHERE person_id = $1 AND relation <> 1", *ids
    )


async def change(world: Rows, event: str, person: int, pair: tuple[int, int]) -> None:
    """What happens to a person after the backup, and to the one that it is served as."""
    if event == "gone":
        for number, table in product(pair, PERSON_TABLES):
            column = "id" if table == "people.person" else "person_id"
            await world.connection.execute(f"DELETE FROM {table} WHERE {column} = $1", person_id(number))
        await world.connection.execute("DELETE FROM access.merged WHERE person_id = $1", person_id(pair[1]))
    elif event != "well":
        values = int(Fact.LIMITATION) if event == "limited" else 0, None if event == "limited" else date(2020, 1, 1)
        own = "UPDATE access.person SET own_restrictions = $2, own_erasure_on = $3 WHERE person_id = $1"
        await world.connection.execute(own, person_id(person), *values)
        served = "UPDATE access.person SET restrictions = $2, erasure_on = $3 WHERE person_id = $1"
        await world.connection.execute(served, person_id(pair[0]), *values)


async def write_before(database: Database) -> None:
    """The people of the backup."""
    world = Rows(await database.connect())
    for (when, _, _), pair in PAIRS.items():
        for number in pair:
            await someone(world, number, DEPARTMENT)
        if when == "before":
            await merge(world, *pair)
    await world.connection.close()


async def write_since(database: Database) -> None:
    """What happened to them after it."""
    world = Rows(await database.connect())
    for (when, target, event), pair in PAIRS.items():
        if when == "after":
            await merge(world, *pair)
        await change(world, event, pair[0] if target == "survivor" else pair[1], pair)
    await world.connection.close()


async def people_read(database: Database, folder: Path) -> set[str]:
    """Whom the officer of the département reads."""
    async with inside(database, ACTORS, folder) as running:
        return set(await Copy(running).perimeter())


def test_who_was_merged_and_then_limited_or_erased_stays_so_by_either_id(database: Database, tmp_path: Path) -> None:
    asyncio.run(write_before(database))
    with copied(database.cluster, database.keys, database.name) as restored:
        asyncio.run(write_since(database))
        register = tmp_path / "protections.json"
        assert run(database, "backup", "protections", register).code == 0
        run(restored, "backup", "settle").check_refused("PROTECTIONS_MISSING")
        settled = run(restored, "backup", "settle", "--protections", register)
        assert settled.code == 0, settled.err
        people = asyncio.run(people_read(restored, tmp_path / "restored"))
        left = {case for case, pair in PAIRS.items() if any(person_id(number) in people for number in pair)}
        assert left == {case for case in PAIRS if case[2] == "well"}
        assert run(restored, "journal", "verify").code == 0


@pytest.mark.parametrize(
    ("anchor", "code"), [("9:" + "0" * 64, "RESTORED_JOURNAL"), ("pas une ancre", "ANCHOR_MALFORMED")]
)
def test_a_restored_database_whose_journal_lacks_the_anchor_is_refused(
    fresh_database: Database, anchor: str, code: str
) -> None:
    run(fresh_database, "backup", "settle", "--without-protections", "--anchor", anchor).check_refused(code)
