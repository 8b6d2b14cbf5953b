"""Directives of a client's operation reach the subgraphs where they stand: on fields, fragments, the operation."""

from __future__ import annotations

from typing import Any

import pytest

from hub.errors import DocumentRefused
from tests.federation.behaviours.case import by, part
from tests.federation.harness import Gateway, snapshot

DEFINITIONS = """
directive @trace(level: Level, tags: [String!]) repeatable on FIELD | INLINE_FRAGMENT | FRAGMENT_SPREAD | QUERY
directive @note on FIELD | MUTATION
enum Level { LOW HIGH }
"""
ANA: dict[str, Any] = {"id": "1", "name": "Ana", "age": 40}
ANA["friend"] = ANA


def gateway() -> Gateway:
    """Two subgraphs that define the directives; only the first does so of `@alone`."""
    return Gateway(
        part(
            "people",
            DEFINITIONS
            + """
            directive @alone on FIELD
            type Query { me: Person }
            type Mutation { touch: Person }
            type Person @key(fields: "id") { id: ID! name: String friend: Person }
            """,
            {"me": ANA, "touch": ANA},
            {"Person": by("id", ANA)},
        ),
        part(
            "ages", DEFINITIONS + 'type Person @key(fields: "id") { id: ID! age: Int }', {}, {"Person": by("id", ANA)}
        ),
    )


@pytest.mark.parametrize(
    ("name", "query", "variables"),
    [
        (
            "field-and-variable",
            "query ($tag: String!, $l: Level) { me @trace(level: $l) { name age @trace(level: HIGH, tags: [$tag]) } }",
            {"l": "LOW", "tag": "t"},
        ),
        (
            "fragments",
            "query { me { ... on Person @trace { name ...F @trace(level: LOW) } } } fragment F on Person { age @note }",
            {},
        ),
        ("operation", "query Q @trace(level: HIGH) { me { name age } }", {}),
        (
            "conditions",
            "query ($on: Boolean!) { me { name @note @include(if: $on) name friend @trace @skip(if: $on) { name } } }",
            {"on": True},
        ),
        (
            "several-places",
            "{ me { name @trace(level: LOW) name @trace(level: HIGH) friend @note { id } friend @trace { name } } }",
            {},
        ),
        ("mutation", "mutation @note { touch @trace { name age } }", {}),
    ],
)
async def test_directives_of_the_schema_are_sent_on_where_they_stand(
    name: str, query: str, variables: dict[str, Any]
) -> None:
    graph = gateway()
    data, errors = await graph.answer(query, variables)
    assert not errors
    sent = " ".join(request.query for subgraph in graph.subgraphs.values() for request in subgraph.requests)
    for directive in ("@trace", "@note"):
        assert (directive in query) == (directive in sent)
    (person,) = data.values()
    friend = person.get("friend")
    assert person == {key: {**ANA, "friend": friend}[key] for key in person}
    snapshot(f"directives-{name}", query, graph.plan(query))


def test_a_directive_that_some_subgraph_does_not_know_is_not_served() -> None:
    with pytest.raises(DocumentRefused) as refused:
        gateway().operation("{ me { name @alone } }")
    assert refused.value.code == "DOCUMENT_INVALID"


def test_a_composed_directive_is_served_in_operations_if_every_subgraph_has_it_there() -> None:
    head = (
        'extend schema @link(url: "https://other.example/mark/v1.0", import: ["@mark"]) '
        '@federation__composeDirective(name: "@mark")'
    )
    definition = "directive @mark on FIELD | OBJECT"
    for second, served in ((definition, True), ("directive @mark on OBJECT", False)):
        graph = Gateway(
            part("a", f"{head} {definition} type Query {{ a: Int }}"),
            part("b", f"{head} {second} type Query {{ b: Int }}"),
        )
        assert (graph.supergraph.client_schema.get_directive("mark") is not None) == served


def test_definitions_are_merged_to_what_all_subgraphs_accept() -> None:
    first = "directive @d(a: Int, b: Int = 1, c: Int) repeatable on FIELD | QUERY | OBJECT"
    second = "directive @d(a: Int!, b: Int = 2) on FIELD | OBJECT"
    graph = Gateway(part("a", f"{first} type Query {{ a: Int }}"), part("b", f"{second} type Query {{ b: Int }}"))
    assert "directive @d(a: Int!, b: Int) on FIELD\n" in graph.supergraph.text
    assert [name for name in ("d",) if graph.supergraph.client_schema.get_directive(name)] == ["d"]
