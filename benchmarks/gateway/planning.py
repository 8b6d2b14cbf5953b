"""How long planning takes, cold and from the cache, in this process."""

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
    """One operation: its leaves, fetches and waves; milliseconds to plan it and to prepare it whole (parse, validate,
    normalise, plan), microseconds to find it again."""

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
    """The benchmark's query, the journey, and a query of 300 fields on the hub's own graph."""
    hub = load_graph().supergraph
    shop = compose([Source(name, f"http://{name}.example/graphql", sdl(name)) for name in NAMES])
    return [
        _timed("le banc : six niveaux, quatre sous-graphes", shop, query),
        _timed("le parcours d'une personne", hub, journey(hub.client_schema)),
        _timed(f"{FIELDS} champs du graphe du hub", hub, wide(hub.client_schema, FIELDS)),
    ]


def wide(schema: GraphQLSchema, fields: int) -> str:
    """A query of so many leaves, from the first root fields, every object's leaves before what is below it."""
    variables: list[str] = []
    left = fields

    def selection(type_: GraphQLObjectType, depth: int) -> Iterator[str]:
        nonlocal left
        ordered = sorted(type_.fields.items(), key=lambda each: not is_leaf_type(get_named_type(each[1].type)))
        for name, field in ordered:
            named = get_named_type(field.type)
            if left <= 0:
                return
            if is_leaf_type(named):
                left -= 1
                yield f"{name}{arguments(field)}"
            elif isinstance(named, GraphQLObjectType) and depth < 5:
                start = len(variables)
                given = arguments(field)
                below = " ".join(selection(named, depth + 1))
                if below:
                    yield f"{name}{given} {{ {below} }}"
                else:
                    del variables[start:]

    def arguments(field: GraphQLField) -> str:
        given = []
        for name, argument in field.args.items():
            if is_required_argument(argument):
                variables.append(f"$v{len(variables)}: {argument.type}")
                given.append(f"{name}: $v{len(variables) - 1}")
        return f"({', '.join(given)})" if given else ""

    assert schema.query_type is not None
    body = " ".join(selection(schema.query_type, 0))
    return f"query Wide{'(' + ', '.join(variables) + ')' if variables else ''} {{ {body} }}"


def _timed(title: str, supergraph: Supergraph, query: str) -> PlanTime:
    schema = supergraph.client_schema
    document = parse_document(query, schema, Limits())
    allowed = allow(normalise(document, find_operation(document, None), schema), EVERYONE)
    made = plan(allowed.operation, supergraph)
    preparer = Preparer(supergraph, schema, allow)
    preparer.prepare(query, None, EVERYONE, TRACE)
    copies = [query.encode().decode() for _ in range(LOOKUPS)]  # as they come: texts whose hash nobody knows yet
    return PlanTime(
        title,
        _leaves(allowed.operation.fetch.root),
        len(list(made.fetches())),
        len(made.waves),
        1000 * median(_seconds(lambda: plan(allowed.operation, supergraph)) for _ in range(ROUNDS)),
        1000
        * median(
            _seconds(lambda: Preparer(supergraph, schema, allow).prepare(query, None, EVERYONE, TRACE))
            for _ in range(ROUNDS)
        ),
        1e6 * _seconds(lambda: [preparer.prepare(each, None, EVERYONE, TRACE) for each in copies]) / LOOKUPS,
    )


def _leaves(root: Selections) -> int:
    stack, count = [root], 0
    while stack:
        for each in stack.pop().fields:
            count += not each.selections
            stack.extend(each.selections)
    return count


def _seconds(work: Callable[[], object]) -> float:
    """Seconds of processor."""
    start = time.process_time()
    work()
    return time.process_time() - start
