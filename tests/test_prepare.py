"""Preparation of operations: the cache, shared work, visible plans, and what makes an AuthorisedOperation."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from contextlib import nullcontext, suppress
from sys import getsizeof
from threading import Event
from types import FunctionType

import pytest

from hub.document.exchange import Request
from hub.document.limits import Limits
from hub.errors import DocumentRefused, HubError, NotServed, RequestRefused
from hub.fair_worker import FairWorker
from hub.federation.execution import project
from hub.federation.execution.execute import execute
from hub.federation.operations.operation import Operation
from hub.gateway import EVERYONE, Allowed, Everyone, allow
from hub.operation_memory import BASE, PER_FIELD
from hub.prepare import Preparer, wants_plan
from tests.conftest import ROOT
from tests.federation.shop import shop

ENTRY = BASE + 2 * PER_FIELD + getsizeof("query A0 { users { name } }")
"""Memory of a prepared operation of two fields."""


def request(**headers: str) -> Request:
    return Request(headers, "{ a }", None, {}, "t")


def test_a_plan_is_shown_only_if_asked_for_and_allowed() -> None:
    assert wants_plan(request(plan="show"), allowed=True)
    assert not wants_plan(request(), allowed=True)
    assert not wants_plan(request(), allowed=False)
    with pytest.raises(RequestRefused) as caught:
        wants_plan(request(plan="show"), allowed=False)
    assert (caught.value.code, caught.value.http_status) == ("PLAN_NOT_SHOWN", 403)


def test_only_the_policy_step_and_the_unprotected_gateway_say_that_an_operation_was_decided() -> None:
    makers = {
        path.relative_to(ROOT).as_posix()
        for folder in ("benchmarks", "demo", "hub", "infra", "schema", "subgraphs")
        for path in (ROOT / folder).rglob("*.py")
        if "AuthorisedOperation(" in path.read_text(encoding="utf-8")
    }
    assert makers == {"hub/policy/enforce/authorise.py", "hub/gateway.py"}


def test_a_text_that_is_too_long_is_not_searched() -> None:
    """A megabyte would keep the processor for a tenth of a second."""
    admitted: list[str] = []
    supergraph = shop().supergraph
    strict = Preparer(supergraph, supergraph.client_schema, allow, admit=admitted.append)
    for padding, code in ((Limits().bytes, "DOCUMENT_BYTES_LIMIT"), (0, "")):
        with pytest.raises(DocumentRefused) if code else nullcontext() as caught:
            strict.prepare("{ users { name } }" + " " * padding, None, EVERYONE, "0" * 32)
        assert caught is None or caught.value.code == code
    assert admitted == ["{ users { name } }"]


def preparer() -> tuple[Preparer[Everyone, Allowed], list[str | None]]:
    """A preparer of the shop that notes each operation that it decides."""
    decided_names: list[str | None] = []
    supergraph = shop().supergraph

    def decide(operation: Operation, everyone: Everyone) -> Allowed:
        decided_names.append(operation.name)
        return allow(operation, everyone)

    return Preparer(supergraph, supergraph.client_schema, decide), decided_names


def test_the_hash_of_an_operation_which_the_journal_keeps_is_the_same_in_every_release() -> None:
    """Renamed classes and attributes of the normal form change this hash, unless their text stays what it was."""
    query = """
        query A($first: Int, $named: Boolean!) {
          topProducts(first: $first) { upc name @include(if: $named) }
          users { name @skip(if: $named) }
        }
    """
    prepared = preparer()[0].prepare(query, None, EVERYONE, "t")
    assert prepared.hash == "52e383f958608500d95590279bbcd83c06b14c6020e53a3fb955c08ed837ee6a"


async def test_an_operation_that_many_ask_at_once_is_prepared_once() -> None:
    subject, decided_names = preparer()
    requests = [subject.prepared("query A { users { name } }", None, EVERYONE, "t") for _ in range(8)]
    first, *repeated = await asyncio.gather(*requests)
    assert all(prepared is first for prepared in repeated)
    assert await subject.prepared("query A { users { name } }", None, EVERYONE, "u") is first
    assert decided_names == ["A"]


async def test_whoever_leaves_does_not_take_the_preparation_from_those_who_wait() -> None:
    subject, decided_names = preparer()
    leaving = asyncio.ensure_future(subject.prepared("query A { users { name } }", None, EVERYONE, "t"))
    staying = asyncio.ensure_future(subject.prepared("query A { users { name } }", None, EVERYONE, "t"))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying).operation.name == "A"
    assert leaving.cancelled()
    assert decided_names == ["A"]


async def test_a_refused_document_is_refused_for_each_that_asks_it_and_never_kept() -> None:
    subject, _ = preparer()
    for _ in range(2):
        requests = [subject.prepared("{ nothing }", None, EVERYONE, "t") for _ in range(3)]
        outcomes = await asyncio.gather(*requests, return_exceptions=True)
        assert [getattr(outcome, "code", None) for outcome in outcomes] == ["DOCUMENT_INVALID"] * 3


async def test_what_is_kept_is_bounded_by_its_bytes_and_the_longest_unused_goes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hub.prepare.CACHE_BYTES", 3 * ENTRY + 500)
    subject, decided_names = preparer()
    first = await subject.prepared("query A0 { users { name } }", None, EVERYONE, "t")
    assert first.memory + getsizeof("query A0 { users { name } }") == ENTRY
    for name in ("A1", "A2", "A0", "A3"):
        await subject.prepared(f"query {name} {{ users {{ name }} }}", None, EVERYONE, "t")
    for name in ("A0", "A2", "A3", "A1"):
        await subject.prepared(f"query {name} {{ users {{ name }} }}", None, EVERYONE, "t")
    assert decided_names == ["A0", "A1", "A2", "A3", "A1"]
    heavy = "query Heavy { " + " ".join(f"a{n}: users {{ name }}" for n in range(30)) + " }"
    await subject.prepared(heavy, None, EVERYONE, "t")
    await subject.prepared(heavy, None, EVERYONE, "t")
    assert decided_names[5:] == ["Heavy", "Heavy"]


async def test_more_documents_than_may_wait_are_refused_and_what_is_kept_is_answered_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    subject, _ = preparer()
    cached = await subject.prepared("{ users { id } }", None, EVERYONE, "t")
    monkeypatch.setattr("hub.fair_worker.MOST_OF_CLIENT", 1)
    names = [f"query A{number} {{ users {{ name }} }}" for number in range(4)]
    requests = [asyncio.ensure_future(subject.prepared(name, None, EVERYONE, "t")) for name in names]
    outcomes = await asyncio.gather(*requests, return_exceptions=True)
    assert [getattr(outcome, "code", None) for outcome in outcomes] == [
        None,
        None,
        "PREPARATION_BUSY",
        "PREPARATION_BUSY",
    ]
    assert await subject.prepared("{ users { id } }", None, EVERYONE, "t") is cached
    assert (await subject.prepared(names[3], None, EVERYONE, "t")).operation.name == "A3"


async def test_a_document_that_nobody_waits_for_any_more_is_never_prepared() -> None:
    left, decided_names = Event(), list[str | None]()
    supergraph = shop().supergraph

    def decide(operation: Operation, everyone: Everyone) -> Allowed:
        assert left.wait(30)
        decided_names.append(operation.name)
        return allow(operation, everyone)

    subject = Preparer(supergraph, supergraph.client_schema, decide)
    first, leaving, staying = (
        asyncio.ensure_future(subject.prepared(f"query A{number} {{ users {{ name }} }}", None, EVERYONE, "t"))
        for number in range(3)
    )
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    left.set()
    assert [(await request).operation.name for request in (first, staying)] == ["A0", "A2"]
    again = await subject.prepared("query A1 { users { name } }", None, EVERYONE, "t")
    assert (again.operation.name, decided_names) == ("A1", ["A0", "A2", "A1"])


async def test_a_document_that_is_past_its_deadline_is_refused_before_it_is_read() -> None:
    supergraph = shop().supergraph
    subject = Preparer(supergraph, supergraph.client_schema, allow, worker=FairWorker("test", -1.0))
    with pytest.raises(NotServed) as caught:
        subject.prepare("{ users { name } }", None, EVERYONE, "t")
    assert (caught.value.code, caught.value.http_status) == ("PLAN_DEADLINE", 503)
    with pytest.raises(NotServed) as caught:
        await subject.prepared("{ users { name } }", None, EVERYONE, "t")
    assert caught.value.code == "PLAN_DEADLINE"


async def test_the_code_of_an_answer_is_generated_before_it_once_for_each_values_of_its_conditions() -> None:
    subject, _ = preparer()
    query = "query ($a: Boolean!) { users { name @include(if: $a) id } }"
    prepared = await subject.prepared(query, None, EVERYONE, "t")
    for values in ({"a": True}, {"a": False}):
        assert not prepared.projection.is_generated(values)
        await subject.compile_projection(prepared, values)
        assert prepared.projection.is_generated(values)


async def test_the_event_loop_answers_others_while_a_document_is_prepared() -> None:
    """The preparation waits for a turn of the event loop, which a preparation on the loop would never let come."""
    turned = Event()
    supergraph = shop().supergraph

    def decide(operation: Operation, everyone: Everyone) -> Allowed:
        assert turned.wait(30)
        return allow(operation, everyone)

    subject = Preparer(supergraph, supergraph.client_schema, decide)
    requests = asyncio.ensure_future(subject.prepared("{ users { name } }", None, EVERYONE, "t"))
    await asyncio.sleep(0)
    turned.set()
    assert [fetch.subgraph for fetch in (await requests).plan.fetches()] == ["accounts"]


async def test_an_operation_that_is_no_longer_kept_leaves_no_function_for_the_collector(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hub.prepare.CACHE_BYTES", BASE + 10 * PER_FIELD)
    monkeypatch.setattr(project._GENERATED, "limit", project.CODE_BASE + 10 * project.CODE_PER_FIELD)
    gateway, (subject, _) = shop(), preparer()
    query = "query {} {{ users {{ name reviews {{ product {{ name }} }} }} }}"
    prepared = subject.prepare(query.format("A"), None, EVERYONE, "t")
    answer = await execute(prepared.plan, {}, gateway.subgraphs, None, 5.0)
    assert prepared.projection.project(answer, {}, None)[1] == []
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        del prepared
        second = subject.prepare(query.format("B"), None, EVERYONE, "t")
        answer = await execute(second.plan, {}, gateway.subgraphs, None, 5.0)
        assert second.projection.project(answer, {}, None)[1] == []
        gc.collect()
        files = {leaked.__code__.co_filename for leaked in gc.garbage if isinstance(leaked, FunctionType)}
        assert files.isdisjoint({"<collector>", "<projection>"})
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


@pytest.mark.parametrize(
    "text",
    [
        "query Q0 { users { name reviews { product { name } } } __schema { types { name fields { name } } } }",
        "query Q0($a: Boolean!, $n: [Int!]) { users @include(if: $a) { name } topProducts(first: 3) { upc } }",
        "query Q0 { users { ...U ... on User { id } } } fragment U on User { reviews { body } name }",
        "query Q0 { users { nothing } }",
        "query Q0 { users { name }",
        "query Q0 { " + "users { " * 70,
    ],
    ids=["introspection", "variables", "fragments", "invalid", "malformed", "too deep"],
)
def test_preparing_leaves_nothing_for_the_garbage_collector(text: str) -> None:
    """It would stop all threads for a tenth of a second, each time that some documents are prepared or refused."""
    supergraph = shop().supergraph
    for name in ("Q1", "Q2"):  # what is kept beside the graph is there after the first
        gc.collect()
        gc.disable()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            with suppress(HubError):
                Preparer(supergraph, supergraph.client_schema, allow).prepare(
                    text.replace("Q0", name), None, EVERYONE, "t"
                )
            gc.collect()
            left = Counter(type(garbage).__module__ for garbage in gc.garbage)
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()
    assert {module: count for module, count in left.items() if module.startswith(("graphql", "hub.federation"))} == {}
    assert left.total() < 100
