"""The application: which subgraphs run in this process, how the others are reached, and what is served over HTTP."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from hub.document.nir import refuse_numbers
from hub.document.persisted import Documents
from hub.federation.client.http1 import HttpTransport
from hub.federation.client.transport import Transport
from hub.federation.operations.operation import Operation
from hub.graph import Graph
from hub.http.asgi import AsgiApplication
from hub.http.graphiql import graphiql
from hub.http.journal_page import journal_page
from hub.http.metrics import HubMetrics, exposition
from hub.http.policy_page import policy_page
from hub.identity.applications import Applications
from hub.identity.authenticator import Authenticator
from hub.journal.read.access_lists import AccessLists
from hub.journal.read.data_labels import words as journal_words
from hub.journal.read.journal_reader import JournalReader
from hub.journal.read.perimeter import ROLE, Perimeter
from hub.journal.signing import Signer
from hub.journal.subgraph import JournalSubgraph
from hub.journal.write.client_texts import check_operation_name
from hub.journal.write.group_commit import Journal
from hub.journal.write.journalling import Journalling, deferred_visibility
from hub.journal.write.keyring import Keyring
from hub.pages.graphiql_texts import words
from hub.pipeline import Pipeline
from hub.policy.decide.classification import Classification
from hub.policy.decide.decision_table import DecisionClass
from hub.policy.enforce.authorise import Authorisation, authorise
from hub.policy.enforce.enumeration_limit import Misses
from hub.policy.enforce.input_check import check_variables_only
from hub.policy.enforce.schema_view import Views
from hub.settings import SUBGRAPHS, Settings
from hub.tracing.instrumentation import Instrumentation, instrumentation
from hub.tracing.trace_settings import TraceSettings
from hub.transports import InProcess, allowed_codes, signed_headers
from infra.keys import Keys
from infra.roles import Dsn
from schema.sdl import HUB
from subgraphs.kit.cursors import Sealer
from subgraphs.kit.http import Application
from subgraphs.kit.sdl import load as load_model
from subgraphs.kit.server import Subgraph
from subgraphs.kit.transactions import Database


def subgraph(name: str, graph: Graph, keys: Keys, dsn: Dsn, made: Instrumentation) -> Subgraph:
    """One of the four subgraphs, reading as its own query role, under the policy of this graph."""
    database = made.database(dsn(f"{name}_query"))
    model = load_model(name)
    names = keys.nir if model.finds else None
    return Subgraph(model, database, policy=graph.table.digest, cursors=keys.cursors, names=names)


def subgraph_keys(name: str) -> tuple[str, ...]:
    """The keys that a subgraph needs in a process of its own: of those that sign calls, its own alone."""
    return ("database", "cursors", f"context-{name}", *(("nir",) if load_model(name).finds else ()))


def subgraph_app(name: str, graph: Graph, traces: TraceSettings | None, keys: Keys, dsn: Dsn) -> Any:
    """A subgraph as a process of its own: it answers nothing but calls that the hub signed."""
    made = instrumentation(traces, f"spie-{name}", graph)
    return made.process(Application(subgraph(name, graph, keys, dsn, made), keys.contexts(name)), name)


class HubApp(AsgiApplication):
    """The hub's ASGI application: GraphQL, `GET /readyz`, `GET /metrics`, and `more`."""

    def __init__(
        self,
        pipeline: Pipeline,
        journal: Journal,
        view: JournalReader,
        links: Database,
        local: Mapping[str, Subgraph],
        remote: Sequence[HttpTransport],
        made: Instrumentation,
        more: Sequence[BaseRoute],
    ) -> None:
        routes = [Route("/readyz", self._ready), Route("/metrics", self._metrics), *more]
        super().__init__(made.endpoint(pipeline.answer), routes, page=True)
        self.pipeline, self.journal, self.view, self.links, self.local = pipeline, journal, view, links, local
        self._remote, self._made = remote, made

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Its databases and journal open, its connections closed at the end; raises NotServed."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._made.close)
            for database in (*(each.database for each in self.local.values()), self.links):
                await database.open()
                stack.push_async_callback(database.close)
            for transport in self._remote:
                stack.push_async_callback(transport.close)
            stack.push_async_callback(self.pipeline.journalling.keyring.close)
            stack.push_async_callback(self.view.close)
            await stack.enter_async_context(self.pipeline.authenticator.running())
            await self.journal.start()
            stack.push_async_callback(self.journal.stop)
            yield

    async def _ready(self, request: Request) -> JSONResponse:
        ready = self.journal.writing and self.pipeline.authenticator.ready(self.pipeline.clock())
        return JSONResponse({"status": "ready" if ready else "not ready"}, status_code=200 if ready else 503)

    async def _metrics(self, request: Request) -> Response:
        pipeline = self.pipeline
        issuers = pipeline.authenticator.remote.values()
        return exposition(HubMetrics(pipeline.enumeration_limit, issuers, pipeline.clock(), self._made.counters()))


