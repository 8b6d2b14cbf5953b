"""The words for data: each coordinate that the journal may name has its own, short and in the person's language."""

import tomllib
from collections import Counter

from hub.journal.read.data_labels import LABELS, coordinate_labels, data_labels, description_label
from schema.categories import OPEN
from tests.pinned_graph import graph

GRAPH = graph()
CLASSIFICATION = GRAPH.table.classification


SCHEMA = GRAPH.supergraph.schema
PERSONAL = {name for name, field in CLASSIFICATION.fields.items() if field.category not in OPEN}
LABELLED = {name: label for name, (_, label) in data_labels(SCHEMA, CLASSIFICATION, GRAPH.table.policy).fields.items()}


def test_every_coordinate_that_holds_data_has_words_and_no_other_does() -> None:
    assert LABELLED.keys() == PERSONAL | CLASSIFICATION.matches.keys() | CLASSIFICATION.writes.keys()
    assert coordinate_labels().keys() <= LABELLED.keys()
    assert not [name for name, label in LABELLED.items() if label == name]


def test_no_two_coordinates_have_the_same_words() -> None:
    assert [label for label, count in Counter(LABELLED.values()).items() if count > 1] == []


def test_a_coordinate_without_words_of_its_own_is_named_by_its_description() -> None:
    assert description_label(SCHEMA, "Appointment.startsAt") == "Rendez-vous : début du rendez-vous"
    assert description_label(SCHEMA, "Person.departmentCode").startswith("Code du département")
    assert description_label(SCHEMA, "Person.gone") == "Person.gone"


def test_words_are_short_and_of_no_jargon_of_the_schema() -> None:
    for coordinate, label in LABELLED.items():
        assert len(label) <= 80, coordinate
        assert " ; " not in label, coordinate
        assert not label.endswith("."), coordinate


def test_words_of_a_part_say_what_it_is_a_part_of() -> None:
    tables = tomllib.loads(LABELS.read_text(encoding="utf-8"))
    assert {name for name, words in tables.items() if "of" not in words} == {"Person", "Query"}
    assert coordinate_labels()["Appointment.startsAt"] == "Rendez-vous : début"


def test_what_was_told_is_sorted_by_category_what_was_reduced_says_so_and_what_tells_nothing_is_not_in_it() -> None:
    labels = data_labels(GRAPH.supergraph.schema, CLASSIFICATION, GRAPH.table.policy)
    lines = labels.data(["Appointment.startsAt", "Person.lastName", "Person.id", "Person.gone"], ["Person.birthDate"])
    assert lines == [
        {"category": "ID", "label": "Identité", "fields": ["Date de naissance (réduit)", "Nom d'usage"]},
        {"category": "SUIVI", "label": "Suivi du parcours", "fields": ["Rendez-vous : début"]},
        {"category": "AUTRE", "label": "Donnée que le hub ne sert plus", "fields": ["Person.gone"]},
    ]
