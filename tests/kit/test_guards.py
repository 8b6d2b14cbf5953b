"""What the residual leaves of a row, in the real database: relations, restrictions, retention, values, reductions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from schema.categories import Level
from schema.facts import Fact
from schema.residual import Clause, Residual, Rule
from schema.subgraphs import SUBGRAPHS
from subgraphs.kit.fields import ColumnField
from subgraphs.kit.kinds import Kind
from subgraphs.kit.sdl import load
from subgraphs.kit.server import Subgraph
from tests.kit.conftest import AGENT, OTHER_SIRET, SIRET, Rows, anyone, context, person_id, residual

R, T, S = Fact.REFERENT, Fact.TERRITORY, Fact.SELF
TODAY = date(2026, 11, 18)
FOLLOWING = (Clause(int(R)),)
OWN_RECORDED = (Clause(int(R), int(Fact.RECORDED)),)


async def ask(subgraph: Subgraph, selection: str, rights: Residual, *scopes: str, number: int = 1, **more: Any) -> Any:
    query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Person { " + selection + " } } }"
    representations = [{"__typename": "Person", "id": person_id(number)}]
    answer = await subgraph.execute(query, {"r": representations}, context(rights, *scopes, **more))
    assert "errors" not in answer, answer
    return answer["data"]["_entities"][0]


async def test_absent_type_has_no_row_and_absent_coordinate_no_value(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, (R, AGENT), first_name="Ondine")
    assert await ask(people, "id firstName", residual({}, {"Person.firstName": FOLLOWING})) is None
    assert await ask(people, "id firstName", residual({"Person": FOLLOWING}, {})) == {
        "id": person_id(1),
        "firstName": None,
    }


async def test_field_follows_its_own_clauses_within_the_row(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, (R, AGENT), first_name="Ondine", last_name="Kerbrat")
    await rows.person(2, (T, "08"), first_name="Aubin", last_name="Solen")
    rights = residual({"Person": anyone(R, T)}, {"Person.firstName": anyone(R, T), "Person.lastName": anyone(R)})
    scopes = (f"{int(R)} {AGENT}", f"{int(T)} 08")
    assert await ask(people, "firstName lastName", rights, *scopes) == {"firstName": "Ondine", "lastName": "Kerbrat"}
    assert await ask(people, "firstName lastName", rights, *scopes, number=2) == {
        "firstName": "Aubin",
        "lastName": None,
    }


async def test_several_links_add_up(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, (R, AGENT), (T, "08"), (Fact.GROUP, "00000000-0000-4000-8000-0000000000b2"))
    rights = residual({"Person": anyone(R, T, Fact.GROUP)}, {})
    answer = await ask(people, "_access", rights, f"{int(R)} {AGENT}", f"{int(T)} 08")
    assert answer == {"_access": (person_id(1), int(R | T))}


@pytest.mark.parametrize(
    ("since", "until", "exists"),
    [
        (TODAY, TODAY, True),
        (TODAY - timedelta(1), None, True),
        (TODAY + timedelta(1), None, False),
        (TODAY - timedelta(9), TODAY - timedelta(1), False),
    ],
)
async def test_link_counts_on_its_days_only(
    rows: Rows, people: Subgraph, since: date, until: date | None, exists: bool
) -> None:
    await rows.connection.execute("ALTER TABLE access.link NO FORCE ROW LEVEL SECURITY")
    await rows.connection.execute("ALTER TABLE access.link DISABLE ROW LEVEL SECURITY")
    await rows.person(1, first_name="Ondine")
    await rows.link(1, R, AGENT, since=since, until=until)
    answer = await ask(people, "id", residual({"Person": FOLLOWING}, {}))
    assert (answer is not None) is exists


@pytest.mark.parametrize(
    ("restriction", "access"),
    [
        (Fact.OPPOSITION, {"restrictions": int(Fact.OPPOSITION)}),
        (Fact.LIMITATION, {"restrictions": int(Fact.LIMITATION)}),
        (Fact.ERASURE_DUE, {"erasure_on": TODAY}),
    ],
)
async def test_restriction_binds_only_the_rules_that_name_it(
    rows: Rows, people: Subgraph, restriction: Fact, access: dict[str, Any]
) -> None:
    await rows.person(1, (R, AGENT), access=access, first_name="Ondine", last_name="K")
    rights = residual(
        {"Person": FOLLOWING},
        {"Person.firstName": (Clause(int(R), 0, int(restriction)),), "Person.lastName": FOLLOWING},
    )
    assert await ask(people, "firstName lastName _access", rights) == {
        "firstName": None,
        "lastName": "K",
        "_access": (person_id(1), int(R | restriction)),
    }


@pytest.mark.parametrize(("days", "ended"), [(730, False), (731, True), (None, False)])
async def test_retention_ends_the_day_after_its_last(
    rows: Rows, people: Subgraph, days: int | None, ended: bool
) -> None:
    contact = None if days is None else TODAY - timedelta(days)
    await rows.person(1, (R, AGENT), access={"last_contact": contact}, first_name="Ondine")
    rights = residual(
        {"Person": FOLLOWING},
        {"Person.firstName": (Clause(int(R), 0, int(Fact.JOURNEY_ENDED)),)},
        ((int(Fact.JOURNEY_ENDED), 730),),
    )
    assert await ask(people, "firstName", rights) == {"firstName": None if ended else "Ondine"}


async def test_an_erasure_is_due_from_its_day_on_and_not_before(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, (R, AGENT), access={"erasure_on": TODAY + timedelta(1)}, first_name="Ondine")
    rights = residual({"Person": FOLLOWING}, {"Person.firstName": (Clause(int(R), 0, int(Fact.ERASURE_DUE)),)})
    assert await ask(people, "firstName", rights) == {"firstName": "Ondine"}


async def test_person_without_access_row_does_not_exist(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, (R, AGENT), first_name="Ondine")
    await rows.connection.execute("DELETE FROM access.person")
    assert await ask(people, "id", residual({"Person": FOLLOWING}, {})) is None


CONSTRAINTS = residual(
    {"Person": FOLLOWING, "Constraint": Rule(FOLLOWING, ((int(Fact.VALUE_SAN), OWN_RECORDED),))},
    {"Person.constraints": FOLLOWING, "Constraint.state": FOLLOWING, "Constraint.theme": FOLLOWING},
)


async def test_row_with_a_forbidden_value_is_dropped_selected_or_not(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, (R, AGENT))
    for place, (theme, siret) in enumerate(
        [("MOBILITE", None), ("SANTE", OTHER_SIRET), ("SANTE", SIRET), ("LOGEMENT", OTHER_SIRET)]
    ):
        await rows.sourced(
            "people.person_constraint",
            id=person_id(100 + place),
            person_id=person_id(1),
            theme=theme,
            state="OUI",
            recorded_by=siret,
        )
    answer = await ask(people, "constraints { theme _access }", CONSTRAINTS)
    own = int(R | Fact.RECORDED | Fact.VALUE_SAN)
    assert answer["constraints"] == [
        {"theme": "MOBILITE", "_access": (person_id(1), int(R))},
        {"theme": "SANTE", "_access": (person_id(1), own)},
        {"theme": "LOGEMENT", "_access": (person_id(1), int(R))},
    ]
    assert len((await ask(people, "constraints { id }", CONSTRAINTS))["constraints"]) == 3
    assert len((await ask(people, "constraints { id }", CONSTRAINTS, organisation=None))["constraints"]) == 2


async def test_denied_list_is_null_and_an_empty_one_is_empty(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, (R, AGENT))
    assert await ask(people, "constraints { id }", CONSTRAINTS) == {"constraints": []}
    denied = residual(CONSTRAINTS.rows, {})
    assert await ask(people, "constraints { id }", denied) == {"constraints": None}
    on_row = residual({"Person": anyone(R, T), "Constraint": FOLLOWING}, {"Person.constraints": anyone(T)})
    assert await ask(people, "constraints { id }", on_row) == {"constraints": None}


APPOINTMENT_FIELDS = ("Appointment.status", "Appointment.motive", "Motive.category", "Motive.type")


def appointment_residual(*relations: Fact, values: tuple[tuple[int, tuple[Clause, ...]], ...] = ()) -> Residual:
    clauses = anyone(*relations)
    fields: dict[str, Rule | tuple[Clause, ...]] = dict.fromkeys(APPOINTMENT_FIELDS, clauses)
    fields |= {"Motive.category": Rule(clauses, values), "Person.appointments": clauses}
    return residual({"Person": clauses, "Appointment": clauses, "Motive": clauses}, fields)


async def add_appointment(rows: Rows, number: int, person: int, **values: Any) -> None:
    from datetime import UTC, datetime

    columns = {
        "id": person_id(number),
        "person_id": person_id(person),
        "starts_at": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        "status": "INCONNU",
        "rdv_source_id": str(number),
        "subject_source_id": "1",
        **values,
    }
    await rows.sourced("appointments.appointment", **columns)


MOTIVES = "appointments { nodes { motive { category type _access } } }"


async def test_forbidden_scalar_is_coarsened_like_an_ordinary_row(rows: Rows, appointments: Subgraph) -> None:
    await rows.person(1, (R, AGENT))
    await rows.person(2, (R, AGENT))
    await add_appointment(rows, 101, 1, motive_category="psychologue", motive_type="autre")
    await add_appointment(rows, 102, 2, motive_category=None, motive_type="autre")
    rights = appointment_residual(R)
    first = await ask(appointments, MOTIVES, rights)
    second = await ask(appointments, MOTIVES, rights, number=2)
    motive = first["appointments"]["nodes"][0]["motive"]
    assert motive == {"category": "AUTRE", "type": "autre", "_access": (person_id(1), int(R))}
    assert str(first).replace(person_id(1), "") == str(second).replace(person_id(2), "")


async def test_value_category_is_told_where_it_may_be_read(rows: Rows, appointments: Subgraph) -> None:
    await rows.person(1, (R, AGENT))
    await add_appointment(rows, 101, 1, motive_category="psychologue")
    rights = appointment_residual(R, values=((int(Fact.VALUE_SAN), FOLLOWING),))
    answer = await ask(appointments, MOTIVES, rights)
    assert answer["appointments"]["nodes"][0]["motive"] == {
        "category": "psychologue",
        "type": None,
        "_access": (person_id(1), int(R | Fact.VALUE_SAN)),
    }


async def test_item_of_more_columns_than_a_function_takes_is_whole(rows: Rows, appointments: Subgraph) -> None:
    await rows.person(1, (R, AGENT))
    await add_appointment(rows, 101, 1, motive_category="siae_interview", motive_type="siae")
    names = [f"m{number}" for number in range(60)]
    motives = " ".join(f"{name}: motive {{ category type _access }}" for name in names)
    answer = await ask(appointments, f"appointments {{ nodes {{ id {motives} status }} }}", appointment_residual(R))
    motive = {"category": "siae_interview", "type": "siae", "_access": (person_id(1), int(R))}
    assert answer["appointments"]["nodes"] == [
        {"id": person_id(101), **dict.fromkeys(names, motive), "status": "INCONNU"}
    ]


async def test_value_that_no_list_knows_is_coarsened(rows: Rows, appointments: Subgraph) -> None:
    await rows.person(1, (R, AGENT))
    await add_appointment(rows, 101, 1, motive_category="addictologue")
    answer = await ask(appointments, MOTIVES, appointment_residual(R, values=((int(Fact.VALUE_SAN), FOLLOWING),)))
    assert answer["appointments"]["nodes"][0]["motive"]["category"] == "AUTRE"


async def test_own_item_opens_the_organisations_own_rows_only(rows: Rows, appointments: Subgraph) -> None:
    await rows.person(1, (Fact.OWN_ITEM, SIRET))
    await add_appointment(rows, 101, 1, organisation_siret=SIRET)
    await add_appointment(rows, 102, 1, organisation_siret=OTHER_SIRET)
    await add_appointment(rows, 103, 1)
    scope = f"{int(Fact.OWN_ITEM)} {SIRET}"
    rights = appointment_residual(Fact.OWN_ITEM)
    answer = await ask(appointments, "appointments { nodes { id _access } }", rights, scope)
    assert answer["appointments"]["nodes"] == [{"id": person_id(101), "_access": (person_id(1), int(Fact.OWN_ITEM))}]


async def test_list_with_a_condition_of_its_own_holds_those_rows_only(rows: Rows, appointments: Subgraph) -> None:
    await rows.person(1, (R, AGENT))
    await add_appointment(rows, 101, 1, motive_type="rsa_orientation", mode="VISIO")
    await add_appointment(rows, 102, 1, motive_type="rsa_accompagnement")
    await add_appointment(rows, 103, 1)
    rights = residual(
        {"Person": FOLLOWING, "OrientationAppointment": FOLLOWING},
        {"Person.orientationAppointments": FOLLOWING, "OrientationAppointment.mode": FOLLOWING},
    )
    selection = "orientationAppointments { mode status organisation { name } }"
    assert await ask(appointments, selection, rights) == {
        "orientationAppointments": [{"mode": "VISIO", "status": None, "organisation": None}]
    }


async def test_reduction_serves_the_mask_and_an_unknown_mask_nothing(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, (T, "08"), birth_date=date(1984, 7, 9))

    def rule(mask: str) -> Residual:
        return residual({"Person": anyone(R, T)}, {"Person.birthDate": Rule(anyone(R), (), anyone(T), mask)})

    scope = f"{int(T)} 08"
    assert await ask(people, "birthDate", rule("year_start"), scope) == {"birthDate": "1984-01-01"}
    assert await ask(people, "birthDate", rule("nothing_known"), scope) == {"birthDate": None}


async def test_professional_field_needs_its_coordinate_and_public_field_none(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, (R, AGENT))
    await rows.sourced("people.agent", id=AGENT, email="a@exemple.fr", last_name="Varenne")
    await rows.sourced("people.referent", id=person_id(70), person_id=person_id(1), agent_id=AGENT)
    types = {"Person": FOLLOWING, "Referent": FOLLOWING}
    edges = {"Person.referent": FOLLOWING, "Referent.agent": FOLLOWING}
    selection = "referent { agent { id lastName } }"
    open_found = residual(types, {**edges, "Agent.lastName": FOLLOWING})
    assert await ask(people, selection, open_found) == {"referent": {"agent": {"id": AGENT, "lastName": "Varenne"}}}
    for closed in (residual(types, edges), residual(types, {**edges, "Agent.lastName": ()})):
        assert await ask(people, selection, closed) == {"referent": {"agent": {"id": AGENT, "lastName": None}}}


async def test_to_one_serves_the_first_row_that_the_actor_reads(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, (R, AGENT))
    for number, since in ((70, date(2025, 1, 1)), (71, date(2026, 1, 1)), (72, None)):
        await rows.sourced("people.agent", id=person_id(number), email=f"{number}@exemple.fr")
        await rows.sourced(
            "people.referent",
            id=person_id(number),
            person_id=person_id(1),
            agent_id=person_id(number),
            since=since,
        )
    rights = residual(
        {"Person": FOLLOWING, "Referent": FOLLOWING},
        {"Person.referent": FOLLOWING, "Referent.since": FOLLOWING},
    )
    assert await ask(people, "referent { since }", rights) == {"referent": {"since": "2026-01-01"}}


async def test_object_of_the_same_row_follows_its_edge_its_type_and_its_fields(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, (R, AGENT))
    await rows.sourced(
        "people.contact",
        person_id=person_id(1),
        phones=["0639980001"],
        origin="PERSONNE",
        authorisation="A",
        city="Rethel",
        city_code="08362",
    )
    selection = "contact { phones address { city cityCode } }"
    types = {"Person": FOLLOWING, "Contact": FOLLOWING, "Address": FOLLOWING}
    fields = dict.fromkeys(("Person.contact", "Contact.phones", "Contact.address", "Address.city"), FOLLOWING)
    whole = {"contact": {"phones": ["0639980001"], "address": {"city": "Rethel", "cityCode": None}}}
    assert await ask(people, selection, residual(types, fields)) == whole
    without_type = {name: rule for name, rule in types.items() if name != "Address"}
    assert await ask(people, selection, residual(without_type, fields)) == {
        "contact": {"phones": ["0639980001"], "address": None}
    }
    without_edge = {name: rule for name, rule in fields.items() if name != "Contact.address"}
    assert await ask(people, selection, residual(types, without_edge)) == {
        "contact": {"phones": ["0639980001"], "address": None}
    }
    hidden = residual(types, {name: rule for name, rule in fields.items() if name != "Person.contact"})
    assert await ask(people, selection, hidden) == {"contact": None}


async def test_siblings_tell_the_reduced_form(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, (R, AGENT), birth_date=date(1984, 7, 9))
    await rows.sourced(
        "people.contact",
        person_id=person_id(1),
        phones=[],
        origin="PERSONNE",
        authorisation="I",
        city_code="97411",
    )
    await rows.sourced(
        "people.rsa",
        person_id=person_id(1),
        status="DROIT_OUVERT_ET_SUSPENDU",
        rights_and_duties=True,
        beneficiary=True,
    )
    await rows.sourced("people.household", person_id=person_id(1), dependent_children=0)
    for number, theme in ((100, "SANTE"), (101, "MOBILITE")):
        state = "OUI" if theme == "SANTE" else "CLOTUREE"
        await rows.sourced(
            "people.person_constraint", id=person_id(number), person_id=person_id(1), theme=theme, state=state
        )
    expected = {
        "birthYear": 1984,
        "departmentCode": "974",
        "isRsaBeneficiary": True,
        "hasRightsAndDuties": True,
        "hasDependentChildren": None,
        "hasParticularDifficulties": None,
        "healthToConsider": True,
    }
    rights = residual({"Person": FOLLOWING}, {f"Person.{name}": FOLLOWING for name in expected})
    assert await ask(people, " ".join(expected), rights) == expected


async def test_48_a_no_and_an_unknown_are_one_answer_to_whoever_may_only_know_the_yes(
    rows: Rows, people: Subgraph
) -> None:
    """A refused dossier, or a difficulty that is over, would be told by a no."""
    for number in (1, 2):
        await rows.person(number, (R, AGENT))
    await rows.sourced("people.rsa", person_id=person_id(1), status="REFUSE", rights_and_duties=False)
    await rows.sourced("people.household", person_id=person_id(1), dependent_children=0)
    for number, theme in ((100, "SANTE"), (101, "MOBILITE")):
        await rows.sourced(
            "people.person_constraint", id=person_id(number), person_id=person_id(1), theme=theme, state="CLOTUREE"
        )
    names = ["isRsaBeneficiary", "hasRightsAndDuties", "isIaeEligible", "hasDependentChildren", "healthToConsider"]
    names.append("hasParticularDifficulties")
    rights = residual({"Person": FOLLOWING}, {f"Person.{name}": FOLLOWING for name in names})
    for number in (1, 2):
        assert await ask(people, " ".join(names), rights, number=number) == dict.fromkeys(names)


def test_48_every_reduced_yes_or_no_has_two_values() -> None:
    reduced = {
        entity.coordinate(field.graphql_name): str(field.column)
        for name in SUBGRAPHS
        for entity in load(name).entities.values()
        for field in entity.fields.values()
        if isinstance(field, ColumnField) and field.level is Level.REDUCED and field.kind is Kind.BOOLEAN
    }
    assert {"Person.hasRqth", "Person.isJobSeeker", "TrainingPlacement.accommodationRequested"} <= reduced.keys()
    for coordinate, sql in reduced.items():
        assert sql.startswith("CASE WHEN"), coordinate
        assert sql.endswith("THEN true END"), coordinate


@pytest.mark.parametrize("hidden", ["SANTE", "JUSTICE", "SEJOUR"])
async def test_difficulties_that_do_not_count_leave_no_trace_in_the_reduced_form(
    rows: Rows, people: Subgraph, hidden: str
) -> None:
    for number in (1, 2):
        await rows.person(number, (R, AGENT))
    await rows.sourced("people.person_constraint", id=person_id(100), person_id=person_id(2), theme=hidden, state="OUI")
    rights = residual({"Person": FOLLOWING}, {"Person.hasParticularDifficulties": FOLLOWING})
    alike = [await ask(people, "hasParticularDifficulties", rights, number=number) for number in (1, 2)]
    assert alike[0] == alike[1] == {"hasParticularDifficulties": None}


async def test_whether_health_counts_does_not_tell_of_other_difficulties(rows: Rows, people: Subgraph) -> None:
    for number in (1, 2):
        await rows.person(number, (R, AGENT))
    await rows.sourced(
        "people.person_constraint", id=person_id(100), person_id=person_id(2), theme="JUSTICE", state="OUI"
    )
    rights = residual({"Person": FOLLOWING}, {"Person.healthToConsider": FOLLOWING})
    assert await ask(people, "healthToConsider", rights, number=1) == {"healthToConsider": None}
    assert await ask(people, "healthToConsider", rights, number=2) == {"healthToConsider": None}
