"""A body read in a few passes is judged, and read, as by the plain reader pair by pair."""

from __future__ import annotations

import json
from math import inf
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from schema import strict_json
from schema.strict_json import TooManyValues
from schema.written_numbers import number, written

DEPTH = 5
SPACES = st.sampled_from(["", "", "", " ", "\t\n", " \r"])
NUMBERS = st.one_of(
    st.sampled_from(["0", "-0", "-0.0", "1.50", "1e1", "1e999", "9223372036854775808", "18446744073709551616"]),
    st.from_regex(r"\A-?(0|[1-9][0-9]{0,21})(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?\Z"),
)
PIECES = [
    "a",
    "b",
    '\\"',
    "\\\\",
    '\\":',
    '\\" :',
    ":",
    " :",
    ",",
    "[",
    "{",
    "]",
    "}",
    "-0",
    "é",
    "😀",
    "\\n",
    "\\u0061",
]
PIECES += ["\\ud83d\\ude00", "\\ud800", "\\x", "\x01"]
TEXTS = st.lists(st.sampled_from(PIECES[:-3]) | st.sampled_from(PIECES), max_size=4).map(lambda p: f'"{"".join(p)}"')
KEYS = st.sampled_from(['"a"', '"b"', '"\\u0061"', '"c:"', '"\\":"', '""']) | TEXTS
LEAVES = NUMBERS | TEXTS | st.sampled_from(["null", "true", "false", "NaN", "Infinity", "[]", "{}", "[ ]", "{\n}"])


def lists(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    member = st.builds("{}{}{}".format, SPACES, items, SPACES)
    return st.lists(member, max_size=4).map(lambda members: f"[{','.join(members)}]")


def objects(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    member = st.builds("{}{}{}:{}{}".format, SPACES, KEYS, SPACES, SPACES, items)
    return st.lists(member, max_size=4).map(lambda members: f"{{{','.join(members)}}}")


TEXT = st.recursive(LEAVES, lambda items: lists(items) | objects(items), max_leaves=12)
BREAKS = st.none() | st.tuples(st.integers(0, 60), st.integers(0, 2), st.sampled_from(["", *'"\\,]}', "\xff"]))


@given(TEXT, BREAKS, st.sampled_from([inf, 0, 3, 8]))
@settings(max_examples=300)
def test_a_body_is_judged_and_read_as_by_the_plain_reader(
    text: str, broken: tuple[int, int, str] | None, most: float
) -> None:
    if broken is not None:
        place, length, put = broken
        text = text[:place] + put + text[place + length :]
    body = text.encode("latin-1" if "\xff" in text and "😀" not in text else "utf-8", "replace")
    assert outcome(lambda: strict_json.read(body, DEPTH, most)) == outcome(lambda: plain(body, most))


def plain(body: bytes, most: float) -> Any:
    """The value that json reads pair by pair, with each rule checked on it alone."""
    value = json.loads(
        body.decode(), object_pairs_hook=strict_json.unique, parse_int=number, parse_float=number, parse_constant=refuse
    )
    orjson.dumps(value, written)  # lone surrogates
    depth, members, level = 0, 0, [value]
    while level:
        depth, below = depth + 1, list[Any]()
        for node in level:
            if isinstance(node, dict | list):
                members += max(1, len(node))
                below += node.values() if isinstance(node, dict) else node
        level = below
    if depth > DEPTH:
        raise ValueError("too deep")
    if members > most:
        raise TooManyValues("too many")
    return value


def outcome(read: Any) -> bytes | str:
    """The value as it is written, or that it is refused."""
    try:
        return orjson.dumps(read(), written)
    except (ValueError, TypeError):
        return "refused"


def refuse(name: str) -> Any:
    raise ValueError(name)
