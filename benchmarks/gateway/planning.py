"""The time that planning takes in this process, cold and from the cache."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from statistics import median

import msgspec
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, get_named_type, is_leaf_type, is_required_argument

from benchmarks.gateway.subgraphs import NAMES, sdl
from hub.document.limits import Limits
from hub.document.parse import find_operation, parse_document
from hub.federation.compose.composer import Source, compose
from hub.federation.operations.normalise import normalise
from hub.federation.operations.operation import Selections
from hub.federation.planning.plan import plan
from hub.federation.supergraph import Supergraph
from hub.gateway import EVERYONE, allow
from hub.graph import load_graph
from hub.pages.journey import journey
from hub.prepare import Preparer

FIELDS = 300
ROUNDS = 15
LOOKUPS = 2_000
TRACE = "0" * 32
MOST_COLD, MOST_CACHED = 50.0, 20.0
"""Goals: milliseconds of a cold plan, microseconds of a look-up."""


class PlanTime(msgspec.Struct, frozen=True):
    """The times of one operation: milliseconds to plan it and to prepare it (parse, validate, normalise, plan),
    microseconds to find it in the cache; and its numbers of leaves, fetches and waves."""

    title: str
    fields: int
    fetches: int
    waves: int
    plan: float
    prepare: float
    cached: float

    @property
    def reached(self) -> bool:
        """Whether both goals are met."""
        return self.plan <= MOST_COLD and self.cached <= MOST_CACHED


def plans(query: str) -> list[PlanTime]:
    """Time the benchmark's query, the journey, and a query of 300 fields on the hub's own graph."""
    hub_graph = load_graph().supergraph
    shop = compose([Source(name, f"http://{name}.example/graphql", sdl(name)) for name in NAMES])
    return [
        _timed("le banc : six niveaux, quatre sous-graphes", shop, query),
        _timed("le parcours d'une personne", hub_graph, journey(hub_graph.client_schema)),
        _timed(f"{FIELDS} champs du graphe du hub", hub_graph, wide(hub_graph.client_schema, FIELDS)),
    ]


def wide(schema: GraphQLSchema, fields: int) -> str:
    """Return a query of so many leaves, taken from the first root fields, an object's leaves before its objects."""
    variables: list[str] = []
    remaining = fields

    def selection(type_: GraphQLObjectType, depth: int) -> Iterator[str]:
        nonlocal remaining
        ordered = sorted(
            type_.fields.items(), key=lambda name_and_field: not is_leaf_type(get_named_type(name_and_field[1].type))
        )
        for name, field in ordered:
            returned = get_named_type(field.type)
            if remaining <= 0:
                return
            if is_leaf_type(returned):
                remaining -= 1
                yield f"{name}{arguments(field)}"
            elif isinstance(returned, GraphQLObjectType) and depth < 5:
                start = len(variables)
                text = arguments(field)
                subselections = " ".join(selection(returned, depth + 1))
                if subselections:
                    yield f"{name}{text} {{ {subselections} }}"
                else:
                    del variables[start:]

    def arguments(field: GraphQLField) -> str:
        pairs = []
        for name, argument in field.args.items():
            if is_required_argument(argument):
                variables.append(f"$v{len(variables)}: {argument.type}")
                pairs.append(f"{name}: $v{len(variables) - 1}")
        return f"({', '.join(pairs)})" if pairs else ""

    assert schema.query_type is not None
    body = " ".join(selection(schema.query_type, 0))
    return f"query Wide{'(' + ', '.join(variables) + ')' if variables else ''} {{ {body} }}"


def _timed(title: str, supergraph: Supergraph, query: str) -> PlanTime:
    schema = supergraph.client_schema
    document = parse_document(query, schema, Limits())
    allowed = allow(normalise(document, find_operation(document, None), schema), EVERYONE)
    query_plan = plan(allowed.operation, supergraph)
    preparer = Preparer(supergraph, schema, allow)
    preparer.prepare(query, None, EVERYONE, TRACE)
    copies = [
        query.encode().decode() for _ in range(LOOKUPS)
    ]  # new texts, as requests bring them: their hash is not computed yet
    return PlanTime(
        title,
        _leaves(allowed.operation.fetch.root),
        len(list(query_plan.fetches())),
        len(query_plan.waves),
        1000 * median(_seconds(lambda: plan(allowed.operation, supergraph)) for _ in range(ROUNDS)),
        1000
        * median(
            _seconds(lambda: Preparer(supergraph, schema, allow).prepare(query, None, EVERYONE, TRACE))
            for _ in range(ROUNDS)
        ),
        1e6 * _seconds(lambda: [preparer.prepare(copy, None, EVERYONE, TRACE) for copy in copies]) / LOOKUPS,
    )


def _leaves(root: Selections) -> int:
    stack, count = [root], 0
    while stack:
        for field in stack.pop().fields:
            count += not field.selections
            stack.extend(field.selections)
    return count


def _seconds(work: Callable[[], object]) -> float:
    """Return the seconds of processor that `work` takes."""
    start = time.process_time()
    work()
    return time.process_time() - start
