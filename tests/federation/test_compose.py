"""Composition: what the supergraph and the client schema hold, and that the supergraph reads back."""

from __future__ import annotations

import pytest
from graphql import build_schema, parse, print_schema

from hub.federation.compose.composer import Source, compose
from hub.federation.errors import CompositionFailed, SupergraphRefused
from hub.federation.supergraph import Supergraph
from hub.federation.supergraph_reader import read_supergraph
from schema.categories import SPEC
from tests.federation.harness import HEAD
from tests.federation.library import library
from tests.federation.shop import shop
from tests.federation.town import town


def composed(*sdls: str) -> Supergraph:
    return compose([Source(f"s{n}", f"http://s{n}.example", HEAD + sdl) for n, sdl in enumerate(sdls)])


def client(*sdls: str) -> str:
    return print_schema(composed(*sdls).client_schema)


@pytest.mark.parametrize("graph", [shop, town, library])
def test_the_supergraph_reads_back_to_itself(graph: object) -> None:
    supergraph = graph().supergraph  # type: ignore[operator]
    again = read_supergraph(supergraph.text)
    assert again.types == supergraph.types
    assert again.digest == supergraph.digest
    parse(supergraph.text)


def test_composition_is_deterministic() -> None:
    assert shop().supergraph.text == shop().supergraph.text


def test_nothing_of_federation_is_in_the_client_schema() -> None:
    text = print_schema(shop().supergraph.client_schema)
    for word in ("join__", "link__", "_Entity", "_entities", "_service", "_Any", "@key", "FieldSet"):
        assert word not in text
    build_schema(text)


def test_inaccessible_elements_are_in_the_supergraph_only() -> None:
    sdl = """
    type Query { a(shown: Int, hidden: Int = 1 @inaccessible): A secret: Hidden @inaccessible }
    type A { id: ID! b: Int @inaccessible kind: Kind }
    type Hidden @inaccessible { id: ID }
    enum Kind { SHOWN HIDDEN @inaccessible }
    input In { x: Int y: Int @inaccessible }
    extend type Query { i(in: In): Int }
    """
    supergraph = composed(sdl)
    text = print_schema(supergraph.client_schema)
    for word in ("hidden", "HIDDEN", "secret", "Hidden", "b: Int", "y: Int"):
        assert word not in text
    assert {"A.b", "Query.a(hidden:)", "Kind.HIDDEN", "In.y", "Hidden"} <= supergraph.inaccessible
    assert "b" in supergraph.types["A"].fields


def test_descriptions_and_deprecations_are_kept() -> None:
    sdl = '"""La racine"""\ntype Query { "Un entier"\na("Combien" n: Int): Int @deprecated(reason: "b") }'
    text = client(sdl)
    for words in ("La racine", "Un entier", "Combien", '@deprecated(reason: "b")'):
        assert words in text


def test_the_weaker_output_and_the_stronger_input_hold() -> None:
    text = client(
        "type Query { a(x: Int!, y: [Int!]): [Int!]! @shareable }",
        "type Query { a(x: Int, y: [Int]!): [Int]! @shareable }",
    )
    assert "a(x: Int!, y: [Int!]!): [Int]!" in text


def test_an_argument_that_one_subgraph_lacks_is_left_out() -> None:
    assert "a: Int" in client("type Query { a(x: Int): Int @shareable }", "type Query { a: Int @shareable }")


def test_enums_are_joined_where_returned_and_met_where_received() -> None:
    returned = client("type Query { a: E @shareable } enum E { A B }", "type Query { a: E @shareable } enum E { B C }")
    assert "enum E {\n  A\n  B\n  C\n}" in returned
    received = client("type Query { a(e: E): Int } enum E { A B }", "type Query { b(e: E): Int } enum E { B C }")
    assert "enum E {\n  B\n}" in received


