"""What the demo shows: every kind of actor reads its people, and every reason, reduction and value category occurs.

The running hub is asked, once per actor and person of the demo, for every field below a person that it serves.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type

from demo.actors import agreements
from hub.pages import journey
from hub.policy.decide.decision import Reason
from hub.policy.enforce.access_entry import NOTES
from schema.days import today
from tests.conftest import Database
from tests.e2e.canary_operations import all_of_a_person_in_parts
from tests.e2e.site import PURPOSES, Site, site
from tests.pinned_graph import client_schema, graph

READS_NOBODY = {"statisticien"}
READS_ITSELF = {"personne", "personne-b"}
SCHEMA = client_schema()
ONE_PERSON = [f"query ($id: ID!) {{ person(id: $id) {{ {part} }} }}" for part in all_of_a_person_in_parts()]
"""Every field below a person, in some queries."""
AGENDA, RISKS = (Path(journey.__file__).with_name(f"{name}.graphql") for name in ("agenda", "risks"))
NAME = "query ($id: ID!) { person(id: $id) { firstName lastName contact { phones email } } }"
LIST = "query { persons(first: 100) { nodes { id } } }"


@dataclass
class Observed:
    """What the answers held: people by actor, reasons, notes, and coordinates with their values."""

    people: dict[str, set[str]] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    values: Counter[tuple[str, str]] = field(default_factory=Counter)
    coordinates: Counter[str] = field(default_factory=Counter)

    def walk(self, value: Any, kind: GraphQLObjectType) -> None:
        """Count what an object of the answer holds."""
        for name, content in value.items():
            below = get_named_type(kind.fields[name].type)
            for item in content if isinstance(content, list) else [content]:
                if item is None:
                    continue
                coordinate = f"{kind.name}.{name}"
                self.coordinates[coordinate] += 1
                if isinstance(below, GraphQLObjectType):
                    self.walk(item, below)
                else:
                    self.values[coordinate, str(item)] += 1


def answer_to(running: Site, actor: str, query: str, purpose: str = "", **variables: str) -> dict[str, Any]:
    declared = purpose or PURPOSES[running.actors[actor].kind]
    response = running.post(actor, {"query": query, "variables": variables}, purpose=declared)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


@pytest.fixture(scope="module")
def running(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(database, tmp_path_factory.mktemp("actors")) as running_site:
        yield running_site


@pytest.fixture(scope="module")
def observed(running: Site) -> Observed:
    result = Observed()
    person = SCHEMA.type_map["Person"]
    assert isinstance(person, GraphQLObjectType)
    for actor in running.actors:
        listed = answer_to(running, actor, LIST)["data"]["persons"]
        result.people[actor] = {node["id"] for node in (listed and listed["nodes"]) or ()}
        for identifier in running.persons.values():
            for query in ONE_PERSON:
                answer = answer_to(running, actor, query, id=identifier)
                assert "errors" not in answer, answer["errors"]
                for entry in answer["extensions"]["access"]:
                    result.reasons[entry["reason"]] += 1
                    result.notes[entry.get("note")] += 1
                if answer["data"]["person"] is not None:
                    result.people[actor].add(identifier)
                    result.walk(answer["data"]["person"], person)
    return result


def test_there_is_an_actor_of_every_kind_and_its_purposes_are_agreed(running: Site) -> None:
    kinds = graph().table.policy.actors
    different = {actor.kind for actor in running.actors.values()} ^ kinds.keys()
    assert not different, (
        f"demo/actors.py must have an actor of each kind of actors.toml: {', '.join(sorted(different))}"
    )
    assert kinds.keys() == PURPOSES.keys()
    agreed = agreements(list(running.actors.values()))
    for actor in running.actors.values():
        assert PURPOSES[actor.kind] in actor.purposes
        assert set(actor.purposes) <= kinds[actor.kind].purposes
        assert set(actor.purposes) <= set(agreed.get(actor.claims.get("organisation", ""), actor.purposes))


def test_every_actor_that_reads_rows_reads_three_people_at_least(observed: Observed) -> None:
    for actor, people in observed.people.items():
        if actor in READS_NOBODY:
            assert not people, actor
        elif actor in READS_ITSELF:
            assert len(people) == 1, actor
        else:
            assert len(people) >= 3, actor


def test_the_two_referents_have_nobody_in_common(observed: Observed) -> None:
    assert not observed.people["referent-a"] & observed.people["referent-b"]


def test_every_reason_occurs_twice(running: Site, observed: Observed) -> None:
    by_birth_date = "query { persons(orderBy: BIRTH_DATE) { nodes { id } } }"
    for actor in ("dpo", "statisticien"):
        for error in running.post(actor, {"query": by_birth_date}).json()["errors"]:
            observed.reasons[error["extensions"]["code"]] += 1
    for actor in ("orienteur", "delegataire"):
        for query in ONE_PERSON:
            answer = answer_to(running, actor, query, "identification", id=min(observed.people[actor]))
            observed.reasons.update(entry["reason"] for entry in answer["extensions"]["access"])
    assert {reason: observed.reasons[reason] for reason in Reason if observed.reasons[reason] < 2} == {}


def test_every_reduced_field_is_read_twice(observed: Observed) -> None:
    reduced = {
        f"{kind.name}.{name}"
        for kind in SCHEMA.type_map.values()
        if isinstance(kind, GraphQLObjectType) and kind is not SCHEMA.query_type
        for name, declared in kind.fields.items()
        if re.search(r"Catégorie : \w+ \(réduit\)", declared.description or "")
    }
    assert reduced
    assert {
        coordinate: observed.coordinates[coordinate] for coordinate in reduced if observed.coordinates[coordinate] < 2
    } == {}


def test_every_way_to_protect_a_value_occurs_twice(observed: Observed) -> None:
    assert {note: observed.notes[note] for note in NOTES.values() if observed.notes[note] < 2} == {}


@pytest.mark.parametrize(
    ("coordinate", "value"), [("Constraint.theme", "SANTE"), ("Motive.category", "psychologue")], ids=lambda item: item
)
def test_a_value_of_health_is_read_twice_by_those_who_may(observed: Observed, coordinate: str, value: str) -> None:
    assert observed.values[coordinate, value] >= 2


def test_a_person_past_retention_is_read_by_nobody_but_the_dpo(running: Site, observed: Observed) -> None:
    assert {actor for actor, people in observed.people.items() if running.persons["zelie"] in people} == {"dpo"}


def test_a_link_that_has_ended_opens_nothing(running: Site, observed: Observed) -> None:
    assert running.persons["maelle"] in observed.people["employeur"]
    assert running.persons["ondine"] not in observed.people["employeur"]


def test_an_objection_closes_what_the_law_lets_it_close_and_no_more(running: Site) -> None:
    query = "query ($id: ID!) { person(id: $id) { birthDate constraints { theme } } }"
    answer = answer_to(running, "orienteur", query, id=running.persons["aubane"])
    reasons = {entry["coordinate"]: entry["reason"] for entry in answer["extensions"]["access"]}
    assert reasons["Person.constraints"] == "OPPOSITION"
    assert answer["data"]["person"]["birthDate"] is not None


def test_a_person_under_limitation_is_read_by_nobody_but_the_dpo(running: Site, observed: Observed) -> None:
    assert {actor for actor, people in observed.people.items() if running.persons["evariste"] in people} == {"dpo"}


@pytest.mark.parametrize("actor", ["referent-a", "conseiller-ft", "partenaire"])
def test_whom_one_sees_tomorrow_is_one_query(running: Site, actor: str) -> None:
    """The same one for who follows, for the adviser of the agency and through a partner's application."""
    tomorrow = str(today() + timedelta(days=1))
    answer = answer_to(running, actor, AGENDA.read_text(encoding="utf-8"), "suivi", day=tomorrow)
    nodes = answer["data"]["appointments"]["nodes"]
    gaspard = running.persons["gaspard"]
    assert gaspard in {node["person"]["id"] for node in nodes}
    for node in nodes:
        assert node["startsAt"][:10] == tomorrow
        person = answer_to(running, actor, NAME, "suivi", id=node["person"]["id"])["data"]["person"]
        assert {name: node["person"][name] for name in person} == person
        assert person["lastName"]


def test_the_signals_of_a_journey_at_risk_are_one_query(running: Site) -> None:
    """Whoever follows gets some; the orienteur, who reads neither contracts nor rendez-vous, gets none of them."""
    answers = {
        actor: answer_to(running, actor, RISKS.read_text(encoding="utf-8"), purpose)["data"]
        for actor, purpose in {"referent-a": "suivi", "conseiller-ft": "suivi", "orienteur": "orientation"}.items()
    }
    signals = {
        actor: [name for name, page in data.items() if page and page["nodes"]] for actor, data in answers.items()
    }
    print(signals)
    assert signals["referent-a"]
    assert signals["conseiller-ft"]
    assert signals["orienteur"] in ([], ["abandonedTrainings"])
