"""A long list whose objects are copied is what the interpreter makes of it, and shows nothing internal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from graphql import build_schema

from hub.document.limits import Limits
from hub.document.parse import find_operation, parse_document
from hub.federation.execution.execute import Answer
from hub.federation.execution.project import Projection, interpret
from hub.federation.execution.projection_runtime import note_each, note_uniform, without_access
from hub.federation.execution.representation_collector import Unusual
from hub.federation.operations.normalise import normalise
from hub.federation.operations.operation import ACCESS_KEY
from tests.federation.harness import described
from tests.federation.test_generate import GONE, Noted
from tests.federation.test_project import marked

SCHEMA = build_schema("""
enum Kind { A B }
type Person { id: ID! name: String kind: Kind must: Kind! }
type Query { people: [Person!] }
""")
QUERY = "{ people { id named: name kind must } }"

Rows: TypeAlias = list[Any]


def rows() -> Rows:
    return [
        {"id": f"p{number}", "named": None, "kind": "A", "must": "B", ACCESS_KEY: [f"s{number % 3}", 0]}
        for number in range(9)
    ]


def last(**changes: Any) -> Callable[[Rows], Rows]:
    return lambda objects: [*objects[:-1], {**objects[-1], **changes}]


CASES: dict[str, tuple[Callable[[Rows], Rows], bool]] = {
    "as it is": (lambda objects: objects, True),
    "a null": (last(kind=None), True),
    "a value that clients don't know": (last(kind="SECRET"), False),
    "a null where none may be": (last(id=None), False),
    "no value that clients know where one must be": (last(must="SECRET"), False),
    "a key too many": (last(more=1), False),
    "a key too many in each": (lambda objects: [{"more": 1, **row} for row in objects], False),
    "a key that did not come": (lambda objects: [*objects[:-1], dict(list(objects[-1].items())[1:])], False),
    "another order": (lambda objects: [dict(reversed(row.items())) for row in objects], False),
    "no object": (lambda objects: [*objects[:-1], None], False),
    "none first": (lambda objects: [None, *objects[1:]], False),
    "something else to null": (last(**{ACCESS_KEY: ["s", 1]}), False),
    "something else to null first": (lambda objects: [{**objects[0], ACCESS_KEY: ["s", 1]}, *objects[1:]], False),
    "nobody's": (last(**{ACCESS_KEY: None}), False),
    "no row of the actor's": (last(**{ACCESS_KEY: ["s", 9]}), False),
    "too few": (lambda objects: objects[:7], False),
}

FACTS = ("something else to null", "something else to null first", "nobody's", "no row of the actor's")
"""Cases of what only a guard reads."""


@pytest.mark.parametrize("guarded", [True, False])
@pytest.mark.parametrize("case", CASES)
def test_copies_are_what_the_interpreter_makes_and_leave_what_was_received(
    case: str, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = []

    def counted(*arguments: Any, marked: bool) -> Any:
        copied.append(without_access(*arguments, marked=marked))
        return copied[-1]

    monkeypatch.setattr("hub.federation.execution.generate.without_access", counted)
    alter, whole = CASES[case]
    document = parse_document(QUERY, SCHEMA, Limits())
    operation = normalise(document, find_operation(document, None), SCHEMA)
    objects = alter(rows())
    if guarded:
        operation = marked(operation)
    else:
        objects = [row and {key: value for key, value in row.items() if key != ACCESS_KEY} for row in objects]
        whole |= case in FACTS
    answer = Answer({"people": objects})
    received = repr(answer.data)
    projection = Projection(operation, SCHEMA, exact=True, uniform=True)
    fast, slow = (Noted(), Noted()) if guarded else (None, None)
    projected, errors = projection.project(answer, {}, fast)
    expected, expected_errors = interpret(projection.shape({}), answer, slow)
    assert repr(projected) == repr(expected)
    assert described(errors) == described(expected_errors)
    assert repr(answer.data) == received
    assert fast is None or slow is None or fast.noted == slow.noted
    assert any(row is not None for row in copied) is whole
    assert ACCESS_KEY not in repr(projected)


@pytest.mark.parametrize("judge", [note_uniform, note_each])
@pytest.mark.parametrize("pair", GONE, ids=repr)
def test_a_row_that_tells_no_facts_is_never_passed_over(judge: Callable[..., bool], pair: Any) -> None:
    verdicts = {0: (frozenset[str](), 1)}
    noted: dict[Any, int] = defaultdict(int)
    for rows in ([{ACCESS_KEY: pair}], [{ACCESS_KEY: pair}] * 3, [{ACCESS_KEY: ["s", 0]}, {ACCESS_KEY: pair}]):
        try:
            passed = judge(rows, verdicts, noted)
        except (Unusual, KeyError, TypeError):
            continue
        assert not passed or not {str}.issuperset(map(type, noted))  # an object of nobody, which is seen afterwards
        noted.clear()
