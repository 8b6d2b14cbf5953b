"""Every broken file, of every source in every format, ends in a whole report: a code, its mend, and no value."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import re
import tarfile
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import load_workbook
from rich.console import Console

from demo import source_files
from demo.workbook_files import workbook
from hub.ingest import SOURCES, show
from subgraphs.kit.ingest import json_stream
from subgraphs.kit.ingest.ingestion_report import Outcome
from tests.conftest import Database
from tests.simulators.rdv_insertion import user
from tests.sources.altered_fields import write
from tests.sources.ingestion import SECRET, adds_up, codes, everything_told, ingest

TODAY = date(2026, 11, 24)
AS_OF = datetime(2026, 11, 24, tzinfo=UTC)
Fault = Callable[[str, bytes], bytes | None]
"""Makes the broken file of a sound one and its suffix; None for a directory."""

BOMB = b'<?xml version="1.0"?><!DOCTYPE Racine [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Racine>&b;</Racine>'
ZIP_BOMB_SIZE = (1 << 29) + 1
TEXTS = ("csv", "json", "jsonl", "xml")
FORMATS = (*TEXTS, "xlsx")
TOTAL = rb'(<NBTOTDOSRSATRANSM>|"(?:count|total|totalRecords)":\s*)\d+'
LIST = rb'\A\s*(?:\[|\{\s*(?:"\w+":\s*\d+,\s*)*"(?:results|items|data)":\s*\[)'
LARGEST = 1 << 13
"""The largest record, in bytes, of tests with a list that is larger."""
OF_NOBODY = {"MATCH_NONE", "MATCH_NAMES_ONLY", "MATCH_SEVERAL", "PERSON_UNKNOWN"}
"""Codes of sound records about people whom the database does not know, or by their names alone."""


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def table(suffix: str, content: bytes, change: Callable[[list[list[str]]], list[list[str]]]) -> bytes:
    """A CSV, or the workbook of a table, with other rows."""
    if suffix == "xlsx":
        cells = [[str(cell or "") for cell in row] for row in load_workbook(io.BytesIO(content)).worksheets[0].values]
        return workbook("Feuille", change(cells))
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(change(_rows(content)))
    return text.getvalue().encode()


def _shifted(suffix: str, content: bytes) -> bytes:
    return table(suffix, content, lambda table: [table[0], *(["x", *row, "x"] for row in table[1:])])


def _doubled(suffix: str, content: bytes) -> bytes:
    if suffix not in ("csv", "xlsx"):
        return content + content
    return table(suffix, content, lambda table: [*table, *table[1:]])


def _with_a_formula(_: str, content: bytes) -> bytes:
    book = load_workbook(io.BytesIO(content))
    for column in range(1, book.worksheets[0].max_column + 1):
        book.worksheets[0].cell(2, column).value = "=1+1"
    return saved(book)


def _merged(_: str, content: bytes) -> bytes:
    book = load_workbook(io.BytesIO(content))
    book.worksheets[0].merge_cells("A2:ZZ3")
    return saved(book)


def saved(book: object) -> bytes:
    written = io.BytesIO()
    book.save(written)  # type: ignore[attr-defined]
    return written.getvalue()


def _expanding(_: str, content: bytes) -> bytes:
    """The archive, of which the last part says that it expands beyond the bound."""
    at = content.rfind(b"PK\x01\x02") + 24
    return content[:at] + ZIP_BOMB_SIZE.to_bytes(4, "little") + content[at + 4 :]


def _misencoded(_: str, content: bytes) -> bytes:
    """A byte of no encoding within the last name of a person or thing."""
    at = content.rindex(b"e")
    return content[:at] + b"\x81" + content[at:]


def _truncated(suffix: str, content: bytes) -> bytes:
    """Half of the file, or a CSV that ends in the first cell of its last row."""
    at = content.rstrip().rfind(b"\n") + 2 if suffix == "csv" else len(content) // 2
    return content[:at]


def _not_a_number(_: str, content: bytes) -> bytes:
    return re.sub(rb'":\s*(?:"[^"]*"|\d+|null|true|false)', b'":NaN', content, count=1)


def _repeated_key(_: str, content: bytes) -> bytes:
    return re.sub(rb'("[\w ]+":\s*(?:"[^"]*"|\d+|null|true|false))', rb"\1,\1", content, count=1)


def _zipped(name: str, content: bytes) -> bytes:
    archive = io.BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as package:
        package.writestr(name, content)
    return archive.getvalue()


def _in_a_tar(content: bytes) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as package:
        entry = tarfile.TarInfo("fichier")
        entry.size = len(content)
        package.addfile(entry, io.BytesIO(content))
    return archive.getvalue()


def _all(*allowed: str, but: Mapping[str, set[str]] | None = None) -> dict[str, set[str]]:
    return {**{suffix: set(allowed) for suffix in FORMATS}, **(but or {})}


FAULTS: dict[str, tuple[Fault, dict[str, set[str]]]] = {
    "empty": (lambda *_: b"", _all("FILE_EMPTY")),
    "blanks": (lambda *_: b"\xef\xbb\xbf" + b" \r\n" * 50_000, _all("FILE_EMPTY")),
    "the mark of an encoding alone": (lambda *_: b"\xef\xbb\xbf", _all("FILE_EMPTY")),
    "blanks in UTF-16": (lambda *_: " \r\n".encode("utf-16"), _all("FILE_EMPTY")),
    "bytes that are zero": (lambda *_: bytes(4096), _all("FILE_EMPTY")),
    "gzip": (lambda _, content: gzip.compress(content), _all("FILE_COMPRESSED")),
    "bzip2": (lambda _, content: bz2.compress(content), _all("FILE_COMPRESSED")),
    "xz": (lambda _, content: lzma.compress(content), _all("FILE_COMPRESSED")),
    "a zip": (lambda _, content: _zipped("fichier.csv", content), _all("FILE_COMPRESSED")),
    "a tar": (lambda _, content: _in_a_tar(content), _all("FILE_COMPRESSED")),
    "a text of LibreOffice": (
        lambda *_: _zipped("mimetype", b"application/vnd.oasis.opendocument.text"),
        _all("FORMAT_UNKNOWN", but={"csv": {"WORKBOOK"}, "xlsx": {"WORKBOOK"}}),
    ),
    "a directory": (lambda *_: None, _all("FILE_UNREADABLE")),
    "UTF-16": (
        lambda _, content: content.decode("utf-8", "replace").encode("utf-16"),
        {suffix: {"ENCODING_UNSUPPORTED"} for suffix in TEXTS},
    ),
    "UTF-16 without its mark": (
        lambda _, content: content.decode("utf-8", "replace").encode("utf-16-be"),
        {suffix: {"ENCODING_UNSUPPORTED"} for suffix in TEXTS},
    ),
    "mis-encoded": (_misencoded, _all("ENCODING_WRONG", but={"xlsx": {"WORKBOOK_DAMAGED"}})),
    "truncated": (
        _truncated,
        {
            "csv": {"ROW_SHAPE"},
            "xlsx": {"WORKBOOK_DAMAGED"},
            "json": {"TRUNCATED", "JSON_INVALID"},
            "jsonl": {"JSON_INVALID"},
            "xml": {"TRUNCATED"},
        },
    ),
    "a torn archive": (
        lambda *_: b"PK\x03\x04" + bytes(64),
        _all("FILE_COMPRESSED", but={"csv": {"WORKBOOK_DAMAGED"}, "xlsx": {"WORKBOOK_DAMAGED"}}),
    ),
    "a workbook of before 2007": (
        lambda *_: b"\xd0\xcf\x11\xe0" + bytes(600),
        _all("FORMAT_UNKNOWN", but={"csv": {"WORKBOOK"}, "xlsx": {"WORKBOOK"}}),
    ),
    "a bomb of entities": (
        lambda *_: BOMB,
        {
            "csv": {"COLUMN_MISSING"},
            "xlsx": {"COLUMN_MISSING"},
            "json": {"JSON_INVALID"},
            "jsonl": {"JSON_INVALID"},
            "xml": {"DTD_REFUSED"},
        },
    ),
    "a bomb of an archive": (_expanding, {"xlsx": {"WORKBOOK_TOO_LARGE"}}),
    "nested too deep": (
        lambda *_: b"[" * 100_000,
        {
            "csv": {"COLUMN_MISSING"},
            "json": {"TRUNCATED", "JSON_INVALID"},
            "jsonl": {"RECORD_TOO_LARGE"},
            "xml": {"FORMAT_UNKNOWN"},
        },
    ),
    "shifted columns": (_shifted, {"csv": {"ROW_SHAPE"}, "xlsx": {"ROW_SHAPE"}}),
    "a stray quote": (lambda _, content: content.rstrip() + b'"\n', {"csv": {"ROW_SHAPE"}}),
    "a formula": (_with_a_formula, {"xlsx": {"CELL_FORMULA"}}),
    "merged cells": (_merged, {"xlsx": {"CELL_MERGED"}}),
    "doubled": (
        _doubled,
        {"csv": set(), "xlsx": set(), "jsonl": set(), "json": {"JSON_INVALID"}, "xml": {"XML_MALFORMED"}},
    ),
    "NaN": (_not_a_number, {"json": {"JSON_NUMBER"}, "jsonl": {"JSON_NUMBER"}}),
    "a key twice": (_repeated_key, {"json": {"JSON_DUPLICATE_KEY"}, "jsonl": {"JSON_DUPLICATE_KEY"}}),
    "a wrong total": (
        lambda _, content: re.sub(TOTAL, rb"\g<1>999", content),
        {"xml": {"TOTAL_DIFFERS"}, "json": {"TOTAL_DIFFERS"}},
    ),
}
ANNOUNCING = {"cnaf-flux", "data-inclusion", "dora", "emplois"}
"""Sources whose file here says how many records it has."""


@pytest.fixture(scope="module")
def sound_files(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], bytes]:
    """A file of each source in each format that it reads, a workbook beside each CSV."""
    files: dict[tuple[str, str], bytes] = {}
    for source, paths in source_files.write(tmp_path_factory.mktemp("demo"), TODAY, SECRET).items():
        for path in paths:
            if "anomalie" not in path.name and ".headers" not in path.name:
                files.setdefault((source, path.suffix[1:]), path.read_bytes())
    tables = [(source, content) for (source, suffix), content in files.items() if suffix == "csv"]
    return {**{(source, "xlsx"): workbook("Feuille", _rows(content)) for source, content in tables}, **files}


def test_every_source_has_a_file(sound_files: dict[tuple[str, str], bytes]) -> None:
    assert {source for source, _ in sound_files} == SOURCES.keys()
    assert {suffix for _, suffix in sound_files} == {*FORMATS}


def _records_of(suffix: str, content: bytes) -> int:
    """How many records a sound file has, counted without the readers of the hub."""
    if suffix == "xlsx":
        return int(load_workbook(io.BytesIO(content)).worksheets[0].max_row) - 1
    if suffix == "csv":
        return len(_rows(content)) - 1
    if suffix == "jsonl":
        return len(content.splitlines())
    if suffix == "xml":
        return len(re.findall(rb"<(?:InfosFoyerRSA|formation)[ >]", content))
    document = json.loads(content)
    lists = [document] if isinstance(document, list) else [document.get(key) for key in ("results", "items", "data")]
    return next((len(records) for records in lists if isinstance(records, list)), 1)


@pytest.mark.parametrize("source", SOURCES)
async def test_each_record_of_a_file_ends_in_one_outcome(
    database: Database, tmp_path: Path, sound_files: dict[tuple[str, str], bytes], source: str
) -> None:
    for suffix in FORMATS:
        if (source, suffix) in sound_files:
            path = tmp_path / f"fichier.{suffix}"
            write(path, sound_files[source, suffix], SECRET)
            report = await ingest(database, source, path, as_of=AS_OF)
            assert report.read == sum(report.counts.values()) == _records_of(suffix, sound_files[source, suffix]), (
                suffix
            )


@pytest.mark.parametrize(
    ("source", "suffix", "content"),
    [
        ("cnaf-contact", "csv", None),
        ("cnaf-contact", "xlsx", None),
        ("lheo", "xml", b"<lheo><offres/></lheo>"),
        ("emplois", "json", b'{"count": 0, "results": []}'),
    ],
)
async def test_a_file_without_records_has_a_line_of_its_own_and_is_no_refusal(
    database: Database,
    tmp_path: Path,
    sound_files: dict[tuple[str, str], bytes],
    source: str,
    suffix: str,
    content: bytes | None,
) -> None:
    path = tmp_path / f"fichier.{suffix}"
    path.write_bytes(content or table(suffix, sound_files[source, suffix], lambda table: table[:1]))
    told = io.StringIO()

    report = await ingest(database, source, path, as_of=AS_OF)
    show(report, Console(file=told, width=200))

    assert (report.complete, report.whole, report.read) == (True, True, 0)
    assert f"fichier.{suffix} : lu en entier, aucun enregistrement." in told.getvalue()


@pytest.mark.parametrize("source", SOURCES)
async def test_a_list_of_json_is_never_held_whole(
    database: Database,
    tmp_path: Path,
    sound_files: dict[tuple[str, str], bytes],
    source: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A list that is longer than any record may be is taken, by readers that never ask for the whole file."""
    content = sound_files.get((source, "json"), b"{}")
    record = re.search(LIST, content)
    if record is None:
        pytest.skip("the source reads no list of JSON")
    path = tmp_path / "fichier.json"
    path.write_bytes(content[: record.end()] + b"0," * LARGEST + content[record.end() :])
    monkeypatch.setattr(json_stream, "LARGEST", LARGEST)
    monkeypatch.setattr(json_stream, "CHUNK", LARGEST // 4)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("a file was read whole"))

    report = await ingest(database, source, path, as_of=AS_OF)

    assert report.counts[Outcome.REJECTED] >= LARGEST
    assert report.read == sum(report.counts.values()) == _records_of("json", content) + LARGEST


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("source", SOURCES)
async def test_a_broken_file_ends_in_its_code_and_mend_and_the_report_adds_up(
    database: Database, tmp_path: Path, sound_files: dict[tuple[str, str], bytes], source: str, fault: str
) -> None:
    spoil, expected = FAULTS[fault]
    for suffix, allowed in expected.items():
        if (source, suffix) not in sound_files:
            continue
        path = tmp_path / f"fichier.{suffix}"
        content = spoil(suffix, sound_files[source, suffix])
        if content is None:
            path.mkdir()
        else:
            write(path, content, SECRET)

        report = await ingest(database, source, path, as_of=AS_OF)

        said = {code for _, _, code in codes(report)}
        assert said <= allowed | OF_NOBODY, (suffix, said)
        is_one = fault != "a wrong total" or source in ANNOUNCING
        assert said & allowed or not allowed or not is_one, suffix
        assert adds_up(report)
        assert all(refusal.message and refusal.mend for refusal in report.refusals)
        assert "Maëlle" not in everything_told([report])


@pytest.mark.parametrize(
    ("source", "name", "page", "place"),
    [
        (
            "immersion-facile",
            "offres.json",
            {"data": [{}], "pagination": {"totalRecords": 9, "currentPage": 1, "totalPages": 2, "numberPerPage": 5}},
            "pagination.totalRecords",
        ),
        (
            "rdv-insertion",
            "page.users.json",
            {"users": [user(1)], "pagination": {"total_count": 2, "current_page": 1, "total_pages": 1}},
            "pagination.total_count",
        ),
    ],
)
async def test_a_page_that_has_not_all_that_it_says_is_reported_and_what_it_has_is_read(
    database: Database, tmp_path: Path, source: str, name: str, page: object, place: str
) -> None:
    path = tmp_path / name
    path.write_text(json.dumps(page))

    report = await ingest(database, source, path, as_of=AS_OF, department="08")

    assert (0, place, "TOTAL_DIFFERS") in codes(report)
    assert adds_up(report)
    assert (report.read, report.whole) == (1, False)
