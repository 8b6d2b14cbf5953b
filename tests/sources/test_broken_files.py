"""Every broken file, in every format, ends in a whole report, with a code and its mend, that tells no value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from demo import source_files
from hub.ingest import SOURCES
from tests.conftest import Database
from tests.sources.ingestion import adds_up, codes, everything_told, ingest

TODAY = date(2026, 11, 24)
AS_OF = datetime(2026, 11, 24, tzinfo=UTC)
Fault = Callable[[bytes], bytes | None]

BOMB = b'<?xml version="1.0"?><!DOCTYPE Racine [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Racine>&b;</Racine>'
FORMATS = ("csv", "json", "jsonl", "xml")
FAULTS: dict[str, tuple[Fault, dict[str, set[str]]]] = {
    "empty": (
        lambda _: b"",
        {suffix: {"FILE_EMPTY"} for suffix in FORMATS},
    ),
    "a directory": (lambda _: None, {suffix: {"FILE_UNREADABLE"} for suffix in FORMATS}),
    "UTF-16": (
        lambda content: content.decode("utf-8", "replace").encode("utf-16"),
        {
            "csv": {"ENCODING_UNSUPPORTED"},
            "json": {"ENCODING_WRONG"},
            "jsonl": {"ENCODING_WRONG", "JSON_INVALID"},
            "xml": {"FORMAT_UNKNOWN", "ENCODING_UNSUPPORTED", "ENCODING_WRONG"},
        },
    ),
    "truncated": (
        lambda content: content[: len(content) // 2],
        {"csv": {"ROW_SHAPE"}, "json": {"JSON_INVALID"}, "jsonl": {"JSON_INVALID"}, "xml": {"TRUNCATED"}},
    ),
    "an archive": (
        lambda _: b"PK\x03\x04" + bytes(64),
        {
            "csv": {"WORKBOOK_DAMAGED"},
            "json": {"JSON_INVALID"},
            "jsonl": {"JSON_INVALID"},
            "xml": {"FORMAT_UNKNOWN", "XML_MALFORMED", "TRUNCATED"},
        },
    ),
    "a bomb": (
        lambda _: BOMB,
        {
            "csv": {"COLUMN_MISSING"},
            "json": {"JSON_INVALID"},
            "jsonl": {"JSON_INVALID"},
            "xml": {"DTD_REFUSED"},
        },
    ),
    "nested too deep": (
        lambda _: b"[" * 100_000,
        {
            "csv": {"COLUMN_MISSING"},
            "json": {"JSON_INVALID"},
            "jsonl": {"RECORD_TOO_LARGE"},
            "xml": {"FORMAT_UNKNOWN", "XML_MALFORMED", "TRUNCATED"},
        },
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("source", [name for name in SOURCES if name != "rdv-insertion"])
async def test_a_broken_file_ends_in_its_code_and_mend_and_the_report_adds_up(
    database: Database, tmp_path: Path, source: str, fault: str
) -> None:
    spoil, expected = FAULTS[fault]
    path = source_files.write(tmp_path, TODAY, b"secret")[source][0]
    content = spoil(path.read_bytes())
    path.unlink()
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)

    report = await ingest(database, source, path, as_of=AS_OF)

    said = {code for _, _, code in codes(report)}
    allowed = expected[path.suffix[1:]]
    assert said <= allowed | {"MATCH_NONE", "PERSON_UNKNOWN"}, said
    assert said & allowed or (source, fault) == ("lheo", "UTF-16"), "its reader knows UTF-16"
    assert adds_up(report)
    assert all(refusal.message and refusal.mend for refusal in report.refusals)
    assert "Maëlle" not in everything_told([report])
