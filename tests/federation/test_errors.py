"""A subgraph that fails: the rest comes, each null says why at the client's path, no text of it leaves."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from hub.federation.client.http1 import HttpTransport
from hub.federation.client.transport import SubgraphRequest, SubgraphResponse, TransportError
from hub.federation.execution.execute import Bounds
from hub.federation.execution.failures import AllowedCodes, Cause, Failures
from hub.federation.execution.representations import EntityRequest, Target
from hub.federation.operations.operation import ACCESS_KEY
from tests.federation.client.wire import headers
from tests.federation.harness import HEAD, Gateway, Part
from tests.federation.shop import shop
from tests.federation.town import town


class Answers:
    """A subgraph that answers as it is told to."""

    def __init__(self, data: Any, *errors: dict[str, Any]) -> None:
        self.data, self.errors = data, list(errors)

    async def send(self, request: SubgraphRequest, context: Any) -> SubgraphResponse:
        return SubgraphResponse(self.data, self.errors)


class Waits:
    """A subgraph that fails once another one was answered."""

    def __init__(self, until: asyncio.Event, then: asyncio.Event) -> None:
        self.until, self.then = until, then

    async def send(self, request: SubgraphRequest, context: Any) -> SubgraphResponse:
        await self.until.wait()
        self.then.set()
        raise TransportError("SUBGRAPH_UNREACHABLE", "x")


class Hangs:
    """A subgraph that never answers within its deadline, and knows that it was given up."""

    def __init__(self) -> None:
        self.asked, self.cancelled = asyncio.Event(), asyncio.Event()

    async def send(self, request: SubgraphRequest, context: Any) -> SubgraphResponse:
        self.asked.set()
        try:
            async with asyncio.timeout(request.deadline):
                await asyncio.Event().wait()
        except TimeoutError:
            raise TransportError("SUBGRAPH_TIMEOUT", "late") from None
        finally:
            self.cancelled.set()
        raise AssertionError


QUERY = "{ topProducts(first: 2) { name cost: inStock reviews { body } } }"


async def test_a_dead_subgraph_nulls_its_fields_at_their_paths_and_the_rest_comes() -> None:
    gateway = shop()
    gateway.subgraphs["inventory"].fault = TransportError("SUBGRAPH_UNREACHABLE", "secret host")
    data, errors = await gateway.answer(QUERY)
    assert [p["cost"] for p in data["topProducts"]] == [None, None]
    assert [len(p["reviews"]) for p in data["topProducts"]] == [2, 1]
    assert errors == [{"code": "SUBGRAPH_UNREACHABLE", "path": ["topProducts", i, "cost"]} for i in (0, 1)]


async def test_a_failure_upstream_is_told_of_the_fields_that_waited_for_it() -> None:
    gateway = town()
    gateway.subgraphs["mail"].fault = TransportError("SUBGRAPH_TIMEOUT", "late")
    data, errors = await gateway.answer('{ person(id: "1") { name events { title } } }')
    assert data == {"person": {"name": "Ana", "events": None}}
    assert errors == [{"code": "SUBGRAPH_TIMEOUT", "path": ["person", "events"]}]


async def test_a_failure_of_a_requirement_nulls_what_requires_it_and_nothing_beside() -> None:
    gateway = shop()
    gateway.subgraphs["products"].fault = TransportError("SUBGRAPH_STATUS", "500")
    data, errors = await gateway.answer("{ me { reviews { product { inStock shippingEstimate } } } }")
    assert [r["product"] for r in data["me"]["reviews"]] == [
        {"inStock": True, "shippingEstimate": None},
        {"inStock": False, "shippingEstimate": None},
    ]
    assert errors == [
        {"code": "SUBGRAPH_STATUS", "path": ["me", "reviews", i, "product", "shippingEstimate"]} for i in (0, 1)
    ]


async def test_a_root_failure_nulls_the_root_field_alone() -> None:
    gateway = shop()
    gateway.subgraphs["products"].fault = TransportError("SUBGRAPH_UNREACHABLE", "x")
    data, errors = await gateway.answer("{ topProducts { name } me { id } }")
    assert data == {"topProducts": None, "me": {"id": "u1"}}
    assert errors == [{"code": "SUBGRAPH_UNREACHABLE", "path": ["topProducts"]}]


@pytest.mark.parametrize("order", [("products", "accounts"), ("accounts", "products")], ids="-".join)
async def test_errors_come_in_the_order_of_their_paths_whichever_subgraph_answers_first(order: tuple[str, str]) -> None:
    gateway, start, first, second = shop(), asyncio.Event(), asyncio.Event(), asyncio.Event()
    start.set()
    gateway.subgraphs[order[0]] = Waits(start, first)  # type: ignore[assignment]
    gateway.subgraphs[order[1]] = Waits(first, second)  # type: ignore[assignment]
    _, errors = await gateway.answer("{ topProducts { name } me { id } }")
    assert errors == [{"code": "SUBGRAPH_UNREACHABLE", "path": [path]} for path in ("me", "topProducts")]


async def test_entity_errors_come_at_the_paths_of_every_place_of_the_entity() -> None:
    gateway = shop()
    text = {"message": "Aïda 06 39 98 00 02", "path": ["_entities", 0, "n"], "extensions": {"code": "OOPS"}}
    gateway.subgraphs["accounts"] = Answers({"_entities": [{"n": None}, {"n": "B"}]}, text)  # type: ignore[assignment]
    data, errors = await gateway.answer("{ topProducts(first: 2) { reviews { author { n: name } } } }")
    assert [[r["author"]["n"] for r in p["reviews"]] for p in data["topProducts"]] == [[None, "B"], [None]]
    places = [["topProducts", product, "reviews", 0, "author", "n"] for product in (0, 1)]
    assert errors == [{"code": "SUBGRAPH_ERROR", "path": path} for path in places]


async def test_an_error_of_a_subgraph_leaves_as_our_code_unless_its_own_is_allowed() -> None:
    error = {"message": "secret", "path": ["me", "name"], "extensions": {"code": "FORBIDDEN_INPUT"}}
    for codes, expected in (((), "SUBGRAPH_ERROR"), (("FORBIDDEN_INPUT",), "FORBIDDEN_INPUT")):
        gateway = shop()
        gateway.subgraphs["accounts"] = Answers({"me": {"name": None}}, error)  # type: ignore[assignment]
        data, errors = await gateway.answer("{ me { name } }", codes=AllowedCodes(frozenset(codes)))
        assert data == {"me": {"name": None}}
        assert errors == [{"code": expected, "path": ["me", "name"]}]


NIR = 2850199999001


@pytest.mark.parametrize(
    ("path", "expected_path"),
    [
        (["me", NIR], ["me"]),
        (["me", "name", NIR, "name"], ["me", "name"]),
        (["me", "Aïda", NIR], ["me"]),
        (["me", -1], ["me"]),
    ],
)
async def test_a_path_holds_no_number_that_is_no_place_of_an_item(path: list[Any], expected_path: list[str]) -> None:
    """A subgraph may write anybody's there."""
    gateway = shop()
    error = {"message": "secret", "path": path, "extensions": {"code": "OOPS"}}
    gateway.subgraphs["accounts"] = Answers({"me": {"name": None}}, error)  # type: ignore[assignment]
    data, errors = await gateway.answer("{ me { name } }")
    assert data == {"me": {"name": None}}
    assert errors == [{"code": "SUBGRAPH_ERROR", "path": expected_path}]


