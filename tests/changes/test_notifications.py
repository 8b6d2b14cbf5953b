"""Notifications of subscribers: what leaves, to whom, in which order; what no subscriber can do to the hub."""

from __future__ import annotations

import asyncio
import hmac
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import ip_network
from typing import Any

import asyncpg
import orjson
import pytest
import pytest_asyncio

from hub.changes import retention
from hub.errors import RequestRefused
from hub.notifications import KEYS, ROLES, notifications_app, registration
from hub.settings import Settings, load_settings
from hub.subscriptions import store
from hub.subscriptions.addresses import destination, read_url
from hub.subscriptions.notification_settings import NotificationSettings, Patience
from hub.subscriptions.registration import NewSubscription, SubscriptionRequest
from infra.keys import Keys
from schema.facts import Fact
from subgraphs.kit.transactions import Database as Rows_
from tests.changes.conftest import FOREIGNER, OFFICER, someone
from tests.conftest import Database
from tests.e2e.canary_inside import Inside, _alive
from tests.e2e.site import PATIENCE
from tests.kit.conftest import Rows, person_id
from tests.kit.test_ordering import add_appointments
from tests.pinned_graph import graph

pytestmark = pytest.mark.asyncio(loop_scope="module")
QUERY = "query { changes { nodes { id lastName appointments(first: 5) { nodes { id startsAt } } } withdrawn { id } } }"
LOOPBACK = (ip_network("127.0.0.0/8"),)
QUICK = Patience(timeout_seconds=PATIENCE, retry_seconds=0.01, longest_retry_seconds=0.02)
OK, FAILING = (b"HTTP/1.1 %s\r\ncontent-length: 0\r\n\r\n" % status for status in (b"200 OK", b"500 No"))


@dataclass
class Subscriber:
    """A server that keeps what it is sent, and answers what its test says, else 200."""

    answers: list[bytes] = field(default_factory=list)
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head)}
        body = await reader.readexactly(int(headers["content-length"]))
        answer = self.answers.pop(0) if self.answers else OK
        async with self.came:
            self.received.append((headers, body))
            self.came.notify_all()
        with suppress(ConnectionError):
            writer.write(answer)
            while answer.endswith(b"endless"):
                writer.write(b"x" * 65_536)
                await writer.drain()
            if not answer:
                await reader.read()
        writer.close()

    async def messages(self, number: int) -> list[dict[str, Any]]:
        """The bodies, once there are so many."""
        async with self.came, asyncio.timeout(PATIENCE):
            await self.came.wait_for(lambda: len(self.received) >= number)
        return [orjson.loads(body) for _, body in self.received]


@pytest_asyncio.fixture(loop_scope="module")
async def subscriber() -> AsyncIterator[Subscriber]:
    """A server of this machine."""
    receiving = Subscriber()
    server = await asyncio.start_server(receiving, "127.0.0.1", 0)
    receiving.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    yield receiving
    server.close()
    await server.wait_closed()


@dataclass
class World:
    """The hub, its settings, and a connection that makes and changes subscriptions."""

    hub: Inside
    settings: Settings
    database: Database
    writer: asyncpg.Connection[asyncpg.Record]

    async def subscribe(self, url: str, actor: str = OFFICER, query: str = QUERY, **terms: Any) -> NewSubscription:
        """A subscription of an actor."""
        token = self.hub.issuer.token(self.hub.actors[actor])
        now = self.hub.app.pipeline.clock()
        verified = await self.hub.app.pipeline.authenticator.actor(token, now)
        changed = Rows_(self.database.dsn("changes_reader"))
        await changed.open()
        try:
            making = registration(graph(), self.settings, self.database.keys, changed)
            purpose = self.hub.actors[actor].purposes[0]
            subscription = await making.decide(verified, SubscriptionRequest(query, url, purpose, **terms), now)
            await subscription.add(self.writer)
            return subscription
        finally:
            await changed.close()

    @asynccontextmanager
    async def notifying(self, patience: Patience = QUICK) -> AsyncIterator[Any]:
        """A process that notifies, with its own keys alone."""
        chosen = replace(self.settings.notifications, patience=patience)
        keys = Keys.load(self.database.keys.directory, KEYS)
        app = notifications_app(graph(), replace(self.settings, notifications=chosen), keys, self.database.dsn)
        async with _alive(app):  # type: ignore[arg-type]
            yield app

    async def row(self, subscription: NewSubscription) -> store.Subscription:
        """The subscription as it is stored."""
        sql = f"SELECT {store.COLUMNS} FROM access.subscription WHERE id = $1"
        row = await self.writer.fetchrow(sql, subscription.id)
        assert row is not None
        return store.Subscription(**row)

    async def until(self, subscription: NewSubscription, state: str) -> store.Subscription:
        """The subscription, once it has this state."""
        async with asyncio.timeout(PATIENCE):
            while (row := await self.row(subscription)).state != state:  # noqa: ASYNC110 - another process changes it
                await asyncio.sleep(0.02)
        return row

    async def settled(self, subscription: NewSubscription, cursor: str) -> None:
        """Return once the subscriber is somewhere else than at this cursor."""
        async with asyncio.timeout(PATIENCE):
            while (await self.row(subscription)).cursor == cursor:  # noqa: ASYNC110 - another process changes it
                await asyncio.sleep(0.02)


