"""A decision acts as soon as it is committed, where `hub matching apply --follow` runs."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

from hub.matching.follower import SECONDS, follow
from subgraphs.kit.ingest.row_map import Connection
from tests.conftest import Database
from tests.forked import ForkedHub
from tests.matching.test_review_page import AGENT, queue
from tests.sources.ingestion import rows, values

SERVED = "SELECT DISTINCT person_id FROM access.link WHERE person_id = ANY ($1)"


async def test_each_decision_wakes_the_process_that_follows_and_a_signal_ends_it(
    fresh_database: Database, tmp_path: Path
) -> None:
    async with queue(fresh_database, tmp_path) as page:
        command = ["matching", "apply", "--follow", "--keys", fresh_database.keys.directory]
        environment = {**os.environ, "DATABASE_URL": fresh_database.place}
        with ForkedHub(command, environment) as process:
            for number, (verdict, served) in enumerate((("SAME", 1), ("DIFFERENT", 2), ("SAME", 1))):
                assert (await page.decide(AGENT, page.pair(0, 1), verdict, number)).status_code == 200
                async with asyncio.timeout(SECONDS / 2):
                    line = await asyncio.to_thread(process.stdout.readline)
                assert line == "Dossiers réunis ou séparés : 1.\n"
                assert len(await values(fresh_database, SERVED, page.people[:2])) == served
            process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(process.wait, 20) == 0


async def test_a_database_that_is_away_is_told_and_tried_again(fresh_database: Database) -> None:
    lines, stop = list[str](), asyncio.Event()

    def say(line: str) -> None:
        lines.append(line)
        stop.set()

    async def apply(connection: Connection) -> int:
        raise AssertionError

    await follow(apply, "postgresql://127.0.0.1:1/nothing", stop, say)
    assert [line.rpartition(" ")[2] for line in lines] == ["[DATABASE_UNAVAILABLE]"]


async def test_a_row_written_for_someone_while_it_was_merged_follows_it(
    fresh_database: Database, tmp_path: Path
) -> None:
    async with queue(fresh_database, tmp_path) as page:
        survivor, merged = sorted(page.people[:2])
        assert (await page.decide(AGENT, page.pair(0, 1), "SAME")).status_code == 200
        await page.apply()
        written = (
            "INSERT INTO people.person_constraint (id, person_id, theme, source, source_id, as_of)"
            " VALUES (gen_random_uuid(), $1, 'MOBILITE', 'hub', '1', now())"
        )
        await rows(fresh_database, written, merged)
        assert await page.apply() == 0
        moved = "SELECT person_id, unmerged_person_id FROM people.person_constraint"
        assert [list(row.values()) for row in await rows(fresh_database, moved)] == [[survivor, merged]]
