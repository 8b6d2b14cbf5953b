"""What a report tells of names that come from outside: files, fields and places."""

from __future__ import annotations

import io
import os
from pathlib import Path
from unicodedata import category

import pytest
from rich.console import Console

from hub.ingest import show
from schema.nir import MASK
from subgraphs.kit.ingest.ingestion_report import LONGEST_NAME, Refused, Report, Sheet

NIR = "2850578006084"


@pytest.mark.parametrize("name", [b"b\xe9n\xe9ficiaires.xml", b"flux\x1b]0;titre\x07.xml", b"flux\r\nrefus.xml"])
def test_the_name_of_a_file_is_shown_on_any_terminal_and_commands_none(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(b"<a/>")
    report = Report("essai")
    report.open(path)
    report.refuse(report.begin(unread=["champ\x1b[2J"]), Refused("SCHEMA_INVALID", "champ\x1b[2J"))
    shown = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    show(report, Console(file=shown))
    shown.flush()
    letters = shown.buffer.getvalue().decode().replace("\n", "")
    assert not {category(letter) for letter in letters} & {"Cc", "Cs"}
    assert report.refusals[0].file.endswith(".xml")


def test_invisible_characters_hide_no_nir_in_a_place() -> None:
    assert Refused("SCHEMA_INVALID", "\u200b".join(NIR)).path == MASK


def test_the_name_of_a_field_is_not_cut_within_a_nir() -> None:
    report = Report("essai")
    report.begin(unread=["x" * (LONGEST_NAME - 12) + NIR])
    assert [*report.unread] == ["x" * (LONGEST_NAME - 12) + MASK]


def test_a_report_tells_which_sheet_was_read_where_there_are_several(tmp_path: Path) -> None:
    path = tmp_path / "usagers.xlsx"
    path.write_bytes(b"PK")
    report = Report("essai")
    report.open(path)
    report.refuse(report.begin(7, sheet=Sheet(2, 3, 1)), Refused("CELL_FORMULA", "Nom (B7)"))
    shown = io.StringIO()
    show(report, Console(file=shown, width=200))
    assert "usagers.xlsx : lue, la feuille 2 sur 3, seule à porter les colonnes, 1 masquée(s)" in shown.getvalue()
    assert "feuille 2, ligne 7, Nom (B7)" in shown.getvalue()
