"""Within a request, a subgraph's answer about an entity is reused instead of fetched again, and no other answer is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from hub.federation.authorised_operation import AuthorisedOperation
from hub.federation.client.transport import SubgraphRequest, SubgraphResponse, TransportError
from hub.federation.execution import execute as engine
from hub.federation.execution.project import Projection
from hub.federation.execution.representations import represent
from hub.federation.planning.plan import plan
from tests.federation.harness import HEAD, Gateway, Part, Saying, Subgraph
from tests.federation.shop import PRODUCTS, shop
from tests.federation.test_mutations import counters
from tests.federation.test_project import marked

REACHED_TWICE = "{ topProducts(first: 1) { upc name price } users { reviews { product { name } } } }"


@pytest.fixture(params=["fast", "interpreted"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Either way to the representations gives the same."""
    if request.param == "interpreted":
        monkeypatch.setattr(engine, "gather", represent)


class Tells:
    """A subgraph of which some answers come with an error, as `spoil` says of each request's number."""

    def __init__(self, subgraph: Subgraph, *spoiled: int) -> None:
        self.subgraph, self.spoiled = subgraph, spoiled

    async def send(self, request: SubgraphRequest, context: Any) -> SubgraphResponse:
        number = len(self.subgraph.requests)
        response = await self.subgraph.send(request, context)
        return SubgraphResponse(response.data, [{"message": "x"}] if number in self.spoiled else response.errors)


def representations(gateway: Gateway, name: str) -> list[list[dict[str, Any]]]:
    """Representations per request of a subgraph, in order; a root request has none."""
    requests = ([v for k, v in r.variables.items() if k.startswith("repr")] for r in gateway.subgraphs[name].requests)
    return [[value for values in request for value in values] for request in requests]


def product(upc: str, **more: Any) -> dict[str, Any]:
    return {"__typename": "Product", "upc": upc, **more}


async def test_only_what_is_not_known_is_asked() -> None:
    gateway = shop()
    data, errors = await gateway.answer(REACHED_TWICE)
    names = [[review["product"]["name"] for review in user["reviews"]] for user in data["users"]]
    assert (names, errors) == ([["Table", "Chaise"], ["Table"]], [])
    assert representations(gateway, "products") == [[], [product("p2")]]


async def test_a_fetch_whose_entities_are_all_known_is_never_sent() -> None:
    gateway = shop()
    data, errors = await gateway.answer(
        "{ topProducts { upc name weight } me { reviews { product { weight name } } } }"
    )
    assert data["me"] == {
        "reviews": [{"product": {"weight": w, "name": n}} for w, n in ((100, "Table"), (None, "Chaise"))]
    }
    assert not errors
    assert representations(gateway, "products") == [[]]


async def test_a_field_is_known_by_its_name_and_arguments_whatever_its_response_key() -> None:
    gateway = shop()
    query = "{ topProducts { price: name name: price upc } me { reviews { product { name price } } } }"
    data, _ = await gateway.answer(query)
    assert data["me"]["reviews"][0] == {"product": {"name": "Table", "price": 899}}
    assert data["topProducts"][0] == {"price": "Table", "name": 899, "upc": "p1"}
    assert representations(gateway, "products") == [[]]


async def test_an_entity_of_which_a_field_is_not_known_is_asked_about() -> None:
    gateway = shop()
    await gateway.answer("{ topProducts { upc name } me { reviews { product { name price } } } }")
    assert representations(gateway, "products") == [[], [product("p1"), product("p2")]]


async def test_what_is_computed_is_known_only_for_the_values_that_it_was_computed_from() -> None:
    gateway = shop()
    query = "{ topProducts { upc price weight shippingEstimate } me { reviews { product { shippingEstimate } } } }"
    data, _ = await gateway.answer(query)
    assert [review["product"] for review in data["me"]["reviews"]] == [
        {"shippingEstimate": 8990},
        {"shippingEstimate": None},
    ]
    sent = representations(gateway, "inventory")
    assert sent == [[{**product(p["upc"]), "price": p["price"], "weight": p["weight"]} for p in PRODUCTS.values()]]


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("then", [True, False])
async def test_a_condition_that_keeps_a_field_away_keeps_it_from_being_known(first: bool, then: bool) -> None:
    gateway = shop()
    query = """query Q($first: Boolean!, $then: Boolean!) {
      topProducts { upc name @include(if: $first) } me { reviews { product { upc name @include(if: $then) } } }
    }"""
    data, _ = await gateway.answer(query, {"first": first, "then": then})
    shown = [{"upc": "p1", "name": "Table"}, {"upc": "p2", "name": "Chaise"}]
    hidden = [{"upc": "p1"}, {"upc": "p2"}]
    assert [review["product"] for review in data["me"]["reviews"]] == (shown if then else hidden)
    assert len(representations(gateway, "products")) == (2 if then and not first else 1)


