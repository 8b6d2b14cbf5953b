"""Pages written from the policy (docs/registre.md, analyse-impact.md, ecarts.md) and tables of docs/sources.md."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hub.ingest import SOURCES as INGESTED
from hub.policy.report.impact import impact
from hub.policy.report.law_gaps import law_gaps_page
from hub.policy.report.register import register
from subgraphs.kit.ingest.refusal_codes import CODES
from tests.conftest import ROOT
from tests.docs.marked_part import replaced
from tests.pinned_graph import graph

SOURCES = ROOT / "docs" / "sources.md"
REGISTER = ROOT / "docs" / "registre.md"
IMPACT = ROOT / "docs" / "analyse-impact.md"
GAPS = ROOT / "docs" / "ecarts.md"


def refusals() -> str:
    """The codes by which a file or a record is refused, as a Markdown table."""
    rows = [f"| `{code}` | {text.message} | {text.mend} |" for code, text in CODES.items()]
    return "\n".join(["| code | ce qui ne va pas | que faire |", "|--|--|--|", *rows, ""])


def source_table() -> str:
    """The sources by the name that `hub ingest` takes, as a Markdown table."""
    rows = [f"| `{name}` | {source.reads} |" for name, source in INGESTED.items()]
    return "\n".join(["| source | ce qu'elle lit |", "|--|--|", *rows, ""])


def generated() -> Mapping[Path, str]:
    """The pages as they should be."""
    sources = replaced(SOURCES.read_text(encoding="utf-8"), "sources", source_table())
    sources = replaced(sources, "refus", refusals())
    table = graph().table
    return {
        SOURCES: sources,
        REGISTER: register(table),
        IMPACT: impact(table),
        GAPS: law_gaps_page(table.policy),
    }
