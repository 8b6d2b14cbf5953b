"""The served SDLs: every field classified, every personal type with its subject, every element described in French."""

import re

import pytest
from graphql import build_schema, parse, print_ast

from schema.categories import OPEN, SPEC, Category, Level
from schema.subgraphs import served_sdl
from tests.schema.served_types import (
    FEDERATION,
    SERVED,
    classified,
    coordinates,
    definitions,
    described,
    directive,
    directives,
    document,
    type_name,
)

IMPERSONAL = OPEN | {Category.PROF}
PART_OF_THE_PERSON = {
    *("Person", "SectorIdentifier", "NationalIdentifier", "Contact", "Address", "Household", "Rsa", "Allocations"),
    *(
        "Statement",
        "Resources",
        "JobSeekerRegistration",
        "ProfessionalProject",
        "Constraint",
        "Disability",
        "Referent",
        "Rights",
        "Withdrawal",
    ),
    "PassIae",
    "Education",
}
"""Types whose rows follow the person: whoever has the person as its own item has them too. All others have an owner."""

EDGES = {
    "Structure",
    "Organisation",
    "Agent",
    "Referent",
    "GroupMember",
    "Service",
    "Company",
    "ImmersionOffer",
    "TrainingSession",
    "String",
}
"""Types of which a link to one may reveal what the type itself does not; a text may name one."""

ENGLISH = re.compile(r"\b(?:the|of|and|is|are|with|for|this|that|by|from)\b", re.IGNORECASE)


@pytest.mark.parametrize("subgraph", SERVED)
def test_each_sdl_is_a_valid_schema_of_its_own(subgraph: str) -> None:
    extension = next(d for d in document(subgraph).definitions if d.kind == "schema_extension")
    assert SPEC in [arguments["url"] for name, arguments in directives(extension) if name == "link"]
    text, count = re.subn(
        r"extend schema((?:\s+@\w+\([^)]*\))+)", r"schema\1 { query: Query }", served_sdl(subgraph), count=1
    )
    assert count == 1
    build_schema(FEDERATION + text)


@pytest.mark.parametrize("subgraph", SERVED)
def test_the_lists_of_the_directives_are_those_of_the_contract(subgraph: str) -> None:
    enums = {
        n.name.value: [v.name.value for v in n.values] for s, n in definitions("enum_type_definition") if s == subgraph
    }
    assert enums["Category"] == [category.value for category in Category]
    assert enums["CategoryLevel"] == [level.value for level in Level]


def test_every_field_has_exactly_one_category_and_the_same_wherever_it_is() -> None:
    categories: dict[str, object] = {}
    for item in coordinates():
        assert len(item.categories) == 1, item.name
        assert categories.setdefault(item.name, item.categories) == item.categories, item.name


def test_guarded_fields_and_lists_of_them_are_nullable() -> None:
    personal = {node.name.value for _, node in definitions("object_type_definition") if directive(node, "subject")}
    for item in coordinates():
        if item.category not in OPEN or type_name(item.field.type) in personal:
            assert item.nullable, item.name


def test_every_personal_type_names_its_subject_and_carries_the_internal_facts() -> None:
    for subgraph, node in definitions("object_type_definition"):
        fields = {c.field.name.value: c for c in coordinates() if c.subgraph == subgraph and c.type is node}
        served = {name: c for name, c in fields.items() if directive(c.field, "external") is None}
        personal = [n for n, c in served.items() if c.category not in IMPERSONAL] if node.name.value != "Query" else []
        subject = directive(node, "subject")
        assert (subject is not None) >= bool(personal), node.name.value
        if subject is None:
            assert "_access" not in fields, node.name.value
        else:
            access = fields["_access"]
            names = {name for name, _ in directives(access.field)}
            assert names == {"inaccessible", "shareable", "category"}, node.name.value
            assert (type_name(access.field.type), access.category) == ("Access", Category.TECH)
            assert subject["field"] == ("id" if node.name.value in ("Person", "Withdrawal") else "personId")


def test_an_item_of_the_journey_has_an_owner_and_a_part_of_the_person_has_none() -> None:
    for _, node in definitions("object_type_definition"):
        subject = directive(node, "subject")
        if subject is not None:
            assert ("owner" in subject) != (node.name.value in PART_OF_THE_PERSON), node.name.value


def test_free_text_is_never_of_an_ordinary_category() -> None:
    for item in coordinates():
        if "saisi" in (item.field.description.value if item.field.description else ""):
            assert item.category in {Category.LIBRE, Category.SAN}, item.name


def test_a_key_is_the_opaque_id_alone() -> None:
    for _, node in definitions("object_type_definition"):
        keys = [arguments for name, arguments in directives(node) if name == "key"]
        assert [arguments["fields"] for arguments in keys] in ([], ["id"]), node.name.value
    for item in coordinates():
        if item.field.name.value == "id":
            assert (type_name(item.field.type), item.category, item.nullable) == ("ID", Category.TECH, False), item.name


