"""The generated projection and the interpreter make the same of any answer, and the guard is told the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, GraphQLOutputType, build_schema, print_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import queries

from hub.document.limits import Limits
from hub.document.parse import find_operation, parse_document
from hub.errors import Path
from hub.federation.execution.code_pieces import ROOM
from hub.federation.execution.execute import Answer
from hub.federation.execution.generate import MOST_INLINE, Marked, generate
from hub.federation.execution.project import Projection, interpret
from hub.federation.execution.projection_runtime import Verdicts, note_each, note_uniform
from hub.federation.execution.representation_collector import Unusual
from hub.federation.execution.response_shape import Shape, Slot
from hub.federation.operations.normalise import normalise
from hub.federation.operations.operation import ACCESS_KEY, Operation
from tests.federation.harness import described
from tests.federation.test_project import marked

SCHEMA = build_schema("""
enum Kind { A B }
interface Being { id: ID best: Being }
scalar Any
type Person implements Being { id: ID name: String kind: Kind kinds: [Kind!] best: Person strict: [Person!]!
  rows: [[Robot]!] height: Float many: [Int] any: Any }
type Robot implements Being { id: ID best: Being must: Person! sort: Kind! words: [String!]! on: Boolean! count: Int!
  ids: [ID] anything: [Any!] }
union Either = Person | Robot
type Query { people: [Person!] person: Person beings: [Being] either: Either matrix: [[Int!]] must: Person! }
""")
OPERATIONS = 300
GONE: list[Any] = [None, "s0", {"s": 0, "t": 1}, ["s"], ["s", 9], ["s", "0"], ["s", True], ["s", 0.0]]
GONE += [[3, 0], [["s"], 0], [None, 0], [None, None], [], [0, None], ()]
"""What tells nobody's facts, or those of a row that does not exist for the actor."""


VALUES: dict[str, list[Any]] = {
    "Int": [0, -(2**31), 2**31 - 1],
    "Float": [0.5, 3],
    "String": ["v", ""],
    "ID": ["v", "1"],
    "Boolean": [True, False],
    "Any": ["v", 1, 0.5, True, {"a": [1]}],
}
"""Values of each scalar that the answer has as they are."""
SPOILED: list[Any] = [None, "x", 3, 0.5, 2**31, [], ["A", None], True, {}, [{"a": 1}], {"__typename": "Alien"}]

NULLS = ["", "name kind", "best rows"]
VERDICTS = {number: (frozenset(nulls.split()), 1 << number) for number, nulls in enumerate(NULLS)}


class Noted:
    """A guard whose verdict stands in the object."""

    def __init__(self) -> None:
        self.noted: dict[Any, int] = defaultdict(int)

    def __call__(self, mark: int, value: Mapping[str, Any], path: Path) -> frozenset[str] | None:
        match value.get(ACCESS_KEY):
            case [str(subject), int(facts)] if type(facts) is int and facts in VERDICTS:
                nulls, bit = VERDICTS[facts]
                self.noted[subject] |= bit
                return nulls
        return None

    def verdicts(self, marked: Marked) -> list[Verdicts]:
        return [VERDICTS for _ in marked.keys_by_mark]

    def restart(self) -> None:
        self.noted.clear()


def shape(query: str) -> Operation:
    document = parse_document(query, SCHEMA, Limits(depth=50, tokens=10**6, aliases=10**4, root_fields=10**3))
    return marked(normalise(document, find_operation(document, None), SCHEMA))


class Tree:
    """Draws a response tree for a shape: one wrong thing in some of them, legal nulls in all."""

    def __init__(self, draw: st.DrawFn, wrong: bool) -> None:
        self.draw, self.wrong = draw, wrong

    def rarely(self) -> bool:
        return self.wrong and self.draw(st.integers(0, 11)) == 0

    def object(self, shape: Shape) -> dict[str, Any]:
        value = {slot.key: self.value(slot.type, slot) for slot in shape.slots if slot.type is not None}
        typed = any(slot.type is None for slot in shape.slots)
        value["__typename"] = self.draw(st.sampled_from(["Robot", 3])) if typed and self.rarely() else shape.type
        access = [self.draw(st.sampled_from("st")), self.draw(st.sampled_from([0, 0, 0, 1, 2]))]
        value[ACCESS_KEY] = self.draw(st.sampled_from(GONE)) if self.rarely() else access
        if self.rarely() and value:
            del value[self.draw(st.sampled_from(sorted(value)))]
        return value

    def value(self, type_: GraphQLOutputType, slot: Slot) -> Any:
        if self.rarely():
            return self.draw(st.sampled_from(SPOILED))
        if isinstance(type_, GraphQLNonNull):
            return self.some(type_.of_type, slot)
        return None if self.draw(st.integers(0, 5)) == 0 else self.some(type_, slot)

    def some(self, type_: GraphQLOutputType, slot: Slot) -> Any:
        if isinstance(type_, GraphQLList):
            return [self.value(type_.of_type, slot) for _ in range(self.draw(st.integers(0, 2)))]
        if slot.below:
            return self.object(self.draw(st.sampled_from(list(slot.below.values()))))
        if isinstance(type_, GraphQLEnumType):
            return self.draw(st.sampled_from(["A", "B", "SECRET"] if self.wrong else ["A", "B"]))
        return self.draw(st.sampled_from(VALUES[str(type_)]))


