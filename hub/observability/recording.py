"""Parts of a process that are watched: the work of each is counted, and is a span below that of its request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from hashlib import sha256
from time import perf_counter
from typing import TYPE_CHECKING, Any

import asyncpg
from graphql import GraphQLSchema

from hub.document.exchange import Reply, Request
from hub.federation.client.http1 import Headers
from hub.federation.client.transport import SubgraphRequest, SubgraphResponse, Transport, TransportError
from hub.federation.execution.failures import AllowedCodes
from hub.federation.operations.operation import Operation
from hub.federation.supergraph import Supergraph
from hub.http.endpoint import Admission, GraphQLEndpoint, Live, Receive, Send
from hub.http.response_writer import Response
from hub.identity.actor import Actor
from hub.identity.purpose import Purposes
from hub.journal.record import Disclosure, Entry
from hub.journal.signing import Signer
from hub.journal.write.group_commit import Entries, Journal
from hub.journal.write.outside_copies import Keep
from hub.observability.attributes import METHODS, UNKNOWN_WORD, Attribute, Name, Stage, Value
from hub.observability.instrumentation import HubPreparer, Instrumentation, NotedPurposes
from hub.observability.meters import Meters
from hub.observability.observer import Counted, Observer
from hub.observability.spans import HEADER, ActiveSpan, Side, Spans, Step, header
from hub.observability.state import span_metrics
from hub.policy.decide.decision import DecisionClass
from hub.policy.decide.policy_model import Purpose
from hub.policy.enforce.authorise import Authorisation
from hub.prepare import Prepared
from hub.wording.engine import SUBGRAPH_FIELDS
from infra.roles import Dsn
from schema.lru import Lru
from subgraphs.kit.transactions import Database

if TYPE_CHECKING:
    from hub.observability.exporter import Exporter


class WatchedInstrumentation(Instrumentation):
    """Makes parts whose spans the exporter takes, if there is one, and which `meters` count, if there are any."""

    def __init__(self, exporter: Exporter | None, meters: Meters | None) -> None:
        self._export, self.meters = exporter, meters
        spans = None if exporter is None else Spans(exporter.take, exporter.ratio)
        self.observer = Observer(meters, spans)
        if exporter is not None and meters is not None:
            meters.tell(partial(span_metrics, exporter))

    def endpoint(
        self,
        answer: Callable[[Request], Awaitable[Reply]],
        admit: Admission,
        live: Live,
    ) -> GraphQLEndpoint:
        """Each request is the first span of a trace, but for one that stays open: its steps have none."""
        return _Endpoint(answer, admit, live, self.observer)

    def purposes(self, purposes: Mapping[str, Purpose], agreements: Mapping[str, frozenset[str]]) -> Purposes:
        """Kind of actor and purpose are attributes of the request's span."""
        return _Purposes(purposes, agreements, self.observer)

    def stage(self, name: str) -> Step:
        """Each stage is timed."""
        return self.observer.stage(Stage(name))

    def preparer(
        self,
        supergraph: Supergraph,
        schema: GraphQLSchema,
        decide: Callable[[Operation, DecisionClass], Authorisation],
        **options: Any,
    ) -> HubPreparer:
        """Each step of preparing is a span; the operation's hash is an attribute of the request's."""
        return _Preparer(self.observer, supergraph, schema, decide, **options)

    def call(self, transport: Transport, *, remote: bool) -> Transport:
        """Each call is a span."""
        return _Call(transport, self.observer, Side.CLIENT if remote else Side.INTERNAL)

    def headers(self, headers: Headers) -> Headers:
        """The headers name the parent span to the subgraph."""

        def traced_headers(request: SubgraphRequest, body: bytes, context: Any) -> list[tuple[bytes, bytes]]:
            traceparent = header()
            return [*headers(request, body, context), *([] if traceparent is None else [(HEADER, traceparent)])]

        return traced_headers

    def journal(self, dsn: Dsn, signer: Signer, keep: Keep) -> Journal:
        """Each wait for a commit is a span."""
        return _Journal(dsn, signer, keep, self.observer)

    def database(self, dsn: str) -> Database:
        """Each data statement is a span."""
        return _Database(dsn, self.observer)

    def process(self, application: Any, subgraph: str) -> Any:
        """Each answer to the hub is a span below the hub's."""
        return _Process(application, subgraph, self)

    async def close(self) -> None:
        """Deliver the last spans, within a bound."""
        if self._export is not None:
            await self._export.close()


