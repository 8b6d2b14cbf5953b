"""Malformed criteria of a search are refused by name."""

from datetime import UTC, datetime

import pytest

from hub.journal.read.search_criteria import FORMS, CriterionMalformed, criteria, person
from schema.input_forms import FORMS as WORDS

PURPOSES = ("suivi", "audit")
GOOD = {
    "actor": ("https://idp.example#a", "https://idp.example/x#a#b", "cli:root"),
    "organisation": ("22080001000018",),
    "client": ("frontend", "portail:2"),
    "purpose": PURPOSES,
    "trace": ("0af7651916cd43dd8448eb211c80319c",),
}
BAD = {
    "actor": ("dpo", "", "#a", "https://idp.example#", "a b#c"),
    "organisation": ("2208000100001", "220800010000189", "SIRET"),
    "client": ("", "two words"),
    "purpose": ("", "suivre", "accompagnement"),
    "trace": (
        "",
        "0af7",
        "0AF7651916CD43DD8448EB211C80319C",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ),
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in GOOD.items() for value in values])
def test_a_criterion_of_its_form_is_wanted(name: str, value: str) -> None:
    assert getattr(criteria({name: value}, PURPOSES), name) == value


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_criterion_of_another_form_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(CriterionMalformed) as refused:
        criteria({name: value}, PURPOSES)
    assert refused.value.name == name


def test_an_instant_has_a_zone() -> None:
    parsed = criteria({"from": "2026-01-01T00:00:00+01:00", "to": None}, PURPOSES)
    assert parsed.since == datetime(2025, 12, 31, 23, tzinfo=UTC)
    for text in ("2026-01-01T00:00:00", "hier", ""):
        with pytest.raises(CriterionMalformed):
            criteria({"to": text}, PURPOSES)


@pytest.mark.parametrize("text", ["", "x", "0B5F4D0E-6A86-5D1C-9F4A-52D3A5F0C7E1", "0b5f4d0e6a865d1c9f4a52d3a5f0c7e1"])
def test_a_person_is_an_id_of_the_graph(text: str) -> None:
    with pytest.raises(CriterionMalformed):
        person({"person": text})
    assert person({"person": "0b5f4d0e-6a86-5d1c-9f4a-52d3a5f0c7e1"}) == "0b5f4d0e-6a86-5d1c-9f4a-52d3a5f0c7e1"
    assert person({}) is None


def test_every_criterion_has_a_form_that_can_be_said() -> None:
    assert FORMS.keys() == {*BAD, "person", "from", "to"}
    assert set(FORMS.values()) <= WORDS.keys()
