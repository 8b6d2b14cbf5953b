"""What a subgraph may get wrong, over real connections: one clear code at the client's path each, and the rest comes.

`inventory` says in turn everything but the right thing; `products` is well. Bytes of the answer never reach the client.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from hub.federation.client.http1 import Care, HttpTransport
from hub.federation.execution.execute import Bounds
from tests.federation.client.wire import Last, headers, http, serving
from tests.federation.shop import shop

QUERY = "{ topProducts(first: 2) { name inStock } }"
SECRET = "Maëlle 0639980001"
LARGEST = 4_096
MALFORMED, UNREACHABLE, TIMEOUT = "SUBGRAPH_MALFORMED", "SUBGRAPH_UNREACHABLE", "SUBGRAPH_TIMEOUT"
STATUS, TOO_LARGE, ERROR = "SUBGRAPH_STATUS", "SUBGRAPH_TOO_LARGE", "SUBGRAPH_ERROR"


def entities(value: Any, **more: Any) -> bytes:
    return http(json.dumps({"data": {"_entities": value}, **more}).encode())


def chunked(body: bytes, *, last: bytes = b"0\r\n\r\n") -> bytes:
    return b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n%x\r\n%b\r\n%b" % (len(body), body, last)


GOOD = json.dumps({"data": {"_entities": [{"inStock": True}, {"inStock": False}]}}).encode()
ERROR_BODY = json.dumps({"errors": [{"message": SECRET, "extensions": {"code": SECRET}}], "data": None}).encode()
HUNG_UP: bytes | None = None

CASES: list[tuple[str, bytes | None, str]] = [
    # the connection
    ("hangs up", HUNG_UP, UNREACHABLE),
    ("hangs up in its head", Last(http(GOOD)[:20]), UNREACHABLE),
    ("hangs up in its body", Last(http(GOOD)[:-9]), UNREACHABLE),
    ("hangs up in a chunk", Last(chunked(GOOD)[:-20]), UNREACHABLE),
    ("says nothing", b"", TIMEOUT),
    ("never ends its head", b"HTTP/1.1 200 OK\r\nx: y", TIMEOUT),
    ("never ends its body", http(GOOD)[:-9], TIMEOUT),
    ("never ends its chunks", chunked(GOOD, last=b""), TIMEOUT),
    # HTTP
    ("another protocol", b"220 smtp.example ESMTP\r\n", MALFORMED),
    ("two lengths", http(GOOD, more="content-length: 3\r\n"), MALFORMED),
    ("a length and chunks", http(GOOD, more="transfer-encoding: chunked\r\n"), MALFORMED),
    ("a length that is none", b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", MALFORMED),
    ("a chunk that is none", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", MALFORMED),
    ("compressed", http(GOOD, more="content-encoding: br\r\n"), MALFORMED),
    ("a redirection", http(b"", "307 Temporary Redirect", "location: http://127.0.0.1:1/\r\n"), STATUS),
    ("unauthorised", http(ERROR_BODY, "401 Unauthorized"), STATUS),
    ("broken", http(SECRET.encode(), "502 Bad Gateway"), STATUS),
    ("no content", b"HTTP/1.1 204 No Content\r\n\r\n", STATUS),
    ("large, as it says", http(b" " * (LARGEST + 1)), TOO_LARGE),
    ("large, unsaid", chunked(b" " * (LARGEST + 1)), TOO_LARGE),
    ("an endless head", b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20_000, TOO_LARGE),
    ("a length beyond numbers", b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999999\r\n\r\n", MALFORMED),
    # JSON
    ("no JSON", http(f"<p>{SECRET}</p>".encode()), MALFORMED),
    ("empty", http(b""), MALFORMED),
    ("half of it", http(GOOD[:-5]), MALFORMED),
    ("deep", http(b"[" * 4_000), MALFORMED),
    ("not UTF-8", http(GOOD.replace(b"true", b'"\xff"')), MALFORMED),
    ("NaN", http(GOOD.replace(b"true", b"NaN")), MALFORMED),
    ("a list", http(b"[]"), MALFORMED),
    ("a batch", http(b"[" + GOOD + b"]"), MALFORMED),
    # GraphQL
    ("nothing of GraphQL", http(b"{}"), MALFORMED),
    ("data that is a list", http(b'{"data": []}'), MALFORMED),
    ("errors that are none", http(b'{"data": null, "errors": {"a": 1}}'), MALFORMED),
    ("an error that is a text", http(json.dumps({"data": None, "errors": [SECRET]}).encode()), MALFORMED),
    ("its own error", http(ERROR_BODY), ERROR),
    ("no entities", http(b'{"data": {}}'), MALFORMED),
    ("null for all", entities(None), MALFORMED),
    ("too few", entities([{"inStock": True}]), MALFORMED),
    ("too many", entities([{"inStock": True}] * 3), MALFORMED),
    ("none", entities([]), MALFORMED),
    ("an object", entities({"0": {"inStock": True}}), MALFORMED),
    ("texts", entities([SECRET, SECRET]), MALFORMED),
    ("lists", entities([[{"inStock": True}], [{"inStock": True}]]), MALFORMED),
    ("values of another type", entities([{"inStock": SECRET}, {"inStock": 1}]), MALFORMED),
    ("objects for values", entities([{"inStock": {SECRET: 1}}, {"inStock": [True]}]), MALFORMED),
    ("entities of another type", entities([{"__typename": SECRET}, {"__typename": SECRET}]), MALFORMED),
    ("nothing of what was asked for", entities([{}, {}]), MALFORMED),
]


async def ask(answer: bytes | None, **care: Any) -> tuple[Any, list[Any], int]:
    """The client's data and errors, and how many requests were made."""
    gateway = shop()
    async with serving(lambda n: answer, care=Care(retries=0, largest=LARGEST, **care)) as (server, transport):
        gateway.subgraphs["inventory"] = transport  # type: ignore[assignment]
        data, errors = await gateway.answer(QUERY, bounds=Bounds(subgraph_seconds=0.3))
        return data, errors, len(server.requests)


