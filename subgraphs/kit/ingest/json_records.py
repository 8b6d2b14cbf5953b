"""Strict JSON of a source and its typed records; each malformation is refused, or set aside, with a code of its own.

RFC 8259 with UTF-8 only, whose mark may open it (§8.1), no repeated key, no NaN or Infinity. Errors never hold a value.
"""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import msgspec

from schema import strict_json
from subgraphs.kit.ingest.ingestion_report import Refused, SetAside

T = TypeVar("T")
Steps: TypeAlias = tuple[str | int, ...]
"""Names of fields and ranks of elements, from a record to a value in it."""
_ABSENT: Any = object()
_PATH = re.compile(r" - at `\$\.?([^`]*)`$")
_MISSING = re.compile(r"Object missing required field `([^`]*)`")
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


@dataclass(frozen=True, slots=True, repr=False)
class Place:
    """A place in a text: its line and its column, from 1."""

    line: int = 1
    column: int = 1

    def after(self, text: bytes) -> Place:
        """The place behind a text that begins here."""
        _, ended, rest = text.rpartition(b"\n")
        width = len(rest.decode(errors="replace"))
        return Place(self.line + text.count(b"\n"), (1 if ended else self.column) + width)

    def within(self, line: int, column: int) -> Place:
        """The place at a line and a column of a text that begins here."""
        return Place(self.line + line - 1, column if line > 1 else self.column + column - 1)


_START = Place()


def loads(content: bytes, place: Place = _START) -> Any:
    """Parse a JSON text that begins at a place of its file; raises Refused ENCODING_WRONG, JSON_INVALID,
    JSON_DUPLICATE_KEY or JSON_NUMBER."""
    try:
        text = (content.removeprefix(BOM_UTF8) if place == _START else content).decode()
    except UnicodeDecodeError:
        raise Refused("ENCODING_WRONG", detail="not UTF-8") from None
    try:
        return strict_json.parse(text)
    except strict_json.DuplicateKey:
        raise Refused("JSON_DUPLICATE_KEY") from None
    except strict_json.NotANumber:
        raise Refused("JSON_NUMBER") from None
    except json.JSONDecodeError as error:
        where = place.within(error.lineno, error.colno)
        raise Refused("JSON_INVALID", detail=f"column {where.column}", line=where.line) from None
    except (RecursionError, ValueError) as error:
        raise Refused("JSON_INVALID", detail=type(error).__name__) from None


def convert(record: Any, kind: type[T], place: str = "") -> T:
    """Convert a record, which is at a place of its document, to its type; raises Refused SCHEMA_INVALID, or
    VALUE_NOT_STORABLE for a lone surrogate, which JSON can escape and no text of ours can hold."""
    try:
        return msgspec.convert(record, kind)
    except UnicodeEncodeError:
        raise Refused("VALUE_NOT_STORABLE", place) from None
    except msgspec.ValidationError as error:
        raise Refused("SCHEMA_INVALID", ".".join(part for part in (place, _path(error)) if part)) from None


def _path(error: msgspec.ValidationError) -> str:
    """The field that is wrong or missing, as msgspec says it: at the end of its message the place, at its beginning the
    field that is not there. One that should not be there is not named: its name comes from the record."""
    message = str(error)
    path, missing = _PATH.search(message), _MISSING.match(message)
    return ".".join(part for part in (path[1] if path else "", missing[1] if missing else "") if part)


def convert_setting_aside(record: Any, kind: type[T], set_aside: SetAside) -> T:
    """Convert a record as `convert` does, setting aside what its type can do without; a blank text stands for nothing.

    A bad value goes, else the element of a list or the object that holds it; what no default stands for refuses the
    record, at the place of the bad value. Places count the elements that the record had.
    """
    converted, refused = record, Refused("SCHEMA_INVALID")
    removed: Steps = ()
    ranks: dict[int, list[int]] = {}
    while True:
        try:
            return msgspec.convert(converted, kind)
        except UnicodeEncodeError:
            raise Refused("VALUE_NOT_STORABLE") from None
        except msgspec.ValidationError as error:
            problem = error
        converted = deepcopy(record) if converted is record else converted
        steps: Steps = tuple(int(rank) if rank else name for rank, name in _STEP.findall(_path(problem)))
        value = _at(converted, steps)
        if value is not _ABSENT or steps != removed:
            refused = Refused("SCHEMA_INVALID", _place(converted, steps, ranks))
            if value != "":
                set_aside(_code(str(problem)), refused.path)
        removed = steps[:-1] if value is _ABSENT else steps
        if not removed:
            raise refused
        holder = _at(converted, removed[:-1])
        if isinstance(holder, list):
            ranks.setdefault(id(holder), list(range(len(holder)))).pop(int(removed[-1]))
        del holder[removed[-1]]


def _at(record: Any, steps: Steps) -> Any:
    for step in steps:
        if isinstance(record, dict) and step not in record:
            return _ABSENT
        record = record[step]
    return record


def _place(record: Any, steps: Steps, ranks: Mapping[int, list[int]]) -> str:
    """Steps as text, elements by the ranks that they had at first."""
    text = ""
    for number, step in enumerate(steps):
        holder = _at(record, steps[:number])
        if isinstance(step, int):
            text += f"[{ranks[id(holder)][step] if id(holder) in ranks else step}]"
        else:
            text += f".{step}" if text else step
    return text


def _code(message: str) -> str:
    """The code of what msgspec says."""
    if message.startswith("Invalid enum value"):
        return "VALUE_UNKNOWN"
    return "DATE_INVALID" if message.startswith(("Invalid ISO8601", "Invalid RFC3339")) else "VALUE_INVALID"
