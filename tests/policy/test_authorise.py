"""The operation is rewritten before it is planned, inputs are reads, and the guard decides each object again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from hub.errors import RequestRefused
from hub.federation.execution.generate import Marked
from hub.federation.execution.projection_runtime import note_uniform
from hub.federation.execution.representation_collector import Unusual
from hub.federation.operations.operation import ACCESS_KEY, Field, Operation, Selections
from hub.policy.decide.decision import Reason
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.wording import REASONS
from hub.policy.enforce.access_entries import explain
from hub.policy.enforce.authorise import Authorisation, authorise
from hub.policy.enforce.guard import Guard
from hub.policy.enforce.input_check import InputUse, check_inputs
from schema.categories import Category
from schema.facts import Fact
from schema.residual import Clause, Rule
from tests.policy.schema_graph import OPPOSABLE, SCHEMA, grant, policy

IDENTITY = grant("ID", "referent", Fact.REFERENT, read=frozenset({Category.ID}))
PLACE = grant("PLACE", "referent", Fact.REFERENT, read=frozenset({Category.COORD}), basis=OPPOSABLE)
TABLE = DecisionTable(policy(IDENTITY, PLACE), SCHEMA)
CLASS = TABLE.decision_class("referent", "suivi")


def leaf(type_: str, name: str, key: str | None = None) -> Field:
    return Field(key or name, type_, name)


def node(type_: str, name: str, returns: str, *fields: Field, arguments: tuple[tuple[str, str], ...] = ()) -> Field:
    return Field(name, type_, name, arguments, selections=(Selections(returns, fields),))


def operation(*fields: Field) -> Operation:
    return Operation("query", None, (), Selections("Query", fields))


PERSON = operation(
    node(
        "Query",
        "person",
        "Person",
        leaf("Person", "id"),
        leaf("Person", "lastName", "alias"),
        leaf("Person", "nir", "id2"),
        node("Person", "contact", "Contact", leaf("Contact", "email")),
        node("Person", "constraints", "Constraint", leaf("Constraint", "theme")),
        arguments=(("id", "a0"),),
    )
)


def test_a_denied_field_is_in_the_shape_and_never_in_the_fetch() -> None:
    authorised = authorise(PERSON, CLASS, SCHEMA)
    (shape,) = authorised.operation.shape.root.fields
    (fetch,) = authorised.operation.fetch.root.fields
    assert {f.key for f in shape.selections[0].fields if f.denied} == {"id2", "constraints"}
    assert [f.key for f in fetch.selections[0].fields] == ["id", "alias", "contact", ACCESS_KEY]
    assert "Person.nir" not in authorised.residual.fields
    assert [entry.path for entry in authorised.entries] == [("person", "id2"), ("person", "constraints")]


def test_the_residual_holds_the_rules_of_planned_coordinates_and_their_requirements_only() -> None:
    authorised = authorise(PERSON, CLASS, SCHEMA)
    assert set(authorised.residual.fields) == {"Person.lastName", "Person.contact", "Contact.email"}
    assert set(authorised.residual.rows) == {"Person", "Contact"}


def test_the_residual_holds_what_a_filter_or_an_order_may_compare() -> None:
    node_ = node("PersonConnection", "nodes", "Person", leaf("Person", "id"))
    persons = node("Query", "persons", "PersonConnection", node_, arguments=(("filter", "f"), ("orderBy", "o")))
    authorised = authorise(operation(persons), CLASS, SCHEMA)
    assert {"Person.lastName", "Person.birthDate"} <= set(authorised.residual.fields)
    assert "Person.nir" not in authorised.residual.fields
    assert [f.key for f in authorised.operation.fetch.root.fields[0].selections[0].fields[0].selections[0].fields] == [
        "id",
        ACCESS_KEY,
    ]


def test_an_object_of_which_only_the_type_is_asked_has_its_row_rule() -> None:
    typename = operation(
        node("Query", "person", "Person", node("Person", "contact", "Contact", leaf("Contact", "__typename")))
    )
    assert set(authorise(typename, CLASS, SCHEMA).residual.rows) == {"Person", "Contact"}


def test_a_coordinate_without_a_decision_is_denied() -> None:
    authorised = authorise(operation(leaf("Query", "unheardOf")), CLASS, SCHEMA)
    assert authorised.operation.fetch.root.fields == ()
    assert authorised.operation.shape.root.fields[0].denied


def guard_of(facts: object) -> tuple[Guard, frozenset[str] | None]:
    authorised = authorise(PERSON, CLASS, SCHEMA)
    guard = Guard(authorised.marks)
    value = {"id": "p", "alias": "x", "contact": None, ACCESS_KEY: facts}
    return guard, guard(authorised.operation.fetch.root.fields[0].selections[0].mark or 0, value, ("person",))


@pytest.mark.parametrize("facts", [None, [], ["p"], ["p", "1"], [1, 2], ["p", 0], ["p", Fact.GROUP], ["p", True]])
def test_an_object_without_proof_of_a_relation_disappears(facts: object) -> None:
    guard, nulls = guard_of(facts)
    assert nulls is None
    assert guard.disclosures() == []


def test_the_guard_nulls_what_the_facts_forbid_and_tells_the_journal_the_rest() -> None:
    guard, nulls = guard_of(["p", int(Fact.REFERENT | Fact.OPPOSITION)])
    assert nulls == frozenset({"contact"})
    assert guard.disclosures() == [(frozenset({"Person.id", "Person.lastName"}), frozenset(), ["p"])]


READ, OPPOSED = int(Fact.REFERENT), int(Fact.REFERENT | Fact.OPPOSITION)


@pytest.mark.parametrize(
    ("facts", "whole"),
    [
        ([["p", READ], ["q", READ], ["p", READ]], True),
        ([["p", READ], ["q", OPPOSED]], False),
        ([["p", OPPOSED], ["q", OPPOSED]], False),
        ([["p", READ], ["q", 0]], False),
        ([["p", 0], ["q", 0]], False),
        ([["p", READ], ["q", float(READ)]], False),
        ([["p", True], ["q", True]], False),
        ([["p", READ], None], False),
        ([], False),
    ],
)
def test_a_list_passes_as_one_only_if_each_of_its_objects_would_pass_whole(facts: list[Any], whole: bool) -> None:
    marks = authorise(PERSON, CLASS, SCHEMA).marks
    values = [{"id": "p", "alias": "x", "contact": None, ACCESS_KEY: object_facts} for object_facts in facts]
    fetched = frozenset({"id", "alias", "contact"})
    at_once, one_by_one = Guard(marks), Guard(marks)
    (verdicts,) = at_once.verdicts(Marked(((0, fetched),)))
    try:
        assert note_uniform(values, verdicts, at_once.noted) is whole
    except Unusual:
        assert not whole
    if whole:
        assert [one_by_one(0, value, ("persons", place)) for place, value in enumerate(values)] == [frozenset()] * 3
    assert [sorted(people) for *_, people in at_once.disclosures()] == ([["p", "q"]] if whole else [])
    assert not whole or at_once.disclosures()[0][:2] == one_by_one.disclosures()[0][:2]


def test_what_did_not_come_is_not_released() -> None:
    """A subgraph that failed leaves its keys out of the object."""
    guard = Guard(authorise(PERSON, CLASS, SCHEMA).marks)
    guard(0, {"id": "p", "contact": None, ACCESS_KEY: ["p", int(Fact.REFERENT)]}, ("person",))
    assert guard.disclosures() == [(frozenset({"Person.id", "Person.contact"}), frozenset(), ["p"])]


def reasons(facts: Fact, data: dict[str, object], failed: list[tuple[str | int, ...]]) -> dict[str, str]:
    authorised = authorise(PERSON, CLASS, SCHEMA)
    guard = Guard(authorised.marks)
    guard(0, {"id": "p", **data, ACCESS_KEY: ["p", int(facts)]}, ("person",))
    entries = explain(authorised, guard, {"person": data}, failed)
    return {entry["path"][-1]: entry["reason"] for entry in entries}


def test_reasons_say_opposition_of_the_person_asked_for() -> None:
    by_key = reasons(Fact.REFERENT | Fact.OPPOSITION, {"alias": "x", "contact": None}, [])
    assert by_key == {
        "id2": "FIELD_NOT_FOR_ACTOR",
        "constraints": "FIELD_NOT_FOR_ACTOR",
        "contact": "OPPOSITION",
    }


def test_not_held_is_said_only_of_what_may_be_read_and_did_not_fail() -> None:
    answered: dict[str, object] = {"alias": None, "contact": None}
    assert reasons(Fact.REFERENT, answered, [])["contact"] == "NOT_HELD"
    assert "contact" not in reasons(Fact.REFERENT, answered, [("person", "contact")])
    assert reasons(Fact.REFERENT, answered, [("person",)]) == {}, "what failed has its error alone"
    assert reasons(Fact.REFERENT, answered, [("persons", 0), ("person", "rsa")]).keys() >= {"id2", "constraints"}


def test_who_is_not_there_has_one_explanation_that_follows_from_the_rules_alone() -> None:
    authorised = authorise(PERSON, CLASS, SCHEMA)
    (entry,) = explain(authorised, Guard(authorised.marks), {"person": None}, [])
    assert (entry["path"], entry["coordinate"], entry["reason"]) == (["person"], "Query.person", "NOT_FOUND")
    assert entry["message"] == REASONS[Reason.NOT_FOUND]
    assert entry["needed"].startswith("vérifier l'identifiant, ou être lié à la personne par ")
    assert entry is explain(authorised, Guard(authorised.marks), {"person": None}, [])[0]
    for data, failed in (({"person": None}, [("person",)]), (None, []), ({}, [])):
        assert "NOT_FOUND" not in {
            entry["reason"] for entry in explain(authorised, Guard(authorised.marks), data, failed)
        }
    nobody = replace(CLASS, rows={**CLASS.rows, "Person": Rule(())})
    (entry,) = explain(authorise(PERSON, nobody, SCHEMA), Guard(authorised.marks), {"person": None}, [])
    assert entry["needed"] == "rien n'y suffit, cette finalité n'ouvre personne à votre sorte d'acteur"


def entries_of(facts: Fact, data: dict[str, object], authorisation: Authorisation) -> Sequence[Mapping[str, Any]]:
    guard = Guard(authorisation.marks)
    guard(0, {"id": "p", **data, ACCESS_KEY: ["p", int(facts)]}, ("person",))
    return explain(authorisation, guard, {"person": data}, [])


def test_a_denial_says_what_would_be_needed_and_the_relations_whatever_the_row_holds() -> None:
    authorised = authorise(PERSON, CLASS, SCHEMA)
    denied: dict[str, object] = {"alias": "x", "contact": None}
    opposed = {e["path"][-1]: e for e in entries_of(Fact.REFERENT | Fact.OPPOSITION, denied, authorised)}
    assert "retire son opposition" in opposed["contact"]["needed"]
    assert opposed["constraints"]["needed"].startswith("un accord par lequel « referent » lise ")
    assert "relations" not in opposed["contact"]
    narrow = replace(CLASS.decisions["Person.contact"], rule=Rule((Clause(int(Fact.GROUP)),)))
    decisions = replace(CLASS, decisions={**CLASS.decisions, "Person.contact": narrow})
    authorised = authorise(PERSON, decisions, SCHEMA)
    entries = [
        next(entry for entry in entries_of(facts, denied, authorised) if entry["path"][-1] == "contact")
        for facts in (Fact.REFERENT, Fact.REFERENT | Fact.TERRITORY, Fact.REFERENT | Fact.JOURNEY_ENDED)
    ]
    assert entries[0]["relations"] == ["GROUP"]
    assert entries[0]["needed"].startswith("être lié à la personne par GROUP (")
    assert entries == [entries[0]] * 3


def test_one_path_has_one_entry_that_keeps_its_note() -> None:
    silent = replace(CLASS.decisions["Person.contact"], silent="WITHHOLD")
    authorised = authorise(PERSON, replace(CLASS, decisions={**CLASS.decisions, "Person.contact": silent}), SCHEMA)
    for facts, reason, note in (
        (Fact.REFERENT, "NOT_HELD", True),
        (Fact.REFERENT | Fact.OPPOSITION, "OPPOSITION", False),
    ):
        entries = entries_of(facts, {"alias": "x", "contact": None}, authorised)
        assert len({tuple(entry["path"]) for entry in entries}) == len(entries)
        (contact,) = (entry for entry in entries if entry["path"][-1] == "contact")
        assert (contact["reason"], "note" in contact) == (reason, note)


def test_the_entries_are_in_the_order_of_the_query_even_where_the_person_is_lost_from_the_answer() -> None:
    keys = [f"c{number}" for number in (3, 1, 4, 5, 9, 2, 6, 8, 7)]
    contacts = [replace(PERSON.root.fields[0].selections[0].fields[3], key=key) for key in keys]
    authorised = authorise(operation(node("Query", "person", "Person", *contacts)), CLASS, SCHEMA)
    for data in (None, {"person": None}, {"person": dict.fromkeys(keys)}):
        guard = Guard(authorised.marks)
        guard(0, {**dict.fromkeys(keys), ACCESS_KEY: ["p", OPPOSED]}, ("person",))
        assert [entry["path"][-1] for entry in explain(authorised, guard, data, [])] == keys


def test_what_an_input_reveals_of_a_row_is_told_the_journal() -> None:
    node_ = node("PersonConnection", "nodes", "Person", leaf("Person", "id"))
    persons = operation(
        node("Query", "persons", "PersonConnection", node_, arguments=(("filter", "f"), ("orderBy", "o"))),
        node("Query", "person", "Person", leaf("Person", "id"), arguments=(("id", "i"),)),
    )
    authorised = authorise(persons, CLASS, SCHEMA)
    variables = {"f": {"birthDate": "1980-01-01"}, "o": "LAST_NAME", "i": "q"}
    guard = Guard(authorised.marks, variables, check_inputs(authorised.inputs, variables, CLASS, SCHEMA))
    for mark, subject in enumerate(("p", "q")):
        guard(mark, {"id": subject, ACCESS_KEY: [subject, int(Fact.REFERENT)]}, ("at",))
    none = frozenset[str]()
    assert guard.disclosures() == [
        (frozenset({"Person.id", "Person.birthDate", "Person.lastName"}), none, ["p"]),
        (frozenset({"Person.id"}), none, ["q"]),
    ]


def refused(uses: str, value: object) -> bool:
    use = InputUse(f"Query.persons({uses}:)", "v", ("persons", uses))
    try:
        check_inputs([use], {"v": value}, CLASS, SCHEMA)
    except RequestRefused as error:
        return error.code == "FORBIDDEN_INPUT"
    return False


def test_an_input_needs_an_unmasked_read_of_what_it_reveals() -> None:
    assert not refused("filter", {"lastName": "x"})
    assert not refused("filter", {"birthDate": None})
    assert not refused("orderBy", "LAST_NAME")
    assert refused("orderBy", "NIR")
    assert refused("filter", {"unheardOf": "x"})
    assert refused("unheardOf", "x")


def test_an_input_readable_under_one_relation_only_is_refused_where_another_also_gives_rows() -> None:
    wide = grant("WIDE", "referent", Fact.GROUP, read=frozenset({Category.COORD}))
    decisions = DecisionTable(policy(IDENTITY, PLACE, wide), SCHEMA).decision_class("referent", "suivi")
    use = InputUse("Query.persons(filter:)", "v", ("persons", "filter"))
    with pytest.raises(RequestRefused):
        check_inputs([use], {"v": {"lastName": "x"}}, decisions, SCHEMA)
