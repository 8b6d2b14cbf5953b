"""From the text of a document to everything that its answer needs, once per document, name and decision class.

The only look-up of a warm request: parse → validate → normalise → decide → plan are pure and depend on nothing else.
What decides is given: the hub's policy step, or `hub.gateway`, which allows everything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from dataclasses import dataclass
from hashlib import sha256
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from graphql import DocumentNode, GraphQLSchema

from hub.document import introspection
from hub.document.exchange import Request
from hub.document.limits import Limits
from hub.document.parse import find_operation, parse_document
from hub.document.variables import bind
from hub.errors import NotServed, RequestRefused
from hub.federation.authorised_operation import AuthorisedOperation
from hub.federation.cost import Cost, Costs
from hub.federation.execution.project import Projection
from hub.federation.operations.normalise import normalise
from hub.federation.operations.operation import Operation, Selections
from hub.federation.override_labels import active, checked
from hub.federation.planning.plan import Plan, plan
from hub.federation.supergraph import Supergraph
from hub.wording.engine import call_engine
from schema.lru import Lru

CACHE = 1_000
"""Prepared operations kept."""

HEAVIEST = 80_000
"""Greatest weight of all that are kept: a field of an operation weighs 1, and so do 32 characters of its document. A
unit takes about 0.6 KB of memory: that is a thousand queries of six levels, or seventy at the bounds of a document."""


WAITING = 100
"""Most documents and introspections that wait for their turn: at the bounds of a document, that is ten seconds."""


def wants_plan(request: Request, *, allowed: bool) -> bool:
    """Whether `extensions.plan` is asked for (header `Plan: show`); raises RequestRefused (PLAN_NOT_SHOWN) if it is and
    must not be."""
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
    """Whom decisions are alike for."""

    @property
    def id(self) -> str:
        """Its name in the cache's key."""
        ...


class Decided(Protocol):
    """What a deciding step returns."""

    @property
    def operation(self) -> AuthorisedOperation:
        """The proof that planning asks for."""
        ...


ClassT = TypeVar("ClassT", bound=Class)
ResultT = TypeVar("ResultT")
DecidedT = TypeVar("DecidedT", bound=Decided)

Key: TypeAlias = tuple[str, str | None, str, frozenset[str]]
"""Document, operation name, decision class, labels that are on."""


@dataclass(frozen=True, slots=True)
class Prepared(Generic[DecidedT]):
    """`operation` is the client's, `authorisation` the deciding step's result, `plan` what will be fetched,
    `projection` how that becomes the client's answer.

    `introspection` is the part that is answered without a subgraph; `keys` the root keys in the client's order, where
    there is one; `cost` what it may cost, if the supergraph says anything of it.
    """

    operation: Operation
    authorisation: DecidedT
    plan: Plan
    projection: Projection
    introspection: DocumentNode | None
    keys: tuple[str, ...]
    hash: str
    weight: int
    cost: Cost | None


