"""Random subgraph sets are judged as Apollo's composition judges them, but for the differences that are meant."""

from __future__ import annotations

import pytest

from hub.federation.compose.composer import Source
from tests.draws import COMPOSERS
from tests.federation.composers.deliberate import COMPOSES, deliberate
from tests.federation.composers.plans import planned
from tests.federation.composers.report import OPERATIONS, SEED, described, described_plan
from tests.federation.composers.sets import drawn
from tests.federation.composers.supergraphs import facts
from tests.federation.composers.verdict import CRASH, Loaded, Referees, Verdict, Verdicts, our_verdict, referees
from tests.federation.rules.case import HEAD
from tests.node import Node

FIRST_SEED = 20_000
PLANNED = COMPOSERS // 6


def judged(composers: Referees, *sdls: str) -> Verdicts:
    return composers.verdicts(tuple(Source(f"s{number}", "", sdl) for number, sdl in enumerate(sdls)))


def test_random_sets_are_judged_as_apollo_does(node: Node) -> None:
    with referees(node) as composers:
        for seed in range(FIRST_SEED, FIRST_SEED + COMPOSERS):
            sources = drawn(seed)
            verdicts = composers.verdicts(sources)
            difference = described(f"seed-{seed}", sources, verdicts)
            assert verdicts.same_codes or deliberate(verdicts), difference
            assert not any(code.startswith(CRASH) for code in verdicts.ours.codes), difference
            if verdicts.kind == (COMPOSES, COMPOSES):
                assert facts(verdicts.ours.supergraph) == facts(verdicts.apollo.supergraph), difference


def test_plans_over_random_sets_have_no_more_fetches_than_the_references(node: Node) -> None:
    with referees(node) as composers:
        for seed in range(FIRST_SEED, FIRST_SEED + PLANNED):
            sources = drawn(seed)
            if our_verdict(sources).accepts:
                loaded, operations = planned(sources, SEED, OPERATIONS, composers)
                assert not loaded.reasons, seed
                for operation in operations:
                    assert not operation.worse, described_plan(f"seed-{seed}", sources, operation)


ON_THE_WAY = (
    HEAD + "type Query { t: T } type T { id: ID! @shareable x: Int }",
    HEAD + 'type T @key(fields: "id") { id: ID! x: Int @external y: Int @requires(fields: "x") }',
)
BOTH_WAYS = ("type Query { a: [Int]! @shareable }", "type Query { a: [Int!] @shareable }")
STRICTER = (
    ("INVALID_GRAPHQL", "type Query { a: E } enum E { A A }"),
    ("INVALID_GRAPHQL", "type Query { a(text: String = WORD): Int }"),
    ("DISALLOWED_INACCESSIBLE", HEAD + "scalar String @inaccessible type Query { a: Int }"),
    ("TYPE_DEFINITION_INVALID", HEAD + "scalar _Service type Query { a: Int }"),
)


def test_what_is_required_may_be_read_on_the_way(node: Node) -> None:
    with referees(node) as composers:
        verdicts = judged(composers, *ON_THE_WAY)
    assert verdicts.kind == (COMPOSES, "SATISFIABILITY_ERROR")


def test_types_that_differ_both_ways_meet_in_the_weaker_of_each(node: Node) -> None:
    with referees(node) as composers:
        verdicts = judged(composers, *(HEAD + sdl for sdl in BOTH_WAYS))
    assert verdicts.kind == (COMPOSES, "FIELD_TYPE_MISMATCH")
    assert "a: [Int] @join__field" in verdicts.ours.supergraph


@pytest.mark.parametrize(("code", "sdl"), STRICTER)
def test_what_apollo_overlooks_is_refused(node: Node, code: str, sdl: str) -> None:
    with referees(node) as composers:
        verdicts = judged(composers, sdl)
    assert verdicts.kind == (code, COMPOSES)


