"""Rows of CSV files: each is read or refused, with its line, whatever tool wrote it and whatever is wrong beside it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from subgraphs.kit.ingest.csv_rows import MOST_LINES, Row, rows
from subgraphs.kit.ingest.ingestion_report import Refused

COLUMNS = ("Prénom", "Ville")
SOUND = "Prénom;Ville\nMaëlle;Sedan\nOndine;Bastia\n"


def read(folder: Path, content: bytes, **options: object) -> list[tuple[int | None, Row | str]]:
    path = folder / "lignes.csv"
    path.write_bytes(content)
    return [
        (item.line, item.record.code if isinstance(item.record, Refused) else item.record)
        for item in rows(path, COLUMNS, **options)  # type: ignore[arg-type]
    ]


def people(folder: Path, content: bytes) -> list[str]:
    return [row["Prénom"] if isinstance(row, dict) else row for _, row in read(folder, content)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encoding_delimiter_and_line_ends_are_found_out(
    tmp_path: Path, encoding: str, delimiter: str, end: str
) -> None:
    content = SOUND.replace(";", delimiter).replace("\n", end).encode(encoding)
    assert read(tmp_path, content) == [
        (2, {"Prénom": "Maëlle", "Ville": "Sedan"}),
        (3, {"Prénom": "Ondine", "Ville": "Bastia"}),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04\x14\x00", "WORKBOOK_DAMAGED"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "WORKBOOK"),
        (SOUND.encode() + "Zoë;Metz\n".encode("windows-1252"), "ENCODING_WRONG"),
        ("Prénom;Ville\nZo\x81;Metz\n".encode("latin-1"), "ENCODING_WRONG"),
        (b"Nom;Ville\nArdoisier;Sedan\n", "COLUMN_MISSING"),
        ("Prénom;Ville;PRENOM\nMaëlle;Sedan;Ondine\n".encode(), "COLUMN_DOUBLE"),
        ("Prénom;Ville;Note;note\nMaëlle;Sedan;a;b\n".encode(), "COLUMN_DOUBLE"),
    ],
    ids=[
        "a torn xlsx", "xls", "two encodings in one file",
        "a byte of no encoding", "another file", "a column twice", "an unread column twice",
    ],
)  # fmt: skip
def test_a_file_that_is_no_such_table_is_refused_whole(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read(tmp_path, content)
    assert (refused.value.code, refused.value.text.mend != "") == (code, True)


def test_headings_are_recognised_whatever_their_case_accents_blanks_and_synonyms(tmp_path: Path) -> None:
    content = " PRENOM ;commune\nMaëlle;Sedan\n".encode()
    assert read(tmp_path, content, synonyms={"Commune": "Ville"}) == [(2, {"Prénom": "Maëlle", "Ville": "Sedan"})]


@pytest.mark.parametrize("stray", ['"', 'Se"dan', '"Sedan', 'Sedan"', '"Se"dan'])
@pytest.mark.parametrize("place", [0, 10, 998, 999])
def test_a_stray_quote_loses_its_own_row_at_most(tmp_path: Path, stray: str, place: int) -> None:
    lines = [f"P{number};Ville" for number in range(1_000)]
    lines[place] = f"P{place};{stray}"
    result = people(tmp_path, "\n".join(["Prénom;Ville", *lines, ""]).encode())
    assert len(result) == 1_000
    assert [name for number, name in enumerate(result) if name != f"P{number}"] in ([], ["ROW_SHAPE"])


@pytest.mark.parametrize("between", [0, 1, 5])
def test_two_stray_quotes_take_no_row_between_them(tmp_path: Path, between: int) -> None:
    inner = [f"P{number};Ville" for number in range(between)]
    lines = ["Prénom;Ville", 'A;"Sedan', *inner, 'B;Bastia"', "C;Metz"]
    result = people(tmp_path, "\n".join(lines).encode())
    assert result == ["ROW_SHAPE", *(f"P{number}" for number in range(between)), "ROW_SHAPE", "C"]


def test_a_line_end_within_quotes_belongs_to_its_row_and_the_next_keeps_the_line_of_the_file(tmp_path: Path) -> None:
    content = 'Prénom;Ville\n"Maëlle\nAnne";"12 ""bis""\n\n08000 Sedan"\n\nOndine;Bastia;trop\nZoë;Metz\n'.encode()
    assert read(tmp_path, content) == [
        (2, {"Prénom": "Maëlle\nAnne", "Ville": '12 "bis"\n\n08000 Sedan'}),
        (7, "ROW_SHAPE"),
        (8, {"Prénom": "Zoë", "Ville": "Metz"}),
    ]


def test_a_line_without_end_is_refused_alone_and_memory_holds_a_part_of_it(tmp_path: Path) -> None:
    content = f"Prénom;Ville\nMaëlle;{'x' * 1_000_000}\nOndine;Bastia\n".encode()
    assert people(tmp_path, content) == ["RECORD_TOO_LARGE", "Ondine"]


def test_rows_that_a_spreadsheet_left_empty_are_none(tmp_path: Path) -> None:
    assert people(tmp_path, (SOUND + ";\n;\n").encode()) == ["Maëlle", "Ondine"]


def test_an_optional_column_that_is_missing_reads_as_empty_and_is_told_apart_from_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "lignes.csv"
    records = []
    for content in (SOUND, "Prénom;Ville;Note\nMaëlle;Sedan;\n"):
        path.write_text(content, encoding="utf-8")
        record = next(rows(path, COLUMNS, ("Note",))).record
        assert isinstance(record, Row)
        records.append((record["Note"], "Note" in record))
        with pytest.raises(KeyError):
            record["Autre"]
    assert records == [("", False), ("", True)]


def test_what_nothing_reads_is_named(tmp_path: Path) -> None:
    path = tmp_path / "lignes.csv"
    path.write_text("Prénom;Ville;Note\nMaëlle;Sedan;x\nOndine;Bastia;\n", encoding="utf-8")
    assert [item.unread for item in rows(path, COLUMNS)] == [("Note",), ()]


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=8), st.sampled_from([";", ",", "\t"]))
def test_what_a_csv_writer_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, table: list[tuple[str, str]], delimiter: str
) -> None:
    assume(not any(delimiter in cell and set("\r\n") & set(cell) for row in table for cell in row))
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([COLUMNS, *table])
    result = read(tmp_path_factory.mktemp("csv"), written.getvalue().encode())
    expected = [[cell.strip() for cell in row] for row in table if any(cell.strip() for cell in row)]
    assert [list(row.values()) for _, row in result if isinstance(row, dict)] == expected
    assert MOST_LINES > 12
