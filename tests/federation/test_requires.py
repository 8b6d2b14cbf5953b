"""`@requires`: with arguments, mutual, through fragments, of hidden fields; keys of a type name alone."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import print_schema

from hub.federation.client.transport import TransportError
from tests.federation.harness import HEAD, Gateway, Part, snapshot
from tests.federation.shop import shop

ITEM: dict[str, Any] = {
    "__typename": "Item",
    "id": "1",
    "base": 10,
    "hidden": 7,
    "media": [{"__typename": "Book", "pages": 5}, {"__typename": "Film", "minutes": 90}],
}
PRICES = {"EUR": 100, "USD": 120, None: 1}


def price(item: dict[str, Any], info: Any, currency: str | None = None) -> int:
    return PRICES[currency]


def required_value(item: dict[str, Any], name: str) -> Any:
    return item["__representation"][name]


def market() -> Gateway:
    return Gateway(
        Part(
            "a",
            HEAD
            + """
            type Query { item: Item site: Site }
            type Item @key(fields: "id") {
              id: ID! base: Int price(currency: String): Int hidden: Int @inaccessible media: [Media!]
              second: Int @external third: Int @requires(fields: "second")
            }
            interface Media { id: ID }
            type Book implements Media @shareable { id: ID pages: Int }
            type Film implements Media @shareable { id: ID minutes: Int }
            type Site @key(fields: "__typename") { name: String }
            """,
            {"item": ITEM, "site": {"name": "Ici"}},
            {"Item": lambda representation: ITEM},
            {"Item.price": price, "Item.third": lambda item, info: required_value(item, "second") + 1},
        ),
        Part(
            "b",
            HEAD
            + """
            type Item @key(fields: "id") {
              id: ID! base: Int @external price(currency: String): Int @external hidden: Int @external
              media: [Media!] @external
              second: Int @requires(fields: "base")
              tax: Int @requires(fields: "price(currency: \\"EUR\\")")
              shown: Int @requires(fields: "hidden")
              weight: Int @requires(fields: "media { ... on Book { pages } ... on Film { minutes } }")
            }
            interface Media { id: ID }
            type Book implements Media @shareable { id: ID pages: Int @external }
            type Film implements Media @shareable { id: ID minutes: Int @external }
            type Site @key(fields: "__typename") { motto: String }
            """,
            {},
            {"Item": lambda representation: ITEM, "Site": lambda representation: {"motto": "Allons"}},
            {
                "Item.second": lambda item, info: required_value(item, "base") * 2,
                "Item.tax": lambda item, info: required_value(item, "price") // 5,
                "Item.shown": lambda item, info: required_value(item, "hidden"),
                "Item.weight": lambda item, info: sum(
                    representation.get("pages", 0) + representation.get("minutes", 0)
                    for representation in required_value(item, "media")
                ),
            },
        ),
    )


async def test_a_requirements_arguments_are_not_the_clients() -> None:
    gateway = market()
    query = '{ item { price(currency: "USD") tax p: price } }'
    data, errors = await gateway.answer(query)
    assert not errors
    assert data == {"item": {"price": 120, "tax": 20, "p": 1}}
    snapshot("required-arguments", query, gateway.plan(query))


async def test_two_subgraphs_may_require_of_each_other() -> None:
    gateway = market()
    query = "{ item { third } }"
    data, errors = await gateway.answer(query)
    assert not errors
    assert data == {"item": {"third": 21}}
    assert gateway.calls() == ["a", "a", "b"]
    snapshot("mutual-requirements", query, gateway.plan(query))


async def test_a_requirement_reaches_through_fragments_of_an_abstract_type() -> None:
    gateway = market()
    query = "{ item { weight } }"
    data, errors = await gateway.answer(query)
    assert not errors
    assert data == {"item": {"weight": 95}}
    (request,) = gateway.subgraphs["b"].requests
    assert request.variables["representations"][0]["media"] == [
        {"__typename": "Book", "pages": 5},
        {"__typename": "Film", "minutes": 90},
    ]
    snapshot("required-fragments", query, gateway.plan(query))


async def test_an_inaccessible_field_is_read_for_what_requires_it_and_never_shown() -> None:
    gateway = market()
    data, errors = await gateway.answer("{ item { shown } }")
    assert not errors
    assert data == {"item": {"shown": 7}}
    assert "hidden" not in print_schema(gateway.supergraph.client_schema)


async def test_a_key_of_a_type_name_alone_enters_a_type_of_one_object() -> None:
    gateway = market()
    query = "{ site { motto } }"
    data, errors = await gateway.answer(query)
    assert not errors
    assert data == {"site": {"motto": "Allons"}}
    snapshot("typename-key", query, gateway.plan(query))


async def test_two_requirements_of_one_field_with_different_arguments_have_a_representation_each() -> None:
    a, b = market().parts
    usd = 'usd: Int @requires(fields: "price(currency: \\"USD\\")") tax: Int'
    taxes = {
        **b.resolvers,
        "Item.tax": lambda item, info: required_value(item, "price"),
        "Item.usd": lambda item, info: required_value(item, "price"),
    }
    gateway = Gateway(a, Part("b", b.sdl.replace("tax: Int", usd), {}, b.find, taxes))
    data, errors = await gateway.answer("{ item { tax usd second } }")
    assert (data, errors) == ({"item": {"tax": 100, "usd": 120, "second": 20}}, [])
    assert gateway.calls() == ["a", "b"]


@pytest.mark.parametrize(("x", "y"), [(True, True), (True, False), (False, True), (False, False)])
async def test_a_requirement_that_a_condition_keeps_away_stops_no_field_that_requires_something_else(
    x: bool, y: bool
) -> None:
    gateway = market()
    query = "query ($x: Boolean!, $y: Boolean!) { item { second @include(if: $x) shown @include(if: $y) } }"
    data, errors = await gateway.answer(query, {"x": x, "y": y})
    assert (data, errors) == ({"item": {**({"second": 20} if x else {}), **({"shown": 7} if y else {})}}, [])
    assert gateway.calls() == ["a", *(["b"] if x or y else [])]


async def test_a_requirement_that_failed_stops_what_requires_it_alone() -> None:
    gateway = shop()
    inventory = gateway.subgraphs["inventory"].part
    sdl = inventory.sdl.replace("inStock: Boolean", 'heavy: Int @requires(fields: "weight")').replace(
        "weight: Int @external", "weight: Int @external title: String @external titled: String "
        '@requires(fields: "title")'
    )  # fmt: skip
    resolvers = {
        "Product.heavy": lambda product, info: required_value(product, "weight"),
        "Product.titled": lambda product, info: product["__representation"].get("title"),
    }
    titles = Part("titles", HEAD + 'type Product @key(fields: "upc") { upc: String! title: String }')
    parts = [part for part in gateway.parts if part.name != "inventory"]
    gateway = Gateway(*parts, titles, Part("inventory", sdl, {}, inventory.find, resolvers))
    gateway.subgraphs["titles"].fault = TransportError("SUBGRAPH_TIMEOUT", "late")
    data, errors = await gateway.answer("{ topProducts(first: 1) { heavy titled } }")
    assert data == {"topProducts": [{"heavy": 100, "titled": None}]}
    assert errors == [{"code": "SUBGRAPH_TIMEOUT", "path": ["topProducts", 0, "titled"]}]


async def test_requirements_that_read_different_things_below_one_field_are_both_met_though_a_third_is_not() -> None:
    item = {"__typename": "Item", "id": "1", "label": "A", "size": {"width": 2, "height": 3}}
    required = {"shown": "label", "area": "size { width height }", "wide": "size { width }"}
    fields = " ".join(f'{name}: String @requires(fields: "{required_set}")' for name, required_set in required.items())
    size = "type Size @shareable { width: Int height: Int }"
    gateway = Gateway(
        Part("shop", f'{HEAD} type Query {{ item: Item }} type Item @key(fields: "id") {{ id: ID! label: String '
             f"size: Size }} {size}", {"item": item}),
        Part("audit", f'{HEAD} type Item @key(fields: "id") {{ id: ID! label: String @external '
             f"size: Size @external {fields} }} {size}", {}, {"Item": lambda required_set: required_set},
             {f"Item.{name}": lambda item, info: str(required_value(item, "size")) for name in ("area", "wide")}),
    )  # fmt: skip
    query = "query ($on: Boolean!) { item { shown @include(if: $on) area wide } }"
    data, errors = await gateway.answer(query, {"on": False})
    merged = "{'width': 2, 'height': 3}"
    assert (data, errors) == ({"item": {"area": merged, "wide": merged}}, [])


async def test_a_requirement_that_reads_below_a_field_of_the_key_leaves_the_key_whole() -> None:
    items = [{"__typename": "Item", "size": {"id": id_, "width": 2}} for id_ in "ab"]
    size = "type Size @shareable { id: ID! width: Int }"
    gateway = Gateway(
        Part("shop", f'{HEAD} type Query {{ items: [Item] }} type Item @key(fields: "size {{ id }}") {{ size: Size }} '
             f"{size}", {"items": items}),
        Part("audit", f'{HEAD} type Item @key(fields: "size {{ id }}") {{ size: Size @external '
             f'area: String @requires(fields: "size {{ width }}") }} {size}', {}, {"Item": lambda id_: id_},
             {"Item.area": lambda item, info: "{id}: {width}".format(**required_value(item, "size"))}),
    )  # fmt: skip
    data, errors = await gateway.answer("{ items { area } }")
    assert (data, errors) == ({"items": [{"area": "a: 2"}, {"area": "b: 2"}]}, [])


def audit(members: str, required: str) -> Gateway:
    """A shop of items, each with a main medium, of which an audit requires something."""
    book = {"__typename": "Book", "title": "Lire", "pages": 5}
    film = {"__typename": "Film", "title": None, "pages": 0}
    items = [{"__typename": "Item", "id": item["__typename"], "main": item} for item in (book, film)]
    types = "union Media = {} type Book @shareable {{ title: String! {} }} type Film @shareable {{ title: String }}"
    return Gateway(
        Part("shop", f'{HEAD} {types.format(members, "pages: Int")} type Query {{ item: Item items: [Item] }} '
             'type Item @key(fields: "id") { id: ID! main: Media }', {"item": items[0], "items": items}),
        Part("audit", f'{HEAD} {types.format("Book | Film", "")} type Item @key(fields: "id") '
             f'{{ id: ID! main: Media @external checked: String @requires(fields: "{required}") }} ', {},
             {"Item": lambda item: item}, {"Item.checked": lambda item, info: str(required_value(item, "main"))}),
    )  # fmt: skip


async def test_an_object_required_of_an_abstract_type_says_its_type_though_one_alone_is_possible() -> None:
    data, errors = await audit("Book", "main { ... on Book { title } }").answer("{ item { checked } }")
    assert (data, errors) == ({"item": {"checked": "{'__typename': 'Book', 'title': 'Lire'}"}}, [])


async def test_what_is_required_of_types_that_differ_in_nullability_is_read_of_each() -> None:
    gateway = audit("Book | Film", "main { ... on Book { title } ... on Film { title } }")
    data, errors = await gateway.answer("{ items { checked } }")
    assert (data, errors) == ({"items": [
        {"checked": "{'__typename': 'Book', 'title': 'Lire'}"}, {"checked": "{'__typename': 'Film', 'title': None}"},
    ]}, [])  # fmt: skip


async def test_what_is_required_takes_no_key_that_the_client_uses_further_on() -> None:
    gateway = audit("Book", "main { ... on Book { title } }")
    data, errors = await gateway.answer("{ item { checked main { ... on Book { title: pages } } } }")
    assert not errors
    assert data == {"item": {"checked": "{'__typename': 'Book', 'title': 'Lire'}", "main": {"title": 5}}}