@pytest.mark.parametrize(("long", "inline", "room"), [(1, MOST_INLINE, ROOM), (8, MOST_INLINE, 3), (8, -1, 2)])
def test_generated_code_makes_what_the_interpreter_makes_of_any_answer(
    long: int, inline: int, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: Counter[str] = Counter()

    def counted(meet: Callable[..., bool]) -> Callable[..., bool]:
        def count(*arguments: Any) -> bool:
            noted = meet(*arguments)
            counts[meet.__name__] += noted
            return noted

        return count

    monkeypatch.setattr("hub.federation.execution.projection_source.LONG", long)
    monkeypatch.setattr("hub.federation.execution.generate.MOST_INLINE", inline)
    monkeypatch.setattr("hub.federation.execution.code_pieces.PIECE", 100 * room)
    for module in ("code_pieces", "projection_source"):
        monkeypatch.setattr(f"hub.federation.execution.{module}.ROOM", room)
    monkeypatch.setattr("hub.federation.execution.generate.note_uniform", counted(note_uniform))
    monkeypatch.setattr("hub.federation.execution.generate.note_each", counted(note_each))

    @settings(
        max_examples=OPERATIONS, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(queries(print_schema(SCHEMA)), st.data())
    def check(query: str, data: st.DataObject) -> None:
        projection = Projection(shape(query), SCHEMA)
        response_shape = projection.shape({})
        tree = data.draw(st.composite(lambda draw: Tree(draw, draw(st.booleans())).object(response_shape))())
        answer = Answer(tree)
        fast, slow = Noted(), Noted()
        noted, errors = projection.project(answer, {}, fast)
        expected, expected_errors = interpret(response_shape, answer, slow)
        assert repr(noted) == repr(expected)
        assert described(errors) == described(expected_errors)
        assert fast.noted == slow.noted
        try:
            generated = generate(response_shape)(tree, Noted())
            counts["generated"] += 1
            assert repr(generate(response_shape, exact=True)(tree, Noted())) == repr(
                generated
            )  # what may be believed is not changed
        except Unusual:
            counts["interpreted"] += 1

    check()
    assert min(counts["generated"], counts["interpreted"]) > OPERATIONS / 10, counts
    if inline == MOST_INLINE:  # else each object of a list is noted by its own function
        assert counts["note_uniform" if long == 1 else "note_each"] > OPERATIONS / 100, counts


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of what is compiled in one call, which no other thread interrupts."""
    sizes: list[int] = []

    def compiled(source: str, *arguments: Any) -> Any:
        sizes.append(len(source))
        return compile(source, *arguments)

    monkeypatch.setattr("hub.federation.execution.code_pieces.compile", compiled, raising=False)
    return sizes


def code_size(pieces: list[int], shape: Shape, **options: Any) -> int:
    pieces.clear()
    generate(shape, **options)
    return sum(pieces)


def test_the_code_of_many_fields_is_short(pieces: list[int]) -> None:
    projection = Projection(shape("{ person { id name kind } }"), SCHEMA).shape({})
    few, many = (code_size(pieces, projection, fields=fields) for fields in (MOST_INLINE, MOST_INLINE + 1))
    assert many < 0.6 * few


def test_generated_code_grows_with_the_document_however_deep_its_objects_are(pieces: list[int]) -> None:
    """Each object is written with and without nulls: what is below it must not be written twice as often."""
    for below in ("best { id ", "strict { id ", "best { strict { id } "):
        documents = [shape("{ person { id " + below * depth + "}" * (depth + 2)) for depth in (5, 10)]
        small, large = (code_size(pieces, Projection(document, SCHEMA).shape({})) for document in documents)
        assert small < large < 3 * small


def many(number: int, field: str) -> str:
    """People with so many of a field, with `#` replaced by a number."""
    return "{ people { " + " ".join(field.replace("#", str(index)) for index in range(number)) + " } }"


LEAVES = "id name kind kinds height many any"
DOCUMENTS = {
    "leaves": many(190, "k#: name h#: height"),
    "lists": many(60, f"l#: strict {{ k#: name {LEAVES} }}"),
    "objects": many(150, "o#: best { k#: id id }"),
    "rows": many(90, "r#: rows { k#: id words must { id } }"),
    "deep": "{ people { " + "strict { id name " * 40 + "}" * 42,
    "equal": many(60, f"l#: strict {{ {LEAVES} }}"),
}
LONGEST = 12_000
"""Characters of the longest function: an object of as many keys as have room."""


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_document_makes_one_long_compilation(name: str, pieces: list[int]) -> None:
    response_shape = Projection(shape(DOCUMENTS[name]), SCHEMA).shape({})
    for fields in (MOST_INLINE, MOST_INLINE + 1):
        for plain in (True, False):
            assert code_size(pieces, response_shape, fields=fields, exact=plain, uniform=plain) > 9_000
            assert max(pieces) < LONGEST


def test_equal_selections_are_compiled_once(pieces: list[int]) -> None:
    sizes = [code_size(pieces, Projection(shape(DOCUMENTS[name]), SCHEMA).shape({})) for name in ("equal", "lists")]
    assert sizes[0] < sizes[1] / 3
