"""Apollo's own library reads our supergraphs, and composes the same subgraphs to the same client schema."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from graphql import (
    FieldDefinitionNode,
    GraphQLSchema,
    ObjectTypeDefinitionNode,
    build_schema,
    is_leaf_type,
    parse,
    print_ast,
)
from hypothesis import HealthCheck, Phase, given, settings

from hub.federation.changes.schema_diff import schema_changes
from hub.federation.compose.composer import Source, compose
from hub.federation.supergraph import ROOTS, Supergraph
from hub.federation.supergraph_reader import read_supergraph
from schema.subgraphs import OWN, SUBGRAPHS, served_sdl
from tests.federation.apollo import apollo_composition
from tests.federation.behaviours.contexts import CASES
from tests.federation.harness import Gateway
from tests.federation.library import library
from tests.federation.orchard import PARTS
from tests.federation.scattered import Scattered, scattered
from tests.federation.shop import shop
from tests.federation.test_override import LABEL, moving
from tests.federation.town import town
from tests.node import Node

GRAPHS: tuple[Callable[[], Gateway], ...] = (
    shop,
    town,
    library,
    partial(Gateway, *PARTS[:2]),
    *(partial(Gateway, *case.parts) for case in CASES),
)


def check_same(ours: GraphQLSchema, theirs: str) -> None:
    """Clients see the same; we leave out leaf types that nothing refers to."""
    apollo_schema = build_schema(theirs)
    for change in schema_changes(apollo_schema, ours):
        assert change.code == "TYPE_REMOVED", change
        assert is_leaf_type(apollo_schema.type_map[change.coordinate]), change


def test_apollo_reads_our_supergraph_to_the_same_client_schema_and_subgraphs(node: Node) -> None:
    gateways = [*(make() for make in GRAPHS), moving(LABEL)]
    for gateway, read in zip(
        gateways, node.run("read.cjs", [{"supergraph": gateway.supergraph.text} for gateway in gateways]), strict=True
    ):
        assert "errors" not in read, read
        check_same(gateway.supergraph.client_schema, read["api"])
        assert set(read["subgraphs"]) == {part.name for part in gateway.parts}


def test_apollo_composes_what_we_serve_to_the_same_client_schema(node: Node) -> None:
    sources = [Source(name, "", served_sdl(name)) for name in (*SUBGRAPHS, *OWN)]
    (composed,) = node.run("read.cjs", [apollo_composition(sources)])
    assert "errors" not in composed, composed
    check_same(compose(sources).client_schema, composed["api"])


TAGGED = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", '
    'import: ["@key", "@cacheTag", "@shareable", "@external", "@requires", "@override"])\n'
)
TAGS = (
    """
    type Query {
      t(id: ID): T @cacheTag(format: "t-{$args.id}") @cacheTag(format: "all")
      a: Int @shareable @cacheTag(format: "a")
      o: Int @override(from: "s1") @cacheTag(format: "new")
    }
    type T @key(fields: "id") @cacheTag(format: "T-{$key.id}") {
      id: ID!
      x: Int @external @cacheTag(format: "x")
      y: Int @requires(fields: "x")
    }
    """,
    """
    type Query { a: Int @shareable @cacheTag(format: "a") o: Int @cacheTag(format: "old") b: Int }
    type T @key(fields: "id") { id: ID! x: Int }
    """,
)


def joined_directives(text: str) -> dict[str, list[str]]:
    """`@join__directive`s of a supergraph by coordinate."""
    directives: dict[str, list[str]] = {}
    for node in parse(text).definitions:
        if isinstance(node, ObjectTypeDefinitionNode):
            elements: list[ObjectTypeDefinitionNode | FieldDefinitionNode] = [node, *(node.fields or ())]
            for element in elements:
                directives.setdefault(f"{node.name.value}.{element.name.value}", []).extend(
                    print_ast(directive)
                    for directive in element.directives or ()
                    if directive.name.value == "join__directive"
                )
    return directives


def test_cache_tags_are_carried_as_apollo_does(node: Node) -> None:
    sources = [Source(f"s{number}", "", TAGGED + sdl) for number, sdl in enumerate(TAGS)]
    ours = compose(sources).text
    composed, read = node.run("read.cjs", [apollo_composition(sources), {"supergraph": ours}])
    assert joined_directives(ours) == joined_directives(composed["text"])
    assert sum(map(len, joined_directives(ours).values())) == 7
    assert "errors" not in read, read


def check_read_alike(ours: Supergraph, theirs: Supergraph) -> None:
    """Same subgraphs of every type and field, except root types, which Apollo gives to every subgraph."""
    for name, type_ in ours.types.items():
        apollo_type = theirs.types[name]
        assert name in ROOTS or apollo_type.joins == type_.joins, name
        assert {key: field.joins for key, field in apollo_type.fields.items()} == {
            key: field.joins for key, field in type_.fields.items()
        }, name


def random_graphs() -> list[list[Source]]:
    graphs: list[list[Source]] = []

    @settings(
        max_examples=40,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(scattered())
    def collect(graph: Scattered) -> None:
        graphs.append([Source(part.name, "", part.sdl) for part in graph.parts])

    collect()
    return graphs


def test_apollo_composes_our_graphs_and_random_ones_to_supergraphs_that_read_as_ours(node: Node) -> None:
    graphs = [[Source(part.name, "", part.sdl) for part in make().parts] for make in GRAPHS] + random_graphs()
    for sources, composed in zip(
        graphs, node.run("read.cjs", [apollo_composition(sources) for sources in graphs]), strict=True
    ):
        assert "errors" not in composed, composed
        ours = compose(sources)
        check_same(ours.client_schema, composed["api"])
        check_read_alike(ours, read_supergraph(composed["text"]))
