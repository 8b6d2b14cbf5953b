"""Arguments of lists: page size, cursor, order, filter and place.

The presence of an argument is part of a statement's shape, its value a bind parameter. An error names the argument and
the expected form, never the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Uuid

from schema.input_forms import SHORTEST_PREFIX
from subgraphs.kit.cursors import Sealer
from subgraphs.kit.document import ENTITIES, Node, Reading
from subgraphs.kit.entity import Entity
from subgraphs.kit.enums import value_names
from subgraphs.kit.errors import BadInput, RequestFailed
from subgraphs.kit.fields import ColumnField, EmbeddedField, ManyField, OneField, Sort
from subgraphs.kit.kinds import Kind
from subgraphs.kit.place_search import Near, Place, read_place
from subgraphs.kit.root_fields import Comparison, Criterion, RootField, RootKind, column_at
from subgraphs.kit.signals import DAYS, Signal
from subgraphs.kit.subgraph_model import Model

MOST_VALUES = 100
"""Most values of a criterion that is a list."""
_FIRST = {"first"}
_FORMS = {int: "INT", bool: "BOOLEAN", float: "FLOAT"}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of an operation: its node and what its arguments accept."""

    node: Node
    coordinate: str
    entity: Entity
    page: int
    default: Sort | None
    criteria: Mapping[str, tuple[Criterion, ColumnField]]
    orders: Mapping[str, Sort]
    near: Near | None = None
    signal: Signal | None = None


class Shape(NamedTuple):
    """The part of a page's arguments that changes the statement's text: a part of its cache key."""

    after: bool
    criteria: tuple[str, ...]
    order: str | None
    near: bool = False


PLAIN = Shape(False, (), None)
"""The shape of a page with no other argument than its size."""


@dataclass
class Page:
    """A page's arguments: `after` is (sort value, id)."""

    listing: Listing
    shape: Shape
    first: int
    after: tuple[Any, Any] | None
    criteria: Mapping[str, Any]
    near: Place | None = None
    days: int | None = None
    """The argument of a signal."""

    @cached_property
    def place(self) -> bytes:
        """Identity of the list in cursors: coordinate, order, filter, place and days."""
        arguments = [self.criteria, None if self.near is None else self.near.values, self.days]
        digest = sha256(orjson.dumps(arguments, option=orjson.OPT_SORT_KEYS)).hexdigest()
        return orjson.dumps([self.listing.coordinate, self.shape.order, digest])


def listings(reading: Reading, model: Model) -> tuple[Listing, ...]:
    """Return every list of the operation."""
    return tuple(_listings(reading, model))


def _listings(reading: Reading, model: Model) -> Iterator[Listing]:
    pending: list[tuple[Entity, Node]] = []
    for node in reading.roots:
        if node.name == ENTITIES:
            for name, fields in node.types.items():
                pending += ((model.entities[name], child) for child in fields)
            continue
        root = model.roots.get(node.name)
        if root is None:
            continue
        entity = root.entity
        if root.kind in (RootKind.CASELOAD, RootKind.CATALOGUE):
            yield _root_listing(node, root, entity)
            pending += ((entity, child) for child in row_fields(node))
        elif root.identity_match is not None:
            pending += ((entity, child) for match in node.children for child in match.children)
        else:
            pending += ((entity, child) for child in node.children)
    while pending:
        entity, node = pending.pop()
        field = entity.fields.get(node.name)
        if isinstance(field, EmbeddedField | OneField):
            pending += ((model.target(field), child) for child in node.children)
        elif isinstance(field, ManyField):
            target = model.target(field)
            if not field.is_connection:
                pending += ((target, child) for child in node.children)
            else:
                yield Listing(node, entity.coordinate(field.graphql_name), target, field.page, field.order, {}, {})
                pending += ((target, child) for child in row_fields(node))


def _root_listing(node: Node, root: RootField, entity: Entity) -> Listing:
    criteria = {name: (criterion, column_at(entity, criterion.path)[1]) for name, criterion in root.criteria.items()}
    default = None if root.signal is None else root.signal.since
    coordinate = f"Query.{root.graphql_name}"
    return Listing(node, coordinate, entity, root.page, default, criteria, root.orders, root.near, root.signal)


def row_fields(node: Node) -> Iterator[Node]:
    """Iterate over the fields that a connection selects of its rows, through `nodes` or `edges`."""
    for child in node.child("nodes"):
        yield from child.children
    for edge in node.child("edges"):
        for child in edge.child("node"):
            yield from child.children


