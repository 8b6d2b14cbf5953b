"""The form of a composition error: code, coordinate, subgraphs, what is wrong, how to mend it."""

from __future__ import annotations

from collections.abc import Iterable

from hub.errors import StartRefused


def failure(code: str, coordinate: str, subgraphs: Iterable[str], problem: str, mend: str) -> StartRefused:
    """One violated rule."""
    names = sorted(set(subgraphs))
    return StartRefused(
        code,
        f"{coordinate} ({', '.join(names)}) : {problem}. {mend}.",
        f"{coordinate} in {', '.join(names)}",
        extensions={"coordinate": coordinate, "subgraphs": names},
    )
