"""Checks the criteria of a search, so that a misspelt one is an error and not an empty result."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hub.journal.read.search import Criteria

PATTERNS: Mapping[str, Callable[[str], Any]] = {
    "actor": re.compile(r"[^#\s]+#\S+|cli:\S+").fullmatch,
    "organisation": re.compile(r"\d{14}").fullmatch,
    "client": re.compile(r"\S{1,200}").fullmatch,
    "trace": re.compile(r"[0-9a-f]{32}").fullmatch,
}
"""The patterns of criteria; an actor is issuer and subject of its token, or an operator's `cli:name`."""
FORMS = {
    "person": "PERSON",
    "actor": "ACTOR",
    "organisation": "SIRET",
    "client": "APPLICATION",
    "purpose": "PURPOSE",
    "trace": "TRACE",
    "from": "INSTANT",
    "to": "INSTANT",
}
"""The form of each criterion (`schema.input_forms`)."""


class CriterionMalformed(Exception):
    """The criterion `name` is malformed."""

    code = "BAD_INPUT"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
        self.malformed = [{"input": f"filter.{name}", "expected": FORMS[name]}]


def criteria(arguments: Mapping[str, Any], purposes: Collection[str]) -> Criteria:
    """The criteria of these arguments except the person: `actor`, `organisation`, `client`, `purpose`, `trace`, `from`
    and `to`; null is no criterion. Raises CriterionMalformed."""
    values = {name: value for name, value in arguments.items() if value is not None}
    for name, matches in PATTERNS.items():
        if name in values and not matches(values[name]):
            raise CriterionMalformed(name)
    if values.get("purpose", next(iter(purposes))) not in purposes:
        raise CriterionMalformed("purpose")
    return Criteria(
        actor=values.get("actor"),
        organisation=values.get("organisation"),
        client=values.get("client"),
        purpose=values.get("purpose"),
        trace=values.get("trace"),
        since=_instant("from", values),
        before=_instant("to", values),
    )


def person(arguments: Mapping[str, Any]) -> str | None:
    """The id of the person searched for, or None; raises CriterionMalformed."""
    person_id = arguments.get("person")
    try:
        if person_id is None or str(UUID(person_id)) == person_id:
            return person_id
    except ValueError:
        pass
    raise CriterionMalformed("person")


def _instant(name: str, arguments: Mapping[str, Any]) -> datetime | None:
    value = arguments.get(name)
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else value
        in_utc = instant and instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise CriterionMalformed(name) from None
    if instant is not None and instant.tzinfo is None:
        raise CriterionMalformed(name)
    return in_utc
