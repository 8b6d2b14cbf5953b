"""An application that subscribes itself by a published client: hub, subgraphs and notifications in processes apart."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any, TypeAlias
from uuid import uuid4

import msgspec
import orjson
import pytest

from hub.client_code.published_typescript import PACKAGE
from spie_hub_client import (
    BearerTokens,
    EndSubscription,
    Hub,
    SubscribeToChanges,
    Subscriptions,
    read_notification,
)
from tests.conftest import ROOT
from tests.e2e.notification import notification
from tests.e2e.site import PATIENCE, Process, Site, serve
from tests.node import Node, NodeAbsent, compiled_client

PURPOSE = "orientation"
QUERY = "query { changes { nodes { id lastName } withdrawn { id } } }"
OPERATIONS: Mapping[str, Any] = {
    operation.NAME: operation for operation in (SubscribeToChanges, EndSubscription, Subscriptions)
}

Ask: TypeAlias = Callable[[str, Mapping[str, Any]], tuple[Any, list[str]]]
"""(operation, variables) → its data and the codes of its errors, all or nothing."""


@pytest.fixture(scope="module")
def token(several_processes: Site) -> str:
    """The token of the département's application."""
    return several_processes.issuer.token(several_processes.actors["si-departement"])


def python(site: Site, token: str) -> Ask:
    """Ask by the Python client."""

    def ask(operation: str, variables: Mapping[str, Any]) -> tuple[Any, list[str]]:
        asked: Any = msgspec.convert(variables, OPERATIONS[operation])
        with Hub(f"{site.url}/graphql", BearerTokens(lambda: token)) as hub:
            answer: Any = hub.execute(asked, purpose=PURPOSE, all_or_nothing=True)
        return orjson.loads(msgspec.json.encode(answer.data)), [error.code for error in answer.errors]

    return ask


def typescript(site: Site, token: str) -> Ask:
    """Ask by the TypeScript client, on Node."""
    try:
        node = Node(compiled_client().binary, ROOT / "tests" / "clients" / "node")
    except NodeAbsent as error:
        pytest.skip(str(error))
    where = {"client": str(PACKAGE / "dist" / "index.js"), "url": f"{site.url}/graphql"}

    def ask(operation: str, variables: Mapping[str, Any]) -> tuple[Any, list[str]]:
        asked = {"token": token, "purpose": PURPOSE, "operation": operation, "variables": variables}
        found = node.run("subscribe.mjs", {**where, **asked})
        return found["data"], found["errors"]

    return ask


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    """The server of the application."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(PATIENCE)
        yield server


@pytest.fixture(scope="module")
def notifications(several_processes: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The process that notifies."""
    site = several_processes
    with serve("notifications", site.database, tmp_path_factory.mktemp("notifications"), site.settings) as process:
        yield process


async def _rename(site: Site, person: str) -> None:
    """Change a person, and change it back."""
    administrator = await site.database.connect()
    for change in ("last_name || 'X'", "left(last_name, -1)"):
        await administrator.execute(f"UPDATE people.person SET last_name = {change} WHERE id = $1", person)
    await administrator.close()


@pytest.mark.parametrize("client", [python, typescript])
def test_an_application_of_either_client_is_told_until_it_ends_its_subscription(
    several_processes: Site,
    notifications: Process,
    token: str,
    receiver: socket.socket,
    client: Callable[[Site, str], Ask],
) -> None:
    site, ask = several_processes, client(several_processes, token)
    url = f"http://127.0.0.1:{receiver.getsockname()[1]}/"
    asked = {"input": {"url": url, "query": QUERY, "days": 3, "idempotencyKey": str(uuid4())}}
    data, codes = ask("SubscribeToChanges", asked)
    made = data["subscribeToChanges"]
    subscription, secret = made["subscription"], made["secret"]
    assert (codes, subscription["state"], subscription["host"]) == ([], "ACTIVE", "127.0.0.1")
    assert ask("SubscribeToChanges", asked) == ({"subscribeToChanges": {**made, "secret": None}}, [])
    asyncio.run(_rename(site, site.persons["maelle"]))
    headers, body, connection = notification(receiver)
    connection.sendall(b"HTTP/1.1 204 Taken\r\n\r\n")
    connection.close()
    told = read_notification(secret, headers, body)
    assert (told.subscription, told.changed) == (subscription["id"], (site.persons["maelle"],))
    assert ask("EndSubscription", {"id": subscription["id"]}) == ({"endSubscription": subscription["id"]}, [])
    assert ask("Subscriptions", {}) == ({"subscriptions": []}, [])
    assert ask("EndSubscription", {"id": subscription["id"]}) == ({"endSubscription": None}, ["SUBSCRIPTION_UNKNOWN"])
    logs = [process.log.read_text() for process in (*site.processes.values(), notifications)]
    assert not [log for log in logs if secret in log or secret[6:] in log]


def test_access_mode_changes_nothing_of_who_may_subscribe(several_processes: Site) -> None:
    text = "mutation S($i: SubscribeToChangesInput!) { subscribeToChanges(input: $i) { secret } }"
    given = {"url": "https://93.184.215.14/", "query": QUERY, "idempotencyKey": str(uuid4())}
    body = {"query": text, "variables": {"i": given}}
    answers = [several_processes.post("orienteur", body, purpose=PURPOSE, access_mode=mode) for mode in ("", "refuse")]
    for answer in answers:
        [error] = orjson.loads(answer.content)["errors"]
        assert (answer.status_code, error["extensions"]["code"]) == (200, "SUBSCRIPTION_NOT_OPEN")
