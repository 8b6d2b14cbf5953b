"""SATISFIABILITY_ERROR: every field that clients can ask for can be fetched, wherever they can ask for it.

Walks the graph as the planner does, from the roots; the failure shows the path of fields that leads to the dead end.
All below a mutation can be fetched from one subgraph that makes it: two would make it twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from graphql import get_named_type, is_abstract_type, is_object_type

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.errors import OperationRefused
from hub.federation.operations.operation import Field, Selections
from hub.federation.planning.graph import Graph, Node
from hub.federation.planning.search_state import Level, Spot
from hub.federation.planning.walk import Walker
from hub.federation.supergraph import Supergraph

MOVES = 5_000_000
"""Moves that the search may try from one root."""

ALL_COMBINATIONS = 4
"""Labels of progressive overrides of which every combination is tried."""


def check(supergraph: Supergraph, moves: int = MOVES) -> Iterator[StartRefused]:
    """One failure per coordinate that some path can't reach; MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED if the search is
    longer than `moves`."""
    told: set[str] = set()
    try:
        for labels in _combinations(sorted(supergraph.labels)):
            yield from _unreachable(supergraph, labels, moves, told)
    except OperationRefused:
        yield failure(
            "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED",
            "Query",
            supergraph.endpoints,
            "le graphe a trop de chemins pour être vérifié",
            "Donnez moins de clés aux mêmes types, ou composez moins de sous-graphes",
        )


def _combinations(labels: list[str]) -> Iterator[frozenset[str]]:
    """Every set of labels that may be on; of many, none, all, and each alone on or off."""
    if len(labels) <= ALL_COMBINATIONS:
        yield from (frozenset(each) for size in range(len(labels) + 1) for each in combinations(labels, size))
        return
    for size in (0, 1, len(labels) - 1, len(labels)):
        yield from (frozenset(each) for each in combinations(labels, size))


def _unreachable(
    supergraph: Supergraph, labels: frozenset[str], moves: int, failed: set[str]
) -> Iterator[StartRefused]:
    graph, types = Graph(supergraph, labels), supergraph.types
    if "Query" in types:
        walker = Walker(graph, moves)
        yield from _below_root(supergraph, walker, "Query", graph.roots("Query"), types["Query"].fields, failed)
    for name in types["Mutation"].fields if "Mutation" in types else ():
        told: list[tuple[list[StartRefused], set[str]]] = []
        for home in (each for each in graph.roots("Mutation") if graph.move(Node("Mutation", each), name)):
            known = set(failed)
            walker = Walker(graph, moves)
            told.append((list(_below_root(supergraph, walker, "Mutation", (home,), (name,), known)), known))
        if told and all(failures for failures, _ in told):  # no subgraph makes it and can have all below it read
            failures, known = told[0]
            failed |= known
            yield from failures


def _below_root(
    supergraph: Supergraph, walker: Walker, root: str, homes: Iterable[str], names: Iterable[str], failed: set[str]
) -> Iterator[StartRefused]:
    """What can't be read below these fields of a root type, entered in these subgraphs."""
    graph = walker.graph
    spot = Spot(Level(()), root)
    for name in homes:
        walker.enter_root(spot, name, None)
    pending = [spot]
    seen: set[tuple[object, ...]] = {_state(graph, spot)}
    for current in pending:
        for name in names if current is spot else supergraph.types[current.type].fields:
            entry = Field(name, current.type, name, selections=_below(supergraph, current.type, name))
            options = walker.options(current, entry, name)
            if not options and f"{current.type}.{name}" not in failed:
                failed.add(f"{current.type}.{name}")
                yield _failure(supergraph, current, name)
            for _, child in walker.enter(current, entry, name, options) if entry.selections else ():
                state = _state(graph, child)
                if child.arrivals and state not in seen:
                    seen.add(state)
                    pending.append(child)


def _below(supergraph: Supergraph, type_name: str, name: str) -> tuple[Selections, ...]:
    """Empty selections on each concrete type that the field may return."""
    fields = supergraph.schema.type_map[type_name].fields  # type: ignore[attr-defined]
    named = get_named_type(fields[name].type)
    if is_abstract_type(named):
        return tuple(Selections(each.name, ()) for each in supergraph.schema.get_possible_types(named))
    return (Selections(named.name, ()),) if is_object_type(named) else ()


def _state(graph: Graph, spot: Spot) -> tuple[object, ...]:
    """What the fields below depend on: where the object may be held, for a type without key, where it hangs, and the
    nearest objects above that set a context, with where those may be held."""
    setting: dict[str, tuple[str, object]] = {}
    holder = spot.parent if graph.giving else None
    while holder is not None:
        if holder.type in graph.giving:
            setting.setdefault(holder.type, (holder.type, _held(holder)))
        holder = holder.parent
    entity = any(True for name in graph.subgraphs for _ in graph.keys(spot.type, name))
    above = (spot.parent.type, spot.level.path[-1][1]) if spot.parent is not None and not entity else None
    return (spot.type, _held(spot), above, tuple(setting.values()))


def _held(spot: Spot) -> frozenset[tuple[object, ...]]:
    return frozenset((arrival.node.subgraph, arrival.node.view, arrival.untyped) for arrival in spot.arrivals)


def _failure(supergraph: Supergraph, spot: Spot, name: str) -> StartRefused:
    coordinate = f"{spot.type}.{name}"
    path = "/".join(f"{type_}.{key}" for type_, key in (*spot.level.path, (spot.type, name)))
    holders = supergraph.types[spot.type].fields[name].joins
    here = sorted({arrival.group.subgraph for arrival in spot.arrivals})
    return failure(
        "SATISFIABILITY_ERROR",
        coordinate,
        [*holders, *here],
        f"la requête {path} ne peut pas être servie : l'objet vient de {', '.join(here)}, "
        f"le champ est dans {', '.join(sorted(holders)) or 'aucun sous-graphe'}, sans clé qui mène de l'un à l'autre",
        "Ajoutez une clé résoluble commune, ou fournissez le champ là où l'objet se trouve",
    )
