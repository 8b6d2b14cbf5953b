"""Supergraphs of older composers give the answers and the plans of today's."""

from __future__ import annotations

import pytest

from hub.federation.errors import SupergraphRefused
from hub.federation.supergraph_reader import read_supergraph
from tests.federation.harness import HEAD, Gateway, Part
from tests.federation.shop import PARTS, shop
from tests.federation.test_shop import BENCHMARK

GRAPHS = """
enum join__Graph {
  PRODUCTS @join__graph(name: "products", url: "http://products.example/graphql")
  INVENTORY @join__graph(name: "inventory", url: "http://inventory.example/graphql")
  REVIEWS @join__graph(name: "reviews", url: "http://reviews.example/graphql")
  ACCOUNTS @join__graph(name: "accounts", url: "http://accounts.example/graphql")
}
"""
OWNED = (
    """
schema @core(feature: "https://specs.apollo.dev/core/v0.1") @core(feature: "https://specs.apollo.dev/join/v0.1") {
  query: Query
}
directive @core(feature: String!) repeatable on SCHEMA
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet) on FIELD_DEFINITION
directive @join__type(graph: join__Graph!, key: join__FieldSet) repeatable on OBJECT | INTERFACE
directive @join__owner(graph: join__Graph!) on OBJECT | INTERFACE
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
scalar join__FieldSet
"""
    + GRAPHS
    + """
type Product
  @join__owner(graph: PRODUCTS)
  @join__type(graph: PRODUCTS, key: "upc")
  @join__type(graph: INVENTORY, key: "upc")
  @join__type(graph: REVIEWS, key: "upc")
{
  upc: String! @join__field(graph: PRODUCTS)
  name: String @join__field(graph: PRODUCTS)
  price: Int
  weight: Int @join__field(graph: PRODUCTS)
  inStock: Boolean @join__field(graph: INVENTORY)
  shippingEstimate: Int @join__field(graph: INVENTORY, requires: "price weight")
  reviews: [Review!] @join__field(graph: REVIEWS)
}
type Review @join__owner(graph: REVIEWS) @join__type(graph: REVIEWS, key: "id") {
  id: ID! @join__field(graph: REVIEWS)
  body: String @join__field(graph: REVIEWS)
  author: User @join__field(graph: REVIEWS, provides: "username")
  product: Product @join__field(graph: REVIEWS)
}
type User
  @join__owner(graph: ACCOUNTS)
  @join__type(graph: ACCOUNTS, key: "id")
  @join__type(graph: REVIEWS, key: "id")
{
  id: ID! @join__field(graph: ACCOUNTS)
  name: String @join__field(graph: ACCOUNTS)
  username: String @join__field(graph: ACCOUNTS)
  reviews: [Review!] @join__field(graph: REVIEWS)
}
type Query {
  topProducts(first: Int = 3): [Product!] @join__field(graph: PRODUCTS)
  me: User @join__field(graph: ACCOUNTS)
  users: [User!] @join__field(graph: ACCOUNTS)
}
"""
)
VALUES = (
    Part(
        "one",
        HEAD
        + """
        type Query { found: [Found!] kind: Kind }
        union Found = Cat | Dog
        interface Named { name: String }
        type Cat implements Named { name: String } type Dog implements Named { name: String barks: Boolean }
        enum Kind { SMALL LARGE }
        """,
        {"found": [{"__typename": "Dog", "name": "Rex", "barks": True}], "kind": "SMALL"},
    ),
    Part("two", HEAD + "type Query { other: Int }", {"other": 2}),
)
QUERY = "{ found { __typename ... on Named { name } ... on Dog { barks } } kind other }"


def older(gateway: Gateway, text: str) -> Gateway:
    """The gateway on this text of its supergraph."""
    gateway.supergraph = read_supergraph(text)
    return gateway


async def test_federation_1_with_owners_is_planned_and_answered_like_today_s() -> None:
    old, new = older(Gateway(*PARTS), OWNED), shop()
    assert await old.answer(BENCHMARK) == await new.answer(BENCHMARK)
    assert old.calls() == new.calls()
    assert old.plan(BENCHMARK).text() == new.plan(BENCHMARK).text()
    assert set(old.supergraph.endpoints) == set(new.supergraph.endpoints)


async def test_what_a_subgraph_provides_of_another_s_entity_is_not_asked_of_its_owner() -> None:
    old = older(Gateway(*PARTS), OWNED)
    data, errors = await old.answer("{ topProducts(first: 1) { reviews { author { username } } } }")
    assert not errors
    assert data["topProducts"][0]["reviews"][0]["author"]["username"]
    assert "accounts" not in old.calls()


async def test_types_that_version_0_1_says_nothing_of_are_everywhere() -> None:
    text = (
        OWNED[: OWNED.index("type Product")]
        .replace("PRODUCTS", "ONE")
        .replace("products", "one")
        .replace("INVENTORY", "TWO")
        .replace("inventory", "two")
        + """
        type Query { found: [Found!] @join__field(graph: ONE) kind: Kind @join__field(graph: ONE)
          other: Int @join__field(graph: TWO) }
        union Found = Cat | Dog
        interface Named { name: String }
        type Cat implements Named { name: String }
        type Dog implements Named { name: String barks: Boolean }
        enum Kind { SMALL LARGE }
        """
    )
    data, errors = await older(Gateway(*VALUES), text).answer(QUERY)
    assert not errors
    assert data == {"found": [{"__typename": "Dog", "name": "Rex", "barks": True}], "kind": "SMALL", "other": 2}


async def test_version_0_2_without_the_members_of_unions_is_read_by_the_types_of_its_subgraphs() -> None:
    lines = Gateway(*VALUES).supergraph.text.replace("join/v0.3", "join/v0.2").splitlines()
    text = "\n".join(
        line for line in lines if not line.strip().startswith(("@join__unionMember", "directive @join__un"))
    )
    text = text.replace('@join__unionMember(graph: ONE, member: "Cat")', "")
    text = text.replace('@join__unionMember(graph: ONE, member: "Dog")', "")
    assert "@join__unionMember(" not in text
    data, errors = await older(Gateway(*VALUES), text).answer(QUERY)
    assert not errors
    assert data["found"] == [{"__typename": "Dog", "name": "Rex", "barks": True}]


@pytest.mark.parametrize("version", ["v0.6", "v1.0", "v9"])
def test_a_version_that_nobody_here_knows_is_not_read(version: str) -> None:
    with pytest.raises(SupergraphRefused) as caught:
        read_supergraph(shop().supergraph.text.replace("join/v0.3", f"join/{version}"))
    assert caught.value.code == "SUPERGRAPH_INVALID"
    assert "v0.1 to v0.5" in caught.value.message


def test_an_argument_from_a_context_that_nothing_sets_is_refused_rather_than_left_out() -> None:
    text = shop().supergraph.text
    assert "topProducts(first: Int = 3): [Product!] @join__field(graph: PRODUCTS" in text
    join = (
        '@join__field(contextArguments: [{context: "c", name: "first", type: "Int", selection: "a"}], graph: PRODUCTS'
    )
    text = text.replace(
        "topProducts(first: Int = 3): [Product!] @join__field(graph: PRODUCTS",
        f"topProducts(first: Int = 3): [Product!] {join}",
    )
    with pytest.raises(SupergraphRefused) as caught:
        read_supergraph(text)
    assert "no type sets the context c" in caught.value.message
