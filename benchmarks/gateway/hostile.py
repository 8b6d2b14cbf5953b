"""The search for the document within the limits that is the slowest to prepare.

It keeps the slowest recipe of a family and changes its numbers; another search begins anywhere.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from random import Random

import msgspec

from benchmarks.gateway.hostile_document import NAME, document
from benchmarks.gateway.hostile_graph import graph
from benchmarks.gateway.recipes import FAMILIES, Recipe, anywhere, neighbour
from hub.errors import HubError
from hub.federation.budget import Budget
from hub.federation.errors import CompositionFailed
from hub.federation.supergraph import Supergraph
from hub.gateway import EVERYONE, allow
from hub.prepare import Preparer
from hub.serving import settle
from hub.stack_room import with_room

TRACE = "0" * 32
ANYWHERE = "au hasard"
ROUNDS = 3
"""Preparations of a document that seems the slowest; the quickest counts, since others use the processor too."""


class Slowest(msgspec.Struct, frozen=True):
    """The slowest document of a family: the milliseconds of processor that preparing it takes, and those that the code
    of its answer takes then; the code by which it is refused, empty if it is planned; among how many `documents`."""

    family: str
    milliseconds: float
    generating: float
    steps: int
    code: str
    bytes: int
    documents: int
    text: str = ""


def slowest(seconds: float, only: Sequence[str] = ()) -> list[Slowest]:
    """Search each family for so long, then anywhere; or those of these names alone."""
    settle()
    families: dict[str, Recipe | None] = {**FAMILIES, ANYWHERE: None}
    return [search(family, families[family], seconds, Random(family)) for family in only or families]  # noqa: S311


def search(family: str, recipe: Recipe | None, seconds: float, random: Random) -> Slowest:
    """Search from a recipe, or from one that is drawn again and again, for so long."""
    end = time.monotonic() + seconds
    worst, candidate, documents = Slowest(family, 0.0, 0.0, 0, "", 0, 0), recipe or anywhere(random), 0
    best = candidate
    while time.monotonic() < end:
        documents += 1
        for supergraph in composed(candidate):
            text = document(candidate, supergraph)
            run = prepare(family, supergraph, text)
            if run.milliseconds > worst.milliseconds:
                again = (prepare(family, supergraph, text) for _ in range(ROUNDS))
                run = min(again, key=lambda run: run.milliseconds)
            if run.milliseconds > worst.milliseconds:
                worst, best = run, candidate
        candidate = anywhere(random) if recipe is None and random.randrange(3) == 0 else neighbour(best, random)
    return msgspec.structs.replace(worst, documents=documents)


def composed(recipe: Recipe) -> Iterator[Supergraph]:
    """Yield the supergraph of a recipe once it has prepared a document; yield none if the recipe does not compose."""
    try:
        supergraph = graph(recipe)
    except CompositionFailed:
        return
    prepare("", supergraph, f"query {NAME} {{ start {{ id }} }}")
    yield supergraph


def prepare(family: str, supergraph: Supergraph, text: str) -> Slowest:
    """Prepare a document with nothing cached, as the thread that prepares documents does."""
    return with_room(_prepare, family, supergraph, text)


def _prepare(family: str, supergraph: Supergraph, text: str) -> Slowest:
    preparer = Preparer(supergraph, supergraph.client_schema, allow)
    budget, code, generating = Budget(), "", 0.0
    start = time.thread_time()
    try:
        prepared = preparer.prepare(text, NAME, EVERYONE, TRACE, budget)
        seconds = time.thread_time() - start
        variables = {variable.name: True for variable in prepared.operation.variables}
        prepared.projection.generate(variables)
        generating = time.thread_time() - start - seconds
    except HubError as error:
        code, seconds = error.code, time.thread_time() - start
    return Slowest(family, 1000 * seconds, 1000 * generating, budget.steps - budget.left, code, len(text), 1, text)
