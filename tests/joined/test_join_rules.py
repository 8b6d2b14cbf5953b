"""A subgraph of another team joins by its SDL and a file of categories: what has none is closed, and it changes,
takes over and receives nothing of the hub's own."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from shutil import copy2

import pytest
from graphql import GraphQLObjectType

from demo.token_issuer import Issuer as DemoIssuer
from hub.app import hub_keys
from hub.errors import StartRefused
from hub.federation.client.http1 import Care
from hub.graph import Graph
from hub.joined.classified_sdl import classified_sdl
from hub.joined.field_categories import FieldCategories, read_categories
from hub.joined.joined_graph import joined_graph, own_coordinates
from hub.joined.joined_subgraph import JoinedSubgraph
from hub.journal.read.data_labels import data_labels
from hub.settings import load_settings
from hub.strict_toml import TomlRefused
from infra.keys import Keys
from schema.overlapping_keys import accepted
from tests.cli.commands import hub
from tests.conftest import ROOT
from tests.pinned_graph import graph

EXAMPLE = ROOT / "clients" / "examples" / "mobility_aids"
HEAD = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@external", "@requires", "@override", "@inaccessible", "@shareable"])
"""
LOANS = (
    HEAD
    + """
scalar Access
type Person @key(fields: "id") { id: ID! vehicleLoans: [VehicleLoan!] }
type VehicleLoan @key(fields: "id") { id: ID! startsOn: String _access: Access @inaccessible }
"""
)
LOAN_CATEGORIES = """
[fields]
"Person.vehicleLoans" = { category = "SUIVI", label = "Prêts de véhicule" }
"VehicleLoan.id" = "TECH"
"VehicleLoan.startsOn" = { category = "SUIVI", label = "Prêt de véhicule : début" }
[personal]
VehicleLoan = {}
"""


def categories(text: str, folder: Path) -> FieldCategories:
    path = folder / "categories.toml"
    path.write_text(text, encoding="utf-8")
    return read_categories(path)


def joined(sdl: str, text: str, folder: Path, *, contract: bool = False) -> Graph:
    subgraph = JoinedSubgraph("fifth", "https://fifth.example/graphql", sdl, categories(text, folder), contract)
    return joined_graph(graph(), [subgraph])


@cache
def with_mobility() -> Graph:
    """The graph with the example of mobility aids."""
    sdl = (EXAMPLE / "mobility.graphql").read_text(encoding="utf-8")
    rows = read_categories(EXAMPLE / "mobility.toml")
    return joined_graph(graph(), [JoinedSubgraph("mobility", "http://127.0.0.1:1/graphql", sdl, rows, False)])


def test_what_has_a_category_is_served_and_the_rest_is_closed() -> None:
    types = with_mobility().schema.type_map
    aid, service = types["MobilityAid"], types["Service"]
    assert isinstance(aid, GraphQLObjectType)
    assert isinstance(service, GraphQLObjectType)
    assert list(aid.fields) == ["id", "title", "kind", "departmentCodes"]
    assert {"name", "mobilityAids"} <= service.fields.keys()
    assert "managementNote" not in with_mobility().supergraph.text


def test_nothing_of_the_hub_s_own_is_decided_otherwise_beside_a_joined_subgraph() -> None:
    pinned, beside = graph().table, with_mobility().table
    for name, row in pinned.classes.items():
        decisions = {coordinate: beside.classes[name].decisions[coordinate] for coordinate in row.decisions}
        assert decisions == row.decisions
    assert beside.digest != pinned.digest  # so that a process without the settings refuses the contexts of one with


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("type Query { a: Ghost } type Ghost { b: Deep } type Deep { c: Int }", {"Query.a", "Ghost", "Deep"}),
        (
            "type Query { a(secret: Int): Int b(secret: Int!): Int }",
            {"Query.a(secret:)", "Query.b(secret:)", "Query.b"},
        ),
        ("type Query { a(by: By): Int } input By { x: Int }", {"By.x"}),
        ("type Query { a(by: By): Int } input By { x: Int! }", {"By.x", "By", "Query.a(by:)"}),
        ("interface I { x: Int y: Int } type T implements I { x: Int y: Int } type Query { a: T }", {"T.y", "I.y"}),
        ("union U = T type T { z: Int } type Query { a: Int u: U }", {"U", "T", "Query.u"}),
    ],
)
def test_what_leads_to_a_closed_coordinate_is_closed_with_it(text: str, closed: set[str], tmp_path: Path) -> None:
    rows = '[fields]\n"Query.a" = "PUB"\n"Query.b" = "PUB"\n"Query.u" = "PUB"\n"T.x" = "PUB"\n'
    sdl = classified_sdl(HEAD + text, categories(rows, tmp_path), own_coordinates(graph()))
    assert closed <= set(sdl.closed)
    assert {name for name in sdl.closed if name.startswith("Query.a")} == {n for n in closed if n.startswith("Query.a")}


