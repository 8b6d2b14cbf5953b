"""The four subgraphs in one process of their own: `python -m benchmarks.gateway.subgraphs` prints its ports as JSON.

graphql-core computes an answer at the first request for it; the answer is then cached, so that a subgraph takes some
ten microseconds and does not weigh on the measure. `GET /` returns the number of calls.
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
    """Return the SDL of a subgraph."""
    return (FOLDER / f"{name}.graphql").read_text(encoding="utf-8")


def schema(name: str) -> GraphQLSchema:
    """Return its executable schema, with the fields of the federation specification."""
    text = sdl(name).replace("extend type", "type")
    entities = " | ".join(entity for entity in ("User", "Product", "Review") if f"type {entity} @key" in text)
    fields = "_service: _Service! _entities(representations: [_Any!]!): [_Entity]!"
    query = "type Query {"
    text = text.replace(query, f"{query} {fields}") if query in text else f"{text} {query} {fields} }}"
    return build_schema(f"{text}{MACHINERY}union _Entity = {entities}", assume_valid_sdl=True)


def roots(name: str, data: Shop) -> dict[str, Any]:
    """Return the root value, read by graphql-core's default resolvers."""
    stores = {"User": (data.users, "id"), "Product": (data.products, "upc"), "Review": (data.reviews, "id")}

    def entities(info: Any, representations: list[dict[str, Any]]) -> list[Any]:
        objects = []
        for representation in representations:
            store, key = stores[representation["__typename"]]
            entity = store.get(representation[key])
            if entity is not None and "weight" in representation:
                entity = {**entity, "shippingEstimate": shipping(representation["price"], representation["weight"])}
            objects.append(entity)
        return objects

    return {
        "_service": {"sdl": sdl(name)},
        "_entities": entities,
        "users": list(data.users.values()),
        "topProducts": lambda info, first=5: list(data.products.values())[:first],
    }


class Subgraph:
    """A subgraph, which caches its answers by request body."""

    def __init__(self, name: str, data: Shop) -> None:
        self.calls = 0
        self._schema, self._root = schema(name), roots(name, data)
        self._responses: dict[bytes, bytes] = {}

    def answer(self, body: bytes) -> bytes:
        """Return the HTTP response to a request body."""
        if not body:
            return _response({"calls": self.calls})
        self.calls += 1
        response = self._responses.get(body)
        if response is None:
            request = orjson.loads(body)
            result = execute_sync(
                self._schema,
                parse(request["query"]),
                self._root,
                variable_values=request.get("variables") or {},
                operation_name=request.get("operationName"),
            )
            assert isinstance(result, ExecutionResult)
            response = _response(result.formatted)
            if len(self._responses) < MOST_KEPT:
                self._responses[body] = response
        return response


def _response(value: Any) -> bytes:
    body = orjson.dumps(value)
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Connection(asyncio.Protocol):
    """A persistent connection, which also holds the callbacks of its parser."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer
        self._parser = httptools.HttpRequestParser(self)
        self._body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Called by the event loop."""
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        """Called by the parser."""
        self._body += body

    def on_message_complete(self) -> None:
        """Called by the parser."""
        body, self._body = self._body, b""
        self._transport.write(self._answer(body))


async def serve() -> None:
    """Serve until the standard input is closed, at the end of the process that started this one."""
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
