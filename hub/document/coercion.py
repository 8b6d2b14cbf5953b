"""Values of variables, checked against their types, in the form in which subgraphs receive them.

Errors tell the path inside the variables and the expected type, never the value. Loops, no recursion: JSON may be
nested as deep as its reader allows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from sys import float_info
from typing import Any, TypeAlias

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    get_named_type,
    is_required_input_field,
)

from hub.document.faults import LISTED, MOST_ERRORS, SAFE_NAME, SUGGESTING, closest, listed
from hub.errors import Path, VariablesRefused
from schema.written_numbers import WrittenNumber

MOST_VALUES = 10_000
"""Values of one request, those inside of custom scalars too: some 10 ms of the event loop to read or to check them."""
MOST_FILLED = 1024 * 1024
"""Bytes of the variables that are put into literals, each time that a literal names one: it is sent as often."""


@dataclass(slots=True)
class Room:
    """The room that one request has left, and what was refused of its variables; raises VariablesRefused
    (VARIABLES_LIMIT) when more is taken."""

    values: int = MOST_VALUES
    bytes: int = MOST_FILLED
    refusals: list[VariablesRefused] = field(default_factory=list)

    def take_values(self, count: int) -> None:
        """Take room for values."""
        self.values -= count
        if self.values < 0:
            raise _too_much(f"plus de {MOST_VALUES} valeurs", f"more than {MOST_VALUES} values")

    def take_bytes(self, count: int) -> None:
        """Take room for the text of a variable in a literal."""
        self.bytes -= count
        if self.bytes < 0:
            bound = f"{MOST_FILLED} octets"
            raise _too_much(
                f"plus de {bound} là où le document les nomme", f"more than {MOST_FILLED} bytes in literals"
            )

    def refuse(self, path: Path, type_: Any, detail: str, written: Sequence[object] = ()) -> None:
        """Refuse the value at a path; `detail` is for the log and holds no value, `written` are names that are none of
        the type, for which near ones are told. Raises VariablesRefused once there are as many as are told."""
        names = [name for name in written if isinstance(name, str) and SAFE_NAME.match(name)]
        self.refusals.append(_refused_value(path, type_, detail, names[:1] if len(self.refusals) < SUGGESTING else ()))
        if len(self.refusals) == MOST_ERRORS:
            self.check()

    def check(self) -> None:
        """Raise the first refusal, with the others beside it, if there is any."""
        if self.refusals:
            refusal, *refusal.siblings = self.refusals
            raise refusal


_LEAVES = (GraphQLScalarType, GraphQLEnumType)

_Where: TypeAlias = tuple[Any, str | int]
"""A place in a value: the place around it, None for the variable itself, and the last step."""


def coerce(value: Any, type_: GraphQLInputType, name: str, room: Room) -> Any:
    """A variable's value as its type takes it, as far as `room` holds no refusal."""
    result: list[Any] = [None]
    stack: list[tuple[Any, GraphQLInputType, Any, Any, _Where]] = [(value, type_, result, 0, (None, name))]
    while stack:
        item, expected, holder, key, where = stack.pop()
        inner = expected.of_type if isinstance(expected, GraphQLNonNull) else expected
        if item is None:
            if inner is not expected:
                room.refuse(_steps(where), expected, "null")
            holder[key] = None
        elif isinstance(inner, GraphQLList):
            below = inner.of_type
            is_leaf = isinstance(below.of_type if isinstance(below, GraphQLNonNull) else below, _LEAVES)
            if not isinstance(item, list):
                values = holder[key] = [None]
                if is_leaf:
                    values[0] = _leaf(item, below, *where, room)
                else:
                    stack.append((item, below, values, 0, where))
                continue
            room.take_values(len(item))
            values = holder[key] = [None] * len(item)
            if is_leaf:
                for index, entry in enumerate(item):
                    values[index] = _leaf(entry, below, where, index, room)
            else:
                stack.extend((entry, below, values, index, (where, index)) for index, entry in enumerate(item))
        elif isinstance(inner, GraphQLInputObjectType):
            entries = holder[key] = _entries(item, inner, where, room)
            room.take_values(len(entries))
            fields = inner.fields
            for name in entries:
                entry = item[name]
                below = fields[name].type
                if isinstance(below.of_type if isinstance(below, GraphQLNonNull) else below, _LEAVES):
                    entries[name] = _leaf(entry, below, where, name, room)
                else:
                    stack.append((entry, below, entries, name, (where, name)))
        else:
            holder[key] = _leaf(item, expected, *where, room)
    return result[0]


def _steps(where: _Where) -> Path:
    """The steps to a place, from the variable on."""
    steps: list[str | int] = []
    place: Any = where
    while place is not None:
        place, step = place
        steps.append(step)
    return tuple(reversed(steps))