class _Endpoint(GraphQLEndpoint):
    def __init__(
        self,
        answer: Callable[[Request], Awaitable[Reply]],
        admit: Admission,
        live: Live,
        observer: Observer,
    ) -> None:
        super().__init__(answer, admit=admit, live=live)
        self._observer = observer

    async def respond(self, scope: dict[str, Any], receive: Receive, trace: str) -> Response:
        if self._observer.meters is None:
            return await self._respond_traced(scope, receive, trace)
        request = Counted(self._observer.meters)
        with request.under_way():
            response = await self._respond_traced(scope, receive, trace)
        request.answered(response.status, response.codes, executed=response.executed)
        return response

    async def _respond_traced(self, scope: dict[str, Any], receive: Receive, trace: str) -> Response:
        with self._observer.request(trace) as watch:
            response = await super().respond(scope, receive, trace)
            if watch is not None:
                watch.tell({Attribute.CALLS: watch.calls, Attribute.ERRORS: response.codes})
                _record_answer(watch, scope["method"], response.status, len(response.body))
                if response.status >= 500:
                    watch.fail(response.codes[0])
            return response


def _record_answer(watch: ActiveSpan, method: str, status: int, size: int) -> None:
    watch.tell(
        {
            Attribute.METHOD: method if method in METHODS else UNKNOWN_WORD,
            Attribute.ROUTE: "/graphql",
            Attribute.STATUS: status,
            Attribute.SIZE: size,
        }
    )


_CODES = AllowedCodes(frozenset(SUBGRAPH_FIELDS))
"""Codes of our subgraphs' errors, which may leave."""


class _Purposes(NotedPurposes):
    def __init__(
        self, purposes: Mapping[str, Purpose], agreements: Mapping[str, frozenset[str]], observer: Observer
    ) -> None:
        super().__init__(purposes, agreements)
        self._observer = observer

    def purpose(self, actor: Actor, declared: str | None) -> str:
        purpose = super().purpose(actor, declared)
        self._observer.identified(actor.kind, purpose)
        return purpose


class _Preparer(HubPreparer):
    def __init__(
        self,
        observer: Observer,
        supergraph: Supergraph,
        schema: GraphQLSchema,
        decide: Callable[[Operation, DecisionClass], Authorisation],
        **options: Any,
    ) -> None:
        super().__init__(supergraph, schema, decide, around=lambda step: observer.within(Name(step)), **options)
        self._observer = observer

    async def prepared(
        self, query: str, name: str | None, decisions: DecisionClass, trace: str, client: str = ""
    ) -> Prepared[Authorisation]:
        prepared = await super().prepared(query, name, decisions, trace, client)
        self._observer.prepared(prepared.hash, prepared.operation.kind)
        return prepared


class _Call:
    def __init__(self, inner: Transport, observer: Observer, side: Side) -> None:
        self.inner, self._observer, self._side = inner, observer, side

    async def send(self, request: SubgraphRequest, context: Any) -> SubgraphResponse:
        with self._observer.within(Name.CALL, self._side) as watch:
            if watch is not None:
                watch.top.calls += 1
                watch.tell(_call_attributes(request))
            if self._observer.meters is None:
                response = await self.inner.send(request, context)
            else:
                response = await self._counted(self._observer.meters, request, context)
            if watch is not None and response.errors:
                watch.fail(_CODES.cause(response.errors[0]).code)
            return response

    async def _counted(self, meters: Meters, request: SubgraphRequest, context: Any) -> SubgraphResponse:
        began = perf_counter()
        codes: Collection[str] = ()
        try:
            response = await self.inner.send(request, context)
            codes = {_CODES.cause(error).code for error in response.errors}
            return response
        except TransportError as error:
            codes = (error.code,)
            raise
        finally:
            meters.called(request.subgraph, codes, perf_counter() - began)


