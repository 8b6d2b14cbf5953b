"""How many people an actor may ask for in vain: the level falls with time, is each actor's own, and is bounded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hub.document.limits import Limits
from hub.document.parse import find_operation, parse_document
from hub.errors import FieldFailed, NotServed, RequestRefused
from hub.federation.operations.normalise import normalise
from hub.policy.enforce.authorise import Authorisation, authorise
from hub.policy.enforce.enumeration_limit import EnumerationLimit, MissLimit, missing
from schema.local_state import MOST_BUCKETS, LocalState
from schema.shared_state import LONGEST_WINDOWS, SharedState
from tests.pinned_graph import graph
from tests.shared_states import state_of
from tests.valkey import valkey

GRAPH = graph()
NOW = 1_800_000_000
TWO = """query ($x: Boolean = false) {
  a: person(id: "1") { id } b: person(id: "2") { id } c: person(id: "3") @include(if: $x) { id }
}"""


def authorised(query: str, purpose: str = "suivi") -> Authorisation:
    document = parse_document(query, GRAPH.schema, Limits())
    operation = normalise(document, find_operation(document, None), GRAPH.schema)
    return authorise(operation, GRAPH.table.decision_class("referent_cd", purpose), GRAPH.table.classification)


def misses(state: SharedState, most: int = 4, seconds: int = 100) -> EnumerationLimit:
    return EnumerationLimit(MissLimit(most, seconds), state)


async def miss(
    enumeration: EnumerationLimit,
    actor: str = "a",
    now: int = NOW,
    data: Any = None,
    errors: tuple[FieldFailed, ...] = (),
) -> None:
    keys = await enumeration.admit(actor, authorised(TWO), {"x": False}, now)
    await enumeration.count(actor, missing(keys, data or {"a": None, "b": None}, errors), now)


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        (TWO, ("a", "b")),
        ("{ me { id } persons { nodes { id } } }", ()),
        ("{ services { nodes { id } } __typename }", ()),
        ("{ ... on Query { ...F } } fragment F on Query { p: person(id: 1) { lastName } }", ("p",)),
    ],
)
async def test_what_is_asked_for_one_by_one_is_told_by_its_response_key(
    state: SharedState, query: str, keys: tuple[str, ...]
) -> None:
    assert await misses(state).admit("a", authorised(query), {"x": False}, NOW) == keys


async def test_whoever_missed_too_many_waits_and_no_other_actor_does(state: SharedState) -> None:
    enumeration = misses(state)
    await miss(enumeration)
    await miss(enumeration)
    with pytest.raises(RequestRefused, match="TOO_MANY_MISSES") as caught:
        await miss(enumeration)
    assert (caught.value.http_status, caught.value.extensions) == (429, {"retryAfter": 25})
    await miss(enumeration, "b")
    assert await enumeration.admit("a", authorised("{ persons { nodes { id } } }"), {}, NOW) == ()


async def test_what_was_missed_is_forgiven_evenly(state: SharedState) -> None:
    enumeration = misses(state, most=4, seconds=100)
    for _ in range(2):
        await miss(enumeration)
    await miss(enumeration, now=NOW + 50)
    with pytest.raises(RequestRefused) as caught:
        await miss(enumeration, now=NOW + 50)
    wait = caught.value.extensions["retryAfter"]
    await miss(enumeration, now=NOW + 50 + wait)
    with pytest.raises(RequestRefused):
        await miss(enumeration, now=NOW + 50 + wait)


async def test_who_was_found_and_what_failed_do_not_count(state: SharedState) -> None:
    enumeration = misses(state, most=1)
    failed = FieldFailed("SUBGRAPH_ERROR", "", "", path=("b",))
    for _ in range(5):
        await miss(enumeration, data={"a": {"id": "1"}, "b": None}, errors=(failed,))
    await miss(enumeration, data={"a": {"id": "1"}, "b": None})
    with pytest.raises(RequestRefused):
        await miss(enumeration)


async def test_the_wait_is_bounded_however_many_pass_at_once(state: SharedState) -> None:
    enumeration = misses(state, most=4, seconds=100)
    keys = tuple("abcd")
    for _ in range(1_000):
        await enumeration.count("a", missing(keys, dict.fromkeys(keys), ()), NOW)
    with pytest.raises(RequestRefused) as caught:
        await miss(enumeration)
    assert caught.value.extensions["retryAfter"] <= LONGEST_WINDOWS * 100


async def test_the_memory_is_bounded_and_keeps_the_latest() -> None:
    enumeration = misses(LocalState(), most=2)
    for number in range(MOST_BUCKETS + 10):
        await enumeration.count(str(number), 2, NOW)
    with pytest.raises(RequestRefused):
        await miss(enumeration, str(MOST_BUCKETS + 9))
    await miss(enumeration, "0")


async def test_a_limit_of_none_admits_nobody_who_missed_and_a_clock_that_goes_back_forgives_nothing(
    state: SharedState,
) -> None:
    with pytest.raises(RequestRefused):
        await miss(misses(state, most=0, seconds=0))
    enumeration = misses(state)
    await miss(enumeration)
    await miss(enumeration)
    with pytest.raises(RequestRefused):
        await miss(enumeration, now=NOW - 1_000)


FIND = "query ($i: IdentityInput!, $x: Boolean = true) { f: findPerson(identity: $i) @include(if: $x) { outcome } }"
BOUND = MissLimit(most=30, seconds=60, searches=3, organisation=5)


async def search(
    enumeration: EnumerationLimit,
    actor: str = "a",
    *organisations: str | None,
    finds: bool = False,
    now: int = NOW,
    purpose: str = "suivi",
    **variables: Any,
) -> None:
    async with enumeration.charge(
        actor, organisations or ("o",), authorised(FIND, purpose), {"x": True, **variables}, now
    ) as searches:
        searches.settled = searches.successful = frozenset("f") if finds else frozenset()


async def test_searches_of_ones_own_that_find_are_never_bounded_and_those_that_are_excluded_never_counted(
    state: SharedState,
) -> None:
    enumeration = EnumerationLimit(BOUND, state)
    for _ in range(100):
        await search(enumeration, finds=True)
        await search(enumeration, x=False)
    assert (enumeration.missed, enumeration.refused) == (0, 0)


async def test_searches_in_vain_are_bounded_for_the_actor_and_for_its_organisation_and_weigh_as_misses(
    state: SharedState,
) -> None:
    enumeration = EnumerationLimit(BOUND, state)
    for _ in range(3):
        await search(enumeration)
    with pytest.raises(RequestRefused, match="TOO_MANY_MISSES"):
        await search(enumeration)
    await search(enumeration, "b")
    await search(enumeration, "c")
    with pytest.raises(RequestRefused, match="TOO_MANY_MISSES"):
        await search(enumeration, "d")
    await search(enumeration, "d", "other")
    await search(enumeration, "e", None)
    with pytest.raises(RequestRefused, match="TOO_MANY_MISSES"):
        await enumeration.admit("a", authorised(TWO), {"x": False}, NOW)
    assert (enumeration.missed, enumeration.refused) == (7, 3)
    await search(enumeration, now=NOW + 20)


async def test_searches_through_a_partner_s_applications_are_bounded_together_and_count_for_the_user_as_ever(
    state: SharedState,
) -> None:
    enumeration = EnumerationLimit(BOUND, state)
    for number in range(5):
        await search(enumeration, f"{number}", f"organisation of {number}", "partner")
    with pytest.raises(RequestRefused, match="TOO_MANY_MISSES"):
        await search(enumeration, "5", "organisation of 5", "partner")
    await search(enumeration, "5", "organisation of 5")
    await search(enumeration, "0", "organisation of 0")
    await search(enumeration, "0", "organisation of 0")
    with pytest.raises(RequestRefused, match="TOO_MANY_MISSES"):
        await search(enumeration, "0", "organisation of 0")


COUNTRY = MissLimit(found=3, found_organisation=5, found_seconds=300)


async def everywhere(enumeration: EnumerationLimit, actor: str = "a", *organisations: str | None, **more: Any) -> None:
    await search(enumeration, actor, *organisations, finds=True, purpose="identification", **more)


async def test_the_search_of_the_country_is_bounded_where_it_finds_for_the_actor_and_for_its_organisation(
    state: SharedState,
) -> None:
    enumeration = EnumerationLimit(COUNTRY, state)
    for _ in range(3):
        await everywhere(enumeration)
    with pytest.raises(RequestRefused, match="TOO_MANY_FOUND") as caught:
        await everywhere(enumeration)
    assert (caught.value.http_status, caught.value.extensions) == (429, {"retryAfter": 100})
    await search(enumeration, finds=True)
    await everywhere(enumeration, "b")
    await everywhere(enumeration, "c")
    with pytest.raises(RequestRefused, match="TOO_MANY_FOUND"):
        await everywhere(enumeration, "d")
    await everywhere(enumeration, "d", "other")
    await everywhere(enumeration, now=NOW + 100)
    assert (enumeration.found_total, enumeration.found_refused, enumeration.missed, enumeration.refused) == (7, 2, 0, 0)


async def test_who_is_not_found_is_given_back_and_the_bound_is_met_before_anything_is_known(state: SharedState) -> None:
    """What stops a search is what was found before, whoever is searched for now."""
    enumeration = EnumerationLimit(replace(COUNTRY, most=10_000), state)
    for _ in range(10):
        await search(enumeration, purpose="identification")
    for _ in range(3):
        await everywhere(enumeration)
    for finds in (True, False):
        with pytest.raises(RequestRefused, match="TOO_MANY_FOUND"):
            await search(enumeration, finds=finds, purpose="identification")


async def test_what_may_be_found_is_charged_before_it_is_and_given_back_if_the_request_fails(
    state: SharedState,
) -> None:
    enumeration = EnumerationLimit(replace(COUNTRY, found=1), state)
    for _ in range(5):
        with pytest.raises(RequestRefused, match="TOO_MANY_FOUND"):
            async with enumeration.charge("a", ("o",), authorised(FIND, "identification"), {"x": True}, NOW):
                await everywhere(enumeration)
        assert enumeration.found_total == 0
    await everywhere(enumeration)


async def fail(enumeration: EnumerationLimit) -> None:
    """A request that fails, during which another one searches."""
    async with enumeration.charge("a", ("o",), authorised(FIND), {"x": True}, NOW):
        await search(enumeration)


async def test_a_search_is_charged_before_it_is_made_and_given_back_if_the_request_fails(state: SharedState) -> None:
    enumeration = EnumerationLimit(replace(BOUND, searches=1), state)
    for number in range(1, 10):
        with pytest.raises(RequestRefused, match="TOO_MANY_MISSES"):
            await fail(enumeration)
        assert (enumeration.missed, enumeration.refused) == (0, number)
    await search(enumeration, finds=True)


@pytest.mark.parametrize("limit", [MissLimit(most=0), MissLimit(searches=0), MissLimit(organisation=0)])
async def test_a_limit_of_none_admits_no_search(state: SharedState, limit: MissLimit) -> None:
    with pytest.raises(RequestRefused, match="TOO_MANY_MISSES"):
        await search(EnumerationLimit(limit, state), finds=True)


def test_a_person_written_to_in_vain_is_missed_like_one_who_is_read_in_vain() -> None:
    def failed(code: str) -> FieldFailed:
        return FieldFailed(code, "", "", path=("made",))

    assert missing(("made",), {"made": None}, [failed("WRITE_REFUSED")]) == 1
    assert missing(("made",), {"made": None}, [failed("VERSION_CONFLICT")]) == 0


async def test_a_search_is_not_made_if_the_shared_state_goes_while_it_is_charged() -> None:
    with valkey() as server:
        state = state_of(server, timeout_seconds=0.2)
        async with state.running():
            enumeration = EnumerationLimit(BOUND, state)
            await enumeration.admit("a", authorised(FIND), {"x": True}, NOW)
            server.kill()
            with pytest.raises(NotServed, match="SHARED_STATE_GONE"):
                await search(enumeration, finds=True)
