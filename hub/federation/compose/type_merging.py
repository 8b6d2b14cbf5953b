"""One type for the types that a field or argument has in several subgraphs.

Outputs take the weaker type (nullable wins, an abstract type stands for its members), inputs the stronger one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hub.federation.compose.subgraph_model import Kind, Subgraph, named_type


def possible_types(subgraphs: Iterable[Subgraph]) -> dict[str, frozenset[str]]:
    """Types that each abstract type stands for, over all subgraphs: members and implementing types."""
    possible: dict[str, set[str]] = {}
    for subgraph in subgraphs:
        for type_ in subgraph.types.values():
            if type_.kind is Kind.UNION:
                possible.setdefault(type_.name, set()).update(type_.members)
            for interface in type_.interfaces:
                possible.setdefault(interface, set()).add(type_.name)
    return {name: frozenset(members) for name, members in possible.items()}


def merge_output_types(types: Sequence[str], possible: Mapping[str, frozenset[str]]) -> str | None:
    """The weakest of the printed types; None if they contradict each other."""
    names = {named_type(type_) for type_ in types}
    widest = next(
        (wide for wide in sorted(names) if all(name == wide or name in possible.get(wide, ()) for name in names)), None
    )
    shapes = {type_.replace(named_type(type_), "").replace("!", "") for type_ in types}
    if widest is None or len(shapes) != 1:
        return None
    return _print_type(widest, [all(marks) for marks in _non_null_marks(types)])


def merge_input_types(types: Sequence[str]) -> str | None:
    """The strongest of the printed types; None if they contradict each other."""
    if len({type_.replace("!", "") for type_ in types}) != 1:
        return None
    return _print_type(named_type(types[0]), [any(marks) for marks in _non_null_marks(types)])


def _print_type(name: str, non_null: Sequence[bool]) -> str:
    """The printed type around `name`, one list per mark after the first."""
    printed = name + ("!" if non_null[0] else "")
    for mark in non_null[1:]:
        printed = f"[{printed}]" + ("!" if mark else "")
    return printed


def _non_null_marks(types: Sequence[str]) -> Iterable[tuple[bool, ...]]:
    """For each level from the named type outwards, which of the types are non-null there."""
    depth = types[0].count("[")
    return zip(*(_type_marks(type_, depth) for type_ in types), strict=True)


def _type_marks(type_: str, depth: int) -> list[bool]:
    suffix = type_[type_.rindex(named_type(type_)) + len(named_type(type_)) :]
    marks = []
    for _ in range(depth + 1):
        marks.append(suffix.startswith("!"))
        suffix = suffix.removeprefix("!").removeprefix("]")
    return marks
