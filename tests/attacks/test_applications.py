"""Attacks through a partner's application: docs/domain.md#actors, client scope ∩ end-user rights ∩ declared purpose.
The confused deputy, the borrowed token, the scope that is wider than its user, the chain of delegations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch

import orjson
import pytest
import pytest_asyncio
from joserfc import jwk, jwt

from demo.cast import PARTNER
from demo.token_issuer import ALGORITHM, AUDIENCE, ISSUER, LIFETIME, PARTNER_CLIENT, DemoActor
from hub.identity.actor import CLAIM
from hub.policy.decide.decision import DecisionClass, Reason
from tests.conftest import Database
from tests.e2e.canary_inside import TRACE, Got, Inside, inside
from tests.e2e.canary_world import ITSELF, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUERY = """query ($id: ID!) { person(id: $id) { id lastName contact { phones } constraints { theme } rsa { status }
  identifiers { value } nationalIdentifiers { value } appointments { nodes { startsAt } } } }"""
PERSONS = "query ($after: String) { persons(first: 1, after: $after) { nodes { lastName } pageInfo { endCursor } } }"
NAMES = "{ __schema { types { name fields { name } } } }"


def through(user: DemoActor, client: str = PARTNER_CLIENT, **changed: Any) -> DemoActor:
    """The partner's application, used by this actor."""
    claims = {"organisation": PARTNER.siret, "organisation_type": "autre", "departments": ["08"]}
    application = DemoActor("app", "partenaire", ("suivi", "actions", "droits", "iae"), "", claims, user, client)
    return replace(application, **changed)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(world: World, database: Database, folder: Path) -> Any:
    """The hub, with applications beside the world's actors."""
    actors = world.actors
    users = {name: through(actors[name]) for name in ("referent-a", "referent-b", "personne", "employeur")}
    apps = {f"app of {name}": actor for name, actor in users.items()}
    apps["unknown app"] = through(actors["referent-a"], "attacker")
    apps["app alone"] = replace(users["referent-a"], end_user=None)
    apps["borrowed"] = replace(actors["referent-a"], client=PARTNER_CLIENT)
    apps["stolen"] = replace(actors["referent-a"], client="attacker")
    async with inside(database, {**actors, **apps}, folder) as running:
        yield running


async def ask(hub: Inside, world: World, actor: str, purpose: str = "suivi", query: str = QUERY) -> Got:
    return await hub.ask(actor, query, {"id": world.persons["vurnibal"]}, purpose=purpose)


def reasons(got: Got) -> dict[str, tuple[str, list[str]]]:
    """By coordinate, why it was denied and by which rules."""
    entries = got.json["extensions"]["access"]
    return {entry["coordinate"]: (entry["reason"], entry["rules"]) for entry in entries if entry["decision"] == "deny"}


async def test_an_application_gets_of_its_user_s_rights_what_is_in_its_scope(hub: Inside, world: World) -> None:
    own, app = await ask(hub, world, "referent-a"), await ask(hub, world, "app of referent-a")
    mine, its = own.data["person"], app.data["person"]
    for name in ("id", "lastName", "contact", "appointments"):
        assert its[name] == mine[name] is not None
    for name in ("constraints", "rsa", "identifiers"):
        assert its[name] is None is not mine[name]
    denials = reasons(app)
    assert denials["Person.rsa"] == (Reason.FIELD_NOT_FOR_CLIENT, ["parcours"])
    assert denials["Person.constraints"] == (Reason.FIELD_NOT_FOR_CLIENT, ["PART-FREIN"])
    assert denials["Person.nationalIdentifiers"] == (Reason.FIELD_NOT_FOR_CLIENT, ["PART-IDX-REDUIT"])
    assert not reasons(own).keys() & {"Person.rsa", "Person.constraints"}


