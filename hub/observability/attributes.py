"""The closed list of span names and attributes, and the values that each attribute admits.

docs/attaques.md#attack-39. No attribute is free text: a value is a count, a hash, a code of ours, or a word of the
contract or of this program, whatever clients send. Keys are those of OpenTelemetry's semantic
conventions where these have one; the others begin with `spie.`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum, StrEnum, auto
from typing import TypeAlias

Value: TypeAlias = int | str | tuple[str, ...]

UNKNOWN_WORD = "_OTHER"
"""Replaces a value that is no admitted word, hash or code (the value that the conventions prescribe)."""

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
OWN_WORDS = frozenset([*METHODS, "query", "mutation", "/graphql", "postgresql"])
"""Words that spans may hold beside those of the contract."""

_HASH = re.compile(r"[0-9a-f]{64}").fullmatch
_CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+").fullmatch


def is_code(text: str) -> bool:
    """Whether the text has the form of our codes."""
    return _CODE(text) is not None


class Name(StrEnum):
    """The names of spans. `CALL` is the hub's call of a subgraph, `STATEMENT` a data statement of a subgraph, `JOURNAL`
    the wait for the commit of intent and disclosure; `PREPARE`, `AUTHORISE` and `PLAN` happen for a new document."""

    REQUEST = "POST /graphql"
    PREPARE = "prepare"
    AUTHORISE = "authorise"
    PLAN = "plan"
    CALL = "call"
    STATEMENT = "SELECT"
    JOURNAL = "journal"


class Stage(StrEnum):
    """The stages of every request that are timed and have no span: who asks and why; what the subgraphs answer; what of
    it the client may read."""

    IDENTIFY = "identify"
    EXECUTE = "execute"
    PROJECT = "project"


class Kind(Enum):
    """Kinds of values: a count from 0, a SHA-256 in hexadecimal digits, an error code, a word, or a list of codes or
    words."""

    COUNT = auto()
    HASH = auto()
    CODE = auto()
    CODES = auto()
    WORD = auto()
    WORDS = auto()


class Attribute(Enum):
    """An attribute: its key in the span as it is exported, and its kind."""

    METHOD = ("http.request.method", Kind.WORD)
    ROUTE = ("http.route", Kind.WORD)
    STATUS = ("http.response.status_code", Kind.COUNT)
    SIZE = ("http.response.body.size", Kind.COUNT)
    OPERATION_TYPE = ("graphql.operation.type", Kind.WORD)
    ERROR = ("error.type", Kind.CODE)
    DATABASE = ("db.system.name", Kind.WORD)
    ROWS = ("db.response.returned_rows", Kind.COUNT)
    OPERATION = ("spie.operation.hash", Kind.HASH)
    STATEMENT = ("spie.statement.hash", Kind.HASH)
    ACTOR_KIND = ("spie.actor.kind", Kind.WORD)
    PURPOSE = ("spie.purpose", Kind.WORD)
    ERRORS = ("spie.error.codes", Kind.CODES)
    CALLS = ("spie.calls", Kind.COUNT)
    SUBGRAPH = ("spie.subgraph", Kind.WORD)
    ENTRY_FIELDS = ("spie.call.asked", Kind.WORDS)
    REPRESENTATIONS = ("spie.call.representations", Kind.COUNT)

    def __init__(self, key: str, kind: Kind) -> None:
        self.key, self.kind = key, kind


BY_KEY = {attribute.key: attribute for attribute in Attribute}
"""Each attribute by its key."""


def admitted(attribute: Attribute, value: Value, words: frozenset[str]) -> Value:
    """The value as a span may hold it, or `UNKNOWN_WORD` if it is not of the attribute's kind. `words` are those
    of the contract; raises TypeError for a count that is no number."""
    kind = attribute.kind
    if kind is Kind.COUNT:
        if type(value) is not int:
            raise TypeError(f"{attribute.key} is a count")
        return value
    fits: Callable[[str], object] = words.__contains__
    if kind in (Kind.HASH, Kind.CODE, Kind.CODES):
        fits = _HASH if kind is Kind.HASH else _CODE
    if isinstance(value, tuple):
        return tuple([part if fits(part) else UNKNOWN_WORD for part in value])
    return value if isinstance(value, str) and fits(value) else UNKNOWN_WORD
