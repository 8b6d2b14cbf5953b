"""What each coordinate of the composed graph is: category, level, subject, value categories, requirements, inputs.

The one form in which policy sees the schema. `hub.policy.classify` builds it from the supergraph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schema.categories import Category, Level


@dataclass(frozen=True, slots=True)
class FieldClass:
    """One coordinate. `many`: it returns a list. `requires`: coordinates that resolving it reads, transitively.

    `values`: stricter categories that some of its enum values carry; `action`: what happens to such a value (`DROP` the
    row, `COARSEN` the value).
    """

    coordinate: str
    type: str
    returns: str
    category: Category
    level: Level
    many: bool = False
    values: frozenset[Category] = frozenset()
    action: str | None = None
    requires: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class InputClass:
    """An argument, input field or enum value: the coordinates whose values it reveals; `type` is its input type."""

    type: str
    reads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Classification:
    """`fields` by coordinate, `personal` types (they have a subject and `_access`), `members` of types in order.

    `recorded`: personal types whose rows say which organisation recorded them.

    `inputs` are keyed `Type.field(argument:)`, `InputType.field` and `EnumType.VALUE`; `values` are the stricter
    categories of enum values, by `EnumType.VALUE`. `digest` pins all of it.
    """

    fields: Mapping[str, FieldClass]
    personal: frozenset[str]
    recorded: frozenset[str]
    members: Mapping[str, tuple[str, ...]]
    inputs: Mapping[str, InputClass]
    values: Mapping[str, Category]
    digest: str
