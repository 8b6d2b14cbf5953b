"""Answers are in gzip for whoever accepts it: whole, of a length that tells little, and never a stream."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

import httpx2
import pytest

from hub.document.exchange import LiveEvent, Reply, Request
from hub.errors import NotServed
from hub.http.asgi import AsgiApplication
from hub.http.compression import LEAST, PADDING, padded
from hub.http.endpoint import GraphQLEndpoint
from hub.http.media_types import READ_LENGTH, accepts_gzip, answer_media

Ask: TypeAlias = Callable[..., Awaitable[tuple[httpx2.Response, bytes]]]
PARTNER = "https://page.example"
LARGE = {"people": [{"id": str(number), "lastName": "Canari"} for number in range(5_000)]}


class Hub(AsgiApplication):
    """The hub's application over an answer of its own."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Nothing is opened."""
        yield


async def answer(request: Request) -> Reply:
    if request.query == "{ gone }":
        raise NotServed("GONE", "Indisponible. " * LEAST, "gone")
    value = {"people": LARGE["people"][: int(request.operation_name or 0)]}
    return Reply.of(value, [], {}, request.trace)


async def live(request: Request) -> AsyncIterator[LiveEvent | None]:
    yield LiveEvent(Reply.of(LARGE, [], {}, request.trace), None)


@pytest.fixture
async def ask() -> AsyncIterator[Ask]:
    app = Hub(GraphQLEndpoint(answer, live=live), [], page=False, origins=[PARTNER])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="https://hub.example") as client:

        async def post(
            people: int, encoding: str = "gzip", query: str = "{ people }", **headers: str
        ) -> tuple[httpx2.Response, bytes]:
            """The response to a request for so many people, and its body as it was sent."""
            body = {"query": query, "operationName": str(people)}
            request = client.build_request(
                "POST", "/graphql", json=body, headers={"accept-encoding": encoding, **headers}
            )
            response = await client.send(request, stream=True)
            return response, b"".join([piece async for piece in response.aiter_raw()])

        yield post


@pytest.mark.parametrize("people", [100, 5_000])
async def test_a_large_answer_is_compressed_whole_and_reads_as_without(ask: Ask, people: int) -> None:
    plain, body = await ask(people, "identity")
    response, sent = await ask(people)
    assert "content-encoding" not in plain.headers
    assert response.headers["content-encoding"] == "gzip"
    assert int(response.headers["content-length"]) == len(sent) < len(body) / 3
    assert gzip.decompress(sent) == body
    assert response.headers["content-type"] == plain.headers["content-type"]
    assert (response.headers["cache-control"], plain.headers["cache-control"]) == ("no-store", "no-store")


async def test_a_refusal_is_compressed_like_an_answer(ask: Ask) -> None:
    response, sent = await ask(0, query="{ gone }")
    assert (response.status_code, response.headers["content-encoding"]) == (503, "gzip")
    assert b'"code":"GONE"' in gzip.decompress(sent)


async def test_an_answer_of_one_packet_leaves_as_it_is(ask: Ask) -> None:
    response, sent = await ask(20)
    assert "content-encoding" not in response.headers
    assert len(sent) == int(response.headers["content-length"]) < LEAST


async def test_a_stream_is_not_compressed(ask: Ask) -> None:
    response, sent = await ask(0, accept="text/event-stream")
    assert "content-encoding" not in response.headers
    assert sent.count(b"Canari") == 5_000


async def test_a_page_of_another_origin_reads_a_compressed_answer(ask: Ask) -> None:
    response, _ = await ask(100, origin=PARTNER)
    assert response.headers["access-control-allow-origin"] == PARTNER
    assert {name.strip() for name in response.headers["vary"].split(",")} == {"Accept-Encoding", "Origin"}


async def test_60_the_length_of_an_answer_varies_by_more_than_a_guess_shortens_it(ask: Ask) -> None:
    lengths = {len((await ask(100))[1]) for _ in range(60)}
    assert len(lengths) > 20
    assert max(lengths) - min(lengths) > PADDING / 2


def test_a_name_of_any_length_is_read_as_a_part_of_the_header() -> None:
    body = gzip.compress(b"text")
    assert {gzip.decompress(padded(body)) for _ in range(300)} == {b"text"}


@pytest.mark.parametrize(
    "accept", ["gzip", "GZIP", "br, gzip", "gzip;q=0.001", "*", "deflate;q=1, *;q=0.5", "*;q=0, gzip", "gzip , br"]
)
def test_gzip_is_accepted_by_name_or_as_any_other(accept: str) -> None:
    assert accepts_gzip([(b"accept-encoding", accept.encode())])


@pytest.mark.parametrize(
    "accept", ["", "identity", "br, zstd", "gzip;q=0", "*;q=0", "*, gzip;q=0", "gzip;q=high", "xgzip", "gzipped"]
)
def test_gzip_is_not_sent_to_whoever_does_not_accept_it(accept: str) -> None:
    assert not accepts_gzip([(b"accept-encoding", accept.encode())])
    assert not accepts_gzip([(b"host", b"gzip")])


def test_34_no_more_of_a_header_is_read_than_any_client_writes() -> None:
    assert answer_media("text/plain," * (READ_LENGTH // 11 - 2) + "*/*")
    assert not accepts_gzip([(b"accept-encoding", b"a," * READ_LENGTH + b"gzip")])
