"""The columns of an export: the paths to the scalars and lists of an element, in the order of the query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import GraphQLOutputType, get_nullable_type, is_list_type

from hub.client_code.shapes import Shape, ShapeField

Row: TypeAlias = Sequence[Any]
"""The values of one element by column, as the JSON of the answer has them."""


@dataclass(frozen=True, slots=True, repr=False)
class Column:
    """One column: its path in the element, and the field that ends it, a scalar, an enum or a list."""

    path: tuple[str, ...]
    field: ShapeField

    @property
    def name(self) -> str:
        """The keys of the path, with dots."""
        return ".".join(self.path)

    @property
    def type(self) -> GraphQLOutputType:
        """The type of its values."""
        return self.field.type

    def value(self, element: Mapping[str, Any] | None) -> Any:
        """The value in an element; None below an object that is null or left out."""
        value: Any = element
        for key in self.path:
            if value is None:
                return None
            value = value.get(key)
        return value


def columns_of(shape: Shape, above: tuple[str, ...] = ()) -> Iterator[Column]:
    """The columns of an element: objects are opened, lists are not."""
    for field in shape.fields:
        path = (*above, field.key)
        if field.shapes and not is_list_type(get_nullable_type(field.type)):
            for inner in field.shapes:
                yield from columns_of(inner, path)
        else:
            yield Column(path, field)
