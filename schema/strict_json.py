"""Strict JSON (RFC 8259, I-JSON): no key twice in an object, no NaN or Infinity, and for requests more bounds.

The one reader of JSON from outside: client requests, the hub's calls of a subgraph, trusted manifests and the
files of sources. No error holds a value that was read.
"""

from __future__ import annotations

import json
from typing import Any

import orjson

WRITABLE_DEPTH = 254
"""Levels of objects and lists that orjson can write."""
SPACED = (b" :", b"\t:", b"\n:", b"\r:")
"""Ends of a key that its quotation mark and colon alone do not show."""


class DuplicateKey(ValueError):
    """An object has a key twice."""


class NotANumber(ValueError):
    """NaN or Infinity, which JSON does not have."""


def parse(text: str | bytes) -> Any:
    """The value of a JSON text; raises DuplicateKey, NotANumber, json.JSONDecodeError, RecursionError."""
    return json.loads(text, object_pairs_hook=unique, parse_constant=_constant)


def read(body: bytes, depth: int) -> Any:
    """The value of a request's body, at most `depth` levels of objects and lists, its whole numbers of 64 bits; raises
    ValueError, RecursionError. UTF-8 without lone surrogates."""
    value = orjson.loads(body)
    if not _evidently_strict(body, value, depth):
        json.loads(body, object_pairs_hook=unique, parse_constant=_constant, parse_int=_int64)
    return value


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these pairs; raises DuplicateKey."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise DuplicateKey("duplicate key")
    return members


def _constant(name: str) -> Any:
    raise NotANumber(name)


def _int64(digits: str) -> int:
    number = int(digits)
    if not -(2**63) <= number < 2**63:
        raise ValueError("not of 64 bits")
    return number


def _evidently_strict(body: bytes, value: Any, depth: int) -> bool:
    """Whether a count shows that no key came twice and no whole number passes 64 bits; if not, the body has to be read
    again, pair by pair. Raises ValueError for a value of more levels than `depth`."""
    keys, large = 0, False
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
            elif kind is int or kind is float:
                large |= not -(2**63) < node < 2**63
        if not below:
            # a key ends so, and so may a part of a text: if there are no more of them than keys, none came twice
            return not large and keys == body.count(b'":') and not any(end in body for end in SPACED)
        level = below
    raise ValueError("too deep")