OPEN_FIELDS = '[fields]\n"Query.rides" = "PUB"\n"Ride.id" = "TECH"\n"Ride.line" = "PUB"\n'
RIDE = 'type Query { rides: [Ride!] } type Ride @key(fields: "id") { id: ID! line: String }\n'


@pytest.mark.parametrize(
    ("more", "rows", "code"),
    [
        ("", '"Ride.seats" = "PUB"\n', "JOIN_CATEGORIES_UNKNOWN"),
        ("", '"Service.id" = "PUB"\n', "JOIN_CATEGORIES_UNKNOWN"),
        ('type Service @key(fields: "id") { id: ID! }', '"Service.id" = "PUB"\n', "JOIN_CATEGORIES_TAKEN"),
        ("type Mutation { book: Int }", '"Mutation.book" = "PUB"\n', "JOIN_NOT_A_READ"),
        ("directive @category on FIELD_DEFINITION", "", "JOIN_SDL_INVALID"),
        ("type {", "", "JOIN_SDL_INVALID"),
        ('type Service @key(fields: "id") { id: ID! name: String @override(from: "offers") }', "", "JOIN_TAKES_FIELD"),
        ('type Person @key(fields: "id") { id: ID! }', "", "SCHEMA_UNCLASSIFIED"),
        ('extend type Ride { rider: Person } type Person @key(fields: "id", resolvable: false) { id: ID! }',
         '"Ride.rider" = "PUB"\n', "SCHEMA_UNCLASSIFIED"),
        ('type Agent @key(fields: "id") { id: ID! email: String @external badge: Int @requires(fields: "email") }',
         '"Agent.badge" = "PUB"\n', "SCHEMA_UNCLASSIFIED"),
        ('type Agent @key(fields: "id") { id: ID! badge: Int }', '"Agent.badge" = "PUB"\n', "SCHEMA_UNCLASSIFIED"),
        ("extend type Query { ride(name: String): Int }",
         '"Query.ride" = "PUB"\n[reads]\n"Query.ride(name:)" = ["Person.lastName"]\n', "SCHEMA_UNCLASSIFIED"),
        ("extend type Ride { driver: String }", '"Ride.driver" = { category = "PROF", label = "Conducteur" }\n',
         "JOIN_WITHOUT_CONTRACT"),
        ("", "[personal]\nRide = {}\n", "JOIN_WITHOUT_CONTRACT"),
        ('type Service @key(fields: "id") { id: ID! @inaccessible }', "", "JOIN_CHANGES_GRAPH"),
        ('type Bus @key(fields: "number") { number: Int line: String }\nextend type Query { bus: Bus }',
         '"Query.bus" = "PUB"\n"Bus.line" = "PUB"\n', "JOIN_NOT_COMPOSED"),
    ],
)  # fmt: skip
def test_a_subgraph_outside_the_contract_gets_and_holds_open_data_alone_or_nothing_starts(
    more: str, rows: str, code: str, tmp_path: Path
) -> None:
    with pytest.raises(StartRefused) as caught:
        joined(HEAD + RIDE + more, OPEN_FIELDS + rows, tmp_path)
    assert caught.value.code == code, caught.value