async def test_what_an_application_may_not_be_given_is_never_asked_of_a_subgraph(hub: Inside, world: World) -> None:
    for transport in hub.transports.values():
        transport.exchanges.clear()
    await ask(hub, world, "app of referent-a")
    sent = " ".join(request.query for recorded in hub.transports.values() for request, _, _ in recorded.exchanges)
    assert "lastName" in sent
    assert not [name for name in ("constraints", "rsa", "identifiers", "nationalIdentifiers") if name in sent]


async def test_an_application_widens_nothing_whoever_uses_it(hub: Inside, world: World) -> None:
    """A scope wider than the user's rights gives nothing more: not the rows of another's, not the fields."""
    answer = await hub.ask("app of referent-b", QUERY, {"id": world.persons["vurnibal"]})
    assert answer.data["person"] is None
    employer = await ask(hub, world, "app of employeur", "actions")
    direct = await ask(hub, world, "employeur", "actions")
    assert direct.data["person"]["lastName"] is not None
    assert employer.data["person"] is None
    assert reasons(employer) == {"Query.person": (Reason.FIELD_NOT_FOR_CLIENT, [])}


async def test_a_confused_deputy_without_a_scope_reads_nothing_of_anybody(hub: Inside, world: World) -> None:
    """An application that the settings don't know, with a user's delegation or with that user's own token."""
    for actor in ("unknown app", "stolen"):
        got = await ask(hub, world, actor)
        assert got.data == {"person": None}
        assert {reason for reason, _ in reasons(got).values()} <= {"FIELD_NOT_FOR_CLIENT", "FIELD_NOT_FOR_ACTOR"}
        assert "FIELD_NOT_FOR_CLIENT" in {reason for reason, _ in reasons(got).values()}
        assert (await hub.ask(actor, "{ trainings(first: 1) { nodes { title } } }")).status == 200


async def test_an_application_alone_reads_nothing_of_anybody(hub: Inside, world: World) -> None:
    got = await ask(hub, world, "app alone")
    assert got.data == {"person": None}
    assert {reason for reason, _ in reasons(got).values()} == {"FIELD_NOT_FOR_ACTOR"}


async def test_a_user_s_own_token_that_a_partner_s_application_holds_is_cut_down_alike(
    hub: Inside, world: World
) -> None:
    borrowed, app = await ask(hub, world, "borrowed"), await ask(hub, world, "app of referent-a")
    assert borrowed.json == app.json
    for name in ("client", "client_id", "azp", "x-client", "on-behalf-of"):
        again = await hub.ask("borrowed", QUERY, {"id": world.persons["vurnibal"]}, **{name: "demo"})
        assert again.json == app.json


async def test_the_person_s_own_application_shows_its_journey_and_not_who_looked(hub: Inside, world: World) -> None:
    query = "{ me { lastName household { dependentChildren } constraints { theme } } myAccessJournal { nodes { at } } }"
    direct, app = [await hub.ask(name, query, purpose="droits") for name in ("personne", "app of personne")]
    assert app.data["me"]["lastName"] == direct.data["me"]["lastName"] is not None
    assert app.data["me"]["constraints"] is None
    assert app.data["myAccessJournal"] is None
    assert reasons(app)["Query.myAccessJournal"][0] == Reason.FIELD_NOT_FOR_CLIENT


async def test_13_a_cursor_that_one_application_was_given_serves_no_other(hub: Inside) -> None:
    """The same user, the same purpose, the same list."""
    cursors = {}
    for name in ("referent-a", "app of referent-a"):
        page = (await hub.ask(name, PERSONS)).data["persons"]
        cursors[name] = page["pageInfo"]["endCursor"]
        assert cursors[name] is not None
        assert (await hub.ask(name, PERSONS, {"after": cursors[name]})).data["persons"]["nodes"]
    for name, cursor in zip(cursors, reversed(cursors), strict=True):
        assert (await hub.ask(name, PERSONS, {"after": cursors[cursor]})).code == "FORBIDDEN_INPUT"