def test_graphql_that_only_we_find_invalid_is_meant_for_a_named_reason_alone() -> None:
    meant, unmeant = ("INVALID_GRAPHQL", "Enum value 'E.A' can only be defined once."), ("INVALID_GRAPHQL", "else")
    assert deliberate(Verdicts(Verdict((meant,)), Verdict(), Verdict()))
    assert not deliberate(Verdicts(Verdict((unmeant,)), Verdict(), Verdict()))
    assert not deliberate(Verdicts(Verdict((meant, unmeant)), Verdict(), Verdict()))
    hidden = Verdict((("DISALLOWED_INACCESSIBLE", "this element of GraphQL or of a specification is @inaccessible"),))
    assert deliberate(Verdicts(hidden, Verdict(), Verdict()))
    assert not deliberate(Verdicts(hidden, Verdict((("KEY_INVALID_FIELDS", "any"),)), Verdict()))


def test_names_that_routers_would_confuse_are_refused(node: Node) -> None:
    sources = (Source("a-b", "", "type Query { a: Int }"), Source("A_B", "", "type Query { b: Int }"))
    with referees(node) as composers:
        verdicts = composers.verdicts(sources)
    assert verdicts.kind == ("INVALID_SUBGRAPH_NAME", COMPOSES)


def test_a_malformed_import_is_a_failure_with_its_place() -> None:
    sdl = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [{as: "@key"}, 3, null])'
    assert our_verdict((Source("s0", "", f"{sdl} type Query {{ a: Int }}"),)).codes == {"INVALID_LINK_DIRECTIVE_USAGE"}


INTERFACE = "type Query { i: I } interface I { x: Int } "
OVERRIDDEN = 'type Query { j: I } interface I { x: Int } type A implements I @key(fields: "id") { id: ID! x: Int }'
INTERFACES = """
type Query { i: I }
interface I @key(fields: "id") { id: ID! }
interface J { y: Int }
type A implements I & J @key(fields: "id") { id: ID! y: Int @shareable }
"""
SAME_SUPERGRAPHS = {
    "overridden, kept for an interface": (
        INTERFACE + 'type A implements I @key(fields: "id") { id: ID! x: Int @override(from: "s1") }',
        OVERRIDDEN,
    ),
    "external, kept for an interface": (
        INTERFACE + 'type A implements I @key(fields: "id") { id: ID! x: Int @external }',
        'type A @key(fields: "id") { id: ID! x: Int }',
    ),
    "a field that overrides one of an unknown subgraph": (
        'type Query { t: T } type T @key(fields: "id") { id: ID! x: Int @override(from: "gone") }',
    ),
    "a field that overrides one of an unknown subgraph and is shared": (
        'type Query { t: Int @shareable @override(from: "gone") }',
        "type Query { t: Int @shareable }",
    ),
    "the key of an extension beside a definition": (
        'type Query { t: T } extend type T @key(fields: "id") { id: ID! @external x: Int } type T { y: Int }',
    ),
    "a scalar of GraphQL that is declared": ("scalar String type Query { a: String }",),
    "an external key field": (
        'type Query { t: T } type T @key(fields: "id") { id: ID! x: Int }',
        'type T @key(fields: "id") { id: ID! @external y: Int }',
    ),
    "an external field that is overridden, and required": (
        'type Query { t: T } type T @key(fields: "id") { id: ID! x: Int @override(from: "s1") }',
        'type T @key(fields: "id") { id: ID! x: Int @external y: Int @requires(fields: "x") }',
    ),
    "field sets in braces": (
        """type Query { t: T @provides(fields: " {z} # own") }
        type T @key(fields: "{ id }") {
          id: ID! z: Int @external x(a: String): Int @external y: Int @requires(fields: "{x(a: \\"} {\\")}")
        }""",
        'type T @key(fields: "id") { id: ID! x(a: String): Int z: Int @shareable }',
    ),
    "subscriptions under another name": (
        "schema { query: Query subscription: Events } type Query { a: Int } type Events { b: Int }",
    ),
    "a protected type behind an interface": (INTERFACE + "type A implements I @authenticated { x: Int }",),
    "a protected type of a union": (
        "type Query { u: U } union U = A | B type A { x: Int } type B @authenticated @shareable { x: Int }",
        'union U = B type B @shareable @policy(policies: [["p"]]) { x: Int }',
    ),
    "a protected field behind an interface": (
        INTERFACE + 'type A implements I { x: Int @policy(policies: [["p"]]) } '
        'type B implements I { x: Int @policy(policies: [["q"]]) }',
    ),
    "a protected field of an interface object": (
        INTERFACES,
        'type I @interfaceObject @key(fields: "id") { id: ID! y: Int @shareable @authenticated }',
    ),
}

