"""The fields of a record in JSON or XML that the hub does not keep though they hold something, by `Source.fields`.

A field that no source declares has no name in a report: its name comes from the record, and may say anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from schema.lru import Lru
from subgraphs.kit.ingest.ingestion_report import LONGEST_NAME, Announced, Numbered, Refused
from subgraphs.kit.ingest.source_fields import Fields, Unkept, flattened, row_of

UNDECLARED = "champ que la source ne déclare pas"
REMEMBERED = 256 * 1024
"""Bytes of the paths of which the name is remembered."""


class UnreadFields:
    """Names what records of a source have and the hub does not keep."""

    def __init__(self, fields: Fields) -> None:
        self._uses = dict(flattened(fields))
        self._remembered: Lru[str, str | None] = Lru("unread fields", REMEMBERED, lambda path, _: 200 + 4 * len(path))

    def of_json(self, record: object, prefix: str = "") -> tuple[str, ...]:
        """The names of the fields of a record below a path of its document, each once."""
        return self._names(_json_paths(record, prefix), prefix)

    def of_list(
        self, records: Iterable[Any], prefix: Callable[[Any], str] = lambda _: ""
    ) -> Iterator[Numbered[Any] | Refused | Announced]:
        """Give each record of a JSON list with the names of its fields, each below its path of the document; what
        `json_stream.records` gives besides goes on as it is."""
        for record in records:
            is_record = not isinstance(record, Refused | Announced)
            yield Numbered(None, record, self.of_json(record, prefix(record))) if is_record else record

    def of_xml(self, record: Any, prefix: str) -> tuple[str, ...]:
        """The names of the fields of an element, which stands at a path of its document."""
        paths: dict[str, None] = {}
        _add_xml_paths(paths, record, prefix)
        return self._names(paths, prefix)

    def _names(self, paths: Iterable[str], prefix: str) -> tuple[str, ...]:
        names = dict.fromkeys(name for path in paths if (name := self._name(path)) is not None)
        return tuple(_short(name.removeprefix(prefix).lstrip("./")) for name in names)

    def _name(self, path: str) -> str | None:
        return self._remembered.get_or(path, partial(self._unread_name, path))

    def _unread_name(self, path: str) -> str | None:
        """The row that declares an unread path, none of a path that is read."""
        row = row_of(path, self._uses)
        if row is None:
            return UNDECLARED
        is_kept = any(not isinstance(use, Unkept) for use in self._uses[row])
        return None if is_kept else row.rstrip("*").rstrip("./")


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"…{name[1 - LONGEST_NAME :]}"


def _json_paths(value: object, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _json_paths(member, f"{path}{'.' if path and not path.endswith('.') else ''}{key}")
    elif isinstance(value, list):
        for member in value:
            yield from _json_paths(member, path)
    elif value is not None and value != "":
        yield path


def _add_xml_paths(paths: dict[str, None], element: Any, path: str) -> None:
    """Add the paths that hold something; a generator would be resumed at each level above each element."""
    for name, text in element.items():
        if text.strip() and not name.startswith("{"):
            paths[f"{path}/@{name}"] = None
    if not len(element):
        text = element.text
        if text and not text.isspace():
            paths[path] = None
        return
    for child in element.iterchildren("*"):
        _add_xml_paths(paths, child, f"{path}/{child.tag.rpartition('}')[2]}")


def line_of(element: Any) -> int | None:
    """The line of the file at which an element begins.

    libxml2 counts up to 65,535 in elements; beyond, it tells the line at which the first text in one ends.
    """
    line: int | None = element.sourceline
    if line is None or line < 1 << 16:
        return line
    while element.text is None and len(element):
        element = element[0]
    return line - (element.text or "").count("\n")
