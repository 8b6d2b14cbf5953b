"""`Person.trainingPlacements`: who sees which placement, by the residual and by row security."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from schema.days import day_of
from schema.facts import Fact, link_key
from schema.residual import Clause, Residual
from subgraphs.kit.access import SCOPES_SETTING
from subgraphs.kit.server import Subgraph
from subgraphs.kit.transactions import ORGANISATION_SETTING
from subgraphs.kit.transactions import Database as Pool
from subgraphs.trainings.queries import MODEL
from subgraphs.trainings.types import WITHOUT_PROJECT
from tests.conftest import Database
from tests.kit.conftest import AGENT, NOW, POLICY, REFERENT, Rows, anyone, context, person_id, residual
from tests.pinned_graph import graph

PROVIDER, OTHER_PROVIDER, PRESCRIBER = "99900020800011", "99900022200013", "99900030800011"
OWN, OTHERS_OWN = link_key(Fact.OWN_ITEM, PROVIDER), link_key(Fact.OWN_ITEM, OTHER_PROVIDER)

QUERY = """
query ($r: [_Any!]!, $first: Int, $after: String) {
  _entities(representations: $r) {
    ... on Person {
      trainingPlacements(first: $first, after: $after) {
        nodes { id status proposedOn session { startsOn training { title provider { siret } } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""
FACTS = """
query ($r: [_Any!]!) { _entities(representations: $r) { ... on Person { trainingPlacements { nodes { _access } } } } }
"""
FIELDS = ("Person.trainingPlacements", *(f"TrainingPlacement.{name}" for name in ("status", "proposedOn", "session")))


def reading(*relations: Fact) -> Residual:
    clauses = anyone(*relations)
    return residual({"Person": clauses, "TrainingPlacement": clauses}, dict.fromkeys(FIELDS, clauses))


@pytest.fixture
async def rows(fresh_database: Database) -> AsyncIterator[Rows]:
    """Person 1 with placements by two providers, each linked to the person, and a catalogue of one training."""
    connection = await fresh_database.connect()
    rows = Rows(connection)
    await rows.person(1, (Fact.REFERENT, AGENT), (Fact.OWN_ITEM, PROVIDER), (Fact.OWN_ITEM, OTHER_PROVIDER))
    await rows.sourced("trainings.training_provider", id=PROVIDER, siret=PROVIDER)
    await rows.sourced(
        "trainings.training", id="lheo--F1", title="Cuisinier", provider_id=PROVIDER, formacodes=[], rome_codes=[]
    )
    await rows.sourced("trainings.training_session", id="lheo--S1", training_id="lheo--F1", starts_on=date(2027, 1, 4))
    for number, (owner, day) in enumerate(
        [(PROVIDER, 3), (OTHER_PROVIDER, 5), (PROVIDER, 9), (OTHER_PROVIDER, 1)], start=1
    ):
        await rows.sourced(
            "trainings.placement", id=person_id(100 + number), person_id=person_id(1), session_id="lheo--S1",
            status="PROPOSE", proposed_on=date(2026, 10, day), organisation_siret=owner, recorded_by=PRESCRIBER,
        )  # fmt: skip
    yield rows
    await connection.close()


@pytest.fixture
async def trainings(fresh_database: Database) -> AsyncIterator[Subgraph]:
    """The subgraph `trainings` on the test's database."""
    pool = Pool(fresh_database.dsn("trainings_query"), 2)
    await pool.open()
    yield Subgraph(MODEL, pool, policy=POLICY, cursors=b"c" * 32)
    await pool.close()


PROJECTS = """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Person {
    trainingProjects { id formacode recordedOn }
    trainingPlacements { nodes { prerequisitesMet accommodationRequested } } } } }"""
ACCOMMODATION = "TrainingPlacement.accommodationRequested"


async def projects(trainings: Subgraph, organisation: str | None, *scopes: str, more: tuple[str, ...] = ()) -> Any:
    """What an actor reads of projects, and of what placements say of prerequisites and accommodation."""
    clauses = anyone(Fact.REFERENT, Fact.OWN_ITEM)
    fields = ("Person.trainingProjects", "TrainingProject.formacode", "TrainingProject.recordedOn", *FIELDS, *more)
    read = residual(
        dict.fromkeys(("Person", "TrainingProject", "TrainingPlacement"), clauses),
        dict.fromkeys((*fields, "TrainingPlacement.prerequisitesMet"), clauses),
    )
    variables = {"r": [{"__typename": "Person", "id": person_id(1)}]}
    answer = await trainings.execute(PROJECTS, variables, context(read, *scopes, organisation=organisation))
    assert "errors" not in answer, answer
    return answer["data"]["_entities"][0]


async def project(rows: Rows, number: int, owner: str, day: date) -> None:
    await rows.sourced(
        "trainings.training_project", id=person_id(200 + number), person_id=person_id(1), formacode="42752",
        recorded_on=day, organisation_siret=owner, recorded_by=owner,
    )  # fmt: skip


async def test_projects_come_newest_first_and_are_those_of_whoever_recorded_them(
    rows: Rows, trainings: Subgraph
) -> None:
    for number, (owner, day) in enumerate([(PROVIDER, date(2026, 1, 4)), (OTHER_PROVIDER, date(2026, 2, 4))], start=1):
        await project(rows, number, owner, day)
    whole = await projects(trainings, None, REFERENT)
    assert [item["recordedOn"] for item in whole["trainingProjects"]] == ["2026-02-04", "2026-01-04"]
    own = await projects(trainings, PROVIDER, OWN)
    assert own["trainingProjects"] == [
        {"id": person_id(201), "formacode": "42752", "recordedOn": "2026-01-04"},
    ]


async def test_row_security_alone_shows_no_project_of_another(rows: Rows, fresh_database: Database) -> None:
    await project(rows, 1, OTHER_PROVIDER, date(2026, 1, 4))
    connection = await fresh_database.connect("trainings_query")
    try:
        for scopes, organisation, visible in (
            (OWN, PROVIDER, 0),
            (OTHERS_OWN, OTHER_PROVIDER, 1),
            (REFERENT, "", 1),
            ("", "", 0),
        ):
            async with connection.transaction():
                await connection.execute("SELECT set_config($1, $2, true)", SCOPES_SETTING, scopes)
                await connection.execute("SELECT set_config($1, $2, true)", ORGANISATION_SETTING, organisation)
                assert await connection.fetchval("SELECT count(*) FROM trainings.training_project") == visible
    finally:
        await connection.close()


async def test_a_request_for_accommodation_is_null_unless_it_is_opened_by_itself(
    rows: Rows, trainings: Subgraph
) -> None:
    await rows.connection.execute(
        "UPDATE trainings.placement SET prerequisites_met = true, accommodation_requested = true"
    )
    without = (await projects(trainings, None, REFERENT))["trainingPlacements"]["nodes"][0]
    opened = (await projects(trainings, None, REFERENT, more=(ACCOMMODATION,)))["trainingPlacements"]["nodes"][0]
    assert without == {"prerequisitesMet": True, "accommodationRequested": None}
    assert opened == {"prerequisitesMet": True, "accommodationRequested": True}


async def placements(
    trainings: Subgraph, read: Residual, *scopes: str, organisation: str | None = None, **arguments: Any
) -> Any:
    variables = {"r": [{"__typename": "Person", "id": person_id(1)}], "first": 5, **arguments}
    answer = await trainings.execute(QUERY, variables, context(read, *scopes, organisation=organisation))
    assert "errors" not in answer, answer
    person = answer["data"]["_entities"][0]
    return person and person["trainingPlacements"]


def numbers(connection: Any) -> list[int]:
    return [int(node["id"][-3:]) for node in connection["nodes"]]


async def test_a_referent_reads_every_placement_newest_first(rows: Rows, trainings: Subgraph) -> None:
    answer = await placements(trainings, reading(Fact.REFERENT), REFERENT)
    assert numbers(answer) == [103, 102, 101, 104]
    assert answer["nodes"][0] == {
        "id": person_id(103),
        "status": "PROPOSE",
        "proposedOn": "2026-10-09",
        "session": {
            "startsOn": "2027-01-04",
            "training": {"title": "Cuisinier", "provider": {"siret": PROVIDER}},
        },
    }


async def test_a_provider_reads_its_own_placements_only(rows: Rows, trainings: Subgraph) -> None:
    own = await placements(trainings, reading(Fact.OWN_ITEM), OWN, organisation=PROVIDER)
    other_placements = await placements(trainings, reading(Fact.OWN_ITEM), OTHERS_OWN, organisation=OTHER_PROVIDER)
    assert numbers(own) == [103, 101]
    assert numbers(other_placements) == [102, 104]


async def test_pages_are_counted_after_the_rows_of_others_are_dropped(rows: Rows, trainings: Subgraph) -> None:
    page = await placements(trainings, reading(Fact.OWN_ITEM), OWN, organisation=PROVIDER, first=1)
    assert (numbers(page), page["pageInfo"]["hasNextPage"]) == ([103], True)
    after = page["pageInfo"]["endCursor"]
    last = await placements(trainings, reading(Fact.OWN_ITEM), OWN, organisation=PROVIDER, first=1, after=after)
    assert (numbers(last), last["pageInfo"]["hasNextPage"]) == ([101], False)


async def test_that_data_of_training_are_held_is_told_yes_or_null(rows: Rows, trainings: Subgraph) -> None:
    """Of person 1 placements are held, of person 2 nothing, then a project alone."""
    await rows.person(2, (Fact.REFERENT, AGENT))
    query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Person { id hasTrainingData } } }"
    variables = {"r": [{"__typename": "Person", "id": person_id(number)} for number in (1, 2)]}
    read = residual({"Person": anyone(Fact.REFERENT)}, {"Person.hasTrainingData": anyone(Fact.REFERENT)})

    async def read_held() -> list[bool | None]:
        answer = await trainings.execute(query, variables, context(read, REFERENT))
        return [person["hasTrainingData"] for person in answer["data"]["_entities"]]

    assert await read_held() == [True, None]
    await rows.connection.execute("UPDATE trainings.training_provider SET sensitivity = 'SAN'")
    assert await read_held() == [None, None]  # the list drops them: that something is held would tell of what
    await rows.connection.execute("UPDATE trainings.training_provider SET sensitivity = NULL")
    assert await read_held() == [True, None]
    await project(rows, 1, PROVIDER, date(2020, 1, 4))
    await rows.connection.execute("DELETE FROM trainings.placement")
    await rows.connection.execute("UPDATE trainings.training_project SET person_id = $1", person_id(2))
    assert await read_held() == [None, True]


async def test_the_organisation_that_proposed_it_is_told_by_a_fact(rows: Rows, trainings: Subgraph) -> None:
    variables = {"r": [{"__typename": "Person", "id": person_id(1)}]}
    facts = []
    for organisation in (PRESCRIBER, OTHER_PROVIDER):
        scope = context(reading(Fact.REFERENT), REFERENT, organisation=organisation)
        answer = await trainings.execute(FACTS, variables, scope)
        nodes = answer["data"]["_entities"][0]["trainingPlacements"]["nodes"]
        facts.append([node["_access"] for node in nodes])
    recorded = person_id(1), int(Fact.REFERENT | Fact.RECORDED)
    own, plain = ((person_id(1), int(Fact.REFERENT | bit)) for bit in (Fact.OWN_ITEM, 0))
    assert facts == [[recorded] * 4, [plain, own, plain, own]]


@pytest.mark.parametrize(
    "read",
    [
        Residual(),
        residual({"Person": anyone(Fact.REFERENT)}, {}),
        residual({"Person": anyone(Fact.REFERENT)}, {"Person.trainingPlacements": (Clause(int(Fact.SELF)),)}),
    ],
)
async def test_placements_that_the_decision_does_not_open_are_null(
    rows: Rows, trainings: Subgraph, read: Residual
) -> None:
    assert await placements(trainings, read, REFERENT) is None


async def test_an_edge_without_its_rows_is_an_empty_page(rows: Rows, trainings: Subgraph) -> None:
    referent = anyone(Fact.REFERENT)
    answer = await placements(
        trainings, residual({"Person": referent}, {"Person.trainingPlacements": referent}), REFERENT
    )
    assert answer == {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}


async def test_a_session_that_the_catalogue_does_not_hold_is_null(rows: Rows, trainings: Subgraph) -> None:
    await rows.connection.execute("DELETE FROM trainings.training_session")
    answer = await placements(trainings, reading(Fact.REFERENT), REFERENT)
    assert [node["session"] for node in answer["nodes"]] == [None] * 4


async def test_an_ended_link_shows_nothing(rows: Rows, trainings: Subgraph) -> None:
    await rows.connection.execute("UPDATE access.link SET valid_until = '2026-02-01' WHERE relation = 2")
    assert await placements(trainings, reading(Fact.REFERENT), REFERENT) is None


@pytest.mark.parametrize(
    ("scopes", "organisation", "visible"),
    [
        (REFERENT, "", {101, 102, 103, 104}),
        (OWN, PROVIDER, {101, 103}),
        (OTHERS_OWN, OTHER_PROVIDER, {102, 104}),
        (OWN, OTHER_PROVIDER, {102, 104}),
        (OWN, "", set()),
        ("", PROVIDER, set()),
    ],
)
async def test_row_security_alone_shows_no_row_of_another(
    rows: Rows, fresh_database: Database, scopes: str, organisation: str, visible: set[int]
) -> None:
    connection = await fresh_database.connect("trainings_query")
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config($1, $2, true)", SCOPES_SETTING, scopes)
            await connection.execute("SELECT set_config($1, $2, true)", ORGANISATION_SETTING, organisation)
            visible_rows = await connection.fetch("SELECT id FROM trainings.placement")
            assert {int(str(row["id"])[-3:]) for row in visible_rows} == visible
        assert await connection.fetch("SELECT id FROM trainings.placement") == []
    finally:
        await connection.close()


async def test_the_query_role_reads_no_key_of_a_source_and_writes_nothing(rows: Rows, fresh_database: Database) -> None:
    connection = await fresh_database.connect("trainings_query")
    try:
        for statement in ("SELECT FROM trainings.source_record", "DELETE FROM trainings.placement"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("days", "is_listed"),
    [
        ({"proposed_on": 800, "ended_on": 700}, True),
        ({"proposed_on": 800, "decided_on": 790, "entered_on": 731}, False),
        ({"proposed_on": 730}, True),
        ({"proposed_on": None}, True),
        ({"proposed_on": 900, "ended_on": -30}, True),
    ],
)
async def test_a_placement_ends_by_the_last_of_its_days_and_by_what_its_source_told_if_it_bears_none(
    rows: Rows, trainings: Subgraph, days: dict[str, int | None], is_listed: bool
) -> None:
    today = day_of(datetime.fromtimestamp(NOW, UTC))
    values = ", ".join(f"{name} = ${place}" for place, name in enumerate(days, 1))
    dates = [None if age is None else today - timedelta(age) for age in days.values()]
    await rows.connection.execute(f"UPDATE trainings.placement SET {values}, with_project = true", *dates)
    assert await _count_listed(trainings) == (4 if is_listed else 0)


@pytest.mark.parametrize(("age", "is_listed"), [(180, True), (181, False)])
async def test_a_placement_of_who_has_no_training_project_ends_after_six_months(
    rows: Rows, trainings: Subgraph, age: int, is_listed: bool
) -> None:
    assert graph().table.policy.items["training_placement"].days - WITHOUT_PROJECT == 180
    day = day_of(datetime.fromtimestamp(NOW, UTC)) - timedelta(age)
    await rows.connection.execute("UPDATE trainings.placement SET proposed_on = $1", day)
    assert await _count_listed(trainings) == (4 if is_listed else 0)


async def _count_listed(trainings: Subgraph) -> int:
    bound = (Clause(int(Fact.REFERENT), 0, int(Fact.ITEM_ENDED)),)
    read = residual(
        {"Person": anyone(Fact.REFERENT), "TrainingPlacement": bound},
        dict.fromkeys(FIELDS, anyone(Fact.REFERENT)),
        items={"TrainingPlacement": 730},
    )
    variables = {"r": [{"__typename": "Person", "id": person_id(1)}], "first": 9}
    answer = await trainings.execute(QUERY, variables, context(read, REFERENT))
    listed = answer["data"]["_entities"][0]["trainingPlacements"]["nodes"]
    return len(listed)
