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
    """The weakest of the printed types; None if two of them contradict each other."""
    weakest = types[0]
    for type_ in types[1:]:
        if _is_at_least_as_strong(weakest, type_, possible):
            weakest = type_
        elif not _is_at_least_as_strong(type_, weakest, possible):
            return None
    return weakest


def merge_input_types(types: Sequence[str]) -> str | None:
    """The strongest of the printed types; None if two of them contradict each other."""
    strongest = types[0]
    for type_ in types[1:]:
        if _is_at_least_as_strong(type_, strongest, {}):
            strongest = type_
        elif not _is_at_least_as_strong(strongest, type_, {}):
            return None
    return strongest


def _is_at_least_as_strong(type_: str, other: str, possible: Mapping[str, frozenset[str]]) -> bool:
    """Whether each value of a printed type is one of another, which may be abstract, or nullable where it is not."""
    name, other_name = named_type(type_), named_type(other)
    lists, other_lists = (printed.replace(named_type(printed), "").replace("!", "") for printed in (type_, other))
    if lists != other_lists or (name != other_name and name not in possible.get(other_name, ())):
        return False
    depth = type_.count("[")
    marks = zip(_type_marks(type_, depth), _type_marks(other, depth), strict=True)
    return all(non_null or not other_non_null for non_null, other_non_null in marks)


def _type_marks(type_: str, depth: int) -> list[bool]:
    suffix = type_[type_.rindex(named_type(type_)) + len(named_type(type_)) :]
    marks = []
    for _ in range(depth + 1):
        marks.append(suffix.startswith("!"))
        suffix = suffix.removeprefix("!").removeprefix("]")
    return marks
