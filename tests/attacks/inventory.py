"""The attacks, the tests that play them, and what is left: `inventory.toml` and every test named after an attack.

`make generated` writes docs/attaques.md.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "attaques.md"
COUNT = 63
"""Attacks of the table."""
NUMBERED = re.compile(r"test((?:_\d\d)+)_")

HEAD = """\
# Les attaques que le hub doit repousser
Une ligne par attaque : ce que l'on tente, ce qui est attendu, et les essais qui la jouent contre le vrai hub ou l'une
de ses parties. `make test` les lance tous. Page écrite par `make generated`, depuis
[tests/attacks/inventory.toml](../tests/attacks/inventory.toml) et les essais nommés `test_NN_…`.

| n° | attaque | attendu | essais |
|--:|--|--|--|
"""


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack: `tests` are `path::name` from the root of the clone, `left` what no test plays, and why."""

    number: int
    name: str
    expected: str
    tests: tuple[str, ...]
    left: str | None


def attacks() -> tuple[Attack, ...]:
    """All of them, in their order."""
    rows = tomllib.loads(Path(__file__).with_name("inventory.toml").read_text(encoding="utf-8"))["attack"]
    tests_by_number: dict[int, list[str]] = {row["number"]: [] for row in rows}
    for number, test in numbered():
        tests_by_number.setdefault(number, []).append(test)
    return tuple(
        Attack(
            row["number"],
            row["name"],
            row["expected"],
            (*tests_by_number[row["number"]], *row.get("tests", ())),
            row.get("left"),
        )
        for row in rows
    )


def numbered() -> Iterator[tuple[int, str]]:
    """Each test that is named after an attack, once for each number in its name."""
    for path in sorted((ROOT / "tests").glob("**/test_*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.parse(text).body if NUMBERED.search(text) else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (numbers := NUMBERED.match(node.name)):
                for number in numbers[1].strip("_").split("_"):
                    yield int(number), f"{path.relative_to(ROOT)}::{node.name}"


def page() -> str:
    """The page, as Markdown in French."""
    ordered = attacks()
    rows = [f"| {_number(attack)} | {attack.name} | {attack.expected} | {_tests(attack)} |" for attack in ordered]
    left = [f"- {attack.number}, {attack.name} : {attack.left}" for attack in ordered if attack.left is not None]
    return HEAD + "\n".join([*rows, "", "## Ce qui n'est pas encore joué", *left, ""])


def _number(attack: Attack) -> str:
    return f'<a id="attack-{attack.number}"></a>{attack.number}'


def _tests(attack: Attack) -> str:
    links = [f"[{test.rpartition('::')[2]}](../{test.partition('::')[0]})" for test in attack.tests]
    return "<br>".join(links) or "aucun"


def _stands(test: str) -> bool:
    """Whether the file has a test of this name; one that a class inherits may be in another file."""
    path, _, name = test.partition("::")
    return (ROOT / path).is_file() and ("::" in name or f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"))


def generated() -> Mapping[Path, str]:
    """The page as it should be; exits if the inventory names a test that is gone."""
    if gone := [test for attack in attacks() for test in attack.tests if not _stands(test)]:
        sys.exit(f"tests/attacks/inventory.toml nomme un essai qui n'est plus là : {', '.join(gone)}.")
    return {PAGE: page()}
