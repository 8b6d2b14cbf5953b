"""Strict JSON (RFC 8259, I-JSON): no key twice in an object, no NaN or Infinity, and for requests more bounds.

The one reader of JSON from outside: client requests, the hub's calls of a subgraph, trusted manifests and the
files of sources. No error holds a value that was read.
"""

from __future__ import annotations

import json
from math import inf
from typing import Any

from schema import written_numbers

WRITABLE_DEPTH = 254
"""Levels of objects and lists that orjson can write."""
SPACED = (b" :", b"\t:", b"\n:", b"\r:")
"""Ends of a key that its quotation mark and colon alone do not show."""
_MEMBERS = (b",", b"[", b"{")
"""What stands before each member of a list or an object."""


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
    its numbers as they are written; raises ValueError, RecursionError. UTF-8 without lone surrogates. Members are
    counted before any is made: a megabyte of them would take 0.15 seconds."""
    _check_members(body, values)
    value = written_numbers.loads(body, exact=False)
    return value if _evidently_strict(body, value, depth) else written_numbers.parse(body, unique)


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
    if sum(map(body.count, _MEMBERS)) <= most:
        return  # even if texts had none of these signs
    outside = body.replace(rb"\\", b"").replace(rb"\"", b"")
    if outside.count(b'"') <= 4 * most + 2:  # a key and a text for every member
        outside = b"".join(outside.split(b'"')[::2])
        if sum(map(outside.count, (b"[", b"{"))) != sum(map(outside.count, (b"]", b"}"))):
            raise ValueError("not closed")
        if sum(map(outside.count, _MEMBERS)) <= most:
            return
    raise TooManyValues("too many values")


def _evidently_strict(body: bytes, value: Any, depth: int) -> bool:
    """Whether a count shows that no key came twice, and no number may be written otherwise than Python's own; if not,
    the body has to be read again, pair by pair. Raises ValueError for a value of more levels than `depth`."""
    keys, zero = 0, False
    decimals = False
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
                zero |= node == 0
            elif kind is not str:
                decimals |= isinstance(node, float)
        if not below:
            # a key ends so, and so may a part of a text: if there are no more of them than keys, none came twice
            plain = not decimals and not (zero and b"-0" in body)
            return plain and keys == body.count(b'":') and not any(end in body for end in SPACED)
        level = below
    raise ValueError("too deep")
