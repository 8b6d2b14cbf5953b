"""The text of a KeyError is the key alone: no error that is shown says only that."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("demo", "hub", "infra", "schema", "subgraphs")
KEY_ERRORS = {"KeyError", "LookupError"}


def texts_of_key_errors(path: Path, text: str) -> Iterator[str]:
    """Places where a handler of KeyErrors formats what it caught."""
    for handler in ast.walk(ast.parse(text)):
        if isinstance(handler, ast.ExceptHandler) and handler.name and handler.type is not None:
            caught = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}
            if caught & KEY_ERRORS:
                nodes = (node for statement in handler.body for node in ast.walk(statement))
                yield from (
                    f"{path}:{node.lineno}"
                    for node in nodes
                    if isinstance(node, ast.expr) and _formats(node, handler.name)
                )


def _formats(node: ast.expr, name: str) -> bool:
    if isinstance(node, ast.FormattedValue):
        formatted = [node.value]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("str", "repr"):
        formatted = node.args
    else:
        return False
    return any(isinstance(value, ast.Name) and value.id == name for value in formatted)


def test_no_error_has_the_text_of_a_key_error() -> None:
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    assert len(files) > 300
    assert [place for path in files for place in texts_of_key_errors(path, path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("type_", ["KeyError", "(OSError, LookupError)"])
@pytest.mark.parametrize("shown", ["f'{error}'", "str(error)"])
def test_such_a_text_is_noticed(type_: str, shown: str) -> None:
    text = f"try:\n    pass\nexcept {type_} as error:\n    raise ValueError({shown}) from error\n"
    assert list(texts_of_key_errors(Path("a.py"), text)) == ["a.py:4"]
    assert not list(texts_of_key_errors(Path("a.py"), text.replace(shown, "type(error).__name__")))
