"""Policy files read key by key: whatever is not exactly as it must be is told with its file and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from hub.errors import StartRefused

KINDS = {str: "un texte", list: "une liste", dict: "une table", bool: "vrai ou faux (true, false)", int: "un entier"}


class PolicyError(StartRefused):
    """Policy files that can't be trusted; the hub does not start. `problems`: each one, after its file and line."""

    def __init__(self, *problems: str) -> None:
        told = " ; ".join(problems)
        super().__init__("POLICY_INVALID", f"Règles d'accès refusées, rien ne démarre : {told}", told)
        self.problems = problems


class Problems:
    """What is wrong in the files, gathered: one reading tells them all."""

    def __init__(self) -> None:
        self.found: list[str] = []

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Keep what is raised within and go on."""
        try:
            yield
        except PolicyError as error:
            self.found += error.problems

    def stop(self) -> None:
        """Raise all that was gathered: what comes next would only repeat it."""
        if self.found:
            raise PolicyError(*self.found)


_UNSAID = re.compile(r'(?<==)\s*"[^"]*"|#.*')
"""Of a line, what is no key, table or list: values and comments."""


class Table:
    """One table of one file, read key by key; what is left unread is a typo."""

    def __init__(self, file: File, header: str, index: int, values: dict[str, Any]) -> None:
        self.file, self.header, self.index, self.values = file, header, index, dict(values)

    def fail(self, problem: str, key: str | None = None) -> PolicyError:
        """The error to raise, at the line of this table or of its key."""
        return PolicyError(f"{self.file.name}:{self.line(key)}: {problem}")

    def line(self, key: str | None = None) -> int:
        """Line, from 1, of this table or of its key."""
        return self.file.line(self.header, self.index, key)

    def take(self, key: str, kind: type, default: Any = ...) -> Any:
        """The value of a key, of exactly this type."""
        value = self.values.pop(key, default)
        if value is ...:
            raise self.fail(f"la clé « {key} » manque")
        if value is not default and type(value) is not kind:
            raise self.fail(f"« {key} » doit être {KINDS[kind]}", key)
        return value

    def names(self, key: str, known: Callable[[str], Any], default: Any = ...) -> list[Any]:
        """What the names of a list stand for, each once."""
        found = []
        for name in self.take(key, list, default):
            try:
                found.append(known(name))
            except (KeyError, TypeError, ValueError) as error:
                raise self.fail(f"« {key} » nomme « {name} », qui n'existe pas", key) from error
        if len(set(found)) != len(found):
            raise self.fail(f"« {key} » nomme deux fois la même valeur", key)
        return found

    def name(self, key: str, known: Callable[[str], Any], default: Any = ...) -> Any:
        """What the name under this key stands for."""
        value = self.take(key, str, default)
        if value is default:
            return value
        try:
            return known(value)
        except (KeyError, ValueError) as error:
            raise self.fail(f"« {key} » nomme « {value} », qui n'existe pas", key) from error

    def done(self) -> None:
        """Nothing may be left unread."""
        for key in self.values:
            raise self.fail(f"« {key} » n'est pas une clé admise ici", key)


class File:
    """One file, of which only tables are read."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name, self.text = name, ""
        self._found: dict[str, list[int]] = {}
        try:
            self.text = (folder / name).read_text(encoding="utf-8")
            self.values = tomllib.loads(self.text)
        except OSError as error:
            raise PolicyError(f"{name}:1: le fichier ne se lit pas") from error
        except UnicodeDecodeError as error:
            raise PolicyError(f"{name}:1: le fichier n'est pas en UTF-8") from error
        except tomllib.TOMLDecodeError as error:
            place = re.search(r"line (\d+)", str(error))
            line = place[1] if place else self.text.count("\n") + 1
            raise PolicyError(f"{name}:{line}: ce n'est pas du TOML ({error})") from error

    def line(self, header: str, index: int, key: str | None) -> int:
        """Line, from 1, of the table of that rank under this header, or of its key; tables may be inline in a list."""
        lines = self._said
        heads = self._heads(header)
        if not heads:
            return self._inline[index] + 1 if index < len(self._inline) else 1
        start = heads[index] if index < len(heads) else 0
        pattern = rf"\s*\"?{re.escape(key or '')}\"?\s*="
        for n in range(start + 1, len(lines)) if key else ():
            if re.match(pattern, lines[n]):
                return n + 1
        return start + 1

    @cached_property
    def _said(self) -> list[str]:
        return [_UNSAID.sub("", line) for line in self.text.splitlines()]

    @cached_property
    def _inline(self) -> list[int]:
        return [n for n, line in enumerate(self._said) for _ in range(line.count("{"))]

    def _heads(self, header: str) -> list[int]:
        if header not in self._found:
            found = [n for n, line in enumerate(self._said) if line.replace(" ", "").startswith(header)]
            self._found[header] = found
        return self._found[header]

    def named(self, name: str) -> str:
        """The name itself where a table of this file bears it, else KeyError."""
        self.values[name]
        return name

    def tables(self) -> dict[str, Table]:
        """Its tables by name."""
        for name, values in self.values.items():
            if type(values) is not dict:
                raise PolicyError(f"{self.name}:1: « {name} » n'est pas une table")
        return {name: Table(self, f"[{name}]", 0, values) for name, values in self.values.items()}

    def rows(self, header: str) -> list[Table]:
        """The tables of its one list."""
        for name in self.values:
            if name != header:
                raise PolicyError(f"{self.name}:1: « {name} » n'existe pas ici, seulement « {header} »")
        rows = self.values.get(header, [])
        if type(rows) is not list or any(type(row) is not dict for row in rows):
            raise PolicyError(f"{self.name}:1: « {header} » n'est pas une liste de tables")
        return [Table(self, f"[[{header}]]", index, values) for index, values in enumerate(rows)]
