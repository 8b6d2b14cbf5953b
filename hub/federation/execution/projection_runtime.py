"""What generated code calls as it meets values of an answer; what is unusual it leaves to the interpreter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, TypeAlias

from hub.federation.execution.representation_collector import Unusual
from hub.federation.operations.operation import ACCESS_KEY

Verdicts: TypeAlias = Mapping[Any, tuple[frozenset[str], int]]
"""Facts of an object → response keys to null, and the bit that notes so; raises Unusual if it must disappear."""

_NESTED = frozenset({dict, list})
_INT = {int}


def unusual() -> NoReturn:
    """This is for the interpreter."""
    raise Unusual


def listed(value: Any) -> list[Any]:
    """A list."""
    if type(value) is not list:
        raise Unusual
    return value


def plain(value: Any) -> Any:
    """A value that is no object and no list."""
    if type(value) in _NESTED:
        raise Unusual
    return value


def some(value: Any) -> Any:
    """The same, not null."""
    if value is None:
        raise Unusual
    return plain(value)


def plains(value: Any) -> list[Any]:
    """A list of such values."""
    if type(value) is not list or not _NESTED.isdisjoint(map(type, value)):
        raise Unusual
    return value


def somes(value: Any) -> list[Any]:
    """The same, none of them null."""
    items = plains(value)
    if None in items:
        raise Unusual
    return items


def alike(values: list[Any], verdicts: Verdicts, noted: dict[Any, int]) -> bool:
    """Whether all these objects have the same facts, as the rows of a list have as a rule, and nothing of them is to
    null; they are noted then."""
    try:
        subjects, facts = zip(*[value[ACCESS_KEY] for value in values], strict=True)
    except (TypeError, ValueError):  # a null, or what is no fact, among them
        return False
    if len(set(facts)) != 1 or set(map(type, facts)) != _INT:
        return False
    nulls, bit = verdicts[facts[0]]
    if nulls:
        return False
    if noted:
        for subject in subjects:
            noted[subject] |= bit
    else:
        noted.update(dict.fromkeys(subjects, bit))
    return True


def met(values: list[Any], verdicts: Verdicts, noted: dict[Any, int]) -> bool:
    """The same of a short list, whatever the facts of each: those that were noted already may be met again."""
    who = same = None  # which no subject and facts are together
    try:
        for value in values:
            subject, facts = value[ACCESS_KEY]
            if type(facts) is not int:
                raise Unusual
            if facts != same or subject is not who:  # rows of one person are alike as a rule
                nulls, bit = verdicts[facts]
                if nulls:
                    return False
                noted[subject] |= bit
                who, same = subject, facts
    except (TypeError, ValueError):  # a null, or what is no fact, among them
        return False
    return True


def shown(copies: list[dict[str, Any]], values: list[Any], *, marked: bool) -> list[dict[str, Any]] | None:
    """The copies of all these objects without what is internal; None if some were not to be copied."""
    if len(copies) != len(values):
        return None
    if marked:
        for each in copies:
            del each[ACCESS_KEY]
    return copies