async def test_a_place_beyond_the_items_that_came_is_not_told() -> None:
    for items, place in (([{"name": "Table"}], 7), (None, 0)):
        gateway = shop()
        error = {"message": "secret", "path": ["topProducts", place, "name"], "extensions": {"code": "OOPS"}}
        gateway.subgraphs["products"] = Answers({"topProducts": items}, error)  # type: ignore[assignment]
        _, errors = await gateway.answer("{ topProducts { name } }")
        assert errors == [{"code": "SUBGRAPH_ERROR", "path": ["topProducts"]}]


@pytest.mark.parametrize("entities", [None, [], [{"inStock": True}], "no", [1, 2], [{}, {}, {}]])
async def test_a_wrong_answer_about_entities_is_never_scattered(entities: Any) -> None:
    gateway = shop()
    gateway.subgraphs["inventory"] = Answers({"_entities": entities})  # type: ignore[assignment]
    data, errors = await gateway.answer("{ topProducts(first: 2) { inStock } }")
    assert data == {"topProducts": [{"inStock": None}, {"inStock": None}]}
    assert [error["code"] for error in errors] == ["SUBGRAPH_MALFORMED", "SUBGRAPH_MALFORMED"]


async def test_a_null_entity_is_null_without_an_error() -> None:
    gateway = shop()
    gateway.subgraphs["inventory"] = Answers({"_entities": [None, {"inStock": True}]})  # type: ignore[assignment]
    data, errors = await gateway.answer("{ topProducts(first: 2) { inStock } }")
    assert data == {"topProducts": [{"inStock": None}, {"inStock": True}]}
    assert errors == []


