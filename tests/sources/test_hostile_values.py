"""What a field of a file may hold, whatever the source: a value that can't be kept costs its record, no other one."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from string import ascii_letters

import pytest

from hub.ingest import SOURCES
from subgraphs.kit.ingest.ingestion_report import Outcome, Refused
from subgraphs.kit.ingest.source_fields import Unkept, Use, flattened, uses_of
from subgraphs.kit.ingest.text_forms import instant
from tests.conftest import Database
from tests.draws import HOSTILE
from tests.sources.altered_fields import altered, ingested, one_of_each_format, write
from tests.sources.ingestion import adds_up, everything_told
from tests.sources.payload_leaves import leaf_paths, with_others

PLACEHOLDER = "VALEURHOSTILE"
JSON = frozenset({".json", ".jsonl"})
FORMS = {
    "a lone surrogate": (r"\ud800", JSON),
    "an instant before year 1 in UTC": ("0001-01-01T00:00:00+02:00", JSON),
    "a text too long for an index": ("".join(random.Random(0).choices(ascii_letters, k=9000)), JSON),
    "more digits than Python reads": ("9" * 5000, frozenset({".xml"})),
}
"""Texts, and the suffixes of the files in which they are tried."""


def its_turn(form: str, path: Path) -> Iterator[tuple[str, bytes]]:
    """The places of a file where this text is tried, each with the file's content: all of them, or those whose turn
    among the texts of its kind of file it is."""
    forms = [name for name, (_, suffixes) in FORMS.items() if path.suffix in suffixes]
    if form in forms:
        places = altered(path.name, path.read_bytes(), PLACEHOLDER)
        yield from places if HOSTILE else islice(places, forms.index(form), None, len(forms))


@pytest.mark.parametrize("form", FORMS)
async def test_no_value_of_any_field_stops_an_ingestion_nor_the_next_one(
    database: Database, demo_files: dict[str, tuple[Path, ...]], tmp_path: Path, form: str
) -> None:
    for source in SOURCES:
        connection = await database.connect(SOURCES[source].role)
        try:
            for path in one_of_each_format(demo_files[source]):
                for place, content in its_turn(form, path):
                    hostile = content.replace(PLACEHOLDER.encode(), FORMS[form][0].encode())
                    transaction = connection.transaction()
                    await transaction.start()
                    file = write(tmp_path / path.name, hostile, database.keys.webhook("rdv-insertion"))
                    try:
                        reports = [await ingested(database, connection, source, file) for _ in range(2)]
                    except Exception as error:
                        raise AssertionError(f"{source}: {place}") from error
                    await transaction.rollback()
                    assert all(map(adds_up, reports)), f"{source}: {place}"
                    everything_told(reports).encode()
        finally:
            await connection.close()


async def test_what_is_said_not_to_be_kept_writes_nothing(
    database: Database, demo_files: dict[str, tuple[Path, ...]], tmp_path: Path
) -> None:
    """Each file is read, then read again with other values wherever docs/provenance.md says that nothing is kept."""
    secret = database.keys.webhook("rdv-insertion")
    for source in SOURCES:
        uses = dict(flattened(SOURCES[source].fields))

        def unkept(path: str, uses: Mapping[str, tuple[Use, ...]] = uses) -> bool:
            return all(isinstance(use, Unkept) for use in uses_of(path, uses))

        connection = await database.connect(SOURCES[source].role)
        try:
            for path in one_of_each_format(demo_files[source]):
                content = path.read_bytes()
                if not any(map(unkept, leaf_paths(path.name, content))):
                    continue
                transaction = connection.transaction()
                await transaction.start()
                for version in (content, with_others(path.name, content, unkept)):
                    report = await ingested(database, connection, source, write(tmp_path / path.name, version, secret))
                await transaction.rollback()
                assert report.counts == {Outcome.UNCHANGED: report.read}, f"{source}: {path.name}"
        finally:
            await connection.close()


@pytest.mark.parametrize("text", ["0001-12-31T23:59:59Z", "9999-01-01T00:00:00Z", "2026-11-24T12:00:00"])
def test_an_instant_that_some_zone_has_no_date_for_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="DATE_INVALID ici"):
        instant(text, "ici")


def test_an_instant_is_in_utc_to_the_second() -> None:
    assert instant("2026-11-24T13:00:00.999+01:00", "ici") == datetime(2026, 11, 24, 12, tzinfo=UTC)
