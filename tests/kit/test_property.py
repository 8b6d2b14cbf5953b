"""The compiled SQL says what `schema.residual` says: random residuals over a fixed population, against plain Python."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.facts import Fact, link_key
from schema.residual import Clause, Residual, Rule, holds
from subgraphs.appointments.queries import MODEL as APPOINTMENTS
from subgraphs.kit.server import Subgraph
from subgraphs.kit.transactions import Database as Pool
from subgraphs.people.queries import MODEL as PEOPLE
from tests.conftest import Database
from tests.kit.conftest import AGENT, OTHER_SIRET, POLICY, SIRET, Rows, context, person_id

TODAY = date(2026, 11, 18)
SCOPES = {Fact.REFERENT: AGENT, Fact.TERRITORY: "08", Fact.OWN_ITEM: SIRET}
RETENTIONS = ((int(Fact.JOURNEY_ENDED), 730), (int(Fact.TRAINING_ENDED), 30))
COUNT = 24
ROWS = ("access.link", "access.person", "people.person", "people.person_constraint", "appointments.appointment")
"""Tables without row security here: the residual has to hold alone."""


@dataclass
class Person:
    """One person as it was written."""

    number: int
    links: int
    restrictions: int
    last_contact: date | None
    born: date | None
    constraints: list[tuple[str, str | None]] = field(default_factory=list)
    appointments: list[tuple[str | None, str | None, str | None]] = field(default_factory=list)

    @property
    def facts(self) -> int:
        if not self.links:
            return 0
        facts = self.links | self.restrictions
        for bit, days in RETENTIONS:
            if self.last_contact is not None and self.last_contact < TODAY - timedelta(days):
                facts |= bit
        return facts


def invent() -> list[Person]:
    random = Random(7)
    people = []
    for number in range(1, COUNT + 1):
        links = sum(int(relation) for relation in SCOPES if random.random() < 0.5)
        restrictions = random.choice([0, 0, int(Fact.OPPOSITION), int(Fact.LIMITATION)])
        contact = random.choice([None, TODAY - timedelta(10), TODAY - timedelta(100), TODAY - timedelta(1000)])
        person = Person(number, links, restrictions, contact, random.choice([None, date(1980, 5, number)]))
        sirets = (None, SIRET, OTHER_SIRET)
        for _ in range(random.randrange(4)):
            person.constraints.append((random.choice(["MOBILITE", "SANTE", "JUSTICE"]), random.choice(sirets)))
        for _ in range(random.randrange(5)):
            motive = random.choice([None, "psychologue", "rsa_orientation"])
            person.appointments.append((motive, random.choice(sirets), random.choice(sirets)))
        people.append(person)
    return people


async def write(rows: Rows, people: list[Person]) -> None:
    for person in people:
        await rows.person(
            person.number,
            *((relation, scope) for relation, scope in SCOPES.items() if person.links & relation),
            access={"restrictions": person.restrictions, "last_contact": person.last_contact},
            first_name=f"P{person.number}",
            birth_date=person.born,
        )
        for place, (theme, recorded) in enumerate(person.constraints):
            await rows.sourced(
                "people.person_constraint",
                id=person_id(person.number * 100 + place),
                person_id=person_id(person.number),
                theme=theme,
                state="OUI",
                recorded_by=recorded,
            )
        for place, (motive, owner, recorded) in enumerate(person.appointments):
            await rows.sourced(
                "appointments.appointment",
                id=person_id(person.number * 100 + place),
                person_id=person_id(person.number),
                starts_at=datetime(2026, 1, 1 + place, tzinfo=UTC),
                status="VU",
                motive_category=motive,
                organisation_siret=owner,
                recorded_by=recorded,
                rdv_source_id="1",
                subject_source_id="1",
            )


@dataclass
class World:
    """The population in a database, and the two subgraphs on it."""

    runner: asyncio.Runner
    people: list[Person]
    subgraphs: dict[str, Subgraph]

    def ask(self, name: str, query: str, rights: Residual) -> list[Any]:
        representations = [{"__typename": "Person", "id": person_id(number)} for number in range(1, COUNT + 2)]
        scopes = [link_key(relation, scope) for relation, scope in SCOPES.items()]
        answer = self.runner.run(self.subgraphs[name].execute(query, {"r": representations}, context(rights, *scopes)))
        assert "errors" not in answer
        data: list[Any] = answer["data"]["_entities"]
        return data


@pytest.fixture(scope="module")
def world(database: Database) -> Iterator[World]:
    people = invent()
    with asyncio.Runner() as runner:
        subgraphs = {}

        async def prepare() -> None:
            connection = await database.connect()
            await write(Rows(connection), people)
            for table in ROWS:
                await connection.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
            await connection.close()
            for model in (PEOPLE, APPOINTMENTS):
                pool = Pool(database.dsn(f"{model.name}_query"), 1)
                await pool.open()
                subgraphs[model.name] = Subgraph(model, pool, policy=POLICY, cursors=b"c" * 32)

        async def end() -> None:
            for subgraph in subgraphs.values():
                await subgraph.database.close()

        runner.run(prepare())
        yield World(runner, people, subgraphs)
        runner.run(end())


def subset(*facts: Fact, least: int = 0) -> st.SearchStrategy[int]:
    return st.sets(st.sampled_from(facts), min_size=least).map(lambda chosen: sum(int(fact) for fact in chosen))


def mostly(usual: st.SearchStrategy[Any], rare: Any) -> st.SearchStrategy[Any]:
    """Five times of six the one, else the other; equal branches of `one_of` would count once."""
    return st.tuples(st.integers(0, 5), usual).map(lambda drawn: drawn[1] if drawn[0] < 5 else rare)


WIDE = st.just(Clause(int(Fact.REFERENT | Fact.TERRITORY | Fact.OWN_ITEM)))
CLAUSE = st.builds(
    Clause,
    subset(*SCOPES, Fact.RECORDED, least=1),
    mostly(st.just(0), int(Fact.RECORDED)),
    subset(Fact.OPPOSITION, Fact.LIMITATION, Fact.JOURNEY_ENDED, Fact.TRAINING_ENDED),
)
SOME = st.lists(CLAUSE | WIDE, min_size=1, max_size=2).map(tuple)
CLAUSES = mostly(SOME, ())
VALUES = st.dictionaries(st.sampled_from([int(Fact.VALUE_SAN), int(Fact.VALUE_JUST)]), CLAUSES).map(
    lambda clauses: tuple(sorted(clauses.items()))
)
RULE = st.builds(Rule, CLAUSES, VALUES)
MASKED = st.builds(Rule, CLAUSES, st.just(()), CLAUSES, st.sampled_from(["year_start", "unknown"]))


def rules(**strategies: st.SearchStrategy[Rule]) -> st.SearchStrategy[dict[str, Rule]]:
    """Rules by name, some of them absent."""
    optional_rules = {name.replace("__", "."): mostly(rule, None) for name, rule in strategies.items()}
    return st.fixed_dictionaries(optional_rules).map(lambda drawn: {name: rule for name, rule in drawn.items() if rule})


PEOPLE_RESIDUALS = st.builds(
    Residual,
    rules(Person=RULE, Constraint=RULE),
    rules(
        Person__firstName=RULE, Person__birthDate=MASKED, Person__constraints=RULE, Constraint__theme=RULE,
        Constraint__state=RULE,
    ),
    st.just(RETENTIONS),
)  # fmt: skip
APPOINTMENT_RESIDUALS = st.builds(
    Residual,
    rules(Person=RULE, Appointment=RULE, Motive=RULE),
    rules(Person__appointments=RULE, Appointment__status=RULE, Appointment__motive=RULE, Motive__category=RULE),
    st.just(RETENTIONS),
)


class Naive:
    """The residual in plain Python."""

    def __init__(self, residual: Residual) -> None:
        self.residual = residual

    def row(self, name: str, facts: int, bits: int = 0) -> bool:
        rule = self.residual.rows.get(name, Rule())
        return holds(rule.read, facts) and rule.value_allowed(facts, bits)

    def field(self, coordinate: str, facts: int, value: Any, mask: Callable[[Any], Any] | None = None) -> Any:
        rule = self.residual.fields.get(coordinate, Rule())
        if holds(rule.read, facts):
            return value
        if mask is not None and rule.reduction == "year_start" and holds(rule.reduced, facts):
            return mask(value)
        return None


THEMES = {"SANTE": int(Fact.VALUE_SAN), "JUSTICE": int(Fact.VALUE_JUST)}
DROPPING = int(Fact.VALUE_SAN | Fact.VALUE_JUST | Fact.VALUE_SEJ)


def expected_person(person: Person, naive: Naive) -> Any:
    facts = person.facts
    if not naive.row("Person", facts):
        return None
    constraints = []
    for theme, recorded in person.constraints:
        own = facts | THEMES.get(theme, 0) | (int(Fact.RECORDED) if recorded == SIRET else 0)
        if naive.row("Constraint", own, DROPPING):
            constraints.append(
                {
                    "theme": naive.field("Constraint.theme", own, theme),
                    "state": naive.field("Constraint.state", own, "OUI"),
                    "_access": (person_id(person.number), own),
                }
            )
    born = person.born and person.born.isoformat()
    return {
        "id": person_id(person.number),
        "firstName": naive.field("Person.firstName", facts, f"P{person.number}"),
        "birthDate": naive.field("Person.birthDate", facts, born, lambda value: value and f"{value[:4]}-01-01"),
        "constraints": naive.field("Person.constraints", facts, constraints),
        "_access": (person_id(person.number), facts),
    }


@settings(max_examples=100, deadline=None)
@given(residual=PEOPLE_RESIDUALS)
def test_people_rows_fields_masks_and_drops_equal_the_algebra(world: World, residual: Residual) -> None:
    query = """query($r: [_Any!]!) { _entities(representations: $r) { ... on Person {
        id firstName birthDate constraints { theme state _access } _access } } }"""
    naive = Naive(residual)
    assert world.ask("people", query, residual) == [
        *(expected_person(person, naive) for person in world.people),
        None,
    ]


def expected_appointments(person: Person, naive: Naive, first: int) -> Any:
    facts = person.facts
    if not naive.row("Person", facts):
        return None
    nodes = []
    for motive, owner, recorded in person.appointments:
        own = facts & ~int(Fact.OWN_ITEM)
        own |= (int(Fact.OWN_ITEM) if owner == SIRET else 0) | (int(Fact.RECORDED) if recorded == SIRET else 0)
        if naive.row("Appointment", own):
            nodes.append(
                {
                    "status": naive.field("Appointment.status", own, "VU"),
                    "motive": naive.field("Appointment.motive", own, expected_motive(person, naive, motive, own)),
                    "_access": (person_id(person.number), own),
                }
            )
    page = {"nodes": nodes[:first], "pageInfo": {"hasNextPage": len(nodes) > first}}
    return {"appointments": naive.field("Person.appointments", facts, page)}


def expected_motive(person: Person, naive: Naive, motive: str | None, own: int) -> Any:
    facts = own | (int(Fact.VALUE_SAN) if motive == "psychologue" else 0)
    if not naive.row("Motive", facts):
        return None
    rule = naive.residual.fields.get("Motive.category", Rule())
    category = motive if motive is not None and rule.value_allowed(facts, int(Fact.VALUE_SAN)) else "AUTRE"
    served_facts = facts if rule.value_allowed(facts, int(Fact.VALUE_SAN)) else facts & ~int(Fact.VALUE_SAN)
    return {
        "category": naive.field("Motive.category", facts, category),
        "_access": (person_id(person.number), served_facts),
    }


@settings(max_examples=100, deadline=None)
@given(residual=APPOINTMENT_RESIDUALS)
def test_appointment_owners_recorders_values_and_pages_equal_the_algebra(world: World, residual: Residual) -> None:
    query = """query($r: [_Any!]!) { _entities(representations: $r) { ... on Person { appointments(first: 2) {
        nodes { status motive { category _access } _access } pageInfo { hasNextPage } } } } }"""
    naive = Naive(residual)
    expected = [*(expected_appointments(person, naive, 2) for person in world.people), None]
    assert world.ask("appointments", query, residual) == expected
