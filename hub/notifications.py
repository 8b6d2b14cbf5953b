"""The process that notifies subscribers, put together: it holds no role that reads a value of a person."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from hub.app import policy_step, unix_seconds
from hub.changes.change_list import ChangeList
from hub.changes.visibility import watched_tables
from hub.changes.wake import Wakes
from hub.document.nir import refuse_nir
from hub.document.persisted import Documents
from hub.federation.client.tls import client_tls
from hub.graph import Graph
from hub.http.notifications import NotificationApplication, notification_metrics
from hub.identity.applications import Applications, subscribers
from hub.journal.signing import Signer
from hub.journal.write.journalling import Journalling, deferred_visibility
from hub.journal.write.keyring import Keyring
from hub.journal.write.outside_copies import OutsideCopies
from hub.observability.instrumentation import Instrumentation, instrumentation
from hub.observability.meters import Meters
from hub.observability.state import journal_metrics, request_limit_metric, tell_subgraph
from hub.request_limit import RequestCount
from hub.settings import Settings
from hub.subscriptions.delivery import Sender
from hub.subscriptions.notifier import Notifier
from hub.subscriptions.registration import Registration
from hub.subscriptions.rounds import Rounds
from hub.subscriptions.standing import Standings
from hub.subscriptions.terms import TermsSeal
from infra.connecting import connect, connections
from infra.keys import Keys, role_keys
from infra.role_names import ACCESS, CHANGES_READER, JOURNALS, SUBSCRIPTIONS_KEEPER, SUBSCRIPTIONS_WRITER
from infra.roles import Dsn
from schema.local_state import LocalState
from schema.shared_state import SharedState
from subgraphs.kit.cursors import Sealer
from subgraphs.kit.readiness import Readiness, check_current
from subgraphs.kit.transactions import Database

ROLES = (CHANGES_READER, SUBSCRIPTIONS_KEEPER, *JOURNALS)
"""The database roles of the process."""
KEYS = ("cursors", "journal", "subscriptions", *role_keys(*ROLES))
"""Its keys."""
REGISTRATION_ROLES = (CHANGES_READER, SUBSCRIPTIONS_WRITER)
"""The database roles of whoever makes subscriptions."""
REGISTRATION_KEYS = ("cursors", "subscriptions", *role_keys(*REGISTRATION_ROLES))


def standings(graph: Graph, settings: Settings, parts: Instrumentation) -> Standings:
    """What decides on the actors of subscriptions, by the settings and the policy of now."""
    table = graph.table
    return Standings(
        table=table,
        preparer=parts.preparer(
            graph.supergraph,
            graph.schema,
            policy_step(table.classification, {}),
            limits=settings.limits,
            admit=refuse_nir,
        ),
        purposes=parts.purposes(table.policy.purposes, settings.agreements),
        applications=Applications(settings.clients, table.policy.clients),
        issuers=settings.issuers,
        subscribers=subscribers(settings.clients),
        documents=Documents(settings.documents),
    )


def registration(graph: Graph, settings: Settings, keys: Keys, changed: Database) -> Registration:
    """What makes subscriptions; `changed` reads as the role `changes_reader`."""
    parts = instrumentation(None, "spie-hub", graph)
    decided = standings(graph, settings, parts)
    changes = ChangeList(changed, watched_tables(), partial(Sealer, keys.cursors))
    seal = TermsSeal(keys.subscriptions)
    networks = settings.notifications.networks
    return Registration(decided, decided.purposes, changes, seal, networks, keys.subscriptions)


def notifications_app(
    graph: Graph,
    settings: Settings,
    keys: Keys,
    dsn: Dsn,
    clock: Callable[[], int] = unix_seconds,
    meters: Meters | None = None,
    state: SharedState | None = None,
) -> NotificationApplication:
    """The ASGI application of the process; `clock` gives Unix seconds, `meters` count what it does, `state` is what it
    knows together with other processes."""
    state = state or LocalState()
    parts, chosen = instrumentation(None, "spie-notifications", graph, meters), settings.notifications
    copies = OutsideCopies(settings.checkpoints)
    journal, keyring = parts.journal(dsn, Signer(keys.journal), copies.keep), Keyring(dsn("journal_keeper"))
    changed, wakes = parts.database(dsn(CHANGES_READER)), Wakes(dsn(CHANGES_READER))
    changes = ChangeList(changed, watched_tables(), partial(Sealer, keys.cursors))
    requests = RequestCount(settings.requests, state)
    notifier = Notifier(
        wakes,
        TermsSeal(keys.subscriptions),
        standings(graph, settings, parts),
        Rounds(changes, Journalling(journal, keyring, deferred_visibility(graph.table.policy))),
        Sender(chosen.networks, chosen.tls or client_tls(), chosen.patience.timeout_seconds),
        requests,
        chosen.patience,
        clock,
        state,
    )
    readiness = Readiness(
        {
            CHANGES_READER: partial(changed.probe, ACCESS),
            SUBSCRIPTIONS_KEEPER: partial(_probe, dsn(SUBSCRIPTIONS_KEEPER)),
            "journal_writer": journal.probe,
            "journal_keeper": keyring.probe,
            "shared_state": partial(check_current, state),
        }
    )

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(state.running())
            await changed.open()
            stack.push_async_callback(changed.close)
            stack.push_async_callback(keyring.close)
            await stack.enter_async_context(copies.running())
            await journal.start()
            stack.push_async_callback(journal.stop)
            pool = await stack.enter_async_context(connections(dsn(SUBSCRIPTIONS_KEEPER), chosen.patience.at_once + 2))
            await stack.enter_async_context(wakes.running())
            await stack.enter_async_context(notifier.running(pool))
            yield

    if meters is not None:
        tell_subgraph(meters, graph.table.digest, {CHANGES_READER: changed}, state)
        meters.tell(partial(notification_metrics, notifier.outcomes))
        meters.tell(lambda: [request_limit_metric(requests)])
        meters.tell(partial(journal_metrics, journal, copies))
    return NotificationApplication(running, readiness.answer)


async def _probe(dsn: str) -> None:
    connection = await connect(dsn)
    try:
        await connection.execute("SELECT FROM access.subscription LIMIT 1")
    finally:
        await connection.close()
