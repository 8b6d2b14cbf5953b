"""The files of the demo, which tests of sources alter."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import pytest

from demo import source_files
from demo.ingestion import load
from tests.conftest import Database

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def demo_files(database: Database, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, ...]]:
    """The files of the demo, which the database has read."""
    files = source_files.write(tmp_path_factory.mktemp("demo"), TODAY, database.keys.webhook("rdv-insertion"))
    asyncio.run(load(files, dsn=database.dsn, keys=database.keys, today=TODAY))
    return {
        source: tuple(path for path in paths if "anomalie" not in path.name and ".headers" not in path.name)
        for source, paths in files.items()
    }
