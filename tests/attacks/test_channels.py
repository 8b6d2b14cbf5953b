"""Attacks by ways other than one request and its answer: connections that last, other origins, other addresses, bodies
that grow. Each test is named after its row of docs/attaques.md."""

from __future__ import annotations

import asyncio
import gzip
import re
from typing import Any

import orjson
import pytest

from hub.http.bodies import SMALL_BODY
from tests.e2e.canary_inside import Got, Inside
from tests.e2e.canary_world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "query ($id: ID!) { person(id: $id) { lastName } }"
PAGES = ("/healthz", "/readyz", "/graphql", "/graphql/page.json", "/policy", "/journal", "/sources")

CHANGING = re.compile(rb'nonce="[^"]*"|\d\d:\d\d:\d\d')
"""What differs between two answers of a page: its nonce, and the time of day."""


async def visit(
    hub: Inside, path: str, method: str = "GET", headers: list[tuple[str, str]] | None = None, query: bytes = b""
) -> tuple[int, dict[str, str], bytes]:
    """(status, headers, body) of one address."""
    messages: list[dict[str, Any]] = []
    received: list[dict[str, Any]] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if received:
            return received.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:
        messages.append(message)

    scope = {"type": "http", "http_version": "1.1", "scheme": "https", "method": method, "path": path,
             "raw_path": path.encode(), "query_string": query, "root_path": "", "client": ("192.0.2.1", 1),
             "headers": [(k.encode(), v.encode()) for k, v in headers or []]}  # fmt: skip
    await hub.app(scope, receive, send)
    answer_headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
    return messages[0]["status"], answer_headers, b"".join(part.get("body", b"") for part in messages[1:])


@pytest.mark.parametrize("path", ["/graphql", "/subscriptions", "/"])
async def test_28_no_connection_lasts_but_that_of_changes(hub: Inside, path: str) -> None:
    """A WebSocket is closed before it is accepted; an event stream ends with its one answer, whatever the token."""
    events: list[str] = []
    received = [{"type": "websocket.connect"}]

    async def receive() -> dict[str, Any]:
        return received.pop()

    async def send(message: Any) -> None:
        events.append(message["type"])

    scope = {"type": "websocket", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
             "headers": [(k.encode(), v.encode()) for k, v in hub.headers("personne")],
             "subprotocols": ["graphql-transport-ws", "graphql-ws"]}  # fmt: skip
    await hub.app(scope, receive, send)
    assert events == ["websocket.close"]
    stream = await hub.ask("personne", "{ me { id } }", accept="text/event-stream")
    assert (stream.status, stream.body.count(b"event: next")) == (200, 1)
    assert stream.body.rstrip().splitlines()[-2:] == [b"event: complete", b"data:"]
    mixed = await hub.ask("personne", "{ me { id } }", accept='multipart/mixed;deferSpec="20220824"')
    assert (mixed.status, mixed.code, mixed.calls) == (406, "NOT_ACCEPTABLE", {})


async def test_29_no_other_origin_is_allowed_that_the_settings_do_not_name(hub: Inside, world: World) -> None:
    """No answer bears a header by which a browser would hand it to a page of elsewhere."""
    origin = "https://attacker.example"
    requests = [
        await hub.ask("referent-a", NAME, {"id": world.persons["vurnibal"]}, origin=origin),
        await hub.ask("referent-a", "{ nope }", origin=origin),
        await hub.post(b"", hub.headers("referent-a", origin=origin), "OPTIONS"),
    ]
    answers = [{name.decode(): value.decode() for name, value in got.headers} for got in requests]
    visited = [await visit(hub, path, headers=[("origin", origin)]) for path in PAGES]
    answers += [headers for _, headers, _ in visited]
    assert not {name for headers in answers for name in headers if name.startswith("access-control-")}