@pytest_asyncio.fixture(loop_scope="module")
async def notified(hub: Inside, world: Rows, database: Database) -> AsyncIterator[World]:
    """Nobody is subscribed at first; addresses of this machine are admitted."""
    settings = load_settings(hub.issuer._folder / "settings.toml")
    chosen = NotificationSettings(LOOPBACK)
    writer = await database.connect("subscriptions_writer")
    await writer.execute("DELETE FROM access.subscription")
    yield World(hub, replace(settings, notifications=chosen), database, writer)
    await writer.close()


async def test_a_subscriber_is_told_ids_and_kinds_alone_signed_and_journalled(
    notified: World, world: Rows, subscriber: Subscriber
) -> None:
    canary = "CANARI-SECRET"
    await someone(world, 1)
    await someone(world, 2)
    await someone(world, 3, (Fact.DEPARTMENT_BRSA, "2A"))
    subscription = await notified.subscribe(subscriber.url)
    before = await world.connection.fetchval("SELECT count(*) FROM journal.disclosure")
    async with notified.notifying():
        await world.connection.execute("UPDATE people.person SET last_name = $1", canary)
        [message] = await subscriber.messages(1)
        await world.connection.execute("DELETE FROM access.link WHERE person_id = $1", person_id(2))
        _, gone = await subscriber.messages(2)
    kinds = {"subscription": str(subscription.id)}
    assert message == {"type": "changes", "data": {**kinds, "changed": [person_id(1), person_id(2)], "withdrawn": []}}
    withdrawn = [{"id": person_id(2), "kind": "WITHDRAWN", "into": None}]
    assert gone == {"type": "changes", "data": {**kinds, "changed": [], "withdrawn": withdrawn}}
    for headers, body in subscriber.received:
        assert canary not in f"{headers}{body!r}"
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = hmac.digest(b64decode(subscription.secret.removeprefix("whsec_")), signed, sha256)
        assert headers["webhook-signature"] == f"v1,{b64encode(expected).decode()}"
    rows = await world.connection.fetch(
        "SELECT cardinality(subjects) AS people, coordinates, masked FROM journal.disclosure OFFSET $1", before
    )
    assert [(row["people"], row["coordinates"]) for row in rows] == [
        (2, ["Person.id"]),
        (1, ["Withdrawal.id", "Withdrawal.into", "Withdrawal.kind"]),
    ]
    assert [row["masked"] for row in rows] == [["Person.lastName"], []]  # what the officer reads of the query
    names = await world.connection.fetch("SELECT DISTINCT operation_name FROM journal.entry WHERE kind = 'DISCLOSURE'")
    assert "Notification" in {row[0] for row in names}


async def test_what_an_actor_can_never_read_or_its_query_does_not_read_is_told_to_nobody(
    notified: World, world: Rows, subscriber: Subscriber
) -> None:
    """A change of one's own follows, so that silence before it is no delay."""
    await someone(world, 1)
    await someone(world, 2, (Fact.DEPARTMENT_BRSA, "2A"))
    await someone(world, 3, access={"restrictions": int(Fact.LIMITATION)})
    await add_appointments(world, 1, person=1)
    foreign = await notified.subscribe(subscriber.url, FOREIGNER, "{ changes { nodes { lastName } } }")
    narrow = await notified.subscribe(subscriber.url, OFFICER, "{ changes { nodes { lastName } } }")
    async with notified.notifying():
        at = (await notified.row(narrow)).cursor
        await world.connection.execute("UPDATE appointments.appointment SET mode = 'VISIO'")
        await world.connection.execute("UPDATE people.person SET last_name = 'Z' WHERE id = $1", person_id(3))
        await notified.settled(narrow, at)
        await world.connection.execute("UPDATE people.person SET last_name = 'Z' WHERE id = $1", person_id(2))
        [message] = await subscriber.messages(1)
    assert message["data"] == {"subscription": str(foreign.id), "changed": [person_id(2)], "withdrawn": []}