async def test_24_a_document_that_a_user_sent_through_one_application_is_unknown_to_another(hub: Inside) -> None:
    text = "{ persons(first: 1) { nodes { id } } }"
    digest = f"sha256:{sha256(text.encode()).hexdigest()}"
    sent = orjson.dumps({"query": text, "documentId": digest})
    assert (await hub.post(sent, hub.headers("app of referent-a"))).status == 200
    persisted_query = orjson.dumps({"documentId": digest})
    assert (await hub.post(persisted_query, hub.headers("app of referent-a"))).status == 200
    assert (await hub.post(persisted_query, hub.headers("referent-a"))).code == "PERSISTED_QUERY_NOT_FOUND"


async def test_26_a_plan_made_for_a_user_is_not_used_for_its_application_nor_the_reverse(
    hub: Inside, world: World
) -> None:
    query = "query Both($id: ID!) { person(id: $id) { lastName constraints { theme } } }"
    for name, reads in (("referent-a", True), ("app of referent-a", False), ("referent-a", True), ("stolen", False)):
        person = (await ask(hub, world, name, query=query)).data["person"]
        assert ((person or {}).get("constraints") is not None) == reads


async def test_11_the_view_of_an_application_holds_what_it_could_ever_be_given(hub: Inside) -> None:
    views = {}
    for name in ("referent-a", "app of referent-a"):
        types = (await hub.ask(name, NAMES, schema_view="mine")).data["__schema"]["types"]
        views[name] = {f"{type_['name']}.{field['name']}" for type_ in types for field in type_["fields"] or ()}
    assert views["app of referent-a"] < views["referent-a"]
    assert "Person.constraints" in views["referent-a"] - views["app of referent-a"]
    assert "Person.appointments" in views["app of referent-a"]
    assert (await hub.ask("unknown app", NAMES, schema_view="mine")).data["__schema"]["types"]


async def test_41_a_purpose_is_the_user_s_the_application_s_its_scope_s_and_both_agreements(hub: Inside) -> None:
    for purpose in ("formation", "iae", "statistique", "identification"):
        assert (await hub.ask("app of referent-a", PERSONS, purpose=purpose)).code == "PURPOSE_NOT_GRANTED"
    assert (await hub.ask("app of referent-a", PERSONS, purpose="suivi")).status == 200
    assert (await hub.ask("app of employeur", PERSONS, purpose="suivi")).code == "PURPOSE_NOT_GRANTED"


async def test_the_person_reads_through_which_application_its_data_went(hub: Inside, world: World) -> None:
    who = {"id": world.persons[ITSELF]}
    for name in ("referent-a", "app of referent-a", "app of personne"):
        await hub.ask(name, QUERY, who, purpose="droits" if name == "app of personne" else "suivi")
    journal = "{ myAccessJournal(first: 3) { nodes { application actorKind organisation } } }"
    nodes = (await hub.ask("personne", journal, purpose="droits")).data["myAccessJournal"]["nodes"]
    channels = [(node["actorKind"], node["application"]) for node in nodes]
    passed = f"{PARTNER_CLIENT} ({PARTNER.name})"
    assert channels == [("beneficiaire", passed), ("referent_cd", passed), ("referent_cd", None)]


async def test_the_journal_names_the_user_and_the_application(hub: Inside, world: World, database: Database) -> None:
    trace = "a" * 32
    headers = hub.headers("app of referent-a", traceparent=TRACE.replace(TRACE[3:35], trace))
    body = orjson.dumps({"query": QUERY, "variables": {"id": world.persons["vurnibal"]}})
    assert (await hub.post(body, headers)).status == 200
    owner = await database.connect()
    try:
        rows = await owner.fetch("SELECT * FROM journal.entry WHERE trace = $1", trace)
    finally:
        await owner.close()
    assert {row["kind"] for row in rows} == {"INTENT", "DISCLOSURE"}
    user = world.actors["referent-a"]
    for row in rows:
        assert (row["actor"], row["client"]) == (f"{ISSUER}#referent-a", PARTNER_CLIENT)
        assert (row["actor_kind"], row["organisation"]) == ("referent_cd", user.claims["organisation"])
    disclosed = next(orjson.loads(row["decisions"]) for row in rows if row["kind"] == "DISCLOSURE")
    assert disclosed["FIELD_NOT_FOR_CLIENT"] >= 3