def _count_inside(value: Any) -> int:
    """The number of values in a custom scalar's lists and objects."""
    count, stack = 0, [value]
    while stack:
        value = stack.pop()
        if isinstance(value, list | dict):
            count += len(value)
            stack.extend(value.values() if isinstance(value, dict) else value)
    return count


def _entries(value: Any, type_: GraphQLInputObjectType, where: _Where, room: Room) -> dict[str, Any]:
    """The object's keys that are of the type."""
    if not isinstance(value, dict):
        room.refuse(_steps(where), type_, "not an object")
        return {}
    if unknown := [name for name in value if name not in type_.fields]:
        room.refuse(_steps(where), type_, "unknown input field", unknown)
    for name in _required(type_):
        if name not in value:
            room.refuse((*_steps(where), name), type_.fields[name].type, "missing")
    if type_.is_one_of and (len(value) != 1 or None in value.values()):
        room.refuse(_steps(where), type_, "exactly one input field expected")
    return dict.fromkeys(name for name in value if name in type_.fields)


@lru_cache(maxsize=1_000)
def _required(type_: GraphQLInputObjectType) -> tuple[str, ...]:
    return tuple(name for name, field in type_.fields.items() if is_required_input_field(field))


def _leaf(value: Any, expected: Any, around: _Where | None, step: str | int, room: Room) -> Any:
    """The value of a scalar or an enum, at a step from the place around it."""
    type_ = expected.of_type if isinstance(expected, GraphQLNonNull) else expected
    if value is None:
        if type_ is not expected:
            room.refuse(_steps((around, step)), expected, "null")
        return None
    accept = _enum if isinstance(type_, GraphQLEnumType) else _SCALARS.get(type_.name)
    if accept is None:  # a custom scalar: its subgraph judges
        if isinstance(value, list | dict):
            room.take_values(_count_inside(value))
        return value
    accepted = accept(value, type_)
    if accepted is None:
        room.refuse(_steps((around, step)), type_, "wrong type", [value] if accept is _enum else ())
    return accepted


def _enum(value: Any, type_: GraphQLEnumType) -> str | None:
    return value if isinstance(value, str) and value in type_.values else None


def _int(value: Any, _: object) -> int | None:
    if type(value) is int:
        return value if -(2**31) <= value < 2**31 else None
    return int(value) if _is_number(value) and -(2**31) <= value < 2**31 and _is_whole(value) else None


def _float(value: Any, _: object) -> float | None:
    return value if _is_number(value) and -float_info.max <= value <= float_info.max else None


def _string(value: Any, _: object) -> str | None:
    return value if isinstance(value, str) else None


def _id(value: Any, _: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, WrittenNumber):
        return value.text if value.whole else None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _boolean(value: Any, _: object) -> bool | None:
    return value if isinstance(value, bool) else None


_SCALARS: dict[str, Callable[[Any, Any], Any]] = {
    "Int": _int,
    "Float": _float,
    "String": _string,
    "ID": _id,
    "Boolean": _boolean,
}
"""What a value of each of GraphQL's own scalars is sent as; None if it is none."""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: float) -> bool:
    """Whether a number, as it is written, has no fraction."""
    if value != int(value) or not isinstance(value, WrittenNumber):
        return value == int(value)
    try:
        return Decimal(value.text) == int(value)
    except InvalidOperation:  # an exponent beyond decimals
        return False


def _too_much(excess: str, detail: str) -> VariablesRefused:
    return VariablesRefused(
        "VARIABLES_LIMIT", f"Les variables ont {excess} : envoyez moins de valeurs, en plusieurs requêtes.", detail
    )


def _refused_value(path: Path, type_: Any, detail: str, written: Sequence[str]) -> VariablesRefused:
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
    names = _names(get_named_type(type_))
    allowed, near = names[:LISTED], [name for wrong in written for name in closest(wrong, names)]
    takes = f", qui admet {listed(allowed)}" if allowed else ""
    hint = f" (proche de {listed(near, 'ou')})" if near else ""
    extensions: dict[str, Any] = {"variable": list(path), "expected": str(type_)}
    extensions |= {key: values for key, values in (("allowed", allowed), ("suggestions", near)) if values}
    return VariablesRefused(
        "VARIABLE_INVALID",
        f"La variable « ${where} » n'a pas le type attendu, {type_}{hint}{takes} : corrigez sa valeur.",
        f"variable {where}: {detail}, expected {type_}",
        extensions=extensions,
    )


def _names(type_: Any) -> list[str]:
    """The values of an enum, or the fields of an input object."""
    if isinstance(type_, GraphQLEnumType):
        return list(type_.values)
    return list(type_.fields) if isinstance(type_, GraphQLInputObjectType) else []
