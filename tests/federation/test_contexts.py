"""Arguments from contexts: what clients see, what is sent, and what happens where the context does not come."""

from __future__ import annotations

from typing import Any

from graphql import print_schema

from hub.federation.client.transport import TransportError
from hub.federation.execution.execute import Bounds
from tests.federation.behaviours.case import by, part
from tests.federation.behaviours.contexts import ARTICLE, CASES, HOLDER, READERS, echo
from tests.federation.harness import Gateway
from tests.federation.orchard import orchard


def press() -> Gateway:
    return Gateway(*CASES[0].parts)


def sent(gateway: Gateway) -> tuple[str, dict[str, Any]]:
    """What the press was asked last."""
    request = gateway.subgraphs["press"].requests[-1]
    return request.query, dict(request.variables)


def test_clients_do_not_see_an_argument_from_a_context() -> None:
    schema = print_schema(press().supergraph.client_schema)
    assert "title(length: Int): String" in schema
    assert "context" not in schema


async def test_entities_of_equal_values_are_asked_together_and_others_beside_them() -> None:
    gateway = press()
    await gateway.answer("{ readers { reads { title } } }")
    query, variables = sent(gateway)
    assert query == (
        "query($representations:[_Any!]!,$representations_1:[_Any!]!,$representations_2:[_Any!]!,"
        "$context0:String,$context0_1:String,$context0_2:String)"
        "{_entities(representations:$representations){...on Article{title(lang:$context0)}} "
        "_entities_1:_entities(representations:$representations_1){...on Article{title(lang:$context0_1)}} "
        "_entities_2:_entities(representations:$representations_2){...on Article{title(lang:$context0_2)}}}"
    )
    a1, a2 = ({"__typename": "Article", "id": id_} for id_ in ("a1", "a2"))
    assert variables == {
        "representations": [a1, a2],
        "representations_1": [a1],
        "representations_2": [a2],
        "context0": "fr",
        "context0_1": "en",
        "context0_2": None,
    }


async def test_entities_of_one_value_are_asked_as_the_plan_says() -> None:
    readers, press_part = CASES[0].parts
    gateway = Gateway(part("readers", readers.sdl, {"readers": [READERS[0], READERS[3]]}, head=""), press_part)
    query = "{ readers { reads { title } } }"
    await gateway.answer(query)
    assert sent(gateway)[0] == [*gateway.plan(query).fetches()][-1].document


async def test_variables_of_ours_take_no_name_of_the_clients() -> None:
    gateway = press()
    data, errors = await gateway.answer(
        "query ($representations: Int, $context0: Int) { readers { reads { title(length: $representations) "
        "more: title(length: $context0) } } }",
        {"representations": 1, "context0": 2},
    )
    assert not errors
    assert data["readers"][1] == {"reads": [{"title": "a1 1 en", "more": "a1 2 en"}]}


async def test_a_context_that_did_not_come_stops_what_it_feeds_alone() -> None:
    gateway = Gateway(
        part("readers", 'type Query { readers: [Reader] } type Reader @key(fields: "id") { id: ID! }',
             {"readers": READERS[:2]}, {"Reader": by("id", *READERS)}),
        part("langs", 'type Reader @key(fields: "id") { id: ID! lang: String }', {}, {"Reader": by("id", *READERS)}),
        CASES[0].parts[1],
    )  # fmt: skip
    gateway.subgraphs["langs"].fault = TransportError("SUBGRAPH_TIMEOUT", "late")
    data, errors = await gateway.answer("{ readers { id reads { id title } } }")
    assert data["readers"][1] == {"id": "r2", "reads": [{"id": "a1", "title": None}]}
    assert errors == [
        {"code": "SUBGRAPH_TIMEOUT", "path": ["readers", reader, "reads", article, "title"]}
        for reader, article in ((0, 0), (0, 1), (1, 0))
    ]


async def test_an_error_of_a_field_that_is_asked_beside_others_is_at_its_own_path() -> None:
    def fails(value: dict[str, Any], info: Any, lang: str | None) -> str:
        if lang == "en":
            raise ValueError("no")
        return "yes"

    readers, press_ = CASES[0].parts
    gateway = Gateway(readers, part("press", press_.sdl, {}, press_.find, {"Article.title": fails}, head=""))
    data, errors = await gateway.answer("{ readers { reads { title } } }")
    assert data["readers"][1] == {"reads": [{"title": None}]}
    assert data["readers"][0] == {"reads": [{"title": "yes"}, {"title": "yes"}]}
    assert errors == [{"code": "SUBGRAPH_ERROR", "path": ["readers", 1, "reads", 0, "title"]}]


