"""A number reaches subgraph and client with the digits with which it was written, or is refused by its place."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from math import isfinite
from random import Random
from typing import Any

import pytest

from hub.document.exchange import Reply
from hub.document.limits import Limits
from hub.errors import DocumentRefused, VariablesRefused
from schema import strict_json
from schema.written_numbers import WrittenNumber, number
from tests.federation.client.wire import http, serving
from tests.federation.harness import HEAD, Gateway, Part

SDL = (
    HEAD
    + """
scalar Any
input In { any: Any list: [Any] float: Float int: Int id: ID }
type Query { echo(any: Any list: [Any] in: In float: Float int: Int id: ID): Any real: Float ids: [ID] whole: Int }
"""
)
HARD = [
    "0", "-0", "-0.0", "0.0", "1", "-1", "1.0", "1.50", "0.10", "1E5", "1e5", "1e-5", "1e400", "-1e400", "1e-400",
    "9007199254740993", "-9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "-9223372036854775809", "18446744073709551615", "18446744073709551616", "123456789012345678901234567890",
    "0.1000000000000000055511151231257827", "3.141592653589793238462643", "2147483647", "2147483648", "-2147483648",
    "-2147483649", "1.0000000000000000001", "4.35", "1e22", "1e23", "100000000000000000000.0",
]  # fmt: skip
TEXTS = 60
"""Random numbers beside the hard ones."""


def texts() -> list[str]:
    random = Random(7)

    def digits(most: int) -> str:
        return "".join(random.choice("0123456789") for _ in range(random.randint(1, most)))

    def text() -> str:
        whole = digits(random.choice([1, 3, 18, 40])).lstrip("0") or "0"
        fraction = random.choice(["", "." + digits(random.choice([2, 20]))])
        exponent = random.choice(["", "", random.choice("eE") + random.choice(["", "-", "+"]) + digits(3)])
        return random.choice(["", "-"]) + whole + fraction + exponent

    return [*HARD, *(text() for _ in range(TEXTS))]


def numbers_of(body: bytes) -> set[str]:
    """The numbers among a request's variables, as they are written."""
    numbers: set[str] = set()

    def noted(text: str) -> None:
        numbers.add(text)

    json.loads(body, parse_int=noted, parse_float=noted)
    return numbers


async def test_a_literal_and_a_variable_reach_the_subgraph_as_they_are_written_or_are_refused_by_their_place() -> None:
    gateway = Gateway(Part("numbers", SDL))
    async with serving(lambda n: http(b'{"data":{}}')) as (server, transport):
        gateway.subgraphs["numbers"] = transport  # type: ignore[assignment]

        async def sent(query: str, variables: dict[str, Any]) -> bytes:
            count = len(server.requests)
            await gateway.answer(query, variables)
            assert len(server.requests) == count + 1
            return server.requests[-1][1]

        for text in [text for text in texts() if len(text) <= Limits().digits]:
            variables = strict_json.read(b'{"v": ' + text.encode() + b"}", 10)
            free = f"a: echo(any: {text}) b: echo(any: {{ x: [{{ y: {text} }}] }}) c: echo(list: [{text}, $v])"
            free += f" d: echo(any: $v) e: echo(any: $d) f: echo(in: {{ any: {text} list: [{text}] }})"
            floats = f" g: echo(float: {text}) h: echo(in: {{ float: {text} }}) i: echo(float: $f)"
            finite = isfinite(float(text))
            declared = f"query ($v: Any, $d: Any = {text}" + (f", $f: Float = {text})" if finite else ")")
            query = declared + "{" + free + (floats if finite else "") + "}"
            assert numbers_of(await sent(query, variables)) == {text}
            if not finite:
                await refused(gateway, "{ echo(float: " + text + ") }", {})
                await refused(gateway, "query ($v: Float = " + text + ") { echo(float: $v) }", {})
                await refused(gateway, "query ($v: Float) { echo(float: $v) }", variables)
            await check_whole(gateway, sent, text, variables)


async def check_whole(
    gateway: Gateway, sent: Callable[[str, dict[str, Any]], Awaitable[bytes]], text: str, variables: dict[str, Any]
) -> None:
    """A whole number reaches an ID as a text and an Int of 32 bits as it is; anything else is refused."""
    if text.lstrip("-").isdigit():
        body = await sent("query ($v: ID) { a: echo(in: { id: " + text + " }) b: echo(id: $v) }", variables)
        request = json.loads(body)
        assert sorted(map(str, request["variables"].values())) == sorted([str({"id": text}), text])
    else:
        await refused(gateway, "query ($v: ID) { echo(id: $v) }", variables)
    if Decimal(text) == Decimal(text).to_integral_value() and -(2**31) <= Decimal(text) < 2**31:
        assert set(map(int, numbers_of(await sent("query ($v: Int) { echo(int: $v) }", variables)))) == {
            int(Decimal(text))
        }
    else:
        await refused(gateway, "query ($v: Int) { echo(int: $v) }", variables)
        await refused(gateway, "{ echo(in: { int: " + text + " }) }", {})


