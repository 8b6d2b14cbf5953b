"""Generated code: functions that are short, equal ones once, compiled a few at a time.

Compiling is one call, during which the interpreter runs no other thread: between two pieces it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

ROOM = 48
"""Response keys that one function holds, those of the objects written inline included."""

PIECE = 4_000
"""Characters of source that are compiled together, if they are not one function; a thousand take some 0.15 ms."""

_DEFINED = re.compile(r"\b[ft]\d+\b")
"""What functions and tables are named."""


@dataclass(repr=False)
class Code:
    """Code under construction: the lines of functions and tables by name, in the order in which they can be built, and
    constants by name.

    `names` counts the variables of the function that is being written, `room` the response keys that it has room for.
    """

    definitions: dict[str, Sequence[str]] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)
    names: int = 0
    room: int = 0
    _by_lines: dict[tuple[str, ...], str] = field(default_factory=dict)
    _by_value: dict[Any, str] = field(default_factory=dict)

    def name(self, prefix: str) -> str:
        """A new name in the function that is being written."""
        self.names += 1
        return f"{prefix}{self.names}"

    def constant(self, value: Any) -> str:
        """The name of a constant with this value."""
        key = type(value), tuple(value) if isinstance(value, list) else value
        name = self._by_value.get(key)
        if name is None:
            name = self._by_value[key] = f"K{len(self.constants)}"
            self.constants[name] = value
        return name

    @contextmanager
    def function(self, keys: int = 0) -> Iterator[None]:
        """Write the lines of another function, with so many response keys of its own."""
        before = self.names, self.room
        self.names, self.room = 0, ROOM - keys
        yield
        self.names, self.room = before

    def take_room(self, keys: int) -> bool:
        """Whether the function that is being written has room for so many response keys, which are then its own."""
        if self.room < keys:
            return False
        self.room -= keys
        return True

    def define(self, lines: Sequence[str], parameters: str = "v, g") -> str:
        """The name of the function with these lines."""
        key = (parameters, *lines)
        name = self._by_lines.get(key)
        if name is None:
            name = self._by_lines[key] = f"f{len(self.definitions)}"
            self.definitions[name] = [f"def {name}({parameters}):", *(f" {line}" for line in lines)]
        return name

    def table(self, functions: Mapping[str, str]) -> str:
        """The name of a table of functions."""
        entries = [f"{key!r}: {function}" for key, function in functions.items()]
        while len(entries) > ROOM:
            groups = [entries[start : start + ROOM] for start in range(0, len(entries), ROOM)]
            entries = [f"**{self._table(group)}" for group in groups]
        return self._table(entries)

    def _table(self, entries: Sequence[str]) -> str:
        key = ("", *entries)
        name = self._by_lines.get(key)
        if name is None:
            name = self._by_lines[key] = f"t{len(self.definitions)}"
            self.definitions[name] = [f"{name} = {{{', '.join(entries)}}}"]
        return name

    def build(self, environment: Mapping[str, Any]) -> dict[str, Any]:
        """The functions and tables by name; their globals are the constants and the environment."""
        variables = {**environment, **self.constants}
        built: dict[str, Any] = {}
        for names in self._pieces():
            lines = [f" {line}" for name in names for line in self.definitions[name]]
            # a function in its own globals is a reference cycle: it would outlive its plan until a full collection
            used = [name for name in dict.fromkeys(_DEFINED.findall("\n".join(lines))) if name in built]
            source = [f"def build({', '.join(used)}):", *lines, f" return {', '.join(names)},"]
            exec(compile("\n".join(source), "<projection>", "exec"), variables)  # noqa: S102
            build = variables.pop("build")
            built.update(zip(names, build(*[built[name] for name in used]), strict=True))
        return built

    def _pieces(self) -> Iterator[list[str]]:
        """Yield the names of definitions that are compiled together."""
        names: list[str] = []
        size = 0
        for name, lines in self.definitions.items():
            length = sum(map(len, lines))
            if names and size + length > PIECE:
                yield names
                names, size = [], 0
            names.append(name)
            size += length
        if names:
            yield names
