"""Enums of the subgraphs' schemas: Strawberry enums, some of whose values carry a category of their own.

@choice("Genre.")
class Kind(Enum):
    PLAIN = value("Simple.")
    HEALTH = value("Santé.", Category.SAN)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, EnumMeta
from typing import Any, TypeVar

import strawberry
from strawberry.types.enum import EnumValueDefinition, StrawberryEnumDefinition

from schema.categories import Category
from subgraphs.kit.directives import CategoryDirective, category_directive
from subgraphs.kit.errors import DeclarationError

E = TypeVar("E", bound=EnumMeta)


def members_of(cls: EnumMeta) -> list[Enum]:
    """Members of an enum, in the order of their declaration."""
    members: list[Enum] = list(cls.__members__.values())
    return members


def value(description: str, category: Category | None = None) -> Any:
    """A value of an enum; `category` only if the value is stricter than the fields that return it."""
    directives = [] if category is None else [category_directive(category)]
    return strawberry.enum_value(None, description=description, directives=directives)


def choice(description: str) -> Callable[[E], E]:
    """Declare a closed list of values; each member's value is its name."""

    def declare(cls: E) -> E:
        members: Mapping[str, Enum] = cls.__members__
        for name, member in members.items():
            definition = member.value
            if member.name != name:
                raise DeclarationError(f"{cls.__name__}.{name}: described as {member.name} is")
            if not isinstance(definition, EnumValueDefinition) or not definition.description:
                raise DeclarationError(f"{cls.__name__}.{name}: no description")
            definition.value = name
        return strawberry.enum(cls, description=description)

    return declare


def categories_of_values(choice: StrawberryEnumDefinition) -> dict[Category, tuple[str, ...]]:
    """Values by the stricter category that they carry."""
    categories: dict[Category, tuple[str, ...]] = {}
    for member in choice.values:
        for directive in member.directives:
            if isinstance(directive, CategoryDirective):
                category = Category[directive.name.name]  # type: ignore[attr-defined]
                categories[category] = (*categories.get(category, ()), member.name)
    return categories


def ordinary_values(choice: StrawberryEnumDefinition) -> list[str]:
    """Values without a category of their own, as declared."""
    stricter = {name for names in categories_of_values(choice).values() for name in names}
    return [member.name for member in choice.values if member.name not in stricter]


def value_names(choice: StrawberryEnumDefinition) -> tuple[str, ...]:
    """All values, as declared."""
    return tuple(member.name for member in choice.values)
