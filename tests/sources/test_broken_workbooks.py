"""Each source of tables refuses a workbook without exactly one table, and reads typed cells as their texts."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from subgraphs.kit.ingest.csv_rows import form_of
from subgraphs.kit.ingest.ingestion_report import Outcome
from tests.conftest import Database
from tests.sources import workbooks
from tests.sources.altered_fields import write
from tests.sources.ingestion import SECRET, adds_up, codes, everything_told, ingest
from tests.sources.test_broken_files import AS_OF, saved, sound_files, table

__all__ = ["sound_files"]

SOURCES_OF_TABLES = (
    "cnaf-contact",
    "rdv-insertion",
    "ft-extrait",
    "ft-actions",
    "carnet-de-bord",
    "carnet-structures",
    "droits",
)
DAY = re.compile(r"(\d\d)/(\d\d)/(\d{4})|(\d{4})-(\d\d)-(\d\d)")
PASSWORD = b"\xd0\xcf\x11\xe0" + bytes(512) + "EncryptedPackage".encode("utf-16-le")
Books = dict[tuple[str, str], bytes]


def two_tables(book: Workbook) -> None:
    book.copy_worksheet(book.worksheets[0])


def hidden(book: Workbook) -> None:
    book.create_sheet("Autre")
    book.worksheets[0].sheet_state = "hidden"
    book.active = 1


def merged_headings(book: Workbook) -> None:
    book.worksheets[0].merge_cells("A1:A2")


def doubled_heading(book: Workbook) -> None:
    book.worksheets[0].cell(1, book.worksheets[0].max_column + 1).value = book.worksheets[0]["A1"].value


def formula_as_heading(book: Workbook) -> None:
    for cell in book.worksheets[0][1]:
        cell.value = f'="{cell.value}"'


FAULTS: dict[str, tuple[Callable[[Workbook], None], str]] = {
    "two sheets with the table": (two_tables, "SHEETS_SEVERAL"),
    "the table on a hidden sheet": (hidden, "SHEET_HIDDEN"),
    "merged headings": (merged_headings, "CELL_MERGED"),
    "a heading twice": (doubled_heading, "COLUMN_DOUBLE"),
    "headings that are formulas": (formula_as_heading, "COLUMN_MISSING"),
}


def test_every_source_of_tables_is_tried(sound_files: Books) -> None:
    assert {source for source, suffix in sound_files if suffix == "csv"} == {*SOURCES_OF_TABLES}


@pytest.mark.parametrize("source", SOURCES_OF_TABLES)
async def test_a_workbook_that_is_not_one_table_is_refused_whole_with_its_mend(
    database: Database, tmp_path: Path, sound_files: Books, source: str
) -> None:
    path = tmp_path / "fichier.xlsx"
    for fault, (spoil, code) in FAULTS.items():
        book = load_workbook(io.BytesIO(few_rows(sound_files, source)))
        spoil(book)
        await check_refused_whole(database, source, path, saved(book), code, fault)
    await check_refused_whole(database, source, path, PASSWORD, "WORKBOOK_ENCRYPTED", "a password")
    content = few_rows(sound_files, source)
    await check_refused_whole(database, source, path, content[:-100], "WORKBOOK_DAMAGED", "cut off")


async def check_refused_whole(
    database: Database, source: str, path: Path, content: bytes, code: str, fault: str
) -> None:
    """Check that a file is refused as a whole, and nothing of it written."""
    write(path, content, SECRET)
    report = await ingest(database, source, path, as_of=AS_OF)
    assert [(record, found) for record, _, found in codes(report)] == [(0, code)], fault
    assert (report.read, report.rows, report.whole) == (0, 0, False)
    assert all(refusal.message and refusal.mend for refusal in report.refusals)
    assert "Maëlle" not in everything_told([report])


def test_a_sheet_of_another_form_that_is_hidden_is_passed_over(tmp_path: Path) -> None:
    book = workbooks.written(tmp_path / "formes.xlsx", [["Prénom"], ["Maëlle"]], [["Ville"], ["Sedan"]])
    path = tmp_path / "formes.xlsx"
    forms = {"people": ("Prénom",), "towns": ("Ville",)}
    assert form_of(path, forms) == "people"
    book.worksheets[0].sheet_state = "hidden"
    book.active = 1
    book.save(path)
    assert form_of(path, forms) == "towns"
    book.remove(book.worksheets[1])
    book.create_sheet("Autre")
    book.save(path)
    assert form_of(path, forms) == "people"


@pytest.mark.parametrize("source", SOURCES_OF_TABLES)
async def test_days_and_numbers_of_a_workbook_are_those_of_its_texts(
    fresh_database: Database, tmp_path: Path, sound_files: Books, source: str
) -> None:
    texts, typed = tmp_path / "textes.xlsx", tmp_path / "valeurs.xlsx"
    texts.write_bytes(few_rows(sound_files, source))
    typed.write_bytes(with_types(few_rows(sound_files, source)))
    first = await ingest(fresh_database, source, texts, as_of=AS_OF)

    again = await ingest(fresh_database, source, typed, as_of=AS_OF)

    assert adds_up(again)
    assert (again.read, again.rows, again.codes) == (first.read, 0, first.codes)
    assert again.counts.keys() <= {Outcome.UNCHANGED, Outcome.REJECTED}


def few_rows(sound_files: Books, source: str) -> bytes:
    """The workbook of a source with its headings and three rows."""
    return table("xlsx", sound_files[source, "xlsx"], lambda rows: rows[:4])


def with_types(content: bytes) -> bytes:
    """The workbook with days in the place of texts that are days, and numbers in that of digits."""
    book = load_workbook(io.BytesIO(content))
    for row in book.worksheets[0].iter_rows(min_row=2):
        for cell in row:
            text = str(cell.value or "")
            if said := DAY.fullmatch(text):
                day, month, year = said.group(1, 2, 3) if said[1] else said.group(6, 5, 4)
                cell.value = date(int(year), int(month), int(day))
                cell.number_format = "DD/MM/YYYY"
            elif text.isascii() and text.isdigit() and len(text) <= 15:
                cell.value = int(text)
                cell.number_format = "0" * len(text)
    return saved(book)
