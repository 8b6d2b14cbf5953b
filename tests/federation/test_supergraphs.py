"""Random supergraphs: they compose, and random operations are answered as by one executor over the whole.

`SUPERGRAPHS` is how many are drawn: some in the suite, more by the environment. A failure tells the seed of its graph,
the subgraphs and the operation.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLSchema, build_schema, execute, parse, print_schema

from hub.document.operation import Selections
from hub.federation.graph import Graph, Move, Node
from hub.federation.supergraph import Key
from tests.federation.harness import Gateway, executable
from tests.federation.supergraphs.answers import Whole
from tests.federation.supergraphs.links import draw
from tests.federation.supergraphs.operations import operation
from tests.federation.supergraphs.parts import parts
from tests.federation.supergraphs.store import Store

SUPERGRAPHS = int(os.environ.get("SUPERGRAPHS", "50"))
OPERATIONS = 8
HALVES = 2
"""Shares of the graphs, that two processes may take."""
SHOWN = 3

Answered = tuple[str, set[str]]
"""Data in their order with how many mutations were made, and the paths of errors."""

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
        found = []
        for _ in range(count):
            text, variables = operation(schema, self.random)
            expected, errors = self.expected(schema, text, variables)
            got, paths = self.answered(gateway, text, variables)
            if got != expected or not paths >= errors or (paths > errors and not self.store.faults):
                found.append(f"{text} {variables}\nexpected {expected} {errors}\nanswered {got} {paths}")
        return found

    def expected(self, schema: GraphQLSchema, text: str, variables: dict[str, Any]) -> Answered:
        """What one executor answers."""
        self.store.turns = 0
        result = execute(schema, parse(text), self.store.root, variable_values=variables)
        assert isinstance(result, ExecutionResult)
        return f"{json.dumps(result.data)} {self.store.turns}", {str(error.path) for error in result.errors or ()}

    def answered(self, gateway: Gateway, text: str, variables: dict[str, Any]) -> Answered:
        """What the engine does. It tells more errors than there are in the data: those of what other fields require."""
        self.store.turns = 0
        try:
            data, errors = asyncio.run(gateway.answer(text, variables))
        except Exception as error:
            return repr(error), set()
        return f"{json.dumps(data)} {self.store.turns}", {str(error["path"]) for error in errors}


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
    found = list(wrong(seeds))
    print(f"{len(seeds)} graphs, {len(seeds) * OPERATIONS} operations")
    assert not found, "\n\n".join([f"{len(found)} of {len(seeds)} graphs are answered otherwise", *found[:SHOWN]])


def _without_requirements(self: Graph, node: Node, name: str) -> Move | None:
    move = FIND(self, node, name)
    return move and replace(move, requires=None)


def _without_the_rest_of_a_key(self: Graph, type_name: str, subgraph: str) -> Iterator[tuple[Key, Selections]]:
    for key, selections in KEYS(self, type_name, subgraph):
        yield key, replace(selections, fields=selections.fields[:1])


@pytest.mark.parametrize(("name", "hole"), [("_find", _without_requirements), ("keys", _without_the_rest_of_a_key)])
def test_a_hole_in_the_engine_is_seen(name: str, hole: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Graph, name, hole)
    assert next(wrong(range(60)), None)
