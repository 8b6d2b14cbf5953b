"""A subgraph over HTTP: signed context, strict body, and what leaves when something fails (attacks 8, 19, 37)."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import pytest

from schema.context import HEADER, LIFETIME, Context, seal
from schema.facts import Fact
from subgraphs.kit.http import MAX_BODY, Application
from subgraphs.kit.server import Subgraph
from subgraphs.kit.transactions import Database as Pool
from subgraphs.people.queries import MODEL
from tests.kit.conftest import AGENT, NOW, POLICY, Rows, anyone, context, person_id, residual

KEY = b"k" * 32
READ = residual({"Person": anyone(Fact.REFERENT)}, {"Person.firstName": anyone(Fact.REFERENT)})
BODY = json.dumps(
    {"query": "query($id: ID!) { person(id: $id) { firstName } }", "variables": {"id": person_id(1)}}
).encode()
JSON = (b"content-type", b"application/json")


@dataclass
class Caller:
    """Calls the ASGI application as a server would."""

    subgraph: Subgraph
    now: int = NOW

    def __post_init__(self) -> None:
        self.application = Application(self.subgraph, (KEY,), clock=lambda: self.now)

    async def call(
        self, method: str, path: str, body: bytes = b"", headers: tuple[tuple[bytes, bytes], ...] = ()
    ) -> tuple[int, Any]:
        sent: list[Any] = []
        parts = [body[:10], body[10:]]

        async def receive() -> dict[str, Any]:
            if not parts:  # the caller stays
                await asyncio.Event().wait()
            return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "headers": list(headers)}
        await self.application(scope, receive, send)
        return sent[0]["status"], json.loads(sent[1]["body"])

    async def post(
        self,
        body: bytes = BODY,
        signed_context: Context | None = None,
        *,
        audience: str = "people",
        key: bytes = KEY,
        signed: bytes | None = None,
        issued: int = NOW,
        headers: tuple[tuple[bytes, bytes], ...] = (JSON,),
    ) -> tuple[int, Any]:
        header = seal(
            signed_context or context(READ),
            audience=audience,
            body=body if signed is None else signed,
            key=key,
            now=issued,
        )
        return await self.call("POST", "/graphql", body, ((HEADER.encode(), header.encode()), *headers))


@pytest.fixture
async def caller(people: Subgraph, rows: Rows) -> Caller:
    await rows.person(1, (Fact.REFERENT, AGENT), first_name="Ondine")
    return Caller(people)


async def test_34_a_body_that_does_not_come_is_not_waited_for(people: Subgraph) -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return await asyncio.get_running_loop().create_future()

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": []}
    await Application(people, (KEY,), body_seconds=0.01)(scope, receive, send)
    assert (sent[0]["status"], json.loads(sent[1]["body"])["errors"][0]["extensions"]) == (408, {"code": "TOO_SLOW"})


async def test_signed_call_is_answered(caller: Caller) -> None:
    assert await caller.post() == (200, {"data": {"person": {"firstName": "Ondine"}}})


async def test_call_without_a_valid_context_is_401_and_all_of_them_alike(caller: Caller) -> None:
    sealed = seal(context(READ), audience="people", body=BODY, key=KEY, now=NOW).encode()
    header = HEADER.encode()
    altered = sealed[:10] + (b"A" if sealed[10:11] != b"A" else b"B") + sealed[11:]
    answers = [
        await caller.call("POST", "/graphql", BODY, (JSON,)),
        await caller.call("POST", "/graphql", BODY, ((header, b""), JSON)),
        await caller.call("POST", "/graphql", BODY, ((header, altered), JSON)),
        await caller.call("POST", "/graphql", BODY, ((header, b"\xff\xfe"), JSON)),
        await caller.call("POST", "/graphql", BODY, ((header, sealed), (header, sealed), JSON)),
        await caller.post(audience="appointments"),
        await caller.post(key=b"x" * 32),
        await caller.post(signed=BODY + b" "),
        await caller.post(issued=NOW - LIFETIME),
        await caller.post(issued=NOW + 60),
        await caller.post(signed_context=context(READ)._replace(policy="another")),
    ]
    assert {json.dumps(answer) for answer in answers} == {json.dumps(answers[0])}
    assert answers[0][0] == 401
    assert answers[0][1]["errors"][0]["extensions"]["code"] == "CONTEXT_REFUSED"
    assert caller.subgraph.statements == 0


async def test_context_is_good_for_one_call(caller: Caller) -> None:
    sealed = seal(context(READ), audience="people", body=BODY, key=KEY, now=NOW).encode()
    headers = ((HEADER.encode(), sealed), JSON)
    assert (await caller.call("POST", "/graphql", BODY, headers))[0] == 200
    assert (await caller.call("POST", "/graphql", BODY, headers))[0] == 401
    caller.now += LIFETIME
    assert (await caller.call("POST", "/graphql", BODY, headers))[0] == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"query": "{ me { id } }", "query": "{ me { id } }"}',
        b'{"query": "{ me { id } }", "variables": {"a": 1, "a": 2}}',
        b'{"query": "{ me { id } }", "variables": {"a": NaN}}',
        b'{"query": "{ me { id } }", "extensions": {}}',
        b'{"query": 5}',
        b'{"query": "{ me { id } }", "variables": []}',
        b'{"query": "\xff"}',
        b"[" * 100_000,
    ],
)
async def test_body_must_be_strict_json(caller: Caller, body: bytes) -> None:
    status, answer = await caller.post(body)
    assert status == 400
    assert answer["errors"][0]["extensions"]["code"] == "MALFORMED_REQUEST"


async def test_other_addresses_methods_and_types_are_refused(caller: Caller) -> None:
    assert (await caller.call("GET", "/graphql"))[0] == 405
    assert (await caller.call("POST", "/"))[0] == 404
    assert (await caller.post(headers=()))[0] == 415
    assert (await caller.post(headers=((b"content-type", b"text/plain"),)))[0] == 415
    assert (await caller.post(b" " * (MAX_BODY + 1)))[0] == 413
    assert await caller.call("GET", "/healthz") == (200, {"status": "ok", "subgraph": "people"})


@pytest.mark.parametrize(
    "query",
    [
        '{ person(id: "secret-value") { nothing } }',
        '{ persons(filter: {secret: "secret-value"}) { nodes { id } } }',
        "{ secretValue",
        "subscription { secretValue }",
        "query A { me { id } } query B { me { id } }",
        "query($secretValue: ID!) { person(id: $other) { id } }",
        "{ me { id } } " + "fragment secretValue on Person { id }",
        "{ me { contact " + "{ address " * 3000 + "{ city }" + "}" * 3001 + " }",
    ],
)
async def test_invalid_document_is_told_by_its_code_alone(
    caller: Caller, query: str, caplog: pytest.LogCaptureFixture
) -> None:
    status, answer = await caller.post(json.dumps({"query": query}).encode())
    assert status == 200
    assert answer["data"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["OPERATION_REFUSED"] * len(answer["errors"])
    assert "secret" not in json.dumps(answer) + caplog.text


async def test_schema_is_told_under_a_signed_context(caller: Caller) -> None:
    status, answer = await caller.post(json.dumps({"query": "{ _service { sdl } }"}).encode())
    assert status == 200
    assert answer["data"]["_service"]["sdl"] == caller.subgraph.schema.sdl


async def test_database_that_is_gone_is_503_and_nothing_else(rows: Rows) -> None:
    pool = Pool("postgresql://people_query:x@127.0.0.1:1/nowhere")
    await pool.open()
    caller = Caller(Subgraph(MODEL, pool, policy=POLICY, cursors=b"c" * 32))
    status, answer = await caller.post()
    await pool.close()
    assert status == 503
    assert answer == {
        "errors": [
            {
                "message": "La base de données ne répond pas : réessayez dans quelques instants.",
                "extensions": {"code": "DATABASE_UNAVAILABLE"},
            }
        ]
    }


async def test_backend_killed_during_the_statement_is_503(caller: Caller, rows: Rows) -> None:
    await rows.connection.execute("BEGIN; LOCK TABLE people.person IN ACCESS EXCLUSIVE MODE")
    pending = asyncio.create_task(caller.post())
    killed = False
    while not killed:
        await rows.connection.execute("SELECT pg_stat_clear_snapshot()")
        killed = await rows.connection.fetchval(
            "SELECT bool_or(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE usename = 'people_query' AND datname = current_database() AND wait_event_type = 'Lock'"
        )
    status, answer = await pending
    await rows.connection.execute("ROLLBACK")
    assert (status, answer["errors"][0]["extensions"]["code"]) == (503, "DATABASE_UNAVAILABLE")
    assert (await caller.post())[0] == 200
