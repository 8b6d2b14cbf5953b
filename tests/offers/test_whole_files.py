"""Files of data.inclusion said to be whole: what they no longer have goes, unless they may not be whole."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest

from subgraphs.kit.ingest.ingestion_report import Outcome, Report
from subgraphs.kit.ingest.unit_of_work import Options, Session
from subgraphs.offers.sources.data_inclusion import DataInclusion
from subgraphs.people.registry import Registry
from tests.cli.commands import ingest
from tests.conftest import Database
from tests.simulators.data_inclusion import service, structure
from tests.sources.ingestion import rows, values

STORED = "SELECT id FROM offers.structure UNION ALL SELECT id FROM offers.service ORDER BY 1"
STRUCTURES = [structure(number) for number in range(6)]
SERVICES = [service(number, number) for number in range(6)]
NEW = {"date_maj": "2026-11-03"}


def page(items: list[dict[str, Any]], **beside: Any) -> bytes:
    return orjson.dumps({"items": items, "total": len(items), **beside})


async def read(database: Database, folder: Path, *contents: bytes, whole: bool = True, remove: bool = False) -> Report:
    paths = [folder / f"page-{number}.json" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    connection = await database.connect("offers_ingest")
    try:
        options = Options(whole=whole, remove=remove)
        return await DataInclusion(Registry(b"")).ingest(paths, options, Session(connection))
    finally:
        await connection.close()


@pytest.fixture
async def stored_keys(fresh_database: Database, tmp_path: Path) -> list[str]:
    """Six structures and six services are stored: their keys."""
    await read(fresh_database, tmp_path, page(STRUCTURES), page(SERVICES), whole=False)
    return list(await values(fresh_database, STORED))


async def test_what_whole_files_no_longer_have_goes(
    fresh_database: Database, tmp_path: Path, stored_keys: list[str]
) -> None:
    await read(fresh_database, tmp_path, page(STRUCTURES[1:]), page(SERVICES), whole=False)
    assert await values(fresh_database, STORED) == stored_keys, "only files that are said to be whole remove"
    pages = [page(SERVICES[:3], total=5), page(SERVICES[3:5], total=5)]
    report = await read(fresh_database, tmp_path, page(STRUCTURES[1:]), *pages)
    assert (report.complete, report.counts[Outcome.REMOVED]) == (True, 2)
    assert await values(fresh_database, STORED) == [key for key in stored_keys if key not in ("dora--s0", "dora--v5")]
    again = await read(fresh_database, tmp_path, page(STRUCTURES[1:]), *pages)
    assert (again.complete, again.rows) == (True, 0)


async def test_a_list_of_which_the_files_have_nothing_is_left_alone(
    fresh_database: Database, tmp_path: Path, stored_keys: list[str]
) -> None:
    report = await read(fresh_database, tmp_path, orjson.dumps(SERVICES[:4]))
    assert report.complete
    assert await values(fresh_database, STORED) == [key for key in stored_keys if key not in ("dora--v4", "dora--v5")]


@pytest.mark.parametrize(
    "contents",
    [
        pytest.param([page(STRUCTURES[:5], total=6)], id="a page is missing"),
        pytest.param([page(STRUCTURES)[:-40]], id="cut off"),
        pytest.param([page(STRUCTURES[:5]), b""], id="an empty file"),
        pytest.param([page([])], id="an empty page"),
        pytest.param([page([], total=6)], id="an empty page of a full list"),
        pytest.param([page(STRUCTURES[:5]), page([{**STRUCTURES[5], "id": None}])], id="a record without a key"),
        pytest.param([page(STRUCTURES[:5]), page([], total=6)], id="a page that shifted away"),
        pytest.param([page(STRUCTURES[:5]), b'{"services": []}'], id="another document"),
    ],
)
async def test_files_that_may_not_be_whole_remove_nothing_and_say_so(
    fresh_database: Database, tmp_path: Path, stored_keys: list[str], contents: list[bytes]
) -> None:
    report = await read(fresh_database, tmp_path, *contents, remove=True)
    assert report.codes["WHOLE_INCOMPLETE"] == 1
    assert await values(fresh_database, STORED) == stored_keys


async def test_a_record_that_is_refused_still_stands_for_its_row(
    fresh_database: Database, tmp_path: Path, stored_keys: list[str]
) -> None:
    report = await read(fresh_database, tmp_path, page([*STRUCTURES[:5], {**STRUCTURES[5], "source": None}]))
    assert report.codes == {"SCHEMA_INVALID": 1}
    assert await values(fresh_database, STORED) == stored_keys


async def test_a_row_newer_than_the_files_stays(
    fresh_database: Database, tmp_path: Path, stored_keys: list[str]
) -> None:
    await read(fresh_database, tmp_path, page([structure(9, **NEW)]), whole=False)
    await read(fresh_database, tmp_path, page(STRUCTURES))
    assert "dora--s9" in await values(fresh_database, STORED)
    await read(fresh_database, tmp_path, page([structure(0, **NEW), *STRUCTURES[1:]]))
    assert await values(fresh_database, STORED) == stored_keys


async def test_much_goes_at_once_only_if_it_is_meant(fresh_database: Database, tmp_path: Path) -> None:
    many = [structure(number) for number in range(60)]
    await read(fresh_database, tmp_path, page(many), whole=False)
    for left in (many[:5], [structure(99)]):
        refused = await read(fresh_database, tmp_path, page(left))
        assert (refused.codes, refused.whole) == ({"REMOVALS_REFUSED": 1}, False)
    assert len(await rows(fresh_database, STORED)) == 61
    meant = await read(fresh_database, tmp_path, page(many[:5]), remove=True)
    assert (meant.complete, meant.counts[Outcome.REMOVED]) == (True, 56)


def test_the_command_takes_whole_files_of_a_catalogue_alone(fresh_database: Database, tmp_path: Path) -> None:
    path = tmp_path / "structures.json"
    path.write_bytes(page(STRUCTURES))
    assert ingest(fresh_database, "data-inclusion", path, "--whole").code == 0
    path.write_bytes(page(STRUCTURES[:5]))
    assert ingest(fresh_database, "data-inclusion", path, "--whole", "--remove").code == 0
    assert asyncio.run(values(fresh_database, STORED)) == [f"dora--s{number}" for number in range(5)]
    for source, *options in (
        ("emplois", path, "--whole"),
        ("data-inclusion", path, "--remove"),
        ("data-inclusion", "--retry", "--whole"),
    ):
        ingest(fresh_database, source, *options).check_refused("ARGUMENT_UNEXPECTED")
