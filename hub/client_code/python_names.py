"""Names of Python for names of GraphQL."""

from __future__ import annotations

import keyword
import re

from graphql import (
    GraphQLInputType,
    GraphQLNamedType,
    GraphQLOutputType,
    is_list_type,
    is_non_null_type,
    is_scalar_type,
)

from hub.errors import ClientRefused

SCALARS = {
    "Boolean": "bool",
    "Date": "Date",
    "DateTime": "DateTime",
    "Float": "float",
    "ID": "str",
    "Int": "int",
    "String": "str",
}
"""Python's type for each scalar of the schema."""
WORDS = {"bool", "float", "int", "str", "tuple", "field", "UNSET", "UnsetType"}
"""What the modules write that no class and no attribute may hide."""
_RESERVED = {*WORDS, "connection_of", "after_cursor"}
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def attribute(name: str) -> str:
    """`birth_date` for `birthDate`."""
    snake = _WORD_START.sub("_", name).lower().strip("_")
    if snake != name.strip("_").lower() and "__" in snake:
        snake = snake.replace("__", "_")
    if snake[:1].isdigit():
        return f"_{snake}"
    return f"{snake}_" if keyword.iskeyword(snake) or snake in _RESERVED or name.startswith("_") else snake


def annotation(type_: GraphQLOutputType | GraphQLInputType, named_type: str) -> str:
    """Python's type for one of GraphQL, whose named type is `named_type`."""
    if is_non_null_type(type_):
        return annotation(type_.of_type, named_type).removesuffix(" | None")
    if is_list_type(type_):
        return f"tuple[{annotation(type_.of_type, named_type)}, ...] | None"
    return f"{named_type} | None"


def leaf(named_type: GraphQLNamedType) -> str:
    """Python's type for a scalar, an enum or an input type; raises ClientRefused for a scalar that has none."""
    if not is_scalar_type(named_type):
        return named_type.name
    if named_type.name not in SCALARS:
        raise ClientRefused(
            "CLIENT_SCALAR",
            f"Le type « {named_type.name} » n'a pas de type Python : ajoutez-le à hub/client_code/python_names.py.",
            "a scalar without a Python type",
        )
    return SCALARS[named_type.name]
