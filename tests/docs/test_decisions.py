"""Decision records have one form and no missing number (docs/decisions/README.md)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

FOLDER = ROOT / "docs" / "decisions"
RECORDS = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
STATUS = re.compile(r"2026-\d\d-\d\d[^·]* · (in force|proposed|replaced)( · [^·]+)*")
SECTION = re.compile(r"^\*\*(.+?)\.?\*\*", re.MULTILINE)
CITATION = re.compile(r"(?<![\d.+])00\d\d(?!\d)")


def test_no_number_is_missing_or_used_twice() -> None:
    assert [path.name[:5] for path in RECORDS] == [f"{number:04}-" for number in range(1, len(RECORDS) + 1)]


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_has_title_status_question_and_decision(path: Path) -> None:
    title, status, blank, *body = path.read_text(encoding="utf-8").split("\n")
    assert re.fullmatch(rf"# {path.name[:4]} · [^;]+", title), title
    assert STATUS.fullmatch(status), status
    assert not blank
    sections = SECTION.findall("\n".join(body))
    assert sections[:2] == ["Question", "Decision"]
    assert len(sections) == len(set(sections))
    assert set(sections[2:]) <= {"Measured", "Limits", "Rejected"}


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_names_only_records_that_exist(path: Path) -> None:
    numbers = {record.name[:4] for record in RECORDS}
    assert set(CITATION.findall(path.read_text(encoding="utf-8"))) <= numbers
