"""Attacks on the lists of the journey, which lead back to their people. Each test is named after its row of
docs/attaques.md."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from schema.days import today
from tests.attacks.conftest import SIGNING
from tests.attacks.test_elimination import journalled
from tests.conftest import Database
from tests.e2e.canary_inside import Inside
from tests.e2e.canary_operations import PAGE
from tests.e2e.canary_world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOTS = ("appointments", "contracts", "orientations", "referrals", "jobApplications", "immersions",
         "trainingPlacements")  # fmt: skip
ACTORS = ("referent-a", "referent-b", "employeur", "personne", "dpo")
BACK = "nodes {{ id person {{ id lastName {root} {{ {below} }} }} }}"


def leading_back(root: str) -> str:
    """A list, its people, and the same list of each of them."""
    plain = root in ("contracts", "orientations")
    below = "id person { id }" if plain else "nodes { id person { id } }"
    return (
        f"{{ {root}(first: 50) {{ {BACK.format(root=root, below=below)} }} persons(first: 50) {{ nodes {{ id }} }} }}"
    )


@pytest.mark.parametrize("actor", ACTORS)
async def test_21_a_list_leads_to_people_of_ones_own_and_an_item_to_its_own_person_alone(
    hub: Inside, world: World, actor: str
) -> None:
    for root in ROOTS:
        got = await hub.ask(actor, leading_back(root))
        people = {node["id"] for node in got.data["persons"]["nodes"]}
        rows = (got.data[root] or {"nodes": []})["nodes"]
        assert (root in ("appointments", "trainingPlacements")) == bool(rows) or actor not in ACTORS[:2]
        for row in rows:
            person = row["person"]
            assert person["id"] in people
            below = person[root] if isinstance(person[root], list) else person[root]["nodes"]
            assert row["id"] in [item["id"] for item in below]
            assert {item["person"]["id"] for item in below} == {person["id"]}
        if actor in world.actors:
            text = got.body.decode()
            assert not [canary for canary in world.forbidden(actor) if canary in text]


async def test_21_whom_an_item_leads_to_is_journalled_with_what_was_read_of_it(
    hub: Inside, world: World, database: Database
) -> None:
    got = await hub.ask("referent-a", "query Judge { appointments { nodes { startsAt person { lastName } } } }")
    entries = await journalled(hub, world, database)
    assert {node["person"]["lastName"] for node in got.data["appointments"]["nodes"]} == {"VURNIBAL", "PLIMORUZ"}
    read = {"Query.appointments", "Appointment.startsAt", "Appointment.person", "Person.lastName"}
    assert {slug: coordinates & read for slug, coordinates in entries.items()} == dict.fromkeys(
        ("vurnibal", "plimoruz"), read - {"Query.appointments"}
    )


@pytest.mark.parametrize(
    ("criteria", "read"),
    [
        ({"status": "RETENU"}, "TrainingPlacement.status"),
        ({"proposedFrom": "3100-01-01"}, "TrainingPlacement.proposedOn"),
        ({"endedTo": "1900-01-01"}, "TrainingPlacement.endedOn"),
    ],
)
async def test_47_the_filter_of_a_list_of_items_names_all_whom_it_judges(
    hub: Inside, world: World, database: Database, criteria: dict[str, Any], read: str
) -> None:
    query = "query Judge($f: TrainingPlacementFilter) { trainingPlacements(filter: $f) { nodes { id } } }"
    got = await hub.ask("referent-a", query, {"f": criteria})
    assert got.data == {"trainingPlacements": {"nodes": []}}
    entries = await journalled(hub, world, database)
    assert entries.keys() == {"vurnibal", "plimoruz"}
    assert all(read in coordinates for coordinates in entries.values())


@pytest.mark.parametrize(
    "arguments",
    ["filter: { decision: ACCEPTEE }", "filter: { decision: REFUSEE }"],
)
async def test_12_17_what_is_reduced_of_an_item_filters_nothing(hub: Inside, arguments: str) -> None:
    """The DPO reads that an orientation exists, and not what it decides."""
    got = await hub.ask("dpo", f"{{ orientations({arguments}) {{ nodes {{ id }} }} }}")
    assert (got.status, got.code, got.calls) == (403, "FORBIDDEN_INPUT", {})


@pytest.mark.parametrize("order", ["STARTS_AT", "STARTS_AT_DESC"])
async def test_13_a_cursor_serves_one_direction_of_one_list(hub: Inside, order: str) -> None:
    query = (
        f"query ($c: String, $o: AppointmentOrder) {{ appointments(first: 1, after: $c, orderBy: $o) {{ {PAGE} }} }}"
    )
    first = (await hub.ask("referent-a", query, {"o": order})).data["appointments"]["pageInfo"]["endCursor"]
    assert "errors" not in (await hub.ask("referent-a", query, {"o": order, "c": first})).json
    reverse = {"STARTS_AT": "STARTS_AT_DESC", "STARTS_AT_DESC": "STARTS_AT"}[order]
    placements = "query ($c: String) { trainingPlacements(first: 1, after: $c) { pageInfo { hasNextPage } } }"
    refused = [
        await hub.ask("referent-a", query, {"o": reverse, "c": first}),
        await hub.ask("referent-a", query, {"o": None, "c": first}),
        await hub.ask("referent-b", query, {"o": order, "c": first}),
        await hub.ask("referent-a", placements, {"c": first}),
    ]
    assert [got.code for got in refused] == ["FORBIDDEN_INPUT"] * 4


async def test_18_both_directions_walk_the_same_rows_once(hub: Inside) -> None:
    query = "query ($c: String, $o: AppointmentOrder) { appointments(first: 1, after: $c, orderBy: $o) {\
 nodes { id } pageInfo { endCursor hasNextPage } } }"
    walks = []
    for order in ("STARTS_AT", "STARTS_AT_DESC"):
        ids: list[str] = []
        page: dict[str, Any] = {"pageInfo": {"endCursor": None, "hasNextPage": True}}
        while page["pageInfo"]["hasNextPage"]:
            variables = {"c": page["pageInfo"]["endCursor"], "o": order}
            page = (await hub.ask("referent-a", query, variables)).data["appointments"]
            ids += [node["id"] for node in page["nodes"]]
        walks.append(ids)
    assert len(set(walks[0])) == len(walks[0]) > 2
    assert walks[0] == walks[1][::-1]


ABSENCES = """query Judge($d: Int!, $c: String) { repeatedAbsences(days: $d, first: 1, after: $c) {
  nodes { status day person { id } } pageInfo { endCursor hasNextPage } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def missed(world: World, database: Database) -> str:
    """One more absence, eight days ago, of someone whom référent A follows, and who missed a rendez-vous before."""
    at = datetime.combine(today() - timedelta(8), datetime.min.time(), UTC) + timedelta(hours=9)
    owner = await database.connect()
    try:
        await owner.execute(
            "INSERT INTO appointments.appointment (id, person_id, starts_at, status, organisation_siret, rdv_source_id,"
            " subject_source_id, source, source_id, as_of) SELECT gen_random_uuid(), person_id, $1, 'ABSENT',"
            " organisation_siret, 'again', subject_source_id, source, 'again', as_of FROM appointments.appointment"
            " WHERE person_id = $2 AND status = 'ABSENT'",
            at, world.persons["plimoruz"],
        )  # fmt: skip
    finally:
        await owner.close()
    return world.persons["plimoruz"]


async def test_47_a_signal_names_all_whom_it_judges_and_is_raised_for_the_follow_up_alone(
    hub: Inside, world: World, database: Database, missed: str
) -> None:
    """Under another purpose an absence is a presence that nobody filled in: nothing tells that a signal is hidden."""
    got = await hub.ask("referent-a", ABSENCES, {"d": 30})
    assert [node["person"]["id"] for node in got.data["repeatedAbsences"]["nodes"]] == [missed]
    entries = await journalled(hub, world, database)
    assert entries.keys() == {"vurnibal", "plimoruz"}
    assert all({"Appointment.status", "Appointment.day"} <= coordinates for coordinates in entries.values())
    foreign = await hub.ask("referent-b", ABSENCES, {"d": 30})
    assert foreign.data["repeatedAbsences"]["nodes"] == []
    contract = await hub.ask(SIGNING, ABSENCES, {"d": 30}, purpose="contrat")
    assert contract.data == foreign.data
    assert (await hub.ask("dpo", ABSENCES, {"d": 30})).data == {"repeatedAbsences": None}


async def test_13_a_cursor_of_a_signal_is_of_its_days(hub: Inside, missed: str) -> None:
    cursor = (await hub.ask("referent-a", ABSENCES, {"d": 30})).data["repeatedAbsences"]["pageInfo"]["endCursor"]
    following = await hub.ask("referent-a", ABSENCES, {"d": 30, "c": cursor})
    assert not following.data["repeatedAbsences"]["pageInfo"]["hasNextPage"]
    assert len(following.data["repeatedAbsences"]["nodes"]) == 1
    assert (await hub.ask("referent-a", ABSENCES, {"d": 31, "c": cursor})).code == "FORBIDDEN_INPUT"


@pytest.mark.parametrize("days", [6, 366, -1, 10**9])
async def test_37_days_of_a_signal_have_bounds(hub: Inside, days: int) -> None:
    got = await hub.ask("referent-a", ABSENCES, {"d": days})
    assert (got.data, got.code, got.statements) == ({"repeatedAbsences": None}, "BAD_INPUT", {})
