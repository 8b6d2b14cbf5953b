"""A subgraph that is none of ours gets what depends on no row, or nothing composes (docs/policy.md#relation)."""

from __future__ import annotations

import pytest
from graphql import DirectiveDefinitionNode, TypeDefinitionNode, parse, print_ast

from hub.federation.compose.composer import Source, compose
from hub.policy.decide.classify import Unclassified, classify
from schema.subgraphs import OWN, SUBGRAPHS, served_sdl

HEAD = """
extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.11", import: [
    "@key", "@external", "@requires", "@inaccessible", "@composeDirective"])
  @link(url: "https://spec.spie-hub.example/privacy/v1.0", import: ["@category", "@subject", "@reads"])
  @composeDirective(name: "@category")
  @composeDirective(name: "@subject")
  @composeDirective(name: "@reads")
"""
SHARED = {"Category", "CategoryLevel", "ForbiddenValue", "Access"}
LISTS = "\n".join(
    print_ast(node)
    for node in parse(served_sdl("people")).definitions
    if isinstance(node, DirectiveDefinitionNode) or (isinstance(node, TypeDefinitionNode) and node.name.value in SHARED)
)
"""The directives and their lists, as the four have them."""


def composed(text: str) -> None:
    """Compose and classify the served graph with a subgraph of somebody else's."""
    texts = {**{name: served_sdl(name) for name in (*SUBGRAPHS, *OWN)}, "foreign": text}
    classify(compose([Source(name, f"http://{name}.example/graphql", sdl) for name, sdl in texts.items()]))


PUBLIC = """
type Query { bus(cityCode: String @reads(fields: ["Training.title"])): Bus @category(name: PUB, level: FULL) }
type Bus @key(fields: "id") {
  id: ID! @category(name: TECH, level: FULL) line: String @category(name: PUB, level: FULL)
}
extend type Training @key(fields: "id") { id: ID! @external bus: Bus @category(name: PUB, level: FULL) }
"""
FOREIGN = {
    "a personal type of its own": 'type Ride @subject(field: "personId") @key(fields: "id") '
    "{ id: ID! @category(name: TECH, level: FULL) at: String @category(name: SUIVI, level: FULL) "
    "_access: Access @inaccessible @category(name: TECH, level: FULL) }",
    "a field of a personal type": 'extend type Person @key(fields: "id") '
    "{ id: ID! @external rides: Int @category(name: PUB, level: FULL) }",
    "a personal type by its key alone": 'extend type Person @key(fields: "id") '
    '{ id: ID! @external } type Car @key(fields: "id") { id: ID! @category(name: TECH, level: FULL) '
    "driver: Person @category(name: TECH, level: FULL) }",
    "a guarded value": 'type Driver @key(fields: "id") { id: ID! @category(name: TECH, level: FULL) '
    "name: String @category(name: PROF, level: FULL) }",
    "an open field of a type that holds a guarded value": 'extend type Agent @key(fields: "id") { id: ID! @external '
    "badge: String @category(name: PUB, level: FULL) }",
    "a guarded value that it requires": 'extend type Agent @key(fields: "id") { id: ID! @external '
    'email: String @external badge: String @requires(fields: "email") @category(name: PUB, level: FULL) }',
    "an input that compares a guarded value": "extend type Query "
    '{ ride(name: String @reads(fields: ["Person.lastName"])): Int @category(name: PUB, level: FULL) }',
}


def test_what_depends_on_no_row_is_served_by_whomever() -> None:
    composed(HEAD + LISTS + PUBLIC)


@pytest.mark.parametrize("case", FOREIGN)
def test_what_depends_on_a_row_is_given_to_no_subgraph_of_others(case: str) -> None:
    with pytest.raises(Unclassified, match="foreign"):
        composed(HEAD + LISTS + PUBLIC + FOREIGN[case])