async def test_what_feeds_an_excluded_field_alone_is_not_fetched() -> None:
    gateway = press()
    query = "query ($on: Boolean!) { readers { reads { id title @include(if: $on) } } }"
    await gateway.answer(query, {"on": False})
    assert [len(gateway.subgraphs[name].requests) for name in ("readers", "press")] == [1, 1]
    assert "lang@include(if:$on)" in gateway.subgraphs["readers"].requests[0].query
    data, _ = await gateway.answer(query, {"on": True})
    assert data["readers"][1] == {"reads": [{"id": "a1", "title": "a1 absent en"}]}


async def test_a_context_a_requirement_and_the_clients_argument_feed_one_field() -> None:
    gateway = Gateway(
        part("tones", 'type Query { a: Int } type Article @key(fields: "id") { id: ID! tone: String }', {},
             {"Article": lambda representation: {**representation, "tone": "gai"}}),
        part("press",
             'type Query { readers: [Reader] } type Reader @key(fields: "id") @context(name: "reader") '
             "{ id: ID! lang: String reads: [Article] } " + HOLDER + '"$reader { lang }")): String '
             '@requires(fields: "tone") tone: String @external plain: Int }',
             {"readers": READERS[:2]}, {"Reader": by("id", *READERS), **ARTICLE},
             {"Article.title": lambda value, info, **more: f"{value['__representation']['tone']} "
              + echo("length", "lang")(value, info, **more)}),
    )  # fmt: skip
    data, errors = await gateway.answer("{ readers { reads { title(length: 7) plain } } }")
    assert not errors
    assert data["readers"][1] == {"reads": [{"title": "gai a1 7 en", "plain": None}]}


async def test_a_field_without_an_entity_stays_in_the_request_that_declares_its_variables() -> None:
    gateway = orchard()
    query = (
        "query ($n: Int) { places { ... on Pot { leaves { next { next { told(times: $n) } } told } } "
        "... on Tree { leaves { told } } } }"
    )
    data, errors = await gateway.answer(query, {"n": 2})
    assert not errors
    assert data["places"][0] == {"leaves": [{"next": None, "told": "l3 red None"}]}
    assert data["places"][1] == {"leaves": [{"told": "l1 ash None"}, None, {"told": "l2 ash None"}]}


async def test_what_requires_a_field_that_a_context_feeds_is_given_each_value() -> None:
    data, errors = await orchard().answer("{ places { ... on Pot { id leaves { id sum } } } }")
    assert not errors
    assert [place for place in data["places"] if place] == [
        {"id": "p1", "leaves": [{"id": "l3", "sum": "(l3 red None)"}]},
        {"id": "p2", "leaves": [{"id": "l1", "sum": "(l1 ash None)"}, {"id": "l3", "sum": "(l3 ash None)"}]},
    ]


TREE = 'type Tree @key(fields: "id") @context(name: "tree") { id: ID! code: String leaves: [Leaf] } '
LEAF = 'type Leaf @key(fields: "id") { id: ID! told(code: String @fromContext(field: "$tree { code }")): String } '
GROVE = {"id": "t", "code": "ash", "leaves": [{"id": "l"}]}
FIND = {"Tree": by("id", GROVE), "Leaf": by("id", {"id": "l"})}


async def test_what_a_mutation_returns_feeds_what_is_below_it_and_is_made_once() -> None:
    calls: list[str] = []

    def grow(info: Any, **arguments: Any) -> Any:
        calls.append("tree")
        return GROVE

    sdl = "type Query { tree: Tree } type Mutation { grow: Tree } " + TREE + LEAF
    gateway = Gateway(part("press", sdl, {"grow": grow}, FIND, {"Leaf.told": echo("code")}))
    data, errors = await gateway.answer("mutation { a: grow { leaves { told } } b: grow { id } }")
    assert (data, errors) == ({"a": {"leaves": [{"told": "l ash"}]}, "b": {"id": "t"}}, [])
    assert calls == ["tree", "tree"]


