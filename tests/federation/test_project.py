"""Projection: what the guard and policy hide leaves no trace, nulls go up as the specification says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from graphql import build_schema

from hub.document.limits import Limits
from hub.document.parse import find_operation, parse_document
from hub.federation.errors import FieldFailure, Path
from hub.federation.execution.absences import Absences
from hub.federation.execution.execute import Answer
from hub.federation.execution.project import MAX_ERRORS, Projection, interpret
from hub.federation.operations.normalise import normalise
from hub.federation.operations.operation import ACCESS_KEY, Operation, Selections
from tests.federation.harness import Saying, projected

SCHEMA = build_schema("""
enum Kind { A B }
scalar Any
interface Being { id: ID }
type Person implements Being { id: ID name: String! kind: Kind kinds: [Kind!] best: Person strict: [Person!]!
  any: Any words: [String] }
type Robot implements Being { id: ID }
type Query { people: [Person!] person: Person beings: [Being] matrix: [[Int!]] must: Person! }
""")


def shape(query: str) -> Operation:
    document = parse_document(query, SCHEMA, Limits())
    return normalise(document, find_operation(document, None), SCHEMA)


def marked(operation: Operation, type_name: str = "Person") -> Operation:
    """Every selection of the type under mark 7."""

    def selections(selected: Selections) -> Selections:
        fields = tuple(replace(f, selections=tuple(map(selections, f.selections))) for f in selected.fields)
        return replace(selected, fields=fields, mark=7 if selected.type == type_name else None)

    return replace(operation, root=selections(operation.root))


def project(
    query: str | Operation,
    data: dict[str, Any],
    *paths: tuple[str | int, ...],
    guard: Callable[[int, Mapping[str, Any], Path], frozenset[str] | None] | None = None,
    **variables: Any,
) -> tuple[Any, list[tuple[str, tuple[str | int, ...] | None]]]:
    operation = shape(query) if isinstance(query, str) else query
    errors = tuple(FieldFailure("SUBGRAPH_ERROR", "m", path=path) for path in paths)
    guarding = None if guard is None else Saying(guard)
    result, failed = projected(Projection(operation, SCHEMA), Answer(data, errors), variables, guarding)
    return result, [(failure.code, failure.path) for failure in failed]


def test_the_clients_order_and_aliases_hold_and_internal_keys_are_dropped() -> None:
    data = {
        "person": {
            "name": "Ana",
            "id": "1",
            "__typename": "Person",
            "__Person_x": 1,
            "email": "no",
            ACCESS_KEY: ["1", 1],
        }
    }
    result, _ = project("{ person { t: __typename i: id name } }", {"person": {**data["person"], "i": "1"}})
    assert list(result["person"].items()) == [("t", "Person"), ("i", "1"), ("name", "Ana")]


def test_a_denied_field_is_null_without_an_error_and_hides_errors_below() -> None:
    operation = shape("{ person { id best { name } } }")
    person = operation.root.fields[0].selections[0]
    fields = tuple(replace(f, denied=True, selections=()) if f.key == "best" else f for f in person.fields)
    denied = replace(
        operation,
        root=replace(
            operation.root, fields=(replace(operation.root.fields[0], selections=(replace(person, fields=fields),)),)
        ),
    )
    data = {"person": {"id": "1", "best": {"name": "leak"}}}
    assert project(denied, data, ("person", "best", "name")) == ({"person": {"id": "1", "best": None}}, [])


def test_the_guard_is_asked_once_per_object_with_its_facts_and_path() -> None:
    calls: list[Any] = []

    def guard(mark: int, value: Mapping[str, Any], path: tuple[str | int, ...]) -> frozenset[str]:
        calls.append((mark, value.get(ACCESS_KEY), path))
        return frozenset()

    data = {"people": [{"name": "a", ACCESS_KEY: ["1", 3]}, {"name": "b"}]}
    shown = Projection(marked(shape("{ people { name } }")), SCHEMA).shape({})
    interpret(shown, Answer(data), Saying(guard))
    assert calls == [(7, ["1", 3], ("people", 0)), (7, None, ("people", 1))]


def test_what_the_guard_nulls_equals_what_is_null() -> None:
    data = {"people": [{"id": "1", "kind": "A"}, {"id": "2", "kind": None}]}
    operation = marked(shape("{ people { id kind } }"))
    hidden = project(operation, data, ("people", 0, "kind"), guard=lambda *_: frozenset({"kind"}))
    absent = {"people": [{"id": "1", "kind": None}, {"id": "2", "kind": None}]}
    assert hidden == project(operation, absent, guard=lambda *_: frozenset())


def test_what_is_marked_is_not_there_without_a_guard() -> None:
    data = {"people": [{"id": "1", ACCESS_KEY: ["1", 3]}], "person": {"id": "2", ACCESS_KEY: ["2", 3]}}
    assert project(marked(shape("{ people { id } person { id } }")), data) == ({"people": [], "person": None}, [])


def test_an_object_that_the_guard_refuses_is_dropped_from_its_list_and_paths_close_up() -> None:
    data = {"people": [{"id": "1"}, {"id": "2", "kind": None, ACCESS_KEY: 1}, {"id": "3", "kind": None, ACCESS_KEY: 1}]}
    result, errors = project(
        marked(shape("{ people { id kind } }")),
        data,
        ("people", 0, "kind"),
        ("people", 2, "kind"),
        guard=lambda _, value, __: frozenset() if value.get(ACCESS_KEY) else None,
    )
    assert result == {"people": [{"id": "2", "kind": None}, {"id": "3", "kind": None}]}
    assert errors == [("SUBGRAPH_ERROR", ("people", 1, "kind"))]


def test_an_object_that_the_guard_refuses_outside_a_list_equals_an_absent_one() -> None:
    operation = marked(shape("{ person { id best { id } } }"))
    refused = project(operation, {"person": {"id": "1"}}, ("person", "best"), guard=lambda *_: None)
    assert refused == project(operation, {"person": None}, guard=lambda *_: None) == ({"person": None}, [])


def test_each_of_two_selections_of_one_object_has_its_own_verdict() -> None:
    operation = shape("query Q($x: Boolean!) { person @include(if: $x) { id } person { kind } }")
    fields = tuple(
        replace(f, selections=(replace(f.selections[0], mark=number),))
        for number, f in enumerate(operation.root.fields)
    )
    twice = replace(operation, root=replace(operation.root, fields=fields))
    verdicts = {0: frozenset({"id"}), 1: frozenset({"kind"})}
    data = {"person": {"id": "1", "kind": "A"}}
    result, _ = project(twice, data, guard=lambda mark, *_: verdicts[mark], x=True)
    assert result == {"person": {"id": None, "kind": None}}


def test_a_value_that_the_client_enum_does_not_know_is_null_with_one_error() -> None:
    nulled = {"person": {"kind": None}}, [("SUBGRAPH_MALFORMED", ("person", "kind"))]
    assert project("{ person { kind } }", {"person": {"kind": "SECRET"}}) == nulled
    result, errors = project("{ person { kinds } }", {"person": {"kinds": ["A", "SECRET"]}})
    assert result == {"person": {"kinds": None}}
    assert errors == [("SUBGRAPH_MALFORMED", ("person", "kinds", 1))]


def test_an_object_of_a_type_that_clients_do_not_know_is_null_with_one_error() -> None:
    data = {"beings": [{"__typename": "Robot", "id": "r"}, {"__typename": "Alien", "id": "x"}]}
    nulled = {"beings": [{"id": "r"}, None]}, [("SUBGRAPH_MALFORMED", ("beings", 1))]
    assert project("{ beings { id } }", data) == nulled


@pytest.mark.parametrize(
    ("query", "data", "expected", "path"),
    [
        ("{ person { name } }", {"person": {"name": None}}, {"person": None}, ("person", "name")),
        ("{ people { name } }", {"people": [{"name": "a"}, {"name": None}]}, {"people": None}, ("people", 1, "name")),
        ("{ must { name } }", {"must": {"name": None}}, None, ("must", "name")),
        ("{ must { id } }", {"must": None}, None, ("must",)),
        ("{ matrix }", {"matrix": [[1], [2, None]]}, {"matrix": [[1], None]}, ("matrix", 1, 1)),
        ("{ person { best { strict { id } } } }", {"person": {"best": {"strict": None}}}, {"person": {"best": None}},
         ("person", "best", "strict")),
    ],
)  # fmt: skip
def test_a_null_where_none_may_be_goes_up_to_the_nearest_nullable_with_one_error(
    query: str, data: dict[str, Any], expected: Any, path: tuple[str | int, ...]
) -> None:
    assert project(query, data) == (expected, [("NON_NULL_VIOLATED", path)])


@pytest.mark.parametrize(
    ("query", "data", "expected", "path"),
    [
        ("{ person { id } }", {}, {"person": None}, ("person",)),
        ("{ person { id i: id } }", {"person": {"id": "1"}}, {"person": {"id": "1", "i": None}}, ("person", "i")),
        ("{ person { name } }", {"person": {}}, {"person": None}, ("person", "name")),
        ("{ people { id } }", {"people": [{"id": "1"}, {}]}, {"people": [{"id": "1"}, {"id": None}]},
         ("people", 1, "id")),
        ("{ must { id } }", {}, None, ("must",)),
    ],
)  # fmt: skip
def test_what_a_subgraph_leaves_out_is_null_with_one_error(
    query: str, data: dict[str, Any], expected: Any, path: tuple[str | int, ...]
) -> None:
    assert project(query, data) == (expected, [("SUBGRAPH_MALFORMED", path)])


def test_what_is_absent_for_a_known_reason_is_null_without_an_error() -> None:
    operation, data = shape("{ person { id name kind } }"), {"person": {"id": "1", "name": "a"}}
    absences = Absences()
    absences.add(data["person"], ["kind"])
    projection = Projection(operation, SCHEMA)
    assert projection.project(Answer(data, (), absences), {}, None) == (
        {"person": {**data["person"], "kind": None}},
        [],
    )


NESTED: tuple[Any, ...] = ({}, {"secret": 1}, [], ["x"])


@pytest.mark.parametrize("value", NESTED)
def test_an_object_or_a_list_where_a_scalar_is_declared_is_null_with_one_error(value: Any) -> None:
    nulled = ({"person": {"id": None}}, [("SUBGRAPH_MALFORMED", ("person", "id"))])
    assert project("{ person { id } }", {"person": {"id": value}}) == nulled
    gone = ({"person": None}, [("SUBGRAPH_MALFORMED", ("person", "name"))])
    assert project("{ person { name } }", {"person": {"name": value}}) == gone
    in_list = ({"matrix": [None]}, [("SUBGRAPH_MALFORMED", ("matrix", 0, 1))])
    assert project("{ matrix }", {"matrix": [[1, value]]}) == in_list
    among = ({"person": {"words": ["a", None]}}, [("SUBGRAPH_MALFORMED", ("person", "words", 1))])
    assert project("{ person { words } }", {"person": {"words": ["a", value]}}) == among


@pytest.mark.parametrize("value", NESTED)
def test_a_scalar_of_the_schemas_own_may_be_any_value(value: Any) -> None:
    assert project("{ person { any } }", {"person": {"any": value}}) == ({"person": {"any": value}}, [])


def test_an_object_that_says_it_is_of_another_type_than_the_schemas_is_null_with_one_error() -> None:
    data = {"person": {"__typename": "Robot", "id": "1"}}
    nulled = {"person": None}, [("SUBGRAPH_MALFORMED", ("person",))]
    assert project("{ person { id __typename } }", data) == nulled


@pytest.mark.parametrize("value", ["Robot", None, [], {"a": 1}])
def test_a_type_that_nobody_asked_for_says_nothing(value: Any) -> None:
    data = {"person": {"__typename": value, "id": "1"}}
    assert project("{ person { id } }", data) == ({"person": {"id": "1"}}, [])


def test_errors_of_the_projections_own_are_bounded() -> None:
    data: dict[str, Any] = {"matrix": [[None]] * (MAX_ERRORS + 1)}
    assert len(project("{ matrix }", data)[1]) == MAX_ERRORS


def test_a_null_that_an_error_explains_gets_no_second_error() -> None:
    assert project("{ person { name } }", {"person": {}}, ("person", "name")) == (
        {"person": None},
        [("SUBGRAPH_ERROR", ("person", "name"))],
    )


def test_a_field_that_is_not_of_the_clients_selection_is_never_shown() -> None:
    assert project("{ person { id } }", {"person": {"id": "1", "name": "x"}, "other": 1})[0] == {"person": {"id": "1"}}


def test_a_value_of_a_wrong_shape_is_null() -> None:
    assert project("{ people { id } person { id } }", {"people": {"id": "1"}, "person": ["x"]})[0] == {
        "people": None,
        "person": None,
    }


EMPTY = build_schema("interface Node { id: ID! } type Query { node: Node nodes: [Node] }")


@pytest.mark.parametrize("value", [{"id": "1"}, {"__typename": "Hidden", "id": "1"}, "text"])
def test_what_has_a_type_that_the_schema_does_not_have_is_null(value: Any) -> None:
    document = parse_document("{ node { id } nodes { id } }", EMPTY, Limits())
    operation = normalise(document, find_operation(document, None), EMPTY)
    answer = Answer({"node": value, "nodes": [value]})
    assert projected(Projection(operation, EMPTY), answer, {}, None)[0] == {"node": None, "nodes": [None]}
