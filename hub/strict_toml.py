"""TOML files read into msgspec structs: an unknown key, a wrong type or a missing key is an error with file and line;
all of a table are told at once.

A file is either named tables (`[name]`) or one list of tables (`[[header]]`, or inline tables in a list). Messages are
French: whoever writes such a file reads them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from hub.errors import StartRefused
from schema.confidential import Confidential

FormT = TypeVar("FormT", bound=msgspec.Struct)
NameT = TypeVar("NameT", bound=Hashable)
TYPE_NAMES = {
    "str": "un texte",
    "array": "une liste",
    "object": "une table",
    "bool": "vrai ou faux (true, false)",
    "int": "un entier",
    "float": "un nombre",
}
_VALUE_OR_COMMENT = re.compile(r'(?<==)\s*"[^"]*"|#.*')
_VALIDATION = re.compile(r"(?P<problem>.*?)(?: - at `\$(?P<below>.*)`)?", re.DOTALL)


class TomlRefused(StartRefused):
    """A TOML file that is not exactly as it must be; `problems` are sentences, each after its file and line."""

    def __init__(self, *problems: str) -> None:
        text = " ; ".join(problems)
        super().__init__("TOML_INVALID", f"Fichier refusé, rien ne démarre : {text}", text)
        self.problems = problems


class TomlForm(Confidential, frozen=True, forbid_unknown_fields=True):
    """The keys of one kind of table: a field without a default is a required key."""


class TomlTable:
    """One table of one file."""

    def __init__(self, file: TomlFile, header: str, index: int, values: dict[str, Any]) -> None:
        self.file, self.header, self.index, self.values = file, header, index, values

    def refusal(self, problem: str, key: str | None = None) -> TomlRefused:
        """The error to raise, at the line of this table or of its key."""
        return TomlRefused(f"{self.file.name}:{self.line(key)}: {problem}")

    def line(self, key: str | None = None) -> int:
        """Line, from 1, of this table or of its key."""
        return self.file.line(self.header, self.index, key)

    def read(self, form: type[FormT], **implied: Any) -> FormT:
        """The table as this struct; `implied` are fields that the file does not write, such as the table's name."""
        refusals = []
        for field in msgspec.structs.fields(form):
            if field.required and field.name not in self.values.keys() | implied.keys():
                refusals.append(self.refusal(f"la clé « {field.name} » manque"))
            elif field.name in self.values and field.name not in implied:
                try:
                    msgspec.convert(self.values[field.name], field.type)
                except msgspec.ValidationError as error:
                    refusals.append(self._translated(error, field.name))
        unknown = [key for key in self.values if key in implied or key not in form.__struct_fields__]
        refusals += [self.refusal(f"« {key} » n'est pas une clé admise ici", key) for key in unknown]
        if refusals:
            raise TomlRefused(*(problem for refusal in refusals for problem in refusal.problems))
        return msgspec.convert({**self.values, **implied}, form)

    def _translated(self, error: msgspec.ValidationError, key: str) -> TomlRefused:
        match = _VALIDATION.fullmatch(str(error))
        assert match is not None
        problem, below = match["problem"], match["below"]
        if "matching regex" in problem:
            return self.refusal(f"« {key} » n'a pas la forme attendue", key)
        if "of length >= 1" in problem:
            return self.refusal(f"« {key} » ne peut pas être vide", key)
        if expected := re.match(r"Expected `(\w+)[^`]*`(?: ([<>]=? [\d.]+)$)?", problem):
            place = f"« {key} »" if not below else f"chaque valeur de « {key} »"
            bound = f" {expected[2]}" if expected[2] else ""
            return self.refusal(f"{place} doit être {TYPE_NAMES.get(expected[1], expected[1])}{bound}", key)
        if enum_value := re.match(r"Invalid enum value '(.*)'", problem):
            return self.refusal(f"« {key} » nomme « {enum_value[1]} », qui n'existe pas", key)
        return self.refusal(problem, key)

    def check_order(self, values: object, less: str, more: str) -> None:
        """Raise TomlRefused, at the line of the second key, unless the number under the first is at most that one."""
        if getattr(values, less) > getattr(values, more):
            raise self.refusal(f"« {more} » est au moins « {less} », {getattr(values, less)} ici", more)

    def resolve(self, key: str, name: str, lookup: Callable[[str], NameT]) -> NameT:
        """What the name under this key stands for; `lookup` raises KeyError or ValueError for an unknown one."""
        try:
            return lookup(name)
        except (KeyError, ValueError) as error:
            raise self.refusal(f"« {key} » nomme « {name} », qui n'existe pas", key) from error

    def resolve_all(self, key: str, names: Iterable[str], lookup: Callable[[str], NameT]) -> frozenset[NameT]:
        """What the names of a list stand for, each written once."""
        return self.distinct(key, [self.resolve(key, name, lookup) for name in names])

    def distinct(self, key: str, values: Sequence[NameT]) -> frozenset[NameT]:
        """The values of a list, each written once."""
        if len(set(values)) != len(values):
            raise self.refusal(f"« {key} » nomme deux fois la même valeur", key)
        return frozenset(values)


