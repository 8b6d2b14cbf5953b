"""Status, media type and headers of each kind of answer by GraphQL over HTTP; a client that disconnects cancels."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from hub.document.exchange import Reply, Request
from hub.errors import (
    DocumentRefused,
    FieldFailed,
    HubError,
    IdentityRefused,
    NotServed,
    RequestRefused,
    VariablesRefused,
)
from hub.http.endpoint import GraphQLEndpoint

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
BODY = b'{"query": "{ a }"}'
TYPE = (b"content-type", b"application/json")


@dataclass(frozen=True)
class Got:
    """The response that the client got."""

    status: int
    headers: dict[bytes, bytes]
    body: Any


async def ask(
    answer: Callable[[Request], Awaitable[Reply]],
    headers: Sequence[tuple[bytes, bytes]] = (TYPE,),
    *,
    method: str = "POST",
    body: bytes = BODY,
) -> Got:
    """The response to a request whose body is sent in one piece per line."""
    messages: list[dict[str, Any]] = []
    pieces = body.splitlines(keepends=True) or [b""]
    rest = [{"type": "http.request", "body": piece, "more_body": piece is not pieces[-1]} for piece in pieces]

    async def receive() -> dict[str, Any]:
        if not rest:
            await asyncio.Event().wait()
        return rest.pop(0)

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    scope = {"type": "http", "method": method, "path": "/graphql", "headers": list(headers)}
    await GraphQLEndpoint(answer)(scope, receive, send)
    start, sent = messages
    return Got(start["status"], dict(start["headers"]), orjson.loads(sent["body"]))


async def data(request: Request) -> Reply:
    return Reply.of({"a": 1}, [], {}, request.trace)


def refusing(error: HubError) -> Callable[[Request], Awaitable[Reply]]:
    async def answer(request: Request) -> Reply:
        raise error

    return answer


def accept(media: str) -> list[tuple[bytes, bytes]]:
    return [TYPE, (b"accept", media.encode())]


@pytest.mark.parametrize("media", [GRAPHQL, JSON])
async def test_executed_is_200_in_the_media_type_asked_for(media: str) -> None:
    got = await ask(data, accept(media))
    assert (got.status, got.headers[b"content-type"]) == (200, f"{media}; charset=utf-8".encode())
    assert got.body == {"data": {"a": 1}}


@pytest.mark.parametrize("media", [GRAPHQL, JSON])
@pytest.mark.parametrize("value", [None, {"a": None}])
async def test_errors_during_execution_are_200_beside_the_data(media: str, value: dict[str, Any] | None) -> None:
    async def answer(request: Request) -> Reply:
        return Reply.of(value, [FieldFailed("C", "m", "d", path=("a",))], {}, request.trace)

    got = await ask(answer, accept(media))
    assert (got.status, got.body["data"], len(got.body["errors"])) == (200, value, 1)


@pytest.mark.parametrize(
    ("error", "graphql", "json"),
    [
        (DocumentRefused("C", "m", "d"), 400, 200),
        (VariablesRefused("C", "m", "d"), 400, 200),
        (RequestRefused("C", "m", "d"), 400, 400),
        (RequestRefused("C", "m", "d", http_status=403), 403, 403),
        (IdentityRefused("C", "m", "d"), 401, 401),
        (NotServed("C", "m", "d"), 503, 503),
    ],
)
async def test_errors_before_execution_have_no_data_and_the_status_of_their_media_type(
    error: HubError, graphql: int, json: int
) -> None:
    for media, status in ((GRAPHQL, graphql), (JSON, json)):
        got = await ask(refusing(error), accept(media))
        assert (got.status, list(got.body)) == (status, ["errors"])
        assert got.headers[b"content-type"] == f"{media}; charset=utf-8".encode()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"query": 1}', b'{"query": "{a}", "extensions": 1}'])
async def test_what_is_no_request_is_400_in_either_media_type(body: bytes) -> None:
    assert [(await ask(data, accept(media), body=body)).status for media in (GRAPHQL, JSON)] == [400, 400]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "QUERY"])
async def test_another_method_is_told_which_one_is_allowed(method: str) -> None:
    got = await ask(data, method=method)
    assert (got.status, got.headers[b"allow"]) == (405, b"POST")
    assert got.body["errors"][0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"


async def test_another_media_type_is_told_which_one_is_read() -> None:
    got = await ask(data, [(b"content-type", b"text/plain")])
    assert (got.status, got.headers[b"accept"]) == (415, b"application/json")


async def test_what_is_not_acceptable_is_406_and_is_not_executed() -> None:
    async def answer(request: Request) -> Reply:
        raise AssertionError

    got = await ask(answer, accept("text/html"))
    assert (got.status, got.body["errors"][0]["extensions"]["code"]) == (406, "NOT_ACCEPTABLE")


async def test_a_body_in_pieces_is_one_body() -> None:
    assert (await ask(data, body=b'{"query":\n"{ a\n}"}'.replace(b"a\n", b"a"))).status == 200


async def test_a_body_that_does_not_come_is_given_up_and_its_connection_ends() -> None:
    messages: list[dict[str, Any]] = []
    pieces = [{"type": "http.request", "body": BODY[:5], "more_body": True}]

    async def receive() -> dict[str, Any]:
        if not pieces:
            await asyncio.Event().wait()
        return pieces.pop()

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": [TYPE]}
    await GraphQLEndpoint(data, body_seconds=0.05)(scope, receive, send)
    assert (messages[0]["status"], dict(messages[0]["headers"])[b"connection"]) == (408, b"close")
    assert orjson.loads(messages[1]["body"])["errors"][0]["extensions"]["code"] == "BODY_TOO_SLOW"


async def test_an_unforeseen_error_tells_nothing_of_itself() -> None:
    async def answer(request: Request) -> Reply:
        raise KeyError("Maëlle")

    got = await ask(answer)
    assert got.status == 500
    assert "Maëlle" not in str(got.body)
    assert got.body["errors"][0]["extensions"]["code"] == "INTERNAL_ERROR"


async def test_a_client_that_leaves_cancels_its_work() -> None:
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def answer(request: Request) -> Reply:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        raise AssertionError

    messages: Iterator[dict[str, Any]] = iter([{"type": "http.request", "body": BODY}, {"type": "http.disconnect"}])

    async def receive() -> dict[str, Any]:
        message = next(messages)
        if message["type"] == "http.disconnect":
            await begun.wait()
        return message

    async def send(message: dict[str, Any]) -> None:
        assert message.get("status") != 200

    scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": [TYPE]}
    await GraphQLEndpoint(answer)(scope, receive, send)
    assert cancelled.is_set()


async def test_an_answer_above_the_bound_of_bytes_is_refused_and_nothing_of_it_leaves() -> None:
    async def answer(request: Request) -> Reply:
        return Reply.of({"a": "x" * 100}, [], {}, request.trace, 100)

    got = await ask(answer, accept(GRAPHQL))
    assert (got.status, [error["extensions"]["code"] for error in got.body["errors"]]) == (400, ["ANSWER_TOO_LARGE"])
    assert "data" not in got.body
