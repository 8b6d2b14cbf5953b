"""Fields of an entity: what one line of a declaration says of a column, an embedded object or a relationship.

`subgraphs.kit.entity` shows a declaration. Every field has one category at one level and a French description; the
names of the class attributes become camelCase in GraphQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Float,
    Integer,
    String,
    Text,
    Uuid,
    cast,
    func,
    literal_column,
)
from sqlalchemy.sql import Select
from sqlalchemy.types import TypeEngine

from schema.categories import Category, Level
from schema.days import PARIS
from subgraphs.kit.aliased_columns import AliasedColumns
from subgraphs.kit.errors import DeclarationError


class Kind(StrEnum):
    """GraphQL scalar that a column is served as; an enum column is `ENUM`."""

    ID = "ID"
    STRING = "String"
    INT = "Int"
    FLOAT = "Float"
    BOOLEAN = "Boolean"
    DATE = "Date"
    DATETIME = "DateTime"
    ENUM = "enum"


_KINDS: tuple[tuple[type[TypeEngine[Any]], Kind], ...] = (
    (Uuid, Kind.ID),
    (DateTime, Kind.DATETIME),
    (Date, Kind.DATE),
    (Boolean, Kind.BOOLEAN),
    (Integer, Kind.INT),
    (Float, Kind.FLOAT),
    (String, Kind.STRING),
)


@dataclass(frozen=True, slots=True)
class Value:
    """A value of an enum; `category` only if the value is stricter than the fields that return it."""

    description: str
    category: Category | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A closed list of values, served as a GraphQL enum."""

    name: str
    description: str
    values: Mapping[str, Value]

    @property
    def categories(self) -> dict[Category, tuple[str, ...]]:
        """Values by the stricter category that they carry."""
        found: dict[Category, tuple[str, ...]] = {}
        for name, value in self.values.items():
            if value.category is not None:
                found[value.category] = (*found.get(value.category, ()), name)
        return found


def choice(name: str, description: str, values: Mapping[str, str | Value]) -> Choice:
    """Declare an enum: a French description, or a `Value` where the value has a category of its own."""
    if not description or not values:
        raise DeclarationError(f"enum {name}: a description and values are needed")
    listed = {key: Value(value) if isinstance(value, str) else value for key, value in values.items()}
    for key, value in listed.items():
        if not value.description:
            raise DeclarationError(f"{name}.{key}: no description")
    return Choice(name, description, listed)


@dataclass(frozen=True, slots=True)
class Drop:
    """A row whose value the actor may not see is dropped, as if it were missing."""


