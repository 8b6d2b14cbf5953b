"""The application: which subgraphs run in this process, how the others are reached, and what is served over HTTP."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

from starlette.routing import BaseRoute

from hub.changes.change_list import ChangeList
from hub.changes.subgraph import changes_subgraph
from hub.changes.visibility import watched_tables
from hub.changes.wake import Wakes
from hub.document.nir import refuse_nir
from hub.document.persisted import Documents
from hub.errors import NotServed
from hub.fair_worker import FairWorker
from hub.federation.client.http1 import HttpTransport
from hub.federation.client.transport import Transport
from hub.federation.operations.operation import Operation
from hub.graph import Graph
from hub.health import HealthReader
from hub.http.asgi import AsgiApplication
from hub.http.docs_pages import docs_pages
from hub.http.graphiql import graphiql
from hub.http.health_pages import health_pages
from hub.http.journal_page import journal_page
from hub.http.matching_page import matching_page
from hub.http.policy_page import policy_page
from hub.http.sources_page import sources_page
from hub.identity.applications import Applications, subscribers
from hub.identity.authenticator import Authenticator
from hub.journal.read.access_lists import AccessLists
from hub.journal.read.data_labels import data_labels
from hub.journal.read.journal_reader import JournalReader
from hub.journal.read.perimeter import ROLE, Perimeter
from hub.journal.signing import Signer
from hub.journal.subgraph import journal_subgraph
from hub.journal.write.client_texts import check_operation_name
from hub.journal.write.group_commit import Journal
from hub.journal.write.journalling import Journalling, deferred_visibility
from hub.journal.write.keyring import Keyring
from hub.journal.write.outside_copies import OutsideCopies
from hub.live_queries import LiveQueries
from hub.matching.review_queue import ReviewQueue
from hub.observability.instrumentation import Instrumentation, instrumentation
from hub.observability.meters import Meters
from hub.observability.state import tell_hub, tell_subgraph, work_metrics
from hub.observability.trace_settings import TraceSettings
from hub.outgoing.systems import SYSTEMS
from hub.pages.graphiql_texts import graphiql_texts
from hub.pipeline import Pipeline
from hub.policy.decide.classification import Classification
from hub.policy.decide.decision import DecisionClass
from hub.policy.enforce.authorise import Authorisation, authorise
from hub.policy.enforce.enumeration_limit import EnumerationLimit
from hub.policy.enforce.input_check import check_variables_only
from hub.policy.enforce.schema_view import Views
from hub.policy.enforce.write_check import check_connected, check_single_write
from hub.prepare import DEADLINE
from hub.request_limit import RequestCount
from hub.runs.status_reader import StatusReader
from hub.settings import Settings
from hub.subscriptions.own_subscriptions import NoSubscriptions, OwnSubscriptions, Subscribing
from hub.subscriptions.registration import Registration
from hub.subscriptions.standing import Standings
from hub.subscriptions.subgraph import subscriptions_subgraph
from hub.subscriptions.terms import TermsSeal
from hub.transports import InProcess, allowed_codes, no_headers, signed_headers
from infra.keys import Keys, role_keys
from infra.role_names import ACCESS, CHANGES_READER, JOURNALS, REVIEWER, RUNS_READER, SUBSCRIBER
from infra.roles import Dsn
from schema.local_state import LocalState
from schema.shared_state import SharedState
from schema.subgraphs import CHANGES, JOURNAL, SUBGRAPHS, SUBSCRIPTIONS
from subgraphs.kit.cursors import Sealer
from subgraphs.kit.http import Application
from subgraphs.kit.readiness import Probe, Readiness, check_current
from subgraphs.kit.sdl import load as load_model
from subgraphs.kit.server import Subgraph, served_schema
from subgraphs.kit.transactions import Database


def subgraph(name: str, graph: Graph, keys: Keys, dsn: Dsn, parts: Instrumentation, worker: FairWorker) -> Subgraph:
    """One of the four subgraphs, which reads, and writes, as its own roles under the policy of this graph, and compiles
    its statements in the turns of this worker."""
    database = parts.database(dsn(f"{name}_query"))
    model = load_model(name)
    names = keys.nir if model.matches_identities else None
    writing = parts.database(dsn(f"{name}_write")) if model.mutation is not None else None
    policy = graph.table.digest
    return Subgraph(
        model,
        database,
        policy=policy,
        cursors=keys.cursors,
        match_secret=names,
        writing=writing,
        in_turn=worker.run_admitted,
    )


def subgraph_keys(name: str) -> tuple[str, ...]:
    """The keys that a subgraph needs in its own process: of those that sign calls and of passwords, only its own."""
    return (f"context-{name}", *_local_keys(name), *role_keys(*_roles(name)))


def _roles(name: str) -> tuple[str, ...]:
    """The database roles of a subgraph: it writes if it has mutations."""
    return (f"{name}_query", *((f"{name}_write",) if load_model(name).mutation is not None else ()))


def _local_keys(name: str) -> tuple[str, ...]:
    return ("cursors", *(("nir",) if load_model(name).matches_identities else ()))


def hub_roles(remote: Collection[str], *, subscribes: bool = False) -> tuple[str, ...]:
    """The database roles of a hub whose `remote` subgraphs run elsewhere; `subscribes`: applications may subscribe."""
    local = (role for name in SUBGRAPHS if name not in remote for role in _roles(name))
    return (*local, ROLE, CHANGES_READER, *JOURNALS, RUNS_READER, REVIEWER, *([SUBSCRIBER] if subscribes else ()))


def hub_keys(remote: Collection[str], *, subscribes: bool = False) -> tuple[str, ...]:
    """The keys of a hub that signs calls to the `remote` subgraphs: it holds nothing of what they alone need."""
    local = (key for name in SUBGRAPHS if name not in remote for key in _local_keys(name))
    contexts = (f"context-{name}" for name in remote)
    subscribing = ("subscriptions",) if subscribes else ()
    roles = role_keys(*hub_roles(remote, subscribes=subscribes))
    return tuple(dict.fromkeys(("cursors", "journal", *local, *contexts, *subscribing, *roles)))


def subgraph_app(
    name: str,
    graph: Graph,
    traces: TraceSettings | None,
    keys: Keys,
    dsn: Dsn,
    meters: Meters | None = None,
    state: SharedState | None = None,
) -> Any:
    """The ASGI application of a subgraph in its own process, which answers only calls that the hub signed, once each
    by what `state` remembers; `meters` count what it does."""
    parts = instrumentation(traces, f"spie-{name}", graph, meters)
    served = subgraph(name, graph, keys, dsn, parts, FairWorker("compile", DEADLINE))
    if meters is not None:
        tell_subgraph(meters, graph.table.digest, served.databases, state)
    return parts.process(Application(served, (keys.context(name),), state=state), name)


class HubApp(AsgiApplication):
    """The hub's ASGI application: GraphQL, the pages of its health, and the routes of `pages`.

    `local` are the subgraphs of this process, `remote` the connections to the others, `links` the database of links
    between actors and people, `changed` that of what changed of whom, `sources` reads how fresh they are, `reviews` who
    may be one person, `subscribing` keeps the subscriptions of applications; `parts` made them all, to be closed last;
    `origins` are those of pages elsewhere that may ask; `live` are the queries that stay open, which `wakes` wakes;
    `state` is what it knows together with other processes.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        journal: Journal,
        copies: OutsideCopies,
        journal_reader: JournalReader,
        links: Database,
        changed: Database,
        sources: StatusReader,
        reviews: ReviewQueue,
        subscribing: Subscribing,
        local: Mapping[str, Subgraph],
        remote: Mapping[str, HttpTransport],
        parts: Instrumentation,
        pages: Sequence[BaseRoute],
        origins: Collection[str],
        live: LiveQueries,
        wakes: Wakes,
        state: SharedState,
    ) -> None:
        self._live, self._wakes, self._state = live, wakes, state
        self.pipeline, self.journal, self.links, self.local = pipeline, journal, links, local
        self._changed = changed
        self._journal_reader, self._copies, self._remote, self._parts = journal_reader, copies, remote, parts
        self._subscribing = subscribing
        probes: dict[str, Probe] = {
            **{
                role: partial(database.probe, name)
                for name, subgraph in local.items()
                for role, database in subgraph.databases.items()
            },
            ROLE: partial(links.probe, ACCESS),
            CHANGES_READER: partial(changed.probe, ACCESS),
            "journal_writer": journal.probe,
            "journal_reader": journal_reader.probe,
            "journal_keeper": pipeline.journalling.keyring.probe,
            RUNS_READER: sources.statuses,
            REVIEWER: reviews.probe,
            **subscribing.probes,
            "issuers": self._issuers,
            "shared_state": partial(check_current, state),
        }
        self.health = HealthReader([*probes], Readiness(probes).answer, sources, state)
        endpoint = parts.endpoint(pipeline.answer, pipeline.identify, live.events)
        routes = [*health_pages(self.health, pipeline.clock), *pages]
        super().__init__(endpoint, routes, page=True, origins=origins)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open databases, key sets and journal, and close all connections at the end; raises NotServed."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._parts.close)
            await stack.enter_async_context(self._state.running())
            local = (database for subgraph in self.local.values() for database in subgraph.databases.values())
            for database in (*local, self.links, self._changed):
                await database.open()
                stack.push_async_callback(database.close)
            for transport in self._remote.values():
                stack.push_async_callback(transport.close)
            stack.push_async_callback(self.pipeline.journalling.keyring.close)
            stack.push_async_callback(self._journal_reader.close)
            stack.push_async_callback(self._subscribing.close)
            await stack.enter_async_context(self.pipeline.authenticator.running())
            await stack.enter_async_context(self._wakes.running())
            await stack.enter_async_context(self._copies.running())
            await self.journal.start()
            stack.push_async_callback(self.journal.stop)
            yield

    def drain(self) -> None:
        """End the queries that stay open, so that the process can stop."""
        self._live.drain()

    async def _issuers(self) -> None:
        if not self.pipeline.authenticator.ready(self.pipeline.clock()):
            raise NotServed("ISSUER_KEYS_UNAVAILABLE", "Aucun émetteur n'a de clé.", "no issuer has a valid key")


