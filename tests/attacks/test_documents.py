"""Attacks by the document: aliases, fragments, probing, introspection, floods. Each test is named after its row of
docs/attaques.md."""

from __future__ import annotations

import re
from threading import current_thread
from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLObjectType, get_named_type

from hub.document.limits import Limits
from hub.document.parse import find_operation, parse_document
from hub.errors import StartRefused
from hub.federation.compose.composer import Source, compose
from hub.federation.operations.normalise import normalise
from hub.federation.planning.plan import plan as make_plan
from hub.graph import Graph, graph_of
from hub.policy.decide.classify import Unclassified
from hub.policy.enforce.authorise import authorise
from schema.categories import SPEC
from schema.days import today
from schema.subgraphs import GENERATED, SUBGRAPHS
from subgraphs.kit.root_sql import compile_statement
from subgraphs.kit.statement import Statement
from tests.e2e.canary_inside import Inside
from tests.e2e.canary_operations import NOBODY
from tests.e2e.canary_world import World
from tests.pinned_graph import graph

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOTES = """
interface Note { text: String%s }
type PlainNote implements Note @subject(field: "_access") {
  text: String @category(name: SUIVI)
  _access: Access @category(name: TECH) @inaccessible @shareable
}
type HealthNote implements Note @subject(field: "_access") {
  text: String @category(name: SAN)
  _access: Access @category(name: TECH) @inaccessible @shareable
}
"""


def graph_with_notes(on_interface: str = "") -> Graph:
    """The served graph, and an interface whose members have categories of their own."""
    texts = served()
    people = texts["people"].replace("type Query {", "type Query {\n  note: Note @category(name: TECH)\n", 1)
    texts["people"] = people + NOTES % on_interface
    return graph_from(texts)


def graph_with_memos() -> Graph:
    """The served graph, and an open field that is fed from what a person's number ends with."""
    texts = served()
    people = texts["people"].replace("type Person ", 'type Person @federation__context(name: "person") ', 1)
    people = people.replace("  birthName:", "  memo: Memo @category(name: TECH)\n  birthName:", 1)
    texts["people"] = (
        people
        + """
type Memo @key(fields: "id") {
  id: ID! @category(name: TECH)
  ending(of: String @federation__fromContext(field: "$person { nirLastDigits }")): String @category(name: PUB)
}
"""
    )
    return graph_from(texts)


def many_roots(before: str) -> str:
    """One field at the root under 51 names."""
    return before + "{ " + " ".join(f"a{n}: me {{ id }}" for n in range(51)) + " }"


def served() -> dict[str, str]:
    """The SDLs of the subgraphs."""
    return {name: (GENERATED / f"{name}.graphql").read_text(encoding="utf-8") for name in SUBGRAPHS}


def graph_from(texts: dict[str, str]) -> Graph:
    """Compose, classify and decide."""
    return graph_of(compose([Source(name, f"http://{name}.example/graphql", text) for name, text in texts.items()]))


async def test_01_an_alias_changes_no_decision(hub: Inside, world: World) -> None:
    query = "query ($id: ID!) { person(id: $id) { id: lastName lastName: household { x: dependentChildren } } }"
    got = await hub.ask("employeur", query, {"id": world.persons["vurnibal"]})
    assert got.data["person"] == {"id": "VURNIBAL", "lastName": None}
    assert [(e["path"], e["coordinate"]) for e in got.json["extensions"]["access"]] == [
        (["person", "lastName"], "Person.household")
    ]


@pytest.mark.parametrize("query", ["{ note { text } }", "{ note { ... on Note { text } } }"])
async def test_02_a_field_of_an_interface_is_decided_for_each_type_that_it_may_be(query: str) -> None:
    graph = graph_with_notes()
    document = parse_document(query, graph.schema, Limits())
    operation = normalise(document, find_operation(document, None), graph.schema)
    classification = graph.table.classification
    for purpose, plain in (("suivi", ["text"]), ("formation", [])):
        authorisation = authorise(operation, graph.table.decision_class("referent_cd", purpose), classification)
        (note,) = authorisation.operation.fetch.root.fields
        fields_by_type = {
            selection.type: [f.name for f in selection.fields if not f.name.startswith("_")]
            for selection in note.selections
        }
        assert fields_by_type == {"PlainNote": plain, "HealthNote": []}


async def test_03_a_category_on_an_interface_is_refused() -> None:
    with pytest.raises(Unclassified, match=r"Note\.text"):
        graph_with_notes(" @category(name: PUB)")


