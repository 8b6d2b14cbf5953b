"""Tables of the policy's Markdown documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def markdown_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, every column aligned to the left."""
    lines = [f"| {' | '.join(headings)} |", f"|{'|'.join(['--'] * len(headings))}|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
