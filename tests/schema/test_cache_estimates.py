"""What caches say that they hold is not less than what they take (decision 0064).

`python -m benchmarks.memory` sends a hub thousands of documents that never come again; this looks at a few, in bytes.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
from graphql import parse

from hub.app import policy_step
from hub.document.limits import Limits
from hub.federation.execution.project import CODE_BASE, CODE_PER_FIELD
from hub.policy.decide.decision import DecisionClass
from hub.policy.enforce.authorise import Authorisation
from hub.prepare import Prepared, Preparer
from hub.prepare import _memory as prepared_memory
from schema.context import Context
from subgraphs.kit.compiler import Compiler
from subgraphs.kit.document import Query
from subgraphs.kit.sdl import load as load_model
from subgraphs.kit.server import _memory as query_memory
from tests.kit.conftest import NOW
from tests.pinned_graph import graph

GRAPH = graph()
DECISIONS = GRAPH.table.decision_class("referent_cd", "suivi")
COUNT = 4
PARTS = (
    "id firstName lastName birthDate contact { email phones address { postalCode city } }",
    "constraints { theme state } contracts { kind signedOn } referent { since agent { lastName } }",
    "appointments(first: 5) { nodes { startsAt status motive { category } organisation { name } } }",
    "referrals(first: 5) { nodes { status service { name structure { name } } } }",
)


def journey(number: int) -> str:
    return f'query J{number} {{ person(id: "{number}") {{ {" ".join(PARTS)} }} }}'


def wide(number: int) -> str:
    return f"query W{number} {{ persons {{ nodes {{ {' '.join(f'a{n}: firstName' for n in range(150))} }} }} }}"


def many(number: int) -> str:
    people = " ".join(f'p{n}: person(id: "{n}") {{ {PARTS[0]} }}' for n in range(8))
    return f"query M{number} {{ {people} }}"


def introspecting(number: int) -> str:
    types = " ".join(f'a{n}: __type(name: "Person") {{ name fields {{ name }} }}' for n in range(30))
    return f"query I{number} {{ {types} }}"


def padded(number: int) -> str:
    return f"query P{number} {{ persons {{ nodes {{ id }} }} }} #{'x' * 50_000}"


def filtered(number: int) -> str:
    return written(number, '"1990-01-01"')


def numbers(number: int) -> str:
    return written(number, f"[{' '.join(f'1e{exponent}' for exponent in range(1_900))}]")


def objects(number: int) -> str:
    return written(number, f"[{'{}' * 1_900}]")


def text(number: int) -> str:
    return written(number, '"' + "é" * 4_000 + '"')


def variables(number: int) -> str:
    names = [f"$v{name}" for name in range(480)]
    declared = " ".join(f"{name}: Date = {value}" for value, name in enumerate(names))
    return written(number, f"[{' '.join(names)}]", f"({declared})")


def written(number: int, values: str, declared: str = "") -> str:
    """A document that writes values of an argument down, of which its subgraph would be the judge."""
    return f"query V{number}{declared} {{ persons(filter: {{ birthDateFrom: {values} }}) {{ nodes {{ id }} }} }}"


DOCUMENTS = (journey, wide, many, introspecting, padded, filtered, numbers, objects, text, variables)


@pytest.fixture
def preparer() -> Preparer[DecisionClass, Authorisation]:
    """The preparer of our graph, which has prepared a document of each kind."""
    subject = Preparer(GRAPH.supergraph, GRAPH.schema, policy_step(GRAPH.table.classification, {}), Limits())
    for document in DOCUMENTS:
        subject.prepare(document(99), None, DECISIONS, "t")
    return subject


@contextmanager
def traced() -> Iterator[Callable[[], int]]:
    """A function that tells the bytes that are allocated since the beginning."""
    gc.collect()
    tracemalloc.start(1)
    began = tracemalloc.get_traced_memory()[0]

    def grown() -> int:
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - began

    try:
        yield grown
    finally:
        tracemalloc.stop()


def prepare(subject: Preparer[DecisionClass, Authorisation], texts: Sequence[str]) -> list[Prepared[Authorisation]]:
    return [subject.prepare(text, None, DECISIONS, "t") for text in texts]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_prepared_operation_takes_no_more_than_it_says(
    preparer: Preparer[DecisionClass, Authorisation], document: Callable[[int], str]
) -> None:
    with traced() as grown:
        texts = [document(number) for number in range(COUNT)]
        operations = prepare(preparer, texts)
        measured = grown()
    estimated = sum(
        prepared_memory((text, None, "", frozenset()), operation)
        for text, operation in zip(texts, operations, strict=True)
    )
    assert measured <= estimated


@pytest.mark.parametrize("document", [journey, wide, many])
def test_generated_code_takes_no_more_than_it_says(
    preparer: Preparer[DecisionClass, Authorisation], document: Callable[[int], str]
) -> None:
    projections = [operation.projection for operation in prepare(preparer, [document(n) for n in range(COUNT)])]
    warmed_up = [
        projection.generate({}) for projection in projections
    ]  # Python's table of interned names may grow here
    with traced() as grown:
        generated = [projection.generate({}) for projection in projections]
        measured = grown()
    assert len(warmed_up) == len(generated) == COUNT
    assert measured <= sum(CODE_BASE + CODE_PER_FIELD * projection._fields for projection in projections)


@pytest.mark.parametrize("document", [journey, wide, many])
def test_a_query_of_a_subgraph_and_its_statement_take_no_more_than_they_say(
    preparer: Preparer[DecisionClass, Authorisation], document: Callable[[int], str]
) -> None:
    operations = prepare(preparer, [document(number) for number in range(COUNT)])
    model = load_model("people")
    fetches = [
        (fetch, operation)
        for operation in operations
        for fetch in operation.plan.fetches()
        if fetch.subgraph == "people" and not fetch.entities
    ]
    assert len(fetches) >= COUNT

    def compile_all(compiler: Compiler, texts: Sequence[str]) -> list[Query]:
        queries = [Query(parse(text, no_location=True)) for text in texts]
        for text, query, (_, operation) in zip(texts, queries, fetches, strict=True):
            residual = operation.authorisation.residual
            context = Context("a", "referent_cd", None, "suivi", ("2 x",), "p", "c", residual, NOW)
            compiler.statement(text, query, dict(operation.plan.constants), context)
        return queries

    compile_all(Compiler(model, b"c" * 32, b"m" * 32), [fetch.document for fetch, _ in fetches])
    compiler = Compiler(model, b"c" * 32, b"m" * 32)
    with traced() as grown:
        texts = [fetch.document + " " * number for number, (fetch, _) in enumerate(fetches)]
        queries = compile_all(compiler, texts)
        measured = grown()
    estimated = sum(query_memory(text, query) for text, query in zip(texts, queries, strict=True))
    assert measured <= estimated + compiler.prepared.bytes + compiler.statements.bytes
