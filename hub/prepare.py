"""From the text of a document to everything that its answer needs, once per document, name and decision class.

The only look-up of a warm request: parse → validate → normalise → decide → plan are pure and depend on nothing else.
What decides is given: the hub's policy step, or `hub.gateway`, which allows everything.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar

from graphql import DocumentNode, GraphQLSchema

from hub.document import introspection
from hub.document.limits import Limits
from hub.document.normalise import normalise
from hub.document.operation import Operation
from hub.document.parse import find_operation, parse_document
from hub.document.request import Request
from hub.errors import RequestRefused
from hub.federation.authorised import AuthorisedOperation
from hub.federation.labels import active
from hub.federation.plan import Plan, plan
from hub.federation.project import Projection
from hub.federation.supergraph import Supergraph

CACHE = 1_000
"""Prepared operations kept."""


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
DecidedT = TypeVar("DecidedT", bound=Decided)


@dataclass(frozen=True, slots=True)
class Prepared(Generic[DecidedT]):
    """`operation` is the client's, `authorisation` the deciding step's result, `plan` what will be fetched,
    `projection` how that becomes the client's answer.

    `introspection` is the part that is answered without a subgraph; `keys` the root keys in the client's order, where
    there is one.
    """

    operation: Operation
    authorisation: DecidedT
    plan: Plan
    projection: Projection
    introspection: DocumentNode | None
    keys: tuple[str, ...]
    hash: str

    def introspected(
        self, data: dict[str, Any] | None, schema: GraphQLSchema, variables: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """The data with the introspection that the operation asks for; `variables` are the client's, checked."""
        if self.introspection is None or data is None:
            return data
        return introspection.merge(self.keys, data, introspection.answer(self.introspection, schema, variables))


class Preparer(Generic[ClassT, DecidedT]):
    """Prepares operations against one composed graph; bounded, least recently used first out.

    `decide` makes of a normalised operation, for a class, what may be planned; `shares` are percentages of the requests
    that go the new way, by label of a progressive override.
    """

    def __init__(
        self,
        supergraph: Supergraph,
        schema: GraphQLSchema,
        decide: Callable[[Operation, ClassT], DecidedT],
        limits: Limits | None = None,
        shares: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        self.schema = schema
        self._supergraph, self._decide, self._limits, self._shares = supergraph, decide, limits or Limits(), shares
        self._cache: OrderedDict[tuple[str, str | None, str, frozenset[str]], Prepared[DecidedT]] = OrderedDict()

    def prepare(self, query: str, name: str | None, decisions: ClassT, trace: str) -> Prepared[DecidedT]:
        """The prepared operation; `trace` draws the side of fields that move between subgraphs. Raises DocumentRefused,
        and RequestRefused where the planner meets its bound."""
        labels = self._supergraph.labels
        on = active(labels, self._shares, trace) if labels else labels
        key = (query, name, decisions.id, on)
        known = self._cache.get(key)
        if known is not None:
            self._cache.move_to_end(key)
            return known
        prepared = self._prepare(query, name, decisions, on)
        self._cache[key] = prepared
        if len(self._cache) > CACHE:
            self._cache.popitem(last=False)
        return prepared

    def _prepare(self, query: str, name: str | None, decisions: ClassT, labels: frozenset[str]) -> Prepared[DecidedT]:
        document = parse_document(query, self.schema, self._limits)
        node = find_operation(document, name)
        operation = normalise(document, node, self.schema)
        decided = self._decide(operation, decisions)
        meta = introspection.split(document, node)
        return Prepared(
            operation=operation,
            authorisation=decided,
            plan=plan(decided.operation, self._supergraph, labels),
            projection=Projection(decided.operation.shape, self.schema),
            introspection=meta,
            keys=introspection.root_keys(document, node) if meta is not None else (),
            hash=sha256(repr((operation.kind, operation.variables, operation.root)).encode()).hexdigest(),
        )
