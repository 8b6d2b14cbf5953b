"""The values of a file with their paths, as `subgraphs.kit.ingest.source_fields` writes them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from lxml import etree
from openpyxl import load_workbook

from demo.workbook_files import workbook


@dataclass(frozen=True)
class Leaf:
    """One value of a file: its path, and where it stands (a list or an object, by index or key)."""

    path: str
    holder: Any
    key: Any

    @property
    def value(self) -> Any:
        """The value: a text in CSV and XML."""
        return getattr(self.holder, self.key) if self.key == "text" else self.holder[self.key]

    def put(self, value: Any) -> None:
        """Replace the value."""
        if self.key == "text":
            self.holder.text = value
        else:
            self.holder[self.key] = value


def leaf_paths(name: str, content: bytes) -> set[str]:
    """The path of each value of a file: a heading, a leaf of JSON, a text or an attribute of XML."""
    leaves, _ = _opened(name, content)
    return {leaf.path for leaf in leaves}


def with_others(name: str, content: bytes, replaced: Callable[[str], bool]) -> bytes:
    """The file with another value of the same type wherever the path is one to replace."""
    leaves, written = _opened(name, content)
    for leaf in leaves:
        if replaced(leaf.path):
            leaf.put(_changed_value(leaf.value))
    return written()


def _changed_value(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value}x" if value else value


def _opened(name: str, content: bytes) -> tuple[list[Leaf], Callable[[], bytes]]:
    """The leaves of a file, and how it is written once they have changed."""
    return {"csv": _csv, "xlsx": _xlsx, "json": _json, "jsonl": _lines, "xml": _xml}[name.rpartition(".")[2]](content)


def _csv(content: bytes) -> tuple[list[Leaf], Callable[[], bytes]]:
    headings, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")

    def written() -> bytes:
        text = io.StringIO()
        csv.writer(text, delimiter=";").writerows([headings, *rows])
        return text.getvalue().encode()

    return [Leaf(heading, row, index) for row in rows for index, heading in enumerate(headings)], written


def _xlsx(content: bytes) -> tuple[list[Leaf], Callable[[], bytes]]:
    headings, *rows = map(list, load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True))
    leaves = [Leaf(str(heading), row, index) for row in rows for index, heading in enumerate(headings)]
    return leaves, lambda: workbook("Feuille", [headings, *rows])


def _json(content: bytes) -> tuple[list[Leaf], Callable[[], bytes]]:
    document = [orjson.loads(content)]
    return list(_members(document, "")), lambda: orjson.dumps(document[0])


def _lines(content: bytes) -> tuple[list[Leaf], Callable[[], bytes]]:
    documents = [orjson.loads(line) for line in content.splitlines()]
    return list(_members(documents, "")), lambda: b"\n".join(map(orjson.dumps, documents))


def _members(holder: Any, path: str) -> Iterator[Leaf]:
    """The leaves below a list or an object; what is empty is no value."""
    for key, member in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
        below = ".".join(filter(None, (path, key if isinstance(holder, dict) else "")))
        if isinstance(member, dict | list):
            yield from _members(member, below)
        elif member is not None:
            yield Leaf(below, holder, key)


def _xml(content: bytes) -> tuple[list[Leaf], Callable[[], bytes]]:
    root = etree.fromstring(content)
    encoding = root.getroottree().docinfo.encoding

    def leaves() -> Iterator[Leaf]:
        for element in root.iter(etree.Element):
            steps = [etree.QName(ancestor).localname for ancestor in (element, *element.iterancestors())][-2::-1]
            place = "/".join(steps)
            for name in map(str, element.attrib):
                if not etree.QName(name).namespace:
                    yield Leaf(f"{place}/@{name}".removeprefix("/"), element.attrib, name)
            if not len(element) and (element.text or "").strip():
                yield Leaf(place, element, "text")

    def written() -> bytes:
        text = etree.tostring(root, encoding=encoding, xml_declaration=True)
        assert isinstance(text, bytes)
        return text

    return list(leaves()), written
