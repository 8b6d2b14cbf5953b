"""Prepares operations: parse → validate → normalise → decide → plan, once per document, name and decision class.

These steps are pure, so that a repeated request costs one look-up. The deciding step is a parameter: the hub's policy
step, or that of `hub.gateway`, which allows everything.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from hashlib import sha256
from sys import getsizeof
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from graphql import DocumentNode, GraphQLSchema

from hub.document import introspection, introspection_answer
from hub.document.exchange import Request
from hub.document.limits import Limits, check_size
from hub.document.parse import find_operation, parse_document
from hub.document.places import DocumentPlaces
from hub.document.variables import bind
from hub.errors import RequestRefused, VariablesRefused
from hub.fair_worker import FairWorker
from hub.federation.authorised_operation import AuthorisedOperation
from hub.federation.budget import Budget
from hub.federation.cost import Cost, Costs
from hub.federation.execution.generate import Generated
from hub.federation.execution.project import Key as CodeKey
from hub.federation.execution.project import Projection
from hub.federation.operations.normalise import normalise
from hub.federation.operations.operation import Operation
from hub.federation.override_labels import active, checked
from hub.federation.planning.plan import Plan, plan
from hub.federation.supergraph import Supergraph
from hub.operation_memory import operation_memory
from hub.wording.engine import call_engine
from schema.lru import Lru

CACHE_BYTES = 20 * 1024 * 1024
"""Memory for prepared operations: some two hundred journeys, or nine documents at the bounds of a document."""
DEADLINE = 10.0
"""Seconds in which an operation is prepared, or refused."""


def wants_plan(request: Request, *, allowed: bool) -> bool:
    """Whether the request asks for `extensions.plan` (header `Plan: show`); raises RequestRefused (PLAN_NOT_SHOWN) if
    that is not allowed."""
    if "plan" not in request.headers:
        return False
    if not allowed:
        raise RequestRefused(
            "PLAN_NOT_SHOWN",
            "Ce hub ne montre pas ses plans : retirez l'en-tête « Plan », ou réglez « show_plans = true ».",
            "plans are not shown here",
            http_status=403,
        )
    return True


class Class(Protocol):
    """A class of callers with the same decisions."""

    @property
    def id(self) -> str:
        """The name of the class in the cache's key."""
        ...


class Decision(Protocol):
    """The result of a deciding step."""

    @property
    def operation(self) -> AuthorisedOperation:
        """The authorised operation, which planning requires."""
        ...


ClassT = TypeVar("ClassT", bound=Class)
DecisionT = TypeVar("DecisionT", bound=Decision)

Key: TypeAlias = tuple[str, str | None, str, frozenset[str]]
"""Document, operation name, decision class, active override labels."""


@dataclass(frozen=True, slots=True)
class Prepared(Generic[DecisionT]):
    """A prepared operation: the client's `operation` and the `text` of its document, the `authorisation` that the
    deciding step returned, the `plan` of fetches, and the `projection` of their results into the client's answer.

    `introspection` is the part that needs no subgraph, and `keys` are then the root keys in the client's order; `cost`
    is the operation's cost, if the supergraph defines costs; `hash` is that of the normal form, for journal and traces;
    `memory` is an estimate in bytes.
    """

    operation: Operation
    text: str
    authorisation: DecisionT
    plan: Plan
    projection: Projection
    introspection: DocumentNode | None
    keys: tuple[str, ...]
    hash: str
    memory: int
    cost: Cost | None

    @property
    def places(self) -> DocumentPlaces:
        """Where what is wrong with the operation stands in its document."""
        return DocumentPlaces(self.operation, self.text)


@dataclass(slots=True)
class _Preparation(Generic[DecisionT]):
    """A preparation that is waited for or under way, its budget, and how many requests wait for it."""

    future: asyncio.Future[Prepared[DecisionT]]
    budget: Budget
    waiting: int = 0

    async def result(self, worker: FairWorker, deadline: float) -> Prepared[DecisionT]:
        """The prepared operation for one more request, which has until the deadline."""
        self.budget.deadline = max(self.budget.deadline, deadline)
        self.waiting += 1
        try:
            return await worker.result(asyncio.shield(self.future))
        finally:
            self.waiting -= 1
            if not self.waiting:
                self.future.cancel()


