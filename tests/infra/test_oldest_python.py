"""What the oldest Python of pyproject.toml refuses, which the newer ones that run these tests let pass."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("benchmarks", "clients", "demo", "hub", "infra", "schema", "subgraphs", "tests")
PROXY = "class A:\n    b: dict = MappingProxyType({})\n"


def proxies(path: Path, text: str) -> list[str]:
    """Fields whose default is a mapping proxy: Python 3.11 can't hash one, and makes no dataclass of it."""
    classes = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef))
    values = (item.value for class_ in classes for item in class_.body if isinstance(item, ast.AnnAssign))
    calls = (value for value in values if isinstance(value, ast.Call) and ast.unparse(value.func) == "MappingProxyType")
    return [f"{path}:{call.lineno}" for call in calls]


def test_no_field_has_a_default_that_python_3_11_refuses() -> None:
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    assert len(files) > 500
    assert [place for path in files for place in proxies(path, path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(("text", "places"), [(PROXY, ["a.py:2"]), (PROXY.replace("MappingProxyType({})", "{}"), [])])
def test_such_a_default_is_found(text: str, places: list[str]) -> None:
    assert proxies(Path("a.py"), text) == places
