"""Root fields: what a subgraph's class `Query` declares, with the inputs of filters and the enums of orders.

@filter_of(Appointment, "Critères de recherche de rendez-vous.")
class AppointmentFilter:
    status: AppointmentStatus | None = criterion("status", "Présence de la personne.")

@order_of(Appointment, "Ordre d'une liste de rendez-vous.")
class AppointmentOrder(Enum):
    STARTS_AT = sort("Par date de début.", "startsAt")

@strawberry.type
class Query(SubgraphQuery):
    appointments: Connection[Appointment] | None = caseload(
        "Rendez-vous des personnes suivies.", SUIVI, filter=AppointmentFilter, order=AppointmentOrder
    )
"""

from __future__ import annotations

from collections.abc import Callable
from enum import EnumMeta, StrEnum
from functools import cached_property, partial
from typing import Any, TypeVar

import strawberry
from sqlalchemy import ColumnElement, String, Table
from strawberry import ID
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import has_object_definition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from schema.categories import Category, Level
from subgraphs.kit.connection_types import argument, connection_arguments
from subgraphs.kit.costs import IDENTITY_MATCH, NEAR_COST
from subgraphs.kit.directives import SelfDirective, category_directive, reads_directive
from subgraphs.kit.entity import Entity, entity_of
from subgraphs.kit.enums import members_of
from subgraphs.kit.errors import DeclarationError
from subgraphs.kit.fields import ColumnField, EmbeddedField, OneField, Sort, attribute, connection_node, unwrapped
from subgraphs.kit.identity_match import IdentityMatch
from subgraphs.kit.place_search import DEFAULT_RADIUS_KM, MAX_RADIUS_KM, Near
from subgraphs.kit.signals import DAYS, Signal

T = TypeVar("T")
E = TypeVar("E", bound=EnumMeta)


class RootKind(StrEnum):
    """The way in which a root field selects its rows."""

    BY_KEY = "by key"
    SELF = "self"
    CASELOAD = "caseload"
    CATALOGUE = "catalogue"
    IDENTITY_MATCH = "identity match"
    WRITE = "write"


class Comparison(StrEnum):
    """Comparisons that an input may ask; all are served by an index under row security.

    `AMONG`: the input is a list, and the value is one of it (of a list of values: has one of it). `HOLDS`: the list of
    values has the input. `PREFIX`: the text, of bytes in order, begins with the input; it is compared as a range, since
    the operators of patterns are not leakproof.
    """

    EQUAL = "="
    FROM = ">="
    UNTIL = "<="
    BEFORE = "<"
    AMONG = "&&"
    HOLDS = "@>"
    PREFIX = "begins with"


class Criterion(StrawberryField):
    """An input of a filter: it compares the guarded value at `path` (fields from the entity), on `column` if the
    comparison is made on a normalised column; `normalise` makes the client's value comparable with it. A row that
    passes `alternative` passes too.

    It judges every person of the list, who is journalled for it (docs/policy.md#rule-13), unless it `designates`: a
    value that few people share, of which being left out tells nothing."""

    def __init__(
        self,
        path: str,
        description: str = "",
        comparison: Comparison = Comparison.EQUAL,
        *,
        column: ColumnElement[Any] | None = None,
        normalise: Callable[[str], str | None] | None = None,
        alternative: Criterion | None = None,
        designates: bool = False,
    ) -> None:
        super().__init__(description=description, default=strawberry.UNSET)
        self.path, self.comparison, self.column = path, comparison, column
        self.normalise, self.alternative, self.designates = normalise, alternative, designates


criterion = attribute(Criterion)