async def test_04_a_denied_field_pulls_nothing_of_what_it_requires(hub: Inside, world: World) -> None:
    query = "query ($id: ID!) { person(id: $id) { a: suggestedServices { nodes { id } } b: lastName } }"
    got = await hub.ask("employeur", query, {"id": world.persons["vurnibal"]})
    assert got.data["person"] == {"a": None, "b": "VURNIBAL"}
    assert [entry["coordinate"] for entry in got.json["extensions"]["access"]] == ["Person.suggestedServices"]
    request, context, _ = hub.transports["people"].exchanges[-1]
    assert not {"cityCode", "constraints", "theme"} & set(re.findall(r"\w+", request.query))
    assert context.residual.fields.keys() == {"Person.lastName"}


async def test_04_requirements_are_read_as_the_actor_reads_them(hub: Inside, world: World) -> None:
    """What goes to offers of a person holds no difficulty that the référent may not read; the answer hides the rest."""
    query = "query ($id: ID!) { person(id: $id) { suggestedServices { nodes { id } } } }"
    got = await hub.ask("referent-a", query, {"id": world.persons["vurnibal"]})
    assert got.data["person"].keys() == {"suggestedServices"}
    request, _, _ = hub.transports["offers"].exchanges[-1]
    (sent,) = next(value for value in request.variables.values() if isinstance(value, list))
    assert [item["theme"] for item in sent["constraints"]] == ["MOBILITE"]


async def test_04_a_denied_field_feeds_no_argument() -> None:
    """`@fromContext` of the person's own number, through a type that is nobody's."""
    graph = graph_with_memos()
    document = parse_document("query ($id: ID!) { person(id: $id) { memo { id ending } } }", graph.schema, Limits())
    operation = normalise(document, find_operation(document, None), graph.schema)
    for actor, purpose, fed in (("beneficiaire", "droits", True), ("organisme_formation", "formation", False)):
        decisions = graph.table.decision_class(actor, purpose)
        authorisation = authorise(operation, decisions, graph.table.classification)
        plan = make_plan(authorisation.operation, graph.supergraph)
        assert ("nirLastDigits" in plan.text(), "ending" in plan.text()) == (fed, fed)
        assert ("Person.nirLastDigits" in authorisation.residual.fields) == fed
        if not fed:
            (denied,) = (entry for entry in authorisation.entries if entry.coordinate == "Memo.ending")
            assert denied.decision.required == "Person.nirLastDigits"


@pytest.mark.parametrize(
    ("type_", "key"),
    [("Person", "birthDate"), ("Person", "id lastName"), ("Person", "contact { email }"), ("Agent", "email")],
)
async def test_05_a_key_that_says_something_of_anyone_stops_the_start(type_: str, key: str) -> None:
    """Keys travel between subgraphs whoever asks: they are opaque ids."""
    texts = served()
    whole = texts["people"]
    texts["people"] = whole.replace(f"type {type_} @key(", f'type {type_} @key(fields: "{key}") @key(', 1)
    assert texts["people"] != whole
    with pytest.raises(StartRefused, match=r"clé d'une catégorie gardée"):
        graph_from(texts)


async def test_05_no_key_is_in_a_path_or_an_answer_that_did_not_ask_for_it(hub: Inside, world: World) -> None:
    query = "query ($id: ID!) { person(id: $id) { appointments(first: 1) { nodes { status } } } }"
    got = await hub.ask("referent-a", query, {"id": world.persons["vurnibal"]})
    assert world.persons["vurnibal"].encode() not in got.body
    assert b'"id"' not in got.body


def renamed(text: str, local: str) -> str:
    """The SDL with the category directive under another local name."""
    start = text.index(f'@link(url: "{SPEC}')
    end = text.index(")", start)
    link = text[start:end].replace('"@category"', f'{{ name: "@category", as: "@{local}" }}')
    before, after = (re.sub(r"@category\b", f"@{local}", part) for part in (text[:start], text[end:]))
    return before + link + after


async def test_06_a_directive_is_ours_by_its_specification_whatever_its_name() -> None:
    renamed_graph = graph_from({name: renamed(text, "told") for name, text in served().items()})
    assert renamed_graph.table.classification == graph_from(served()).table.classification
    foreign = {name: text.replace(SPEC, "https://attacker.example/privacy/v1.0") for name, text in served().items()}
    with pytest.raises(StartRefused):
        graph_from(foreign)


@pytest.mark.parametrize("name", ["_entities", "_service", "_access", "__access"])
async def test_07_what_is_internal_fails_as_a_typo_does(hub: Inside, name: str) -> None:
    arguments = '(representations: [{ __typename: "Person" }])' if name == "_entities" else ""
    internal = await hub.ask("referent-a", f"{{ {name}{arguments} {{ __typename }} }}")
    typo = await hub.ask("referent-a", f"{{ {'q' * len(name)}{arguments} {{ __typename }} }}")
    assert internal.status == typo.status == 400
    assert internal.body.replace(name.encode(), b"q" * len(name)) == typo.body
    assert internal.calls == {}