def test_a_connection_is_relays_and_counts_nothing() -> None:
    types = {(s, n.name.value): n for s, n in definitions("object_type_definition")}
    for (subgraph, name), node in types.items():
        if name.endswith("Connection"):
            item = name.removesuffix("Connection")
            fields = {f.name.value: type_name(f.type) for f in node.fields}
            assert fields.pop("_judged", item) == item
            assert fields == {"nodes": item, "edges": f"{item}Edge", "pageInfo": "PageInfo"}
            assert {"cursor", "node"} <= {f.name.value for f in types[subgraph, f"{item}Edge"].fields}
    for item in coordinates():
        if type_name(item.field.type).endswith("Connection"):
            arguments = {a.name.value: a for a in item.field.arguments or ()}
            assert {"first", "after"} <= arguments.keys(), item.name
            assert print_ast(arguments["first"]).endswith("first: Int = 20"), item.name


def test_a_value_stricter_than_its_field_has_a_fate_and_a_plain_value_to_become() -> None:
    stricter: dict[str, set[str]] = {}
    plain: dict[str, set[str]] = {}
    for _, node in definitions("enum_type_definition"):
        for value in node.values:
            applied = directive(value, "category")
            (plain if applied is None else stricter).setdefault(node.name.value, set()).add(value.name.value)
            assert applied is None or applied["name"] in {"SAN", "JUST", "SEJ", "ASSIDU", "FREIN"}
    assert stricter.keys() == {
        "AppointmentStatus",
        "ConstraintTheme",
        "MotiveCategory",
        "ObjectiveTheme",
        "SuspensionReason",
        "WorkSituation",
    }
    for item in coordinates():
        enum, fate = type_name(item.field.type), directive(item.field, "forbiddenValue")
        if fate is not None and enum in EDGES:
            assert fate["action"] in {"DROP", "WITHHOLD"}
            continue
        assert (enum in stricter and directive(item.field, "external") is None) == (fate is not None), item.name
        if fate is not None:
            assert fate["action"] in {"DROP", "COARSEN"}
            assert fate["action"] != "COARSEN" or fate["to"] in plain[enum], item.name


def test_every_input_says_which_coordinates_it_reveals() -> None:
    inputs = {node.name.value for _, node in definitions("input_object_type_definition")}
    orders = {
        node.name.value
        for _, node in definitions("enum_type_definition")
        if all(directive(value, "reads") for value in node.values)
    }
    declared = [(c.name, a) for c in coordinates() for a in c.field.arguments or ()]
    declared += [(n.name.value, f) for _, n in definitions("input_object_type_definition") for f in n.fields]
    for owner, node in declared:
        reads, match = directive(node, "reads"), directive(node, "match")
        if (writes := directive(node, "writes")) is not None:
            assert writes["field"] in {c.name for c in coordinates()}, node.name.value
            continue
        if match is not None:
            assert owner == "IdentityInput", node.name.value
            assert match["category"] in {"NIR", "IDX", "ID"}, node.name.value
            continue
        if node.name.value in {"id", "first", "after"} or type_name(node.type) in inputs | orders:
            assert reads is None or reads["fields"], (owner, node.name.value)
            continue
        assert reads is not None, (owner, node.name.value)
        assert set(reads["fields"]) <= classified().keys(), (owner, node.name.value)


def test_the_only_way_to_match_a_nir_is_an_input_and_no_answer_holds_it() -> None:
    nir = [item for item in coordinates() if item.category is Category.NIR]
    assert {(i.name, i.level, directive(i.field, "inaccessible") is not None) for i in nir} == {
        ("Person.nirLastDigits", Level.REDUCED, False),
    }


@pytest.mark.parametrize("subgraph", SERVED)
def test_everything_that_a_reader_sees_is_described_in_french(subgraph: str) -> None:
    for name, description in described(subgraph):
        assert description is not None, name
        text = description.value
        assert re.fullmatch(r"[A-ZÀ-Ý0-9].*[.]", text), f"{name}: {text}"
        assert not ENGLISH.search(text), f"{name}: {text}"
        assert not re.search(r"\S[;:] ", text), f"{name}: {text}"


def test_what_several_subgraphs_say_of_one_thing_is_said_in_the_same_words() -> None:
    descriptions: dict[str, str] = {}
    allowed = {"Structure", "Structure.id", "Agent"}
    for subgraph in SERVED:
        for name, description in described(subgraph):
            text = description.value if description else ""
            assert name in allowed or descriptions.setdefault(name, text) == text, name


def test_the_external_fields_are_those_that_suggestions_require() -> None:
    external = {
        f"{node.name.value}.{field.name.value}"
        for _, node in definitions("object_type_definition")
        for field in node.fields
        if directive(field, "external") is not None
    }
    requires = {item.name: directive(item.field, "requires") for item in coordinates()}
    (required,) = [(name, arguments["fields"]) for name, arguments in requires.items() if arguments]
    assert required[0] == "Person.suggestedServices"
    parse(f"{{ {required[1]} }}")
    assert external == {
        "Person.contact",
        "Person.constraints",
        "Contact.address",
        "Address.cityCode",
        "Constraint.theme",
        "Constraint.state",
    }
