"""`hub sync dora` against a simulator on a socket: how services are referred to, and nothing of who is reached."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.errors import NotServed
from hub.sync.run import sync
from tests.conftest import SAMPLES, Database
from tests.simulators.dora import DoraSimulator, terms
from tests.sources.ingestion import ingest, rows, values
from tests.sync.test_sync import link, own_keys, run

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
STORED = "SELECT source_id FROM offers.referral_terms ORDER BY 1"


@pytest.fixture
def dora() -> Iterator[tuple[DoraSimulator, str]]:
    """DORA with 30 services, and its address."""
    simulator = DoraSimulator()
    simulator.services = [terms(number) for number in range(30)]
    with simulator.served() as url:
        yield simulator, url


def ids(simulator: DoraSimulator) -> list[str]:
    """What the system holds."""
    return sorted(record["id"] for record in simulator.services)


async def test_all_services_are_read_and_what_vanished_there_vanishes_here(
    fresh_database: Database, tmp_path: Path, dora: tuple[DoraSimulator, str]
) -> None:
    simulator, url = dora
    simulator.faults.extend(["limited", "cut", "unavailable"])
    first = await run(fresh_database, tmp_path, link("dora", url, department=None))
    assert (first.report.complete, await values(fresh_database, STORED)) == (True, ids(simulator))
    draw, changes = random.Random(7), iter(range(3))

    def shift() -> None:
        if next(changes, None) is not None:
            del simulator.services[draw.randrange(15)]

    simulator.before_answer = shift
    await run(fresh_database, tmp_path, link("dora", url))
    assert (len(simulator.services), await values(fresh_database, STORED)) == (27, ids(simulator))
    simulator.services.clear()
    with pytest.raises(NotServed, match="SYNC_REMOVALS_REFUSED"):
        await run(fresh_database, tmp_path, link("dora", url))
    assert len(await values(fresh_database, STORED)) == 27


async def test_contacts_and_texts_of_a_service_are_kept_nowhere(
    fresh_database: Database, tmp_path: Path, dora: tuple[DoraSimulator, str]
) -> None:
    simulator, url = dora
    simulator.services = [terms(1, credentials=["Avis d'imposition"], average_orientation_response_delay_days=-3)]
    read = await run(fresh_database, tmp_path, link("dora", url))
    assert [(aside.path, aside.code) for aside in read.report.asides] == [
        ("average_orientation_response_delay_days", "VALUE_INVALID")
    ]
    (row,) = await rows(fresh_database, "SELECT * FROM offers.referral_terms")
    assert row.pop("as_of") is not None
    key = simulator.services[0]["id"]
    assert row == {
        "id": f"dora--{key}",
        "accepts_form": True,
        "average_reply_days": None,
        "supporting_documents": ["Avis d'imposition"],
        "source": "dora",
        "source_id": key,
    }


async def test_the_sample_is_read_and_a_file_without_a_date_is_refused(fresh_database: Database) -> None:
    path = SAMPLES / "dora" / "emplois_api_services.json"
    refused = await ingest(fresh_database, "dora", path)
    assert refused.codes == {"AS_OF_MISSING": 2}
    report = await ingest(fresh_database, "dora", path, as_of=NOON)
    assert report.complete, report.codes
    read: list[dict[str, Any]] = await rows(
        fresh_database, "SELECT accepts_form, average_reply_days, supporting_documents FROM offers.referral_terms"
    )
    assert sorted(read, key=lambda row: row["accepts_form"]) == [
        {"accepts_form": False, "average_reply_days": None, "supporting_documents": []},
        {"accepts_form": True, "average_reply_days": 16, "supporting_documents": ["Contrat d'apprentissage"]},
    ]
    again = await ingest(fresh_database, "dora", path, as_of=NOON)
    assert again.rows == 0


async def test_a_refused_token_stops_the_reading_and_is_not_told(
    fresh_database: Database, tmp_path: Path, dora: tuple[DoraSimulator, str]
) -> None:
    simulator, url = dora
    keys = own_keys(fresh_database, tmp_path, "dora", 'token = "faux-77ac"\n')
    with pytest.raises(NotServed, match="SYNC_CREDENTIALS") as refused:
        await sync(link("dora", url), keys, fresh_database.dsn)
    assert "77ac" not in f"{refused.value} {refused.value.__context__!r}"
    assert len(simulator.requests) == 1
