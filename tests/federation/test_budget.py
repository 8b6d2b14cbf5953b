"""Preparing an operation is bounded as a whole: its steps are counted and see all of its work, a deadline ends it."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from random import Random
from types import FrameType
from typing import Any

import pytest

from benchmarks.gateway.hostile import composed
from benchmarks.gateway.hostile_document import NAME, document
from benchmarks.gateway.hostile_graph import graph
from benchmarks.gateway.recipes import FAMILIES, Recipe, anywhere
from hub.document.limits import Limits
from hub.document.parse import find_operation, parse_document
from hub.errors import HubError
from hub.federation.authorised_operation import AuthorisedOperation
from hub.federation.budget import STEPS, STEPS_PER_GLANCE, Budget
from hub.federation.errors import OperationRefused
from hub.federation.operations.normalise import normalise
from hub.federation.planning.plan import plan
from hub.federation.planning.query_plan import LONGEST_INDENTED
from hub.federation.supergraph import Supergraph
from tests.federation.harness import HEAD, Gateway, Part

CALLS_PER_STEP = 30
"""Calls of functions, built-in ones included, that a step may stand for."""

BOUNDED_CALLS = 200_000
"""Calls of the searches that have bounds of their own: the choice of options, the reuse of entities."""

WIDE = Limits(tokens=100_000, selections=10_000, depth=30)

LADDER = Gateway(
    Part(
        "s",
        HEAD
        + """
        type Query { q: N }
        interface N { id: ID! next: N }
        type A implements N @key(fields: "id") { id: ID! next: N a: Int }
        type B implements N @key(fields: "id") { id: ID! next: N b: Int }
        """,
    )
)


WIDE_FIELDS = 400
NESTED = Gateway(
    Part(
        "s",
        f"""
        {HEAD}
        directive @note(level: Int) repeatable on INLINE_FRAGMENT
        type Query {{ t: T }}
        type T {{ id: ID {" ".join(f"f{number}: Int" for number in range(WIDE_FIELDS))} }}
        """,
    )
)


def nested(levels: int, directives: str) -> str:
    """Many fields below fragments in each other, each with these directives, of which `#` is a number of its own."""
    head = " ".join(f"$v{level}: Boolean! $w{level}: Boolean!" for level in range(levels)) if "$" in directives else ""
    opened = "".join(f"... {directives.replace('#', str(level))} {{" for level in range(levels))
    fields = " ".join(f"f{number}" for number in range(WIDE_FIELDS))
    return f"query {f'({head})' if head else ''} {{ t {{ id {opened} {fields} {'}' * levels} }} }}"


def ladder(depth: int) -> str:
    return "{q" + "{next" * depth + "{id ...on A{a} ...on B{b}}" + "}" * depth + "}"


def prepare(supergraph: Supergraph, query: str, budget: Budget) -> None:
    """Prepare a document as a whole."""
    schema = supergraph.client_schema
    parsed = parse_document(query, schema, WIDE, budget)
    operation = normalise(parsed, find_operation(parsed, NAME if NAME in query else None), schema, budget)
    plan(AuthorisedOperation(operation, operation), supergraph, budget=budget)


def steps(supergraph: Supergraph, query: str) -> int:
    budget = Budget(10**9)
    prepare(supergraph, query, budget)
    return budget.steps - budget.left


def calls(supergraph: Supergraph, query: str, budget: Budget) -> int:
    """The calls of preparing a document, to the end or to the refusal."""
    count = 0

    def note(_: FrameType, event: str, __: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        with suppress(OperationRefused, HubError):
            prepare(supergraph, query, budget)
    finally:
        sys.setprofile(None)
    return count


def test_one_level_more_of_an_interface_takes_no_more_steps_than_its_types_multiply() -> None:
    counts = [steps(LADDER.supergraph, ladder(depth)) for depth in range(3, 9)]
    assert all(deeper <= 2.5 * steps for steps, deeper in pairwise(counts))


def test_twice_the_fields_take_twice_the_steps() -> None:
    recipe = Recipe(types=1, subgraphs=3, depth=2, width=8, leaves=6, aliases=1)
    supergraph = graph(recipe)
    first, second = (document(replace(recipe, width=width), supergraph) for width in (8, 16))
    assert steps(supergraph, second) <= 2.4 * steps(supergraph, first)


def test_a_ladder_of_types_is_refused_by_its_code_where_the_budget_ends() -> None:
    with pytest.raises(OperationRefused) as caught:
        prepare(LADDER.supergraph, ladder(20), Budget())
    assert caught.value.code == "PLAN_LIMIT"
    assert caught.value.parameters["limit"] == STEPS
    assert caught.value.parameters["coordinate"] in {"A.next", "B.next", "A.id", "B.id", "A.a", "B.b"}


@pytest.mark.parametrize("family", FAMILIES)
def test_the_budget_sees_all_the_work_of_hostile_documents(family: str) -> None:
    """Otherwise a document within the budget could still take long."""
    recipe = FAMILIES[family]
    supergraph = graph(recipe)
    graph_only = replace(recipe, depth=1, width=1, leaves=1)
    prepare(supergraph, document(graph_only, supergraph), Budget())  # what is kept with the graph is there
    budget = Budget()
    count = calls(supergraph, document(recipe, supergraph), budget)
    assert count <= BOUNDED_CALLS + CALLS_PER_STEP * (budget.steps - budget.left)


@pytest.mark.parametrize("seed", range(3))
def test_the_budget_sees_all_the_work_of_documents_that_nobody_imagined(seed: int) -> None:
    """A share of `python -m benchmarks.gateway.hostile_search`."""
    random = Random(seed)
    for recipe in (anywhere(random) for _ in range(3)):
        for supergraph in composed(recipe):
            budget = Budget()
            count = calls(supergraph, document(recipe, supergraph), budget)
            assert count <= BOUNDED_CALLS + CALLS_PER_STEP * (budget.steps - budget.left), recipe


@pytest.mark.parametrize(
    "query",
    [nested(50, "@include(if: $v#) @skip(if: $w#)"), nested(10, " ".join(["@note(level: #)"] * 19))],
    ids=["conditions", "directives"],
)
def test_the_budget_sees_what_fragments_around_a_field_make_of_it(query: str) -> None:
    """Each field is sent under all conditions and directives of the fragments around it."""
    prepare(NESTED.supergraph, nested(1, "@include(if: $v#) @skip(if: $w#)"), Budget())
    budget = Budget()
    count = calls(NESTED.supergraph, query, budget)
    assert count <= BOUNDED_CALLS + CALLS_PER_STEP * (budget.steps - budget.left)


@pytest.mark.parametrize("text", ['"' + "\\n" * 45_000 + '"', '"""' + "x\n" * 45_000 + '"""'], ids=["escapes", "block"])
def test_the_budget_sees_the_characters_that_are_read_one_by_one(text: str) -> None:
    prepare(NESTED.supergraph, "{ t { id } }", Budget())  # what is kept with the graph is there
    budget = Budget()
    count = calls(NESTED.supergraph, f"{{ t(no: {text}) {{ id }} }}", budget)
    assert 100_000 < count <= CALLS_PER_STEP * (budget.steps - budget.left)


def test_a_plan_of_long_documents_is_shown_as_they_are_sent() -> None:
    """To indent them would take seconds: the text grows with the fragments around each field."""
    few, many = (NESTED.plan(nested(levels, "@include(if: $v#) @skip(if: $w#)")) for levels in (1, 12))
    (document,) = [fetch.document for fetch in many.fetches()]
    assert len(document) > LONGEST_INDENTED
    assert f"    {document}\n" in many.text()
    assert "\n      t {\n" in few.text()


def test_the_deadline_ends_normalising_and_planning() -> None:
    query = ladder(8)
    needed = steps(LADDER.supergraph, query)
    for late in (0, 3 * STEPS_PER_GLANCE, needed - STEPS_PER_GLANCE):
        budget = Budget(10**9, deadline=1.0)
        budget.clock = lambda late=late, budget=budget: 2.0 if budget.steps - budget.left >= late else 0.0  # type: ignore[misc]
        with pytest.raises(OperationRefused) as caught:
            prepare(LADDER.supergraph, query, budget)
        assert caught.value.code == "PLAN_DEADLINE"


def test_as_many_fields_as_a_document_may_have_are_prepared() -> None:
    fields = [f"f{number}" for number in range(Limits().selections - 10)]
    wide = Gateway(
        Part("s", f"{HEAD} type Query {{ t: T }} type T {{ {' '.join(f'{name}: Int' for name in fields)} }}")
    )
    assert steps(wide.supergraph, f"{{ t {{ {' '.join(fields)} }} }}") <= STEPS
