"""`Schema-View: mine`: what an actor could ever read, by leaving out what it never may (docs/policy.md#rule-10)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    print_schema,
    validate_schema,
)

from hub.errors import RequestRefused
from hub.policy.decide.classification import Classification, InputClass
from hub.policy.decide.decision import DecisionClass, Effect
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.enforce import schema_view as module
from hub.policy.enforce.input_check import is_admitted
from hub.policy.enforce.schema_view import MINE, Views
from schema.categories import Category
from schema.facts import Fact
from tests.pinned_graph import graph
from tests.policy.schema_graph import field, grant, policy

GRAPH = graph()
TABLE = GRAPH.table
VIEWS = Views(GRAPH.schema, TABLE.classification)
CLASSES = pytest.mark.parametrize("row", TABLE.classes.values(), ids=lambda row: f"{row.kind}-{row.purpose}")


def coordinates(schema: GraphQLSchema) -> set[str]:
    """Every type, field, argument, input field and enum value of a schema."""
    names = set()
    for type_ in schema.type_map.values():
        if type_.name.startswith("__"):
            continue
        names.add(type_.name)
        if isinstance(type_, GraphQLObjectType):
            names |= {f"{type_.name}.{name}" for name in type_.fields}
            names |= {
                f"{type_.name}.{name}({a}:)" for name, output_field in type_.fields.items() for a in output_field.args
            }
        elif isinstance(type_, GraphQLInputObjectType):
            names |= {f"{type_.name}.{name}" for name in type_.fields}
        elif isinstance(type_, GraphQLEnumType):
            names |= {f"{type_.name}.{value}" for value in type_.values}
    return names


WHOLE = coordinates(GRAPH.schema)


@CLASSES
def test_a_view_is_a_valid_part_of_the_schema_of_all_in_which_nothing_is_denied(row: DecisionClass) -> None:
    schema = VIEWS.view(row)
    assert validate_schema(schema) == []
    visible = coordinates(schema)
    assert visible < WHOLE
    assert [name for name in visible if name in row.decisions and row.decisions[name].effect is Effect.DENY] == []
    inputs = visible & TABLE.classification.inputs.keys()
    assert [name for name in inputs if not is_admitted(name, row, TABLE.classification)] == []


@CLASSES
def test_what_is_left_out_of_a_type_is_denied_or_leads_to_nothing(row: DecisionClass) -> None:
    schema = VIEWS.view(row)
    for type_ in schema.type_map.values():
        if not isinstance(type_, GraphQLObjectType) or type_.name.startswith("__"):
            continue
        public = GRAPH.schema.type_map[type_.name]
        assert isinstance(public, GraphQLObjectType)
        for name, public_field in public.fields.items():
            denied = row.decisions[f"{type_.name}.{name}"].effect is Effect.DENY
            assert (name in type_.fields) == (not denied and get_named_type(public_field.type).name in schema.type_map)
            for argument in public_field.args if name in type_.fields else ():
                coordinate = f"{type_.name}.{name}({argument}:)"
                may = is_admitted(coordinate, row, TABLE.classification)
                may = may and get_named_type(public_field.args[argument].type).name in schema.type_map
                assert (argument in type_.fields[name].args) == may, coordinate


@CLASSES
def test_types_that_nothing_leads_to_are_not_there(row: DecisionClass) -> None:
    schema = VIEWS.view(row)
    again = build_schema(print_schema(schema))
    pending = [root.name for root in (schema.query_type, schema.mutation_type) if root is not None]
    reached = {*pending, "String", "Boolean"}
    while pending:
        type_ = again.type_map[pending.pop()]
        below: list[str] = []
        if isinstance(type_, GraphQLObjectType):
            below = [get_named_type(f.type).name for f in type_.fields.values()]
            below += [get_named_type(a.type).name for f in type_.fields.values() for a in f.args.values()]
        elif isinstance(type_, GraphQLInputObjectType):
            below = [get_named_type(f.type).name for f in type_.fields.values()]
        pending += set(below) - reached
        reached |= set(below)
    assert {name for name in schema.type_map if not name.startswith("__")} == reached


@pytest.mark.parametrize(
    ("kind", "purpose", "read"),
    [
        ("beneficiaire", "droits", {"SANTE", "JUSTICE", "SEJOUR"}),
        ("referent_cd", "suivi", {"SANTE"}),  # of what its own organisation recorded
        ("delegataire_rsa", "suivi", set()),
    ],
)
def test_a_value_that_would_never_be_told_is_not_there(kind: str, purpose: str, read: set[str]) -> None:
    theme = VIEWS.view(TABLE.decision_class(kind, purpose)).type_map["ConstraintTheme"]
    assert isinstance(theme, GraphQLEnumType)
    assert theme.values.keys() & {"SANTE", "JUSTICE", "SEJOUR"} == read
    assert "MOBILITE" in theme.values


SDL = """
interface Named { name: String note(by: Order): String }
type Cat implements Named { name: String note(by: Order): String lives: Int }
type Dog implements Named { name: String note(by: Order): String secret: Secret }
type Secret { nir: String }
union Pet = Cat | Secret
enum Order { OPEN HIDDEN }
input Deep { below: Deep nir: String! }
input Wide { deep: Deep name: String }
type Page { nodes: [Secret] edges: [Edge] pageInfo: String }
type Edge { node: Secret cursor: String }
type Query {
  named: Named
  pet: Pet
  page: Page
  only: Secret
  must(nir: String!): String
  wide(wide: Wide): String
}
"""
CLOSED = frozenset({"Dog.name", "Dog.secret", "Secret.nir", "Page.nodes", "Edge.node"})


def narrowed(closed: frozenset[str] = CLOSED) -> GraphQLSchema:
    """The schema above for whoever may not read those coordinates."""
    schema = build_schema(SDL)
    objects = [t for t in schema.type_map.values() if isinstance(t, GraphQLObjectType) and not t.name.startswith("__")]
    fields = [
        field(c, get_named_type(object_type.type).name, Category.NIR if c in closed else Category.PUB)
        for type_ in objects
        for name, object_type in type_.fields.items()
        for c in [f"{type_.name}.{name}"]
    ]
    inputs = {
        **{f"{type_}.note(by:)": InputClass("Order", ()) for type_ in ("Named", "Cat", "Dog")},
        "Order.OPEN": InputClass("Order", ("Cat.name",)),
        "Order.HIDDEN": InputClass("Order", ("Secret.nir",)),
        "Deep.below": InputClass("Deep", ()),
        "Deep.nir": InputClass("String", ("Secret.nir",)),
        "Wide.deep": InputClass("Deep", ()),
        "Wide.name": InputClass("String", ("Cat.name",)),
        "Query.must(nir:)": InputClass("String", ("Secret.nir",)),
        "Query.wide(wide:)": InputClass("Wide", ()),
    }
    members = {
        object_type.name: tuple(f.coordinate for f in fields if f.type == object_type.name) for object_type in objects
    }
    none = frozenset[str]()
    classification = Classification({f.coordinate: f for f in fields}, none, none, none, members, inputs, {}, "test")
    table = DecisionTable(policy(grant("G", "referent", Fact.REFERENT)), classification)
    return Views(schema, classification).view(table.decision_class("referent", "suivi"))


def test_an_interface_keeps_what_each_of_its_types_does() -> None:
    schema = narrowed()
    assert validate_schema(schema) == []
    assert schema.type_map["Named"].fields.keys() == {"note"}  # type: ignore[attr-defined]
    assert schema.type_map["Cat"].fields.keys() == {"name", "note", "lives"}  # type: ignore[attr-defined]
    assert schema.type_map["Dog"].fields.keys() == {"note"}  # type: ignore[attr-defined]


def test_what_leads_only_to_what_is_closed_goes_with_it() -> None:
    """A member of a union, a field that nothing can be asked of, a page whose rows are closed, an input that would
    have to hold what may not be asked by."""
    schema = narrowed()
    assert not schema.type_map.keys() & {"Secret", "Page", "Edge", "Deep"}
    assert [object_type.name for object_type in schema.type_map["Pet"].types] == ["Cat"]  # type: ignore[attr-defined]
    assert schema.query_type is not None
    assert schema.query_type.fields.keys() == {"named", "pet", "wide"}
    assert schema.type_map["Wide"].fields.keys() == {"name"}  # type: ignore[attr-defined]
    assert schema.type_map["Order"].values.keys() == {"OPEN"}  # type: ignore[attr-defined]


def test_nothing_closed_is_the_schema_of_all() -> None:
    assert print_schema(narrowed(frozenset())) == print_schema(build_schema(SDL))


def test_who_may_read_nothing_is_told_so_with_a_code() -> None:
    everything = coordinates(build_schema(SDL)) | CLOSED
    with pytest.raises(RequestRefused) as refused:
        narrowed(frozenset(everything))
    assert refused.value.code == "SCHEMA_VIEW_EMPTY"


def test_a_view_is_made_once_and_the_oldest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CACHE", 2)
    views = Views(GRAPH.schema, TABLE.classification)
    row = TABLE.decision_class("partenaire", "suivi")
    rows = [replace(row, digest=digest) for digest in "abc"]
    first, second = views.view(rows[0]), views.view(rows[1])
    assert views.view(rows[0]) is first
    views.view(rows[2])
    assert views.view(rows[0]) is first
    assert views.view(rows[1]) is not second


def test_only_mine_narrows() -> None:
    row = TABLE.decision_class("partenaire", "suivi")
    assert VIEWS.requested(None, row) is VIEWS.requested("all", row) is None
    view = VIEWS.requested(MINE, row)
    assert view is not None
    assert view() is VIEWS.view(row)


@pytest.mark.parametrize(
    ("kind", "purpose", "inputs"),
    [
        ("orienteur_cd", "identification", {"birthDate", "nir", "identifier", "departmentIdentifier"}),
        ("delegataire_rsa", "suivi", {"birthDate", "identifier"}),
        ("siae", "iae", None),
    ],
)
def test_a_view_holds_the_inputs_by_which_its_class_finds_persons(
    kind: str, purpose: str, inputs: set[str] | None
) -> None:
    schema = VIEWS.view(TABLE.decision_class(kind, purpose))
    form = schema.type_map.get("IdentityInput")
    assert (set(form.fields) if isinstance(form, GraphQLInputObjectType) else None) == inputs
    assert schema.query_type is not None
    assert ("findPerson" in schema.query_type.fields) == (inputs is not None)
    assert ("DepartmentIdentifierInput" in schema.type_map) == ("departmentIdentifier" in (inputs or ()))
