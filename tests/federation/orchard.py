"""A graph of our own with arguments from contexts: a leaf is told by the nearest tree or pot above it, of which another
subgraph knows the word; a third one computes from what was told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.federation.harness import HEAD, Gateway, Part

LEAVES: dict[str, dict[str, Any]] = {id_: {"id": id_, "next": None, "hung": None} for id_ in ("l1", "l2", "l3")}
TREES: dict[str, dict[str, Any]] = {
    "t1": {"__typename": "Tree", "id": "t1", "code": "ash", "leaves": [LEAVES["l1"], None, LEAVES["l2"]]},
    "t2": {"__typename": "Tree", "id": "t2", "code": None, "leaves": [LEAVES["l1"]]},
    "t3": {"__typename": "Tree", "id": "t3", "code": "elm", "leaves": None},
}
POTS: dict[str, dict[str, Any]] = {
    "p1": {"__typename": "Pot", "id": "p1", "colour": "red", "leaves": [LEAVES["l3"]]},
    "p2": {"__typename": "Pot", "id": "p2", "colour": "ash", "leaves": [LEAVES["l1"], LEAVES["l3"]]},
}
LEAVES["l1"].update(next=LEAVES["l2"], hung=POTS["p1"])
LEAVES["l2"].update(hung=POTS["p2"])
TREES["t1"]["kids"] = [TREES["t2"], None]
TREES["t2"]["kids"] = [TREES["t3"], TREES["t1"]]
TREES["t3"]["kids"] = None
ROOT: dict[str, Any] = {
    "trees": [*TREES.values(), None],
    "tree": TREES["t2"],
    "places": [POTS["p1"], TREES["t1"], POTS["p2"], TREES["t2"]],
}


def leaf_text(leaf: dict[str, Any], word: str | None, times: int | None) -> str:
    """The value of a leaf's `told` field."""
    return f"{leaf['id']} {word} {times}"


def _resolve_told(leaf: dict[str, Any], info: Any, word: str | None = "absent", times: int | None = None) -> str:
    return leaf_text(leaf, word, times)


def _summed(leaf: dict[str, Any], info: Any) -> str:
    return f"({leaf['__representation']['told']})"


def _finder(objects: dict[str, dict[str, Any]]) -> Callable[[dict[str, Any]], Any]:
    return lambda representation: objects.get(representation["id"])


_PLACES = {"Tree": _finder(TREES), "Pot": _finder(POTS)}
_WORD = '@fromContext(field: "$soil ... on Tree { code } ... on Pot { colour }")'
PARTS = (
    Part(
        "places",
        HEAD
        + """
        type Query { trees: [Tree] tree: Tree places: [Place] }
        union Place = Tree | Pot
        type Tree @key(fields: "id") { id: ID! code: String kids: [Tree] }
        type Pot @key(fields: "id") { id: ID! colour: String }
        """,
        ROOT,
        _PLACES,
    ),
    Part(
        "leaves",
        HEAD
        + f"""
        type Tree @key(fields: "id") @context(name: "soil") {{ id: ID! code: String @external leaves: [Leaf] }}
        type Pot @key(fields: "id") @context(name: "soil") {{ id: ID! colour: String @external leaves: [Leaf] }}
        type Leaf @key(fields: "id") {{
          id: ID! next: Leaf hung: Pot told(times: Int, word: String {_WORD}): String
        }}
        """,
        ROOT,
        {**_PLACES, "Leaf": _finder(LEAVES)},
        {"Leaf.told": _resolve_told},
    ),
    Part(
        "sums",
        HEAD
        + 'type Leaf @key(fields: "id") { id: ID! told(times: Int): String @external '
        + 'sum: String @requires(fields: "told") }',
        ROOT,
        {"Leaf": _finder(LEAVES)},
        {"Leaf.sum": _summed},
    ),
)


def _under(leaf: dict[str, Any] | None, word: str | None) -> Any:
    return leaf and {**leaf, "__word": word}


def _leaves(word: str) -> Callable[..., Any]:
    return lambda place, info: place["leaves"] and [_under(leave, place[word]) for leave in place["leaves"]]


RESOLVERS: dict[str, Callable[..., Any]] = {
    "Tree.leaves": _leaves("code"),
    "Pot.leaves": _leaves("colour"),
    "Leaf.next": lambda leaf, info: _under(leaf["next"], leaf["__word"]),
    "Leaf.told": lambda leaf, info, times=None: leaf_text(leaf, leaf["__word"], times),
    "Leaf.sum": lambda leaf, info: f"({leaf_text(leaf, leaf['__word'], None)})",
}
"""Of one executor over the client schema: what is below a place remembers its word."""


def orchard() -> Gateway:
    """The graph, with fresh request logs."""
    return Gateway(*PARTS)
