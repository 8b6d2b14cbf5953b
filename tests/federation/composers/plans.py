"""Plans of drawn operations over a composed set: fetches of ours and of the reference planners over our supergraph."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from graphql import FieldNode, TypeInfo, TypeInfoVisitor, Visitor, is_abstract_type, parse, visit

from hub.document.limits import Limits
from hub.document.parse import find_operation, parse_document
from hub.federation.authorised_operation import AuthorisedOperation
from hub.federation.compose.composer import compose
from hub.federation.compose.rules.shareable import runtime_types
from hub.federation.compose.subgraph_reader import read_subgraph
from hub.federation.operations.normalise import normalise
from hub.federation.planning.plan import plan
from hub.federation.supergraph import Supergraph
from tests.federation.composers.shrink import shrink
from tests.federation.composers.verdict import Loaded, Referees, SubgraphSet, our_verdict
from tests.federation.supergraphs.operations import operation

CONTEXTS = "contextArguments"
"""In supergraphs with arguments from a context, which Hive's planner leaves out of its plans."""
TRIES = 4
"""Draws per operation that is wanted: those with conditions are left out, as planners count their fetches apart."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The fetches that each planner's plan of one operation has, or why it has no plan."""

    text: str
    ours: int | str
    apollo: int | str | None
    hive: int | str | None
    whole: bool = True
    """Whether each selected field may return an object, and the same types in all its subgraphs: where not, reference
    planners ask for nothing, or one subgraph alone for objects of types that only another knows."""

    @property
    def worse(self) -> bool:
        """Whether a reference planner has a plan, and ours has none or one of more fetches."""
        best = min((fetches for fetches in (self.apollo, self.hive) if isinstance(fetches, int)), default=None)
        return self.whole and best is not None and (isinstance(self.ours, str) or self.ours > best)

    def __str__(self) -> str:
        return f"fetches: ours {self.ours} | Apollo {self.apollo} | Hive {self.hive}: {self.text}"


def operations(supergraph: Supergraph, seed: int, count: int) -> list[str]:
    """Drawn operations without directives."""
    random = Random(seed)
    drawn = (operation(supergraph.client_schema, random)[0] for _ in range(count * TRIES))
    return list(dict.fromkeys(text for text in drawn if "@" not in text))[:count]


def fetches(supergraph: Supergraph, text: str) -> int | str:
    """How many our plan of an operation has, or why there is none."""
    schema = supergraph.client_schema
    try:
        document = parse_document(text, schema, Limits())
        whole = normalise(document, find_operation(document, None), schema)
        return sum(1 for _ in plan(AuthorisedOperation(whole, whole), supergraph).fetches())
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def planned(sources: SubgraphSet, seed: int, count: int, referees: Referees) -> tuple[Loaded, list[Planned]]:
    """Who loads the supergraph of a set that composes, and its drawn operations as all three plan them."""
    supergraph = compose(sources)
    types = runtime_types([read_subgraph(source.name, source.url, source.sdl) for source in sources])
    uneven = {field for field, names in types.items() if len(set(names.values())) > 1 or not all(names.values())}
    texts = operations(supergraph, seed, count)
    loaded = referees.loaded(supergraph.text, texts)
    hives = [None] * len(texts) if CONTEXTS in supergraph.text else loaded.hive
    rows = zip(texts, loaded.apollo, hives, strict=True)
    return loaded, [
        Planned(text, fetches(supergraph, text), apollo, hive, uneven.isdisjoint(selected(supergraph, text)))
        for text, apollo, hive in rows
    ]


def selected(supergraph: Supergraph, text: str) -> set[str]:
    """Coordinates of the fields that an operation selects, on each object type that they may be of."""
    schema, coordinates = supergraph.client_schema, set[str]()
    types = TypeInfo(schema)

    class Collector(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            parent = types.get_parent_type()
            objects = schema.get_possible_types(parent) if is_abstract_type(parent) else [parent]
            coordinates.update(f"{type_}.{node.name.value}" for type_ in objects)

    visit(parse(text), TypeInfoVisitor(types, Collector()))
    return coordinates


def smallest_worse(sources: SubgraphSet, seed: int, count: int, referees: Referees) -> tuple[SubgraphSet, Planned]:
    """The smallest part of a set for which a drawn operation is planned worse by us, and the shortest of those."""

    def worse(smaller: SubgraphSet) -> list[Planned]:
        if not our_verdict(smaller).accepts:
            return []
        return [operation for operation in planned(smaller, seed, count, referees)[1] if operation.worse]

    shrunk = shrink(sources, lambda smaller: bool(worse(smaller)))
    return shrunk, min(worse(shrunk), key=lambda operation: len(operation.text))
