"""Numbers as they are written in JSON or in a GraphQL document, where Python's would be written otherwise.

A whole number beyond 64 bits, a decimal of more digits than a double holds or `1e400` reaches its reader with the
digits with which it came; whoever computes with it has the nearest double.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from math import isfinite
from typing import Any

import orjson

_SUSPICIOUS = re.compile(rb"[0-9][0-9.]{15}|[0-9][eE]|\.[0-9]*0(?![0-9.])|-0")
"""What every number has that is written otherwise than orjson writes it; a text may have it too."""
_INFINITY = "infinity"
"""What orjson says of a number that no double holds."""


class WrittenNumber(float):
    """A number with its `text`."""

    __slots__ = ("text",)

    text: str

    def __new__(cls, text: str) -> WrittenNumber:
        """The number of this text, a JSON number."""
        number = super().__new__(cls, text)
        number.text = text
        return number

    @property
    def whole(self) -> bool:
        """Whether it is written without a fraction and an exponent."""
        return self.text.lstrip("-").isdigit()


def number(text: str) -> int | float:
    """The number of a JSON text: Python's own, if orjson writes it with the same characters."""
    if text.lstrip("-").isdigit():
        if len(text) <= 20 and -(2**63) <= (whole := int(text)) < 2**64 and text != "-0":
            return whole
    elif isfinite(decimal := float(text)) and orjson.dumps(decimal).decode() == text:
        return decimal
    return WrittenNumber(text)


def written(value: Any) -> orjson.Fragment:
    """What orjson writes of a written number (`default`); raises TypeError for anything else."""
    if type(value) is WrittenNumber:
        return orjson.Fragment(value.text)
    raise TypeError(type(value).__name__)


def written_or_text(value: Any) -> Any:
    """The same, and for anything else its text."""
    return orjson.Fragment(value.text) if type(value) is WrittenNumber else str(value)


def parse(body: str | bytes, members: Callable[[list[tuple[str, Any]]], dict[str, Any]] | None = None) -> Any:
    """The value of a JSON text, its numbers as they are written; `members` makes an object of its pairs. Raises
    ValueError, RecursionError."""
    return json.loads(
        body, object_pairs_hook=members, parse_int=number, parse_float=number, parse_constant=_refuse_constant
    )


def parse_unicode(body: bytes, members: Callable[[list[tuple[str, Any]]], dict[str, Any]] | None = None) -> Any:
    """The same of UTF-8 without lone surrogates, which orjson reads no more than it writes them."""
    value = parse(body.decode(), members)
    if rb"\u" in body:
        try:
            orjson.dumps(value, written)
        except TypeError:
            raise ValueError("no text of Unicode") from None
    return value


def beyond_doubles(error: orjson.JSONDecodeError) -> bool:
    """Whether orjson refuses a text for a number alone that no double holds."""
    return _INFINITY in error.msg


def loads(body: bytes, *, exact: bool) -> Any:
    """The value of a JSON text; with `exact` its numbers as they are written, without only those that no double holds.
    Raises ValueError, RecursionError."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if not beyond_doubles(error):
            raise
        return parse_unicode(body)
    return parse(body) if exact and _SUSPICIOUS.search(body) else value


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)
