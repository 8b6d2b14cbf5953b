"""Criteria of a search as they are given: their form is checked, so that a slip is not read as "nobody looked"."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hub.journal.read.search import Criteria

LOOKS: Mapping[str, Callable[[str], Any]] = {
    "actor": re.compile(r"[^#\s]+#\S+|cli:\S+").fullmatch,
    "organisation": re.compile(r"\d{14}").fullmatch,
    "client": re.compile(r"\S{1,200}").fullmatch,
    "trace": re.compile(r"[0-9a-f]{32}").fullmatch,
}
"""How a criterion looks: an actor is issuer and subject of its token, or an operator's `cli:name`."""
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
    """A criterion, `name`, does not look as it must."""

    code = "BAD_INPUT"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def criteria(given: Mapping[str, Any], purposes: Collection[str]) -> Criteria:
    """What is wanted, but for the person: `actor`, `organisation`, `client`, `purpose`, `trace`, `from` and `to`.

    A given null wants nothing. Raises CriterionMalformed.
    """
    told = {name: value for name, value in given.items() if value is not None}
    for name, looks in LOOKS.items():
        if name in told and not looks(told[name]):
            raise CriterionMalformed(name)
    if told.get("purpose", next(iter(purposes))) not in purposes:
        raise CriterionMalformed("purpose")
    return Criteria(
        actor=told.get("actor"),
        organisation=told.get("organisation"),
        client=told.get("client"),
        purpose=told.get("purpose"),
        trace=told.get("trace"),
        since=_instant("from", told),
        before=_instant("to", told),
    )


def person(given: Mapping[str, Any]) -> str | None:
    """The id of the person of whom something was told; raises CriterionMalformed."""
    told = given.get("person")
    try:
        if told is None or str(UUID(told)) == told:
            return told
    except ValueError:
        pass
    raise CriterionMalformed("person")


def _instant(name: str, given: Mapping[str, Any]) -> datetime | None:
    told = given.get(name)
    try:
        found = datetime.fromisoformat(told) if isinstance(told, str) else told
    except ValueError:
        raise CriterionMalformed(name) from None
    if found is not None and found.tzinfo is None:
        raise CriterionMalformed(name)
    return found