def test_a_personal_type_under_the_contract_is_decided_by_the_grants_of_its_categories(tmp_path: Path) -> None:
    whole = joined(LOANS, LOAN_CATEGORIES, tmp_path, contract=True)
    table = whole.table
    assert "VehicleLoan" in table.classification.personal
    for name in ("Person.vehicleLoans", "VehicleLoan.startsOn"):
        for row in table.classes.values():
            own = row.decisions["Person.appointments"]  # of the same category, and without values of another
            assert (row.decisions[name].effect is own.effect) or own.silent or own.instead, (row.kind, row.purpose)
    labels = data_labels(whole.supergraph.schema, table.classification, table.policy, joined=whole.labels)
    assert labels.fields["VehicleLoan.startsOn"] == ("SUIVI", "Prêt de véhicule : début")
    assert "VehicleLoan._access" in whole.supergraph.inaccessible


@pytest.mark.parametrize(
    ("sdl", "text", "code"),
    [
        (LOANS.replace("_access: Access @inaccessible", ""), LOAN_CATEGORIES, "JOIN_ACCESS_VISIBLE"),
        (LOANS.replace(" @inaccessible }", " }"), LOAN_CATEGORIES, "JOIN_ACCESS_VISIBLE"),
        (LOANS, LOAN_CATEGORIES.replace("VehicleLoan = {}", ""), "SCHEMA_UNCLASSIFIED"),
        (LOANS.replace("startsOn: String", "startsOn: String!"), LOAN_CATEGORIES, "SCHEMA_UNCLASSIFIED"),
        (LOANS.replace("id: ID! vehicleLoans", 'id: ID! firstName: String @override(from: "people") vehicleLoans'),
         LOAN_CATEGORIES, "JOIN_TAKES_FIELD"),
        (LOANS.replace("id: ID! vehicleLoans", "id: ID! _access: Access @inaccessible @shareable vehicleLoans"),
         LOAN_CATEGORIES, "JOIN_TAKES_FIELD"),
        (LOANS + "type Query { late: Int }",
         LOAN_CATEGORIES.replace("[personal]", '"Query.late" = { category = "SUIVI", label = "Retards" }\n[personal]'),
         "JOIN_ROOT_UNGUARDED"),
        (LOANS + "type Household { size: Int }", LOAN_CATEGORIES + '"Household.size" = {}\n', "JOIN_"),
    ],
)  # fmt: skip
def test_a_subgraph_under_the_contract_that_can_t_be_guarded_does_not_join(
    sdl: str, text: str, code: str, tmp_path: Path
) -> None:
    with pytest.raises(StartRefused) as caught:
        joined(sdl, text, tmp_path, contract=True)
    assert caught.value.code.startswith(code), caught.value


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[fields]\n"A.b" = "PUBLIC"', 2),
        ('[fields]\n\n"A.b" = "SUIVI"', 3),
        ('[fields]\n"A.b" = { category = "SUIVI", label = " " }', 2),
        ('[fields]\n"A" = "PUB"', 2),
        ('[fields]\n"A.b" = 3', 2),
        ('[reads]\n"A.b" = "A.c"', 2),
        ('[reads]\n"A" = ["A.c"]', 2),
        ("[personal]\nA = 1", 2),
        ("[personal]\nA = { recorded = 1 }", 2),
        ("[field]\n", 1),
    ],
)
def test_a_file_of_categories_that_says_anything_else_is_refused_at_its_line(
    text: str, line: int, tmp_path: Path
) -> None:
    with pytest.raises(TomlRefused) as caught:
        categories(text, tmp_path)
    assert f"categories.toml:{line}:" in caught.value.problems[0]


def settings(folder: Path, entry: str) -> Path:
    path = DemoIssuer(folder).write_settings({})
    for name in ("mobility.graphql", "mobility.toml"):
        (path.parent / name).write_text((EXAMPLE / name).read_text(encoding="utf-8"), encoding="utf-8")
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{entry}\n", encoding="utf-8")
    return path


MOBILITY = """[subgraphs.mobility]
url = "http://127.0.0.1:4005/graphql"
sdl = "mobility.graphql"
categories = "mobility.toml"
retries = 0
"""


