"""The four subgraphs in one process of their own: `python -m benchmarks.gateway.subgraphs` tells its ports as JSON.

Each answer is worked out by graphql-core from the shop's data the first time that its request comes, and kept, so that
a subgraph costs some ten microseconds and is never what is measured. `GET /` tells how many calls have come.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

import httptools
import orjson
import uvloop
from graphql import ExecutionResult, GraphQLSchema, build_schema, execute_sync, parse

from benchmarks.gateway.shop import Shop, shipping, shop

NAMES = ("accounts", "inventory", "products", "reviews")
FOLDER = Path(__file__).parent / "schemas"
MOST_KEPT = 10_000
MACHINERY = """
directive @key(fields: String!) repeatable on OBJECT
directive @external on FIELD_DEFINITION
directive @requires(fields: String!) on FIELD_DEFINITION
directive @provides(fields: String!) on FIELD_DEFINITION
scalar _Any
type _Service { sdl: String }
"""


def sdl(name: str) -> str:
    """The schema of a subgraph, as its author wrote it."""
    return (FOLDER / f"{name}.graphql").read_text(encoding="utf-8")


def schema(name: str) -> GraphQLSchema:
    """The same with what every subgraph has for a gateway."""
    text = sdl(name).replace("extend type", "type")
    entities = " | ".join(each for each in ("User", "Product", "Review") if f"type {each} @key" in text)
    fields = "_service: _Service! _entities(representations: [_Any!]!): [_Entity]!"
    query = "type Query {"
    text = text.replace(query, f"{query} {fields}") if query in text else f"{text} {query} {fields} }}"
    return build_schema(f"{text}{MACHINERY}union _Entity = {entities}", assume_valid_sdl=True)


def roots(name: str, data: Shop) -> dict[str, Any]:
    """What graphql-core's own resolvers read."""
    stores = {"User": (data.users, "id"), "Product": (data.products, "upc"), "Review": (data.reviews, "id")}

    def entities(info: Any, representations: list[dict[str, Any]]) -> list[Any]:
        found = []
        for each in representations:
            store, key = stores[each["__typename"]]
            entity = store.get(each[key])
            if entity is not None and "weight" in each:
                entity = {**entity, "shippingEstimate": shipping(each["price"], each["weight"])}
            found.append(entity)
        return found

    return {
        "_service": {"sdl": sdl(name)},
        "_entities": entities,
        "users": list(data.users.values()),
        "topProducts": lambda info, first=5: list(data.products.values())[:first],
    }


class Subgraph:
    """Answers by request body."""

    def __init__(self, name: str, data: Shop) -> None:
        self.calls = 0
        self._schema, self._root = schema(name), roots(name, data)
        self._kept: dict[bytes, bytes] = {}

    def answer(self, body: bytes) -> bytes:
        """The whole HTTP response."""
        if not body:
            return _response({"calls": self.calls})
        self.calls += 1
        known = self._kept.get(body)
        if known is None:
            asked = orjson.loads(body)
            result = execute_sync(
                self._schema,
                parse(asked["query"]),
                self._root,
                variable_values=asked.get("variables") or {},
                operation_name=asked.get("operationName"),
            )
            assert isinstance(result, ExecutionResult)
            known = _response(result.formatted)
            if len(self._kept) < MOST_KEPT:
                self._kept[body] = known
        return known


def _response(value: Any) -> bytes:
    body = orjson.dumps(value)
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Connection(asyncio.Protocol):
    """One connection, kept alive; also the callbacks of its parser."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer
        self._parser = httptools.HttpRequestParser(self)
        self._body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The event loop's."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """The event loop's."""
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        """The parser's."""
        self._body += body

    def on_message_complete(self) -> None:
        """The parser's."""
        body, self._body = self._body, b""
        self._transport.write(self._answer(body))


async def serve() -> None:
    """Until the standard input is closed, which it is when whoever started this ends."""
    data = shop()
    loop = asyncio.get_running_loop()
    ports = {}
    for name in NAMES:
        subgraph = Subgraph(name, data)
        server = await loop.create_server(partial(Connection, subgraph.answer), "127.0.0.1", 0)
        ports[name] = server.sockets[0].getsockname()[1]
    sys.stdout.write(orjson.dumps(ports).decode() + "\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve())
