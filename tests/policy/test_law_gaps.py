"""The law's table cell by cell: the grants give it, or the difference is a choice with its reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml

from hub.policy.report.law_gaps import (
    UNEXPLAINED,
    UNSERVED,
    law,
    law_gaps,
    law_gaps_page,
    letters,
    unexplained,
)
from schema.categories import Category
from tests.conftest import ROOT
from tests.pinned_graph import graph
from tests.policy.test_policy_diff import changed

POLICY = graph().table.policy
CATEGORIES = law().categories.split()
CELLS = [
    (actor, name, cell)
    for actor, row in law().rows.items()
    for name, cell in zip(CATEGORIES, row.cells.split(), strict=True)
]
SIGNED: dict[str, dict[str, str]] = {
    entry["actor"]: entry["gaps"]
    for entry in yaml.safe_load((ROOT / "tests" / "policy" / "law" / "gaps.yaml").read_text(encoding="utf-8"))
}


@pytest.mark.parametrize(("actor", "category", "cell"), CELLS, ids=[f"{actor} {name}" for actor, name, _ in CELLS])
def test_a_cell_of_the_law_is_given_or_its_difference_is_signed(actor: str, category: str, cell: str) -> None:
    granted = letters(POLICY, actor, Category(category)) if actor in POLICY.actors else UNSERVED
    signed = SIGNED.get(actor, {}).get(category)
    if signed is not None:
        assert (granted, granted != cell) == (signed, True), f"{actor} × {category}: tests/policy/law/gaps.yaml"
    elif not (granted == UNSERVED and cell == "-"):
        assert granted == cell, f"{actor} × {category}: the law says {cell}, the grants give {granted}"


def test_no_difference_is_signed_that_is_not_one() -> None:
    gaps: dict[str, dict[str, str]] = {}
    for gap in law_gaps(POLICY):
        gaps.setdefault(gap.actor, {})[gap.subject] = gap.grants
    assert gaps == SIGNED


def test_every_difference_has_its_reason_and_every_reason_its_difference() -> None:
    assert unexplained(POLICY) == []
    assert UNEXPLAINED not in law_gaps_page(POLICY)


@pytest.mark.parametrize(
    ("policy", "problem"),
    [
        (changed("DEL-1", read=frozenset(Category) - {Category.NIR}), "delegataire_rsa × SOC : r → Rr, sans motif"),
        (changed("FT-4", reduced=frozenset[Category]()), "conseiller_ft × SAN : r → -, sans motif"),
        (
            changed("SIAE-1", read=frozenset({Category.ID}), reduced=frozenset({Category.SUIVI, Category.IDX})),
            "siae × SUIVI : un motif, et pas d'écart",
        ),
    ],
    ids=["more than the law", "less than the law", "a difference that is no more"],
)
def test_a_difference_without_a_reason_and_a_reason_without_a_difference_are_named(policy: Any, problem: str) -> None:
    if "siae" in problem:
        grants = tuple(replace(g, read=frozenset({Category.ID})) if g.id == "SIAE-2" else g for g in policy.grants)
        policy = replace(policy, grants=grants)
    assert problem in unexplained(policy)


def test_a_kind_of_actor_that_the_law_does_not_know_differs_wherever_it_reads() -> None:
    kinds = {**POLICY.actors, "stranger": replace(POLICY.actors["siae"], name="stranger")}
    grants = tuple(replace(grant, actor="stranger") for grant in POLICY.grants if grant.id == "SIAE-1")
    gaps = law_gaps(replace(POLICY, actors=kinds, grants=(*POLICY.grants, *grants)))
    assert {gap.subject for gap in gaps if gap.actor == "stranger"} >= {"ID", "COORD", "SUIVI"}


def test_the_table_names_each_guarded_category_once_and_every_cell_is_written_in_its_letters() -> None:
    assert len(CATEGORIES) == len(set(CATEGORIES))
    assert {letter for _, _, cell in CELLS for letter in cell} <= set("RroMAx-")
