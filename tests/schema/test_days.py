"""A day begins at midnight in France, in winter and in summer, whatever the zone in which an instant is told."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from schema.days import PARIS, day_of, today
from tests.conftest import ROOT

CLOCKS = re.compile(r"\b(?<!func\.)(today|now|utcnow|time|time_ns|monotonic)\(")
"""What tells the day or the instant; SQL that tells it when it runs does not."""


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 7, 5, 21, 59, 59, tzinfo=UTC), date(2026, 7, 5)),
        (datetime(2026, 7, 5, 22, 0, tzinfo=UTC), date(2026, 7, 6)),
        (datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2026, 12, 31, 18, 0, tzinfo=timezone(timedelta(hours=-5))), date(2027, 1, 1)),
    ],
)
def test_a_day_begins_at_midnight_in_france(instant: datetime, day: date) -> None:
    assert day_of(instant) == day


def test_today_is_the_day_of_now() -> None:
    before, now, after = day_of(datetime.now(UTC)), today(), day_of(datetime.now(UTC))
    assert before <= now <= after
    assert PARIS.key == "Europe/Paris"


def test_no_module_takes_the_day_of_its_import() -> None:
    """A process lives beyond midnight, so that a day which a module computes at its import becomes wrong."""
    paths = [path for path in ROOT.glob("*/**/*.py") if not {".venv", ".data", "node_modules"} & set(path.parts)]
    texts = {path: path.read_text(encoding="utf-8") for path in paths}
    assert len(texts) > 500
    places = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path, text in texts.items()
        if CLOCKS.search(text)
        for call in run_at_import(ast.parse(text))
        if re.search(CLOCKS.pattern + "$", f"{ast.unparse(call.func)}(")
    ]
    assert places == []


def run_at_import(node: ast.AST) -> Iterator[ast.Call]:
    """The calls of a module that run as it is imported: decorators and defaults of a function, and not its body."""
    if isinstance(node, ast.Lambda):
        children: list[ast.AST] = [node.args]
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        children = [*node.decorator_list, node.args]
    elif isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'":
        children = []
    else:
        children = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Call):
        yield node
    for child in children:
        yield from run_at_import(child)
