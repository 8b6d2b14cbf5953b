"""Arguments of fields: how many rows, from where, in which order, under which filter.

What an argument is present is part of a statement's shape; its value is a bind parameter. A wrong value is told by the
argument's name and the expected form, never by the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Uuid

from subgraphs.kit.cursors import Sealer
from subgraphs.kit.document import ENTITIES, Node, Reading
from subgraphs.kit.entity import Entity
from subgraphs.kit.enums import value_names
from subgraphs.kit.errors import BadInput, RequestFailed
from subgraphs.kit.fields import ColumnField, EmbeddedField, Kind, ManyField, OneField, Sort
from subgraphs.kit.place_search import Near, Place, place_of
from subgraphs.kit.root_fields import Comparison, Criterion, RootField, RootKind, column_at
from subgraphs.kit.subgraph_model import Model

LARGEST = 100
"""Most rows of one page."""
_FIRST = {"first"}
_FORMS = {int: "INT", bool: "BOOLEAN", float: "FLOAT"}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Listing:
    """A field that returns a page, where it is in the document: what it accepts does not depend on the request."""

    node: Node
    coordinate: str
    entity: Entity
    page: int
    default: Sort | None
    criteria: Mapping[str, tuple[Criterion, ColumnField]]
    orders: Mapping[str, Sort]
    near: Near | None = None


class Shape(NamedTuple):
    """What a page's arguments make of the statement: its cache key."""

    after: bool
    criteria: tuple[str, ...]
    order: str | None
    near: bool = False


PLAIN = Shape(False, (), None)
"""The shape of a page of which no more is said than how many rows it has."""


@dataclass
class Page:
    """A page's arguments: `after` is (sort value, id)."""

    listing: Listing
    shape: Shape
    first: int
    after: tuple[Any, Any] | None
    criteria: Mapping[str, Any]
    near: Place | None = None

    @cached_property
    def place(self) -> bytes:
        """Names the list for cursors: by coordinate, order, filter and place."""
        asked = [self.criteria, None if self.near is None else self.near.values]
        digest = sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()
        return orjson.dumps([self.listing.coordinate, self.shape.order, digest])


def listings(reading: Reading, model: Model) -> tuple[Listing, ...]:
    """Every field of the operation that returns a page."""
    return tuple(_listings(reading, model))


def _listings(reading: Reading, model: Model) -> Iterator[Listing]:
    pending: list[tuple[Entity, Node]] = []
    for node in reading.roots:
        if node.name == ENTITIES:
            for name, fields in node.types.items():
                pending += ((model.entities[name], item) for item in fields)
            continue
        root = model.roots.get(node.name)
        if root is None:
            continue
        entity = root.entity
        if root.kind in (RootKind.CASELOAD, RootKind.CATALOGUE):
            yield _of_root(node, root, entity)
            pending += ((entity, item) for item in items_of(node))
        elif root.finding is not None:
            pending += ((entity, item) for match in node.children for item in match.children)
        else:
            pending += ((entity, item) for item in node.children)
    while pending:
        entity, node = pending.pop()
        field = entity.fields.get(node.name)
        if isinstance(field, EmbeddedField | OneField):
            pending += ((model.target(field), item) for item in node.children)
        elif isinstance(field, ManyField):
            target = model.target(field)
            if not field.is_connection:
                pending += ((target, item) for item in node.children)
            else:
                yield Listing(node, entity.coordinate(field.graphql_name), target, field.page, field.order, {}, {})
                pending += ((target, item) for item in items_of(node))


def _of_root(node: Node, root: RootField, entity: Entity) -> Listing:
    criteria = {name: (item, column_at(entity, item.path)[1]) for name, item in root.criteria.items()}
    return Listing(node, f"Query.{root.graphql_name}", entity, root.page, None, criteria, root.orders, root.near)


def items_of(node: Node) -> Iterator[Node]:
    """What a connection's field asks of its rows, through `nodes` or `edges`."""
    for child in node.child("nodes"):
        yield from child.children
    for edge in node.child("edges"):
        for child in edge.child("node"):
            yield from child.children


