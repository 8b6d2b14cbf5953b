"""The migrations of each schema are one chain, by the numbers of their files."""

from __future__ import annotations

import re

import pytest

from infra.schema_versions import HISTORIES, ROOT, History

REVISION = re.compile(r'^revision = "(\d{4})"\ndown_revision = ("\d{4}"|None)$', re.MULTILINE)


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: history.schema)
def test_each_migration_has_its_number_and_follows_the_one_before(history: History) -> None:
    previous = "None"
    for rank, file in enumerate(sorted(history.location.glob("[0-9]*.py")), start=1):
        number = f"{rank:04}"
        written = REVISION.search(file.read_text(encoding="utf-8"))
        assert (file.name[:4], *(written.groups() if written else ())) == (number, number, previous), (
            f'{file.relative_to(ROOT)} must be {number}_….py, with revision = "{number}" and down_revision = {previous}'
        )
        previous = f'"{number}"'