def unix_seconds() -> int:
    """The clock of a running hub."""
    return int(time.time())


def unconnected(settings: Settings) -> Mapping[str, str]:
    """By mutation, the labels of the systems that these settings don't reach."""
    reached = {row.system for row in settings.outgoing}
    return {system.mutation: system.label for system in SYSTEMS.values() if system.name not in reached}


def policy_step(
    classification: Classification, out_of_reach: Mapping[str, str]
) -> Callable[[Operation, DecisionClass], Authorisation]:
    """The policy step. It first checks the operation's name, which the journal keeps, and the document's values, which
    the cache of operations keeps; `out_of_reach`: systems that can't be sent to, by mutation."""

    def decide(operation: Operation, decisions: DecisionClass) -> Authorisation:
        check_operation_name(operation.name)
        check_variables_only(operation, classification)
        check_single_write(operation)
        check_connected(operation, out_of_reach)
        return authorise(operation, decisions, classification)

    return decide


def load_ahead(graph: Graph, settings: Settings) -> None:
    """Make what all hubs of these settings have alike, so that no request waits for it, and no worker that is forked
    after it: the schemas of subgraphs, and the decisions through applications."""
    for name in SUBGRAPHS:
        if name not in settings.subgraphs:
            served_schema(load_model(name))
    for scope in {scope for client in settings.clients for scope in client.scopes}:
        graph.table.through(scope)


