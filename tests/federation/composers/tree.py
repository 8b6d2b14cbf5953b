"""SDL documents as trees: the parts of a node by their paths, and a node with one part changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from graphql import NameNode, Node

COLLECTIONS = (
    "definitions",
    "operation_types",
    "fields",
    "values",
    "types",
    "interfaces",
    "arguments",
    "directives",
)
"""Attributes of an SDL node that hold parts, the largest first."""

Path = tuple[tuple[str, int], ...]
"""From a node to a part of it: collections with indexes."""

N = TypeVar("N", bound=Node)


def parts(node: Node, *collections: str) -> Iterator[tuple[Path, Node]]:
    """The parts of a node at any depth that are in these collections (by default in any), level by level."""
    level: list[tuple[Path, Node]] = [((), node)]
    while level:
        below = [
            ((*path, (collection, index)), part)
            for path, owner in level
            for collection in COLLECTIONS
            for index, part in enumerate(getattr(owner, collection, None) or ())
        ]
        yield from ((path, part) for path, part in below if not collections or path[-1][0] in collections)
        level = below


def changed(node: N, path: Path, **attributes: object) -> N:
    """The node with the attributes of the part at `path` replaced."""
    if not path:
        return replace(node, **attributes)  # type: ignore[arg-type]
    (collection, index), *below = path
    siblings = getattr(node, collection)
    part = changed(siblings[index], tuple(below), **attributes)
    return replace(node, **{collection: (*siblings[:index], part, *siblings[index + 1 :])})  # type: ignore[arg-type]


def without(node: N, path: Path) -> N:
    """The node without the part at `path`."""
    *above, (collection, index) = path
    owner: Node = node
    for name, position in above:
        owner = getattr(owner, name)[position]
    siblings = getattr(owner, collection)
    return changed(node, tuple(above), **{collection: (*siblings[:index], *siblings[index + 1 :])})


def name_of(node: Node) -> str:
    """Name of a node; empty for one that has none."""
    name = getattr(node, "name", None)
    return name.value if isinstance(name, NameNode) else ""
