"""The cost of our own graph: every list has a size, the product's queries pass with room, nested lists do not
(decision 0056)."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, get_nullable_type, is_list_type

from hub.document.limits import Limits
from hub.document.parse import find_operation, parse_document
from hub.document.variables import bind
from hub.errors import DocumentRefused
from hub.federation.cost import Cost, Costs
from hub.federation.operations.normalise import normalise
from hub.pages.journey import JOURNEY
from hub.wording.engine import call_engine
from tests.conftest import ROOT
from tests.pinned_graph import graph

GRAPH = graph()
COSTS = Costs(GRAPH.supergraph, Limits().cost, Limits().values)
JOURNEY_TEXT = JOURNEY.read_text(encoding="utf-8")
PAGE = "query ($n: Int) { structures(first: $n) { nodes { services(first: $n) { nodes { id } } } } }"


def nested(levels: int) -> str:
    """A document that goes from structures to services and back, as deep as the limits of documents let it."""
    selection = "id"
    for level in range(levels):
        selection = f"structure {{ {selection} }}" if level % 2 else f"services {{ nodes {{ {selection} }} }}"
    return f"{{ structures {{ nodes {{ {selection} }} }} }}"


def cost_of(text: str, variables: dict[str, Any]) -> tuple[Cost, dict[str, Any]]:
    document = parse_document(text, GRAPH.schema, Limits())
    operation = normalise(document, find_operation(document, None), GRAPH.schema)
    cost = COSTS.cost(operation)
    assert cost is not None
    return cost, bind(operation, variables, GRAPH.schema)


def total(text: str, **variables: Any) -> int:
    cost, values = cost_of(text, variables)
    return cost.total(values)


def test_every_list_of_objects_has_a_size() -> None:
    directives = {
        coordinate: [directive.arguments for directive in applied if directive.name == "listSize"]
        for coordinate, applied in GRAPH.supergraph.directives.items()
    }
    sized_below: dict[str, set[str]] = {}
    for type_ in GRAPH.schema.type_map.values():
        for name, field in type_.fields.items() if isinstance(type_, GraphQLObjectType) else ():
            for arguments in directives.get(f"{type_.name}.{name}", ()):
                sized_below.setdefault(get_named_type(field.type).name, set()).update(
                    arguments.get("sizedFields") or ()
                )
    unsized = [
        f"{type_.name}.{name}"
        for type_ in GRAPH.schema.type_map.values()
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__")
        for name, field in type_.fields.items()
        if is_list_type(get_nullable_type(field.type)) and isinstance(get_named_type(field.type), GraphQLObjectType)
        if not directives.get(f"{type_.name}.{name}") and name not in sized_below.get(type_.name, ())
    ]
    assert unsized == []


def test_the_journey_of_a_hundred_people_passes() -> None:
    assert 100 * total(JOURNEY_TEXT, id="x") <= Limits().cost


@pytest.mark.parametrize("name", ["appointments.graphql", "list.graphql"])
def test_the_queries_of_the_bench_pass_with_room(name: str) -> None:
    assert 10 * total((ROOT / "benchmarks" / name).read_text(encoding="utf-8")) <= Limits().cost


def test_lists_in_lists_are_refused_with_what_was_counted_and_how_to_mend_it() -> None:
    cost, values = cost_of(nested(7), {})
    with pytest.raises(DocumentRefused) as caught:
        call_engine(cost.check, values)
    assert caught.value.code == "DOCUMENT_COST_LIMIT"
    assert str(cost.total(values)) in caught.value.message
    assert str(Limits().cost) in caught.value.message
    assert "first" in caught.value.message


def test_a_page_size_that_a_variable_leaves_out_counts_as_the_page_that_is_served() -> None:
    assert total(PAGE, n=20) == total(PAGE, n=None) == total(PAGE) == 1 + 20 * (1 + 1 + 20)


def test_aliases_of_leaves_in_lists_are_counted_and_refused() -> None:
    aliases = " ".join(f"a{number}: description" for number in range(150))
    text = f"{{ structures(first: 100) {{ nodes {{ services(first: 100) {{ nodes {{ {aliases} }} }} }} }} }}"
    cost, values = cost_of(text, {})
    assert cost.total(values) < Limits().cost
    assert cost.leaves(values) == 100 * 100 * 150
    with pytest.raises(DocumentRefused) as caught:
        call_engine(cost.check, values)
    assert caught.value.code == "DOCUMENT_VALUES_LIMIT"


def test_a_page_that_passed_says_nothing_of_a_larger_one() -> None:
    text = """query ($n: Int, $deep: Boolean!) {
      structures(first: $n) {
        nodes {
          services(first: $n) @include(if: $deep) { nodes { structure { services(first: $n) { nodes { id } } } } }
        }
      }
    }"""
    cost, small = cost_of(text, {"n": 2, "deep": True})
    for _ in range(2):
        call_engine(cost.check, small)
    call_engine(cost.check, {"n": 100, "deep": False})
    with pytest.raises(DocumentRefused):
        call_engine(cost.check, {"n": 100, "deep": True})
    call_engine(cost.check, small)
