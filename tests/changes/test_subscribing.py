"""Subscriptions that applications make and end themselves: for whom, how many, where; what nobody gets by one."""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from demo.cast import CD_08, PARTNER
from demo.token_issuer import ISSUER, PARTNER_CLIENT, DemoActor
from hub.document.manifest import Manifest
from hub.identity.applications import Client
from hub.settings import Settings, load_settings
from hub.subscriptions.notification_settings import NotificationSettings
from hub.subscriptions.own_subscriptions import CONNECTIONS
from infra.keys import SIZE
from schema.overlapping_keys import OverlappingKey
from tests.changes.conftest import OFFICER, someone
from tests.changes.test_notifications import LOOPBACK, QUERY, QUICK, Subscriber, World, subscriber
from tests.conftest import Database
from tests.e2e.canary_inside import Got, Inside, inside
from tests.e2e.site import PATIENCE
from tests.kit.conftest import Rows, person_id

__all__ = ["subscriber"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
MADE = "subscription { id host purpose state reason endsAt } secret"
SUBSCRIBE = f"mutation Nothing($input: SubscribeToChangesInput!) {{ subscribeToChanges(input: $input) {{ {MADE} }} }}"
END = "mutation End($id: ID!) { endSubscription(id: $id) }"
LISTED = "{ subscriptions { id host purpose state reason createdAt lastSuccessAt } }"
ADDED_FOR_ANOTHER = (
    "INSERT INTO access.subscription (id, client, purpose, host, ends_at, sealed, cursor, actor)"
    " VALUES (gen_random_uuid(), 'si-cd', '', '', now(), '', '', 'another')"
)
OF_ANOTHER_ISSUER = (
    "INSERT INTO access.subscription (id, client, issuer, purpose, host, ends_at, sealed, cursor, actor)"
    " SELECT gen_random_uuid(), client, 'https://autre.example', purpose, host, ends_at, sealed, cursor, 'another'"
    " FROM access.subscription, generate_series(1, $1::int)"
)
SYSTEM, OTHER_SYSTEM, BUILT, MOST = "si-cd", "autre-si", "si-fige", 2
TRUSTED = {"one": SUBSCRIBE, "two": QUERY, "three": LISTED}
CLIENTS = tuple(Client(ISSUER, name, PARTNER.siret, ("departement",), MOST) for name in (SYSTEM, OTHER_SYSTEM, BUILT))


def _officer(name: str, client: str) -> DemoActor:
    claims = {"organisation": CD_08.siret, "organisation_type": CD_08.type, "departments": [CD_08.department]}
    return DemoActor(name, "orienteur_cd", ("orientation",), "", claims, client=client)


COLLEAGUE, ELSEWHERE, FROZEN, CLOSED = "collegue", "ailleurs", "fige", "sans-abonnement"
ACTORS = {
    OFFICER: _officer(OFFICER, SYSTEM),
    COLLEAGUE: _officer(COLLEAGUE, SYSTEM),
    ELSEWHERE: _officer(OFFICER, OTHER_SYSTEM),
    FROZEN: _officer(OFFICER, BUILT),
    CLOSED: _officer(OFFICER, PARTNER_CLIENT),
    "direct": _officer(OFFICER, "demo"),
}


def _settled(settings: Settings) -> Settings:
    documents = {**settings.documents, BUILT: Manifest(TRUSTED)}
    notifications = NotificationSettings(LOOPBACK, patience=QUICK)
    clients, agreements = (*settings.clients, *CLIENTS), {**settings.agreements, PARTNER.siret: {"orientation"}}
    agreed = {siret: frozenset(purposes) for siret, purposes in agreements.items()}
    return replace(settings, clients=clients, notifications=notifications, documents=documents, agreements=agreed)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Inside]:
    """A hub that lets applications subscribe."""
    async with inside(database, ACTORS, tmp_path_factory.mktemp("subscribing"), settled=_settled) as running:
        yield running


