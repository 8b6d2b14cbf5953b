"""The matching ladder: each rung matches alone, what is ambiguous is refused, and likeness is never a match."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from subgraphs.kit.ingest.ingestion_report import Refused
from subgraphs.people.matching import contradicts, is_someone_else, match

ANNE, BRUNO = UUID(int=1), UUID(int=2)
BIRTH, OTHER_BIRTH = date(1980, 1, 2), date(1980, 2, 1)
Values = dict[str, Any]
EMPTY: Values = dict.fromkeys(
    (
        "nir_hash",
        "birth_date",
        "france_travail_id",
        "department",
        "department_internal_id",
        "organisme",
        "matricule",
        "role",
        "email",
        "first_name",
    )
)
NIR: Values = {"nir_hash": b"n", "birth_date": BIRTH}
FRANCE_TRAVAIL: Values = {"france_travail_id": "9990001X", "birth_date": BIRTH}
INTERNAL: Values = {"department": "08", "department_internal_id": "I1"}
FILE: Values = {"organisme": "CAF:081", "matricule": "0810001", "role": "DEMANDEUR", "birth_date": BIRTH}
FILE_IN_DEPARTMENT: Values = {"department": "08", "matricule": "0810001", "role": "DEMANDEUR", "birth_date": BIRTH}
RUNGS = [NIR, FRANCE_TRAVAIL, INTERNAL, FILE, FILE_IN_DEPARTMENT]
NAMES = ["nir", "france travail", "internal id", "file", "file in a département"]


def row(person: UUID | None = None, **values: Any) -> dict[str, Any]:
    return {**EMPTY, "person_id": person, **values}


@pytest.mark.parametrize("rung", RUNGS, ids=NAMES)
def test_each_rung_matches_alone(rung: Values) -> None:
    assert match(row(**rung), [row(ANNE, **rung)], None) == ANNE


@pytest.mark.parametrize("rung", RUNGS, ids=NAMES)
def test_a_rung_without_one_of_its_values_does_not_match(rung: Values) -> None:
    for missing in rung:
        if missing == "organisme" or (rung is NIR and missing == "birth_date"):
            continue
        assert match(row(**{**rung, missing: None}), [row(ANNE, **rung)], None) is None


@pytest.mark.parametrize("rung", [FRANCE_TRAVAIL, FILE, FILE_IN_DEPARTMENT])
def test_these_numbers_are_nothing_without_the_birth_date(rung: Values) -> None:
    assert match(row(**{**rung, "birth_date": OTHER_BIRTH}), [row(ANNE, **rung)], None) is None


def test_the_couple_that_shares_a_dossier_is_two_people() -> None:
    assert match(row(**{**FILE, "role": "CONJOINT"}), [row(ANNE, **FILE)], None) is None


def test_the_same_matricule_in_another_organisme_is_another_person() -> None:
    assert match(row(**{**FILE, "organisme": "CAF:2A1"}), [row(ANNE, **FILE)], None) is None


def test_the_same_internal_id_in_another_department_is_another_person() -> None:
    assert match(row(**{**INTERNAL, "department": "2A"}), [row(ANNE, **INTERNAL)], None) is None


def test_a_name_with_an_email_is_never_a_match() -> None:
    likeness: Values = {"first_name": "Anne", "email": "anne@example.org", "birth_date": BIRTH}
    assert match(row(**likeness), [row(ANNE, **likeness)], None) is None


@pytest.mark.parametrize("rung", RUNGS, ids=NAMES)
def test_two_people_on_one_rung_are_several(rung: Values) -> None:
    with pytest.raises(Refused, match="MATCH_SEVERAL"):
        match(row(**rung), [row(ANNE, **rung), row(BRUNO, **rung)], None)


def test_two_rungs_that_disagree_are_a_conflict() -> None:
    with pytest.raises(Refused, match="MATCH_CONFLICT"):
        match(row(**NIR, **INTERNAL), [row(ANNE, **NIR), row(BRUNO, **INTERNAL)], None)


@pytest.mark.parametrize("rung", [NIR, {**INTERNAL, "birth_date": BIRTH}], ids=["nir", "internal id"])
def test_a_key_of_one_person_with_another_birth_date_is_a_conflict(rung: Values) -> None:
    with pytest.raises(Refused, match="MATCH_CONFLICT"):
        match(row(**{**rung, "birth_date": OTHER_BIRTH}), [row(ANNE, **rung)], None)


def test_an_internal_id_without_a_birth_date_does_not_join_two_first_names() -> None:
    existing = row(ANNE, **INTERNAL, birth_date=BIRTH, first_name="Anne-Marie")
    assert match(row(**INTERNAL, first_name="ANNE MARIE"), [existing], None) == ANNE
    assert match(row(**INTERNAL, first_name="Anne"), [existing], None) == ANNE
    with pytest.raises(Refused, match="MATCH_CONFLICT"):
        match(row(**INTERNAL, first_name="Bruno"), [existing], None)


def test_another_first_name_and_another_birth_date_are_someone_else() -> None:
    existing = row(ANNE, birth_date=BIRTH, first_name="Anne")
    assert is_someone_else(row(birth_date=OTHER_BIRTH, first_name="Bruno"), existing)
    assert not is_someone_else(row(birth_date=OTHER_BIRTH, first_name="ANNE"), existing)
    assert not is_someone_else(row(birth_date=BIRTH, first_name="Bruno"), existing)
    assert not is_someone_else(row(first_name="Bruno"), existing)


def test_a_known_nir_without_birth_date_asks_for_it() -> None:
    with pytest.raises(Refused, match="BIRTH_DATE_MISSING"):
        match(row(nir_hash=b"n"), [row(ANNE, **NIR)], None)


def test_a_record_stays_with_its_person() -> None:
    assert match(row(**NIR), [], row(ANNE)) == ANNE
    assert match(row(**{**NIR, "birth_date": OTHER_BIRTH}), [row(ANNE, **NIR)], row(ANNE)) == ANNE


def test_a_record_that_now_names_someone_else_is_a_conflict() -> None:
    with pytest.raises(Refused, match="MATCH_CONFLICT"):
        match(row(**NIR), [row(BRUNO, **NIR)], row(ANNE))


def test_another_nir_contradicts_a_weaker_rung() -> None:
    assert contradicts(row(nir_hash=b"m"), [row(ANNE, **INTERNAL), row(ANNE, **NIR)], None)
    assert not contradicts(row(nir_hash=b"n"), [row(ANNE, **NIR)], None)
    assert not contradicts(row(), [row(ANNE, **NIR)], None)


def test_a_record_that_corrects_its_own_nir_contradicts_nobody() -> None:
    own = row(ANNE, **NIR, first_name="Anne")
    corrected = row(nir_hash=b"m", birth_date=BIRTH, first_name="ANNE")
    assert not contradicts(corrected, [row(ANNE, **NIR)], own)
    assert contradicts({**corrected, "first_name": "Bruno"}, [row(ANNE, **NIR)], own)
    assert contradicts({**corrected, "first_name": None}, [row(ANNE, **NIR)], own)
    assert contradicts({**corrected, "birth_date": OTHER_BIRTH}, [row(ANNE, **NIR)], own)
    assert contradicts(corrected, [row(ANNE, **NIR)], {**own, "nir_hash": None})


def test_a_nir_that_one_record_of_the_person_has_contradicts_no_other() -> None:
    assert not contradicts(row(nir_hash=b"m"), [row(ANNE, **NIR), row(ANNE, **{**NIR, "nir_hash": b"m"})], None)
