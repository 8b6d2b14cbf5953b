"""The query that the page opens with, and its words."""

from __future__ import annotations

from graphql import build_schema, parse, validate

from hub.pages.graphiql_texts import LIVE, graphiql_texts
from hub.pages.journey import journey
from hub.policy.decide.decision import Reason
from hub.policy.decide.wording import REASONS
from tests.pinned_graph import graph


def test_the_query_is_valid_against_the_served_schema() -> None:
    """It opens without an error, and asks for the person at least."""
    schema = graph().schema
    query = journey(schema)
    assert validate(schema, parse(query)) == []
    assert "person(id: $id)" in query


def test_the_query_to_keep_open_is_whole_in_the_served_schema() -> None:
    """Nothing of it is cut, so that it can stay open."""
    served = graph()
    live = graphiql_texts(served.schema, served.table.policy)["live"]
    assert live == LIVE
    assert validate(served.schema, parse(live)) == []


def test_what_the_schema_lacks_leaves_no_trace() -> None:
    """Absent fields go, then the fields that would have nothing left to ask; the other lines stay as they are."""
    schema = build_schema("type Query { a: A, b: A } type A { id: ID, name: String, b: B } type B { id: ID }")
    text = "{\n  a { id b { x y { z } } name }\n  b { none }\n  gone { id }\n}\n"
    assert journey(schema, text) == "{\n  a { id name }\n}\n"


def test_a_schema_without_the_person_has_no_query() -> None:
    """The page then opens empty."""
    assert journey(build_schema("type Query { other: Int }")) == ""


def test_each_reason_has_a_sentence() -> None:
    """A new reason code without a French sentence fails here."""
    assert set(REASONS) == set(Reason)
    assert all(sentence.endswith(".") for sentence in REASONS.values())


def test_purposes_that_cannot_be_declared_are_not_offered() -> None:
    """Abstract purposes only group others."""
    served = graph()
    texts = graphiql_texts(served.schema, served.table.policy)
    assert texts["purposes"].keys() == {c for c, p in served.table.policy.purposes.items() if not p.abstract}
