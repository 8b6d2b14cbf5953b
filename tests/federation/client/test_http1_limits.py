"""What a remote subgraph may cost: repetitions of reads only, calls under way and waiting, a circuit that opens."""

from __future__ import annotations

import asyncio

import pytest

from hub.federation.client.http1 import Care, HttpTransport
from hub.federation.client.transport import SubgraphResponse
from tests.federation.client.wire import GOOD, Last, ask, headers, http, refused, serving

HUNG_UP = None


async def test_a_read_is_asked_again_if_the_kept_connection_was_closed() -> None:
    async with serving(lambda n: HUNG_UP if n == 2 else http(GOOD)) as (server, transport):
        await ask(transport)
        await ask(transport)
        assert server.connections == 2
        assert len({head for head, _ in server.requests}) == 3


async def test_a_read_is_asked_again_as_often_as_allowed_and_no_more() -> None:
    for retries in (0, 1, 2):
        async with serving(lambda n: HUNG_UP, care=Care(retries=retries)) as (server, transport):
            assert await refused(transport) == "SUBGRAPH_UNREACHABLE"
            assert len(server.requests) == 1 + retries


async def test_a_read_whose_first_connection_is_lost_succeeds_on_the_second() -> None:
    async with serving(lambda n: HUNG_UP if n == 1 else http(GOOD)) as (_, transport):
        assert await ask(transport) == SubgraphResponse({"a": 1}, [])


async def test_a_read_is_not_asked_again_once_a_byte_of_the_answer_has_come() -> None:
    async with serving(lambda n: Last(b"H")) as (server, transport):
        assert await refused(transport) == "SUBGRAPH_UNREACHABLE"
        assert len(server.requests) == 1


async def test_a_mutation_is_never_asked_again() -> None:
    async with serving(lambda n: HUNG_UP if n == 2 else http(GOOD)) as (server, transport):
        await ask(transport)
        assert await refused(transport, query="mutation{a}") == "SUBGRAPH_UNREACHABLE"
        assert len(server.requests) == 2


async def test_repetitions_end_at_the_deadline() -> None:
    async with serving(lambda n: HUNG_UP, care=Care(retries=1_000_000)) as (_, transport):
        assert await refused(transport, deadline=0.2) == "SUBGRAPH_TIMEOUT"


async def test_calls_above_the_places_for_waiting_are_refused_at_once_and_the_others_served() -> None:
    async with serving(lambda n: http(GOOD), care=Care(connections=1, waiting=2)) as (server, transport):
        calls = [asyncio.ensure_future(ask(transport)) for _ in range(5)]
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert [getattr(outcome, "code", None) for outcome in outcomes] == [None] * 3 + ["SUBGRAPH_BUSY"] * 2
        assert len(server.requests) == 3
        assert await ask(transport) == SubgraphResponse({"a": 1}, [])


async def test_waiting_ends_at_the_deadline_and_counts_as_no_failure_of_the_subgraph() -> None:
    care = Care(connections=1, failures=1)
    async with serving(lambda n: b"" if n == 1 else http(GOOD), care=care) as (server, transport):
        first = asyncio.ensure_future(ask(transport))
        await asyncio.wait_for(server.asked.wait(), 5)
        assert await refused(transport, deadline=0.05) == "SUBGRAPH_TIMEOUT"
        first.cancel()
        await asyncio.wait([first])
        assert await ask(transport) == SubgraphResponse({"a": 1}, [])


@pytest.mark.parametrize("answer", [HUNG_UP, http(b"", "500 Oops"), http(b"", "503 Busy"), b""])
async def test_after_failures_in_a_row_no_call_reaches_the_subgraph(answer: bytes | None) -> None:
    care = Care(retries=0, failures=2, pause=60.0)
    async with serving(lambda n: answer, care=care) as (server, transport):
        for _ in range(2):
            assert await refused(transport, deadline=0.2) != "SUBGRAPH_CIRCUIT_OPEN"
        for _ in range(3):
            assert await refused(transport) == "SUBGRAPH_CIRCUIT_OPEN"
        assert len(server.requests) == 2


@pytest.mark.parametrize("answer", [http(b"no"), http(b"", "400 No"), http(b"", "401 Who"), http(b" " * 99)])
async def test_an_answer_that_only_displeases_opens_no_circuit(answer: bytes) -> None:
    async with serving(lambda n: answer, care=Care(failures=1, largest=50)) as (_, transport):
        codes = {await refused(transport) for _ in range(3)}
        assert "SUBGRAPH_CIRCUIT_OPEN" not in codes


async def test_a_call_that_its_client_gave_up_opens_no_circuit() -> None:
    async with serving(lambda n: b"" if n == 1 else http(GOOD), care=Care(failures=1)) as (server, transport):
        task = asyncio.ensure_future(ask(transport))
        await asyncio.wait_for(server.asked.wait(), 5)
        task.cancel()
        await asyncio.wait([task])
        assert await ask(transport) == SubgraphResponse({"a": 1}, [])


async def test_the_probe_after_the_pause_closes_the_circuit() -> None:
    care = Care(retries=0, failures=1, pause=0.0)
    async with serving(lambda n: HUNG_UP if n == 1 else http(GOOD), care=care) as (_, transport):
        await refused(transport)
        assert await ask(transport) == SubgraphResponse({"a": 1}, [])
        assert await ask(transport) == SubgraphResponse({"a": 1}, [])


async def test_nobody_listening_is_unreachable_and_opens_the_circuit() -> None:
    listener = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    listener.close()
    await listener.wait_closed()
    transport = HttpTransport(f"http://127.0.0.1:{port}/", headers(), care=Care(failures=1))
    assert await refused(transport) == "SUBGRAPH_UNREACHABLE"
    assert await refused(transport) == "SUBGRAPH_CIRCUIT_OPEN"
