"""The client schema holds what can be asked: no subscription, and the directives of operations that subgraphs know."""

from __future__ import annotations

from graphql import GraphQLSchema, print_schema

from hub.federation.supergraph_reader import read_supergraph

HEAD = """
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
{ query: Query ROOTS }
enum join__Graph { A @join__graph(name: "a", url: "http://a.example") }
"""


def client_schema(sdl: str, roots: str = "") -> GraphQLSchema:
    return read_supergraph(HEAD.replace("ROOTS", roots) + sdl).client_schema


def test_subscriptions_and_the_types_that_only_they_reach_are_not_in_the_client_schema() -> None:
    sdl = """
    type Query @join__type(graph: A) { seen: Seen }
    type Feed @join__type(graph: A) { news(of: Filter, kind: Kind): News seen: Seen }
    type News implements Dated @join__type(graph: A) { at: Instant by: Author }
    type Author implements Dated @join__type(graph: A) { at: Instant }
    interface Dated @join__type(graph: A) { at: Instant }
    type Seen @join__type(graph: A) { id: ID spare: Spare }
    type Spare @join__type(graph: A) { id: ID }
    type Alone @join__type(graph: A) { id: ID }
    input Filter @join__type(graph: A) { a: Int }
    enum Kind @join__type(graph: A) { K @join__enumValue(graph: A) }
    scalar Instant @join__type(graph: A)
    """
    schema = client_schema(sdl, "subscription: Feed")
    assert schema.subscription_type is None
    own = {name for name in schema.type_map if not name.startswith("__")}
    assert own == {"Query", "Seen", "Spare", "Alone", "ID", "String", "Boolean"}


def test_the_client_schema_shows_executable_directives_where_they_can_be_sent_on() -> None:
    sdl = """
    directive @trace(level: Level = LOW, secret: Int @inaccessible) repeatable on FIELD | FRAGMENT_SPREAD |
      INLINE_FRAGMENT | QUERY | FIELD_DEFINITION | VARIABLE_DEFINITION | FRAGMENT_DEFINITION | SUBSCRIPTION
    directive @spread on FRAGMENT_SPREAD
    directive @schema on OBJECT
    directive @defer(label: String, if: Boolean! = true) on FRAGMENT_SPREAD | INLINE_FRAGMENT
    enum Level @join__type(graph: A) { LOW @join__enumValue(graph: A) HIGH @join__enumValue(graph: A) }
    type Query @join__type(graph: A) { a: Int }
    """
    printed = print_schema(client_schema(sdl))
    locations = "FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT | QUERY\n"
    assert f"directive @trace(level: Level = LOW) repeatable on {locations}" in printed
    assert "enum Level" in printed
    assert not any(name in printed for name in ("@spread", "@schema", "@defer"))


def test_a_directive_is_shown_without_the_arguments_whose_types_clients_do_not_see() -> None:
    sdl = """
    directive @trace(level: Level, tags: [String!]) on FIELD
    directive @note(level: Level!) on FIELD
    enum Level @join__type(graph: A) @inaccessible { LOW @join__enumValue(graph: A) }
    type Query @join__type(graph: A) { a: Int }
    """
    printed = print_schema(client_schema(sdl))
    assert "directive @trace(tags: [String!]) on FIELD" in printed
    assert "@note" not in printed