def unix_seconds() -> int:
    """The clock of a running hub."""
    return int(time.time())


def deciding(classification: Classification) -> Callable[[Operation, DecisionClass], Authorisation]:
    """The policy step; before anything is decided, the operation's name is checked, which the journal keeps, and the
    document's values, which a cache does."""

    def decide(operation: Operation, decisions: DecisionClass) -> Authorisation:
        check_operation_name(operation.name)
        check_variables_only(operation, classification)
        return authorise(operation, decisions, classification)

    return decide


def hub_app(
    graph: Graph,
    settings: Settings,
    keys: Keys,
    dsn: Dsn,
    more: Sequence[BaseRoute] = (),
    clock: Callable[[], int] = unix_seconds,
) -> HubApp:
    """The hub, with every subgraph that the settings don't place elsewhere in the same process, and `more` routes;
    `clock` gives Unix seconds."""
    made = instrumentation(settings.traces, "spie-hub", graph)
    local = {name: subgraph(name, graph, keys, dsn, made) for name in SUBGRAPHS if name not in settings.subgraphs}
    headers = made.headers(signed_headers(keys))
    remote = {
        name: HttpTransport(each.url, headers, care=each.care, tls=each.tls)
        for name, each in settings.subgraphs.items()
    }
    journal, keyring = made.journal(dsn, Signer(keys.journal)), Keyring(dsn("journal_keeper"))
    policy = graph.table.policy
    partners = {
        each.name: f"{each.name} ({settings.names.get(each.organisation, each.organisation)})"
        for each in settings.clients
    }
    told = journal_words(graph.supergraph.schema, graph.table.classification, policy, settings.names, partners)
    view, links = JournalReader(dsn("journal_reader")), made.database(dsn(ROLE))
    pages = AccessLists(view, keyring, Perimeter(links), told, partial(Sealer, keys.cursors))
    own = JournalSubgraph(pages, graph.table.digest)
    inside: dict[str, Transport] = {HUB: own, **{name: InProcess(each) for name, each in local.items()}}
    transports = {name: made.call(each, remote=False) for name, each in inside.items()}
    transports |= {name: made.call(each, remote=True) for name, each in remote.items()}
    applications = Applications(settings.clients, policy.clients)
    callers = Authenticator(settings.issuers, settings.audience, policy.actors, clock, applications)
    for scope in {name for each in settings.clients for name in each.scopes}:
        graph.table.through(scope)  # so that no request waits for it
    purposes = made.purposes(policy.purposes, settings.agreements)
    pipeline = Pipeline(
        authenticator=callers,
        purposes=purposes,
        table=graph.table,
        enumeration_limit=Misses(settings.misses),
        documents=Documents(settings.documents),
        preparer=made.preparer(
            graph.supergraph,
            graph.schema,
            deciding(graph.table.classification),
            limits=settings.limits,
            shares=settings.override,
            exact=frozenset(local),
            admit=refuse_numbers,
        ),
        views=Views(graph.schema, graph.table.classification),
        transports=transports,
        codes=allowed_codes(graph.schema),
        journalling=Journalling(journal, keyring, deferred_visibility(policy)),
        deadline=settings.deadline,
        bounds=settings.bounds,
        show_plans=settings.show_plans,
        clock=clock,
    )
    shown = [
        *graphiql(words(graph.schema, policy)),
        policy_page(graph.table, callers, purposes, clock),
        journal_page(pipeline.answer, policy, callers, clock),
    ]
    return HubApp(pipeline, journal, view, links, local, list(remote.values()), made, [*shown, *more])
