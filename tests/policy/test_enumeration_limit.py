"""How many people an actor may ask for in vain: the level falls with time, is each actor's own, and is bounded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hub.document.limits import Limits
from hub.document.parse import find_operation, parse_document
from hub.errors import FieldFailed, RequestRefused
from hub.federation.operations.normalise import normalise
from hub.graph import load_graph
from hub.policy.enforce.authorise import Authorisation, authorise
from hub.policy.enforce.enumeration_limit import Misses, MissLimit, missing
from hub.policy.enforce.leaky_bucket import KEPT, LONGEST

GRAPH = load_graph()
NOW = 1_800_000_000
TWO = """query ($x: Boolean = false) {
  a: person(id: "1") { id } b: person(id: "2") { id } c: person(id: "3") @include(if: $x) { id }
}"""


def authorised(query: str, purpose: str = "suivi") -> Authorisation:
    document = parse_document(query, GRAPH.schema, Limits())
    operation = normalise(document, find_operation(document, None), GRAPH.schema)
    return authorise(operation, GRAPH.table.decision_class("referent_cd", purpose), GRAPH.table.classification)


def misses(most: int = 4, seconds: int = 100) -> Misses:
    return Misses(MissLimit(most, seconds))


def miss(
    found: Misses, actor: str = "a", now: int = NOW, data: Any = None, errors: tuple[FieldFailed, ...] = ()
) -> None:
    asked = found.admit(actor, authorised(TWO), {"x": False}, now)
    found.count(actor, missing(asked, data or {"a": None, "b": None}, errors), now)


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
        found.count("a", missing(asked, dict.fromkeys(asked), ()), NOW)
    with pytest.raises(RequestRefused) as caught:
        miss(found)
    assert caught.value.extensions["retryAfter"] <= LONGEST * 100


def test_the_memory_is_bounded_and_keeps_the_latest() -> None:
    found = misses(most=2)
    for number in range(KEPT + 10):
        found.count(str(number), 2, NOW)
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


FIND = "query ($i: IdentityInput!, $x: Boolean = true) { f: findPerson(identity: $i) @include(if: $x) { outcome } }"
BOUND = MissLimit(most=30, seconds=60, searches=3, organisation=5)


def search(
    found: Misses,
    actor: str = "a",
    *organisations: str | None,
    finds: bool = False,
    now: int = NOW,
    purpose: str = "suivi",
    **given: Any,
) -> None:
    with found.searching(
        actor, organisations or ("o",), authorised(FIND, purpose), {"x": True, **given}, now
    ) as searches:
        searches.settled = searches.found = frozenset("f") if finds else frozenset()


def test_searches_of_ones_own_that_find_are_never_bounded_and_those_that_are_excluded_never_counted() -> None:
    found = Misses(BOUND)
    for _ in range(100):
        search(found, finds=True)
        search(found, x=False)
    assert (found.missed, found.refused) == (0, 0)


def test_searches_in_vain_are_bounded_for_the_actor_and_for_its_organisation_and_weigh_as_misses() -> None:
    found = Misses(BOUND)
    for _ in range(3):
        search(found)
    with pytest.raises(RequestRefused, match="TOO_MANY_MISSES"):
        search(found)
    search(found, "b")
    search(found, "c")
    with pytest.raises(RequestRefused, match="TOO_MANY_MISSES"):
        search(found, "d")
    search(found, "d", "other")
    search(found, "e", None)
    with pytest.raises(RequestRefused, match="TOO_MANY_MISSES"):
        found.admit("a", authorised(TWO), {"x": False}, NOW)
    assert (found.missed, found.refused) == (7, 3)
    search(found, now=NOW + 20)


def test_searches_through_a_partner_s_applications_are_bounded_together_and_count_for_the_user_as_ever() -> None:
    found = Misses(BOUND)
    for number in range(5):
        search(found, f"{number}", f"organisation of {number}", "partner")
    with pytest.raises(RequestRefused, match="TOO_MANY_MISSES"):
        search(found, "5", "organisation of 5", "partner")
    search(found, "5", "organisation of 5")
    search(found, "0", "organisation of 0")
    search(found, "0", "organisation of 0")
    with pytest.raises(RequestRefused, match="TOO_MANY_MISSES"):
        search(found, "0", "organisation of 0")


COUNTRY = MissLimit(found=3, found_organisation=5, found_seconds=300)


def everywhere(found: Misses, actor: str = "a", *organisations: str | None, **more: Any) -> None:
    search(found, actor, *organisations, finds=True, purpose="identification", **more)


def test_the_search_of_the_country_is_bounded_where_it_finds_for_the_actor_and_for_its_organisation() -> None:
    found = Misses(COUNTRY)
    for _ in range(3):
        everywhere(found)
    with pytest.raises(RequestRefused, match="TOO_MANY_FOUND") as caught:
        everywhere(found)
    assert (caught.value.http_status, caught.value.extensions) == (429, {"retryAfter": 100})
    search(found, finds=True)
    everywhere(found, "b")
    everywhere(found, "c")
    with pytest.raises(RequestRefused, match="TOO_MANY_FOUND"):
        everywhere(found, "d")
    everywhere(found, "d", "other")
    everywhere(found, now=NOW + 100)
    assert (found.found, found.full, found.missed, found.refused) == (7, 2, 0, 0)


def test_who_is_not_found_is_given_back_and_the_bound_is_met_before_anything_is_known() -> None:
    """What stops a search is what was found before, whoever is searched for now."""
    found = Misses(replace(COUNTRY, most=10_000))
    for _ in range(10):
        search(found, purpose="identification")
    for _ in range(3):
        everywhere(found)
    for finds in (True, False):
        with pytest.raises(RequestRefused, match="TOO_MANY_FOUND"):
            search(found, finds=finds, purpose="identification")


def test_what_may_be_found_is_charged_before_it_is_and_given_back_if_the_request_fails() -> None:
    found = Misses(replace(COUNTRY, found=1))
    for _ in range(5):
        with (
            pytest.raises(RequestRefused, match="TOO_MANY_FOUND"),
            found.searching("a", ("o",), authorised(FIND, "identification"), {"x": True}, NOW),
        ):
            everywhere(found)
        assert found.found == 0
    everywhere(found)


def fail(found: Misses) -> None:
    """A request that fails, during which another one searches."""
    with found.searching("a", ("o",), authorised(FIND), {"x": True}, NOW):
        search(found)


def test_a_search_is_charged_before_it_is_made_and_given_back_if_the_request_fails() -> None:
    found = Misses(replace(BOUND, searches=1))
    for number in range(1, 10):
        with pytest.raises(RequestRefused, match="TOO_MANY_MISSES"):
            fail(found)
        assert (found.missed, found.refused) == (0, number)
    search(found, finds=True)


@pytest.mark.parametrize("limit", [MissLimit(most=0), MissLimit(searches=0), MissLimit(organisation=0)])
def test_a_limit_of_none_admits_no_search(limit: MissLimit) -> None:
    with pytest.raises(RequestRefused, match="TOO_MANY_MISSES"):
        search(Misses(limit), finds=True)
