"""The fast projection: one Python function per selection set, generated and compiled once per operation.

For a complete answer without errors it returns what the interpreter (`project`) returns, legal nulls and those of the
guard included. On anything else it raises `Unusual`, and the interpreter projects again. Only response keys and type
names (as literals) and numbers of ours enter the source. A differential test compares both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from hub.federation.execution.projection_runtime import (
    Verdicts,
    checked_list,
    completed,
    leaves,
    note_each,
    note_uniform,
    unusual,
    without_access,
)
from hub.federation.execution.projection_source import Source
from hub.federation.execution.representation_collector import Unusual
from hub.federation.execution.response_shape import Shape


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Marked:
    """Marks, each with the response keys that are fetched of its objects; equal to itself alone."""

    keys_by_mark: tuple[tuple[int, frozenset[str]], ...]


class Checks(Protocol):
    """The part of a guard that the fast projection uses."""

    @property
    def noted(self) -> dict[Any, int]:
        """The bits of the verdicts so far by subject, 0 for a new subject."""
        ...

    def verdicts(self, marked: Marked) -> Sequence[Verdicts]:
        """The verdicts on the objects of each mark."""
        ...


Generated = Callable[[Mapping[str, Any], Checks | None], dict[str, Any]]

MOST_INLINE = 400
"""Fields of an operation up to which each value is checked where it stands. Of more, leaves are checked by functions,
objects of lists one by one, and objects with marks by one function whatever their verdict: that is slower to run, and
three times quicker to compile."""

_STR = {str}


def generate(root: Shape, *, exact: bool = False, uniform: bool = False, fields: int = 0) -> Generated:
    """The projection of one shape. `exact`: each value has the form of its type; `uniform`: the objects of a list have
    the same keys in the same order; `fields`: the number of fields of the operation."""
    source = Source(exact, exact and uniform, fields > MOST_INLINE)
    entry = source.function(root)
    environment: dict[str, Any] = {
        "__builtins__": {"bool": bool, "dict": dict, "float": float, "int": int, "len": len, "str": str, "type": type},
        "note_uniform": note_uniform,
        "note_each": note_each,
        "unusual": unusual,
        "checked_list": checked_list,
        "completed": completed,
        "leaves": leaves,
        "without_access": without_access,
    }
    function: Callable[[Any, Any], dict[str, Any]] = source.code.build(environment)[entry]
    marked = Marked(tuple(source.marks))

    def project(data: Mapping[str, Any], guard: Checks | None) -> dict[str, Any]:
        try:
            if guard is None:
                if marked.keys_by_mark:  # without a guard nothing marked may be read
                    raise Unusual
                return function(data, ())
            noted = guard.noted
            answer = function(data, (noted, *guard.verdicts(marked)))
        except (
            AttributeError,
            KeyError,
            TypeError,
            ValueError,
        ) as error:  # an absent key, a value of another form
            raise Unusual from error
        if not _STR.issuperset(map(type, noted)):  # an object without a subject
            raise Unusual
        return answer

    return project