@pytest.mark.parametrize("edge", ["contact", "household", "rsa", "referent", "appointments { nodes", "constraints"])
async def test_10_typename_tells_no_more_than_its_parent(hub: Inside, world: World, edge: str) -> None:
    closing = " }" if "{" in edge else ""
    query = f"query ($id: ID!) {{ person(id: $id) {{ {edge} {{ __typename }}{closing} }} }}"
    nobody = await hub.ask("referent-b", query, {"id": NOBODY})
    assert (await hub.ask("referent-b", query, {"id": world.persons["vurnibal"]})).body == nobody.body


async def test_10_typename_counts_no_element_that_is_withheld(hub: Inside, world: World) -> None:
    query = "query ($id: ID!) { person(id: $id) { constraints { __typename } } }"
    got = await hub.ask("referent-a", query, {"id": world.persons["vurnibal"]})
    assert got.data["person"]["constraints"] == [{"__typename": "Constraint"}]
    denied = await hub.ask("employeur", query, {"id": world.persons["vurnibal"]})
    assert denied.data["person"] == {"constraints": None}


async def test_11_introspection_knows_nothing_internal_and_is_no_short_cut(hub: Inside, world: World) -> None:
    everything = await hub.ask("personne", "{ __schema { types { name fields { name } inputFields { name } } } }")
    names = {type_["name"] for type_ in everything.data["__schema"]["types"]}
    fields = {field["name"] for type_ in everything.data["__schema"]["types"] for field in type_["fields"] or ()}
    assert not {name for name in names | fields if name.startswith("_") and not name.startswith("__")}
    assert not names & {"Access", "Category", "_Any", "_Entity", "_Service"}
    mixed = await hub.ask(
        "referent-b",
        'query ($id: ID!) { person(id: $id) { lastName } a: __type(name: "_Entity") { name } __typename }',
        {"id": world.persons["vurnibal"]},
    )
    assert mixed.data == {"person": None, "a": None, "__typename": "Query"}
    denied = await hub.ask(
        "employeur",
        "query ($id: ID!) { __schema { queryType { name } } person(id: $id) { household { __typename } } }",
        {"id": world.persons["vurnibal"]},
    )
    assert denied.data["person"] == {"household": None}


async def test_21_no_path_leads_from_one_person_to_another(hub: Inside, world: World) -> None:
    """But to the partner, who is decided on as a person of its own (`tests/demo/test_group_and_rights.py`), and back
    from an item to the person whose it is (`tests/attacks/test_lists.py`). Nor does a collective rendez-vous tell who
    else was there."""
    visited: set[str] = set()
    pending = ["Person"]
    while pending:
        type_ = pending.pop()
        for name, field in graph().schema.type_map[type_].fields.items():  # type: ignore[attr-defined]
            below = get_named_type(field.type)
            if (type_, name) == ("Household", "partner") or name == "person":
                assert below.name == "Person"
            elif isinstance(below, GraphQLObjectType) and below.name not in visited:
                visited.add(below.name)
                pending.append(below.name)
    assert "Appointment" in visited
    assert not visited & {"Person", "PersonConnection", "PersonEdge", "Query"}
    query = "query ($id: ID!) { person(id: $id) { appointments { nodes { motive { category } status } } } }"
    got = await hub.ask("referent-a", query, {"id": world.persons["vurnibal"]})
    collective = [n for n in got.data["person"]["appointments"]["nodes"] if n["status"] != "INCONNU"]
    assert collective == [{"motive": {"category": "rsa_orientation"}, "status": "VU"}]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (many_roots(""), "DOCUMENT_ROOT_FIELDS_LIMIT"),
        ("{ me { " + " ".join(f"a{n}: id" for n in range(201)) + " } }", "DOCUMENT_ALIASES_LIMIT"),
    ],
)
async def test_23_the_same_field_under_many_names_is_bounded(hub: Inside, query: str, code: str) -> None:
    got = await hub.ask("personne", query)
    assert (got.status, got.code, got.calls) == (400, code, {})


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ me " + "{ contact " * 5_000 + "{ email }" + "}" * 5_001, "DOCUMENT_DEPTH_LIMIT"),
        ("{ me { " + "id " * 3_000 + "} }", "DOCUMENT_SELECTIONS_LIMIT"),
        ("{ me { id } } #" + "x" * 200_000, "DOCUMENT_BYTES_LIMIT"),
        ("{ persons(first: " + "9" * 100 + ") { nodes { id } } }", "DOCUMENT_DIGITS_LIMIT"),
        ("{ me { id" + " @include(if: true)" * 300 + " } }", "DOCUMENT_DIRECTIVES_LIMIT"),
        (
            "{ me { ...F0 } } "
            + " ".join(f"fragment F{n} on Person {{ ...F{n + 1} ...F{n + 1} }}" for n in range(30))
            + " fragment F30 on Person { id }",
            "DOCUMENT_SELECTIONS_LIMIT",
        ),
        ("{ me { ...A } } fragment A on Person { ...B } fragment B on Person { ...A }", "DOCUMENT_FRAGMENT_CYCLE"),
        ("{ me { id @unheardOf } }", "DOCUMENT_INVALID"),
        ("{ me { ... @defer { id } } }", "DOCUMENT_INVALID"),
        ("{ persons { nodes @stream { id } } }", "DOCUMENT_INVALID"),
    ],
    ids=["deep", "wide", "huge", "digits", "directives", "exponential", "cycle", "directive", "defer", "stream"],
)
async def test_34_35_36_a_flood_is_refused_before_anything_is_asked(hub: Inside, query: str, code: str) -> None:
    got = await hub.ask("personne", query)
    assert (got.status, got.code, got.calls) == (400, code, {})