def test_the_settings_join_a_subgraph_and_only_one_under_the_contract_has_a_key(tmp_path: Path) -> None:
    open_one = load_settings(settings(tmp_path, MOBILITY))
    assert open_one.subgraphs["mobility"].care == Care(retries=0)
    assert [subgraph.name for subgraph in open_one.joined] == ["mobility"]
    assert open_one.signed == ()
    under_contract = load_settings(settings(tmp_path, f"{MOBILITY}contract = true"))
    assert "context-mobility" in hub_keys(under_contract.signed)
    assert "context-mobility" not in hub_keys(open_one.signed)


@pytest.mark.parametrize(
    "entry",
    [
        '[subgraphs.mobility]\nurl = "https://m.example/"',
        MOBILITY.replace("http://127.0.0.1", "http://m.example"),
        MOBILITY.replace("[subgraphs.mobility]", "[subgraphs.offers]"),
        MOBILITY.replace("[subgraphs.mobility]", "[subgraphs.journal]"),
        MOBILITY.replace("[subgraphs.mobility]", '[subgraphs."Mobility Aids"]'),
        MOBILITY.replace('"mobility.toml"', '"nowhere.toml"'),
        MOBILITY.replace('"mobility.graphql"', '"nowhere.graphql"'),
    ],
)
def test_an_entry_that_joins_nothing_stops_the_start(entry: str, tmp_path: Path) -> None:
    with pytest.raises(StartRefused, match="SETTINGS_INVALID"):
        load_settings(settings(tmp_path, entry))


def test_an_sdl_that_is_not_there_is_refused_at_its_line(tmp_path: Path) -> None:
    path = settings(tmp_path, MOBILITY.replace('"mobility.graphql"', '"nowhere.graphql"'))
    with pytest.raises(StartRefused) as refused:
        load_settings(path)
    line = path.read_text(encoding="utf-8").splitlines().index('sdl = "nowhere.graphql"') + 1
    assert f"settings.toml:{line}: « sdl » nomme « nowhere.graphql »" in refused.value.message


def test_the_key_of_a_subgraph_under_the_contract_is_changed_as_the_hub_s_own(tmp_path: Path, keys: Keys) -> None:
    tmp_path.chmod(0o700)
    for folder in (tmp_path, tmp_path / "nowhere"):
        assert "context-people" in hub("keys", "subgraph", "loans", "--keys", folder).check_refused("KEYS_MISSING")
    copy2(keys.directory / "journal", tmp_path)
    assert hub("keys", "subgraph", "loans", "--keys", tmp_path).code == 0
    hub("keys", "subgraph", "loans", "--keys", tmp_path).check_refused("KEY_EXISTS")
    hub("keys", "subgraph", "people", "--keys", tmp_path).check_refused("ARGUMENT_INVALID")
    hub("keys", "rotate", "nowhere", "--keys", tmp_path).check_refused("ARGUMENT_INVALID")
    first = Keys.load(tmp_path, ("context-loans",)).context("loans")
    assert hub("keys", "rotate", "context-loans", "--keys", tmp_path).code == 0
    current, previous = accepted(Keys.load(tmp_path, ("context-loans",)).context("loans"))
    assert (previous, current != first) == (first, True)
    assert hub("keys", "end", "context-loans", "--keys", tmp_path).code == 0


def test_a_client_has_the_joined_subgraph_and_the_check_names_what_is_closed(tmp_path: Path) -> None:
    path = settings(tmp_path, MOBILITY)
    checked = hub("policy", "check", "--settings", path)
    assert checked.code == 0, checked.err
    assert "« mobility » : 1 coordonnées sans catégorie restent fermées.\n  MobilityAid.managementNote\n" in checked.out
    operations, client = tmp_path / "operations", tmp_path / "client"
    operations.mkdir()
    (operations / "aids.graphql").write_text("query Aids { mobilityAids { title kind } }", encoding="utf-8")
    assert hub("client", "python", "--operations", operations, "--output", client, "--settings", path).code == 0
    assert "LICENCE" in "".join(file.read_text(encoding="utf-8") for file in client.rglob("*.py"))