class InlineTable(TomlTable):
    """A table that is the value of a key of another."""

    def __init__(self, outer: TomlTable, name: str, values: dict[str, Any]) -> None:
        super().__init__(outer.file, outer.header, outer.index, values)
        self._name = name

    def line(self, key: str | None = None) -> int:
        """Line of the key that this table is the value of."""
        return super().line(self._name)


class TomlFile:
    """One file that holds nothing but tables; raises TomlRefused if it can't be read."""

    def __init__(self, path: Path) -> None:
        self.name, self.text = path.name, ""
        self._headings: dict[str, list[int]] = {}
        try:
            self.text = path.read_text(encoding="utf-8")
            self.values = tomllib.loads(self.text)
        except OSError as error:
            raise TomlRefused(f"{self.name}:1: le fichier ne se lit pas") from error
        except UnicodeDecodeError as error:
            raise TomlRefused(f"{self.name}:1: le fichier n'est pas en UTF-8") from error
        except tomllib.TOMLDecodeError as error:
            number = re.search(r"line (\d+)", str(error))
            line = number[1] if number else self.text.count("\n") + 1
            raise TomlRefused(f"{self.name}:{line}: ce n'est pas du TOML ({error})") from error
        except (ValueError, RecursionError) as error:  # Python reads no number of 5,000 digits, and no 2,000 brackets
            refusal = "un nombre y a trop de chiffres, ou trop de crochets s'y ouvrent les uns dans les autres"
            raise TomlRefused(f"{self.name}:1: {refusal}") from error

    def tables(self) -> dict[str, TomlTable]:
        """The named tables."""
        for name, values in self.values.items():
            if type(values) is not dict:
                raise TomlRefused(f"{self.name}:1: « {name} » n'est pas une table")
        return {name: TomlTable(self, f"[{name}]", 0, values) for name, values in self.values.items()}

    def rows(self, header: str) -> list[TomlTable]:
        """The tables of the file's one list."""
        for name in self.values:
            if name != header:
                raise TomlRefused(f"{self.name}:1: « {name} » n'existe pas ici, seulement « {header} »")
        return self.list_of_tables(header)

    def list_of_tables(self, header: str) -> list[TomlTable]:
        """The tables of this list, of a file that may hold more than one; none if the list is absent."""
        rows = self.values.get(header, [])
        if type(rows) is not list or any(type(row) is not dict for row in rows):
            raise TomlRefused(f"{self.name}:1: « {header} » n'est pas une liste de tables")
        return [TomlTable(self, f"[[{header}]]", index, values) for index, values in enumerate(rows)]

    def table_name(self, name: str) -> str:
        """The name itself where the file has a table of this name, else KeyError."""
        self.values[name]
        return name

    def has_heading(self, header: str) -> bool:
        """Whether a table is written under this header, rather than as the value of a key."""
        return bool(self._headings_of(header))

    def line(self, header: str, index: int, key: str | None = None) -> int:
        """Line, from 1, of the table of this rank under this header, or of its key."""
        headings = self._headings_of(header)
        if not headings:
            return self._inline_tables[index] + 1 if index < len(self._inline_tables) else 1
        start = headings[index] if index < len(headings) else 0
        pattern = rf"\s*\"?{re.escape(key or '')}\"?\s*="
        for number in range(start + 1, len(self._bare_lines)) if key else ():
            if re.match(pattern, self._bare_lines[number]):
                return number + 1
        return start + 1

    @cached_property
    def _bare_lines(self) -> list[str]:
        """The lines without texts and comments, so that only keys and brackets are left to find."""
        return [_VALUE_OR_COMMENT.sub("", line) for line in self.text.splitlines()]

    @cached_property
    def _inline_tables(self) -> list[int]:
        """The line, from 0, of each inline table."""
        return [number for number, line in enumerate(self._bare_lines) for _ in range(line.count("{"))]

    def _headings_of(self, header: str) -> list[int]:
        if header not in self._headings:
            self._headings[header] = [
                number for number, line in enumerate(self._bare_lines) if line.replace(" ", "").startswith(header)
            ]
        return self._headings[header]
