"""`@cost` and `@listSize`: composed as Apollo's library does, and a bound of every operation."""

from __future__ import annotations

from typing import Any

import pytest

from hub.document.limits import Limits
from hub.document.parse import find_operation, parse_document
from hub.document.variables import bind
from hub.errors import DocumentRefused
from hub.federation.compose.composer import Source, compose
from hub.federation.cost import Costs
from hub.federation.errors import CompositionFailed, OperationRefused
from hub.federation.operations.normalise import normalise
from hub.federation.supergraph import Supergraph
from hub.federation.supergraph_reader import read_supergraph
from hub.gateway import EVERYONE, Gateway
from tests.node import Node

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [{names}])\n'
NAMES = '"@key", "@shareable", "@cost", "@listSize"'
HEAD = LINK.format(names=NAMES)
RENAMED = LINK.format(names='"@key", "@shareable", { name: "@cost", as: "@price" }, "@listSize"')
SHOP = """
type Query {
  one: Item
  dear: Item @cost(weight: 50)
  all: [Item!]!
  some(first: Int, last: Int, filter: Filter, word: Word @cost(weight: 3)): [Item]
    @listSize(assumedSize: 20, slicingArguments: ["first", "last"])
  few(first: Int! = 5): [Item] @listSize(slicingArguments: ["first"])
  page(first: Int): Page @listSize(slicingArguments: ["first"], sizedFields: ["items"])
  things: [Thing] @listSize(assumedSize: 10)
}
type Mutation { make: Item }
type Item @key(fields: "id") { id: ID! price: Money tags: [String] @listSize(assumedSize: 4) next: Item }
type Page { items: [Item] total: Int }
interface Thing { id: ID! parts: [Item] @listSize(assumedSize: 3) }
type Box implements Thing { id: ID! parts: [Item] lid: Item }
type Bag implements Thing @cost(weight: 7) { id: ID! parts: [Item] }
scalar Money @cost(weight: 2)
scalar Word
enum Kind @cost(weight: 6) { A B }
input Filter { kind: Kind min: Int @cost(weight: 4) also: [Filter!] }
"""


def shop(limit: int = 10**9) -> tuple[Supergraph, Costs]:
    supergraph = compose([Source("shop", "http://shop.example", HEAD + SHOP)])
    return supergraph, Costs(supergraph, limit)


def cost(query: str, variables: dict[str, Any] | None = None) -> int:
    supergraph, costs = shop()
    schema = supergraph.client_schema
    document = parse_document(query, schema, Limits())
    operation = normalise(document, find_operation(document, None), schema)
    operation_cost = costs.cost(operation)
    assert operation_cost is not None
    return operation_cost.total(bind(operation, variables or {}, schema))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ one { id } }", 1),
        ("{ a: one { id } b: one { id } one { id } }", 3),
        ("{ one { __typename id price } }", 3),
        ("{ dear { id next { id } } }", 51),
        ("{ all { id } }", 1),
        ("{ some { id price } }", 60),
        ("{ some(first: 2) { id } }", 2),
        ("{ some(first: 2, last: 7) { next { id } } }", 14),
        ("{ some(first: -3) { id } }", 0),
        ("{ some(first: null) { id } }", 20),
        ("{ few { id } }", 5),
        ("{ few(first: 100) { next { next { id } } } }", 300),
        ("{ page(first: 8) { total items { price } } }", 25),
        ("{ page { items { id } } }", 2),
        ("{ one { tags } }", 1),
        ('{ some(first: 1, word: "x") { id } }', 4),
        ("{ some(first: 1, filter: { kind: A, min: 3, also: [{ min: 1 }, { kind: B }] }) { id } }", 21),
        ("{ things { id } }", 70),
        ("{ things { parts { id } ... on Box { lid { id } } } }", 100),
        ("{ things { ... on Box { id } } }", 70),
        ("mutation { make { id } }", 1),
    ],
)
def test_an_operation_costs_what_the_supergraph_says(query: str, expected: int) -> None:
    assert cost(query) == expected


def test_variables_decide_like_literals() -> None:
    query = "query ($n: Int, $on: Boolean!) { some(first: $n) { id next @include(if: $on) { id } } }"
    assert [cost(query, {"n": 9, "on": on}) for on in (True, False)] == [18, 9]
    assert cost(query, {"on": False}) == 20


