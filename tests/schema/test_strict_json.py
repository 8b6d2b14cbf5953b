"""One strict reader of JSON for all that comes from outside."""

from __future__ import annotations

import json

import orjson
import pytest

from schema.strict_json import WRITABLE_DEPTH, DuplicateKey, NotANumber, TooManyValues, parse, read
from schema.written_numbers import written


@pytest.mark.parametrize("text", ['{"a": 1, "a": 1}', '[{"b": {"a": 1, "a": 2}}]', '{"\\u0061":1,"a":2}'])
def test_a_key_twice_is_refused(text: str) -> None:
    with pytest.raises(DuplicateKey):
        parse(text)
    with pytest.raises(DuplicateKey):
        read(text.encode(), 10)


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}'])
def test_what_is_not_a_number_is_refused(text: str) -> None:
    with pytest.raises(NotANumber):
        parse(text)
    with pytest.raises(ValueError):  # noqa: PT011 - of whichever kind
        read(text.encode(), 10)


@pytest.mark.parametrize(
    "text", ['"\\ud800"', '["\\ud800", 1e999]', "[[[[1]]]]", "[[[[1e999]]]]", '{"a":1e999,"a":1}', "", "{", "é"]
)
def test_what_is_no_request_body_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of whichever kind
        read(text.encode("latin-1"), 3)


@pytest.mark.parametrize(
    "value",
    [None, 2**63 - 1, -(2**63), {"a": 'x":', "b": {"a": [1.5, {}]}}, {"a ": " :", "é": "😀"}, "a" * 1000],
)
@pytest.mark.parametrize("separators", [(",", ":"), (", ", " : ")])
def test_strict_json_is_read_as_it_is_however_it_is_spaced(value: object, separators: tuple[str, str]) -> None:
    text = json.dumps(value, separators=separators, ensure_ascii=False)
    assert parse(text) == read(text.encode(), WRITABLE_DEPTH) == value


@pytest.mark.parametrize("text", ["9223372036854775808", "-9223372036854775809", "1e999", "-0", "1.50", "9" * 5000])
def test_a_number_is_read_as_it_is_written(text: str) -> None:
    assert orjson.dumps(read(f'{{"a": [{text}]}}'.encode(), 3), written) == f'{{"a":[{text}]}}'.encode()


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("1", 0),
        ("[1, 2, 3]", 3),
        ('{"a": 1, "b": [2, 3]}', 4),
        ("[[], [], {}]", 6),
        (json.dumps({"a,[{": [',,,"[', "\\", '\\",["', ""], "é{": "]}"}), 6),
        (json.dumps({"query": "{ a(b: [1, 2], c: {d: 3}) }" * 100, "variables": {}}), 3),
    ],
)
def test_members_are_counted_outside_of_texts_before_they_are_read(text: str, members: int) -> None:
    assert read(text.encode(), 10, members) == json.loads(text)
    for fewer in range(members):
        with pytest.raises(TooManyValues):
            read(text.encode(), 10, fewer)


@pytest.mark.parametrize("text", ["[" * 1_000, "{" * 1_000, '["' + "[" * 1_000, "[1," * 1_000 + "]" * 999])
def test_what_is_not_closed_is_no_json_however_many_members_it_has(text: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - of whichever kind
        read(text.encode(), 10, 10)
    assert not isinstance(caught.value, TooManyValues)
