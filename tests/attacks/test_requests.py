"""Attacks by the request: its form, headers, token, purpose, timing. Each test is named after its row of
docs/attaques.md."""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import astuple
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from demo.rights_files import Right, register
from hub.identity.caller import Caller
from schema.days import today
from schema.facts import Fact
from tests.conftest import Database
from tests.e2e.canary_inside import Inside
from tests.e2e.canary_operations import CASELOAD, WHOLE
from tests.e2e.canary_world import BY_SLUG, World
from tests.sources.ingestion import ingest

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "query ($id: ID!) { person(id: $id) { lastName } }"


def body(query: str, **variables: Any) -> bytes:
    return orjson.dumps({"query": query, "variables": variables})


async def test_23_a_batch_is_not_served(hub: Inside, world: World) -> None:
    request = body(NAME, id=world.persons["vurnibal"])
    got = await hub.post(b"[" + request + b"," + request + b"]", hub.headers("referent-a"))
    assert (got.status, got.code, got.calls) == (400, "BATCH_UNSUPPORTED", {})


def persisted(query: str | None, digest: str, **variables: Any) -> bytes:
    """A request by hash, with its document or without."""
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
    return orjson.dumps({"query": query, "variables": variables, "extensions": extensions})


async def test_24_a_hash_stands_for_its_own_document_alone(hub: Inside, world: World) -> None:
    digest = sha256(NAME.encode()).hexdigest()
    poisoned = await hub.post(persisted("{ me { id } }", digest), hub.headers("personne"))
    assert (poisoned.status, poisoned.code, poisoned.calls) == (400, "PERSISTED_QUERY_HASH", {})
    unknown = await hub.post(persisted(None, digest), hub.headers("personne"))
    assert (unknown.status, unknown.code, unknown.calls) == (400, "PERSISTED_QUERY_NOT_FOUND", {})


async def test_24_a_hash_changes_no_decision_and_tells_no_actor_what_another_has_sent(
    hub: Inside, world: World
) -> None:
    digest, person = sha256(NAME.encode()).hexdigest(), world.persons["vurnibal"]
    first = await hub.post(persisted(NAME, digest, id=person), hub.headers("referent-a"))
    again = await hub.post(persisted(None, digest, id=person), hub.headers("referent-a"))
    assert first.data == again.data == {"person": {"lastName": "VURNIBAL"}}
    answer = await hub.post(persisted(None, digest, id=person), hub.headers("referent-b"))
    assert (answer.status, answer.code, answer.calls) == (400, "PERSISTED_QUERY_NOT_FOUND", {})
    assert (await hub.post(persisted(NAME, digest, id=person), hub.headers("referent-b"))).data == {"person": None}


async def test_24_a_kept_document_is_bounded_like_any_other(hub: Inside, world: World) -> None:
    deep = "{ me " + "{ contact " * 50 + "{ email }" + "}" * 51
    got = await hub.post(persisted(deep, sha256(deep.encode()).hexdigest()), hub.headers("personne"))
    assert (got.status, got.code, got.calls) == (400, "DOCUMENT_DEPTH_LIMIT", {})
    answer = await hub.post(persisted(None, sha256(deep.encode()).hexdigest()), hub.headers("personne"))
    assert (answer.status, answer.code, answer.calls) == (400, "DOCUMENT_DEPTH_LIMIT", {})


async def test_25_no_answer_may_be_kept_by_a_cache(hub: Inside, world: World) -> None:
    for actor, query in (("referent-a", NAME), ("referent-a", "{ unheardOf }")):
        got = await hub.ask(actor, query, {"id": world.persons["vurnibal"]})
        assert (b"cache-control", b"no-store") in got.headers


async def test_26_one_document_is_decided_for_each_actor_and_purpose_whoever_came_first(
    hub: Inside, world: World
) -> None:
    query = (
        "query Once($id: ID!) { person(id: $id) { lastName rsa { status } trainingPlacements { nodes { status } } } }"
    )
    variables = {"id": world.persons["vurnibal"]}
    order = [("referent-a", "suivi"), ("employeur", "iae"), ("referent-a", "formation"), ("personne", "droits")]
    first = {key: (await hub.ask(key[0], query, variables, purpose=key[1])).data["person"] for key in order}
    again = {key: (await hub.ask(key[0], query, variables, purpose=key[1])).data["person"] for key in reversed(order)}
    assert first == again
    names_read = {key: {name for name, value in person.items() if value is not None} for key, person in first.items()}
    assert names_read == {
        ("referent-a", "suivi"): {"lastName", "rsa", "trainingPlacements"},
        ("employeur", "iae"): {"lastName"},
        ("referent-a", "formation"): {"lastName", "trainingPlacements"},
        ("personne", "droits"): {"lastName", "rsa", "trainingPlacements"},
    }


