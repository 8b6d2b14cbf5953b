"""The functions that generated projections call; they raise `Unusual` where the interpreter has to take over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeAlias

from hub.federation.execution.leaf_values import INVALID, Complete
from hub.federation.execution.representation_collector import Unusual
from hub.federation.operations.operation import ACCESS_KEY

Verdicts: TypeAlias = Mapping[Any, tuple[frozenset[str], int]]
"""Facts of an object → response keys to null, and the bit of that verdict; raises Unusual if it must disappear."""

_INT = {int}


def unusual() -> NoReturn:
    """Leave the answer to the interpreter."""
    raise Unusual


def checked_list(value: Any) -> list[Any]:
    """The value, if it is a list."""
    if type(value) is not list:
        raise Unusual
    return value


def completed(complete: Complete, value: Any) -> Any:
    """What the answer has for this value of a leaf."""
    value = complete(value)
    if value is INVALID:
        raise Unusual
    return value


def completer(complete: Complete, *, required: bool) -> Callable[[Any], Any]:
    """The function from a value of a leaf, null included, to what the answer has for it."""

    def complete_value(value: Any) -> Any:
        if value is None:
            return unusual() if required else None
        return completed(complete, value)

    return complete_value


def leaves(value: Any, types: frozenset[type]) -> list[Any]:
    """The value, if it is a list of values of these types."""
    if type(value) is not list or not types.issuperset(map(type, value)):
        raise Unusual
    return value


def note_uniform(values: list[Any], verdicts: Verdicts, noted: dict[Any, int]) -> bool:
    """Whether all objects have the same facts, as the rows of a list usually do, and no key to null: then note them."""
    try:
        subjects, facts = zip(*[value[ACCESS_KEY] for value in values], strict=True)
    except (TypeError, ValueError):  # a null among them, or a value that is no fact
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


def note_each(values: list[Any], verdicts: Verdicts, noted: dict[Any, int]) -> bool:
    """Whether no object of a short list has a key to null; they are noted, those noted before again."""
    subject_before = facts_before = None  # no object has both
    try:
        for value in values:
            subject, facts = value[ACCESS_KEY]
            if type(facts) is not int:
                raise Unusual
            if facts != facts_before or subject is not subject_before:  # rows of one person usually have the same facts
                nulls, bit = verdicts[facts]
                if nulls:
                    return False
                noted[subject] |= bit
                subject_before, facts_before = subject, facts
    except (TypeError, ValueError):  # a null among them, or a value that is no fact
        return False
    return True


def without_access(copies: list[dict[str, Any]], values: list[Any], *, marked: bool) -> list[dict[str, Any]] | None:
    """The copies without the internal key, if all objects were copied, else None."""
    if len(copies) != len(values):
        return None
    if marked:
        for copied in copies:
            del copied[ACCESS_KEY]
    return copies
