"""Canary test: nothing that left because of an actor holds a value that this actor may not read.

Everyone's every value is unique. Four actors try everything of `canary_operations`; response, headers, errors,
`extensions`, cursors (opened), all that passed between hub and subgraphs, logs and journal are searched.
"""

from __future__ import annotations

import asyncio
import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import orjson
import pytest

from hub.observability.attributes import Name
from schema.context import HEADER, seal
from schema.subgraphs import OWN
from tests.conftest import Database
from tests.draws import SERVED
from tests.e2e.canary_operations import PERSON, mistaken, requests
from tests.e2e.canary_proxy import opened
from tests.e2e.canary_random import Values, fed, random_documents
from tests.e2e.canary_site import Exchange, Watched, watched
from tests.e2e.canary_world import BY_SLUG
from tests.e2e.site import Process

ACTORS = ("referent-a", "referent-b", "employeur", "personne")
MISPLACED = 8
"""Values that each actor puts where they don't belong."""
ENTITIES = {
    "people": "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Person { ...Whole _access } } }"
    + re.sub(r"\n  (appointments\(.*\n.*\n  }|trainingPlacements.*)", "", PERSON.split("fragment Rdv")[0]),
    "appointments": "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Person { id _access"
    " appointments(first: 50) { nodes { ...Rdv _access } pageInfo { hasNextPage endCursor } } } } } fragment Rdv"
    + PERSON.split("fragment Rdv")[1],
    "trainings": "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Person { id trainingPlacements {"
    " nodes { id proposedOn _access } edges { cursor } } } } }",
}

Record = Mapping[str, list[Exchange]]