@dataclass(frozen=True, slots=True)
class Coarsen:
    """A value that the actor may not see is served as `to`, which ordinary rows carry too."""

    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What all fields have; `name` is set by the entity that owns the field."""

    description: str
    category: Category
    level: Level = Level.FULL
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnField(Field):
    """A value of the row: a column, or an SQL expression over columns of the entity's table."""

    column: ColumnElement[Any]
    kind: Kind
    many: bool = False
    choice: Choice | None = None
    forbidden: Drop | Coarsen | None = None
    key: bool = False
    resolvable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedField(Field):
    """An object made of columns of the same row."""

    target: str | type


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort key: the field whose guarded value orders the rows, or the normalised `column` of that field."""

    field: str
    descending: bool = False
    column: ColumnElement[Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OneField(Field):
    """At most one row of another table; `on` is (column of the target, column of this table).

    Where `on` may lead to several rows, the one that is served is the first by `first`, of those that the actor reads.
    `sensitive` is the category (SAN, JUST, SEJ) of what the relationship would reveal of the person, null for an
    ordinary one, `UNKNOWN` where nobody can tell: an expression over columns of this table or of the target's. Whoever
    lacks it finds no row; and where `forbidden` is a Drop, of this table's columns alone, not this row either, unless
    it is the actor's own item or nobody can tell.
    """

    target: str | type
    on: tuple[ColumnElement[Any], ColumnElement[Any]]
    first: Sort | None = None
    sensitive: ColumnElement[Any] | None = None
    forbidden: Drop | None = None


@dataclass(frozen=True, slots=True)
class Required:
    """What the function of a computed relationship may read: the parent's row and the required values, as JSON.

    `text("contact", "address", "cityCode")` is a text expression; `json("constraints")` the JSONB of a list or object,
    SQL null where the value is null. The names are those of the declaration; only the values are bound.
    """

    parent: AliasedColumns
    value: ColumnElement[Any]

    def json(self, *path: str) -> ColumnElement[Any]:
        """The required value at `path`, JSONB."""
        found = self.value
        for name in path:
            found = found[_name(name)]
        return found

    def text(self, *path: str) -> ColumnElement[Any]:
        """The required scalar at `path`, as text."""
        *above, last = path
        found: ColumnElement[Any] = self.json(*above)[_name(last)].astext
        return found


def _name(name: str) -> ColumnElement[str]:
    return literal_column(f"'{name}'", Text())


Source = Callable[[Required], Select[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyField(Field):
    """Rows of another table: a Relay connection (`page` rows by default), or a plain list (`page` None).

    `on` as in `OneField`, and `where` a condition on columns of the target's table; or `source`, a function that builds
    the rows from values that `requires` asks of other subgraphs: it selects columns named as those of the target's
    table. `sensitive` and `forbidden` as in `OneField`: the list is then empty.
    """

    target: str | type
    on: tuple[ColumnElement[Any], ColumnElement[Any]] | None = None
    where: ColumnElement[bool] | None = None
    order: Sort | None = None
    page: int | None = None
    source: Source | None = None
    requires: str | None = None
    sensitive: ColumnElement[Any] | None = None
    forbidden: Drop | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalField(Field):
    """A field that another subgraph owns, named so that `requires` can ask it."""

    target: str | type | None = None
    kind: Kind = Kind.STRING
    many: bool = False
    choice: Choice | None = None


def kind_of(expression: ColumnElement[Any]) -> tuple[Kind, bool]:
    """Scalar of an SQL expression by its type, and whether it is an array."""
    found: TypeEngine[Any] = expression.type
    many = isinstance(found, ARRAY)
    if isinstance(found, ARRAY):
        found = found.item_type
    for base, kind in _KINDS:
        if isinstance(found, base):
            return kind, many
    raise DeclarationError(f"no GraphQL type for the SQL type {expression.type!r}")


def day_column(instant: ColumnElement[Any]) -> ColumnElement[date]:
    """The day of an instant, in France (`schema.days`)."""
    return cast(func.timezone(literal_column(f"'{PARIS.key}'"), instant), Date)


def key(column: ColumnElement[Any], description: str = "Identifiant opaque.", *, resolvable: bool = True) -> Any:
    """The opaque key of an entity; if not `resolvable`, it only orders the rows of lists."""
    return ColumnField(
        description=description,
        category=Category.TECH,
        column=column,
        kind=Kind.ID,
        key=True,
        resolvable=resolvable,
    )


def column(
    expression: ColumnElement[Any],
    category: Category,
    description: str,
    *,
    level: Level = Level.FULL,
    choice: Choice | None = None,
    forbidden: Drop | Coarsen | None = None,
    kind: Kind | None = None,
) -> Any:
    """A value of the row; the GraphQL type follows from the SQL type unless `choice` or `kind` says it."""
    found, many = kind_of(expression)
    if choice is not None:
        found = Kind.ENUM
    return ColumnField(
        description=description,
        category=category,
        level=level,
        column=expression,
        kind=kind or found,
        many=many,
        choice=choice,
        forbidden=forbidden,
    )


def embedded(target: str | type, category: Category, description: str, *, level: Level = Level.FULL) -> Any:
    """An object of the same row."""
    return EmbeddedField(description=description, category=category, level=level, target=target)


def one(
    target: str | type,
    category: Category,
    description: str,
    *,
    on: tuple[ColumnElement[Any], ColumnElement[Any]],
    first: Sort | None = None,
    sensitive: ColumnElement[Any] | None = None,
    forbidden: Drop | None = None,
    level: Level = Level.FULL,
) -> Any:
    """At most one row of another table."""
    return OneField(
        description=description,
        category=category,
        level=level,
        target=target,
        on=on,
        first=first,
        sensitive=sensitive,
        forbidden=forbidden,
    )


def many(
    target: str | type,
    category: Category,
    description: str,
    *,
    on: tuple[ColumnElement[Any], ColumnElement[Any]] | None = None,
    where: ColumnElement[bool] | None = None,
    order: Sort | None = None,
    page: int | None = 20,
    source: Source | None = None,
    requires: str | None = None,
    sensitive: ColumnElement[Any] | None = None,
    forbidden: Drop | None = None,
    level: Level = Level.FULL,
) -> Any:
    """Rows of another table, as a Relay connection or (`page=None`) as a plain list."""
    if (on is None) == (source is None) or (source is None) != (requires is None):
        raise DeclarationError(f"{description}: a list needs `on`, or `source` with `requires`")
    return ManyField(
        description=description,
        category=category,
        level=level,
        target=target,
        on=on,
        where=where,
        order=order,
        page=page,
        source=source,
        requires=requires,
        sensitive=sensitive,
        forbidden=forbidden,
    )


def external(target: str | type | Kind | Choice, category: Category, description: str, *, many: bool = False) -> Any:
    """A field of another subgraph that a `requires` of this one names."""
    if isinstance(target, Kind):
        return ExternalField(description=description, category=category, kind=target, many=many)
    if isinstance(target, Choice):
        return ExternalField(description=description, category=category, kind=Kind.ENUM, choice=target, many=many)
    return ExternalField(description=description, category=category, target=target, many=many)


def check(owner: str, fields: Sequence[Field]) -> None:
    """Refuse a field without category or description, or with a value category and no rule for it."""
    for item in fields:
        where = f"{owner}.{item.name}"
        if not isinstance(item.category, Category):
            raise DeclarationError(f"{where}: no category")
        if not item.description:
            raise DeclarationError(f"{where}: no description")
        if isinstance(item, ColumnField) and item.choice is not None:
            if bool(item.choice.categories) != (item.forbidden is not None):
                raise DeclarationError(f"{where}: `forbidden` goes with values that have a category")
            if isinstance(item.forbidden, Coarsen) and item.forbidden.to not in item.choice.values:
                raise DeclarationError(f"{where}: {item.forbidden.to} is not a value of {item.choice.name}")
