"""From the text of a document to everything that its answer needs, once per document, name and decision class.

The only look-up of a warm request: parse → validate → normalise → authorise → plan are pure and depend on nothing else.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256

from graphql import DocumentNode, GraphQLSchema

from hub.document import introspection
from hub.document.limits import Limits
from hub.document.normalise import normalise
from hub.document.operation import Operation
from hub.document.parse import find_operation, parse_document
from hub.federation.plan import Plan, plan
from hub.federation.project import Projection
from hub.federation.supergraph import Supergraph
from hub.journal.labels import check_operation_name
from hub.policy.authorise import Authorisation, authorise
from hub.policy.table import DecisionClass, DecisionTable

CACHE = 1_000
"""Prepared operations kept."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """`operation` is the client's, `authorisation` the policy step's result, `plan` what will be fetched,
    `projection` how that becomes the client's answer.

    `introspection` is the part that the hub answers itself; `keys` the root keys in
    the client's order, where there is one.
    """

    operation: Operation
    authorisation: Authorisation
    plan: Plan
    projection: Projection
    introspection: DocumentNode | None
    keys: tuple[str, ...]
    hash: str


class Preparer:
    """Prepares operations against one composed graph and one decision table; bounded, least recently used first out."""

    def __init__(
        self, supergraph: Supergraph, schema: GraphQLSchema, table: DecisionTable, limits: Limits | None = None
    ) -> None:
        self.schema = schema
        self._supergraph, self._table, self._limits = supergraph, table, limits or Limits()
        self._cache: OrderedDict[tuple[str, str | None, str], Prepared] = OrderedDict()

    def prepare(self, query: str, name: str | None, decisions: DecisionClass) -> Prepared:
        """The prepared operation; raises DocumentRefused, and NotServed where the planner meets its bound."""
        key = (query, name, decisions.id)
        known = self._cache.get(key)
        if known is not None:
            self._cache.move_to_end(key)
            return known
        prepared = self._prepare(query, name, decisions)
        self._cache[key] = prepared
        if len(self._cache) > CACHE:
            self._cache.popitem(last=False)
        return prepared

    def _prepare(self, query: str, name: str | None, decisions: DecisionClass) -> Prepared:
        document = parse_document(query, self.schema, self._limits)
        node = find_operation(document, name)
        operation = normalise(document, node, self.schema)
        check_operation_name(operation.name)
        authorisation = authorise(operation, decisions, self._table.classification)
        meta = introspection.split(document, node)
        return Prepared(
            operation=operation,
            authorisation=authorisation,
            plan=plan(authorisation.operation, self._supergraph),
            projection=Projection(authorisation.operation.shape, self.schema),
            introspection=meta,
            keys=introspection.root_keys(document, node) if meta is not None else (),
            hash=sha256(repr((operation.kind, operation.variables, operation.root)).encode()).hexdigest(),
        )
