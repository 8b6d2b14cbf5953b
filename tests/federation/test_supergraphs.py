"""Random supergraphs: they compose, and random operations are answered as by one executor over the whole.

A failure tells the seed of its graph, the subgraphs and the operation.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLSchema, build_schema, execute, parse, print_schema

from hub.federation.client.transport import TransportError
from hub.federation.operations.operation import Selections
from hub.federation.planning.graph import Graph, Move, Node
from hub.federation.supergraph import Key
from tests.draws import SUPERGRAPHS
from tests.federation.harness import Gateway, executable
from tests.federation.supergraphs.answers import Whole
from tests.federation.supergraphs.links import draw
from tests.federation.supergraphs.operations import operation
from tests.federation.supergraphs.parts import parts
from tests.federation.supergraphs.store import Store

OPERATIONS = 8
HALVES = 2
"""Shares of the graphs, that two processes may take."""
SHOWN = 3
REFUSED = "depends on a condition"
"""What is said of mutations whose order a plan can't have for all values of variables."""


@dataclass(frozen=True)
class Answered:
    """Data, how many mutations were made, the paths of errors."""

    data: Any
    turns: int
    paths: frozenset[str]


FIND, KEYS = Graph._find, Graph.keys


class Drawn:
    """The graph of a seed, behind the engine and as a whole."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        model = draw(self.random)
        store = Store(model, self.random)
        self.store, self.parts, self.labels = store, parts(model, store), model.on
        self.whole = Whole(model, store.turn)

    def differences(self, count: int) -> list[str]:
        """What is answered otherwise, or not at all, of so many operations."""
        try:
            gateway = Gateway(*self.parts, labels=self.labels)
        except Exception as error:
            return [f"does not compose: {error!r}"]
        schema = executable(build_schema(print_schema(gateway.supergraph.client_schema)), self.whole.resolvers())
        messages = []
        for _ in range(count):
            text, variables = operation(schema, self.random)
            expected = self.expected(schema, text, variables)
            got = self.answered(gateway, text, variables)
            if REFUSED in str(got.data) and not got.turns:
                continue
            if not _same(got, expected, strict=not self.store.faults):
                messages.append(f"{text} {variables}\nexpected {expected}\nanswered {got}")
            if text.startswith("query"):
                down = self.random.choice(list(gateway.subgraphs.values()))
                down.fault = TransportError("SUBGRAPH_TIMEOUT", "late")
                got = self.answered(gateway, text, variables)
                down.fault = None
                if not _less(got.data, expected.data) or not (got.paths or _same(got, expected, strict=True)):
                    messages.append(
                        f"{text} {variables}\nwithout {down.part.name}\nexpected {expected}\nanswered {got}"
                    )
        return messages

    def expected(self, schema: GraphQLSchema, text: str, variables: dict[str, Any]) -> Answered:
        """What one executor answers."""
        self.store.turns = 0
        result = execute(schema, parse(text), self.store.root, variable_values=variables)
        assert isinstance(result, ExecutionResult)
        return Answered(result.data, self.store.turns, frozenset(str(error.path) for error in result.errors or ()))

    def answered(self, gateway: Gateway, text: str, variables: dict[str, Any]) -> Answered:
        """What the engine does."""
        self.store.turns = 0
        try:
            data, errors = asyncio.run(gateway.answer(text, variables))
        except Exception as error:
            return Answered(repr(error), 0, frozenset())
        return Answered(data, self.store.turns, frozenset(str(error["path"]) for error in errors))


def _same(got: Answered, expected: Answered, *, strict: bool) -> bool:
    """Whether the engine's answer is the expected one, in its order. It tells more errors than there are in the data,
    those of what other fields require: unless `strict`."""
    paths = got.paths == expected.paths if strict else got.paths >= expected.paths
    return paths and got.turns == expected.turns and json.dumps(got.data) == json.dumps(expected.data)


def _less(got: Any, expected: Any) -> bool:
    """Whether data are the expected ones but for nulls."""
    if isinstance(got, dict) and isinstance(expected, dict):
        return list(got) == list(expected) and all(_less(got[key], expected[key]) for key in got)
    if isinstance(got, list) and isinstance(expected, list):
        return len(got) == len(expected) and all(map(_less, got, expected))
    return got is None or (type(got) is type(expected) and bool(got == expected))


def wrong(seeds: Iterable[int]) -> Iterator[str]:
    """What is wrong in the graphs of these seeds, each with its subgraphs."""
    for seed in seeds:
        drawn = Drawn(seed)
        differences = drawn.differences(OPERATIONS)
        if differences:
            sdls = "\n".join(f"# {part.name}\n{part.sdl}" for part in drawn.parts)
            yield "\n\n".join([f"seed {seed}", sdls, *differences])


@pytest.mark.parametrize("half", range(HALVES))
def test_random_supergraphs_answer_as_one_executor_on_the_whole(half: int) -> None:
    seeds = range(half, SUPERGRAPHS, HALVES)
    differences = list(wrong(seeds))
    print(f"{len(seeds)} graphs, {len(seeds) * OPERATIONS} operations")
    assert not differences, "\n\n".join(
        [f"{len(differences)} of {len(seeds)} graphs are answered otherwise", *differences[:SHOWN]]
    )


def _without_requirements(self: Graph, node: Node, name: str) -> Move | None:
    move = FIND(self, node, name)
    return move and replace(move, requires=None)


def _without_the_rest_of_a_key(self: Graph, type_name: str, subgraph: str) -> Iterator[tuple[Key, Selections]]:
    for key, selections in KEYS(self, type_name, subgraph):
        yield key, replace(selections, fields=selections.fields[:1])


def _without_selections_on_no_type(self: Graph, node: Node, name: str) -> Move | None:
    move = FIND(self, node, name)
    return move and replace(move, composite=bool(move.heads))


@pytest.mark.parametrize(
    ("name", "hole"),
    [
        ("_find", _without_requirements),
        ("keys", _without_the_rest_of_a_key),
        ("_find", _without_selections_on_no_type),
    ],
)
def test_a_hole_in_the_engine_is_seen(name: str, hole: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Graph, name, hole)
    assert next(wrong(range(60)), None)
