"""A grant, or a category of one, that opens no field of the graph is found and named with its line."""

from dataclasses import replace

from hub.policy.report.idle_grants import idle_grants
from schema.categories import Category
from tests.pinned_graph import graph
from tests.policy.test_policy_diff import changed

TABLE = graph().table


def test_every_category_of_every_served_grant_opens_a_field() -> None:
    assert list(idle_grants(TABLE.classification, TABLE.policy)) == []


def test_a_reduced_category_that_no_reduction_opens_is_named_though_the_grant_opens_others() -> None:
    rows = {
        pair: row
        for pair, row in TABLE.policy.reductions.items()
        if pair[0] != "siae" or TABLE.classification.fields[pair[1]].category is not Category.SOC
    }
    (first, second) = idle_grants(TABLE.classification, replace(TABLE.policy, reductions=rows))
    assert "SIAE-1" in first
    assert "SIAE-2" in second
    assert all("SOC (réduit)" in problem and problem.startswith("grants.toml:") for problem in (first, second))


def test_what_another_grant_opens_does_not_hide_that_a_grant_opens_nothing() -> None:
    policy = changed("FT-4", reduced=frozenset({Category.NIR}))
    (problem,) = idle_grants(TABLE.classification, policy)
    assert "« FT-4 » n'ouvre aucun champ de NIR (réduit)" in problem


def test_a_category_that_matches_by_no_input_is_named() -> None:
    (problem,) = idle_grants(TABLE.classification, changed("NAT-FT-1", match=frozenset({Category.NIR, Category.FAM})))
    assert "FAM (rapproché)" in problem


def test_a_category_that_no_input_writes_is_named() -> None:
    policy = changed("REF-CD-1", write=frozenset({Category.SUIVI, Category.FAM}))
    (problem,) = idle_grants(TABLE.classification, policy)
    assert "FAM (écrit)" in problem
