"""The ranks of sources: each source that writes people has one, and one without is an error, not the last."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.ingest import SOURCES, WRITES_PEOPLE
from subgraphs.kit.errors import DeclarationError
from subgraphs.people import tables
from subgraphs.people.consolidate import consolidate
from subgraphs.people.precedence import PRECEDENCE
from tests.policy.test_stored_columns import example


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
    with pytest.raises(DeclarationError, match=r"subgraphs\.people\.precedence"):
        consolidate([record("essai", "Ardoisier", 1)], (), PRECEDENCE)


def test_the_most_believed_source_wins_then_the_newest_record() -> None:
    rows = [record("orientations", "Récente", 9), record("cnaf-flux", "Crue", 1), record("rdv-insertion", "Autre", 5)]
    assert consolidate(rows, (), PRECEDENCE).person["last_name"] == "Crue"
    same_tier = [record("orientations", "Ancienne", 1), record("emplois", "Nouvelle", 2)]
    assert consolidate(same_tier, (), PRECEDENCE).person["last_name"] == "Nouvelle"


FIELDS = {
    "Person.firstName": ("first_name", "person", "first_name"),
    "Person.workSituation": ("work_situation", "person", "work_situation"),
    "Contact.email": ("email", "contact", "email"),
    "Address.street": ("street", "contact", "street"),
    "Household.familySituation": ("family_situation", "household", "family_situation"),
    "Rsa.rightsAndDutiesSince": ("rsa_rights_and_duties_since", "rsa", "rights_and_duties_since"),
    "Allocations.are": ("unemployment_insurance", "allocations", "unemployment_insurance"),
    "Resources.band": ("income_band", "resources", "band"),
    "JobSeekerRegistration.registeredOn": ("registered_on", "registration", "registered_on"),
    "Education.code": ("education_code", "education", "code"),
}
"""Fields, their columns in `people.identity`, and what is consolidated of them: table and column."""


@pytest.mark.parametrize("coordinate", FIELDS)
def test_the_source_that_docs_provenance_says_is_the_one_that_is_believed(coordinate: str) -> None:
    stated, table, column = FIELDS[coordinate]
    ranks = PRECEDENCE.of(coordinate)
    statements = [
        {column.name: example(column, number) for column in tables.identity.columns}
        | {"source": source, "as_of": datetime(2026, 1, 1 + number, tzinfo=UTC), "rsa_status": None}
        for number, source in enumerate(("cnaf-flux", "rdv-insertion"))
    ]
    consolidated = getattr(consolidate(statements, [], PRECEDENCE), table)
    assert ranks["cnaf-flux"] != ranks["rdv-insertion"]
    believed = min(statements, key=lambda statement: ranks[statement["source"]])
    assert consolidated[column] == believed[stated]
