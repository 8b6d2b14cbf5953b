"""Each attack of the design has its tests or its reason, and each test named after an attack stands in its row."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from tests.attacks.inventory import COUNT, Attack, attacks
from tests.conftest import ROOT

NUMBERED = re.compile(r"test((?:_\d\d)+)_")


def test_each_attack_has_one_row_in_order() -> None:
    assert [each.number for each in attacks()] == list(range(1, COUNT + 1))


@pytest.mark.parametrize("attack", attacks(), ids=lambda each: f"{each.number:02}")
def test_each_attack_is_played_by_tests_that_exist_or_says_why_not(attack: Attack) -> None:
    assert attack.tests or attack.left
    for test in attack.tests:
        path, *names = test.split("::")
        found = import_module(path.removesuffix(".py").replace("/", "."))
        for name in names:
            found = getattr(found, name)
        assert callable(found)
        assert names[-1].startswith("test_")
        assert Path(path).name.startswith("test_")


def test_each_test_named_after_an_attack_stands_in_its_row() -> None:
    rows = {each.number: each.tests for each in attacks()}
    for path in ROOT.glob("tests/**/test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (told := NUMBERED.match(node.name)):
                for number in told[1].strip("_").split("_"):
                    assert f"{path.relative_to(ROOT)}::{node.name}" in rows[int(number)], node.name