async def test_a_hanging_subgraph_is_given_up_at_its_own_deadline_and_told() -> None:
    gateway = shop()
    hanging = Hangs()
    gateway.subgraphs["inventory"] = hanging  # type: ignore[assignment]
    data, errors = await gateway.answer(QUERY, bounds=Bounds(subgraph_seconds=0.05))
    assert hanging.cancelled.is_set()
    assert [len(p["reviews"]) for p in data["topProducts"]] == [2, 1]
    assert {error["code"] for error in errors} == {"SUBGRAPH_TIMEOUT"}


async def test_cancelling_the_request_cancels_its_calls() -> None:
    gateway = shop()
    hanging = Hangs()
    gateway.subgraphs["products"] = hanging  # type: ignore[assignment]
    task = asyncio.ensure_future(gateway.answer("{ topProducts { name } me { id } }"))
    await hanging.asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert hanging.cancelled.is_set()


async def test_too_many_representations_are_refused_before_they_are_sent() -> None:
    gateway = shop()
    data, errors = await gateway.answer("{ topProducts { inStock } }", bounds=Bounds(representations=2))
    assert [p["inStock"] for p in data["topProducts"]] == [None, None, None]
    assert {error["code"] for error in errors} == {"REPRESENTATIONS_LIMIT"}
    assert gateway.calls() == ["products"]


async def test_errors_are_bounded() -> None:
    gateway = shop()
    gateway.subgraphs["inventory"].fault = TransportError("SUBGRAPH_UNREACHABLE", "x")
    _, errors = await gateway.answer("{ topProducts { inStock } }", bounds=Bounds(errors=2))
    assert len(errors) == 2


async def test_an_internal_key_is_in_no_error_path() -> None:
    gateway = shop()
    error = {"message": "x", "path": ["topProducts", 0, "weight"]}
    product = {"upc": "p1", "price": 1, "weight": None}
    gateway.subgraphs["products"] = Answers({"topProducts": [product]}, error)  # type: ignore[assignment]
    _, errors = await gateway.answer("{ topProducts { upc shippingEstimate } }")
    assert [error["path"] for error in errors] == [["topProducts", 0]]


@pytest.mark.parametrize("depth", [252, 900, 1_020])
async def test_a_key_too_deep_to_be_sent_fails_what_needs_it_and_the_rest_comes(depth: int) -> None:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    gateway = shop()
    product = {"upc": value, "name": "Table", "price": 1, "weight": 1}
    gateway.subgraphs["products"] = Answers({"topProducts": [product]})  # type: ignore[assignment]
    gateway.subgraphs["inventory"] = HttpTransport("http://127.0.0.1:1/", headers())  # type: ignore[assignment]
    data, errors = await gateway.answer("{ topProducts { name inStock } me { name } }")
    assert data == {"topProducts": [{"name": "Table", "inStock": None}], "me": {"name": "Aïda"}}
    assert errors == [{"code": "SUBGRAPH_MALFORMED", "path": ["topProducts", 0, "inStock"]}]


