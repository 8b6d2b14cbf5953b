"""Types of one field or argument in several subgraphs, as one type.

Outputs take the weaker type (nullable wins, an abstract type stands for its members), inputs the stronger one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hub.federation.compose.subgraph_model import Kind, Subgraph, named


def possible(subgraphs: Iterable[Subgraph]) -> dict[str, frozenset[str]]:
    """Concrete types of every abstract type, over all subgraphs."""
    found: dict[str, set[str]] = {}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            if type_.kind is Kind.UNION:
                found.setdefault(type_.name, set()).update(type_.members)
            for interface in type_.interfaces:
                found.setdefault(interface, set()).add(type_.name)
    return {name: frozenset(members) for name, members in found.items()}


def output(types: Sequence[str], members: Mapping[str, frozenset[str]]) -> str | None:
    """The weakest of the printed types; None if they don't agree."""
    names = {named(type_) for type_ in types}
    top = next((name for name in sorted(names) if all(n == name or n in members.get(name, ()) for n in names)), None)
    shapes = {type_.replace(named(type_), "").replace("!", "") for type_ in types}
    if top is None or len(shapes) != 1:
        return None
    return _with_marks(types, top, all)


def input_(types: Sequence[str]) -> str | None:
    """The strongest of the printed types; None if they don't agree."""
    if len({type_.replace("!", "") for type_ in types}) != 1:
        return None
    return _with_marks(types, named(types[0]), any)


def _with_marks(types: Sequence[str], name: str, combine: object) -> str:
    """Rebuild a printed type around `name`, each `!` kept if it is in all (or any) of the types."""
    depth = types[0].count("[")
    marks = [_marks(type_, depth) for type_ in types]
    together = [all(each) if combine is all else any(each) for each in zip(*marks, strict=True)]
    printed = name + ("!" if together[0] else "")
    for mark in together[1:]:
        printed = f"[{printed}]" + ("!" if mark else "")
    return printed


def _marks(type_: str, depth: int) -> list[bool]:
    """Non-null marks from the named type outwards."""
    tail = type_[type_.rindex(named(type_)) + len(named(type_)) :]
    marks = []
    for _ in range(depth + 1):
        marks.append(tail.startswith("!"))
        tail = tail.removeprefix("!").removeprefix("]")
    return marks
