"""Fields of an entity: Strawberry fields that carry their category, and the column or relationship behind them.

`subgraphs.kit.entity` shows a declaration. Every field has one category at one level and a French description. Its
GraphQL type is the annotation of the class attribute, whose name becomes camelCase in GraphQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, ParamSpec

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    Text,
    cast,
    func,
    literal_column,
)
from sqlalchemy.sql import Select
from strawberry.federation.schema_directives import External, Requires
from strawberry.types.base import StrawberryContainer, StrawberryList, has_object_definition
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import UNRESOLVED, StrawberryField
from strawberry.types.lazy_type import LazyType
from strawberry.utils.str_converters import to_camel_case

from schema.categories import Category, Level
from schema.days import PARIS
from subgraphs.kit.aliased_columns import AliasedColumns
from subgraphs.kit.connection_types import Connection, JudgedConnection, PlaceConnection
from subgraphs.kit.costs import COMPUTED
from subgraphs.kit.directives import ForbiddenValue, ForbiddenValueDirective, category_directive
from subgraphs.kit.enums import categories_of_values, value_names
from subgraphs.kit.errors import DeclarationError
from subgraphs.kit.kinds import KINDS, SQL_TYPES, Kind
from subgraphs.kit.residual_sql import yes

P = ParamSpec("P")

LONGEST_LIST = 100
"""Most rows of a plain list: a longer one is null, with an error that says so, never cut."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Rule for forbidden values: the row is dropped, as if it were missing."""


@dataclass(frozen=True, slots=True)
class Coarsen:
    """Rule for forbidden values: they are served as `to`, as unknown values are, which ordinary rows carry too.

    `beside`: what else the row shows that would tell them from ordinary ones, by a name; the data are checked within it
    (`subgraphs.kit.coarse_values`).
    """

    to: str
    beside: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort key: the field whose guarded value orders the rows, or the normalised `column` of that field."""

    field: str
    descending: bool = False
    column: ColumnElement[Any] | None = None


@dataclass(frozen=True, slots=True)
class RequiredValues:
    """The input of a computed relationship's function: the parent's row and the required values, as JSON.

    `text("contact", "address", "cityCode")` is a text expression; `json("constraints")` the JSONB of a list or object,
    SQL null where the value is null. The names are those of the declaration; only the values are bound.
    """

    parent: AliasedColumns
    value: ColumnElement[Any]

    def json(self, *path: str) -> ColumnElement[Any]:
        """The required value at `path`, JSONB."""
        value = self.value
        for name in path:
            value = value[_name(name)]
        return value

    def text(self, *path: str) -> ColumnElement[Any]:
        """The required scalar at `path`, as text."""
        *above, last = path
        value: ColumnElement[Any] = self.json(*above)[_name(last)].astext
        return value


def _name(name: str) -> ColumnElement[str]:
    return literal_column(f"'{name}'", Text())


Source = Callable[[RequiredValues], Select[Any]]


def unwrapped(type_: Any) -> tuple[Any, bool]:
    """A resolved type without null and list, and whether it is a list."""
    many = False
    while isinstance(type_, StrawberryContainer):
        many = many or isinstance(type_, StrawberryList)
        type_ = type_.of_type
    return (type_.resolve_type() if isinstance(type_, LazyType) else type_), many


def connection_node(type_: Any) -> Any:
    """The type of the rows of a connection; None for any other type."""
    generic = type_.__strawberry_definition__.concrete_of if has_object_definition(type_) else None
    if generic is None or not issubclass(generic.origin, Connection | JudgedConnection | PlaceConnection):
        return None
    return type_.__strawberry_definition__.type_var_map["T"]


class Field(StrawberryField):
    """A field with its category and level; `graphql_name` is the name of the class attribute in camelCase."""

    graphql_name: str

    def __init__(
        self, category: Category, description: str, *, level: Level = Level.FULL, directives: Sequence[object] = ()
    ) -> None:
        categories = [category_directive(category, level)] if type(category) is Category else []
        super().__init__(description=description, directives=[*categories, *directives])
        self.category, self.level = category, level

    def __set_name__(self, owner: type, name: str) -> None:
        self.graphql_name = to_camel_case(name)

    @cached_property
    def named_type(self) -> Any:
        """The type that the field returns, without null and list."""
        return self._type[0]

    @cached_property
    def _type(self) -> tuple[Any, bool]:
        resolved = self.type
        if resolved is UNRESOLVED:
            assert self.type_annotation is not None
            raise DeclarationError(f"{self.type_annotation.raw_annotation} is not declared")
        return unwrapped(resolved)

    @cached_property
    def many(self) -> bool:
        """Whether the field returns a list, which is no connection."""
        return self._type[1]

    @cached_property
    def choice(self) -> StrawberryEnumDefinition | None:
        """The enum that the field returns."""
        return self.named_type if isinstance(self.named_type, StrawberryEnumDefinition) else None

    @cached_property
    def kind(self) -> Kind | None:
        """The scalar that the field returns, `ENUM` for an enum; None for an object."""
        return Kind.ENUM if self.choice is not None else KINDS.get(self.named_type)

    @cached_property
    def target(self) -> type | None:
        """The entity's class that the field returns, alone or in a list or connection."""
        return connection_node(self.named_type) or (self.named_type if has_object_definition(self.named_type) else None)

    @cached_property
    def is_connection(self) -> bool:
        """Whether the field returns a connection."""
        return connection_node(self.named_type) is not None