DEFAULTS = [
    ("$x: Boolean = true", {}, "me { id lastName @skip(if: $x) }", {"id"}),
    ("$x: Boolean = false", {}, "me { id lastName @skip(if: $x) }", {"id", "lastName"}),
    ("$x: Boolean = true", {"x": False}, "me { id lastName @skip(if: $x) }", {"id", "lastName"}),
    ("$x: Boolean! = true", {}, "me { id lastName @skip(if: $x) @include(if: $x) }", {"id"}),
    ("$x: Boolean = true", {}, "me { id ...F @include(if: $x) }", {"id", "lastName"}),
]


@pytest.mark.parametrize(("declared", "variables", "selected", "expected_keys"), DEFAULTS)
async def test_36_conditions_hold_wherever_their_value_comes_from(
    hub: Inside, declared: str, variables: dict[str, bool], selected: str, expected_keys: set[str]
) -> None:
    fragment = " fragment F on Person { lastName }" if "...F" in selected else ""
    got = await hub.ask("personne", f"query ({declared}) {{ {selected} }}{fragment}", variables)
    assert "errors" not in got.json
    assert got.data["me"].keys() == expected_keys


@pytest.mark.parametrize("value", [None, "true", 1, 0, [], [True], {}])
async def test_36_a_condition_that_is_no_boolean_is_refused(hub: Inside, value: object) -> None:
    got = await hub.ask("personne", "query ($x: Boolean = true) { me { id @skip(if: $x) lastName } }", {"x": value})
    assert (got.status, got.code, got.calls) == (400, "VARIABLE_INVALID", {})


async def test_38_names_change_no_bound(hub: Inside) -> None:
    """Fields named like cheap ones by their alias count as what they are."""
    aliased = "{ me { " + " ".join(f"__typename{n}: id" for n in range(201)) + " } }"
    assert (await hub.ask("personne", aliased)).code in ("DOCUMENT_RESERVED_ALIAS", "DOCUMENT_ALIASES_LIMIT")
    query = many_roots("query __schema ")
    assert (await hub.ask("personne", query)).code == "DOCUMENT_ROOT_FIELDS_LIMIT"


@pytest.mark.parametrize("removed", ["COORD", "ID", "TECH"])
async def test_42_a_field_without_a_category_stops_the_start(removed: str) -> None:
    texts = served()
    whole = texts["people"]
    texts["people"] = whole.replace(f" @category(name: {removed}, level: FULL)", "", 1)
    assert texts["people"] != whole
    with pytest.raises(Unclassified, match="aucune catégorie"):
        graph_from(texts)


async def test_34_no_statement_of_a_new_document_is_compiled_where_others_are_answered(
    hub: Inside, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes up to a tenth of a second, during which nobody else would be answered."""
    compiled: list[str] = []

    def noted(*arguments: Any) -> Statement:
        compiled.append(current_thread().name)
        return compile_statement(*arguments)

    monkeypatch.setattr("subgraphs.kit.compiler.compile_statement", noted)
    person = next(iter(world.persons.values()))
    lists = ["appointments", "jobApplications", "trainingPlacements"]
    below = " ".join(f"{name}(first: 9) {{ nodes {{ new: id }} }}" for name in lists)
    read = f"query New($id: ID!) {{ person(id: $id) {{ new: id {below} }} }}"  # a key that no other test's document has
    assert (await hub.ask("referent-a", read, {"id": person})).data["person"]
    assert len(compiled) == 4
    record = "mutation New($input: RecordAppointmentInput!) { recordAppointment(input: $input) { new: id mode } }"
    arguments = {"person": person, "startsAt": f"{today()}T09:00:00Z", "idempotencyKey": str(uuid4())}
    assert (await hub.ask("referent-a", record, {"input": arguments})).data["recordAppointment"]
    assert len(compiled) == 5
    assert {name.rpartition("_")[0] for name in compiled} == {"prepare"}
