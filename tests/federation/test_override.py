"""`@override`: a field is read where it moved to, at once or for a share of the requests."""

from __future__ import annotations

import pytest

from hub.federation.authorised_operation import AuthorisedOperation
from hub.federation.compose.composer import Source, compose
from hub.federation.errors import CompositionFailed
from hub.gateway import EVERYONE, allow
from hub.prepare import Preparer
from tests.federation.harness import HEAD, Gateway, Part, snapshot

BILL = {"id": "1", "amount": 12, "state": "SENT", "payer": "Ana"}


def _find(representation: dict[str, object]) -> dict[str, object]:
    return BILL


def moving(how: str, *on: str) -> Gateway:
    """Bills move their amount from `billing` to `payments`; `summary` there requires another field of `billing`."""
    return Gateway(
        Part(
            "billing",
            HEAD
            + 'type Query { bill: Bill } type Bill @key(fields: "id") '
            + "{ id: ID! amount: Int state: String payer: String due: Int }",
            {"bill": BILL},
            {"Bill": _find},
            {"Bill.due": lambda bill, info: bill["amount"] * 10},
        ),
        Part(
            "payments",
            HEAD
            + f'type Bill @key(fields: "id") {{ id: ID! amount: Int @override(from: "billing"{how}) '
            + 'payer: String @external state: String @external summary: String @requires(fields: "payer state") }',
            {},
            {"Bill": _find},
            {
                "Bill.summary": lambda bill, info: (
                    f"{bill['__representation']['payer']} {bill['__representation']['state']}"
                )
            },
        ),
        Part(
            "audit",
            HEAD
            + 'type Bill @key(fields: "id") { id: ID! amount: Int @external checked: Int @requires(fields: "amount") }',
            {},
            {"Bill": _find},
            {"Bill.checked": lambda bill, info: bill["__representation"]["amount"] + 1},
        ),
        labels=frozenset(on),
    )


LABEL = ', label: "new"'
QUERY = "{ bill { amount state } }"


async def test_an_overridden_field_is_read_in_the_subgraph_that_took_it() -> None:
    gateway = moving("")
    data, errors = await gateway.answer(QUERY)
    assert (data, errors) == ({"bill": {"amount": 12, "state": "SENT"}}, [])
    assert gateway.calls() == ["billing", "payments"]
    assert "amount" not in gateway.subgraphs["billing"].requests[0].query
    snapshot("override", QUERY, gateway.plan(QUERY))


async def test_an_overridden_field_that_another_requires_comes_from_its_new_subgraph() -> None:
    gateway = moving("")
    query = "{ bill { checked summary } }"
    data, errors = await gateway.answer(query)
    assert (data, errors) == ({"bill": {"checked": 13, "summary": "Ana SENT"}}, [])
    assert "amount" not in gateway.subgraphs["billing"].requests[0].query
    snapshot("override-required", query, gateway.plan(query))


@pytest.mark.parametrize(("on", "calls"), [((), ["billing"]), (("new",), ["billing", "payments"])])
async def test_under_a_label_the_field_is_read_where_the_label_says(on: tuple[str, ...], calls: list[str]) -> None:
    gateway = moving(LABEL, *on)
    data, errors = await gateway.answer(QUERY)
    assert (data, errors) == ({"bill": {"amount": 12, "state": "SENT"}}, [])
    assert gateway.calls() == calls
    snapshot(f"override-label-{'on' if on else 'off'}", QUERY, gateway.plan(QUERY))


@pytest.mark.parametrize("on", [(), ("new",)])
async def test_what_requires_a_moving_field_is_served_on_both_sides(on: tuple[str, ...]) -> None:
    gateway = moving(LABEL, *on)
    data, errors = await gateway.answer("{ bill { checked summary amount due } }")
    assert (data, errors) == ({"bill": {"checked": 13, "summary": "Ana SENT", "amount": 12, "due": 120}}, [])
    assert ("amount" in gateway.subgraphs["billing"].requests[0].query) is not bool(on)


def test_a_move_that_one_side_cannot_serve_is_refused() -> None:
    old = 'type Query {{ t: T }} type T @key(fields: "{}") {{ id: ID! x: Int }}'
    new = 'type T @key(fields: "id"{}) {{ id: ID! x: Int @override(from: "s0", label: "percent(10)") }}'
    for resolvable, composes in (("", True), (", resolvable: false", False)):
        sources = [Source(f"s{n}", "", HEAD + sdl) for n, sdl in enumerate((old.format("id"), new.format(resolvable)))]
        if composes:
            assert compose(sources).labels == {"percent(10)"}
            continue
        with pytest.raises(CompositionFailed) as caught:
            compose(sources)
        assert [failure.code for failure in caught.value.failures] == ["SATISFIABILITY_ERROR"]


def test_a_label_has_no_effect_where_the_field_is_gone_already() -> None:
    sdls = ['type Query { a: Int @override(from: "s1", label: "percent(5)") }', "type Query { b: Int }"]
    supergraph = compose([Source(f"s{n}", "", HEAD + sdl) for n, sdl in enumerate(sdls)])
    assert supergraph.labels == frozenset()
    assert set(supergraph.types["Query"].fields["a"].joins) == {"s0"}


def test_the_plan_of_a_request_follows_its_trace_and_the_given_shares() -> None:
    supergraph = moving(LABEL).supergraph
    for share, expected in ((0.0, 1), (100.0, 2)):
        preparer = Preparer(supergraph, supergraph.client_schema, allow, shares={"new": share})
        plans = [preparer.prepare(QUERY, None, EVERYONE, trace).plan for trace in ("a", "b", "a")]
        assert {len(list(plan.fetches())) for plan in plans} == {expected}
    half = Preparer(supergraph, supergraph.client_schema, allow, shares={"new": 50.0})
    prepared = {trace: half.prepare(QUERY, None, EVERYONE, trace) for trace in map(str, range(32))}
    assert {len(list(operation.plan.fetches())) for operation in prepared.values()} == {1, 2}
    assert all(half.prepare(QUERY, None, EVERYONE, trace) is operation for trace, operation in prepared.items())
    assert isinstance(prepared["0"].authorisation.operation, AuthorisedOperation)
