"""The glossary names what the contract and the policy name, and says where each comes from."""

from __future__ import annotations

import re

import pytest

from hub.graph import Graph
from tests import pinned_graph
from tests.docs.glossary import PAGE, enum_types, object_types, page

TEXT = PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def graph() -> Graph:
    return pinned_graph.graph()


def names(heading: str) -> set[str]:
    """First cells of the table under this heading."""
    section = re.split(r"^#+ ", TEXT.partition(f"# {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    return set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))


def test_every_field_enum_category_purpose_relation_and_actor_is_the_contracts() -> None:
    assert page() == TEXT, f"{PAGE} is not current: run make generated"


def test_every_type_says_which_systems_fill_it(graph: Graph) -> None:
    assert names("D'où viennent les données") == {kind.name for kind in object_types(graph)}


def test_no_origin_is_given_of_an_enum_that_is_not_served(graph: Graph) -> None:
    assert names("D'où viennent les valeurs") <= {kind.name for kind in enum_types(graph)}


def test_an_enum_value_of_a_stricter_category_says_so() -> None:
    assert "SANTE (SAN), JUSTICE (JUST), SEJOUR (SEJ)" in TEXT
    assert "ABSENT (ASSIDU)" in TEXT