class ColumnField(Field):
    """A scalar or enum: a column of the entity's table, or an SQL expression over its columns.

    `sensitive`: the category of what the value would reveal of the person by naming an organisation, as of a
    `LinkField`; whoever lacks it does not find the row, unless it is the actor's own item. A reduced Boolean is true or
    null (`subgraphs.kit.residual_sql.yes`).
    """

    def __init__(
        self,
        column: ColumnElement[Any],
        category: Category,
        description: str,
        *,
        level: Level = Level.FULL,
        forbidden: Drop | Coarsen | None = None,
        sensitive: ColumnElement[Any] | None = None,
        key: bool = False,
        resolvable: bool = True,
    ) -> None:
        if sensitive is not None and not isinstance(forbidden, Drop):
            raise DeclarationError(f"{description}: a value that names an organisation can only drop its row")
        directives = [] if forbidden is None else [_forbidden_value(forbidden)]
        super().__init__(category, description, level=level, directives=directives)
        two_valued = level is Level.REDUCED and isinstance(column.type, Boolean)
        self.column: ColumnElement[Any] = yes(column) if two_valued else column
        self.forbidden, self.sensitive = forbidden, sensitive
        self.key, self.resolvable = key, resolvable

    @cached_property
    def kind(self) -> Kind:
        """The scalar that the column is served as; raises DeclarationError for an annotation that is none."""
        kind = Kind.ENUM if self.choice is not None else KINDS.get(self.named_type)
        if kind is None:
            raise DeclarationError(f"{self.graphql_name}: the annotation is no GraphQL scalar or enum")
        return kind


class EmbeddedField(Field):
    """An object that is made of columns of the same row."""


class LinkField(Field):
    """A relationship. `sensitive` is the category (SAN, JUST, SEJ) of what it would reveal of the person, null for an
    ordinary one, `UNKNOWN` where nobody can tell: an expression over columns of this table or of the target's.

    Whoever lacks the category finds no row; and where `forbidden` is a Drop, of this table's columns alone, not this
    row either, unless it is the actor's own item or nobody can tell.
    """

    def __init__(
        self,
        category: Category,
        description: str,
        *,
        level: Level,
        sensitive: ColumnElement[Any] | None,
        forbidden: Drop | None,
        directives: Sequence[object] = (),
    ) -> None:
        withheld = ForbiddenValueDirective(action=ForbiddenValue.WITHHOLD)
        rule = [] if sensitive is None else [withheld if forbidden is None else _forbidden_value(forbidden)]
        super().__init__(category, description, level=level, directives=[*rule, *directives])
        self.sensitive, self.forbidden = sensitive, forbidden


class OneField(LinkField):
    """At most one row of another table; `on` is (column of the target, column of this table).

    Where `on` may lead to several rows, the one that is served is the first by `first`, of those that the actor reads
    and that meet `where`, a condition on columns of the target's table.
    """

    def __init__(
        self,
        category: Category,
        description: str,
        *,
        on: tuple[ColumnElement[Any], ColumnElement[Any]],
        first: Sort | None = None,
        where: ColumnElement[bool] | None = None,
        sensitive: ColumnElement[Any] | None = None,
        forbidden: Drop | None = None,
        level: Level = Level.FULL,
    ) -> None:
        super().__init__(category, description, level=level, sensitive=sensitive, forbidden=forbidden)
        self.on, self.first, self.where = on, first, where


