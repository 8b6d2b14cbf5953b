"""With `@skip` and `@include`, excluded fields are never fetched, and all the others are answered."""

from __future__ import annotations

import pytest

from tests.federation.harness import snapshot
from tests.federation.shop import shop
from tests.federation.town import town


@pytest.mark.parametrize("included", [True, False])
async def test_a_fetch_that_is_excluded_is_never_sent(included: bool) -> None:
    gateway = shop()
    query = "query Q($x: Boolean!) { topProducts(first: 1) { name ... @include(if: $x) { inStock reviews { body } } } }"
    data, _ = await gateway.answer(query, {"x": included})
    more = {"inStock": True, "reviews": [{"body": "Très bien"}, {"body": "Trop cher"}]} if included else {}
    assert data == {"topProducts": [{"name": "Table", **more}]}
    assert gateway.calls() == (["products", "inventory", "reviews"] if included else ["products"])
    snapshot("conditional-fetch", query, gateway.plan(query))


@pytest.mark.parametrize("variables", [{}, {"x": False}, {"x": True}])
async def test_a_condition_may_come_from_a_variable_with_a_default(variables: dict[str, bool]) -> None:
    gateway = shop()
    query = "query Q($x: Boolean = true, $n: Int = 1) { topProducts(first: $n) { name inStock @include(if: $x) } }"
    data, errors = await gateway.answer(query, variables)
    assert not errors
    assert data == {"topProducts": [{"name": "Table", **({"inStock": True} if variables.get("x", True) else {})}]}


async def test_what_only_an_excluded_field_requires_is_not_fetched() -> None:
    gateway = town()
    query = "query Q($x: Boolean!) { people(first: 1) { id level @include(if: $x) } }"
    data, _ = await gateway.answer(query, {"x": False})
    assert data == {"people": [{"id": "1"}]}
    assert gateway.calls() == ["directory"]
    snapshot("conditional-requirement", query, gateway.plan(query))


async def test_a_condition_does_not_leak_to_an_unconditional_sibling() -> None:
    gateway = shop()
    query = (
        "query Q($x: Boolean!) { me { name @include(if: $x) n: name reviews @skip(if: $x) { id } r: reviews { id } } }"
    )
    data, _ = await gateway.answer(query, {"x": False})
    assert list(data["me"]) == ["n", "reviews", "r"]
    data, _ = await gateway.answer(query, {"x": True})
    assert list(data["me"]) == ["name", "n", "r"]
    snapshot("conditional-sibling", query, gateway.plan(query))


@pytest.mark.parametrize(("x", "y"), [(True, True), (True, False), (False, True), (False, False)])
async def test_a_field_asked_twice_is_there_if_either_condition_holds(x: bool, y: bool) -> None:
    gateway = shop()
    query = """query Q($x: Boolean!, $y: Boolean!) {
      me { id reviews @include(if: $x) { id } reviews @include(if: $y) { body product { inStock } } }
    }"""
    data, errors = await gateway.answer(query, {"x": x, "y": y})
    assert not errors
    keys = [*(["id"] if x else []), *(["body", "product"] if y else [])]
    assert [list(review) for review in data["me"].get("reviews", [])] == ([keys, keys] if keys else [])
    assert ("reviews" in data["me"]) is (x or y)
    assert ("inventory" in gateway.calls()) is y
    snapshot("two-conditions", query, gateway.plan(query))


async def test_literal_conditions_are_decided_before_planning() -> None:
    gateway = shop()
    query = "{ me { name @skip(if: true) reviews @include(if: false) { id } id @include(if: true) } }"
    data, _ = await gateway.answer(query)
    assert data == {"me": {"id": "u1"}}
    assert gateway.calls() == ["accounts"]


async def test_an_object_all_of_whose_fields_are_excluded_is_empty() -> None:
    data, _ = await shop().answer("query Q($x: Boolean!) { me { name @include(if: $x) } }", {"x": False})
    assert data == {"me": {}}


async def test_the_condition_of_a_typename_that_is_read_anyway_is_no_variable_of_the_request() -> None:
    """A subgraph refuses variables that are declared and not used."""
    gateway = town()
    query = "query Q($x: Boolean!) { latest { __typename @include(if: $x) ... on Meeting { title } } }"
    data, errors = await gateway.answer(query, {"x": False})
    assert not errors
    assert "__typename" not in data["latest"]
    assert all("$x" not in request.query for subgraph in gateway.subgraphs.values() for request in subgraph.requests)


def test_variables_of_a_fields_alternative_conditions_are_declared_in_one_order() -> None:
    """Whatever the order of a set, which is another in each process."""
    names = "abcdefgh"
    head = ", ".join(f"${name}: Boolean!" for name in names)
    (fetch,) = (
        shop().plan(f"query({head}) {{ me {{ {' '.join(f'id @skip(if: ${name})' for name in names)} }} }}").fetches()
    )
    assert fetch.variables == tuple(names)
