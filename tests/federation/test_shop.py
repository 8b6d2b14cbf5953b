"""Keys, hops, lists, aliases, requires and provides on a graph of four subgraphs, one of them for Federation 1."""

from __future__ import annotations

from tests.federation.harness import snapshot
from tests.federation.shop import REVIEWS, shop

BENCHMARK = """{
  users { id username name reviews { id body product { inStock name price shippingEstimate upc weight
    reviews { id body author { id username name } } } } }
  topProducts(first: 2) {
    inStock name price shippingEstimate upc weight reviews { id body author { id username name } }
  }
}"""


async def test_fields_of_one_subgraph_are_one_request() -> None:
    gateway = shop()
    query = "{ topProducts(first: 2) { name price } }"
    data, errors = await gateway.answer(query)
    assert data == {"topProducts": [{"name": "Table", "price": 899}, {"name": "Chaise", "price": 54}]}
    assert not errors
    assert gateway.calls() == ["products"]
    snapshot("one-subgraph", query, gateway.plan(query))


async def test_six_levels_over_four_subgraphs_are_four_requests_in_two_waves() -> None:
    gateway = shop()
    query_plan = gateway.plan(BENCHMARK)
    assert [[fetch.subgraph for fetch in wave.fetches] for wave in query_plan.waves] == [
        ["products", "accounts"],
        ["reviews", "inventory"],
        ["products", "accounts"],  # of which all is known
        ["inventory"],
    ]
    data, errors = await gateway.answer(BENCHMARK)
    assert not errors
    assert gateway.calls() == ["products", "inventory", "reviews", "accounts"]
    first = data["users"][0]["reviews"][0]["product"]
    assert (first["inStock"], first["shippingEstimate"]) == (True, 8990)
    assert [review["author"]["name"] for review in first["reviews"]] == ["Aïda", None]
    assert data["topProducts"][1]["shippingEstimate"] is None
    snapshot("benchmark", BENCHMARK, query_plan)


async def test_an_entity_found_twice_is_asked_once() -> None:
    gateway = shop()
    query = "{ users { reviews { author { name } } } }"
    await gateway.answer(query)
    representations = [r.variables["representations"] for r in gateway.subgraphs["accounts"].requests[1:]]
    assert representations == [[{"__typename": "User", "id": "u1"}, {"__typename": "User", "id": "u2"}]]


async def test_a_client_alias_that_takes_a_key_name_does_not_disturb_the_key() -> None:
    gateway = shop()
    query = "{ topProducts(first: 1) { upc: name inStock reviews { id: body author { id: username name } } } }"
    data, errors = await gateway.answer(query)
    assert not errors
    assert data["topProducts"] == [
        {
            "upc": "Table",
            "inStock": True,
            "reviews": [
                {"id": "Très bien", "author": {"id": "@aida", "name": "Aïda"}},
                {"id": "Trop cher", "author": {"id": "@bruno", "name": None}},
            ],
        }
    ]
    snapshot("alias-takes-key-name", query, gateway.plan(query))


async def test_an_alias_of_a_required_field_serves_the_requirement() -> None:
    gateway = shop()
    query = "{ topProducts(first: 1) { cost: price w: weight shippingEstimate } }"
    data, _ = await gateway.answer(query)
    assert data == {"topProducts": [{"cost": 899, "w": 100, "shippingEstimate": 8990}]}
    assert gateway.subgraphs["inventory"].requests[0].variables["representations"] == [
        {"__typename": "Product", "upc": "p1", "price": 899, "weight": 100}
    ]
    snapshot("alias-of-required", query, gateway.plan(query))


async def test_a_required_scalar_that_is_null_is_passed_as_null() -> None:
    gateway = shop()
    data, errors = await gateway.answer("{ topProducts(first: 2) { shippingEstimate } }")
    assert data == {"topProducts": [{"shippingEstimate": 8990}, {"shippingEstimate": None}]}
    assert not errors
    assert gateway.subgraphs["inventory"].requests[0].variables["representations"][1]["weight"] is None


async def test_a_provided_field_needs_no_hop() -> None:
    gateway = shop()
    query = "{ topProducts(first: 1) { reviews { author { username } } } }"
    data, _ = await gateway.answer(query)
    assert [review["author"]["username"] for review in data["topProducts"][0]["reviews"]] == ["@aida", "@bruno"]
    assert "accounts" not in gateway.calls()
    snapshot("provides", query, gateway.plan(query))


async def test_a_field_that_is_external_and_not_provided_needs_its_owner() -> None:
    gateway = shop()
    query = "{ users { reviews { author { reviews { author { username } } } } } }"
    data, _ = await gateway.answer(query)
    assert data["users"][0]["reviews"][0]["author"]["reviews"][0]["author"]["username"] == "@aida"


async def test_an_empty_list_sends_nothing_further() -> None:
    gateway = shop()
    data, _ = await gateway.answer("{ topProducts(first: 0) { inStock reviews { body } } }")
    assert data == {"topProducts": []}
    assert gateway.calls() == ["products"]


async def test_variables_defaults_and_literals_reach_the_subgraph_as_variables() -> None:
    gateway = shop()
    query = """query Q($n: Int = 1) {
      a: topProducts(first: $n) { upc } b: topProducts(first: 2) { upc } c: topProducts { upc }
    }"""
    data, _ = await gateway.answer(query)
    assert [len(data[key]) for key in "abc"] == [1, 2, 3]
    (request,) = gateway.subgraphs["products"].requests
    assert "2" not in request.query
    assert request.variables == {"n": 1, "l0": 2}


async def test_the_same_object_under_two_aliases_keeps_both_selections() -> None:
    gateway = shop()
    data, _ = await gateway.answer("{ a: me { name r: reviews { body } } b: me { username r: reviews { id } } }")
    own = [r for r in REVIEWS.values() if r["author"]["id"] == "u1"]
    assert data["a"] == {"name": "Aïda", "r": [{"body": r["body"]} for r in own]}
    assert data["b"] == {"username": "@aida", "r": [{"id": r["id"]} for r in own]}


async def test_no_value_of_the_client_is_in_a_plan() -> None:
    gateway = shop()
    assert "424242" not in gateway.plan("{ topProducts(first: 424242) { inStock } }").text()


async def test_the_same_operation_has_the_same_plan() -> None:
    assert shop().plan(BENCHMARK) == shop().plan(BENCHMARK)
