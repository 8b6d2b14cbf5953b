"""Which HTTP answers hold a GraphQL response, as GraphQL over HTTP says; any other is told by a code of its own."""

from __future__ import annotations

import asyncio
import json

import pytest

from hub.federation.client.http1 import Care
from hub.federation.client.transport import SubgraphResponse
from hub.federation.execution.failures import AllowedCodes
from tests.federation.client.wire import ask, http, refused, serving
from tests.federation.shop import shop

ERRORS = [{"message": "no", "extensions": {"code": "ROW_LOCKED"}}]
FAILED = json.dumps({"errors": ERRORS}).encode()
RESPONSE, JSON = "application/graphql-response+json", "application/json"
STATUS, MALFORMED = "SUBGRAPH_STATUS", "SUBGRAPH_MALFORMED"


def answer(status: str, media: str, body: bytes = FAILED) -> bytes:
    return http(body, status, f"content-type: {media}\r\n" if media else "")


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", ';charset="UTF-8"'])
@pytest.mark.parametrize(
    ("status", "media"),
    [
        ("200 OK", JSON),
        ("200 OK", RESPONSE),
        ("200 OK", "Application/GraphQL+JSON"),
        ("203 Non-Authoritative Information", JSON),
        ("294 Partial Success", RESPONSE),
        ("400 Bad Request", RESPONSE),
        ("401 Unauthorized", RESPONSE),
        ("422 Unprocessable Content", RESPONSE),
        ("500 Internal Server Error", RESPONSE),
        ("503 Service Unavailable", RESPONSE),
    ],
)
async def test_a_graphql_response_counts_under_its_status_and_media_type(status: str, media: str, charset: str) -> None:
    async with serving(lambda n: answer(status, media + charset)) as (_, transport):
        assert await ask(transport) == SubgraphResponse(None, ERRORS)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (answer("400 Bad Request", JSON), STATUS),
        (answer("500 Internal Server Error", JSON), STATUS),
        (answer("502 Bad Gateway", "text/html"), STATUS),
        (answer("404 Not Found", ""), STATUS),
        (answer("301 Moved Permanently", JSON), STATUS),
        (answer("202 Accepted", ""), STATUS),
        (answer("202 Accepted", "text/plain"), STATUS),
        (answer("500 Internal Server Error", RESPONSE, b"<p>"), STATUS),
        (answer("500 Internal Server Error", RESPONSE, b'{"data": null}'), STATUS),
        (answer("400 Bad Request", RESPONSE, b'{"errors": []}'), STATUS),
        (answer("400 Bad Request", RESPONSE + "; charset=utf-16"), STATUS),
        (b"HTTP/1.1 204 No Content\r\n\r\n", STATUS),
        (answer("200 OK", "text/html"), MALFORMED),
        (answer("200 OK", JSON + "; charset=iso-8859-1"), MALFORMED),
        (answer("200 OK", JSON, b""), MALFORMED),
    ],
)
async def test_any_other_answer_is_told_by_a_code_of_its_own(reply: bytes, code: str) -> None:
    async with serving(lambda n: reply) as (_, transport):
        assert await refused(transport, deadline=5.0) == code


async def test_the_errors_of_a_response_are_told_by_their_codes_whatever_its_status() -> None:
    gateway = shop()
    async with serving(lambda n: answer("409 Conflict", RESPONSE)) as (_, transport):
        gateway.subgraphs["inventory"] = transport  # type: ignore[assignment]
        codes = AllowedCodes(frozenset({"ROW_LOCKED"}))
        data, errors = await gateway.answer("{ topProducts(first: 1) { name inStock } }", codes=codes)
    assert data == {"topProducts": [{"name": "Table", "inStock": None}]}
    assert errors == [{"code": "ROW_LOCKED", "path": ["topProducts", 0, "inStock"]}]


async def test_a_subgraph_that_says_that_it_does_not_work_opens_the_circuit_with_or_without_graphql() -> None:
    async with serving(lambda n: answer("500 Internal Server Error", RESPONSE), care=Care(failures=2, pause=60.0)) as (
        server,
        transport,
    ):
        for _ in range(2):
            assert (await ask(transport)).errors
        assert await refused(transport, deadline=5.0) == "SUBGRAPH_CIRCUIT_OPEN"
        assert len(server.requests) == 2
    async with serving(lambda n: answer("401 Unauthorized", RESPONSE), care=Care(failures=1, pause=60.0)) as (
        server,
        transport,
    ):
        await asyncio.gather(ask(transport), ask(transport))
        assert (await ask(transport)).errors
