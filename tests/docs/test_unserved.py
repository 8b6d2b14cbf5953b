"""Each field of the paper model is served, or listed once with its source and the reason why not."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from graphql import EnumTypeDefinitionNode, parse

from hub.graph import GENERATED, load_graph
from hub.policy.report.coverage import coverage
from schema.sdl import SUBGRAPHS, sdl
from tests.docs.unserved import reasons, unserved


@pytest.mark.parametrize("subgraph", SUBGRAPHS)
def test_a_field_of_the_paper_is_served_or_listed(subgraph: str) -> None:
    listed = {field for row in reasons() if row.subgraph == subgraph for field in row.fields}
    assert unserved(subgraph) - listed == set(), "serve it, or say in docs/sur-papier.toml why not"
    assert listed - unserved(subgraph) == set(), "served, or not on paper: take it off docs/sur-papier.toml"


def test_a_field_is_listed_once_with_its_source_and_a_sentence() -> None:
    counted = Counter((row.subgraph, field) for row in reasons() for field in row.fields)
    assert {field: count for field, count in counted.items() if count > 1} == {}
    for row in reasons():
        assert row.subgraph in SUBGRAPHS
        assert row.source
        assert row.reason.endswith("."), row.fields


def test_what_the_check_of_the_policy_notes_is_explained() -> None:
    graph = load_graph()
    notes = coverage(graph.schema, graph.table.classification, graph.table.policy).notes
    noted = {re.findall(r"« (\S+) »", note)[0] for note in notes}
    assert noted <= {field for row in reasons() for field in row.fields}


@pytest.mark.parametrize("subgraph", SUBGRAPHS)
def test_a_served_enum_has_every_value_of_the_paper(subgraph: str) -> None:
    paper, served = _values(sdl(subgraph)), _values((GENERATED / f"{subgraph}.graphql").read_text(encoding="utf-8"))
    assert {name: paper[name] - values for name, values in served.items() if paper[name] - values} == {}


def _values(text: str) -> dict[str, set[str]]:
    return {
        node.name.value: {value.name.value for value in node.values or ()}
        for node in parse(text).definitions
        if isinstance(node, EnumTypeDefinitionNode)
    }