async def test_nothing_is_written_of_a_field_that_a_condition_keeps_away() -> None:
    """A guard tells the journal of the keys that an object has."""
    gateway = shop()
    query = """query Q($x: Boolean!) {
      topProducts { upc name price } me { reviews { product { name price @include(if: $x) } } }
    }"""
    values = {"x": False}
    answer = await engine.execute(gateway.plan(query), values, gateway.subgraphs, None, 5.0)
    assert ["price" in review["product"] for review in answer.data["me"]["reviews"]] == [False, False]
    assert all("price" in topproduct for topproduct in answer.data["topProducts"])


@pytest.mark.parametrize("spoiled", ["products", "reviews"])
async def test_once_something_went_wrong_everything_is_asked(spoiled: str) -> None:
    gateway = shop()
    gateway.subgraphs[spoiled] = Tells(gateway.subgraphs[spoiled], 0)  # type: ignore[assignment]
    data, errors = await gateway.answer(REACHED_TWICE)
    gateway.subgraphs[spoiled] = gateway.subgraphs[spoiled].subgraph  # type: ignore[attr-defined]
    assert data["users"][0]["reviews"][0]["product"] == {"name": "Table"}
    assert not errors  # of no place
    assert representations(gateway, "products") == [[], [product("p1"), product("p2")]]


async def test_what_a_dead_subgraph_would_be_asked_again_is_still_known() -> None:
    gateway = shop()
    products = gateway.subgraphs["products"]

    class Dies:
        async def send(self, request: SubgraphRequest, context: Any) -> SubgraphResponse:
            answer = await products.send(request, context)
            products.fault = TransportError("SUBGRAPH_UNREACHABLE", "x")
            return answer

    gateway.subgraphs["products"] = Dies()  # type: ignore[assignment]
    data, errors = await gateway.answer(REACHED_TWICE)
    assert [review["product"] for review in data["users"][0]["reviews"]] == [{"name": "Table"}, {"name": None}]
    assert errors == [{"code": "SUBGRAPH_UNREACHABLE", "path": ["users", 0, "reviews", 1, "product", "name"]}]


async def test_a_mutation_forgets_what_was_told_before_it() -> None:
    gateway, calls = counters()
    data, _ = await gateway.answer(
        "mutation { one: addA(by: 1) { a } two: addB(by: 5) { a } three: addA(by: 2) { a } }"
    )
    assert data == {"one": {"a": 1}, "two": {"a": 1}, "three": {"a": 3}}
    assert (calls, gateway.calls()) == (["a+1", "b+5", "a+2"], ["a", "a", "a", "b"])


async def test_each_place_of_a_known_entity_passes_the_guard_by_itself() -> None:
    gateway = shop()
    operation = gateway.operation("{ topProducts { upc name } me { reviews { product { upc name } } } }")
    shape = marked(operation, "Product")
    query_plan = plan(AuthorisedOperation(shape, operation), gateway.supergraph)
    answer = await engine.execute(query_plan, {}, gateway.subgraphs, None, 5.0)
    judged: list[str] = []

    def say(mark: int, value: Mapping[str, Any], path: Any) -> frozenset[str]:
        judged.append(value["name"])
        return frozenset({"name"}) if value["upc"] == "p2" else frozenset()

    data, _ = Projection(shape, gateway.supergraph.client_schema).project(answer, {}, Saying(say))
    assert data is not None
    assert [topproduct["name"] for topproduct in data["topProducts"]] == ["Table", None, "Lampe"]
    assert [review["product"]["name"] for review in data["me"]["reviews"]] == ["Table", None]
    assert sorted(judged) == ["Chaise", "Chaise", "Lampe", "Table", "Table"]
    assert representations(gateway, "products") == [[]]


