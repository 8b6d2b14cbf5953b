"""Strict JSON (RFC 8259, I-JSON): no key twice in an object, no NaN or Infinity, and for requests more bounds.

The one reader of JSON from outside: client requests, the hub's calls of a subgraph, trusted manifests and the
files of sources. No error holds a value that was read.
"""

from __future__ import annotations

import json
from math import inf
from typing import Any

import orjson

from schema import written_numbers

WRITABLE_DEPTH = 254
"""Levels of objects and lists that orjson can write."""
SPACED = (b" :", b"\t:", b"\n:", b"\r:")
"""Ends of a key that its quotation mark and colon alone do not show."""
BY_PAIRS = object()
"""The result of a reading at once whose keys or numbers only a reading pair by pair tells."""
_MEMBERS = b",[{"
"""The signs before each member of a list or an object."""


class DuplicateKey(ValueError):
    """An object has a key twice."""


class NotANumber(ValueError):
    """NaN or Infinity, which JSON does not have."""


class TooManyValues(ValueError):
    """Lists and objects have more members than the reader takes."""


def parse(text: str | bytes) -> Any:
    """The value of a JSON text; raises DuplicateKey, NotANumber, json.JSONDecodeError, RecursionError."""
    return json.loads(text, object_pairs_hook=unique, parse_constant=_constant)


def read(body: bytes, depth: int, values: float = inf) -> Any:
    """The value of a request's body, at most `depth` levels of objects and lists that hold at most `values` members,
    its numbers as they are written; raises ValueError, RecursionError. UTF-8 without lone surrogates."""
    value = read_at_once(body, depth, values)
    return read_by_pairs(body, depth) if value is BY_PAIRS else value


def read_at_once(body: bytes, depth: int, values: float = inf) -> Any:
    """The same value by some passes in C, or `BY_PAIRS`: two milliseconds for half a megabyte of ten thousand members.
    Members are counted before any is made, because half a million would take 0.1 seconds."""
    _check_members(body, values)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if not written_numbers.beyond_doubles(error):
            raise
        return BY_PAIRS
    keys, plain = _survey(value, depth, b"-0" in body)
    return value if plain and _has_only_keys(body, keys) else BY_PAIRS


def read_by_pairs(body: bytes, depth: int) -> Any:
    """The same value, of a body that `read_at_once` has not refused, by Python code that a switch of threads can
    interrupt: some microsecond for each number."""
    value = written_numbers.parse_unicode(body, unique)
    _survey(value, depth)
    return value


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these pairs; raises DuplicateKey."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise DuplicateKey("duplicate key")
    return members


def _constant(name: str) -> Any:
    raise NotANumber(name)


def _check_members(body: bytes, most: float) -> None:
    """Raise TooManyValues if lists and objects have more members, each empty one counted as one."""
    if _count(body, _MEMBERS) <= most:
        return  # even if texts had none of these signs
    outside = body.replace(rb"\\", b"").replace(rb"\"", b"") if b"\\" in body else body
    if outside.count(b'"') <= 4 * most + 2:  # a key and a text for every member
        outside = b"".join(outside.split(b'"')[::2])
        if _count(outside, _MEMBERS) <= most:
            return
        if _count(outside, b"[{") != _count(outside, b"]}"):
            raise ValueError("not closed")
    raise TooManyValues("too many values")


def _count(body: bytes, signs: bytes) -> int:
    """How often any of these signs stands in the body, in one pass."""
    return len(body) - len(body.translate(None, signs))


def _has_only_keys(body: bytes, keys: int) -> bool:
    """Whether no key can have come twice: a key ends so, and so may a part of a text, and there are no more of them
    than keys."""
    return keys == body.count(b'":') and not any(end in body for end in SPACED)


def _survey(value: Any, depth: int, minus_zero: bool = True) -> tuple[int, bool]:
    """The number of keys, and whether no number may be written otherwise than Python's own, where the body has `-0` or
    has not; raises ValueError for a value of more levels than `depth`."""
    keys, plain = 0, True
    level = [value]
    for _ in range(depth):
        below: list[Any] = []
        for node in level:
            kind = type(node)
            if kind is dict:
                keys += len(node)
                below += node.values()
            elif kind is list:
                below += node
            elif kind is int:
                if node == 0 and minus_zero:
                    plain = False
            elif kind is not str and isinstance(node, float):
                plain = False
        if not below:
            return keys, plain
        level = below
    raise ValueError("too deep")
