"""How the parts of a process are made when nobody watches; `hub.observability.recording` makes parts that are watched.

A process chooses one of the two at its start, so that unwatched code never asks whether it is watched.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from graphql import GraphQLSchema

from hub.document.exchange import Reply, Request
from hub.errors import StartRefused
from hub.federation.client.http1 import Headers
from hub.federation.client.transport import Transport
from hub.federation.operations.operation import Operation
from hub.federation.supergraph import Supergraph
from hub.graph import Graph
from hub.http.endpoint import Admission, GraphQLEndpoint, Live
from hub.identity.actor import Actor
from hub.identity.purpose import Purposes
from hub.journal.signing import Signer
from hub.journal.write.group_commit import Journal
from hub.journal.write.outside_copies import Keep
from hub.observability.meters import Meters
from hub.observability.request_facts import current_facts
from hub.observability.spans import UNWATCHED, Step
from hub.observability.trace_settings import TraceSettings
from hub.policy.decide.decision import DecisionClass
from hub.policy.decide.policy_model import Purpose
from hub.policy.enforce.authorise import Authorisation
from hub.prepare import Preparer
from infra.roles import Dsn
from subgraphs.kit.transactions import Database

if TYPE_CHECKING:
    from hub.observability.exporter import Exporter


class NotedPurposes(Purposes):
    """Notes kind of actor and purpose of the request under way, for its counts and its line of the log."""

    def purpose(self, actor: Actor, declared: str | None) -> str:
        """The purpose of a request."""
        purpose = super().purpose(actor, declared)
        if (facts := current_facts.get()) is not None:
            facts.kind, facts.purpose = actor.kind, purpose
        return purpose


HubPreparer: TypeAlias = Preparer[DecisionClass, Authorisation]


class Instrumentation:
    """Makes the parts of a process that nobody watches; `meters` are those of the process, if it has any."""

    meters: Meters | None = None

    def endpoint(
        self,
        answer: Callable[[Request], Awaitable[Reply]],
        admit: Admission,
        live: Live,
    ) -> GraphQLEndpoint:
        """The endpoint for clients."""
        return GraphQLEndpoint(answer, admit=admit, live=live)

    def purposes(self, purposes: Mapping[str, Purpose], agreements: Mapping[str, frozenset[str]]) -> Purposes:
        """The stage that decides the purpose of a request."""
        return NotedPurposes(purposes, agreements)

    def stage(self, name: str) -> Step:
        """The context of a stage of a request, one of `hub.observability.attributes.Stage`."""
        return UNWATCHED

    def preparer(
        self,
        supergraph: Supergraph,
        schema: GraphQLSchema,
        decide: Callable[[Operation, DecisionClass], Authorisation],
        **options: Any,
    ) -> HubPreparer:
        """The stage that prepares operations; `options` as `Preparer` takes them."""
        return HubPreparer(supergraph, schema, decide, **options)

    def call(self, transport: Transport, *, remote: bool) -> Transport:
        """The transport that calls a subgraph."""
        return transport

    def headers(self, headers: Headers) -> Headers:
        """The headers of calls to subgraphs in other processes."""
        return headers

    def journal(self, dsn: Dsn, signer: Signer, keep: Keep) -> Journal:
        """The journal's writer."""
        return Journal(dsn, signer, keep=keep)

    def database(self, dsn: str) -> Database:
        """The database connections of a subgraph in this process."""
        return Database(dsn)

    def process(self, application: Any, subgraph: str) -> Any:
        """The ASGI application of a subgraph in its own process."""
        return application

    async def close(self) -> None:
        """Deliver the last spans."""


def instrumentation(
    traces: TraceSettings | None, service: str, graph: Graph, meters: Meters | None = None
) -> Instrumentation:
    """The instrumentation of the process `service` with these meters and the traces that the settings ask for; raises
    StartRefused (TRACES_EXTRA_MISSING)."""
    if traces is None and meters is None:
        return Instrumentation()
    from hub.observability.recording import WatchedInstrumentation

    return WatchedInstrumentation(None if traces is None else _exporter(traces, service, graph), meters)


def _exporter(traces: TraceSettings, service: str, graph: Graph) -> Exporter:
    try:
        from hub.observability.exporter import Exporter
    except ModuleNotFoundError as error:
        raise StartRefused(
            "TRACES_EXTRA_MISSING",
            "Les réglages demandent des traces (« [traces] »), et ce qui les envoie n'est pas installé : lancez "
            "« pip install 'spie-hub[otel]' », ou retirez cette table des réglages.",
            f"no module {error.name}",
        ) from error
    return Exporter(traces, service, contract_words(graph))


def contract_words(graph: Graph) -> frozenset[str]:
    """The words of the contract, which spans and labels may hold; none comes from a person."""
    policy, schema = graph.table.policy, graph.supergraph.schema
    roots = [type_ for type_ in (schema.query_type, schema.mutation_type) if type_ is not None]
    coordinates = (f"{type_.name}.{field}" for type_ in roots for field in type_.fields)
    return frozenset(
        [*policy.actors, *policy.purposes, *graph.supergraph.endpoints, *graph.supergraph.types, *coordinates]
    )
