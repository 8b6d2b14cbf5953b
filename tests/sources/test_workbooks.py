"""Rows of workbooks: those of the same table as CSV, or a refusal that names the cell; nothing hostile is expanded."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import MAC_EPOCH
from openpyxl.worksheet.formula import ArrayFormula

from subgraphs.kit.ingest.csv_rows import Row, Rows, rows
from subgraphs.kit.ingest.ingestion_report import Refused, Sheet
from tests.sources.workbooks import MAIN, RELATIONS, fill, raw, written

COLUMNS = ("Prénom", "Ville")
HEADER: list[object] = ["Prénom", "Ville", "Note"]


def read(path: Path) -> list[tuple[int | None, Row | tuple[str, str]]]:
    return [
        (item.line, (item.record.code, item.record.path) if isinstance(item.record, Refused) else item.record)
        for item in rows(path, COLUMNS)
    ]


def refusal(path: Path) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        read(path)
    assert refused.value.text.mend
    return refused.value.code, refused.value.path


def towns(path: Path) -> list[str]:
    return [record["Ville"] if isinstance(record, dict) else record[0] for _, record in read(path)]


def changed(path: Path, change: Callable[[Workbook], object], *sheets: list[list[object]]) -> Path:
    workbook = written(path, *(sheets or ([HEADER, ["Maëlle", "Sedan"], ["Ondine", "Bastia"], ["Zoë", "Metz"]],)))
    change(workbook)
    workbook.save(path)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "usagers.xlsx"


TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"), exclude_characters="_"), max_size=8)
CELLS = st.one_of(TEXTS, st.sampled_from(["=1+1", "08300", "NULL", "+33 6", "a\nb", '"', "1,5"]))


@settings(max_examples=40)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6))
def test_a_table_has_the_same_rows_as_csv_and_as_workbook(
    tmp_path_factory: pytest.TempPathFactory, table: list[tuple[str, str, str]]
) -> None:
    assume(not any(";" in cell and "\n" in cell for row in table for cell in row))
    folder = tmp_path_factory.mktemp("table")
    text = io.StringIO()
    csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL).writerows([HEADER, *table])
    (folder / "table.csv").write_text(text.getvalue(), encoding="utf-8", newline="")
    written(folder / "table.xlsx", [HEADER, *table])
    as_csv, as_workbook = (
        [(item.record, item.unread) for item in rows(folder / name, COLUMNS)] for name in ("table.csv", "table.xlsx")
    )
    assert as_workbook == as_csv


@pytest.mark.parametrize(
    ("value", "format_", "text"),
    [
        (date(1978, 8, 2), "DD/MM/YYYY", "1978-08-02"),
        (datetime.fromisoformat("2026-11-02T09:30"), "DD/MM/YYYY HH:MM", "2026-11-02T09:30:00"),
        (8300, "General", "8300"),
        (8300, "00000", "08300"),
        (639980001, "General", "639980001"),
        (27004992.0, "0", "27004992"),
        (285057800608491, "General", "285057800608491"),
        (45.3, "0.00", "45.3"),
        (True, "General", "VRAI"),
        ("=1+1", "General", "=1+1"),
        ("08300", "@", "08300"),
    ],
)
def test_a_cell_reads_as_in_a_csv(path: Path, value: object, format_: str, text: str) -> None:
    workbook = written(path, [HEADER, ["Maëlle", value]])
    workbook.worksheets[0]["B2"].number_format = format_
    workbook.save(path)
    assert read(path) == [(2, {"Prénom": "Maëlle", "Ville": text})]


def test_days_of_a_workbook_that_counts_from_1904_are_days(path: Path) -> None:
    workbook = written(path, [HEADER])
    workbook.epoch = MAC_EPOCH
    workbook.worksheets[0].append(["Maëlle", date(1978, 8, 2)])
    workbook.save(path)
    assert towns(path) == ["1978-08-02"]


def _error(workbook: Workbook) -> None:
    workbook.worksheets[0]["B3"].value = "#N/A"
    workbook.worksheets[0]["B3"].data_type = "e"


def _day_out_of_the_calendar(workbook: Workbook) -> None:
    workbook.worksheets[0]["B3"].value = 10_000_000
    workbook.worksheets[0]["B3"].number_format = "DD/MM/YYYY"


FAULTS: dict[str, tuple[Callable[[Workbook], object], str]] = {
    "a formula": (lambda book: book.worksheets[0].__setitem__("B3", "=A3"), "CELL_FORMULA"),
    "a formula of several cells": (
        lambda book: book.worksheets[0].__setitem__("B3", ArrayFormula("B3:B3", "=A3:A3")), "CELL_FORMULA"
    ),
    "an error": (_error, "CELL_ERROR"),
    "a day that is none": (_day_out_of_the_calendar, "CELL_ERROR"),
    "a number of more than fifteen digits": (
        lambda book: book.worksheets[0].__setitem__("B3", 1.2345678901234568e17), "DIGITS_LOST"
    ),
    "a whole number of more than fifteen digits": (
        lambda book: book.worksheets[0].__setitem__("B3", 1234567890123450), "DIGITS_LOST"
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_cell_that_cannot_be_trusted_refuses_its_row_by_its_name_and_no_other(path: Path, fault: str) -> None:
    change, code = FAULTS[fault]
    changed(path, change)
    assert towns(path) == ["Sedan", code, "Metz"]
    assert read(path)[1] == (3, (code, "Ville (B3)"))


def test_a_formula_in_a_column_that_nothing_reads_refuses_nothing(path: Path) -> None:
    changed(path, lambda workbook: workbook.worksheets[0].__setitem__("C3", "=A3"))
    assert towns(path) == ["Sedan", "Bastia", "Metz"]
    assert [item.unread for item in rows(path, COLUMNS)] == [(), ("Note",), ()]


def test_each_row_of_a_merged_cell_is_refused(path: Path) -> None:
    changed(path, lambda workbook: workbook.worksheets[0].merge_cells("B3:B4"))
    assert read(path)[1:] == [(3, ("CELL_MERGED", "Ville (B3)")), (4, ("CELL_MERGED", "Ville (B4)"))]


def test_a_merged_cell_of_no_column_that_is_read_refuses_nothing(path: Path) -> None:
    changed(path, lambda workbook: workbook.worksheets[0].merge_cells("C2:E4"))
    assert towns(path) == ["Sedan", "Bastia", "Metz"]


def test_a_merged_heading_refuses_the_file(path: Path) -> None:
    changed(path, lambda workbook: workbook.worksheets[0].merge_cells("A1:A2"))
    assert refusal(path) == ("CELL_MERGED", "Prénom (A1)")


def test_a_cell_beyond_the_headings_refuses_its_row(path: Path) -> None:
    written(path, [HEADER, ["Maëlle", "Sedan", "", "trop"], ["Ondine", "Bastia"]])
    assert read(path) == [(2, ("ROW_SHAPE", "D2")), (3, {"Prénom": "Ondine", "Ville": "Bastia"})]


def test_titles_may_stand_above_and_rows_keep_the_numbers_of_the_sheet(path: Path) -> None:
    workbook = written(path, [["Usagers de l'exemple"], [], HEADER])
    fill(workbook.worksheets[0], [["Maëlle", "Sedan"]], first=9)
    workbook.save(path)
    assert read(path) == [(9, {"Prénom": "Maëlle", "Ville": "Sedan"})]


UNRELATED: list[list[object]] = [["Ordre", "Libellé"], [1, "Sedan"]]
SOUND: list[list[object]] = [HEADER, ["Maëlle", "Sedan"]]


def test_the_only_sheet_with_the_columns_is_read_and_named(path: Path) -> None:
    changed(path, lambda workbook: setattr(workbook.worksheets[2], "sheet_state", "hidden"), UNRELATED, SOUND, SOUND)
    assert [item.sheet for item in rows(path, COLUMNS)] == [Sheet(2, 2, 1)]


def test_two_sheets_with_the_columns_are_one_too_many(path: Path) -> None:
    written(path, SOUND, UNRELATED, SOUND)
    assert refusal(path) == ("SHEETS_SEVERAL", "feuilles 1, 3")


def test_a_hidden_sheet_is_never_read(path: Path) -> None:
    changed(path, lambda workbook: setattr(workbook.worksheets[1], "sheet_state", "veryHidden"), UNRELATED, SOUND)
    assert refusal(path) == ("SHEET_HIDDEN", "")


@pytest.mark.parametrize(
    ("sheets", "code"),
    [([UNRELATED], "COLUMN_MISSING"), ([[]], "FILE_EMPTY"), ([[[*HEADER, "note"]]], "COLUMN_DOUBLE")],
)
def test_a_workbook_without_the_table_is_refused(path: Path, sheets: list[list[list[object]]], code: str) -> None:
    written(path, *sheets)
    assert refusal(path)[0] == code


CELL = "<c t='inlineStr'><is><t>{}</t></is></c>"
ROWS = f"<sheetData><row r='1'>{CELL.format('Prénom')}{CELL.format('Ville')}</row>{{}}</sheetData>"
ROW = f"<row r='{{}}'>{CELL.format('Maëlle')}{CELL.format('Sedan')}</row>"
SHEET = "xl/worksheets/sheet1.xml"
DOCTYPE = "<!DOCTYPE worksheet [<!ENTITY a 'aaaa'>]>"


def _encrypted(content: bytes) -> bytes:
    """The archive with the flag of encryption in the directory of each part."""
    parts = content.split(b"PK\x01\x02")
    return b"PK\x01\x02".join([parts[0], *(part[:4] + b"\x01" + part[5:] for part in parts[1:])])


def _zip(**contents: bytes) -> bytes:
    archive = io.BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as package:
        for name, content in contents.items():
            package.writestr(name, content)
    return archive.getvalue()


def _expanding(content: bytes, size: int) -> bytes:
    """The archive, of which the last part says that it has so many bytes."""
    at = content.rfind(b"PK\x01\x02") + 24
    return content[:at] + size.to_bytes(4, "little") + content[at + 4 :]


PLAIN = raw(ROWS.format(ROW.format(2)))
OLE = b"\xd0\xcf\x11\xe0" + bytes(512)
WITH_A_SHARED_TEXT = ROWS.format("<row r='2'><c t='s'><v>0</v></c></row>")
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "parts that expand beyond the bound": (lambda: _expanding(PLAIN, (1 << 29) + 1), "WORKBOOK_TOO_LARGE"),
    "shared texts beyond their bound": (
        lambda: _expanding(raw(WITH_A_SHARED_TEXT), (1 << 26) + 1), "WORKBOOK_TOO_LARGE"
    ),
    "a row that does not end": (lambda: raw(ROWS.format(f"<row r='2'>{' ' * (9 << 20)}</row>")), "WORKBOOK_TOO_LARGE"),
    "a document type": (lambda: raw("", {SHEET: f"{DOCTYPE}<worksheet xmlns='{MAIN}'/>"}), "DTD_REFUSED"),
    "a document type behind blanks": (lambda: raw("", {SHEET: " " * 5_000 + DOCTYPE}), "DTD_REFUSED"),
    "macros": (lambda: raw(ROWS.format(""), {"xl/vbaProject.bin": b"x"}), "WORKBOOK_MACROS"),
    "a password": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "WORKBOOK_ENCRYPTED"),
    "a password of the archive": (lambda: _encrypted(PLAIN), "WORKBOOK_ENCRYPTED"),
    "an xls": (lambda: OLE, "WORKBOOK"),
    "an ods": (lambda: _zip(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "WORKBOOK"),
    "an xlsb": (lambda: raw("", {"xl/workbook.bin": b"x"}), "WORKBOOK"),
    "a torn archive": (lambda: PLAIN[: len(PLAIN) // 2], "WORKBOOK_DAMAGED"),
    "an archive without its sheet": (
        lambda: PLAIN.replace(SHEET.encode(), b"xl/worksheets/sheet9.xml"), "WORKBOOK_DAMAGED"
    ),
    "an archive whose directory is too long": (
        lambda: PLAIN[:-10] + b"\xff\xff\xff\x7f" + PLAIN[-6:], "WORKBOOK_TOO_LARGE"
    ),
    "rows out of order": (lambda: raw(ROWS.format(ROW.format(3) + ROW.format(2))), "WORKBOOK_DAMAGED"),
    "a row beyond the last": (lambda: raw(ROWS.format(ROW.format(10**15))), "WORKBOOK_DAMAGED"),
    "a cell of another row": (lambda: raw(ROWS.format("<row r='2'><c r='A7'><v>1</v></c></row>")), "WORKBOOK_DAMAGED"),
    "a shared text that is not there": (lambda: raw(WITH_A_SHARED_TEXT), "WORKBOOK_DAMAGED"),
    "malformed XML": (lambda: raw(ROWS.format("<row>")), "WORKBOOK_DAMAGED"),
    "XML in UTF-16": (lambda: raw("", {"xl/workbook.xml": "<workbook/>".encode("utf-16")}), "WORKBOOK_DAMAGED"),
}  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_is_no_plain_workbook_has_a_code(path: Path, hostile: str) -> None:
    make, code = HOSTILE[hostile]
    path.write_bytes(make())
    assert refusal(path)[0] == code


def test_a_sheet_in_another_file_is_none(path: Path) -> None:
    relation = (
        "<Relationship Id='rId1' Type='x/worksheet' Target='http://127.0.0.1:9/sheet.xml' TargetMode='External'/>"
    )
    relations = f"<Relationships xmlns='{RELATIONS}'>{relation}</Relationships>"
    path.write_bytes(raw(ROWS.format(""), {"xl/_rels/workbook.xml.rels": relations}))
    assert refusal(path) == ("FILE_EMPTY", "")


def test_an_excerpt_of_a_row_reads_as_the_row(path: Path) -> None:
    workbook = written(path, UNRELATED, [["Titre"], HEADER, *([f"P{number}", "Sedan"] for number in range(8))])
    sheet = workbook.worksheets[1]
    for place, value in (("B4", "=A4"), ("B5", date(1978, 8, 2)), ("B6", 8300), ("B9", "=1+1"), ("D10", "trop")):
        sheet[place] = value
    sheet["B6"].number_format = "00000"
    sheet["B9"].data_type = "s"
    sheet.merge_cells("A7:A8")
    workbook.save(path)
    excerpts = Rows(COLUMNS).excerpts(path, range(1, 9))
    records = [record for _, record in read(path)]
    assert [*excerpts] == [*range(1, 9)]
    for number, content in excerpts.items():
        path.write_bytes(content)
        [(_, again)] = read(path)
        before = records[number - 1]
        if isinstance(before, tuple) and isinstance(again, tuple):
            assert again[0] == before[0]
        else:
            assert again == before
    assert Rows(COLUMNS).excerpts(path, []) == {}
    assert load_workbook(path).sheetnames == ["Sheet"]


def test_a_sheet_that_breaks_gives_its_rows_and_their_excerpts_before(path: Path) -> None:
    formula = "<row r='2'><c r='A2'><f>B2</f></c><c r='B2'><v>1</v></c></row>"
    path.write_bytes(raw(ROWS.format(formula + ROW.format(3) * 2)))
    assert [item.line for item in islice(rows(path, COLUMNS), 2)] == [2, 3]
    assert refusal(path)[0] == "WORKBOOK_DAMAGED"
    assert [*Rows(COLUMNS).excerpts(path, [1, 3])] == [1]