async def test_27_requests_of_one_moment_share_nothing(hub: Inside, world: World) -> None:
    """The same document and variables, interleaved: each actor gets what it gets alone."""
    actors = ("referent-a", "referent-b", "employeur", "personne") * 6
    variables = {"id": world.persons["vurnibal"]}
    query = "query ($id: ID!) { person(id: $id) { lastName household { dependentChildren }\
 appointments { nodes { startsAt placeName } } } persons { nodes { id } } }"
    alone = {actor: (await hub.ask(actor, query, variables)).body for actor in set(actors)}
    together = await asyncio.gather(*(hub.ask(actor, query, variables) for actor in actors))
    assert [got.body for got in together] == [alone[actor] for actor in actors]
    assert len(set(alone.values())) == 4


@pytest.mark.parametrize(
    "media",
    ["", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/graphql"],
)
async def test_29_only_json_in_a_post_is_read(hub: Inside, world: World, media: str) -> None:
    sent = body(NAME, id=world.persons["vurnibal"])
    got = await hub.post(sent, hub.headers("referent-a", content_type=media))
    assert (got.status, got.code, got.calls) == (415, "UNSUPPORTED_MEDIA_TYPE", {})


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "QUERY"])
async def test_29_no_other_method_asks_anything(hub: Inside, method: str) -> None:
    headers = hub.headers("personne", accept="application/graphql-response+json")
    got = await hub.post(body("{ me { id } }"), headers, method, b"query=%7Bme%7Bid%7D%7D")
    assert (got.status, got.calls) == (405, {})


async def test_29_a_page_is_the_same_whoever_asks_for_it_and_whatever_its_address_says(hub: Inside) -> None:
    page_with_query = await hub.post(b"", hub.headers("personne", accept="text/html"), "GET", b"query=%7Bme%7Bid%7D%7D")
    plain = await hub.post(b"", [("accept", "text/html")], "GET")
    nonce = re.compile(rb'"[A-Za-z0-9_-]{22}"')
    assert (page_with_query.status, nonce.sub(b"", page_with_query.body)) == (plain.status, nonce.sub(b"", plain.body))
    assert page_with_query.calls == {}


async def test_29_a_cookie_is_no_token(hub: Inside) -> None:
    token = dict(hub.headers("personne"))["authorization"]
    got = await hub.ask("personne", "{ me { id } }", authorization="", cookie=f"authorization={token}")
    assert (got.status, got.calls) == (401, {})
    basic = await hub.ask("personne", "{ me { id } }", authorization=token.replace("Bearer", "Basic"))
    assert (basic.status, basic.calls) == (401, {})


@pytest.mark.parametrize("name", ["authorization", "purpose", "purpose-reference", "content-type", "Authorization"])
async def test_30_a_header_sent_twice_is_refused(hub: Inside, name: str) -> None:
    headers = hub.headers("personne", purpose_reference="A-1")
    doubled = [*headers, (name, dict(headers)[name.lower()])]
    got = await hub.post(body("{ me { id } }"), doubled)
    assert (got.status, got.code, got.calls) == (400, "DUPLICATE_HEADER", {})


async def test_30_identity_comes_from_the_token_alone(hub: Inside, world: World) -> None:
    variables = {"id": world.persons["vurnibal"]}
    plain = await hub.ask("referent-b", NAME, variables)
    smuggled = [
        ("x-actor", "referent-a"),
        ("x-user-id", "referent-a"),
        ("x-forwarded-user", "referent-a"),
        ("hub-context", "eyJhY3RvciI6InJlZmVyZW50LWEifQ.AAAA"),
        ("purpose_", "suivi"),
        ("x_purpose", "droits"),
        ("forwarded", "for=127.0.0.1"),
    ]
    got = await hub.post(body(NAME, **variables), [*hub.headers("referent-b"), *smuggled])
    assert (got.status, got.body) == (plain.status, plain.body)


async def test_30_nothing_of_the_clients_headers_goes_on(hub: Inside) -> None:
    await hub.ask("personne", "{ me { id } }", x_secret="canari-7f3a", cookie="s=canari-7f3a")
    request, context, _ = hub.transports["people"].exchanges[-1]
    assert isinstance(context.caller, Caller)
    assert "canari-7f3a" not in repr([*astuple(request), *context, *context.caller])


