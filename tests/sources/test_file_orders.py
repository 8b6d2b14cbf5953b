"""Files of several systems leave the same rows in whatever order they come, once those that knew nobody came again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from pathlib import Path
from random import Random

from demo import carnet_files, cnaf_files, contact_files, dsp_files, ft_files, rdvi_files
from demo.ingestion import ORGANISATIONS
from hub.ingest import find_source, read_inputs
from subgraphs.kit.ingest.unit_of_work import Options
from tests.conftest import Database
from tests.draws import ORDERS
from tests.sources.ingestion import SECRET
from tests.sources.test_batches import UUIDS, empty, state

TODAY = date(2026, 11, 24)
WEBHOOKS = 4
"""One webhook of so many is read: each takes a transaction."""


def written(folder: Path) -> list[tuple[str, Path]]:
    """Files that are sound and remove nobody, with their source."""
    by_source = {
        "cnaf-flux": cnaf_files.write(folder, TODAY),
        "cnaf-contact": contact_files.write(folder, TODAY),
        "rdv-insertion": rdvi_files.write(folder, TODAY, SECRET),
        "ft-extrait": ft_files.write(folder, TODAY),
        "carnet-structures": carnet_files.write_structures(folder),
        "carnet-de-bord": carnet_files.write(folder, TODAY),
        "dsp": dsp_files.write(folder, TODAY),
    }
    webhooks = [path for path in by_source["rdv-insertion"] if path.suffix == ".json"]
    left_out = set(webhooks) - set(webhooks[::WEBHOOKS])
    return [(source, path) for source, paths in by_source.items() for path in paths if path not in left_out]


async def left_by(database: Database, files: Iterable[tuple[str, Path]]) -> list[str]:
    """The rows that files leave, those with refusals read twice, with names or a mark in the place of random ids."""
    refused = [(name, path) for name, path in files if not await is_taken_whole(database, name, path)]
    for name, path in refused:
        await is_taken_whole(database, name, path)
    return sorted(re.sub(UUIDS, "?", text) for text in await state(database))


async def is_taken_whole(database: Database, name: str, path: Path) -> bool:
    """Read a file, and return whether none of its records was refused."""
    as_of = datetime.combine(TODAY, time(5), UTC)
    options = Options(as_of, webhook_secret=SECRET, organisations=ORGANISATIONS.get(name, {}))
    report = await read_inputs(find_source(name, database.keys), [path], options, database.dsn)
    return report.complete


async def test_the_order_in_which_files_come_changes_nothing(fresh_database: Database, tmp_path: Path) -> None:
    files = written(tmp_path)
    expected = await left_by(fresh_database, files)
    for seed in range(1, ORDERS):
        await empty(fresh_database)
        Random(seed).shuffle(files)
        left = await left_by(fresh_database, files)
        assert (sorted(set(left) ^ set(expected)), len(left)) == ([], len(expected))