async def test_a_subscriber_that_fails_gets_all_in_order_once_it_is_back(
    notified: World, world: Rows, subscriber: Subscriber
) -> None:
    await someone(world, 1)
    subscriber.answers = [
        b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n",
    ]
    subscription = await notified.subscribe(subscriber.url)
    async with notified.notifying():
        await someone(world, 2)
        first, again, third = await subscriber.messages(3)
        assert first == again == third
        await someone(world, 3)
        assert (await subscriber.messages(4))[3]["data"]["changed"] == [person_id(3)]
    ids = [headers["webhook-id"] for headers, _ in subscriber.received]
    assert ids[0] == ids[1] == ids[2] != ids[3]
    async with notified.notifying():  # the cursor is the only state: a process that dies leaves no gap
        await someone(world, 4)
        assert person_id(4) in (await subscriber.messages(5))[-1]["data"]["changed"]
    row = await notified.row(subscription)
    assert (row.state, row.failures) == ("ACTIVE", 0)


async def test_a_subscriber_that_fails_for_long_is_suspended_and_resumes_without_a_gap(
    notified: World, world: Rows, subscriber: Subscriber
) -> None:
    await someone(world, 1)
    subscription = await notified.subscribe(subscriber.url)
    subscriber.answers = [FAILING] * 50
    async with notified.notifying(replace(QUICK, suspend_seconds=0.05)):
        await someone(world, 2)
        assert (await notified.until(subscription, "SUSPENDED")).reason == "HTTP_500"
        await someone(world, 3)
        subscriber.answers.clear()
        subscriber.received.clear()
        assert await store.resume(notified.writer, subscription.id)
        assert (await subscriber.messages(1))[0]["data"]["changed"] == [person_id(2), person_id(3)]
        assert await store.pause(notified.writer, subscription.id)
        await someone(world, 4)
        assert await store.resume(notified.writer, subscription.id)
        assert (await subscriber.messages(2))[1]["data"]["changed"] == [person_id(4)]
    subscriber.answers = [b"HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n"]
    async with notified.notifying():
        await someone(world, 5)
        assert (await notified.until(subscription, "SUSPENDED")).reason == "HTTP_410"
    assert await store.remove(notified.writer, subscription.id)
    assert not await store.remove(notified.writer, subscription.id)


