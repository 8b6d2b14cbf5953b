"""Planning in one function: walk, choose, build, passes, lower. Pure, deterministic, bounded."""

from __future__ import annotations

from hub.federation.authorised_operation import AuthorisedOperation
from hub.federation.budget import Budget
from hub.federation.planning.choose import choose
from hub.federation.planning.fetches import build
from hub.federation.planning.graph import Graph, graph_of
from hub.federation.planning.lower import lower
from hub.federation.planning.operation_leaves import walk
from hub.federation.planning.passes import PASSES
from hub.federation.planning.placed_directives import place_directives
from hub.federation.planning.query_plan import Plan
from hub.federation.planning.walk import Walker
from hub.federation.supergraph import Supergraph

__all__ = ["Plan", "plan"]


def plan(
    operation: AuthorisedOperation,
    supergraph: Supergraph,
    labels: frozenset[str] = frozenset(),
    budget: Budget | None = None,
) -> Plan:
    """The plan of an authorised operation where these labels of progressive overrides are on.

    Raises OperationRefused: PLAN_LIMIT and PLAN_DEADLINE beyond the budget, PLAN_IMPOSSIBLE for an unreachable field.
    """
    graph = graph_of(supergraph, labels)
    walker = Walker(graph, budget or Budget())
    try:
        return _planned(operation, supergraph, graph, walker)
    finally:
        walker.forget()


def _planned(operation: AuthorisedOperation, supergraph: Supergraph, graph: Graph, walker: Walker) -> Plan:
    leaves = [leaf for leaf in walk(walker, operation.fetch.root) if leaf.options]
    assumed = tuple(dict.fromkeys(place for leaf in leaves for place in leaf.assumed))
    steps = build(graph, leaves, choose(leaves, walker.groups), walker.budget)
    place_directives(operation.fetch.root, steps)
    for apply_pass in PASSES:
        steps = apply_pass(graph, steps)
    types = {name: type_ for name, (type_, _) in supergraph.constants.items()}
    types.update((variable.name, variable.type) for variable in operation.fetch.variables)
    return lower(graph, operation.fetch, steps, types, assumed, walker.budget)