JSON = [
    b'{"query": "{ me { id } }", "query": "{ persons { nodes { id } } }"}',
    b'{"query": "{ me { id } }", "variables": {"a": 1, "a": 2}}',
    b'{"query": "{ me { id } }", "variables": {"a": NaN}}',
    b'{"query": "{ me { id } }", "variables": {"a": Infinity}}',
    b'{"query": "{ me { id } }", "variables": {"a": "\\ud800"}}',
    b'{"query": "{ me { id } }"',
    b'{"query": "{ me { id } }"} {}',
    b'\xff{"query": "{ me { id } }"}',
    b"[" * 100_000,
    b"",
]


@pytest.mark.parametrize("sent", JSON, ids=range(len(JSON)))
async def test_37_json_is_read_strictly(hub: Inside, sent: bytes) -> None:
    got = await hub.post(sent, hub.headers("personne"))
    assert (got.status, got.code, got.calls) == (400, "BAD_JSON", {})


@pytest.mark.parametrize(
    ("actor", "purpose", "status", "code"),
    [
        ("referent-a", "droits", 403, "PURPOSE_NOT_GRANTED"),
        ("referent-a", "contrat", 403, "PURPOSE_NOT_GRANTED"),
        ("referent-a", "accompagnement", 400, "PURPOSE_UNKNOWN"),
        ("referent-a", "urgence", 400, "PURPOSE_UNKNOWN"),
        ("referent-a", "suivi,formation", 400, "PURPOSE_UNKNOWN"),
        ("referent-a", "SUIVI", 400, "PURPOSE_UNKNOWN"),
        ("referent-a", "", 400, "PURPOSE_MISSING"),
        ("employeur", "suivi", 403, "PURPOSE_NOT_GRANTED"),
        ("personne", "audit", 403, "PURPOSE_NOT_GRANTED"),
    ],
)
async def test_41_a_purpose_outside_the_grant_opens_nothing(
    hub: Inside, world: World, actor: str, purpose: str, status: int, code: str
) -> None:
    got = await hub.ask(actor, NAME, {"id": world.persons["vurnibal"]}, purpose=purpose)
    assert (got.status, got.code, got.calls) == (status, code, {})


async def test_41_a_purpose_that_the_kind_of_actor_cannot_have_is_not_in_any_token(hub: Inside, world: World) -> None:
    """A token signed by the issuer with every purpose of all: the kind's own are kept."""
    actor = hub.actors["employeur"]
    wide = type(actor)(actor.name, actor.kind, ("iae", "suivi", "droits", "audit"), "", actor.claims)
    token = hub.issuer.token(wide)
    for purpose in ("suivi", "droits", "audit"):
        got = await hub.ask("employeur", NAME, {"id": world.persons["vurnibal"]}, purpose=purpose,
                            authorization=f"Bearer {token}")  # fmt: skip
        assert (got.status, got.code) == (403, "PURPOSE_NOT_GRANTED")


async def test_43_an_objection_acts_on_the_next_request(hub: Inside, world: World, database: Database) -> None:
    async def read() -> tuple[Any, list[Any]]:
        by_id = (await hub.ask("referent-a", NAME, {"id": world.persons["plimoruz"]})).data["person"]
        several = (await hub.ask("referent-a", CASELOAD, {"first": 50})).data["persons"]["nodes"]
        return by_id, sorted(node["lastName"] for node in several)

    ingest = await database.connect("people_ingest")
    person = UUID(world.persons["plimoruz"])
    restrict = "UPDATE access.person SET restrictions = $1 WHERE person_id = $2"
    end = "UPDATE access.link SET valid_from = '2020-01-01', valid_until = $1 WHERE person_id = $2 AND relation = $3"
    gone = (None, ["VURNIBAL"])
    try:
        before = await read()
        assert before == ({"lastName": "PLIMORUZ"}, ["PLIMORUZ", "VURNIBAL"])
        for restriction in (Fact.OPPOSITION, Fact.LIMITATION):
            await ingest.execute(restrict, int(restriction), person)
            assert await read() == gone
        await ingest.execute(restrict, 0, person)
        assert await read() == before
        today = await ingest.fetchval("SELECT CURRENT_DATE")
        await ingest.execute(end, today.replace(year=today.year - 1, day=1), person, int(Fact.REFERENT))
        assert await read() == gone
        await ingest.execute(end, None, person, int(Fact.REFERENT))
        assert await read() == before
    finally:
        await ingest.close()


