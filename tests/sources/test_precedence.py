"""The ranks of sources: each source that writes people has one, and one without is an error, not the last."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.ingest import SOURCES, WRITES_PEOPLE
from subgraphs.kit.errors import DeclarationError
from subgraphs.people import tables
from subgraphs.people.consolidate import consolidate
from subgraphs.people.sources.precedence import PRECEDENCE


def record(source: str, last_name: str, day: int) -> dict[str, Any]:
    """A row of `people.identity` that tells a name only."""
    row: dict[str, Any] = {column.name: None for column in tables.identity.columns}
    return row | {
        "source": source,
        "source_id": "1",
        "as_of": datetime(2026, 11, day, tzinfo=UTC),
        "last_name": last_name,
        "phones": [],
    }


def test_each_source_that_writes_people_has_its_ranks() -> None:
    writers = {name for name, source in SOURCES.items() if source.role in WRITES_PEOPLE}
    assert writers == PRECEDENCE.identity.keys() == PRECEDENCE.contact.keys()


def test_a_source_without_a_rank_is_refused() -> None:
    with pytest.raises(DeclarationError, match="no rank"):
        PRECEDENCE.check(["essai"])
    with pytest.raises(DeclarationError, match=r"subgraphs\.people\.sources\.precedence"):
        consolidate([record("essai", "Ardoisier", 1)], (), PRECEDENCE)


def test_the_most_believed_source_wins_then_the_newest_record() -> None:
    rows = [record("dora", "Récente", 9), record("cnaf-flux", "Crue", 1), record("rdv-insertion", "Autre", 5)]
    assert consolidate(rows, (), PRECEDENCE).person["last_name"] == "Crue"
    same_tier = [record("dora", "Ancienne", 1), record("emplois", "Nouvelle", 2)]
    assert consolidate(same_tier, (), PRECEDENCE).person["last_name"] == "Nouvelle"
