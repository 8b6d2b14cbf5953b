"""Each behaviour that must hold of a federation engine is shown: the answer, the plan, who was asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.federation.behaviours import (
    BEHAVIOURS,
    abstract,
    abstract_fields,
    contexts,
    federation1,
    keys,
    provides,
    requires,
    values,
)
from tests.federation.behaviours.case import Case
from tests.federation.harness import Gateway, snapshot

FOLDER = Path(__file__).parent
CASES: tuple[Case, ...] = (
    *keys.CASES, *federation1.CASES, *provides.CASES, *requires.CASES, *contexts.CASES, *abstract.CASES,
    *abstract_fields.CASES, *values.CASES,
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_a_behaviour_holds(case: Case) -> None:
    gateway = Gateway(*case.parts)
    data, errors = await gateway.answer(case.query, case.variables)
    assert (data, [error["path"] for error in errors]) == (case.data, list(case.failed))
    assert gateway.calls() == list(case.calls)
    snapshot(case.name, case.query, gateway.plan(case.query))


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_each_behaviour_names_what_shows_it(behaviour: str) -> None:
    names = {case.name for case in CASES}
    for shown in BEHAVIOURS[behaviour]:
        file, _, test = shown.partition("::")
        text = (FOLDER / f"{file}.py").read_text(encoding="utf-8") if test else ""
        assert f"def {test}(" in text if test else shown in names, shown


def test_every_case_shows_a_behaviour() -> None:
    assert {case.name for case in CASES} <= {shown for names in BEHAVIOURS.values() for shown in names}
