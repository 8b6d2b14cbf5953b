"""The subgraph `offers` on a database that holds the demo's offer, and people whom the actor follows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from demo.offers_files import write
from subgraphs.kit.ingest.unit_of_work import Options, Session
from subgraphs.kit.server import Subgraph
from subgraphs.kit.transactions import Database as Pool
from subgraphs.offers.queries import MODEL
from subgraphs.offers.sources.data_inclusion import DataInclusion
from subgraphs.people.queries import MODEL as PEOPLE
from subgraphs.people.registry import Registry
from tests.conftest import Database
from tests.kit.conftest import POLICY, Rows


@pytest.fixture
async def rows(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Rows]:
    """Writes into the test's database, which holds the demo's offer."""
    connection = await fresh_database.connect("offers_ingest")
    report = await DataInclusion(Registry(b"")).ingest(
        write(tmp_path, date(2026, 11, 24))["data-inclusion"], Options(), Session(connection)
    )
    assert report.complete
    await connection.close()
    administrator = await fresh_database.connect()
    yield Rows(administrator)
    await administrator.close()


@pytest.fixture
async def offers(fresh_database: Database) -> AsyncIterator[Subgraph]:
    """The subgraph `offers` on the test's database."""
    pool = Pool(fresh_database.dsn("offers_query"), 2)
    await pool.open()
    yield Subgraph(MODEL, pool, policy=POLICY, cursors=b"c" * 32)
    await pool.close()


@pytest.fixture
async def people(fresh_database: Database) -> AsyncIterator[Subgraph]:
    """The subgraph `people` on the test's database."""
    pool = Pool(fresh_database.dsn("people_query"), 2)
    await pool.open()
    yield Subgraph(PEOPLE, pool, policy=POLICY, cursors=b"c" * 32)
    await pool.close()