def test_input_fields_are_met() -> None:
    text = client(
        "type Query { a(i: I): Int } input I { x: Int y: Int }", "type Query { b(i: I): Int } input I { y: Int! }"
    )
    assert "input I {\n  y: Int!\n}" in text


def test_an_override_takes_the_field_from_its_subgraph() -> None:
    supergraph = composed(
        'type Query { a: T } type T @key(fields: "id") { id: ID! x: Int }',
        'type T @key(fields: "id") { id: ID! x: Int @override(from: "s0") }',
    )
    assert set(supergraph.types["T"].fields["x"].joins) == {"s1"}


def test_an_override_from_an_unknown_subgraph_has_no_effect() -> None:
    supergraph = composed('type Query { a: Int @override(from: "nobody") }')
    assert set(supergraph.types["Query"].fields["a"].joins) == {"s0"}


def test_root_types_under_other_names_are_joined() -> None:
    sdl = "schema { query: Root } type Root { a: Int back: Root }"
    supergraph = compose([Source("a", "", sdl), Source("b", "", HEAD + "type Query { b: Int }")])
    assert set(supergraph.types["Query"].fields) == {"a", "back", "b"}
    assert supergraph.types["Query"].fields["back"].type == "Query"


@pytest.mark.parametrize(
    ("link", "local"),
    [
        ('import: ["@category"]', "@category"),
        ('import: [{name: "@category", as: "@secret"}]', "@secret"),
        ('as: "law"', "@law__category"),
        ("", "@privacy__category"),
    ],
)
def test_privacy_directives_are_found_by_specification_whatever_their_local_name(link: str, local: str) -> None:
    sdl = f"""
    extend schema @link(url: "{SPEC}" {link})
    directive {local}(name: Category!, level: Level! = FULL) on FIELD_DEFINITION
    enum Category {{ ID SAN }} enum Level {{ FULL REDUCED }}
    type Query {{ a: Int {local}(name: SAN) }}
    """
    supergraph = composed(sdl)
    (directive,) = supergraph.directives["Query.a"]
    assert (directive.spec, directive.name, directive.arguments) == (SPEC, "category", {"name": "SAN"})
    assert f'@link(url: "{SPEC}", import: ["@category"])' in supergraph.text
    assert "Category" not in print_schema(supergraph.client_schema)


def test_a_directive_of_the_same_name_from_elsewhere_is_not_taken_for_ours() -> None:
    sdl = """
    extend schema @link(url: "https://other.example/privacy/v1.0", import: ["@category"])
    directive @category(name: String!) on FIELD_DEFINITION
    type Query { a: Int @category(name: "PUB") }
    """
    assert "Query.a" not in composed(sdl).directives


def test_a_directive_is_composed_if_the_subgraph_asks_for_it() -> None:
    sdl = """
    extend schema @link(url: "https://other.example/cost/v1.0", import: ["@cost"])
      @federation__composeDirective(name: "@cost")
    directive @cost(weight: Int!) on FIELD_DEFINITION
    type Query { a: Int @cost(weight: 3) }
    """
    (directive,) = composed(sdl).directives["Query.a"]
    assert (directive.spec, directive.arguments) == ("https://other.example/cost/v1.0", {"weight": 3})


def test_tags_and_authorisation_directives_are_carried() -> None:
    sdl = (
        'type Query { a: Int @tag(name: "x") @federation__authenticated @federation__requiresScopes(scopes: [["s"]]) }'
    )
    text = composed(sdl).text
    for words in ('@tag(name: "x")', "@authenticated", '@requiresScopes(scopes: [["s"]])', "specs.apollo.dev/tag/v0.3"):
        assert words in text


def test_what_an_interface_object_protects_is_protected_on_each_type() -> None:
    supergraph = composed(
        'type Query { i: I } interface I @key(fields: "id") { id: ID! } '
        'type A implements I @key(fields: "id") { id: ID! x: Int @shareable } '
        'type B implements I @key(fields: "id") { id: ID! }',
        'type I @interfaceObject @key(fields: "id") { id: ID! x: Int @shareable @federation__authenticated }',
    )
    for coordinate in ("I.x", "A.x", "B.x"):
        assert [directive.name for directive in supergraph.directives[coordinate]] == ["authenticated"]