def test_above_the_bound_an_operation_is_refused_with_a_code_whatever_its_names() -> None:
    supergraph, costs = shop(limit=20)
    schema = supergraph.client_schema

    def refused(query: str) -> str | None:
        document = parse_document(query, schema, Limits())
        operation = normalise(document, find_operation(document, None), schema)
        operation_cost = costs.cost(operation)
        assert operation_cost is not None
        try:
            operation_cost.check(bind(operation, {}, schema))
        except OperationRefused as error:
            return error.code
        return None

    for free, dear in (("one", "few"), ("x", "y"), ("few", "one")):
        assert refused(f"{{ {free}: few(first: 20) {{ id }} }}") is None
        assert refused(f"{{ {dear}: few(first: 21) {{ id }} }}") == "DOCUMENT_COST_LIMIT"
        assert (
            refused(f"query {free} {{ few(first: 5) {{ {dear}: next {{ {free}: next {{ n: next {{ id }} }} }} }} }}")
            is None
        )


async def test_the_gateway_refuses_before_it_asks_anything() -> None:
    gateway = Gateway(shop()[0])
    query = "query ($n: Int!) { few(first: $n) { id } }"
    prepared = await gateway.preparer.prepared(query, None, EVERYONE, "0" * 32)
    assert gateway.preparer.bind_variables(prepared, {"n": Limits().cost}) == {"n": Limits().cost}
    with pytest.raises(DocumentRefused) as caught:
        gateway.preparer.bind_variables(prepared, {"n": Limits().cost + 1})
    assert caught.value.code == "DOCUMENT_COST_LIMIT"


def test_a_supergraph_that_says_nothing_of_costs_has_no_cost() -> None:
    supergraph = compose([Source("a", "", "type Query { a: [Int] }")])
    document = parse_document("{ a }", supergraph.client_schema, Limits())
    operation = normalise(document, find_operation(document, None), supergraph.client_schema)
    assert Costs(supergraph, 0).cost(operation) is None


A = (
    "type Query { me: Int @shareable @cost(weight: 3) list(first: Int, n: Int): [U] @shareable "
    '@listSize(assumedSize: 10, slicingArguments: ["first"]) } '
    'type U @key(fields: "id") @cost(weight: 5) { id: ID! }'
)
B = (
    "type Query { me: Int @shareable @cost(weight: 7) list(first: Int, n: Int): [U] @shareable "
    '@listSize(assumedSize: 5, slicingArguments: ["n"], requireOneSlicingArgument: false) } '
    'type U @key(fields: "id") { id: ID! }'
)
FOREIGN_COST = (
    'extend schema @link(url: "https://other.example/cost/v1.0", import: ["@cost"]) '
    '@link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@composeDirective"]) '
    '@composeDirective(name: "@cost") directive @cost(weight: Int!) on FIELD_DEFINITION '
    "type Query { z: Int @cost(weight: 1) y: Int @federation__cost(weight: 9) }"
)

GRAPHS = (
    [HEAD + A],
    [HEAD + A, HEAD + B],
    [RENAMED + sdl.replace("@cost", "@price") for sdl in (A, B)],
    [HEAD + SHOP],
    [LINK.format(names=NAMES[:20]) + A.replace("@cost", "@federation__cost").replace("@list", "@federation__list")],
    [FOREIGN_COST],
)


def test_apollo_composes_the_same_costs(node: Node) -> None:
    graphs = [[Source(f"s{n}", f"http://s{n}.example", sdl) for n, sdl in enumerate(sdls)] for sdls in GRAPHS]
    services = [
        {"services": [{"name": source.name, "url": source.url, "typeDefs": source.sdl} for source in sources]}
        for sources in graphs
    ]
    for sources, composed in zip(graphs, node.run("read.cjs", services), strict=True):
        assert "errors" not in composed, composed
        ours = compose(sources)
        assert ours.directives
        assert ours.directives == read_supergraph(composed["text"]).directives
        (read,) = node.run("read.cjs", [{"supergraph": ours.text}])
        assert "errors" not in read, read


def test_a_cost_beside_one_of_another_specification_keeps_a_name_of_its_own() -> None:
    supergraph = compose([Source("s0", "http://s0.example", FOREIGN_COST)])
    specs = {name: [directive.spec for directive in supergraph.directives[name]] for name in ("Query.y", "Query.z")}
    assert specs == {"Query.y": ["https://specs.apollo.dev/cost/v0.1"], "Query.z": ["https://other.example/cost/v1.0"]}


def test_before_version_2_9_nobody_knows_costs() -> None:
    sdl = LINK.format(names='"@key"').replace("v2.9", "v2.8") + "type Query { a: Int @federation__cost(weight: 1) }"
    with pytest.raises(CompositionFailed) as caught:
        compose([Source("a", "", sdl)])
    assert [failure.code for failure in caught.value.failures] == ["INVALID_GRAPHQL"]