def hub_app(
    graph: Graph,
    settings: Settings,
    keys: Keys,
    dsn: Dsn,
    more: Sequence[BaseRoute] = (),
    clock: Callable[[], int] = unix_seconds,
    meters: Meters | None = None,
    state: SharedState | None = None,
) -> HubApp:
    """The hub with the subgraphs that the settings don't place elsewhere, and `more` routes; `clock` gives Unix
    seconds, `meters` count what it does, `state` is what it knows together with other processes."""
    load_ahead(graph, settings)
    state = state or LocalState()
    table, policy = graph.table, graph.table.policy
    parts = instrumentation(settings.traces, "spie-hub", graph, meters)
    worker = FairWorker("prepare", settings.deadline)  # preparing and compiling are one client's turn
    local = {
        name: subgraph(name, graph, keys, dsn, parts, worker) for name in SUBGRAPHS if name not in settings.subgraphs
    }
    remote = _remote_transports(settings, keys, parts)
    copies = OutsideCopies(settings.checkpoints)
    journal, keyring = parts.journal(dsn, Signer(keys.journal), copies.keep), Keyring(dsn("journal_keeper"))
    reader, links = JournalReader(dsn("journal_reader")), parts.database(dsn(ROLE))
    labels = data_labels(
        graph.supergraph.schema, table.classification, policy, settings.names, _partners(settings), graph.labels
    )
    lists = AccessLists(reader, keyring, Perimeter(links), labels, partial(Sealer, keys.cursors))
    changed = parts.database(dsn(CHANGES_READER))
    wakes = Wakes(dsn(CHANGES_READER))
    changes = ChangeList(changed, watched_tables(), partial(Sealer, keys.cursors))
    applications = Applications(settings.clients, policy.clients)
    purposes = parts.purposes(policy.purposes, settings.agreements)
    documents = Documents(settings.documents, state=state)
    preparer = parts.preparer(
        graph.supergraph,
        graph.schema,
        policy_step(table.classification, unconnected(settings)),
        limits=settings.limits,
        shares=settings.override,
        exact=frozenset(local),
        admit=refuse_nir,
        worker=worker,
    )
    own = subscribers(settings.clients)
    standings = Standings(table, preparer, purposes, applications, settings.issuers, own, documents)
    subscribing = _subscribing(settings, keys, dsn, standings, changes)
    in_process: dict[str, Transport] = {
        JOURNAL: journal_subgraph(lists, table.digest),
        CHANGES: changes_subgraph(changes, table.digest),
        SUBSCRIPTIONS: subscriptions_subgraph(subscribing, table.digest),
    }
    in_process |= {name: InProcess(subgraph) for name, subgraph in local.items()}
    transports = {name: parts.call(transport, remote=False) for name, transport in in_process.items()}
    transports |= {name: parts.call(transport, remote=True) for name, transport in remote.items()}
    authenticator = Authenticator(settings.issuers, settings.audience, policy.actors, clock, applications, state)
    pipeline = Pipeline(
        authenticator=authenticator,
        purposes=purposes,
        table=table,
        request_count=RequestCount(settings.requests, state),
        enumeration_limit=EnumerationLimit(settings.misses, state),
        documents=documents,
        preparer=preparer,
        views=Views(graph.schema, table.classification),
        transports=transports,
        codes=allowed_codes(graph.schema),
        journalling=Journalling(journal, keyring, deferred_visibility(policy)),
        deadline=settings.deadline,
        bounds=settings.bounds,
        show_plans=settings.show_plans,
        clock=clock,
        stage=parts.stage,
    )
    sources, reviews = StatusReader(dsn(RUNS_READER), settings.sources), ReviewQueue(dsn)
    pages = [
        *docs_pages(),
        *graphiql(graphiql_texts(graph.schema, policy)),
        policy_page(table, authenticator, purposes, pipeline.request_count, clock),
        journal_page(pipeline.answer, policy, authenticator, clock),
        sources_page(sources.statuses, authenticator, purposes, pipeline.request_count, clock),
        matching_page(pipeline.answer, reviews, authenticator, purposes, pipeline.request_count, clock),
    ]
    live = LiveQueries(pipeline, changes, wakes, settings.streams)
    app = HubApp(
        pipeline, journal, copies, reader, links, changed, sources, reviews, subscribing, local, remote, parts,
        [*pages, *more], settings.origins, live, wakes, state,
    )  # fmt: skip
    if meters is not None:
        databases = {role: database for name in local.values() for role, database in name.databases.items()}
        tell_hub(meters, pipeline, journal, copies, {**databases, ROLE: links, CHANGES_READER: changed}, remote, state)
        meters.tell(partial(work_metrics, worker, live))
        meters.tell_later(app.health.metrics)
    return app


