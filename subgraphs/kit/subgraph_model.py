"""The model of a subgraph: its entities and its class `Query`, checked together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schema.categories import OPEN
from subgraphs.kit.entity import Entity, entity_of
from subgraphs.kit.errors import DeclarationError
from subgraphs.kit.fields import ColumnField, EmbeddedField, ExternalField, Field, LinkField, ManyField, check_column
from subgraphs.kit.root_fields import RootField, RootKind, column_at


@dataclass(frozen=True, eq=False)
class Model:
    """The entities and root fields of one subgraph, equal to itself alone."""

    name: str
    entities: Mapping[str, Entity]
    roots: Mapping[str, RootField]
    query: type
    mutation: type | None = None

    @property
    def matches_identities(self) -> bool:
        """Whether a root field matches identities, which takes the secret that match keys are made with."""
        return any(root.identity_match is not None for root in self.roots.values())

    def target(self, field: Field) -> Entity:
        """The entity that a field returns."""
        entity = entity_of(field.target)
        if self.entities.get(entity.name) is not entity:
            raise DeclarationError(f"{entity.name} is not declared in this subgraph")
        return entity


def model(name: str, types: Sequence[type], query: type, mutation: type | None = None) -> Model:
    """Put declared types together; raises DeclarationError for types and root fields that do not fit together."""
    entities = {entity.name: entity for entity in map(entity_of, types)}
    classes = [query] if mutation is None else [query, mutation]
    fields = [field for cls in classes for field in cls.__strawberry_definition__.fields]  # type: ignore[attr-defined]
    roots = {field.graphql_name: field for field in fields if isinstance(field, RootField)}
    if len(roots) < sum(isinstance(field, RootField) for field in fields):
        raise DeclarationError(f"{name}: a query and a mutation of the same name")
    subgraph = Model(name, entities, roots, query, mutation)
    for entity in entities.values():
        for field in entity.fields.values():
            _check_field(subgraph, entity, field)
    for root in roots.values():
        _check_root(subgraph, root)
    return subgraph


def _check_field(subgraph: Model, entity: Entity, field: Field) -> None:
    coordinate = entity.coordinate(field.graphql_name)
    if isinstance(field, ColumnField):
        check_column(coordinate, field)
        return
    if isinstance(field, ExternalField) and field.kind is not None:
        return
    try:
        target = subgraph.target(field)
    except DeclarationError as error:
        raise DeclarationError(f"{coordinate}: {error}") from None
    if isinstance(field, EmbeddedField) and target.table is not entity.table and not _shared(target, entity):
        raise DeclarationError(f"{coordinate}: {target.name} is not made of the same row")
    if isinstance(field, LinkField) and isinstance(field, ManyField) != (field.many or field.is_connection):
        raise DeclarationError(f"{coordinate}: the annotation is a list or a connection for many rows only")
    if isinstance(field, ManyField):
        if target.key is None and field.is_connection:
            raise DeclarationError(f"{coordinate}: a connection needs rows with a key")
        if field.order is not None:
            column_at(target, field.order.field)


def _shared(target: Entity, entity: Entity) -> bool:
    """Whether the type is made of columns that several tables have, this one too, and is about the same person."""
    if target.table is None or entity.table is None or target.key is not None:
        return False
    same_subject = target.subject in (None, entity.subject)
    return same_subject and set(target.table.c.keys()) <= set(entity.table.c.keys())


def _check_root(subgraph: Model, root: RootField) -> None:
    entity = root.entity
    if entity.key is None or subgraph.entities.get(entity.name) is not entity:
        raise DeclarationError(f"Query.{root.graphql_name}: {entity.name} is not an entity with a key")
    if root.near is not None:
        _check_near(root, entity)
    if (root.kind is RootKind.IDENTITY_MATCH) != (root.identity_match is not None) or (
        root.identity_match and not entity.personal
    ):
        raise DeclarationError(
            f"Query.{root.graphql_name}: only persons are matched, by a root field that declares how"
        )


def _check_near(root: RootField, entity: Entity) -> None:
    """Refuse a search around a place where a row or a field isn't public: the distance tells where a row is."""
    assert root.near is not None
    fields = [entity.fields.get(name) for name in root.near.reads]
    public = all(field is not None and field.category in OPEN for field in fields)
    if root.kind is not RootKind.CATALOGUE or entity.personal or root.orders or not public:
        raise DeclarationError(
            f"Query.{root.graphql_name}: only a public list without an order is searched around a place"
        )