async def test_two_workers_and_one_that_hangs_send_each_message_once_and_hold_up_nobody(
    notified: World, world: Rows, subscriber: Subscriber
) -> None:
    await someone(world, 1)
    hanging = Subscriber()
    server = await asyncio.start_server(hanging, "127.0.0.1", 0)
    hanging.answers = [b""] * 9
    hanging.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    slow, quick = await notified.subscribe(hanging.url), await notified.subscribe(subscriber.url)
    async with notified.notifying(), notified.notifying():
        for number in range(2, 6):
            at = (await notified.row(quick)).cursor
            await someone(world, number)
            await notified.settled(quick, at)
        await hanging.messages(1)
        people = [person for body in await subscriber.messages(1) for person in body["data"]["changed"]]
        assert len(hanging.received) == 1
        assert (await notified.row(slow)).delivered == 0
    assert sorted(set(people)) == [person_id(number) for number in range(2, 6)]
    assert len(subscriber.received) == len({headers["webhook-id"] for headers, _ in subscriber.received})
    server.close()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", "HTTP_302"),
        (b"HTTP/1.1 500 No\r\ncontent-length: 10737418240\r\n\r\nendless", "HTTP_500"),
        (b"not http\r\n\r\n", "UNREACHABLE"),
    ],
)
async def test_an_answer_leads_nowhere_and_is_not_read(
    notified: World, world: Rows, subscriber: Subscriber, answer: bytes, code: str
) -> None:
    await someone(world, 1)
    subscription = await notified.subscribe(subscriber.url)
    subscriber.answers = [answer] * 20
    async with notified.notifying(replace(QUICK, suspend_seconds=0)):
        await someone(world, 2)
        assert (await notified.until(subscription, "SUSPENDED")).reason == code


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.8/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::127.0.0.1]/",
        "https://[::ffff:0:7f00:1]/",
        "https://[fec0::1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[fd00::1]/",
        "https://0x7f.1/",
        "https://0/",
        "https://224.0.0.1/",
    ],
)
async def test_no_address_of_the_hubs_own_networks_is_called(url: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        await destination(url, ())
    assert refused.value.code == "SUBSCRIPTION_ADDRESS"


async def test_an_address_is_https_without_a_secret_and_pinned_to_what_was_judged() -> None:
    for url in ("ftp://a.example/", "https://a@b.example/", "https://a.example/#x", "https:///x", "https://é.example/"):
        with pytest.raises(RequestRefused) as refused:
            read_url(url)
        assert refused.value.code == "SUBSCRIPTION_URL"
    with pytest.raises(RequestRefused, match="SUBSCRIPTION_URL"):
        await destination("http://93.184.215.14/", ())
    place = await destination("https://localhost:8443/a?b=c", (ip_network("127.0.0.0/8"), ip_network("::1/128")))
    assert place.connect in ("https://127.0.0.1:8443/a?b=c", "https://[::1]:8443/a?b=c")
    assert (place.host, place.authority) == ("localhost", "localhost:8443")


async def test_a_subscription_ends_with_what_it_rests_on(notified: World, world: Rows, subscriber: Subscriber) -> None:
    """Its term, the organisation's agreement, its own key: the settings of now decide before each message, and what
    they give back goes on where it stopped."""
    await someone(world, 1)
    subscription = await notified.subscribe(subscriber.url, days=1)
    assert subscription.ends_at - datetime.now(UTC) <= timedelta(days=1)
    without = replace(notified, settings=replace(notified.settings, agreements={}))
    async with without.notifying():
        await someone(world, 2)
        assert (await notified.until(subscription, "SUSPENDED")).reason == "SUBSCRIPTION_REVOKED"
        assert await store.resume(notified.writer, subscription.id)
        assert (await notified.until(subscription, "SUSPENDED")).reason == "SUBSCRIPTION_REVOKED"
    hour = replace(QUICK, longest_retry_seconds=3_600)
    async with replace(notified, settings=replace(notified.settings, issuers={})).notifying(hour):
        await notified.until(subscription, "SUSPENDED")
    assert not subscriber.received
    async with notified.notifying(hour):
        await notified.until(subscription, "ACTIVE")
        assert (await subscriber.messages(1))[0]["data"]["changed"] == [person_id(2)]
    subscriber.received.clear()
    moved = await notified.subscribe(subscriber.url)
    foreign = await notified.subscribe(subscriber.url, FOREIGNER)
    await world.connection.execute(
        "UPDATE access.subscription SET sealed = (SELECT sealed FROM access.subscription WHERE id = $2) WHERE id = $1",
        moved.id,
        foreign.id,
    )
    late = await notified.subscribe(subscriber.url)
    await world.connection.execute(
        "UPDATE access.subscription SET ends_at = created_at - interval '1 minute' WHERE id = $1", late.id
    )
    async with notified.notifying():
        assert (await notified.until(moved, "SUSPENDED")).reason == "SUBSCRIPTION_KEY"
        assert (await notified.until(late, "ENDED")).reason == "SUBSCRIPTION_ENDED"
    assert not await store.resume(notified.writer, late.id)
    assert not subscriber.received


async def test_a_history_that_was_cut_is_told_as_a_restart(
    notified: World, world: Rows, subscriber: Subscriber
) -> None:
    """Once, though a transaction that began before is still under way."""
    await someone(world, 1)
    subscription = await notified.subscribe(subscriber.url)
    connection, before = await notified.database.connect(), await notified.database.connect()
    await before.execute("BEGIN; SELECT pg_current_xact_id()")
    await retention.restart(connection)
    await connection.close()
    async with notified.notifying():
        [message] = await subscriber.messages(1)
        assert message == {
            "type": "changes.restart",
            "data": {"subscription": str(subscription.id), "reason": "CHANGES_RESTART"},
        }
        await someone(world, 2)
        assert (await subscriber.messages(2))[1]["data"].get("changed") == [person_id(2)]
    await before.close()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ persons { nodes { id } } }", "SUBSCRIPTION_QUERY"),
        ('{ changes { nodes { id } } person(id: "x") { id } }', "SUBSCRIPTION_QUERY"),
        ("{ changes { nodes { nothing } } }", "DOCUMENT_INVALID"),
    ],
)
async def test_a_query_is_decided_before_it_is_subscribed(notified: World, query: str, code: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        await notified.subscribe("http://127.0.0.1:9/", query=query)
    assert refused.value.code == code


async def test_the_process_holds_no_role_that_reads_a_value_and_cannot_change_who_is_told(database: Database) -> None:
    assert not [role for role in ROLES if role.endswith(("_query", "_ingest", "_write"))]
    connection = await database.connect("subscriptions_keeper")
    refused: Sequence[str] = (
        "SELECT FROM people.person",
        "SELECT FROM access.link",
        "DELETE FROM access.subscription",
        "UPDATE access.subscription SET sealed = ''",
        "UPDATE access.subscription SET ends_at = now() + interval '9 years'",
        "INSERT INTO access.subscription (id) VALUES (gen_random_uuid())",
    )
    for statement in refused:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()
