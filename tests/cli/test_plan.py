"""`hub plan` shows what would be sent, for anyone or for one kind of actor, and no value."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.pages.journey import journey
from tests.cli.commands import hub
from tests.federation.shop import shop
from tests.pinned_graph import graph

BEST = "query Best($more: Boolean = true) { topProducts(first: 2) { name inStock @include(if: $more) } }"
SHOP = f"{BEST} query Me {{ me {{ id }} }}"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A supergraph and a document."""
    supergraph, document = tmp_path / "supergraph.graphql", tmp_path / "query.graphql"
    supergraph.write_text(shop().supergraph.text, encoding="utf-8")
    document.write_text(SHOP, encoding="utf-8")
    return supergraph, document


def test_the_plan_of_any_supergraph_is_that_of_the_engine(files: tuple[Path, Path]) -> None:
    supergraph, document = files
    result = hub("plan", document, "--supergraph", supergraph, "--operation", "Best")
    assert result.code == 0, result.err
    assert result.out == shop().plan(BEST).text()


def test_fetches_that_the_variables_exclude_are_left_out_and_no_value_is_shown(files: tuple[Path, Path]) -> None:
    supergraph, document = files
    command = ("plan", document, "--supergraph", supergraph, "--operation", "Best", "--variables")
    assert "Fetch(inventory) {" in hub(*command, '{"more": true}').out
    result = hub(*command, '{"more": false}')
    assert result.code == 0, result.err
    assert "Fetch(products) {" in result.out
    assert "inventory" not in result.out
    assert "2" not in result.out


def test_the_plan_of_an_actor_holds_only_what_it_may_ever_read(tmp_path: Path) -> None:
    document = tmp_path / "journey.graphql"
    document.write_text(journey(graph().schema), encoding="utf-8")
    full_plan = hub("plan", document)
    assert full_plan.code == 0, full_plan.err
    assert "appointments(" in full_plan.out
    assert "birthDate" in full_plan.out
    actor_plan = hub("plan", document, "--actor", "statisticien_cd", "--purpose", "statistique")
    assert actor_plan.code == 0, actor_plan.err
    assert "birthDate" not in actor_plan.out


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), "DOCUMENT_OPERATION_NAME"),
        (("--operation", "Best", "--variables", "{"), "ARGUMENT_INVALID"),
        (("--operation", "Best", "--variables", "[]"), "ARGUMENT_INVALID"),
        (("--operation", "Best", "--variables", '{"more": 1}'), "VARIABLE_INVALID"),
        (("--operation", "Best", "--actor", "dpo", "--purpose", "droits"), "ARGUMENT_INVALID"),
    ],
    ids=["several operations", "not JSON", "not an object", "another type", "an actor of another graph"],
)
def test_what_can_not_be_planned_is_refused_by_its_code(
    files: tuple[Path, Path], options: tuple[str, ...], code: str
) -> None:
    supergraph, document = files
    hub("plan", document, "--supergraph", supergraph, *options).check_refused(code)


def test_a_document_that_is_not_there_or_not_of_the_graph_is_refused(tmp_path: Path, files: tuple[Path, Path]) -> None:
    hub("plan", tmp_path / "none.graphql").check_refused("DOCUMENT_UNREADABLE")
    hub("plan", files[1], "--operation", "Best").check_refused("DOCUMENT_INVALID")


def test_a_purpose_that_an_actor_can_not_have_is_told_with_those_that_exist(files: tuple[Path, Path]) -> None:
    line = hub("plan", files[1], "--actor", "dpo", "--purpose", "suivi").check_refused("ARGUMENT_INVALID")
    assert all(purpose in line for purpose in ("audit", "droits"))