async def refused(gateway: Gateway, query: str, variables: dict[str, Any]) -> None:
    """It is refused with a place: line and column in the document, or path in the variables."""
    with pytest.raises((DocumentRefused, VariablesRefused)) as refusal:
        await gateway.answer(query, variables)
    assert refusal.value.locations or refusal.value.extensions.get("variable"), refusal.value.extensions


async def test_a_number_of_a_custom_scalar_reaches_the_client_as_it_is_written() -> None:
    gateway = Gateway(Part("numbers", SDL))
    text = ""
    async with serving(lambda n: http(b'{"data":{"echo":{"a":[1,' + text.encode() + b"]}}}")) as (_, transport):
        gateway.subgraphs["numbers"] = transport  # type: ignore[assignment]
        for text in [*texts(), "9" * 6000, "0." + "1" * 6000]:
            data, errors = await gateway.answer("{ echo }")
            assert errors == []
            assert Reply.of(data, [], {}, "0" * 32).body == b'{"data":{"echo":{"a":[1,' + text.encode() + b"]}}}"


@pytest.mark.parametrize(
    ("answer", "data", "paths"),
    [
        ('{"real": 1e400}', {"real": None}, [["real"]]),
        ('{"real": 12345678901234567890123}', {"real": 1.2345678901234568e22}, []),
        ('{"whole": 12345678901234567890123}', {"whole": None}, [["whole"]]),
        ('{"whole": 1.0}', {"whole": None}, [["whole"]]),
        ('{"whole": -0}', {"whole": 0}, []),
        ('{"ids": [12345678901234567890123]}', {"ids": [None]}, [["ids", 0]]),
        ('{"ids": [1.0, 7]}', {"ids": [None, "7"]}, [["ids", 0]]),
        ('{"echo": 1e400, "whole": -0}', {"whole": 0, "echo": float("inf")}, []),
        ('{"echo": "1.50", "real": 1.50}', {"real": 1.5, "echo": "1.50"}, []),
    ],
)
async def test_a_number_that_its_type_does_not_hold_is_null_at_its_path(
    answer: str, data: dict[str, Any], paths: list[Any]
) -> None:
    gateway = Gateway(Part("numbers", SDL))
    async with serving(lambda n: http(b'{"data":' + answer.encode() + b"}")) as (_, transport):
        gateway.subgraphs["numbers"] = transport  # type: ignore[assignment]
        projected, errors = await gateway.answer("{" + " ".join(data) + "}")
    assert projected == data
    assert errors == [{"code": "SUBGRAPH_MALFORMED", "path": path} for path in paths]


@pytest.mark.parametrize("key", ["id", "box { id }"])
async def test_a_key_that_lost_digits_is_never_sent(key: str) -> None:
    head = HEAD + f'type Thing @key(fields: "{key}") {{ id: ID! @shareable box: Box @shareable '
    box = "type Box { id: ID! @shareable }"
    gateway = Gateway(
        Part("numbers", head + "} type Query { thing: Thing }" + box),
        Part("names", head + "name: String }" + box, find={"Thing": lambda representation: {"name": "another"}}),
    )
    thing = b'{"id":1180591620717411303425,"box":{"id":1180591620717411303425}}'
    async with serving(lambda n: http(b'{"data":{"thing":' + thing + b"}}")) as (_, transport):
        gateway.subgraphs["numbers"] = transport  # type: ignore[assignment]
        data, errors = await gateway.answer("{ thing { name } }")
    assert data == {"thing": {"name": None}}
    assert errors == [{"code": "SUBGRAPH_MALFORMED", "path": ["thing", "name"]}]
    assert gateway.subgraphs["names"].requests == []


@pytest.mark.parametrize("body", [b'[1e400, "\\ud800"]', b"[1e400, NaN]", b"[1e400, 1e]"])
async def test_what_is_no_json_is_malformed_beside_a_number_beyond_doubles(body: bytes) -> None:
    gateway = Gateway(Part("numbers", SDL))
    async with serving(lambda n: http(b'{"data":{"echo":' + body + b"}}")) as (_, transport):
        gateway.subgraphs["numbers"] = transport  # type: ignore[assignment]
        data, errors = await gateway.answer("{ echo }")
    assert (data, errors) == ({"echo": None}, [{"code": "SUBGRAPH_MALFORMED", "path": ["echo"]}])


@pytest.mark.parametrize("text", HARD)
def test_a_number_is_pythons_own_only_if_it_is_written_with_the_same_characters(text: str) -> None:
    value = number(text)
    assert type(value) is WrittenNumber or json.dumps(value) == text
    assert float(value) == float(text)
    assert getattr(value, "text", text) == text
