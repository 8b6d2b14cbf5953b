"""How many people an actor may ask for in vain: the level falls with time, is each actor's own, and is bounded."""

from __future__ import annotations

from typing import Any

import pytest

from hub.document.limits import Limits
from hub.document.normalise import normalise
from hub.document.parse import find_operation, parse_document
from hub.errors import FieldFailed, RequestRefused
from hub.graph import load_graph
from hub.policy.authorise import Authorisation, authorise
from hub.policy.misses import KEPT, LONGEST, Misses, MissLimit

GRAPH = load_graph()
NOW = 1_800_000_000
TWO = """query ($x: Boolean = false) {
  a: person(id: "1") { id } b: person(id: "2") { id } c: person(id: "3") @include(if: $x) { id }
}"""


def authorised(query: str) -> Authorisation:
    document = parse_document(query, GRAPH.schema, Limits())
    operation = normalise(document, find_operation(document, None), GRAPH.schema)
    return authorise(operation, GRAPH.table.decision_class("referent_cd", "suivi"), GRAPH.table.classification)


def misses(most: int = 4, seconds: int = 100) -> Misses:
    return Misses(MissLimit(most, seconds), GRAPH.table.classification)


def miss(
    found: Misses, actor: str = "a", now: int = NOW, data: Any = None, errors: tuple[FieldFailed, ...] = ()
) -> None:
    asked = found.admit(actor, authorised(TWO), {"x": False}, now)
    found.count(actor, asked, data or {"a": None, "b": None}, errors, now)


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        (TWO, ("a", "b")),
        ("{ me { id } persons { nodes { id } } }", ()),
        ("{ services { nodes { id } } __typename }", ()),
        ("{ ... on Query { ...F } } fragment F on Query { p: person(id: 1) { lastName } }", ("p",)),
    ],
)
def test_what_is_asked_for_one_by_one_is_told_by_its_response_key(query: str, asked: tuple[str, ...]) -> None:
    assert misses().admit("a", authorised(query), {"x": False}, NOW) == asked


def test_whoever_missed_too_many_waits_and_no_other_actor_does() -> None:
    found = misses()
    miss(found)
    miss(found)
    with pytest.raises(RequestRefused, match="TOO_MANY_MISSES") as caught:
        miss(found)
    assert (caught.value.http_status, caught.value.extensions) == (429, {"retryAfter": 25})
    miss(found, "b")
    assert found.admit("a", authorised("{ persons { nodes { id } } }"), {}, NOW) == ()


def test_what_was_missed_is_forgiven_evenly() -> None:
    found = misses(most=4, seconds=100)
    for _ in range(2):
        miss(found)
    miss(found, now=NOW + 50)
    with pytest.raises(RequestRefused) as caught:
        miss(found, now=NOW + 50)
    wait = caught.value.extensions["retryAfter"]
    miss(found, now=NOW + 50 + wait)
    with pytest.raises(RequestRefused):
        miss(found, now=NOW + 50 + wait)


def test_who_was_found_and_what_failed_do_not_count() -> None:
    found = misses(most=1)
    failed = FieldFailed("SUBGRAPH_ERROR", "", "", path=("b",))
    for _ in range(5):
        miss(found, data={"a": {"id": "1"}, "b": None}, errors=(failed,))
    miss(found, data={"a": {"id": "1"}, "b": None})
    with pytest.raises(RequestRefused):
        miss(found)


def test_the_wait_is_bounded_however_many_pass_at_once() -> None:
    found = misses(most=4, seconds=100)
    asked = tuple("abcd")
    for _ in range(1_000):
        found.count("a", asked, dict.fromkeys(asked), (), NOW)
    with pytest.raises(RequestRefused) as caught:
        miss(found)
    assert caught.value.extensions["retryAfter"] <= LONGEST * 100


def test_the_memory_is_bounded_and_keeps_the_latest() -> None:
    found = misses(most=2)
    for number in range(KEPT + 10):
        found.count(str(number), ("a", "b"), {"a": None, "b": None}, (), NOW)
    with pytest.raises(RequestRefused):
        miss(found, str(KEPT + 9))
    miss(found, "0")


def test_a_limit_of_none_admits_nobody_who_missed_and_a_clock_that_goes_back_forgives_nothing() -> None:
    with pytest.raises(RequestRefused):
        miss(misses(most=0, seconds=0))
    found = misses()
    miss(found)
    miss(found)
    with pytest.raises(RequestRefused):
        miss(found, now=NOW - 1_000)
