"""An ingestion that is killed before one of its statements, in the process that runs it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from hub.ingest import SOURCES
from subgraphs.kit.ingest import unit_of_work
from subgraphs.kit.ingest.unit_of_work import Options, Session
from subgraphs.people.registry import Registry


def ingest_until_killed(
    source: str, dsn: str, key: bytes, left: int, paths: Sequence[Path], options: Options, batch: int
) -> None:
    """Read files of a source in batches; this process is killed before statement `left`."""
    asyncio.run(_ingest(source, dsn, key, left, paths, options, batch))


async def _ingest(
    source: str, dsn: str, key: bytes, left: int, paths: Sequence[Path], options: Options, batch: int
) -> None:
    unit_of_work.BATCH = batch
    connection = await asyncpg.connect(dsn)

    def count(_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    connection.add_query_logger(count)
    await SOURCES[source](Registry(key)).ingest(list(paths), options, Session(connection))