@dataclass
class Asking:
    """The hub, and the table of its subscriptions, of which there are none at first."""

    hub: Inside
    rows: asyncpg.Connection[asyncpg.Record]
    keys: list[str] = field(default_factory=list)

    async def subscribe(self, actor: str = OFFICER, **given: Any) -> Got:
        """What the mutation answers, under a new key."""
        wanted = {"url": "https://93.184.215.14/", "query": QUERY, "idempotencyKey": str(uuid4()), **given}
        return await self.hub.ask(actor, SUBSCRIBE, {"input": wanted})

    async def made(self, actor: str = OFFICER, **given: Any) -> Any:
        """The new subscription."""
        answer = await self.subscribe(actor, **given)
        assert "errors" not in answer.json, answer.json
        return answer.data["subscribeToChanges"]

    async def listed(self, until: Callable[[Any], bool] = lambda _: True, actor: str = OFFICER) -> list[Any]:
        """The subscriptions that an actor is told, once all of them are so."""
        async with asyncio.timeout(PATIENCE):
            while True:
                rows: list[Any] = (await self.hub.ask(actor, LISTED)).data["subscriptions"]
                if all(until(row) for row in rows):
                    return rows
                await asyncio.sleep(0.02)  # another process changes them

    async def ids(self) -> set[str]:
        """The ids of all subscriptions that there are."""
        return {str(row["id"]) for row in await self.rows.fetch("SELECT id FROM access.subscription")}


@pytest_asyncio.fixture(loop_scope="module")
async def asking(hub: Inside, world: Rows, database: Database) -> AsyncIterator[Asking]:
    """Nobody is subscribed at first."""
    rows = await database.connect("subscriptions_writer")
    await rows.execute("DELETE FROM access.subscription")
    yield Asking(hub, rows)
    await rows.close()


@asynccontextmanager
async def notifying(
    asking: Asking, database: Database, most: int = MOST, trusted: Mapping[str, str] = TRUSTED
) -> AsyncIterator[World]:
    """A process that notifies, with the settings of the hub, where an application may have so many subscriptions, and
    one of them may send no document but those that are `trusted`."""
    settings = _settled(load_settings(asking.hub.issuer._folder / "settings.toml"))
    clients = tuple(replace(client, subscriptions=min(client.subscriptions, most)) for client in settings.clients)
    documents = {BUILT: Manifest(trusted)}
    notified = World(asking.hub, replace(settings, clients=clients, documents=documents), database, asking.rows)
    async with notified.notifying():
        yield notified