def _call_attributes(request: SubgraphRequest) -> dict[Attribute, Value]:
    attributes: dict[Attribute, Value] = {Attribute.SUBGRAPH: request.subgraph}
    if request.fetch is not None:
        attributes[Attribute.ENTRY_FIELDS] = request.fetch.coordinates
        if request.fetch.entities:
            variables = (request.variables[entity.variable] for entity in request.fetch.entities)
            attributes[Attribute.REPRESENTATIONS] = sum(map(len, variables))
    return attributes


class _Journal(Journal):
    def __init__(self, dsn: Dsn, signer: Signer, keep: Keep, observer: Observer) -> None:
        super().__init__(dsn, signer, keep=keep)
        self._observer = observer

    async def disclose(self, receipt: Any, entry: Entry, rows: Sequence[Disclosure]) -> None:
        with self._observer.within(Name.JOURNAL):
            await super().disclose(receipt, entry, rows)

    async def _commit(self, entries: Entries) -> None:
        meters = self._observer.meters
        if meters is None:
            await super()._commit(entries)
            return
        began = perf_counter()
        try:
            await super()._commit(entries)
        except Exception:
            meters.not_committed()
            raise
        if entries:
            meters.committed(len(entries), perf_counter() - began)


class _Database(Database):
    def __init__(self, dsn: str, observer: Observer) -> None:
        super().__init__(dsn)
        self._observer = observer

    async def fetch(
        self,
        scopes: Sequence[str],
        organisation: str | None,
        sql: str,
        arguments: Sequence[Any],
        seconds: float | None = None,
    ) -> list[asyncpg.Record]:
        with self._observer.within(Name.STATEMENT, Side.CLIENT) as watch:
            rows = await super().fetch(scopes, organisation, sql, arguments, seconds)
            if watch is not None:
                watch.tell(
                    {
                        Attribute.DATABASE: "postgresql",
                        Attribute.STATEMENT: _DIGESTS.get_or(sql, partial(_digest, sql)),
                        Attribute.ROWS: len(rows),
                    }
                )
            return rows


def _digest(sql: str) -> str:
    return sha256(sql.encode()).hexdigest()


_DIGESTS: Lru[str, str] = Lru("digests", 4 * 1024 * 1024, lambda sql, _: 300 + len(sql))


class _Process:
    """A subgraph in its own process; a call without a valid signature leaves no span, for its caller is unknown."""

    def __init__(self, inner: Any, subgraph: str, parts: WatchedInstrumentation) -> None:
        self._inner, self._subgraph, self._parts = inner, subgraph, parts

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._inner(scope, receive, partial(self._close_after_shutdown, send))
            return
        traceparents = [value for name, value in scope["headers"] if name.lower() == HEADER]
        is_call = scope["path"] == "/graphql" and scope["method"] == "POST"
        with self._parts.observer.continued(traceparents[0] if is_call and len(traceparents) == 1 else b"") as watch:
            await self._inner(scope, receive, send if watch is None else partial(self._record_answer, watch, send))

    async def _record_answer(self, watch: ActiveSpan, send: Send, message: Any) -> None:
        if message["type"] == "http.response.start":
            status = message["status"]
            watch.exported = status == 200 or status >= 500  # another status may come before the signature is checked
            _record_answer(watch, "POST", status, int(dict(message["headers"])[b"content-length"]))
            watch.tell({Attribute.SUBGRAPH: self._subgraph})
        await send(message)

    async def _close_after_shutdown(self, send: Send, message: Any) -> None:
        if message["type"] == "lifespan.shutdown.complete":
            await self._parts.close()
        await send(message)
