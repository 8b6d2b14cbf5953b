"""Markdown of the policy's documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def grid(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, the first column to the left."""
    lines = [heads, ["--"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" if line[0] != "--" else f"|{'|'.join(line)}|" for line in lines)
