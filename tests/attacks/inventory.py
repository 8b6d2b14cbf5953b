"""The attacks, the tests that play them, and what is left: `inventory.toml`, and docs/attaques.md made of it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

COUNT = 46
"""Attacks of the design's table."""

HEAD = """\
# Les attaques que le hub doit repousser
Une ligne par attaque : ce que l'on tente, ce qui est attendu, et les essais qui la jouent contre le vrai hub ou l'une
de ses parties. `make test` les lance tous. Page écrite par `python -m tests.docs.readme --write`, depuis
[tests/attacks/inventory.toml](../tests/attacks/inventory.toml).

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
    return tuple(
        Attack(row["number"], row["name"], row["expected"], tuple(row.get("tests", ())), row.get("left"))
        for row in rows
    )


def page() -> str:
    """The page, as Markdown in French."""
    found = attacks()
    rows = [f"| {each.number} | {each.name} | {each.expected} | {_tests(each)} |" for each in found]
    left = [f"- {each.number}, {each.name} : {each.left}" for each in found if each.left is not None]
    return HEAD + "\n".join([*rows, "", "## Ce qui n'est pas encore joué", *left, ""])


def _tests(attack: Attack) -> str:
    links = [f"[{test.rpartition('::')[2]}](../{test.partition('::')[0]})" for test in attack.tests]
    return "<br>".join(links) or "aucun"
