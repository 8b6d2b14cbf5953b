"""Each attack has its tests or its reason, and the page that tells them is current."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.inventory import COUNT, PAGE, Attack, attacks, numbered, page


def test_each_attack_has_one_row_in_order() -> None:
    assert [attack.number for attack in attacks()] == list(range(1, COUNT + 1))


def test_each_test_named_after_an_attack_stands_in_its_row() -> None:
    rows = {attack.number: attack.tests for attack in attacks()}
    tests = list(numbered())
    assert len(tests) > COUNT
    assert [attack for attack in tests if attack[1] not in rows.get(attack[0], ())] == []


@pytest.mark.parametrize("attack", attacks(), ids=lambda attack: f"{attack.number:02}")
def test_each_attack_is_played_by_tests_that_exist_or_says_why_not(attack: Attack) -> None:
    assert attack.tests or attack.left
    assert len(set(attack.tests)) == len(attack.tests)
    for test in attack.tests:
        path, *names = test.split("::")
        place: Any = import_module(path.removesuffix(".py").replace("/", "."))
        for name in names:
            place = getattr(place, name)
        assert callable(place)
        assert names[-1].startswith("test_")
        assert Path(path).name.startswith("test_")


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), f"{PAGE} is not current: run make generated"