@pytest.mark.parametrize(("answer", "code"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
async def test_each_bad_answer_is_told_by_its_code_at_the_clients_path_and_the_rest_comes(
    answer: bytes | None, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    data, errors, requests = await ask(answer)
    assert [topproduct["name"] for topproduct in data["topProducts"]] == ["Table", "Chaise"]
    assert [topproduct["inStock"] for topproduct in data["topProducts"]] == [None, None]
    assert errors == [{"code": code, "path": ["topProducts", index, "inStock"]} for index in (0, 1)]
    assert requests == 1
    for output in (repr(data), repr(errors), caplog.text):
        assert SECRET not in output


async def test_what_nobody_asked_for_is_not_passed_on() -> None:
    extra = {"inStock": True, "name": SECRET, "nir": SECRET}
    data, errors, _ = await ask(entities([extra, extra], extensions={"trace": SECRET}))
    assert [sorted(topproduct) for topproduct in data["topProducts"]] == [["inStock", "name"]] * 2
    assert "nir" not in repr(data)
    assert errors == []


async def test_an_entity_that_its_subgraph_does_not_have_is_null_without_an_error_beside_one_that_is_malformed() -> (
    None
):
    data, errors, _ = await ask(entities([None, {}]))
    assert [topproduct["inStock"] for topproduct in data["topProducts"]] == [None, None]
    assert errors == [{"code": MALFORMED, "path": ["topProducts", 1, "inStock"]}]


async def test_errors_at_paths_that_lead_nowhere_are_harmless() -> None:
    paths: list[Any] = [
        ["_entities", 9, "inStock"],
        ["_entities", "x"],
        ["nothing"],
        [None],
        "x",
        3,
        [{}],
        ["_entities"],
    ]
    errors = [{"message": SECRET, "path": path} for path in paths]
    data, client_errors, _ = await ask(entities([{"inStock": True}, {"inStock": False}], errors=errors))
    assert [topproduct["inStock"] for topproduct in data["topProducts"]] == [True, False]
    assert SECRET not in repr(client_errors)


async def test_nobody_listening_is_told() -> None:
    listener = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    listener.close()
    await listener.wait_closed()
    gateway = shop()
    gateway.subgraphs["inventory"] = HttpTransport(f"http://127.0.0.1:{port}/", headers())  # type: ignore[assignment]
    data, errors = await gateway.answer(QUERY)
    assert [topproduct["name"] for topproduct in data["topProducts"]] == ["Table", "Chaise"]
    assert {error["code"] for error in errors} == {UNREACHABLE}


async def test_a_broken_subgraph_is_left_alone_and_told_so_while_the_others_answer() -> None:
    gateway = shop()
    care = Care(retries=0, failures=2, pause=60.0)
    async with serving(lambda n: HUNG_UP, care=care) as (server, transport):
        gateway.subgraphs["inventory"] = transport  # type: ignore[assignment]
        codes = []
        for _ in range(4):
            data, errors = await gateway.answer(QUERY)
            assert data["topProducts"][0]["name"] == "Table"
            codes.append({error["code"] for error in errors})
        assert codes == [{UNREACHABLE}] * 2 + [{"SUBGRAPH_CIRCUIT_OPEN"}] * 2
        assert len(server.requests) == 2


async def test_a_hanging_subgraph_keeps_nobody_elses_request_waiting() -> None:
    gateway = shop()
    async with serving(lambda n: b"") as (server, transport):
        gateway.subgraphs["inventory"] = transport  # type: ignore[assignment]
        waiting = asyncio.ensure_future(gateway.answer(QUERY))
        await asyncio.wait_for(server.asked.wait(), 5)
        data, errors = await gateway.answer("{ topProducts { name } }")
        assert (len(data["topProducts"]), errors) == (3, [])
        assert not waiting.done()
        waiting.cancel()
        await asyncio.wait([waiting])
        await asyncio.wait_for(server.left.wait(), 5)