def page_of(listing: Listing, reading: Reading, variables: Mapping[str, Any], sealer: Sealer) -> Page:
    """Read the arguments; raises RequestFailed BAD_FIRST, BAD_INPUT or FORBIDDEN_INPUT."""
    node = listing.node
    first = reading.value(node, "first", variables)
    if first is None:
        first = listing.page
    if type(first) is not int or not 1 <= first <= LARGEST:
        raise RequestFailed("BAD_FIRST", f"L'argument « first » doit être un entier de 1 à {LARGEST}.")
    if node.arguments.keys() <= _FIRST:
        return Page(listing, PLAIN, first, None, {})
    order = reading.value(node, "orderBy", variables)
    if order is not None and (not isinstance(order, str) or order not in listing.orders):
        raise BadInput("orderBy", "ENUM")
    given = reading.value(node, "filter", variables) or {}
    criteria = {name: _criterion(name, value, listing) for name, value in _items(given) if value is not None}
    asked = reading.value(node, "near", variables) if listing.near is not None else None
    near = None if asked is None else place_of(asked)
    sort = listing.orders[order] if order is not None else listing.default
    after = reading.value(node, "after", variables)
    kind = Kind.FLOAT if near is not None else None if sort is None else sorted_by(listing.entity, sort).kind
    shape = Shape(after is not None, tuple(sorted(criteria)), order, near is not None)
    page = Page(listing, shape, first, None, criteria, near)
    if after is not None:
        page.after = _after(sealer.open(page.place, after), kind)
    return page


def _items(given: Any) -> Any:
    if not isinstance(given, dict):
        raise BadInput("filter", "OBJECT")
    return sorted(given.items())


def _criterion(name: str, value: Any, listing: Listing) -> Any:
    if name not in listing.criteria:
        raise BadInput("filter", "CRITERION")
    given = f"filter.{name}"
    criterion, field = listing.criteria[name]
    if criterion.comparison is Comparison.AMONG:
        if not isinstance(value, list) or not 1 <= len(value) <= LARGEST:
            raise BadInput(given, "LIST")
        return [typed(given, item, field.kind) for item in value]
    if criterion.comparison is Comparison.HOLDS:
        return [typed(given, value, field.kind)]
    if criterion.normalise is not None:
        if not isinstance(value, str) or "\x00" in value:
            raise BadInput(given, "STRING")
        return criterion.normalise(value)
    if field.choice is not None and (not isinstance(value, str) or value not in value_names(field.choice)):
        raise BadInput(given, "ENUM")
    if field.key and isinstance(field.column.type, Uuid):
        return uuid_or_none(value)
    return typed(given, value, field.kind)


def typed(given: str, value: Any, kind: Kind) -> Any:
    """The value of an argument as the driver wants it for a column of this kind; raises BadInput."""
    if kind is Kind.DATE:
        if (found := day(value)) is None:
            raise BadInput(given, "DATE")
        return found
    if kind is Kind.DATETIME:
        return _instant(given, value)
    if kind is Kind.FLOAT and type(value) is int:
        return float(value)
    wanted = {Kind.INT: int, Kind.BOOLEAN: bool, Kind.FLOAT: float}.get(kind, str)
    if type(value) is not wanted or (isinstance(value, str) and "\x00" in value):
        raise BadInput(given, _FORMS.get(wanted, "STRING"))
    return value


def day(value: Any) -> date | None:
    """The day that a client's text says, in the one writing of a day, AAAA-MM-JJ; None for anything else."""
    try:
        return date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except (TypeError, ValueError):
        return None


def _instant(given: str, value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        found = None
    if found is None or found.tzinfo is None:
        raise BadInput(given, "INSTANT")
    return found


def _after(opened: tuple[Any, str], kind: Kind | None) -> tuple[Any, Any]:
    """Sort value and id of a cursor; `kind` is that of the sort value, None where rows are ordered by id alone."""
    value, identifier = opened
    if kind is not None and value is not None:
        value = typed("after", value, kind)
    return value, identifier


def sorted_by(entity: Entity, sort: Sort) -> ColumnField:
    """The column field that a sort key reads; a normalised column has the same type."""
    field = entity.fields[sort.field]
    assert isinstance(field, ColumnField)
    return field


def uuid_or_none(value: Any) -> str | None:
    """The value if it is the canonical text of a UUID: no other spelling is an id of ours
    (docs/attaques.md#attack-45)."""
    return value if type(value) is str and _UUID.fullmatch(value) else None
