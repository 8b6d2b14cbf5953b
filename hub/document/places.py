"""Where the errors of an operation stand in its document, as GraphQL tells it: line and column, from 1."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property

from hub.errors import HubError, Path
from hub.federation.operations.operation import Operation, start_of

_LINE_END = re.compile(r"\r\n|[\n\r]")

Place = Mapping[str, int]


class DocumentPlaces:
    """The places of one operation's fields and variables in the text of its document."""

    def __init__(self, operation: Operation, text: str) -> None:
        self._operation, self._text = operation, text

    def of_path(self, path: Path) -> Sequence[Place]:
        """Where the last field that a path leads to is selected, the first time; nothing for the path of no field."""
        return self._at(start_of(self._operation.root, path))

    def of_variable(self, name: object) -> Sequence[Place]:
        """Where a variable is declared."""
        starts = (variable.start for variable in self._operation.variables if variable.name == name)
        return self._at(next(starts, None))

    def locate(self, error: HubError) -> None:
        """Tell the place of an error that has none, by its variable or its path."""
        if not error.locations:
            variable = error.extensions.get("variable")
            error.locations = self.of_variable(variable[0]) if variable else self.of_path(error.path or ())

    def _at(self, start: int | None) -> Sequence[Place]:
        if start is None:
            return ()
        line = bisect_right(self._lines, start)
        return ({"line": line, "column": start - self._lines[line - 1] + 1},)

    @cached_property
    def _lines(self) -> Sequence[int]:
        """The offsets at which lines begin."""
        return [0, *(end.end() for end in _LINE_END.finditer(self._text))]