class Preparer(Generic[ClassT, DecidedT]):
    """Prepares operations against one composed graph; bounded, least recently used first out.

    `decide` makes of a normalised operation, for a class, what may be planned; `shares` are percentages of the requests
    that go the new way, by label of a progressive override; `exact` names the subgraphs whose values always have the
    form of their types; `admit` looks at the text of a new document before anything reads it, and raises
    DocumentRefused; `around` is entered for each step of preparing (`prepare`, and in it `authorise` and `plan`);
    raises StartRefused (OVERRIDE_LABEL_UNKNOWN).
    """

    def __init__(
        self,
        supergraph: Supergraph,
        schema: GraphQLSchema,
        decide: Callable[[Operation, ClassT], DecidedT],
        limits: Limits | None = None,
        shares: Mapping[str, float] = MappingProxyType({}),
        exact: frozenset[str] = frozenset(),
        admit: Callable[[str], None] | None = None,
        around: Callable[[str], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self.schema = schema
        self._supergraph, self._decide, self._limits, self._exact = supergraph, decide, limits or Limits(), exact
        self._admit, self._around = admit, around
        self._shares = call_engine(checked, shares, supergraph.labels)
        self._costs = Costs(supergraph, self._limits.cost)
        self._cache: Lru[Key, Prepared[DecidedT]] = Lru(CACHE, weight=HEAVIEST, weigh=attrgetter("weight"))
        self._waiting = 0
        self._preparations: dict[Key, asyncio.Future[Prepared[DecidedT]]] = {}
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="prepare")

    async def prepared(self, query: str, name: str | None, decisions: ClassT, trace: str) -> Prepared[DecidedT]:
        """The prepared operation; `trace` draws the side of fields that move between subgraphs. Raises DocumentRefused,
        RequestRefused where the planner meets its bound, NotServed (PREPARATION_BUSY).

        A new one is made once for all that ask it, beside the event loop: who sends hard documents waits for them, and
        nobody else does.
        """
        key = self._key(query, name, decisions, trace)
        cached = self._cache.get(key)
        if cached is not None:
            return cached
        making = self._preparations.get(key)
        if making is None:
            making = self._preparations[key] = self._beside(self._prepare, query, name, decisions, key[3])
            making.add_done_callback(lambda future: self._prepared(key, future))
        return await asyncio.shield(making)

    def prepare(self, query: str, name: str | None, decisions: ClassT, trace: str) -> Prepared[DecidedT]:
        """The same where nobody else waits."""
        key = self._key(query, name, decisions, trace)
        return self._cache.get_or(key, lambda: self._prepare(query, name, decisions, key[3]))

    def bound(self, prepared: Prepared[DecidedT], provided: Mapping[str, Any]) -> dict[str, Any]:
        """The values of the operation's variables; raises VariablesRefused, DocumentRefused (DOCUMENT_COST_LIMIT)."""
        values = bind(prepared.operation, provided, self.schema)
        if prepared.cost is not None:
            call_engine(prepared.cost.check, values)
        return values

    async def introspected(
        self,
        prepared: Prepared[DecidedT],
        data: dict[str, Any] | None,
        variables: Mapping[str, Any],
        view: Callable[[], GraphQLSchema] | None = None,
    ) -> dict[str, Any] | None:
        """The data with the introspection that the operation asks for, of the schema that `view` makes, else of all;
        `variables` are the client's, checked."""
        if prepared.introspection is None or data is None:
            return data
        meta = await self._beside(self._introspect, prepared.introspection, variables, view)
        return introspection.merge(prepared.keys, data, meta)

    def _introspect(
        self, document: DocumentNode, variables: Mapping[str, Any], view: Callable[[], GraphQLSchema] | None
    ) -> dict[str, Any]:
        return introspection.answer(document, self.schema if view is None else view(), variables)

    def _key(self, query: str, name: str | None, decisions: ClassT, trace: str) -> Key:
        labels = self._supergraph.labels
        return query, name, decisions.id, active(labels, self._shares, trace) if labels else labels

    def _prepared(self, key: Key, made: asyncio.Future[Prepared[DecidedT]]) -> None:
        del self._preparations[key]
        if not made.cancelled() and made.exception() is None:
            self._cache.put(key, made.result())

    def _beside(self, work: Callable[..., ResultT], *arguments: Any) -> asyncio.Future[ResultT]:
        """Work of processor alone, in the one thread for it; raises NotServed (PREPARATION_BUSY) if too much waits."""
        if self._waiting >= WAITING:
            raise NotServed(
                "PREPARATION_BUSY",
                "Trop de documents nouveaux arrivent à la fois : réessayez dans quelques secondes.",
                f"{WAITING} documents wait to be prepared",
            )
        self._waiting += 1
        working = asyncio.get_running_loop().run_in_executor(self._worker, copy_context().run, work, *arguments)
        working.add_done_callback(self._worked)
        return working

    def _worked(self, _: asyncio.Future[Any]) -> None:
        self._waiting -= 1

    def _prepare(self, query: str, name: str | None, decisions: ClassT, labels: frozenset[str]) -> Prepared[DecidedT]:
        with self._around("prepare"):
            return self._made_of(query, name, decisions, labels)

    def _made_of(self, query: str, name: str | None, decisions: ClassT, labels: frozenset[str]) -> Prepared[DecidedT]:
        if self._admit is not None:
            self._admit(query)
        document = parse_document(query, self.schema, self._limits)
        node = find_operation(document, name)
        operation = call_engine(normalise, document, node, self.schema)
        with self._around("authorise"):
            decided = self._decide(operation, decisions)
        with self._around("plan"):
            planned = call_engine(plan, decided.operation, self._supergraph, labels)
        fetches = list(planned.fetches())
        meta = introspection.split(document, node)
        return Prepared(
            operation=operation,
            authorisation=decided,
            plan=planned,
            cost=self._costs.of(operation),
            projection=Projection(
                decided.operation.shape,
                self.schema,
                exact=all(fetch.subgraph in self._exact for fetch in fetches),
                uniform=len(fetches) == 1 and not fetches[0].renames,  # nothing was merged into it
            ),
            introspection=meta,
            keys=introspection.root_keys(document, node) if meta is not None else (),
            weight=len(query) // 32 + _fields(operation.root),
            hash=sha256(repr((operation.kind, operation.variables, operation.root)).encode()).hexdigest(),
        )


def _fields(root: Selections) -> int:
    stack, count = [root], 0
    while stack:
        for field in stack.pop().fields:
            count += 1
            stack.extend(field.selections)
    return count