async def test_an_application_that_subscribes_is_told_until_it_ends_it_and_its_secret_is_nowhere_else(
    asking: Asking, world: Rows, database: Database, subscriber: Subscriber, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await someone(world, 1)
    made = await asking.made(url=subscriber.url)
    told, secret = made["subscription"], made["secret"]
    assert (told["host"], told["purpose"], told["state"]) == ("127.0.0.1", "orientation", "ACTIVE")
    async with notifying(asking, database):
        await world.connection.execute("UPDATE people.person SET last_name = 'Z' WHERE id = $1", person_id(1))
        [message] = await subscriber.messages(1)
        [listed] = await asking.listed(lambda row: row["lastSuccessAt"] is not None)
    headers, body = subscriber.received[0]
    assert message["data"] == {"subscription": told["id"], "changed": [person_id(1)], "withdrawn": []}
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = hmac.digest(b64decode(secret.removeprefix("whsec_")), signed, sha256)
    assert headers["webhook-signature"] == f"v1,{b64encode(expected).decode()}"
    assert listed["id"] == told["id"]
    written = await world.connection.fetch(
        "SELECT row_to_json(e)::text AS row FROM journal.entry e UNION ALL"
        " SELECT row_to_json(s)::text FROM access.subscription s"
    )
    raw = b64decode(secret.removeprefix("whsec_"))
    everywhere = "".join(row["row"] for row in written)
    assert subscriber.url not in everywhere
    assert not [form for form in (secret, secret[6:], raw.hex()) if form in everywhere + caplog.text]
    names = await world.connection.fetch(
        "SELECT kind, client FROM journal.entry WHERE operation_name = 'subscribeToChanges'"
    )
    assert {(row["kind"], row["client"]) for row in names} == {("INTENT", SYSTEM), ("DISCLOSURE", SYSTEM)}
    assert (await asking.hub.ask(OFFICER, END, {"id": told["id"]})).data == {"endSubscription": told["id"]}
    assert await asking.ids() == set()
    assert (await asking.hub.ask(OFFICER, END, {"id": told["id"]})).code == "SUBSCRIPTION_UNKNOWN"


async def test_a_request_sent_again_makes_nothing_and_tells_no_secret(asking: Asking) -> None:
    answers = await asyncio.gather(*(asking.made(idempotencyKey="cle-unique-1") for _ in range(5)))
    secrets = [made["secret"] for made in answers if made["secret"] is not None]
    assert len(secrets) == 1
    assert {made["subscription"]["id"] for made in answers} == await asking.ids()
    again = await asking.made(idempotencyKey="cle-unique-1")
    assert again == {**answers[0], "secret": None}
    for changed in ({"days": 3}, {"url": "https://93.184.215.15/"}, {"query": "{ changes { nodes { id } } }"}):
        refused = await asking.subscribe(idempotencyKey="cle-unique-1", **changed)
        assert (refused.code, refused.data) == ("IDEMPOTENCY_KEY_REUSED", {"subscribeToChanges": None})
    other = await asking.made(COLLEAGUE, idempotencyKey="cle-unique-1")
    assert other["secret"] not in (None, *secrets)


@pytest.mark.parametrize("actor", ["direct", CLOSED])
async def test_an_application_that_the_settings_do_not_name_makes_none(asking: Asking, actor: str) -> None:
    assert (await asking.subscribe(actor)).code == "SUBSCRIPTION_NOT_OPEN"
    assert (await asking.hub.ask(actor, LISTED)).data == {"subscriptions": []}
    assert await asking.ids() == set()


async def test_nobody_sees_or_ends_the_subscription_of_another_actor_or_application(asking: Asking) -> None:
    """Nor by the role itself, whatever its statement, once a transaction says whose it is."""
    identifier = (await asking.made())["subscription"]["id"]
    for actor in (COLLEAGUE, ELSEWHERE, CLOSED, "direct"):
        for given in (identifier, identifier.upper(), str(uuid4()), "x"):
            assert (await asking.hub.ask(actor, END, {"id": given})).code == "SUBSCRIPTION_UNKNOWN"
        assert (await asking.hub.ask(actor, LISTED)).data == {"subscriptions": []}
    assert await asking.ids() == {identifier}


async def test_the_role_that_subscribes_reads_no_term_and_touches_no_row_of_others(
    asking: Asking, database: Database
) -> None:
    identifier = (await asking.made())["subscription"]["id"]
    role = await database.connect("subscriber")
    assert await role.fetch("SELECT id FROM access.subscription") == []
    for statement in (
        "SELECT sealed FROM access.subscription",
        "SELECT cursor FROM access.subscription",
        "SELECT FROM people.person",
        "SELECT FROM access.link",
        "UPDATE access.subscription SET ends_at = now()",
        "INSERT INTO access.subscription (id, state) VALUES (gen_random_uuid(), 'PAUSED')",
        ADDED_FOR_ANOTHER,
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await role.execute(statement)
    await role.execute(
        "SELECT set_config('spie.client', $1, false), set_config('spie.actor', 'another', false)", SYSTEM
    )
    assert len(await role.fetch("SELECT id FROM access.subscription")) == 1
    assert await role.execute("DELETE FROM access.subscription") == "DELETE 0"
    await role.close()
    assert await asking.ids() == {identifier}


async def test_an_application_has_no_more_than_its_number_at_once_too_and_one_that_ended_leaves_room(
    asking: Asking,
) -> None:
    answers = await asyncio.gather(*(asking.subscribe(actor) for actor in (OFFICER, COLLEAGUE) * 3))
    assert len(await asking.ids()) == MOST
    refused = [answer for answer in answers if "errors" in answer.json]
    assert {answer.code for answer in refused} == {"SUBSCRIPTION_LIMIT"}
    assert await asking.made(ELSEWHERE)
    [(actor, first), *_] = [(who, row["id"]) for who in (OFFICER, COLLEAGUE) for row in await asking.listed(actor=who)]
    assert (await asking.hub.ask(actor, END, {"id": first})).data == {"endSubscription": first}
    assert await asking.made()
    assert (await asking.subscribe()).code == "SUBSCRIPTION_LIMIT"


async def test_an_application_of_the_same_name_at_another_issuer_takes_no_place(asking: Asking) -> None:
    await asking.made()
    await asking.rows.execute(OF_ANOTHER_ISSUER, MOST)
    assert await asking.made()
    assert (await asking.subscribe()).code == "SUBSCRIPTION_LIMIT"


async def test_an_address_that_is_not_public_tells_nothing_of_the_networks_of_the_hub(asking: Asking) -> None:
    """Whether a name exists there, or a host answers, is told alike."""
    urls = ("https://10.0.0.8/", "https://169.254.169.254/", "https://no-such-host.invalid/", "https://[fd00::1]/")
    answers = [await asking.subscribe(url=url) for url in urls]
    assert len({answer.body for answer in answers}) == 1
    assert answers[0].code == "SUBSCRIPTION_ADDRESS"
    for url in ("http://93.184.215.14/", "https://a@93.184.215.14/", "ftp://93.184.215.14/", "", "x" * 3_000):
        assert (await asking.subscribe(url=url)).code == "SUBSCRIPTION_URL"
    assert await asking.ids() == set()


async def test_an_application_that_has_its_number_is_told_nothing_of_an_address(asking: Asking) -> None:
    for _ in range(MOST):
        await asking.made()
    answers = [await asking.subscribe(url=url) for url in ("https://10.0.0.8/", "https://no-such-host.invalid/", "x")]
    assert {answer.code for answer in answers} == {"SUBSCRIPTION_LIMIT"}


async def test_a_subscription_tells_no_more_than_its_actor_may_read_through_its_application(
    asking: Asking, world: Rows, database: Database, subscriber: Subscriber
) -> None:
    """What the scope leaves out, and whom nobody reads; a change that is read follows, so that silence is no delay."""
    await someone(world, 1)
    await someone(world, 2)
    await world.connection.execute("DELETE FROM access.link WHERE person_id = $1", person_id(2))
    query = "{ changes { nodes { lastName rsa { status } } } }"
    made = await asking.made(url=subscriber.url, query=query)
    async with notifying(asking, database):
        await world.sourced("people.rsa", person_id=person_id(1), status="DROIT_OUVERT_VERSABLE")
        await world.connection.execute("UPDATE people.person SET last_name = 'Z' WHERE id = $1", person_id(2))
        await someone(world, 3)
        [message] = await subscriber.messages(1)
    assert message["data"] == {"subscription": made["subscription"]["id"], "changed": [person_id(3)], "withdrawn": []}


@pytest.mark.parametrize(
    ("given", "code", "place"),
    [
        ({"query": "{ persons { nodes { id } } }"}, "SUBSCRIPTION_QUERY", None),
        ({"query": "{ changes { nodes { nothing } } }"}, "SUBSCRIPTION_QUERY", None),
        ({"query": "{ changes("}, "SUBSCRIPTION_QUERY", None),
        ({"query": "mutation { endSubscription(id: 1) }"}, "SUBSCRIPTION_QUERY", None),
        ({"query": "# " + "x" * 200_000}, "SUBSCRIPTION_QUERY", None),
        ({"days": 0}, "BAD_INPUT", "input.days"),
        ({"days": 367}, "BAD_INPUT", "input.days"),
        ({"idempotencyKey": "court"}, "BAD_INPUT", "input.idempotencyKey"),
    ],
)
async def test_what_can_not_be_subscribed_is_refused_with_its_code_and_leaves_nothing(
    asking: Asking, given: dict[str, Any], code: str, place: str | None
) -> None:
    answer = await asking.subscribe(**given)
    [error] = answer.json["errors"]
    assert (error["extensions"]["code"], answer.data) == (code, {"subscribeToChanges": None})
    assert error["extensions"].get("input", {}) in (place, {})
    assert await asking.ids() == set()


async def test_all_that_is_wrong_with_the_form_of_a_subscription_is_told_at_once(asking: Asking) -> None:
    answer = await asking.subscribe(days=0, idempotencyKey="court")
    inputs = [error["extensions"]["input"] for error in answer.json["errors"]]
    assert inputs == ["input.days", "input.idempotencyKey"]


async def test_an_application_of_trusted_documents_subscribes_by_one_of_them_alone(asking: Asking) -> None:
    assert (await asking.subscribe(FROZEN, query="{ changes { nodes { id } } }")).code == "SUBSCRIPTION_QUERY"
    assert (await asking.made(FROZEN, query=QUERY))["secret"]


async def test_whoever_subscribed_before_the_keys_changed_repeats_sees_and_ends_its_own(
    asking: Asking, database: Database, tmp_path: Path
) -> None:
    made = await asking.made(idempotencyKey="cle-d-avant")
    changed = {
        name: OverlappingKey.of(token_bytes(SIZE), database.keys.values[name], time.time() + 3_600)
        for name in ("subscriptions", "cursors")
    }
    keys = replace(database.keys, values={**database.keys.values, **changed})
    async with inside(replace(database, keys=keys), ACTORS, tmp_path, settled=_settled) as hub:
        later = replace(asking, hub=hub)
        assert await later.made(idempotencyKey="cle-d-avant") == {**made, "secret": None}
        assert (await later.subscribe(idempotencyKey="cle-d-avant", days=3)).code == "IDEMPOTENCY_KEY_REUSED"
        identifier = made["subscription"]["id"]
        assert [row["id"] for row in await later.listed()] == [identifier]
        assert (await hub.ask(COLLEAGUE, END, {"id": identifier})).code == "SUBSCRIPTION_UNKNOWN"
        assert (await hub.ask(OFFICER, END, {"id": identifier})).data == {"endSubscription": identifier}
    assert await asking.ids() == set()


async def test_an_application_that_may_subscribe_no_more_is_told_nothing_until_it_may_again(
    asking: Asking, database: Database, world: Rows, subscriber: Subscriber
) -> None:
    made = await asking.made(url=subscriber.url)
    async with notifying(asking, database, most=0):
        await someone(world, 1)
        await asking.listed(lambda row: row["state"] == "SUSPENDED")
    assert subscriber.received == []
    async with notifying(asking, database):
        [message] = await subscriber.messages(1)
    assert message["data"] == {"subscription": made["subscription"]["id"], "changed": [person_id(1)], "withdrawn": []}


async def test_an_application_is_told_nothing_by_a_document_that_it_may_send_no_more(
    asking: Asking, database: Database, world: Rows, subscriber: Subscriber
) -> None:
    made = await asking.made(FROZEN, url=subscriber.url)
    async with notifying(asking, database, trusted={"one": SUBSCRIBE, "three": LISTED}):
        await someone(world, 1)
        [listed] = await asking.listed(lambda row: row["state"] == "SUSPENDED", FROZEN)
    assert (listed["reason"], subscriber.received) == ("DOCUMENT_NOT_TRUSTED", [])
    async with notifying(asking, database):
        [message] = await subscriber.messages(1)
    assert message["data"] == {"subscription": made["subscription"]["id"], "changed": [person_id(1)], "withdrawn": []}


async def test_two_mutations_at_once_subscribe_nobody(asking: Asking) -> None:
    given = {"url": "https://93.184.215.14/", "query": QUERY, "idempotencyKey": str(uuid4())}
    twice = SUBSCRIBE.replace("{ subscribeToChanges", '{ endSubscription(id: "x") subscribeToChanges', 1)
    assert (await asking.hub.ask(OFFICER, twice, {"input": given})).code == "MUTATION_SEVERAL"
    assert await asking.ids() == set()


async def test_however_often_a_request_lists_subscriptions_it_takes_no_more_connections(
    asking: Asking, database: Database
) -> None:
    assert await asking.listed() == []  # the hub has connected to what else it asks
    admin = await database.connect()
    taken = await admin.fetchval("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
    await admin.execute(f'ALTER DATABASE "{database.name}" CONNECTION LIMIT {taken + CONNECTIONS}')
    try:
        fields = " ".join(f"list{number}: subscriptions {{ id }}" for number in range(20))
        got = await asking.hub.ask(OFFICER, f"{{ {fields} }}")
    finally:
        await admin.execute(f'ALTER DATABASE "{database.name}" CONNECTION LIMIT -1')
        await admin.close()
    assert got.json["data"] == {f"list{number}": [] for number in range(20)}