class ManyField(LinkField):
    """Rows of another table, as the annotation says: a connection of `page` rows by default, or a plain list, which is
    short by nature (`page` rows are reckoned with, `LONGEST_LIST` are served).

    `on` as in `OneField`, and `where` a condition on columns of the target's table; or `source`, a function that builds
    the rows from values that `requires` asks of other subgraphs: it selects columns named as those of the target's
    table.
    """

    def __init__(
        self,
        category: Category,
        description: str,
        *,
        on: tuple[ColumnElement[Any], ColumnElement[Any]] | None = None,
        where: ColumnElement[bool] | None = None,
        order: Sort | None = None,
        page: int = 20,
        source: Source | None = None,
        requires: str | None = None,
        sensitive: ColumnElement[Any] | None = None,
        forbidden: Drop | None = None,
        level: Level = Level.FULL,
    ) -> None:
        if (on is None) == (source is None) or (source is None) != (requires is None):
            raise DeclarationError(f"{description}: a list needs `on`, or `source` with `requires`")
        required = [] if requires is None else [Requires(fields=requires), COMPUTED]  # type: ignore[arg-type]
        super().__init__(
            category, description, level=level, sensitive=sensitive, forbidden=forbidden, directives=required
        )
        self.on, self.where, self.order, self.page = on, where, order, page
        self.source, self.requires = source, requires


class ExternalField(Field):
    """A field that another subgraph owns, named so that `requires` can ask it: its category stands where it is
    resolved."""

    def __init__(self, category: Category, description: str) -> None:
        super().__init__(category, description)
        self.directives = [External()]


def _forbidden_value(forbidden: Drop | Coarsen) -> ForbiddenValueDirective:
    if isinstance(forbidden, Drop):
        return ForbiddenValueDirective(action=ForbiddenValue.DROP)
    return ForbiddenValueDirective(action=ForbiddenValue.COARSEN, to=forbidden.to)


def day_column(instant: ColumnElement[Any]) -> ColumnElement[date]:
    """The day of an instant, in France (`schema.days`)."""
    return cast(func.timezone(literal_column(f"'{PARIS.key}'"), instant), Date)


def attribute(field: Callable[P, StrawberryField]) -> Callable[P, Any]:
    """Let a field's class make the value of a class attribute, whose annotation is the field's GraphQL type."""
    return field


column = attribute(ColumnField)
embedded = attribute(EmbeddedField)
to_one = attribute(OneField)
to_many = attribute(ManyField)
external = attribute(ExternalField)


def person_of_item(person: ColumnElement[Any], item: ColumnElement[Any]) -> Any:
    """The person whom an item of the journey is about, at the keys `person` of the persons and `item` of the items: the
    item tells no more by it, and the person's own rules say what is read of it."""
    return to_one(Category.TECH, "Personne que cet élément concerne.", on=(person, item))


def key(column: ColumnElement[Any], description: str = "Identifiant opaque.", *, resolvable: bool = True) -> Any:
    """The opaque key of an entity; if not `resolvable`, it only orders the rows of lists."""
    return ColumnField(column, Category.TECH, description, key=True, resolvable=resolvable)


def check_column(coordinate: str, field: ColumnField) -> None:
    """Refuse a column whose annotation is not the type of its SQL, or whose values' categories have no rule."""
    sql_type = field.column.type
    many = isinstance(sql_type, ARRAY)
    element = sql_type.item_type if isinstance(sql_type, ARRAY) else sql_type
    if many != field.many or not isinstance(element, SQL_TYPES[field.kind]):
        raise DeclarationError(f"{coordinate}: the annotation is no GraphQL type for the SQL type {sql_type!r}")
    if field.choice is None:
        return
    if bool(categories_of_values(field.choice)) != (field.forbidden is not None):
        raise DeclarationError(f"{coordinate}: `forbidden` goes with values that have a category")
    if isinstance(field.forbidden, Coarsen) and field.forbidden.to not in value_names(field.choice):
        raise DeclarationError(f"{coordinate}: {field.forbidden.to} is not a value of {field.choice.name}")