def _subscribing(settings: Settings, keys: Keys, dsn: Dsn, standings: Standings, changes: ChangeList) -> Subscribing:
    """What applications do with their own subscriptions, with the role and the key that this takes only where the
    settings let one of them subscribe."""
    most = subscribers(settings.clients)
    if not most:
        return NoSubscriptions()
    seal, networks = TermsSeal(keys.subscriptions), settings.notifications.networks
    registration = Registration(standings, standings.purposes, changes, seal, networks, keys.subscriptions)
    return OwnSubscriptions(dsn, registration, most)


def _remote_transports(settings: Settings, keys: Keys, parts: Instrumentation) -> Mapping[str, HttpTransport]:
    """The connections to subgraphs elsewhere; one without the contract gets nothing of who asks."""
    signed = parts.headers(signed_headers(keys))
    return {
        name: HttpTransport(remote.url, signed if remote.signed else no_headers, care=remote.care, tls=remote.tls)
        for name, remote in settings.subgraphs.items()
    }


def _partners(settings: Settings) -> Mapping[str, str]:
    """What people call the application of a partner, or what sends to another system, by its client."""
    sent = {system.client: f"Envoi par le hub : {system.label}" for system in SYSTEMS.values()}
    return sent | {
        client.name: f"{client.name} ({settings.names.get(client.organisation, client.organisation)})"
        for client in settings.clients
    }