@pytest.fixture(scope="module")
def site(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with watched(database, tmp_path_factory.mktemp("canary")) as running:
        yield running


@pytest.fixture(scope="module")
def record(site: Watched) -> Record:
    """Everything that each actor tried."""
    cursors: dict[str, list[str]] = {}
    for actor in ACTORS:
        answer = site.ask(actor, "{ persons { edges { cursor } } }")
        cursors[actor] = [edge["cursor"] for edge in orjson.loads(answer.body)["data"]["persons"]["edges"]]
        assert cursors[actor]
    return {actor: list(_everything(site, actor, cursors)) for actor in ACTORS}


def _everything(site: Watched, actor: str, cursors: Mapping[str, list[str]]) -> Iterator[Exchange]:
    world, random = site.world, Random(actor)
    every_cursor = [cursor for cursors_of_actor in cursors.values() for cursor in cursors_of_actor]
    for query, variables in requests(world, every_cursor):
        yield site.ask(actor, query, variables)
    values = [canary.text for canary in world.canaries if canary.owner in ("vurnibal", "xandrovu")]
    for query, variables in mistaken(random.sample(values, MISPLACED)):
        yield site.ask(actor, query, variables)
    texts: Values = {
        "first": (1, 2, 20, 100),
        "id": list(world.persons.values()),
        "after": every_cursor,
        "lastName": [name for person in BY_SLUG.values() for name in (person.last_name, person.birth_name or "")],
        "cityCode": [person.place.code for person in BY_SLUG.values()],
    }
    for document in random_documents(SERVED):
        yield site.ask(actor, fed(document, texts, random))
    representations = [{"__typename": "Person", "id": identifier} for identifier in world.persons.values()]
    for subgraph, query in ENTITIES.items():
        answer = site.direct(subgraph, site.context(actor), query, {"r": representations})
        assert answer.json()["data"]["_entities"], answer.text
        yield Exchange(actor, orjson.dumps(representations), answer.status_code, b"", answer.content, {})


def canaries_in(canaries: set[str], data: bytes) -> set[str]:
    """Which of these values the bytes hold, sealed texts opened; letters in any case; digits, and
    what is short enough to stand in a random identifier, only as a whole word."""
    text = opened(data).decode("utf-8", "ignore").lower()
    hits = {value for value in canaries if value.lower() in text}
    return {
        value
        for value in hits
        if not (value.isdigit() or len(value) < 8)
        or re.search(rf"(?<![0-9a-z.]){re.escape(value.lower())}(?![0-9a-z])", text) is not None
    }


@pytest.mark.parametrize("actor", ACTORS)
def test_no_answer_holds_a_value_that_its_actor_may_not_read(site: Watched, record: Record, actor: str) -> None:
    forbidden = site.world.forbidden(actor)
    for exchange in record[actor]:
        assert canaries_in(forbidden, exchange.left) == set(), exchange.sent


@pytest.mark.parametrize("actor", ACTORS)
def test_nothing_between_hub_and_subgraphs_holds_a_value_that_the_actor_may_not_read(
    site: Watched, record: Record, actor: str
) -> None:
    forbidden = site.world.forbidden(actor)
    for exchange in record[actor]:
        passed = canaries_in(forbidden, b"\n".join(exchange.passed.values()))
        assert passed <= canaries_in(forbidden, exchange.sent), exchange.sent


@pytest.mark.parametrize("actor", ACTORS)
def test_what_an_actor_may_read_it_does_read(site: Watched, record: Record, actor: str) -> None:
    text = b"\n".join(exchange.left for exchange in record[actor])
    readable = site.world.readable(actor)
    readable.pop("IDX", None)  # which sector identifiers are served is the subgraph's business
    for kind, canaries in readable.items():
        missing = canaries - canaries_in(canaries, text)
        alike = {value for value in missing if value.startswith("+33")}
        assert missing == alike, kind


def test_no_answer_names_what_is_internal(record: Record) -> None:
    """Neither the facts of a row nor the fields of the protocol, save where the client itself wrote their name."""
    for exchanges in record.values():
        for exchange in exchanges:
            for name in (b"_access", b"_entities", b"__access", b"VALUE_SAN", b"residual"):
                assert name not in exchange.left or name in exchange.sent or not exchange.passed, exchange.sent


def test_a_subgraph_gets_no_header_of_the_client(site: Watched) -> None:
    exchange = site.ask(
        "personne",
        "{ me { id lastName appointments { nodes { id } } } }",
        x_secret="canari-7f3a",
        cookie="session=canari-7f3a",
        apollo_federation_include_trace="ftv1",
        x_forwarded_for="192.0.2.77",
        baggage="who=canari-7f3a",
        tracestate="who=canari-7f3a",
        traceparent=f"00-{'0c' * 16}-{'0d' * 8}-00",
    )
    assert exchange.calls == {"people": 1, "appointments": 1}
    sent = b"".join(exchange.passed.values())
    assert b"canari-7f3a" not in opened(sent) + exchange.left
    assert sent.count(b"traceparent: 00-" + b"0c" * 16) == 2
    assert b"0d" * 8 not in sent
    assert b"192.0.2.77" not in opened(sent)
    token = site.issuer.token(site.world.actors["personne"]).encode()
    assert token.split(b".")[1] not in sent
    requests = re.findall(rb"POST /graphql HTTP/1\.1\r\n(.*?)\r\n\r\n", sent, re.DOTALL)
    names = {line.partition(b":")[0].lower() for request in requests for line in request.split(b"\r\n")}
    assert names <= {b"host", b"content-type", b"content-length", b"accept", HEADER.encode(), b"traceparent"}
    assert b"ftv1" not in exchange.body


def test_a_refused_request_echoes_nobodys_value(site: Watched, record: Record) -> None:
    everything = {canary.text for canary in site.world.canaries}
    refused = [exchange for exchanges in record.values() for exchange in exchanges if b'"data"' not in exchange.body]
    assert len(refused) > len(ACTORS) * MISPLACED * 10
    for exchange in refused:
        assert canaries_in(everything, exchange.left) == set(), exchange.sent


def test_a_nir_leaves_nowhere(site: Watched, record: Record) -> None:
    never = {canary.text for canary in site.world.canaries if canary.kind == "NIR"}
    assert len(never) == 2 * len(BY_SLUG)
    for exchanges in record.values():
        for exchange in exchanges:
            left = canaries_in(never, b"\n".join((exchange.left, *exchange.passed.values())))
            assert left <= canaries_in(never, exchange.sent), exchange.sent


DENIED = {
    "training fields of an employer": (
        "employeur",
        "trainings",
        (
            "query ($id: ID!) { person(id: $id) { firstName trainingPlacements { nodes { id } } } }",
            "query ($id: ID!) { x: person(id: $id) { y: trainingPlacements { z: nodes { s: status } } } }",
            """query ($id: ID!) { person(id: $id) { ...F } }
            fragment F on Person { ... on Person { trainingPlacements { pageInfo { endCursor } } } }""",
            """query ($id: ID!) { person(id: $id) {
            trainingPlacements @include(if: true) { nodes { id } } id @skip(if: false) } }""",
            "{ persons { nodes { id trainingPlacements { nodes { id } } } } }",
        ),
    ),
    "suggestions, whose requirement an employer does not read": (
        "employeur",
        "offers",
        (
            "query ($id: ID!) { person(id: $id) { firstName suggestedServices { nodes { name } } } }",
            "query ($id: ID!) { a: person(id: $id) { b: suggestedServices(first: 1) { c: pageInfo { endCursor } } } }",
            "{ persons { nodes { ... { suggestedServices { nodes { id } } } } } }",
        ),
    ),
}


@pytest.mark.parametrize(
    ("actor", "subgraph", "query"),
    [(actor, subgraph, query) for actor, subgraph, queries in DENIED.values() for query in queries],
)
def test_a_field_denied_outright_sends_nothing_to_its_subgraph(
    site: Watched, actor: str, subgraph: str, query: str
) -> None:
    exchange = site.ask(actor, query, {"id": site.world.persons["vurnibal"]} if "$id" in query else {})
    answer = orjson.loads(exchange.body)
    assert exchange.status == 200
    assert "errors" not in answer
    assert exchange.calls == {"people": 1}, subgraph
    assert [entry["decision"] for entry in answer["extensions"]["access"]] == ["deny"]
    for field in (b"trainingPlacements", b"suggestedServices", b"constraints", b"cityCode"):
        assert field not in exchange.passed["people"]


def test_a_denied_field_that_is_excluded_sends_nothing_and_is_told_nowhere(site: Watched, record: Record) -> None:
    query = """query ($id: ID!, $no: Boolean!) { person(id: $id) {
      firstName trainingPlacements @include(if: $no) { nodes { id } } constraints @skip(if: true) { theme } } }"""
    exchange = site.ask("employeur", query, {"id": site.world.persons["vurnibal"], "no": False})
    answer = orjson.loads(exchange.body)
    assert answer["data"]["person"].keys() == {"firstName"}
    assert answer["extensions"]["access"] == []
    assert exchange.calls == {"people": 1}
    coordinates, decisions = asyncio.run(_last_disclosure(site.database))
    assert coordinates == ["Person.firstName"]
    assert decisions == {}


async def _last_disclosure(database: Database) -> tuple[list[str], dict[str, int]]:
    connection = await database.connect("journal_reader")
    try:
        row = await connection.fetchrow(
            "SELECT d.coordinates, e.decisions FROM journal.disclosure d JOIN journal.entry e USING (request)"
            " WHERE e.kind = 'DISCLOSURE' ORDER BY d.at DESC LIMIT 1"
        )
    finally:
        await connection.close()
    assert row is not None
    return row["coordinates"], orjson.loads(row["decisions"])


def test_a_subgraph_process_answers_only_calls_that_the_hub_signed(site: Watched) -> None:
    people = '{"query":"query ($r: [_Any!]!) { _entities(representations: $r) { ... on Person { lastName } } }",'
    body = (
        people + f'"variables":{{"r":[{{"__typename":"Person","id":"{site.world.persons["vurnibal"]}"}}]}}}}'
    ).encode()
    context, key, now = site.context("referent-a"), site.database.keys.context("people"), int(time.time())
    good = seal(context, audience="people", body=body, key=key, now=now)
    payload, _, signature = good.partition(".")
    forged = urlsafe_b64encode(urlsafe_b64decode(payload + "==").replace(b"referent_cd", b"beneficiaire")).decode()
    other_policy = site.context("referent-a", policy="another policy")
    refused: dict[str, list[tuple[str, str]]] = {
        "none": [],
        "empty": [(HEADER, "")],
        "identity headers of others": [("x-user-id", "referent-a"), ("x-actor", "referent-a"), ("hub_context", good)],
        "forged claims": [(HEADER, f"{forged.rstrip('=')}.{signature}")],
        "cut signature": [(HEADER, good[:-2])],
        "no signature": [(HEADER, f"{payload}.")],
        "two contexts": [(HEADER, good), (HEADER, good)],
        "another key": [(HEADER, seal(context, audience="people", body=body, key=b"k" * 32, now=now))],
        "another audience": [(HEADER, seal(context, audience="offers", body=body, key=key, now=now))],
        "the key of another subgraph": [
            (HEADER, seal(context, audience="people", body=body, key=site.database.keys.context("offers"), now=now))
        ],
        "another body": [(HEADER, seal(context, audience="people", body=body + b" ", key=key, now=now))],
        "expired": [(HEADER, seal(context, audience="people", body=body, key=key, now=now - 31))],
        "from the future": [(HEADER, seal(context, audience="people", body=body, key=key, now=now + 60))],
        "another policy": [(HEADER, seal(other_policy, audience="people", body=body, key=key, now=now))],
    }
    answers = {name: site.call("people", body, headers) for name, headers in refused.items()}
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(refused, 401)
    assert len({answer.content for answer in answers.values()}) == 1
    first, replayed = site.call("people", body, [(HEADER, good)]), site.call("people", body, [(HEADER, good)])
    assert first.json()["data"]["_entities"] == [{"lastName": "VURNIBAL"}]
    assert (replayed.status_code, replayed.content) == (401, answers["none"].content)


def lines_of_log(process: Process) -> list[dict[str, Any]]:
    """The lines of the log of a process that has stopped, but for what it printed."""
    return [orjson.loads(line) for line in process.log.read_bytes().splitlines() if line.startswith(b"{")]


def test_neither_journal_nor_log_nor_metric_holds_anybodys_value(site: Watched, record: Record) -> None:
    """Stops the processes, to have their logs whole."""
    everything = {canary.text for canary in site.world.canaries}
    rows = asyncio.run(_journal(site.database))
    assert len(rows) > 2 * len(ACTORS) * SERVED
    assert canaries_in(everything, "\n".join(rows).encode()) == set()
    for name, process in site.processes.items():
        exposition = site.client.get(process.metrics_url).text
        assert "spie_spans_dropped_total 0.0" in exposition.splitlines()
        assert canaries_in(everything, exposition.encode()) == set(), name
        process.stop()
        assert canaries_in(everything, process.log.read_bytes()) == set()
        start, *lines = lines_of_log(process)
        assert start["message"].startswith(f"starting {name} ")
        assert "@" not in start["database"]
        assert sum(line["logger"] == "hub.access" for line in lines) > 0


def test_no_span_of_any_process_holds_anybodys_value_and_those_of_subgraphs_are_below_the_hubs(
    site: Watched, record: Record
) -> None:
    """The processes have stopped, and all that they watched is delivered."""
    assert (
        canaries_in({canary.text for canary in site.world.canaries} | {"canari-7f3a"}, site.collector.received())
        == set()
    )
    spans = site.collector.spans()
    by_id = {(span.trace, span.id): span for span in spans}
    assert {span.service for span in spans} == {"spie-hub", *(f"spie-{name}" for name in site.proxies)}
    assert len(spans) > 2 * len(ACTORS) * SERVED
    for span in spans:
        if span.service == "spie-hub" and span.name == Name.REQUEST:
            assert span.parent == "", span
            continue
        above = by_id[span.trace, span.parent]
        if span.name == Name.REQUEST:
            assert (above.service, above.name) == ("spie-hub", Name.CALL), span
            assert above.get("spie.subgraph") == span.get("spie.subgraph"), span
        elif span.name == Name.STATEMENT and span.service == "spie-hub":  # its own subgraphs read links
            assert (above.service, above.name) == (span.service, Name.CALL), span
            assert above.get("spie.subgraph") in OWN, span
        elif span.name == Name.STATEMENT:
            assert (above.service, above.name) == (span.service, Name.REQUEST), span
    read = {(span.trace, span.service) for span in spans if span.name == Name.STATEMENT}
    assert len([span for span in spans if span.name == Name.CALL]) >= len(read) > len(ACTORS)


async def _journal(database: Database) -> list[str]:
    """Every column of every table of the journal, as text."""
    connection = await database.connect()
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'journal'")
        return [
            row[0] for table in tables for row in await connection.fetch(f"SELECT t::text FROM journal.{table[0]} t")
        ]
    finally:
        await connection.close()
