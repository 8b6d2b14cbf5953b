"""Planning is bounded and deterministic, whatever is asked."""

from __future__ import annotations

import pytest

from hub.document.limits import Limits
from hub.document.parse import find_operation, parse_document
from hub.federation.authorised_operation import AuthorisedOperation
from hub.federation.budget import Budget
from hub.federation.errors import OperationRefused
from hub.federation.operations.normalise import normalise
from hub.federation.planning.plan import plan
from tests.federation.harness import HEAD, Gateway, Part
from tests.federation.town import town


def crowded(subgraphs: int) -> Gateway:
    """Every subgraph has every field but one of its own: as many choices as can be."""
    shared = " ".join(f"f{n}: T @shareable" for n in range(4))
    return Gateway(
        *(
            Part(
                f"s{n}",
                HEAD + f'type Query {{ t: T @shareable }} type T @key(fields: "id") {{ id: ID! own{n}: Int {shared} }}',
            )
            for n in range(subgraphs)
        )
    )


def deep(fields: int, depth: int) -> str:
    body = " ".join(f"own{n}" for n in range(fields))
    for _ in range(depth):
        body = f"id f0 {{ {body} }} f1 {{ {body if len(body) < 2_000 else 'id'} }}"
    return f"{{ t {{ {body} }} }}"


def test_a_search_above_its_bound_is_refused_by_its_code() -> None:
    gateway = town()
    operation = gateway.operation("{ people { level events { title } } }")
    with pytest.raises(OperationRefused) as caught:
        plan(AuthorisedOperation(operation, operation), gateway.supergraph, budget=Budget(10))
    assert caught.value.code == "PLAN_LIMIT"


def test_many_equal_choices_are_planned_within_the_bound_and_always_alike() -> None:
    gateway = crowded(8)
    query = deep(8, 4)
    document = parse_document(query, gateway.supergraph.client_schema, Limits())
    operation = normalise(document, find_operation(document, None), gateway.supergraph.client_schema)
    first = plan(AuthorisedOperation(operation, operation), gateway.supergraph)
    assert first == plan(AuthorisedOperation(operation, operation), gateway.supergraph)


def test_leaves_of_one_subgraph_among_many_are_one_request() -> None:
    plan = crowded(6).plan("{ t { f0 { f1 { own3 } } f2 { own3 } } }")
    assert [fetch.subgraph for fetch in plan.fetches()] == ["s3"]


def test_an_operation_of_introspection_alone_has_an_empty_plan() -> None:
    assert town().plan("{ __schema { queryType { name } } __typename }").waves == ()