@pytest.fixture(scope="module")
def claims(hub: Inside, world: World) -> dict[str, Any]:
    """Those of a good token of the partner's application."""
    now = hub.app.pipeline.clock()
    app, user = through(world.actors["referent-a"]), world.actors["referent-a"]
    return {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "app", "client_id": PARTNER_CLIENT, "iat": now, "exp": now + LIFETIME,
        CLAIM: app.own_claims(now), "act": {"sub": "referent-a", CLAIM: user.own_claims(now)},
    }  # fmt: skip


def signed(folder: Path, claims: Mapping[str, Any]) -> str:
    """A token of the demo's issuer with these claims."""
    key = jwk.OKPKey.import_key(orjson.loads((folder / "issuer.jwk").read_bytes()))
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, dict(claims), key, algorithms=[ALGORITHM])


async def test_32_a_token_of_an_application_is_good_as_it_is(
    hub: Inside, world: World, folder: Path, claims: dict[str, Any]
) -> None:
    """What follows is refused for what is changed in it."""
    got = await hub.ask("employeur", QUERY, {"id": world.persons["vurnibal"]}, purpose="suivi",
                        authorization=f"Bearer {signed(folder, claims)}")  # fmt: skip
    assert got.data["person"]["lastName"] == "VURNIBAL"


def spoiled(claims: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Claims of which each says something that makes no user, or no application."""
    act, app = claims["act"], claims[CLAIM]
    user = act[CLAIM]
    return {
        "nested": {"act": {**act, "act": {"sub": "referent-b"}}},
        "an application for an application": {"act": {"sub": "other", CLAIM: app}},
        "a user of another issuer": {"act": {**act, "iss": "https://other.example"}},
        "a user without claims": {"act": {"sub": "referent-a"}},
        "a user without a name": {"act": {CLAIM: user}},
        "a user whose name is no text": {"act": {**act, "sub": 1}},
        "no object": {"act": "referent-a"},
        "null": {"act": None},
        "a list": {"act": [act]},
        "a habilitation that is over": {"act": {**act, CLAIM: {**user, "habilitated_until": 1}}},
        "the application's own that is over": {CLAIM: {**app, "habilitated_until": 1}},
        "a user for a user": {CLAIM: user},
        "a user for an application": {CLAIM: user, "act": {"sub": "app", CLAIM: app}},
        "an application of another body": {CLAIM: {**app, "organisation": "99900000000001"}},
        "two applications": {"azp": "demo"},
        "an application whose name is no text": {"client_id": 1},
    }


SPOILED = sorted(spoiled({"act": {CLAIM: {}}, CLAIM: {}}))


@pytest.mark.parametrize("defect", SPOILED)
async def test_32_a_delegation_that_is_not_exactly_one_user_of_one_application_is_refused(
    hub: Inside, world: World, folder: Path, claims: dict[str, Any], defect: str
) -> None:
    bad = signed(folder, {**claims, **spoiled(claims)[defect]})
    got = await hub.ask("employeur", QUERY, {"id": world.persons["vurnibal"]}, authorization=f"Bearer {bad}")
    assert (got.status, "data" in got.json) == (401, False)
    assert got.code in ("TOKEN_REFUSED", "HABILITATION_ENDED")


async def test_34_a_page_is_as_large_as_the_scope_says_whoever_asks_for_more(hub: Inside) -> None:
    query = "{ persons(first: %d) { nodes { id } } }"
    for actor in ("referent-a", "app of referent-a"):
        assert (await hub.ask(actor, query % 101)).code == "BAD_FIRST"
    with patch.object(DecisionClass, "page", property(lambda _: 1000)):
        assert (await hub.ask("app of referent-a", query % 1000)).data["persons"]["nodes"]
        assert (await hub.ask("app of referent-a", query % 1001)).code == "BAD_FIRST"