def read_page(listing: Listing, reading: Reading, variables: Mapping[str, Any], sealer: Sealer) -> Page:
    """Read the arguments of a list; raises RequestFailed BAD_FIRST, BAD_INPUT or FORBIDDEN_INPUT."""
    node = listing.node
    first = reading.value(node, "first", variables)
    if first is None:
        first = listing.page
    most = sealer.context.page
    if type(first) is not int or not 1 <= first <= most:
        raise RequestFailed("BAD_FIRST", f"L'argument « first » doit être un entier de 1 à {most}.")
    days = None if listing.signal is None else _days(reading.value(node, DAYS, variables), listing.signal)
    if node.arguments.keys() <= _FIRST:
        return Page(listing, PLAIN, first, None, {})
    order = reading.value(node, "orderBy", variables)
    if order is not None and (not isinstance(order, str) or order not in listing.orders):
        raise BadInput("orderBy", "ENUM")
    filter_value = reading.value(node, "filter", variables) or {}
    criteria = {
        name: _criterion(name, value, listing) for name, value in _filter_inputs(filter_value) if value is not None
    }
    place = reading.value(node, "near", variables) if listing.near is not None else None
    near = None if place is None else read_place(place)
    sort = listing.orders[order] if order is not None else listing.default
    after = reading.value(node, "after", variables)
    kind = Kind.FLOAT if near is not None else None if sort is None else sort_field(listing.entity, sort).kind
    shape = Shape(after is not None, tuple(sorted(criteria)), order, near is not None)
    page = Page(listing, shape, first, None, criteria, near, days)
    if after is not None:
        page.after = _after(sealer.open(page.place, after), kind)
    return page


def _days(value: Any, signal: Signal) -> int:
    least, most = signal.days
    if type(value) is not int or not least <= value <= most:
        raise BadInput(DAYS, "DAYS")
    return value


def _filter_inputs(value: Any) -> Any:
    if not isinstance(value, dict):
        raise BadInput("filter", "OBJECT")
    return sorted(value.items())


def _criterion(name: str, value: Any, listing: Listing) -> Any:
    if name not in listing.criteria:
        raise BadInput("filter", "CRITERION")
    input_path = f"filter.{name}"
    criterion, field = listing.criteria[name]
    if criterion.comparison is Comparison.AMONG:
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_VALUES:
            raise BadInput(input_path, "LIST")
        return [convert_value(input_path, element, field.kind) for element in value]
    if criterion.comparison is Comparison.HOLDS:
        return [convert_value(input_path, value, field.kind)]
    if criterion.normalise is not None:
        if not isinstance(value, str) or "\x00" in value:
            raise BadInput(input_path, "STRING")
        key = criterion.normalise(value)
        if criterion.comparison is Comparison.PREFIX and (key is None or len(key.replace(" ", "")) < SHORTEST_PREFIX):
            raise BadInput(input_path, "PREFIX")
        return key
    if field.choice is not None and (not isinstance(value, str) or value not in value_names(field.choice)):
        raise BadInput(input_path, "ENUM")
    if field.key and isinstance(field.column.type, Uuid):
        return uuid_or_none(value)
    return convert_value(input_path, value, field.kind)


def convert_value(input_path: str, value: Any, kind: Kind) -> Any:
    """Convert the value of an argument for a column of this kind; raises BadInput."""
    if kind is Kind.DATE:
        if (parsed_day := day(value)) is None:
            raise BadInput(input_path, "DATE")
        return parsed_day
    if kind is Kind.DATETIME:
        return _instant(input_path, value)
    if kind is Kind.FLOAT and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)  # a number may have the digits with which it was written
    python_type = {Kind.INT: int, Kind.BOOLEAN: bool, Kind.FLOAT: float}.get(kind, str)
    if type(value) is not python_type or (isinstance(value, str) and "\x00" in value):
        raise BadInput(input_path, _FORMS.get(python_type, "STRING"))
    return value


def day(value: Any) -> date | None:
    """Parse a day written AAAA-MM-JJ; return None for anything else."""
    try:
        return date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except (TypeError, ValueError):
        return None


def _instant(input_path: str, value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
        in_utc = moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise BadInput(input_path, "INSTANT") from None
    if moment.tzinfo is None:
        raise BadInput(input_path, "INSTANT")
    return in_utc


def _after(opened: tuple[Any, str], kind: Kind | None) -> tuple[Any, Any]:
    """Convert the sort value of an opened cursor; `kind` is its kind, None if rows are ordered by id alone."""
    value, identifier = opened
    if kind is not None and value is not None:
        value = convert_value("after", value, kind)
    return value, identifier


def sort_field(entity: Entity, sort: Sort) -> ColumnField:
    """Return the field that a sort key reads; its normalised column has the same type."""
    field = entity.fields[sort.field]
    assert isinstance(field, ColumnField)
    return field


def uuid_or_none(value: Any) -> str | None:
    """Return the value if it is the canonical text of a UUID, else None: our ids have no other spelling
    (docs/attaques.md#attack-45)."""
    return value if type(value) is str and _UUID.fullmatch(value) else None