def filter_of(entity: type, description: str) -> Callable[[type[T]], type[T]]:
    """Declare the input type of a list's filter; each criterion tells the coordinates that it reveals.

    Raises DeclarationError for a criterion whose type is not that of its column.
    """

    def declare(cls: type[T]) -> type[T]:
        criteria = {name: field for name, field in vars(cls).items() if isinstance(field, Criterion)}
        for field in criteria.values():
            reads = coordinates_read(entity_of(entity), field)
            field.directives = [reads_directive(*reads, designates=field.designates)]
        declared = strawberry.input(cls, description=description)
        for name, field in criteria.items():
            column = column_at(entity_of(entity), field.path)[1]
            if unwrapped(field.type) != (column.named_type, field.comparison is Comparison.AMONG):
                raise DeclarationError(f"{cls.__name__}.{name}: the annotation is not the type of its column")
            if field.comparison is Comparison.PREFIX and (field.normalise is None or not _in_bytes(field.column)):
                raise DeclarationError(f"{cls.__name__}.{name}: a prefix is compared on a normalised column of bytes")
        return declared

    return declare


def sort(description: str, field: str, column: ColumnElement[Any] | None = None, *, descending: bool = False) -> Any:
    """A value of an order."""
    return strawberry.enum_value(Sort(field, descending, column), description=description)


def order_of(entity: type, description: str) -> Callable[[E], E]:
    """Declare the enum of a list's orders; each value tells the field that it reveals."""

    def declare(cls: E) -> E:
        for definition in [member.value for member in members_of(cls)]:
            column_at(entity_of(entity), definition.value.field)
            definition.directives = (reads_directive(entity_of(entity).coordinate(definition.value.field)),)
        return strawberry.enum(cls, description=description)

    return declare


@strawberry.input(description="Lieu de recherche : une commune, ou des coordonnées.")
class NearInput:
    """A place; what it reveals of rows, the argument says."""

    city_code: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Code INSEE de la commune, à défaut de coordonnées.",
        directives=[reads_directive()],
    )
    latitude: float | None = strawberry.field(
        default=strawberry.UNSET, description="Latitude, en degrés décimaux.", directives=[reads_directive()]
    )
    longitude: float | None = strawberry.field(
        default=strawberry.UNSET, description="Longitude, en degrés décimaux.", directives=[reads_directive()]
    )
    radius_km: int | None = strawberry.field(
        default=DEFAULT_RADIUS_KM,
        description=f"Rayon, en kilomètres, de 1 à {MAX_RADIUS_KM}.",
        directives=[reads_directive()],
    )


class RootField(StrawberryField):
    """A field of `Query`. `near` lets a catalogue be searched around a place; `signal` makes a caseload one of the
    facts that put a journey at risk; `identity_match` is set for that kind."""

    graphql_name: str

    def __init__(
        self,
        kind: RootKind,
        description: str,
        category: Category = Category.TECH,
        *,
        level: Level = Level.FULL,
        page: int = 20,
        filter: type | None = None,  # noqa: A002 - the argument's name in the schema
        order: EnumMeta | None = None,
        near: Near | None = None,
        signal: Signal | None = None,
        identity_match: IdentityMatch | None = None,
    ) -> None:
        own = [SelfDirective()] if kind is RootKind.SELF else []
        cost = [] if identity_match is None else [IDENTITY_MATCH]
        super().__init__(description=description, directives=[category_directive(category, level), *own, *cost])
        self.kind, self.category, self.page = kind, category, page
        self.filter, self.order, self.near, self.identity_match = filter, order, near, identity_match
        self.signal = signal

    def __set_name__(self, owner: type, name: str) -> None:
        self.graphql_name = to_camel_case(name)

    @cached_property
    def result(self) -> Any:
        """The class that the field returns."""
        return unwrapped(self.type)[0]

    @cached_property
    def entity(self) -> Entity:
        """The entity whose rows the field returns: itself, in a connection, or as the row that a match found."""
        returned = connection_node(self.result) or self.result
        if self.identity_match is not None:
            returned = next(t for t in map(_returned, returned.__strawberry_definition__.fields) if _is_entity(t))
        if not _is_entity(returned):
            raise DeclarationError(f"Query.{self.graphql_name}: {returned} is not an entity with a key")
        return entity_of(returned)

    @property
    def criteria(self) -> dict[str, Criterion]:
        """Criteria of the filter, by the names of their inputs."""
        fields = [] if self.filter is None else self.filter.__strawberry_definition__.fields  # type: ignore[attr-defined]
        return {to_camel_case(field.python_name): field for field in fields}

    @property
    def orders(self) -> dict[str, Sort]:
        """Sort keys by the names of the order's values."""
        return {} if self.order is None else {member.name: member.value for member in members_of(self.order)}

    def list_arguments(self) -> list[StrawberryArgument]:
        """Arguments of a list: its page, filter, order and place."""
        arguments = connection_arguments(self.entity.of_rows, self.page)
        if self.filter is not None:
            arguments.append(argument("filter", self.filter | None, "Critères, tous exigés à la fois."))
        if self.order is not None:
            description = "Ordre ; par identifiant si rien n'est demandé."
            arguments.append(argument("order_by", self.order | None, description))
        if self.near is not None:
            reads = reads_directive(*map(self.entity.coordinate, self.near.reads))
            arguments.append(argument("near", NearInput | None, NEAR, directives=[reads, NEAR_COST]))
        if self.signal is not None:
            reads = reads_directive(*map(self.entity.coordinate, self.signal.reads))
            arguments.append(argument(DAYS, int, self.signal.description, directives=[reads]))
        return arguments