class Preparer(Generic[ClassT, DecisionT]):
    """Prepares operations against one supergraph, and keeps the most recently used.

    `decide` authorises a normalised operation for a class; `shares`: percentages of requests that use the new subgraph,
    by label of a progressive override; `exact`: subgraphs whose values always conform to their types; `admit` checks
    the text of a new document before it is parsed, and raises DocumentRefused; `around` gives a context for each step
    (`prepare`, and in it `authorise` and `plan`); `worker` gives the turns, and the seconds for a preparation. Raises
    StartRefused (OVERRIDE_LABEL_UNKNOWN).
    """

    def __init__(
        self,
        supergraph: Supergraph,
        schema: GraphQLSchema,
        decide: Callable[[Operation, ClassT], DecisionT],
        limits: Limits | None = None,
        shares: Mapping[str, float] = MappingProxyType({}),
        exact: frozenset[str] = frozenset(),
        admit: Callable[[str], None] | None = None,
        around: Callable[[str], AbstractContextManager[object]] = nullcontext,
        worker: FairWorker | None = None,
    ) -> None:
        self.schema = schema
        self._supergraph, self._decide, self._limits, self._exact = supergraph, decide, limits or Limits(), exact
        self._admit, self._around = admit, around
        self._shares = call_engine(checked, shares, supergraph.labels)
        self._costs = Costs(supergraph, self._limits.cost, self._limits.values)
        self._cache: Lru[Key, Prepared[DecisionT]] = Lru("prepared", CACHE_BYTES, _memory)
        self._preparations: dict[Key, _Preparation[DecisionT]] = {}
        self._generations: dict[CodeKey, asyncio.Future[Generated]] = {}
        self._worker = worker or FairWorker("prepare", DEADLINE)

    async def prepared(
        self, query: str, name: str | None, decisions: ClassT, trace: str, client: str = ""
    ) -> Prepared[DecisionT]:
        """The prepared operation; the trace id `trace` selects the side of progressive overrides, `client` tells whose
        turn a new document waits for. Raises DocumentRefused, RequestRefused (PLAN_LIMIT), NotServed (PLAN_DEADLINE,
        PREPARATION_BUSY).

        Concurrent requests share the preparation of a new document, which runs outside of the event loop, so that only
        they wait for it; if all of them leave, it is never begun.
        """
        key = self._key(query, name, decisions, trace)
        cached = self._cache.get(key)
        if cached is not None:
            return cached
        preparation = self._preparations.get(key)
        if preparation is None or preparation.future.cancelled():
            budget = self._budget()
            future = self._worker.run(client, self._prepare, query, name, decisions, key[3], budget)
            preparation = self._preparations[key] = _Preparation(future, budget)
            future.add_done_callback(lambda future: self._finish_preparation(key, future))
        return await preparation.result(self._worker, self._budget().deadline)

    def prepare(
        self, query: str, name: str | None, decisions: ClassT, trace: str, budget: Budget | None = None
    ) -> Prepared[DecisionT]:
        """Prepare in the calling thread, without sharing."""
        key = self._key(query, name, decisions, trace)
        return self._cache.get_or(key, lambda: self._prepare(query, name, decisions, key[3], budget or self._budget()))

    def _budget(self) -> Budget:
        """The budget of a preparation that is asked for now."""
        return Budget(self._limits.steps, time.monotonic() + self._worker.seconds)

    def bind_variables(self, prepared: Prepared[DecisionT], provided: Mapping[str, Any]) -> dict[str, Any]:
        """The values of the operation's variables; raises VariablesRefused, DocumentRefused (DOCUMENT_COST_LIMIT)."""
        try:
            values = bind(prepared.operation, provided, self.schema)
        except VariablesRefused as refusal:
            for error in (refusal, *refusal.siblings):
                prepared.places.locate(error)
            raise
        if prepared.cost is not None:
            call_engine(prepared.cost.check, values)
        return values

    async def compile_projection(
        self, prepared: Prepared[DecisionT], variables: Mapping[str, Any], client: str = ""
    ) -> None:
        """Generate the code that projects the answer under these variables, unless it is there, in the client's turn
        and once for all requests that wait for it; `variables` are those of `bind_variables`. Raises NotServed
        (PREPARATION_BUSY)."""
        projection = prepared.projection
        if projection.is_generated(variables):
            return
        key = projection.key(variables)
        generation = self._generations.get(key)
        if generation is None:
            generation = self._generations[key] = self._worker.run(client, projection.generate, variables)
            generation.add_done_callback(lambda _: self._generations.pop(key))
        projection.keep(variables, await self._worker.result(asyncio.shield(generation)))

    async def plan_text(self, prepared: Prepared[DecisionT], client: str = "") -> str:
        """The plan for people, written in the client's turn; raises NotServed (PREPARATION_BUSY)."""
        return await self._worker.result(self._worker.run(client, prepared.plan.text))

    async def introspect(
        self,
        prepared: Prepared[DecisionT],
        data: dict[str, Any] | None,
        variables: Mapping[str, Any],
        view: Callable[[], GraphQLSchema] | None = None,
        client: str = "",
    ) -> dict[str, Any] | None:
        """The data with the introspection that the operation selects, of the schema that `view` makes, or of the whole
        schema; `variables` are the client's, already checked."""
        if prepared.introspection is None or data is None:
            return data
        introspecting = self._worker.run(client, self._introspect, prepared.introspection, variables, view)
        return introspection.merge(prepared.keys, data, await self._worker.result(introspecting))

    def _introspect(
        self, document: DocumentNode, variables: Mapping[str, Any], view: Callable[[], GraphQLSchema] | None
    ) -> Mapping[str, Any]:
        return introspection_answer.answer(document, self.schema if view is None else view(), variables)

    def _key(self, query: str, name: str | None, decisions: ClassT, trace: str) -> Key:
        labels = self._supergraph.labels
        return query, name, decisions.id, active(labels, self._shares, trace) if labels else labels

    def _finish_preparation(self, key: Key, future: asyncio.Future[Prepared[DecisionT]]) -> None:
        if self._preparations[key].future is future:
            del self._preparations[key]
        if not future.cancelled() and future.exception() is None:
            self._cache.put(key, future.result())

    def _prepare(
        self, query: str, name: str | None, decisions: ClassT, labels: frozenset[str], budget: Budget
    ) -> Prepared[DecisionT]:
        with self._around("prepare"):
            return self._prepare_steps(query, name, decisions, labels, budget)

    def _prepare_steps(
        self, query: str, name: str | None, decisions: ClassT, labels: frozenset[str], budget: Budget
    ) -> Prepared[DecisionT]:
        call_engine(budget.check_deadline)
        if self._admit is not None:
            check_size(query, self._limits)
            self._admit(query)
        document = call_engine(parse_document, query, self.schema, self._limits, budget)
        node = find_operation(document, name)
        operation = call_engine(normalise, document, node, self.schema, budget)
        with self._around("authorise"):
            decision = self._decide(operation, decisions)
        with self._around("plan"):
            operation_plan = call_engine(plan, decision.operation, self._supergraph, labels, budget)
        fetches = list(operation_plan.fetches())
        introspection_part = introspection.split(document, node)
        return Prepared(
            operation=operation,
            text=query,
            authorisation=decision,
            plan=operation_plan,
            cost=self._costs.cost(operation),
            projection=Projection(
                decision.operation.shape,
                self.schema,
                exact=all(fetch.subgraph in self._exact for fetch in fetches),
                uniform=len(fetches) == 1 and not fetches[0].renames,  # no result was merged into another
            ),
            introspection=introspection_part,
            keys=introspection.root_keys(document, node) if introspection_part is not None else (),
            memory=operation_memory(operation, len(query) if introspection_part is not None else 0),
            hash=sha256(repr((operation.kind, operation.variables, operation.root)).encode()).hexdigest(),
        )


def _memory(key: Key, prepared: Prepared[DecisionT]) -> int:
    """Memory of a cached operation and of its document, in bytes."""
    return prepared.memory + getsizeof(key[0])