async def test_29_the_address_says_nothing(hub: Inside, world: World) -> None:
    """A query string beside a body is not read, and no address sends a caller, or its token, elsewhere."""
    body = orjson.dumps({"query": NAME, "variables": {"id": world.persons["vurnibal"]}})
    plain = await hub.post(body, hub.headers("referent-a"))
    query_string = b"query=%7Bme%7Bid%7D%7D&variables=%7B%22id%22%3A1%7D&operationName=a&purpose=droits&access_token=x"
    assert (await hub.post(body, hub.headers("referent-a"), query=query_string)).body == plain.body
    for path in ("/graphql/", "//graphql", "/GraphQL", "/graphql/../graphql", "/healthz/", "//attacker.example/"):
        for method in ("GET", "POST"):
            status, headers, _ = await visit(hub, path, method, [("host", "attacker.example")])
            assert status in (404, 405), path
            assert "location" not in headers


async def test_34_a_compressed_body_is_refused_unread(hub: Inside) -> None:
    bomb = gzip.compress(b'{"query": "' + b" " * 50_000_000 + b'"}')
    for coding in ("gzip", "GZIP", "br", "deflate", "zstd", "identity, gzip", "gzip, identity", "x"):
        got = await hub.post(bomb, hub.headers("personne", content_encoding=coding))
        assert (got.status, got.code, got.calls) == (415, "UNSUPPORTED_MEDIA_TYPE", {}), coding
    twice = [*hub.headers("personne", content_encoding="identity"), ("content-encoding", "gzip")]
    assert (await hub.post(bomb, twice)).status == 415
    assert (await hub.post(bomb, hub.headers("personne"))).code == "BAD_JSON"


async def test_34_a_body_beyond_the_bound_is_cut_off(hub: Inside) -> None:
    got = await hub.post(b'{"query": "' + b" " * 2_000_000 + b'"}', hub.headers("personne"))
    assert (got.status, got.code, got.calls) == (413, "BODY_TOO_LARGE", {})


async def test_34_a_large_body_of_nobody_is_not_read(hub: Inside) -> None:
    large = b"[" * SMALL_BODY + b"["
    unknown = await hub.post(large, hub.headers("personne", authorization="Bearer x.y.z"))
    assert (unknown.status, unknown.code, unknown.calls) == (401, "TOKEN_REFUSED", {})
    signed_in = await hub.post(large, hub.headers("personne"))
    assert (signed_in.status, signed_in.code, signed_in.calls) == (400, "BAD_JSON", {})


@pytest.mark.parametrize("levels", [3, 4, 5])
async def test_34_introspection_of_introspection_is_bounded(hub: Inside, levels: int) -> None:
    """Types of fields of types of fields: each level would multiply the answer by the fields of a type."""
    opening, closing = "fields { type { " * levels, "} } " * levels
    got: Got = await hub.ask("personne", f"{{ __schema {{ types {{ {opening}name {closing}}} }} }}")
    assert (got.status, got.calls) == (400, {})
    assert len(got.body) < 1_000


@pytest.mark.parametrize(
    "path",
    [
        "x.js",
        "../index.html",
        "..%2findex.html",
        "%2e%2e/index.html",
        "....//index.html",
        "/etc/passwd",
        "\x00",
        "a" * 5_000,
    ],
)
async def test_44_only_the_files_of_the_page_are_under_its_address(hub: Inside, path: str) -> None:
    assert (await visit(hub, f"/graphql/assets/{path}"))[0] == 404


async def test_44_no_address_tells_of_anyone(hub: Inside) -> None:
    """What is served beside `POST /graphql` is the same for all, and nothing else is served."""
    headers = hub.headers("referent-a")
    for path in ("/admin", "/explain", "/policy.json", "/policy/register", "/debug", "/demo.json",
                 "/graphql/demo.json", "/docs", "/openapi.json",
                 "/graphql/schema", "/.env", "/graphql/assets", "/journal/search", "/sources.json",
                 "/metrics"):  # fmt: skip
        assert (await visit(hub, path, headers=headers))[0] == 404, path
    for path in ("/", "/status", "/documentation", "/documentation/clients"):
        signed_in, unknown = await visit(hub, path, headers=headers), await visit(hub, path)
        assert (signed_in[0], unknown[0]) == (200, 200)
        assert CHANGING.sub(b"", signed_in[2]) == CHANGING.sub(b"", unknown[2])
        assert (await visit(hub, path, "POST", headers))[0] == 405
    for path in ("/healthz", "/readyz", "/graphql/page.json"):
        assert await visit(hub, path, headers=headers) == await visit(hub, path)
        assert (await visit(hub, path, "POST", headers))[0] == 405
