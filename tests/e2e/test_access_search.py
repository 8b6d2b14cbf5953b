"""`accessJournal`: the officer finds who was told what, within its organisation and its people; its search is in
the journal too, and the person sees that in time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest

from demo.cast import CD_08, CD_2A, Organisation
from demo.token_issuer import ISSUER, DemoActor
from hub.journal.read.journal_reader import JournalReader
from hub.journal.read.perimeter import Perimeter
from hub.journal.write.keyring import Keyring
from schema.context import Context
from schema.facts import Fact, link_key
from schema.residual import Residual
from tests.conftest import Database
from tests.e2e.canary_inside import TRACE, Inside, inside
from tests.e2e.canary_world import ITSELF, World, build

SEARCH = """query ($filter: AccessFilter, $first: Int, $after: String) {
  accessJournal(filter: $filter, first: $first, after: $after) {
    nodes {
      at actor actorKind organisation client purpose reference operation trace people visibleFrom data { fields }
    }
    pageInfo { hasNextPage endCursor } } }"""
READ = "query Lecture($id: ID!) { person(id: $id) { lastName } }"
MINE = "{ myAccessJournal { nodes { at actorKind } } }"
SECOND = "plimoruz"
FAR = "xandrovu"
"""Someone of the other département."""


def officer(name: str, organisation: Organisation) -> DemoActor:
    claims = {"organisation": organisation.siret, "organisation_type": organisation.type}
    return DemoActor(name, "dpo", ("audit", "droits"), "", {**claims, "departments": [organisation.department]})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("search")


@pytest.fixture(scope="module")
def world(database: Database, folder: Path) -> World:
    return asyncio.run(build(database, folder / "files"))


@pytest.fixture
async def hub(world: World, database: Database, folder: Path) -> AsyncIterator[Inside]:
    """A hub whose journal is empty, with an officer in each département."""
    admin = await database.connect()
    await admin.execute("TRUNCATE journal.entry, journal.disclosure, journal.checkpoint")
    await admin.close()
    officers = {"dpo": officer("dpo", CD_08), "dpo-b": officer("dpo-b", CD_2A)}
    async with inside(database, {**world.actors, **officers}, folder) as running:
        yield running


@pytest.fixture
async def read(hub: Inside, world: World) -> str:
    """The référente of 08, the one of 2A and the employer ask for the same person, whom the second may not read, and
    the first for another one: the id of that person."""
    who = {"id": world.persons[ITSELF]}
    await hub.ask("referent-a", READ, who, traceparent=trace(1), purpose_reference="DOSSIER-7")
    await hub.ask("referent-b", READ, who, traceparent=trace(2))
    await hub.ask("employeur", READ, who, traceparent=trace(3))
    await hub.ask("referent-a", READ, {"id": world.persons[SECOND]}, traceparent=trace(4), purpose="formation")
    return who["id"]


def trace(number: int) -> str:
    return f"00-{number:032x}-b7ad6b7169203331-01"


async def search_nodes(hub: Inside, by: str = "dpo", why: str = "audit", **criteria: Any) -> list[dict[str, Any]]:
    """The accesses that an officer finds by these criteria; its own searches left out."""
    got = await hub.ask(by, SEARCH, {"filter": criteria}, purpose=why)
    nodes: list[dict[str, Any]] = got.data["accessJournal"]["nodes"]
    return [node for node in nodes if node["actorKind"] != "dpo"]


async def test_an_officer_finds_by_its_trace_who_was_told_what_for_what(hub: Inside, read: str) -> None:
    (access,) = await search_nodes(hub, trace=f"{1:032x}")
    assert datetime.fromisoformat(access.pop("at")) <= datetime.now(UTC)
    assert access == {
        "actor": f"{ISSUER}#referent-a",
        "actorKind": "referent_cd",
        "organisation": CD_08.siret,
        "client": "demo",
        "purpose": "suivi",
        "reference": "DOSSIER-7",
        "operation": "Lecture",
        "trace": f"{1:032x}",
        "people": 1,
        "visibleFrom": None,
        "data": [{"fields": ["Nom d'usage"]}],
    }


async def test_without_a_person_only_the_accesses_of_its_own_organisation_are_found(hub: Inside, read: str) -> None:
    assert {access["trace"] for access in await search_nodes(hub)} == {f"{1:032x}", f"{4:032x}"}
    assert await search_nodes(hub, trace=f"{3:032x}") == []
    assert {access["trace"] for access in await search_nodes(hub, "dpo-b")} == {f"{2:032x}"}


async def test_of_a_person_of_its_perimeter_everyones_accesses_are_found(hub: Inside, read: str) -> None:
    traces = {access["trace"]: access["organisation"] for access in await search_nodes(hub, person=read)}
    assert traces.keys() == {f"{1:032x}", f"{3:032x}"}
    assert traces[f"{1:032x}"] == CD_08.siret


async def test_of_a_person_outside_of_its_perimeter_only_its_own_organisations_accesses_are_found(
    hub: Inside, world: World, read: str
) -> None:
    assert await search_nodes(hub, "dpo-b", person=read) == []
    await hub.ask("referent-b", READ, {"id": world.persons[FAR]}, traceparent=trace(5))
    await hub.ask("employeur", READ, {"id": world.persons[FAR]}, traceparent=trace(6))
    assert await search_nodes(hub, person=world.persons[FAR]) == []
    assert {access["trace"] for access in await search_nodes(hub, "dpo-b", person=world.persons[FAR])} == {
        f"{5:032x}",
        f"{6:032x}",
    }


async def test_that_a_processing_is_limited_does_not_hide_who_looked(
    hub: Inside, database: Database, read: str
) -> None:
    admin = await database.connect()
    try:
        await admin.execute("UPDATE access.person SET restrictions = 2048 WHERE person_id = $1", read)
        assert len(await search_nodes(hub, person=read)) == 2
    finally:
        await admin.execute("UPDATE access.person SET restrictions = 0 WHERE person_id = $1", read)
        await admin.close()


@pytest.fixture
async def admin(database: Database) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    connection = await database.connect()
    yield connection
    await connection.close()


def once_before_accesses(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Awaitable[None]]) -> None:
    """Let something happen between what decides on accesses and their reading."""
    accesses = JournalReader.accesses

    async def after(*arguments: Any) -> Any:
        monkeypatch.setattr(JournalReader, "accesses", accesses)
        await happens()
        return await accesses(*arguments)

    monkeypatch.setattr(JournalReader, "accesses", after)


async def test_an_access_of_after_a_right_is_not_found_by_the_right_of_before(
    hub: Inside, admin: asyncpg.Connection[asyncpg.Record], read: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = "UPDATE access.link SET valid_until = CURRENT_DATE + $2::int WHERE person_id = $1 AND relation = $3"

    async def happens() -> None:
        await admin.execute(end, read, -1, int(Fact.DEPARTMENT_BRSA))
        await hub.ask("employeur", READ, {"id": read}, traceparent=trace(9))

    once_before_accesses(monkeypatch, happens)
    try:
        assert f"{9:032x}" not in {access["trace"] for access in await search_nodes(hub, person=read)}
    finally:
        await admin.execute(end, read, None, int(Fact.DEPARTMENT_BRSA))
    assert f"{9:032x}" in {access["trace"] for access in await search_nodes(hub, person=read)}


async def test_who_is_parted_from_another_is_told_no_access_to_the_other_any_more(
    hub: Inside, admin: asyncpg.Connection[asyncpg.Record], world: World, read: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = "{ myAccessJournal { nodes { purpose } } }"
    await admin.execute("INSERT INTO access.merged VALUES ($1, $2)", world.persons[SECOND], read)

    async def happens() -> None:
        await admin.execute("DELETE FROM access.merged")

    merged = (await hub.ask("personne", mine)).data["myAccessJournal"]["nodes"]
    once_before_accesses(monkeypatch, happens)
    parted = (await hub.ask("personne", mine)).data["myAccessJournal"]["nodes"]
    assert "formation" in {access["purpose"] for access in merged}
    assert "formation" not in {access["purpose"] for access in parted}


async def test_the_perimeter_knows_of_a_person_what_subgraphs_know(hub: Inside, database: Database, read: str) -> None:
    """A grant that an erasure closes must close here too: its day acts by itself."""
    scopes = (link_key(Fact.DEPARTMENT_BRSA, CD_08.department),)
    context = Context("dpo", "dpo", CD_08.siret, "audit", scopes, "", "", Residual(), 0)
    admin = await database.connect()
    try:
        facts = await Perimeter(hub.app.links).facts(context, read)
        await admin.execute("UPDATE access.person SET erasure_on = current_date WHERE person_id = $1", read)
        due = await Perimeter(hub.app.links).facts(context, read)
        await admin.execute("UPDATE access.person SET erasure_on = current_date + 1 WHERE person_id = $1", read)
        planned = await Perimeter(hub.app.links).facts(context, read)
    finally:
        await admin.execute("UPDATE access.person SET erasure_on = NULL WHERE person_id = $1", read)
        await admin.close()
    assert facts & Fact.DEPARTMENT_BRSA
    assert (due, planned) == (facts | Fact.ERASURE_DUE, facts)


@pytest.mark.parametrize(
    ("criteria", "traces"),
    [
        ({"actor": f"{ISSUER}#employeur"}, {3}),
        ({"actor": f"{ISSUER}#nobody"}, set()),
        ({"organisation": CD_08.siret}, {1}),
        ({"client": "demo"}, {1, 3}),
        ({"client": "other"}, set()),
        ({"purpose": "iae"}, {3}),
        ({"purpose": "iae", "organisation": CD_08.siret}, set()),
        ({"trace": f"{3:032x}"}, {3}),
        ({"from": "2020-01-01T00:00:00+01:00"}, {1, 3}),
        ({"to": "2020-01-01T00:00:00+01:00"}, set()),
        ({"actor": None, "to": None}, {1, 3}),
    ],
)
async def test_each_criterion_narrows_what_is_found(
    hub: Inside, read: str, criteria: dict[str, Any], traces: set[int]
) -> None:
    assert {int(access["trace"], 16) for access in await search_nodes(hub, person=read, **criteria)} == traces


@pytest.mark.parametrize(
    "criteria",
    [
        {"actor": "referent-a"},
        {"organisation": "22080001"},
        {"purpose": "suivre"},
        {"purpose": ""},
        {"trace": TRACE},
        {"trace": "ABCDEF" + "0" * 26},
        {"person": "vurnibal"},
        {"from": "hier"},
        {"from": "0001-01-01T00:00:00+14:00"},
        {"to": "9999-12-31T23:59:59-14:00"},
        {"to": "2026-01-01T00:00:00"},
    ],
)
async def test_a_criterion_of_another_form_is_refused_and_not_read_as_nobody_looked(
    hub: Inside, criteria: dict[str, Any]
) -> None:
    got = await hub.ask("dpo", SEARCH, {"filter": criteria}, purpose="audit")
    (error,) = got.json["errors"]
    assert (error["extensions"]["code"], error["extensions"]["input"]) == ("BAD_INPUT", f"filter.{min(criteria)}")
    assert got.json["data"]["accessJournal"] is None


async def test_pages_of_a_search_follow_each_other_without_a_gap(hub: Inside, read: str) -> None:
    variables: dict[str, Any] = {"filter": {"purpose": "suivi", "person": read}, "first": 1}
    for _ in range(2):
        await hub.ask("referent-a", READ, {"id": read}, traceparent=trace(1))
    trace_ids, more = [], True
    while more:
        page = (await hub.ask("dpo", SEARCH, variables, purpose="audit")).data["accessJournal"]
        trace_ids += [node["trace"] for node in page["nodes"]]
        more, variables["after"] = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
    assert trace_ids == [f"{1:032x}"] * 3


@pytest.mark.parametrize("actor", ["referent-a", "referent-b", "employeur", "personne"])
async def test_nobody_but_the_officer_searches_the_journal(hub: Inside, read: str, actor: str) -> None:
    got = await hub.ask(actor, "{ accessJournal { nodes { trace actor } } }")
    assert got.data["accessJournal"] is None
    (denial,) = (entry for entry in got.json["extensions"]["access"] if entry["path"] == ["accessJournal"])
    assert denial["reason"] == "FIELD_NOT_FOR_ACTOR"


async def test_a_search_for_a_person_is_in_the_journal_and_the_person_sees_it_once_it_is_no_longer_deferred(
    hub: Inside, database: Database, read: str
) -> None:
    before = [node["actorKind"] for node in (await hub.ask("personne", MINE)).data["myAccessJournal"]["nodes"]]
    assert "dpo" not in before
    await search_nodes(hub, person=read)
    hidden = (await hub.ask("personne", MINE)).data["myAccessJournal"]["nodes"]
    assert "dpo" not in [node["actorKind"] for node in hidden]
    got = await hub.ask("dpo", SEARCH, {"filter": {"person": read, "purpose": "audit"}}, purpose="audit")
    (own,) = got.data["accessJournal"]["nodes"]
    admin = await database.connect()
    deferred = await admin.fetch(
        "SELECT intent.at, disclosure.visible_from"
        " FROM journal.entry disclosure JOIN journal.entry intent USING (request)"
        " WHERE disclosure.kind = 'DISCLOSURE' AND intent.kind = 'INTENT' AND disclosure.visible_from IS NOT NULL"
    )
    assert {entry["visible_from"] - entry["at"] for entry in deferred} == {timedelta(days=30)}
    shown_from = {entry["visible_from"].replace(microsecond=0) for entry in deferred}
    assert datetime.fromisoformat(own["visibleFrom"]).replace(microsecond=0) in shown_from
    await admin.execute("UPDATE journal.entry SET visible_from = visible_from - interval '31 days'")
    await admin.close()
    shown = (await hub.ask("personne", MINE)).data["myAccessJournal"]["nodes"]
    assert [node["actorKind"] for node in shown].count("dpo") == 2


async def test_a_search_for_the_persons_own_rights_is_seen_at_once(hub: Inside, read: str) -> None:
    await search_nodes(hub, why="droits", person=read)
    shown = (await hub.ask("personne", MINE)).data["myAccessJournal"]["nodes"]
    assert shown[0]["actorKind"] == "dpo"


async def test_no_pseudonym_leaves_even_where_the_person_itself_is_the_actor(hub: Inside, read: str) -> None:
    await hub.ask("personne", MINE)
    got = await hub.ask("dpo", SEARCH, {"filter": {"person": read}}, purpose="audit")
    own = [node for node in got.data["accessJournal"]["nodes"] if node["actorKind"] == "beneficiaire"]
    assert [(node["actor"], node["organisation"]) for node in own] == [(None, None)]
    name = await pseudonym(hub, read)
    assert name is not None
    assert name.encode() not in got.body


async def test_of_a_search_without_a_person_the_journal_says_of_which_agents_it_told(hub: Inside, read: str) -> None:
    await search_nodes(hub, trace=f"{1:032x}")
    connection = await hub.database.connect("journal_reader")
    try:
        rows = await connection.fetch(
            "SELECT coordinates, subjects FROM journal.disclosure JOIN journal.entry USING (stream, seq, at)"
            " WHERE actor_kind = 'dpo'"
        )
    finally:
        await connection.close()
    (row,) = rows
    assert [subject.hex() for subject in row["subjects"]] == [await pseudonym(hub, f"{ISSUER}#referent-a")]
    assert {"AccessEntry.actor", "AccessEntry.trace"} <= set(row["coordinates"])


async def pseudonym(hub: Inside, person: str) -> str | None:
    keyring = Keyring(hub.database.dsn("journal_keeper"))
    try:
        return await keyring.find(person)
    finally:
        await keyring.close()


async def searched(hub: Inside, by: str, **query: str) -> httpx2.Response:
    """The page `/journal`, its form sent with a token of this actor."""
    token = hub.issuer.token(hub.actors[by])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(hub.app), base_url="http://hub") as client:
        return await client.post("/journal", data={"access_token": token, **query})


async def test_the_page_of_the_journal_shows_the_officer_what_it_searches_and_is_journalled(
    hub: Inside, read: str
) -> None:
    form = await searched(hub, "dpo")
    assert (form.status_code, "<table" in form.text) == (200, False)
    shown = await searched(hub, "dpo", search="1", why="audit", trace=f"{1:032x}", reference="DOSSIER-9")
    assert shown.status_code == 200
    for text in (f"{ISSUER}#referent-a", CD_08.name, "dossier DOSSIER-7", "Identité : Nom d&#39;usage", f"{1:032x}"):
        assert text in shown.text, text
    got = await hub.ask("dpo", SEARCH, {"filter": {"purpose": "audit"}}, purpose="audit")
    assert "DOSSIER-9" in [node["reference"] for node in got.data["accessJournal"]["nodes"]]


async def test_the_page_of_the_journal_goes_on_to_older_accesses(hub: Inside, read: str) -> None:
    for _ in range(50):
        await hub.ask("referent-a", READ, {"id": read}, traceparent=trace(7))
    first = await searched(hub, "dpo", search="1", why="audit", person=read)
    assert f"{1:032x}" not in first.text
    hidden = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', first.text.partition("</table>")[2])
    )
    second = await searched(hub, "dpo", **{name: value for name, value in hidden.items() if name != "access_token"})
    assert f"{1:032x}" in second.text


async def test_the_page_of_the_journal_says_what_is_amiss_and_shows_nothing_to_others(hub: Inside, read: str) -> None:
    wrong = await searched(hub, "dpo", search="1", why="audit", actor="<b>dpo</b>")
    assert "BAD_INPUT" in wrong.text
    assert "<b>" not in wrong.text
    assert "Aucun accès ne correspond" in (await searched(hub, "dpo", search="1", why="audit", trace="0" * 32)).text
    assert (await searched(hub, "dpo", search="1", why="audit", reference="1" * 13)).status_code == 400
    assert (await searched(hub, "dpo", search="1", why="suivi")).status_code == 403
    answer = await searched(hub, "referent-a", search="1", why="suivi", person=read)
    assert f"{1:032x}" not in answer.text
    assert "FIELD_NOT_FOR_ACTOR" in answer.text
    token = hub.issuer.token(hub.actors["dpo"])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(hub.app), base_url="http://hub") as client:
        door = await client.get("/journal", params={"access_token": token, "search": "1"})
        assert (door.status_code, "<table" in door.text) == (200, False)
        refused = await client.post("/journal", data={"access_token": f"{token[:-3]}AAA", "search": "1"})
        assert (refused.status_code, token[:40] in refused.text) == (401, False)