OWNER = 'type Query { t: T } type T @key(fields: "id") { id: ID! name: String by: By } type By { id: ID! mail: String }'
UPGRADED = {
    "a requirement of an own field": 'id: ID! @external own: Int x: Int @requires(fields: "own __typename")',
    "a requirement of an own key field": 'id: ID! @external x: Int @requires(fields: "id")',
    "a requirement that is an own field in part": (
        'id: ID! @external own: Int name: String @external x: Int @requires(fields: "own name")'
    ),
    "a requirement below an own field": (
        'id: ID! @external by: By x: Int @requires(fields: "by { ... on By { id mail } ... { id } }") } '
        "extend type By { id: ID! mail: String @external"
    ),
    "a requirement below an external field": (
        'id: ID! @external by: By @external x: Int @requires(fields: "by { mail }") } type By { mail: String'
    ),
    "a provision of an own field": (
        'id: ID! @external by: By @provides(fields: "mail id") } extend type By { id: ID! mail: String @external'
    ),
    "a requirement of what nobody external has": 'id: ID! @external own: Int x: Int @requires(fields: "{ own }")',
}
"""What a subgraph of Federation 1 adds to the type T of `OWNER`."""
SUBGRAPHS = {
    "fields that only bear the names of federation's root fields": (
        "type Query { a: Int } type Mutation { _entities: Int _service: T } type T { _service: Int }",
    ),
    "imports of a link without an address": (f'extend schema @link(import: ["@key", "@external"]) {OWNER}',),
    "imports of a link that nothing makes a link": (
        f'extend schema @link(url: "https://example.org/own/v1.0", import: ["@key"]) {OWNER}',
    ),
    **{name: tuple(HEAD + sdl for sdl in sdls) for name, sdls in SAME_SUPERGRAPHS.items()},
    **{name: (OWNER, f'extend type T @key(fields: "id") {{ {sdl} }}') for name, sdl in UPGRADED.items()},
}


@pytest.mark.parametrize("name", SUBGRAPHS)
def test_our_supergraph_says_what_apollos_says_and_its_planner_loads_it(node: Node, name: str) -> None:
    with referees(node) as composers:
        verdicts = judged(composers, *SUBGRAPHS[name])
        assert verdicts.kind == (COMPOSES, COMPOSES), verdicts
        assert facts(verdicts.ours.supergraph) ^ facts(verdicts.apollo.supergraph) == set()
        assert not composers.loaded(verdicts.ours.supergraph).reasons


def test_apollos_planner_loads_an_input_of_one_which_its_composition_does_not_know(node: Node) -> None:
    with referees(node) as composers:
        verdicts = judged(composers, "type Query { a(i: I): Int } input I @oneOf { x: Int y: Int }")
        assert verdicts.kind == (COMPOSES, "INVALID_GRAPHQL")
        assert not composers.loaded(verdicts.ours.supergraph).reasons
    assert our_verdict((Source("s0", "", "type Query { a(i: Int): Int }"),)).supergraph.count("oneOf") == 0


def test_a_planner_that_ends_the_process_is_told_apart_and_the_run_goes_on(node: Node) -> None:
    braced = our_verdict((Source("s0", "", HEAD + 'type Query { a: T } type T @key(fields: "id") { id: ID! }'),))
    with referees(node) as composers:
        loaded = composers.loaded(braced.supergraph.replace('key: "id"', 'key: "{ id }"'), ["{ a { id } }"])
        assert loaded.reasons == {"hive": "it aborts"}
        assert loaded.apollo == [1]
        assert composers.loaded(braced.supergraph, ["{ a { id } }"]) == Loaded({}, [1], [1])