async def test_what_a_mutation_answered_is_not_known_after_the_next_one_of_the_same_request() -> None:
    product = {"__typename": "Product", "id": "p1", "name": "old"}

    def rename(info: Any) -> dict[str, Any]:
        product["name"] = "new"
        return {"id": "r1"}

    renames = Part(
        "renames",
        HEAD + 'type Query { x: Int } type Mutation { show: Product rename: Review } type Product @key(fields: "id") '
        '{ id: ID! name: String } type Review @key(fields: "id") { id: ID! }',
        {"show": lambda info: dict(product), "rename": rename},
        {"Product": lambda representation: product},
    )
    reviews = Part(
        "reviews",
        HEAD
        + 'type Review @key(fields: "id") { id: ID! product: Product } type Product @key(fields: "id") { id: ID! }',
        {},
        {"Review": lambda representation: {"product": product}},
    )
    gateway = Gateway(renames, reviews)
    data, errors = await gateway.answer("mutation { show { id name } rename { product { name } } }")
    assert (data, errors) == ({"show": {"id": "p1", "name": "old"}, "rename": {"product": {"name": "new"}}}, [])


def linked(*more: Part) -> Gateway:
    """Nodes with a list of others, and their places elsewhere."""
    nodes: dict[str, dict[str, Any]] = {
        representation: {
            "__typename": "Node",
            "id": representation,
            "name": representation.upper(),
            "tags": [representation],
            "next": [],
        }
        for representation in "abc"
    }
    nodes["a"]["next"] = [nodes["b"], None, nodes["c"]]
    nodes["b"]["next"] = None
    nodes["a"]["like"] = {"__typename": "Leaf", "size": 3}
    nodes["b"]["like"] = nodes["c"]

    def find(representation: dict[str, Any]) -> Any:
        return nodes.get(representation["id"])

    tree = Part(
        "tree",
        HEAD
        + 'type Query { nodes(first: Int): [Node] } type Node @key(fields: "id") { id: ID! name: String tags: [String] '
        "next: [Node] like: Thing } union Thing = Node | Leaf type Leaf { size: Int }",
        {"nodes": lambda info, first=3: list(nodes.values())[:first]},
        {"Node": find},
    )
    map_ = Part(
        "map",
        HEAD + 'type Query { here: [Node] } type Node @key(fields: "id") { id: ID! spot: Int }',
        {"here": [{**nodes[representation], "spot": number} for number, representation in enumerate("cba")]},
        {"Node": lambda representation: {"spot": "cba".index(representation["id"])}},
    )
    return Gateway(tree, map_, *more)


async def test_objects_below_an_entity_are_known_with_it_and_shared_with_nothing() -> None:
    gateway = linked()
    query = """{ nodes { id name tags next { id name spot }
        like { __typename ... on Node { name } ... on Leaf { size } } }
      here { name tags next { name id } like { ... on Leaf { size } ... on Node { name } __typename } } }"""
    data, errors = await gateway.answer(query)
    assert not errors
    assert data["here"] == [
        {"name": "C", "tags": ["c"], "next": [], "like": None},
        {"name": "B", "tags": ["b"], "next": None, "like": {"name": "C", "__typename": "Node"}},
        {
            "name": "A",
            "tags": ["a"],
            "next": [{"name": "B", "id": "b"}, None, {"name": "C", "id": "c"}],
            "like": {"size": 3, "__typename": "Leaf"},
        },
    ]
    assert representations(gateway, "tree") == [[]]


async def test_what_another_subgraph_writes_under_the_same_key_is_not_known() -> None:
    """Null wins where both write: the tree no longer says what the first told."""
    first = Part(
        "first",
        HEAD
        + 'type Query { one: T } type T @key(fields: "id") { id: ID! v: V @shareable } type V @shareable { x: Int }',
        {"one": {"__typename": "T", "id": "1", "v": {"x": 1}}},
        {"T": lambda representation: {"v": {"x": 1}}},
    )
    second = Part(
        "second",
        HEAD
        + 'type Query { two: T } type T @key(fields: "id") { id: ID! v: V @shareable } type V { y: Int @shareable }',
        {"two": {"__typename": "T", "id": "1", "v": None}},
        {"T": lambda representation: {"v": None}},
    )
    third = Part(
        "third",
        HEAD + 'type T @key(fields: "id") { id: ID! w: T }  type Query { three: T }',
        {"three": {"__typename": "T", "id": "1", "w": {"__typename": "T", "id": "1"}}},
        {"T": lambda representation: {"w": {"__typename": "T", "id": "1"}}},
    )
    gateway = Gateway(first, second, third)
    data, errors = await gateway.answer("{ one { id v { x y } w { v { x } } } }")
    assert (data["one"]["w"], errors) == ({"v": {"x": 1}}, [])
