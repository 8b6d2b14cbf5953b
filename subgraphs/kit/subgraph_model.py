"""The model of a subgraph: its entities, resolved and checked together, and its root fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement

from schema.categories import OPEN, Category
from subgraphs.kit.entity import Entity, entity_of
from subgraphs.kit.errors import DeclarationError
from subgraphs.kit.fields import Choice, ColumnField, EmbeddedField, ExternalField, ManyField, OneField, Sort
from subgraphs.kit.identity_match import Finding
from subgraphs.kit.place_search import Near


class RootKind(StrEnum):
    """How a root field finds its rows."""

    BY_KEY = "by key"
    SELF = "self"
    CASELOAD = "caseload"
    CATALOGUE = "catalogue"
    FOUND = "found"


class Comparison(StrEnum):
    """Comparisons that an input may ask; all are served by an index under row security.

    `AMONG`: the input is a list, and the value is one of it (of a list of values: has one of it). `HOLDS`: the list of
    values has the input.
    """

    EQUAL = "="
    FROM = ">="
    UNTIL = "<="
    BEFORE = "<"
    AMONG = "&&"
    HOLDS = "@>"


@dataclass(frozen=True, slots=True)
class Criterion:
    """An input of a filter: it compares the guarded value at `path` (fields from the entity), on `column` if the
    comparison is made on a normalised column; `normalise` makes the client's value comparable with it. A row that
    passes `other` passes too."""

    path: str
    description: str
    comparison: Comparison = Comparison.EQUAL
    column: ColumnElement[Any] | None = None
    normalise: Callable[[str], str | None] | None = None
    other: Criterion | None = None


@dataclass(frozen=True, slots=True)
class Root:
    """A root field. `criteria` are the fields of the input type `filter`, `orders` the values of the enum `order`;
    `near` of a catalogue lets it be asked around a place; `finding` is how a FOUND one finds its one row."""

    name: str
    entity: str
    description: str
    kind: RootKind
    category: Category = Category.TECH
    page: int = 20
    key_description: str = "Identifiant opaque."
    filter: str | None = None
    filter_description: str = ""
    criteria: Mapping[str, Criterion] = field(default_factory=dict)
    order: str | None = None
    order_description: str = ""
    orders: Mapping[str, tuple[Sort, str]] = field(default_factory=dict)
    near: Near | None = None
    finding: Finding | None = None


@dataclass(frozen=True)
class Model:
    """All that one subgraph declares."""

    name: str
    entities: Mapping[str, Entity]
    roots: Mapping[str, Root]

    @property
    def finds(self) -> bool:
        """Whether a root field finds rows by keys, which takes the secret that they are made with."""
        return any(root.finding is not None for root in self.roots.values())

    def searched(self, entity: Entity) -> bool:
        """Whether a list of these rows may be asked around a place."""
        return any(root.near is not None and root.entity == entity.name for root in self.roots.values())

    def target(self, item: EmbeddedField | OneField | ManyField | ExternalField) -> Entity:
        """The entity that a field returns."""
        if item.target is None:
            raise DeclarationError(f"{item.name} returns no entity")
        name = item.target if isinstance(item.target, str) else entity_of(item.target).name
        return self.entities[name]

    @property
    def choices(self) -> dict[str, Choice]:
        """Enums by name."""
        return {
            item.choice.name: item.choice
            for entity in self.entities.values()
            for item in entity.fields.values()
            if isinstance(item, ColumnField | ExternalField) and item.choice is not None
        }

    def at(self, entity: Entity, path: str) -> tuple[Entity, ColumnField]:
        """The column at a dotted path of fields below an entity, and the type that holds it."""
        *steps, last = path.split(".")
        for step in steps:
            item = entity.fields.get(step)
            if not isinstance(item, EmbeddedField | OneField):
                raise DeclarationError(f"{entity.name}.{step} is not an object to filter by")
            entity = self.target(item)
        found = entity.fields.get(last)
        if not isinstance(found, ColumnField):
            raise DeclarationError(f"{entity.name}.{last} is not a column")
        return entity, found

    def read_by(self, entity: Entity, criterion: Criterion) -> list[str]:
        """Coordinates that a criterion reveals: every field on its paths; a key says no more than what led to it."""
        owner, found = entity, []
        for step in criterion.path.split("."):
            field = owner.fields.get(step)
            if isinstance(field, EmbeddedField | OneField):
                found.append(owner.coordinate(step))
                owner = self.target(field)
        owner, column = self.at(entity, criterion.path)
        if not (found and column.key):
            found.append(owner.coordinate(column.name))
        return found if criterion.other is None else [*found, *self.read_by(entity, criterion.other)]


def model(name: str, types: Sequence[type], roots: Sequence[Root] = ()) -> Model:
    """Put declared types together; raises DeclarationError for what no type can know alone."""
    entities = {entity.name: entity for entity in map(entity_of, types)}
    found = Model(name, entities, {root.name: root for root in roots})
    for entity in entities.values():
        for item in entity.fields.values():
            if isinstance(item, EmbeddedField | OneField | ManyField):
                _check_target(found, entity, item)
    for root in roots:
        target = entities.get(root.entity)
        if target is None or target.key is None:
            raise DeclarationError(f"Query.{root.name}: {root.entity} is not an entity with a key")
        for criterion in root.criteria.values():
            found.read_by(target, criterion)
        for sort, _ in root.orders.values():
            found.at(target, sort.field)
        _check_near(root, target)
        if (root.kind is RootKind.FOUND) != (root.finding is not None) or (root.finding and not target.personal):
            raise DeclarationError(f"Query.{root.name}: only persons are found, by a root field that says how")
    return found


def _check_near(root: Root, target: Entity) -> None:
    """Refuse a search around a place where a row or a field isn't public: the distance tells where a row is."""
    if root.near is None:
        return
    told = [target.fields.get(name) for name in root.near.reads]
    public = all(field is not None and field.category in OPEN for field in told)
    if root.kind is not RootKind.CATALOGUE or target.personal or root.orders or not public:
        raise DeclarationError(f"Query.{root.name}: only a public list without an order is searched around a place")


def _check_target(found: Model, entity: Entity, item: EmbeddedField | OneField | ManyField) -> None:
    where = f"{entity.name}.{item.name}"
    try:
        target = found.target(item)
    except KeyError:
        raise DeclarationError(f"{where}: {item.target} is not declared in this subgraph") from None
    if isinstance(item, EmbeddedField) and target.table is not entity.table and not _shared(target, entity):
        raise DeclarationError(f"{where}: {target.name} is not made of the same row")
    if isinstance(item, ManyField):
        if target.key is None and item.page is not None:
            raise DeclarationError(f"{where}: a connection needs rows with a key")
        if item.order is not None:
            found.at(target, item.order.field)


def _shared(target: Entity, entity: Entity) -> bool:
    """Whether the type is made of columns that several tables have, this one too, and is about the same person."""
    if target.table is None or entity.table is None or target.key is not None:
        return False
    same = target.subject in (None, entity.subject)
    return same and set(target.table.c.keys()) <= set(entity.table.c.keys())