async def test_a_nested_key_in_too_many_lists_fails_what_needs_it_alone() -> None:
    value: Any = {"id": 1}
    for _ in range(1_020):
        value = [value]
    shared = 'type T @key(fields: "in { id }") { in: In @shareable'
    gateway = Gateway(
        Part("a", f"{HEAD} type Query {{ t: T }} {shared} name: String }} type In @shareable {{ id: ID }}"),
        Part("b", f"{HEAD} {shared} x: Int }} type In @shareable {{ id: ID }}"),
    )
    gateway.subgraphs["a"] = Answers({"t": {"in": value, "name": "T"}})  # type: ignore[assignment]
    data, errors = await gateway.answer("{ t { name x } }")
    assert data == {"t": {"name": "T", "x": None}}
    assert errors == [{"code": "SUBGRAPH_MALFORMED", "path": ["t", "x"]}]


def test_a_subgraphs_errors_are_looked_at_once_each_and_no_further_than_there_is_room() -> None:
    failures = Failures(AllowedCodes(frozenset({"A"})), 3)
    reported = [{"extensions": {"code": "A"}, "path": ["x"]}] * 9 + [{"path": [n]} for n in range(9)]
    assert list(failures.distinct(reported)) == [
        (Cause("A"), ("x",)),
        (Cause("SUBGRAPH_ERROR"), (0,)),
        (Cause("SUBGRAPH_ERROR"), (1,)),
    ]


def test_of_an_argument_only_a_place_and_a_form_that_are_known_are_told() -> None:
    codes = AllowedCodes(frozenset({"BAD"}), frozenset({"filter.bornFrom"}), frozenset({"DATE"}))

    def cause(**extensions: Any) -> Cause:
        return codes.cause({"message": "Aïda 06 39 98 00 02", "extensions": extensions})

    assert cause(code="BAD", input="filter.bornFrom", expected="DATE") == ("BAD", "filter.bornFrom", "DATE")
    for argument in ("Aïda", "bornFrom", 7, None, ["filter.bornFrom"], {"filter.bornFrom": 1}):
        assert cause(code="BAD", input=argument, expected="DATE") == Cause("BAD")
    forms: tuple[Any, ...] = ("Aïda", None, {}, 7)
    for form in forms:
        assert cause(code="BAD", input="filter.bornFrom", expected=form) == Cause("BAD")
    assert cause(code="OTHER", input="filter.bornFrom", expected="DATE") == Cause("SUBGRAPH_ERROR")


@pytest.mark.parametrize("below", [[], ["name"]])
def test_facts_that_did_not_come_are_an_error_of_the_list_whatever_else_failed(below: list[str]) -> None:
    fetch: Any = SimpleNamespace(subgraph="people")
    entities: Any = SimpleNamespace(key="e", renames=())
    source: Any = SimpleNamespace(outputs=("name", ACCESS_KEY))
    targets = [[Target({}, ("changes", "nodes", number), source, 0)] for number in range(9)]
    failures = Failures(AllowedCodes(), 1)
    failures.add(Cause("SUBGRAPH_TIMEOUT"), fetch, ("changes", "nodes", 0, "appointments"))
    errors = [{"message": "", "path": ["e", number, *below]} for number in range(9)]
    failures.add_entities(fetch, entities, EntityRequest([{}] * 9, targets), [None] * 9, errors)
    assert [error.path for error in failures.errors()] == [
        ("changes", "nodes", 0, "appointments"),
        ("changes", "nodes", ACCESS_KEY),
    ]