async def test_a_field_of_an_interface_object_is_fed_for_every_type_at_once() -> None:
    gateway = Gateway(
        part("kinds", 'type Query { any: Int } interface Leaf @key(fields: "id") { id: ID! } '
             'type Oak implements Leaf @key(fields: "id") { id: ID! } type Fir implements Leaf @key(fields: "id") '
             "{ id: ID! }", {}, {name: lambda leaf: {**leaf, "__typename": "Oak" if leaf["id"] == "1" else "Fir"}
                                 for name in ("Leaf", "Oak", "Fir")}),
        part("press", "type Query { tree: Tree } " + TREE + LEAF.replace("type Leaf", "type Leaf @interfaceObject"),
             {"tree": {**GROVE, "leaves": [{"id": "1"}, {"id": "2"}]}},
             {"Tree": by("id", GROVE), "Leaf": lambda leaf: leaf}, {"Leaf.told": echo("code")}),
    )  # fmt: skip
    data, errors = await gateway.answer("{ tree { leaves { __typename told } } }")
    assert not errors
    assert data == {"tree": {"leaves": [
        {"__typename": "Oak", "told": "1 ash"}, {"__typename": "Fir", "told": "2 ash"},
    ]}}  # fmt: skip
    (*_, request) = gateway.subgraphs["press"].requests
    assert request.query.count("told") == 1


async def test_a_field_that_moved_is_fed_where_it_is_now() -> None:
    old = part("old", "type Query { tree: Tree } " + TREE + LEAF, {"tree": GROVE}, FIND, {"Leaf.told": echo("code")})
    moved = (
        'type Tree @key(fields: "id") @context(name: "other") { id: ID! name: String } '
        'type Leaf @key(fields: "id") { id: ID! told(code: String @fromContext(field: "$other { name }")): String '
        '@override(from: "old") }'
    )
    new = part("new", moved, {}, {"Tree": by("id", {**GROVE, "name": "Ashes"}), "Leaf": by("id", {"id": "l"})},
               {"Leaf.told": echo("code")})  # fmt: skip
    data, errors = await Gateway(old, new).answer("{ tree { leaves { told } } }")
    assert (data, errors) == ({"tree": {"leaves": [{"told": "l Ashes"}]}}, [])


async def test_more_sets_of_values_than_the_bound_fail_what_they_feed_and_nothing_is_sent_for_them() -> None:
    gateway = press()
    query = "{ readers { id reads { title } } }"
    data, errors = await gateway.answer(query, bounds=Bounds(fields=2))
    assert data["readers"][1] == {"id": "r2", "reads": [{"title": None}]}
    assert {error["code"] for error in errors} == {"REPRESENTATIONS_LIMIT"}
    assert gateway.calls() == ["readers", "press"]
    assert (await gateway.answer(query, bounds=Bounds(fields=3)))[1] == []


async def test_an_entity_met_under_two_contexts_is_told_by_each() -> None:
    """What is below it is one answer, which the two places don't share."""
    leaf = {"__typename": "Leaf", "id": "l1"}
    tree = {"__typename": "Tree", "id": "t1", "leaves": [leaf]}
    forests = [{"__typename": "Forest", "id": lang, "lang": lang, "tree": tree} for lang in ("fr", "en", "fr")]
    gateway = Gateway(
        part("forests", 'type Query { forests: [Forest] } type Tree @key(fields: "id") { id: ID! } '
             'type Forest @key(fields: "id") { id: ID! lang: String tree: Tree }',
             {"forests": forests}, {"Forest": by("id", *forests)}),
        part("leaves", 'type Forest @key(fields: "id") @context(name: "forest") { id: ID! lang: String @external } '
             'type Tree @key(fields: "id") { id: ID! leaves: [Leaf] } type Leaf @key(fields: "id") '
             '{ id: ID! title(lang: String @fromContext(field: "$forest { lang }")): String }',
             {}, {"Tree": lambda representation: tree, "Leaf": lambda representation: leaf},
             {"Leaf.title": lambda value, info, lang: f"l1 {lang}"}),
    )  # fmt: skip
    data, errors = await gateway.answer("{ forests { tree { leaves { title } } } }")
    titles = [forest["tree"]["leaves"][0]["title"] for forest in data["forests"]]
    assert (titles, errors) == (["l1 fr", "l1 en", "l1 fr"], [])