NEAR = "Lieu de recherche : la liste se limite à ce qui est situé dans le rayon, du plus proche au plus lointain."


def by_key(description: str, key_description: str = "Identifiant opaque.") -> Any:
    """One row by its key."""
    field = RootField(RootKind.BY_KEY, description, Category.TECH)
    field.arguments = [argument("id", ID, key_description)]
    return field


own_record = partial(attribute(RootField), RootKind.SELF)
"""The row of the actor's own person."""
caseload = partial(attribute(RootField), RootKind.CASELOAD)
"""A page of the rows whose person is linked to the actor; arguments as of `RootField`."""
catalogue = partial(attribute(RootField), RootKind.CATALOGUE)
"""A page of public rows; arguments as of `RootField`."""


def match(description: str, category: Category, declaration: IdentityMatch) -> Any:
    """The one row that an argument names."""
    field = RootField(RootKind.IDENTITY_MATCH, description, category, identity_match=declaration)
    field.arguments = [argument(declaration.argument, declaration.input, declaration.description)]
    return field


def column_at(entity: Entity, path: str) -> tuple[Entity, ColumnField]:
    """The column at a dotted path of fields below an entity, and the entity that holds it."""
    *steps, last = path.split(".")
    for step in steps:
        field = entity.fields.get(step)
        if not isinstance(field, EmbeddedField | OneField):
            raise DeclarationError(f"{entity.name}.{step} is not an object to filter by")
        entity = entity_of(field.target)
    column = entity.fields.get(last)
    if not isinstance(column, ColumnField):
        raise DeclarationError(f"{entity.name}.{last} is not a column")
    return entity, column


def coordinates_read(entity: Entity, criterion: Criterion) -> list[str]:
    """Coordinates that a criterion reveals: every field on its paths; a key says no more than what led to it."""
    owner, coordinates = entity, []
    for step in criterion.path.split("."):
        field = owner.fields.get(step)
        if isinstance(field, EmbeddedField | OneField):
            coordinates.append(owner.coordinate(step))
            owner = entity_of(field.target)
    owner, column = column_at(entity, criterion.path)
    if not (coordinates and column.key):
        coordinates.append(owner.coordinate(column.graphql_name))
    if criterion.alternative is None:
        return coordinates
    return [*coordinates, *coordinates_read(entity, criterion.alternative)]


def _in_bytes(column: ColumnElement[Any] | None) -> bool:
    return isinstance(getattr(column, "type", None), String) and column.type.collation == "C"  # type: ignore[union-attr]


def _returned(field: StrawberryField) -> Any:
    return unwrapped(field.type)[0]


def _is_entity(type_: Any) -> bool:
    return has_object_definition(type_) and "__entity__" in vars(type_)


def is_found_by_index(entity: Entity, criterion: Criterion) -> bool:
    """Whether a criterion compares an indexed column for equality, or its beginning."""
    if criterion.comparison not in (Comparison.EQUAL, Comparison.PREFIX) or "." in criterion.path:
        return False
    column = column_at(entity, criterion.path)[1].column if criterion.column is None else criterion.column
    return isinstance(entity.table, Table) and any(index.columns[0] is column for index in entity.table.indexes)