def test_federation_1_hides_and_overrides_by_directives_that_it_defines() -> None:
    moved = "directive @override(from: String!) on FIELD_DEFINITION directive @inaccessible on FIELD_DEFINITION "
    new = Source("s0", "", moved + 'type Query { a: Int @inaccessible b: Int x: Int @override(from: "s1") }')
    supergraph = compose([new, Source("s1", "", HEAD + "type Query { x: Int }")])
    assert supergraph.inaccessible == {"Query.a"}
    assert list(supergraph.types["Query"].fields["x"].joins) == ["s0"]


@pytest.mark.parametrize("name", ["shield", "shield__hard"])
def test_a_directive_of_a_specification_is_composed_without_import(name: str) -> None:
    text = composed(
        'extend schema @link(url: "https://other.example/shield/v1.0") '
        f'@federation__composeDirective(name: "@{name}") directive @{name} on FIELD_DEFINITION '
        f"type Query {{ a: Int @{name} }}"
    ).text
    assert f"a: Int @{name.removeprefix('shield__')}" in text


WHOLE = """
directive @key(fields: {set}!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @external on FIELD_DEFINITION
scalar {set}
scalar _Any
union _Entity = A
type _Service {{ sdl: String! }}
type Query {{ {field}: A _entities(representations: [_Any!]!): [_Entity]! _service: _Service! }}
type A @key(fields: "id") {{ id: ID! }}
"""
LINKED = """
schema @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "FieldSet"]) { query: Query }
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
"""


def test_schemas_are_taken_as_servers_print_them_with_all_of_federations_own_definitions() -> None:
    old, new = WHOLE.format(set="_FieldSet", field="a"), LINKED + WHOLE.format(set="FieldSet", field="b")
    supergraph = compose([Source("old", "", old), Source("new", "", new)])
    assert set(supergraph.types) == {"Query", "A"}
    assert {name for name in supergraph.client_schema.type_map if "_" not in name} == {
        "Query",
        "A",
        "ID",
        "Boolean",
        "String",
    }


def test_sdl_that_does_not_parse_names_its_place() -> None:
    with pytest.raises(CompositionFailed) as caught:
        compose([Source("broken", "", "type Query {\n  a: \n}")])
    assert [failure.code for failure in caught.value.failures] == ["INVALID_GRAPHQL"]
    assert [failure.coordinate for failure in caught.value.failures] == ["3:1"]


def test_a_supergraph_with_an_unknown_protection_is_refused() -> None:
    text = composed("type Query { a: Int }").text
    link = '@link(url: "https://other.example/shield/v1.0", for: SECURITY)'
    with pytest.raises(SupergraphRefused) as caught:
        read_supergraph(text.replace("schema\n", f"schema\n  {link}\n"))
    assert caught.value.code == "UNSUPPORTED_LINKED_FEATURE"
    read_supergraph(text.replace("schema\n", f"schema\n  {link.replace(', for: SECURITY', '')}\n"))


def test_a_supergraph_that_names_an_unknown_graph_is_refused_with_a_sentence() -> None:
    text = composed("type Query { a: Int }").text
    with pytest.raises(SupergraphRefused) as caught:
        read_supergraph(text.replace("@join__type(graph: S0", "@join__type(graph: GONE"))
    assert caught.value.parameters["fault"] == "GONE is named and not defined, or a directive lacks it"


@pytest.mark.parametrize("text", ["", "type Query { a: Int }", "no sdl {", "enum join__Graph { A }"])
def test_a_text_that_is_no_supergraph_is_refused(text: str) -> None:
    with pytest.raises(SupergraphRefused) as caught:
        read_supergraph(text)
    assert caught.value.code == "SUPERGRAPH_INVALID"
