"""Attacks on a subgraph that does not go through the hub: its context, its representations, its roles. Each test is
named after its row of docs/attaques.md."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from schema.context import HEADER, Context, seal
from subgraphs.kit.http import Application
from tests.e2e.canary_inside import Inside
from tests.e2e.canary_operations import NOBODY
from tests.e2e.canary_world import World
from tests.federation.client.wire import GOOD, http, refused, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "query ($id: ID!) { person(id: $id) { lastName } }"


class Subgraph:
    """One of the hub's subgraphs as a process of its own would serve it."""

    def __init__(self, hub: Inside, name: str, now: int) -> None:
        self.served, self.name, self.key, self.now = hub.app.local[name], name, hub.database.keys.context(name), now
        self.application = Application(self.served, (self.key,), clock=lambda: self.now)

    def sealed(self, context: Context, body: bytes, **changed: Any) -> tuple[str, str]:
        """The header of a call."""
        arguments = {"audience": self.name, "key": self.key, "body": body, "now": self.now, **changed}
        return HEADER, seal(context, **arguments)

    async def post(self, body: bytes, *headers: tuple[str, str]) -> tuple[int, Any]:
        """One call; (status, answer)."""
        messages: list[dict[str, Any]] = []
        received = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if not received:  # the caller stays
                await asyncio.Event().wait()
            return received.pop()

        async def send(message: Any) -> None:
            messages.append(message)

        sent = [(b"content-type", b"application/json"), *((k.encode(), v.encode("latin-1")) for k, v in headers)]
        await self.application({"type": "http", "method": "POST", "path": "/graphql", "headers": sent}, receive, send)
        return messages[0]["status"], orjson.loads(messages[1]["body"])


async def overheard(hub: Inside, world: World, actor: str, query: str = NAME) -> tuple[bytes, Context]:
    """What the hub sends to people for this actor: the body of a call, and its context."""
    await hub.ask(actor, query, {"id": world.persons["vurnibal"]})
    request, context, _ = hub.transports["people"].exchanges[-1]
    return orjson.dumps({"query": request.query, "variables": dict(request.variables)}), context


async def test_08_a_subgraph_believes_no_header_but_the_hubs_signature(hub: Inside, world: World) -> None:
    body, context = await overheard(hub, world, "referent-a")
    people = Subgraph(hub, "people", context.now)
    token = dict(hub.headers("referent-a"))["authorization"]
    before = people.served.database.statements
    refused = [
        await people.post(body),
        await people.post(body, ("authorization", token), ("purpose", "suivi")),
        await people.post(body, ("x-user-id", "referent-a"), ("x-user-roles", "admin"), ("x-hub-context", "1")),
        await people.post(body, (HEADER, "")),
        await people.post(body, (HEADER, "e30.AAAA")),
        await people.post(body, ("hub_context", people.sealed(context, body)[1])),
        await people.post(body, people.sealed(context, body, key=b"\x00" * 32)),
        await people.post(body, people.sealed(context, body, audience="offers")),
        await people.post(body + b" ", people.sealed(context, body)),
        await people.post(body, people.sealed(context._replace(policy="f" * 64), body)),
        await people.post(body, people.sealed(context, body, now=context.now - 3600)),
        await people.post(body, people.sealed(context, body), people.sealed(context, body)),
    ]
    assert {status for status, _ in refused} == {401}
    assert len({orjson.dumps(answer) for _, answer in refused}) == 1
    assert people.served.database.statements == before


async def test_08_a_signed_call_that_was_overheard_serves_once_and_there_alone(hub: Inside, world: World) -> None:
    body, context = await overheard(hub, world, "referent-a")
    people = Subgraph(hub, "people", context.now)
    header = people.sealed(context, body)
    status, answer = await people.post(body, header)
    assert (status, answer["data"]["person"]["lastName"]) == (200, "VURNIBAL")
    again = (HEADER, header[1] + "==")
    for sealed in (header, again):
        assert (await people.post(body, sealed))[0] == 401
    assert (await Subgraph(hub, "appointments", context.now).post(body, header))[0] == 401
    other_body = orjson.dumps({**orjson.loads(body), "variables": {"id": world.persons["xandrovu"]}})
    assert (await people.post(other_body, header))[0] == 401


async def test_09_of_a_forged_representation_nothing_is_believed_and_the_others_stand(
    hub: Inside, world: World
) -> None:
    _, context = await overheard(hub, world, "referent-a")
    people, mine = Subgraph(hub, "people", context.now), world.persons["vurnibal"]
    good = {"__typename": "Person", "id": mine}
    representations: list[Any] = [
        {"__typename": "Admin", "id": mine},
        {"__typename": "__Schema", "id": mine},
        {"__typename": "person", "id": mine},
        {"__typename": ["Person"], "id": mine},
        {"id": mine},
        {"__typename": "Person"},
        {**good, "lastName": "Forged"},
        {**good, "_access": [1, 2**31]},
        {**good, "__class__": "object"},
        {"__typename": "Person", "id": {"eq": mine}},
        {"__typename": "Person", "id": [mine]},
        {"__typename": "Person", "id": mine.upper()},
        {"__typename": "Person", "id": None},
        {"__typename": "Person", "id": NOBODY},
        {"__typename": "Person", "id": world.persons["xandrovu"]},
        None,
        [good],
        mine,
        good,
    ]
    query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Person { lastName } } }"
    usable = [item for item in representations if item is not None]
    body = orjson.dumps({"query": query, "variables": {"r": usable}})
    status, answer = await people.post(body, people.sealed(context, body))
    assert status == 200
    assert answer["data"]["_entities"] == [*[None] * (len(usable) - 1), {"lastName": "VURNIBAL"}]


async def test_31_a_subgraph_that_redirects_is_not_followed() -> None:
    statuses = ("301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect")
    async with serving(lambda n: http(GOOD)) as (target, _):
        location = f"location: http://127.0.0.1:{target.port}/graphql\r\n"
        async with serving(lambda n: http(b"", statuses[n - 1], location)) as (server, transport):
            for _ in statuses:
                assert await refused(transport) == "SUBGRAPH_STATUS"
            assert len(server.requests) == len(statuses)
        assert target.connections == 0
