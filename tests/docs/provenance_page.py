"""docs/provenance.md: which field of which source shows up where, what is not kept and why, and who is believed.

`make generated` writes the parts between the markers, from `Source.fields` of each connector and
`subgraphs.people.sources.precedence`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from hub.ingest import SOURCES
from subgraphs.kit.ingest.source_fields import Unkept, Use, Used, flattened
from subgraphs.kit.ingest.unit_of_work import Source
from tests.conftest import ROOT
from tests.docs.marked_part import replaced

PAGE = ROOT / "docs" / "provenance.md"


def by_use(source: type[Source]) -> Mapping[Use, list[str]]:
    """The paths of a source by what becomes of them, in the order of its declaration."""
    paths: dict[Use, list[str]] = defaultdict(list)
    for path, uses in flattened(source.fields):
        for use in uses:
            paths[use].append(path)
    return paths


def section(source: type[Source]) -> str:
    """What a source gives, what it is read for besides, and what of it is not kept."""
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


def generated() -> Mapping[Path, str]:
    """The page as it should be."""
    text = PAGE.read_text(encoding="utf-8")
    return {PAGE: replaced(text, "sources", "\n".join(map(section, SOURCES.values())))}
