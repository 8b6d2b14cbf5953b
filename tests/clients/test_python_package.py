"""What is generated for selections of every form: typed, decodable, and refused where it would be wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from graphql import build_schema

from hub.client_code.operations import read_operations
from hub.client_code.published import check_version, generated
from hub.client_code.python_names import attribute
from hub.client_code.python_package import PythonPackage
from hub.errors import ClientRefused
from spie_hub_client import runtime

SCHEMA = '''
"""Une personne qui écrit \\"\\"\\"ceci\\"\\"\\" et \\\\cela"""
type Person {
  id: ID! name: String class: Int born: Date tags: [[String!]!] friends(first: Int): [Person!] pet: Pet pets: [Pet]
  order: Person
}
enum PersonOrder { ASC }
type Cat { name: String lives: Int! } type Dog { name: String at: DateTime }
union Pet = Cat | Dog
scalar Date scalar DateTime scalar Money
enum Colour { RED name }
input Filter { is: Colour! all: [Filter!] max: Int = 3 }
type People { nodes: [Person!]! pageInfo: Bounds! } type Bounds { hasNextPage: Boolean! endCursor: String }
type Query { person(is: Filter, from: String): Person money: Money people(after: String, since: String): People }
input Keyed { idempotencyKey: String! }
type Mutation { write(name: String!): Person keyed(input: Keyed!): Person }
'''
CLASH = """
query A { person { ...B } again: person { friends { ...BFriends } } }
query C { person { ...B } }
fragment B on Person { friends { id } }
fragment BFriends on Person { name }
"""
Make = Callable[..., ModuleType]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes a package of operations, and imports it."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def package(*documents: str) -> ModuleType:
        for name, text in texts(tmp_path, *documents).items():
            (tmp_path / "made" / name).write_text(text, "utf-8")
        (tmp_path / "made" / "runtime").symlink_to(runtime.__path__[0])
        return import_module("made")

    (tmp_path / "made").mkdir()
    yield package
    for name in [name for name in sys.modules if name.partition(".")[0] == "made"]:
        del sys.modules[name]


def texts(folder: Path, *documents: str) -> dict[str, str]:
    """The modules made of these documents."""
    for number, document in enumerate(documents):
        (folder / f"{number}.graphql").write_text(document, "utf-8")
    schema = build_schema(SCHEMA)
    return PythonPackage(schema, read_operations([folder], schema)).modules()


def decoded(operation: Any, data: str) -> Any:
    return msgspec.json.decode(data, type=operation.DATA)


def test_aliases_keywords_and_lists_of_lists_are_typed(make: Make) -> None:
    package = make("query Read { who: person { class born tags __typename } }")
    who = decoded(
        package.Read, '{"who": {"class": 1, "born": "1988-03-14", "tags": [["a"]], "__typename": "Person"}}'
    ).who
    assert (who.class_, who.born.year, who.tags, who.typename_) == (1, 1988, (("a",),), "Person")


def test_fragments_of_other_files_are_merged_and_one_alone_is_one_class(make: Make) -> None:
    package = make(
        "query One { person { ...Names friends { id ...Names } } } query Two { person { friends { ...Names } } }",
        "fragment Names on Person { name friends { born } }",
    )
    person = decoded(
        package.One, '{"person": {"name": "a", "friends": [{"id": "1", "name": "b", "born": null, "friends": []}]}}'
    )
    assert person.person.friends[0].name == "b"
    names = import_module("made.fragments").Names
    friends = decoded(package.Two, '{"person": {"friends": [{"name": "a", "friends": null}]}}').person.friends
    assert type(friends[0]) is names


def test_what_a_directive_leaves_out_may_be_absent_and_the_rest_may_not(make: Make) -> None:
    package = make(
        """query Read($x: Boolean!) {
          person { id ... @include(if: $x) { id name } friends @skip(if: $x) { id } pet { __typename } }
        }"""
    )
    assert decoded(package.Read, '{"person": {"id": "1", "pet": null}}').person.name is None
    for absent in ('{"person": {"name": "a", "pet": null}}', '{"person": {"id": "1", "pet": null, "friends": [{}]}}'):
        with pytest.raises(msgspec.ValidationError):
            decoded(package.Read, absent)


def test_each_possible_type_has_its_class(make: Make) -> None:
    package = make("query Read { person { pets { __typename ... on Cat { lives } ... on Dog { at name } } } }")
    pets = """[
      {"__typename": "Cat", "lives": 9}, {"__typename": "Dog", "at": "2026-01-02T03:04:05Z", "name": "x"}, null
    ]"""
    cat, dog, none = decoded(package.Read, f'{{"person": {{"pets": {pets}}}}}').person.pets
    assert (cat.lives, dog.at.hour, none) == (9, 3, None)


def test_variables_are_sent_by_their_names_and_only_those_that_are_set(make: Make) -> None:
    package = make(
        """query Read($is: Filter, $from: String! = "a", $class: String) {
          person(is: $is, from: $from) { name friends { name } } again: person(from: $class) { id }
        }"""
    )
    inputs, enums = import_module("made.inputs"), import_module("made.enums")
    below = inputs.Filter(is_=enums.Colour.RED)
    read = package.Read(is_=inputs.Filter(is_=enums.Colour.NAME, all=(below,)), class_=None)
    assert msgspec.json.decode(msgspec.json.encode(read)) == {
        "is": {"is": "name", "all": [{"is": "RED"}]},
        "class": None,
    }


def test_a_comment_that_ends_with_a_quote_is_a_description(make: Make) -> None:
    assert make('# Dit "oui"\nquery Read { person { id } }').Read.__doc__ == 'Dit "oui"'


def test_no_variable_hides_what_its_module_needs(make: Make) -> None:
    package = make(
        """query Read($field: String, $firstName: String) {
          person(from: $field) { _1: id } again: person(from: $firstName) { id }
        }"""
    )
    read = package.Read(field_="a", first_name="b")
    assert msgspec.json.decode(msgspec.json.encode(read)) == {"field": "a", "firstName": "b"}
    assert decoded(package.Read, '{"person": {"_1": "1"}, "again": null}').person._1 == "1"


def test_a_class_never_takes_the_name_of_an_enum_of_the_schema(make: Make) -> None:
    package = make("query Person { order: person { id } person { order { id } } }")
    data = decoded(package.Person, '{"order": {"id": "1"}, "person": {"order": {"id": "2"}}}')
    assert (data.order.id, data.person.order.id) == ("1", "2")
    assert type(data.order).__name__ == "PersonOrder_"


def test_an_operation_is_repeatable_unless_it_writes_without_a_key(make: Make) -> None:
    package = make(
        "mutation Write($name: String!) { write(name: $name) { id } }",
        "mutation WriteKeyed($input: Keyed!) { keyed(input: $input) { id } }",
        "mutation WriteBoth($name: String!, $input: Keyed!) { write(name: $name) { id } keyed(input: $input) { id } }",
        "query Read { person { id } }",
    )
    operations = (package.Write, package.WriteKeyed, package.WriteBoth, package.Read)
    assert [operation.IS_REPEATABLE for operation in operations] == [False, True, False, True]


def test_a_paged_list_is_known(make: Make) -> None:
    package = make(
        "query List($after: String) { people(after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }",
        "query Changes($since: String) { people(since: $since) { nodes { id } pageInfo { hasNextPage endCursor } } }",
        "query Other($after: String) { people(after: $after) { nodes { id } } }",
    )
    data = decoded(package.List, '{"people": {"nodes": [], "pageInfo": {"hasNextPage": true, "endCursor": "c"}}}')
    assert package.List.connection_of(data).cursor == "c"
    assert package.List().after_cursor("d").after == "d"
    assert package.Changes().after_cursor("d").since == "d"
    assert not hasattr(package.Other, "CURSOR")


@pytest.mark.parametrize(
    ("code", "document"),
    [
        ("OPERATIONS_MISSING", "fragment A on Person { id }"),
        ("OPERATION_INVALID", "query {"),
        ("OPERATION_INVALID", "query A { absent }"),
        ("OPERATION_INVALID", "query A { person { __id: id } }"),
        ("OPERATION_NAME", "{ money }"),
        ("OPERATION_NAME", "query a { money }"),
        ("OPERATION_NAME", "query A { person { id } } query A { person { name } }"),
        ("OPERATION_TYPENAME", "query A { person { pet { ... on Cat { name } } } }"),
        ("CLIENT_SCALAR", "query A { money }"),
        ("CLIENT_NAMES", CLASH),
        ("CLIENT_NAMES", "query Enums { person { id } }"),
        ("CLIENT_NAMES", "query Hub { person { id } }"),
        ("CLIENT_NAMES", "query Filter($f: Filter) { person(is: $f) { id } }"),
        ("CLIENT_NAMES", "query A { person { ...Model } } fragment Model on Person { id }"),
        ("CLIENT_NAMES", "query A { person { bornOn: born born_on: name } }"),
        ("CLIENT_NAMES", "query A($a: String, $A: String) { person(from: $a) { id } b: person(from: $A) { id } }"),
        ("CLIENT_NAMES", "query None { person { id } }"),
        ("CLIENT_NAMES", "query A { person { ...class } } fragment class on Person { id }"),
        ("CLIENT_NAMES", "query A { person { ...str } } fragment str on Person { name }"),
        ("CLIENT_NAMES", "query A { person { ...field } } fragment field on Person { id }"),
        ("CLIENT_NAMES", "query UnsetType { person { id } }"),
        ("CLIENT_NAMES", "query ABc { person { id } } query A_Bc { person { id } }"),
    ],
)
def test_what_would_make_a_wrong_client_is_refused(tmp_path: Path, code: str, document: str) -> None:
    with pytest.raises(ClientRefused) as refused:
        texts(tmp_path, document)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("name", "python"),
    [
        ("birthDate", "birth_date"),
        ("id", "id"),
        ("NIRCode", "nir_code"),
        ("from", "from_"),
        ("address2Line", "address2_line"),
    ],
)
def test_names_are_python_s(name: str, python: str) -> None:
    assert attribute(name) == python


def test_a_schema_that_breaks_released_clients_needs_a_major_version() -> None:
    old = "# version 1.4.0\ntype Query { a: Int b: Int }"
    check_version(old, "type Query { a: Int b: Int c: Int }", "1.4.0")
    check_version(old, "type Query { a: Int }", "2.0.0")
    with pytest.raises(ClientRefused, match=r"CLIENT_VERSION.*écrivez 2\.0\.0 dans clients/VERSION"):
        check_version(old, "type Query { a: Int }", "1.5.0")


def test_the_package_holds_nothing_but_what_is_generated_and_the_runtime() -> None:
    files = {path for path in generated() if path.parent.name == "spie_hub_client"}
    (folder,) = {path.parent for path in files}
    assert {path for path in folder.iterdir() if path.is_file()} - files == {folder / "py.typed"}
