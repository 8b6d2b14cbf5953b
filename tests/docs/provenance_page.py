"""docs/provenance.md: which field of which source shows up where, what is not kept and why, and who is believed.

`make generated` writes the parts between the markers, from `Source.fields` of each connector and
`subgraphs.people.precedence`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import fields
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.sql.visitors import iterate

from hub.ingest import SOURCES, WRITES_PEOPLE
from subgraphs.kit.fields import ColumnField, Field
from subgraphs.kit.ingest.source_fields import Unkept, Use, Used, flattened
from subgraphs.kit.ingest.unit_of_work import Source
from subgraphs.kit.sdl import load
from subgraphs.people.consolidate import Consolidated
from subgraphs.people.precedence import PRECEDENCE
from tests.conftest import ROOT
from tests.docs.marked_part import replaced

PAGE = ROOT / "docs" / "provenance.md"
_CONSOLIDATED = {part.name for part in fields(Consolidated)}


def by_use(source: type[Source]) -> Mapping[Use, list[str]]:
    """The paths of a source by what becomes of them, in the order of its declaration."""
    paths: dict[Use, list[str]] = defaultdict(list)
    for path, uses in flattened(source.fields):
        for use in uses:
            paths[use].append(path)
    return paths


def section(source: type[Source]) -> str:
    """Write the tables of the fields that a source gives, of those only read, and of those not kept."""
    paths = by_use(source)
    shown = [(f"`{use}`", names) for use, names in paths.items() if isinstance(use, str)]
    used = [(use.value, paths[use]) for use in Used if use in paths]
    unkept = [(use.value, paths[use]) for use in Unkept if use in paths]
    tables = (
        _table("champ du graphe", "vient de", shown),
        _table("lu sans être rendu : ce qui", "champs", used),
        _table("pas gardé, car", "champs", unkept),
    )
    return "\n".join([f"### {source.name}", f"{source.reads[0].upper()}{source.reads[1:]}.\n", *filter(None, tables)])


def _table(heading: str, content: str, rows: Iterable[tuple[str, list[str]]]) -> str:
    lines = [f"| {text} | {_listed(paths)} |" for text, paths in rows]
    return "\n".join([f"| {heading} | {content} |", "|--|--|", *lines, ""]) if lines else ""


def _listed(paths: list[str]) -> str:
    """The paths, without those that are another one in an envelope."""
    shortest = [path for path in paths if not any(path.endswith((f".{short}", f"/{short}")) for short in paths)]
    return ", ".join(f"`{_tail(path)}`" for path in dict.fromkeys(shortest))


def _tail(path: str) -> str:
    """The last two steps of a path of XML, which has many."""
    steps = path.split("/")
    return "/".join(steps if len(steps) < 4 else ["…", *steps[-2:]])


def masters() -> str:
    """The sources of each field that is consolidated, the most believed first."""
    entities = [entity for entity in load("people").entities.values() if _is_consolidated(entity.table)]
    chosen = {
        entity.coordinate(name) for entity in entities for name in entity.fields if _is_chosen(entity.fields[name])
    }
    sources: dict[str, list[str]] = defaultdict(list)
    for name, source in SOURCES.items():
        if source.role in WRITES_PEOPLE:
            for use in by_use(source):
                if isinstance(use, str) and use in chosen:
                    sources[use].append(name)
    order = {entity.name: number for number, entity in enumerate(entities)}
    rows = sorted(sources.items(), key=lambda row: order[row[0].partition(".")[0]])
    lines = [f"| `{coordinate}` | {_ranked(coordinate, names)} |" for coordinate, names in rows]
    return "\n".join(["| champ | sources, celle qui fait foi d'abord |", "|--|--|", *lines, ""])


def _is_consolidated(table: Any) -> bool:
    return isinstance(table, Table) and table.schema == "people" and table.name in _CONSOLIDATED


def _is_chosen(field: Field) -> bool:
    """Whether a field shows what is consolidated, and nothing that has rows of its own."""
    nodes = [] if not isinstance(field, ColumnField) else iterate(field.column)
    return all(_is_consolidated(node.table) for node in nodes if isinstance(node, Column))


def _ranked(coordinate: str, sources: Iterable[str]) -> str:
    """The tiers of the sources; those of one tier are apart by a stroke."""
    ranks = PRECEDENCE.of(coordinate)
    tiers = groupby(sorted(sources, key=lambda source: (ranks[source], source)), key=lambda source: ranks[source])
    return ", ".join(" / ".join(f"`{source}`" for source in tier) for _, tier in tiers)


def generated() -> Mapping[Path, str]:
    """The page as it should be."""
    text = replaced(PAGE.read_text(encoding="utf-8"), "rangs", masters())
    return {PAGE: replaced(text, "sources", "\n".join(map(section, SOURCES.values())))}
