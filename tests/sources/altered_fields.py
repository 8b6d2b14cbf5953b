"""Files of each format with one field altered at a time: a cell, a leaf of a document, an element or an attribute."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import orjson
from lxml import etree
from openpyxl import load_workbook

from demo.ingestion import ORGANISATIONS
from demo.rdvi_files import signed
from hub.ingest import SOURCES
from subgraphs.kit.ingest.ingestion_report import Report
from subgraphs.kit.ingest.unit_of_work import Options, Session
from subgraphs.people.registry import Registry
from tests.conftest import Database

LATER = datetime(2026, 11, 25, tzinfo=UTC)
"""The date of files that carry none: after those of the demo."""

Altered = Iterator[tuple[str, bytes]]
"""The place of a field, and the file in which it holds another text."""


def altered(name: str, content: bytes, text: str) -> Altered:
    """The file, reduced to a record or two, with this text in each of its fields by turns."""
    suffix = name.rpartition(".")[2]
    return {"csv": _csv, "xlsx": _xlsx, "xml": _xml, "json": _json, "jsonl": _lines}[suffix](content, text)


def _csv(content: bytes, text: str) -> Altered:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))[:3]
    for column, heading in enumerate(rows[0]):
        changed = deepcopy(rows)
        changed[1][column] = text
        written = io.StringIO()
        csv.writer(written, delimiter=";").writerows(changed)
        yield heading, written.getvalue().encode()
    for column, heading in enumerate(rows[0]):
        changed = deepcopy(rows)
        changed[0][column] = text
        written = io.StringIO()
        csv.writer(written, delimiter=";").writerows(changed)
        yield f"heading {heading}", written.getvalue().encode()


def _xlsx(content: bytes, text: str) -> Altered:
    """The text in each cell of the first row and of the headings, as a text and, in a row, as a number."""
    workbook = load_workbook(io.BytesIO(content))
    sheet = workbook.worksheets[0]
    sheet.delete_rows(4, sheet.max_row)
    for row, column in product((2, 1), range(1, sheet.max_column + 1)):
        cell = sheet.cell(row, column)
        before = cell.value
        values: list[str | int] = [text, *([int(text)] if text.isdigit() and row > 1 else [])]
        for value in values:
            cell.value = value
            written = io.BytesIO()
            workbook.save(written)
            yield f"{type(value).__name__} at {row}:{column}", written.getvalue()
        cell.value = before


def _xml(content: bytes, text: str) -> Altered:
    root = etree.fromstring(content)
    for tag in ("InfosFoyerRSA", "formation"):
        for element in list(root.iter(f"{{*}}{tag}"))[1:]:
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)
    encoding = root.getroottree().docinfo.encoding
    for element in root.iter(etree.Element):
        place = root.getroottree().getelementpath(element)
        places = [*element.attrib, *([""] if not len(element) else [])]
        for attribute in places:
            before = element.get(attribute) if attribute else element.text
            _set(element, str(attribute), text)
            written = etree.tostring(root, encoding=encoding, xml_declaration=True)
            assert isinstance(written, bytes)
            yield f"{place}@{attribute}", written
            _set(element, str(attribute), before or "")


def _set(element: Any, attribute: str, text: str) -> None:
    if attribute:
        element.set(attribute, text)
    else:
        element.text = text


def _json(content: bytes, text: str) -> Altered:
    document = orjson.loads(content)
    records = document if isinstance(document, list) else document.get("results", document.get("items", []))
    del records[1:]
    for path in list(_leaves(document)):
        for value in (text, *([int(text)] if text.isdigit() else [])):
            changed = deepcopy(document)
            parent = changed
            for step in path[:-1]:
                parent = parent[step]
            parent[path[-1]] = value
            yield ".".join(map(str, path)), orjson.dumps(changed)
        changed = deepcopy(document)
        parent = changed
        for step in path[:-1]:
            parent = parent[step]
        if isinstance(parent, dict):
            parent[text] = parent.pop(path[-1])
            yield f"name of {'.'.join(map(str, path))}", orjson.dumps(changed)


def _lines(content: bytes, text: str) -> Altered:
    """The first line of each kind of message."""
    lines = {b"projet" in line: line for line in reversed(content.splitlines())}
    for line in lines.values():
        yield from _json(line, text)


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list) and value:
        for step, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(item, (*path, step))
    elif path:
        yield path


def write(path: Path, content: bytes, secret: bytes) -> Path:
    """The file, with the headers of a notification beside it."""
    path.write_bytes(content)
    if path.suffix == ".json":
        headers = path.with_name(path.name.removesuffix(".json") + ".headers.json")
        headers.write_bytes(orjson.dumps(signed(content, secret)))
    return path


async def ingested(database: Database, connection: Any, source: str, path: Path) -> Report:
    """Read a file as the source does, on this connection."""
    secret = database.keys.webhook("rdv-insertion")
    options = Options(as_of=LATER, webhook_secret=secret, organisations=ORGANISATIONS.get(source, {}))
    return await SOURCES[source](Registry(database.keys.nir)).ingest([path], options, Session(connection))


def one_of_each_format(paths: tuple[Path, ...]) -> list[Path]:
    """The first file of each kind: messages of two kinds are two, and tables with two headers."""
    return list({(path.suffix, _kind(path)): path for path in paths[::-1]}.values())


def _kind(path: Path) -> str | bytes:
    if path.suffix == ".csv":
        return path.read_bytes().partition(b"\n")[0]
    return path.name.partition("-")[0] if path.suffix == ".json" else ""
