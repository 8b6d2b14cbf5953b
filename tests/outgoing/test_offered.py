"""What mutations send a person to of the catalogue, a session or an immersion: what its system is told, and knows."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from hub.ingest import find_source, ingest
from hub.runs.quarantine import Seal
from subgraphs.kit.ingest.unit_of_work import Options
from tests.e2e.canary_world import BY_SLUG
from tests.offers.journey_records import CONVENTION
from tests.outgoing.conftest import HOST, IMMERSION, OFFER, PENDING, PLACEMENT, QUEUE, Offered, Outgoing, period

pytestmark = pytest.mark.asyncio(loop_scope="module")
IDS = ("a session", "an immersion")


@pytest.mark.parametrize("offered", [PLACEMENT, IMMERSION], ids=IDS)
async def test_what_the_catalogue_offers_is_sent_as_such_and_becomes_the_systems_own(
    outgoing: Outgoing, offered: Offered
) -> None:
    item = (await outgoing.offer(offered)).data["made"]
    assert (item["transmission"], item["status"], item[offered.input]) == (PENDING, None, {"id": offered.id})
    outgoing.simulator.answers = [{"state": "ACCEPTED", "id": offered.key}]
    assert (await outgoing.send(offered.system)).accepted == 1
    (body,) = outgoing.simulator.bodies
    event = orjson.loads(body)
    beneficiary = event["data"].pop("beneficiary")
    assert sorted(beneficiary) == ["birth_date", "first_name", "last_name"]
    assert (event["type"], event["data"]) == (offered.system.event, {"item": item["id"], **offered.fields()})
    assert outgoing.canaries(body) == {("vurnibal", "ID")}
    read = f"SELECT id::text, source, transmission_state FROM {offered.system.table} WHERE source_id = $1"
    (row,) = await outgoing.execute(read, offered.key)
    assert row == {"id": item["id"], "source": offered.system.name, "transmission_state": "ACCEPTED"}


@pytest.mark.parametrize(("offered", "other_purpose"), [(PLACEMENT, "suivi"), (IMMERSION, "formation")], ids=IDS)
async def test_who_may_not_send_this_person_or_there_writes_nothing(
    outgoing: Outgoing, offered: Offered, other_purpose: str
) -> None:
    assert (await outgoing.offer(offered, "xandrovu")).code == "WRITE_REFUSED"
    assert (await outgoing.offer(offered, **{offered.input: "nowhere"})).code == "OFFER_UNKNOWN"
    assert (await outgoing.offer(offered, purpose=other_purpose)).code == "FIELD_DENIED"
    await outgoing.execute(offered.reveal, "SAN")
    try:
        assert (await outgoing.offer(offered)).code == "REVEALS_PROTECTED"
    finally:
        await outgoing.execute(offered.reveal, None)
    assert await outgoing.execute(f"SELECT FROM {offered.system.schema}.outgoing") == []


async def test_the_convention_that_comes_in_of_an_accepted_proposal_is_the_same_immersion(
    outgoing: Outgoing, folder: Path
) -> None:
    item = (await outgoing.offer(IMMERSION)).data["made"]["id"]
    table, key = IMMERSION.system.table, "4f0c5f8e-5a53-4b3e-9a53-1f0f3f6f2b12"
    recorded = f"SELECT recorded_by FROM {table} WHERE id = $1"
    (recorder,) = await outgoing.execute(recorded, item)
    outgoing.simulator.answers = [{"state": "ACCEPTED", "id": key}]
    await outgoing.send(IMMERSION.system)
    person = BY_SLUG["vurnibal"]
    who = {"firstName": person.first_name, "lastName": person.last_name, "email": person.email}
    who["birthdate"] = str(person.birth_date)
    convention = {**CONVENTION, "id": key, "siret": HOST, "signatories": {"beneficiary": who}}
    path, keys = folder / "convention.json", outgoing.hub.database.keys
    path.write_bytes(orjson.dumps([convention]))
    source, seal = find_source("immersion-facile", keys), Seal(keys.quarantine)
    report = await ingest(source, [path], Options(), outgoing.hub.database.dsn, seal)
    assert report.complete, report.codes
    (row,) = await outgoing.execute(
        f"SELECT id::text, status, offer_id, organisation_siret FROM {table} WHERE source_id = $1", key
    )
    assert row == {
        "id": item, "status": "ACCEPTED_BY_VALIDATOR", "offer_id": OFFER, "organisation_siret": HOST,
    }  # fmt: skip
    assert await outgoing.execute(recorded, item) == [recorder]


async def test_an_immersion_begins_soon_and_lasts_a_month_at_most(outgoing: Outgoing) -> None:
    for days, ahead, name, expected in (
        (0, -1, "startsOn", "SOON"),
        (0, 91, "startsOn", "SOON"),
        (31, 0, "endsOn", "IMMERSION_LENGTH"),
        (-1, 9, "endsOn", "IMMERSION_LENGTH"),
    ):
        got = await outgoing.offer(IMMERSION, **period(days, ahead))
        [error] = got.json["errors"]
        assert (error["extensions"]["input"], error["extensions"]["expected"]) == (f"input.{name}", expected)
    assert await outgoing.execute(QUEUE) == []


async def test_a_placement_of_a_person_with_a_project_has_its_duration(outgoing: Outgoing) -> None:
    person = outgoing.world.persons["vurnibal"]
    project = (
        "INSERT INTO trainings.training_project (id, person_id, formacode, recorded_on, source, source_id, as_of)"
        " VALUES (gen_random_uuid(), $1, '42752', now(), 'ouiform', 'projet:of a test', now())"
    )
    placed = "SELECT with_project FROM trainings.placement WHERE id = $1"
    without = (await outgoing.offer(PLACEMENT)).data["made"]["id"]
    await outgoing.execute(project, person)
    item = (await outgoing.offer(PLACEMENT)).data["made"]["id"]
    assert await outgoing.execute(placed, without) == [{"with_project": False}]
    assert await outgoing.execute(placed, item) == [{"with_project": True}]
    await outgoing.execute("DELETE FROM trainings.training_project WHERE source_id LIKE 'projet:of a test'")
