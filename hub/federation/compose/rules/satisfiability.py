"""The rule that every field can be fetched on every path from the roots, checked by the planner's own walk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from graphql import get_named_type, is_abstract_type, is_object_type

from hub.federation.budget import Budget
from hub.federation.errors import OperationRefused, RuleViolation
from hub.federation.operations.operation import Field, Selections
from hub.federation.planning.graph import Graph
from hub.federation.planning.search_state import Level, Position
from hub.federation.planning.walk import TYPENAME, Walker
from hub.federation.supergraph import Supergraph

MOVES = 5_000_000
"""Moves that the search may try from one root."""

EXHAUSTIVE_LABELS = 4
"""Largest number of progressive override labels for which every combination is checked."""


def unsatisfiable_fields(supergraph: Supergraph, moves: int = MOVES) -> Iterator[RuleViolation]:
    """SATISFIABILITY_ERROR: no subgraph can serve a visible field on some path; one violation per field.
    MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED: the search takes more than `moves`.

    All fields below a mutation are fetched from one subgraph that executes it: two would execute it twice."""
    reported: set[str] = set()
    try:
        for labels in _label_sets(sorted(supergraph.labels)):
            yield from _check_labels(supergraph, labels, moves, reported)
    except OperationRefused:
        yield RuleViolation(
            "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED",
            "Query",
            supergraph.endpoints,
            "the graph has too many paths to be checked",
            "Give fewer keys to the same types, or compose fewer subgraphs",
        )


def _label_sets(labels: list[str]) -> Iterator[frozenset[str]]:
    """Every set of active labels; of many labels only none, all, and each one alone active or inactive."""
    sizes: Iterable[int] = range(len(labels) + 1)
    if len(labels) > EXHAUSTIVE_LABELS:
        sizes = (0, 1, len(labels) - 1, len(labels))
    for size in sizes:
        yield from map(frozenset, combinations(labels, size))


def _check_labels(
    supergraph: Supergraph, labels: frozenset[str], moves: int, reported: set[str]
) -> Iterator[RuleViolation]:
    """Violations under these active labels, without those of `reported` coordinates, which it extends."""
    graph, types = Graph(supergraph, labels), supergraph.types
    if "Query" in types:
        search = _Search(supergraph, Walker(graph, Budget(moves)), reported)
        yield from search.check_root("Query", graph.roots("Query"), types["Query"].fields)
    for name in types["Mutation"].fields if "Mutation" in types else ():
        attempts: list[tuple[list[RuleViolation], set[str]]] = []
        for subgraph in graph.roots("Mutation"):
            if graph.move(graph.node("Mutation", subgraph), name):
                search = _Search(supergraph, Walker(graph, Budget(moves)), set(reported))
                attempts.append((list(search.check_root("Mutation", (subgraph,), (name,))), search.reported))
        if attempts and all(violations for violations, _ in attempts):
            violations, first_reported = attempts[0]
            reported |= first_reported
            yield from violations


@dataclass(frozen=True, slots=True)
class _Search:
    """One walk from a root type; `reported` are coordinates whose violation is already known."""

    supergraph: Supergraph
    walker: Walker
    reported: set[str]

    def check_root(self, root: str, subgraphs: Iterable[str], names: Iterable[str]) -> Iterator[RuleViolation]:
        """Violations of these root fields and of all fields below them, entered in these subgraphs."""
        root_position = Position(Level(()), root)
        for subgraph in subgraphs:
            self.walker.enter_root(root_position, subgraph, None)
        pending = [root_position]
        visited = {_state(self.walker.graph, root_position)}
        for position in pending:
            for name in names if position is root_position else self._names(position):
                if f"{position.type}.{name}" in self.supergraph.inaccessible:
                    continue
                possible = _possible_selections(self.supergraph, position.type, name) if name != TYPENAME else ()
                field = Field(name, position.type, name, selections=possible)
                options = self.walker.options(position, field, name)
                coordinate = f"{position.type}.{name}"
                if not options and coordinate not in self.reported:
                    self.reported.add(coordinate)
                    yield _violation(self.supergraph, position, name)
                for _, child in self.walker.enter(position, field, name, options) if field.selections else ():
                    state = _state(self.walker.graph, child)
                    if child.arrivals and state not in visited:
                        visited.add(state)
                        pending.append(child)

    def _names(self, position: Position) -> Iterable[str]:
        """What clients may select on an object below a root; its type too where a subgraph does not know it."""
        fields = self.supergraph.types[position.type].fields
        return (TYPENAME, *fields) if any(arrival.untyped for arrival in position.arrivals) else fields


def _possible_selections(supergraph: Supergraph, type_name: str, field_name: str) -> tuple[Selections, ...]:
    """Empty selections on each visible object type that the field may return."""
    fields = supergraph.schema.type_map[type_name].fields  # type: ignore[attr-defined]
    returned = get_named_type(fields[field_name].type)
    objects = supergraph.schema.get_possible_types(returned) if is_abstract_type(returned) else (returned,)
    return tuple(
        Selections(type_.name, ())
        for type_ in objects
        if is_object_type(type_) and type_.name not in supergraph.inaccessible
    )


def _state(graph: Graph, position: Position) -> tuple[object, ...]:
    """All that decides which fields can be fetched below a position: the subgraphs of the object, the field above it if
    its type has no key, and the nearest objects above that set a context, with their subgraphs."""
    context_setters: dict[str, tuple[str, object]] = {}
    ancestor = position.parent if graph.context_types else None
    while ancestor is not None:
        if ancestor.type in graph.context_types:
            context_setters.setdefault(ancestor.type, (ancestor.type, _arrival_states(ancestor)))
        ancestor = ancestor.parent
    entity = any(True for subgraph in graph.subgraphs for _ in graph.keys(position.type, subgraph))
    above = (position.parent.type, position.level.path[-1][1]) if position.parent is not None and not entity else None
    return (position.type, _arrival_states(position), above, tuple(context_setters.values()))


def _arrival_states(position: Position) -> frozenset[tuple[object, ...]]:
    return frozenset((arrival.node.subgraph, arrival.node.view, arrival.untyped) for arrival in position.arrivals)


def _violation(supergraph: Supergraph, position: Position, name: str) -> RuleViolation:
    current = sorted({arrival.group.subgraph for arrival in position.arrivals})
    path = "/".join(f"{type_name}.{key}" for type_name, key in (*position.level.path, (position.type, name)))
    if name == TYPENAME:
        return RuleViolation(
            "SATISFIABILITY_ERROR",
            f"{position.type}.{name}",
            current,
            f"{path} can't be queried: the object comes from {', '.join(current)} as an interface object, and no "
            "subgraph that knows its type resolves a key of the interface",
            "Give the interface a resolvable key where its types are declared",
        )
    resolving = supergraph.types[position.type].fields[name].joins
    return RuleViolation(
        "SATISFIABILITY_ERROR",
        f"{position.type}.{name}",
        [*resolving, *current],
        f"{path} can't be queried: the object comes from {', '.join(current)}, the field is in "
        f"{', '.join(sorted(resolving)) or 'no subgraph'}, and no key leads from one to the other",
        "Add a common resolvable key, or resolve the field where the object comes from",
    )


RULES = (unsatisfiable_fields,)