async def test_43_an_erasure_that_the_register_says_is_due_acts_on_the_next_request_but_on_the_person(
    hub: Inside, world: World, database: Database, tmp_path: Path
) -> None:
    now = today()

    async def registered(as_of: date, erasure: date | None) -> tuple[bool, ...]:
        path = tmp_path / "registre.csv"
        path.write_bytes(register([Right(BY_SLUG["vurnibal"], as_of, False, False, erasure)]))
        assert (await ingest(database, "droits", path)).complete
        variables = {"id": world.persons["vurnibal"]}
        answers = [
            (await hub.ask(actor, NAME, variables, purpose=purpose)).data["person"]
            for actor, purpose in (("referent-a", "suivi"), ("employeur", "iae"), ("personne", "droits"))
        ]
        return tuple(person is not None for person in answers)

    read, closed = (True, True, True), (False, False, True)
    days = [None, now + timedelta(1), now, now - timedelta(40), None]
    outcomes = [await registered(now - timedelta(10 - place), day) for place, day in enumerate(days)]
    assert outcomes == [read, read, closed, closed, read]


async def test_43_an_objection_does_not_bind_the_person_itself_nor_a_basis_without_that_right(
    hub: Inside, world: World, database: Database
) -> None:
    ingest = await database.connect("people_ingest")
    restrict = "UPDATE access.person SET restrictions = $1 WHERE person_id = $2"
    person = UUID(world.persons["vurnibal"])
    try:
        await ingest.execute(restrict, int(Fact.OPPOSITION), person)
        people = {
            (actor, purpose): (await hub.ask(actor, NAME, {"id": str(person)}, purpose=purpose)).data["person"]
            for actor, purpose in (
                ("referent-a", "suivi"),
                ("referent-a", "formation"),
                ("employeur", "iae"),
                ("employeur", "actions"),
                ("personne", "droits"),
            )
        }
    finally:
        await ingest.execute(restrict, 0, person)
        await ingest.close()
    assert {key for key, data in people.items() if data is not None} == {
        ("referent-a", "formation"),
        ("employeur", "iae"),
        ("personne", "droits"),
    }


async def test_46_only_the_links_of_what_is_written_run_with_the_rights_of_another(database: Database) -> None:
    connection = await database.connect()
    try:
        functions = await connection.fetch(
            """SELECT p.oid::regprocedure::text, p.proconfig, p.prorettype::regtype::text, p.proowner::regrole::text
            FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname !~ '^(pg_|information_schema)' AND p.prosecdef"""
        )
        views = await connection.fetch(
            """SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname !~ '^(pg_|information_schema)' AND c.relkind IN ('v', 'm')"""
        )
        unforced = await connection.fetch(
            """SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname IN ('access', 'people', 'appointments', 'offers', 'trainings') AND c.relkind = 'r'
            AND c.relname !~ 'alembic' AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"""
        )
    finally:
        await connection.close()
    # A trigger, which no statement calls, and whose owner is under row security itself (docs/decisions/0116).
    written_links = ("access.follow_item()", ['search_path=""'], "trigger", "access_owner")
    assert ([tuple(function) for function in functions], views, unforced) == ([written_links], [], [])


async def test_46_no_setting_of_a_request_outlives_it_in_a_pooled_connection(
    hub: Inside, world: World, database: Database
) -> None:
    """After référent A, a pooled connection shows référent B only its own, however they alternate."""
    for _ in range(3):
        for actor, last_name in (("referent-a", "VURNIBAL"), ("referent-b", None), ("employeur", "VURNIBAL")):
            person = (await hub.ask(actor, NAME, {"id": world.persons["vurnibal"]})).data["person"]
            assert (person and person["lastName"]) == last_name


# Last, since it breaks the database of this module.
async def test_19_an_error_of_the_database_leaves_as_a_code_alone(
    hub: Inside, world: World, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    connection = await database.connect()
    await connection.execute("ALTER TABLE people.contact RENAME COLUMN email TO renamed")
    await connection.close()
    with caplog.at_level(logging.DEBUG):
        got = await hub.ask("referent-a", WHOLE, {"id": world.persons["vurnibal"]})
    assert got.data == {"person": None}
    trace = dict(got.headers)[b"trace-id"].decode()
    assert [error["extensions"] for error in got.json["errors"]] == [{"code": "SUBGRAPH_ERROR", "trace": trace}]
    everything = {canary.text.lower() for canary in world.canaries}
    answer = got.json
    places = [place for error in answer["errors"] for place in error.pop("locations", ())]
    assert all(place.keys() == {"line", "column"} and set(map(type, place.values())) == {int} for place in places)
    for text in (orjson.dumps(answer).decode(), caplog.text):
        assert not {
            word for word in ("renamed", "contact.email", "SELECT", "column", "asyncpg.", "Traceback") if word in text
        }
        assert not {value for value in everything if value in text.lower()}
