"""The Strawberry schema of a model: real types, from which the SDL is printed and on which documents are validated.

Every field carries its category, every personal type its subject and the internal field `_access`. The types have no
resolvers: `subgraphs.kit.server` answers from one statement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import Enum
from functools import cached_property
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.federation.schema import FederationAny, Schema
from strawberry.federation.schema_directives import External, Inaccessible, Key, Requires, Shareable
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info
from strawberry.utils.str_converters import to_camel_case

from subgraphs.kit import directives as d
from subgraphs.kit.composed import composed_text
from subgraphs.kit.entity import ACCESS, Entity
from subgraphs.kit.fields import (
    Choice,
    Coarsen,
    ColumnField,
    Drop,
    EmbeddedField,
    ExternalField,
    Field,
    Kind,
    ManyField,
    OneField,
)
from subgraphs.kit.identity_match import OUTCOME, Finding, input_type, result_type
from subgraphs.kit.relay import (
    TECH,
    category,
    connection,
    define,
    described,
    listed,
    near_input,
    one_argument,
    optional,
    page_info,
    paged,
    reads,
    resolver,
)
from subgraphs.kit.subgraph_model import Comparison, Criterion, Model, Root, RootKind

Access = NewType("Access", object)
Date = NewType("Date", date)
DateTime = NewType("DateTime", datetime)

SCALARS: dict[object, Any] = {
    Access: strawberry.scalar(name="Access", description="Faits de la ligne pour l'acteur ; interne au hub."),
    Date: strawberry.scalar(name="Date", description="Date, AAAA-MM-JJ."),
    DateTime: strawberry.scalar(name="DateTime", description="Instant en temps universel, à la seconde."),
}
PYTHON: dict[Kind, Any] = {
    Kind.ID: strawberry.ID,
    Kind.STRING: str,
    Kind.INT: int,
    Kind.FLOAT: float,
    Kind.BOOLEAN: bool,
    Kind.DATE: Date,
    Kind.DATETIME: DateTime,
}


class ServedSchema(Schema):
    """A federation schema that never builds an entity from what the caller sent, and logs no error text: it quotes."""

    @cached_property
    def sdl(self) -> str:
        """The schema as composition reads it: without the fields and types of the protocol itself."""
        return composed_text(self.as_str())

    def entities_resolver(self, info: Info, representations: list[FederationAny]) -> list[FederationAny]:
        """Entities are answered from the statement; nothing else may answer them."""
        raise NotImplementedError

    def _extend_introspection(self) -> None:
        """graphql-core tells `isOneOf` itself; Strawberry would replace its type's field for the whole process."""

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Leave errors to the server, which tells their code."""


def served_schema(model: Model, extensions: Sequence[Any] = (), mutation: type | None = None) -> ServedSchema:
    """Build the federation schema of a subgraph."""
    types = _Types(model)
    schema = ServedSchema(
        query=types.query(lambda: schema.sdl),
        mutation=mutation,
        types=[types.classes[name] for name in sorted(model.entities)],
        extensions=list(extensions),
        config=StrawberryConfig(auto_camel_case=False, scalar_map=SCALARS),
        federation_version="2.11",
    )
    return schema


class _Types:
    def __init__(self, model: Model) -> None:
        self.model = model
        self.classes: dict[str, type] = {name: type(name, (), {}) for name in model.entities}
        self.enums = {name: _enum(item) for name, item in model.choices.items()}
        self.connections: dict[str, type] = {}
        self.page_info = page_info()
        self.near = near_input()
        for entity in model.entities.values():
            self._fill(entity)

    def _fill(self, entity: Entity) -> None:
        cls = self.classes[entity.name]
        fields = {item.name: self._field(entity, item) for item in entity.fields.values()}
        if entity.personal:
            access = [Inaccessible(), Shareable(), TECH]
            fields[ACCESS] = (
                optional(Access),
                described("Faits de la ligne, pour le hub seul.", access, ACCESS),
            )
        define(cls, fields)
        applied: list[Any] = []
        if entity.key is not None and entity.key.resolvable:
            applied.append(Key(fields=entity.key.name, resolvable=not entity.stub))  # type: ignore[arg-type]
        if entity.subject is not None:
            applied.append(_subject(entity))
        if entity.shareable:
            applied.append(Shareable())
        strawberry.type(cls, name=entity.name, description=entity.description, directives=applied)

    def _field(self, entity: Entity, item: Field) -> tuple[Any, Any]:
        applied: list[Any] = [category(item.category, item.level)]
        resolver = None
        if isinstance(item, ColumnField):
            found = self._value(item.kind, item.choice, item.many)
            found = found if item.key else optional(found)
            applied += _forbidden(item)
        elif isinstance(item, EmbeddedField | OneField):
            found = optional(self.classes[self.model.target(item).name])
            applied += _withheld(item)
        elif isinstance(item, ManyField):
            applied += _withheld(item)
            target = self.model.target(item)
            if item.page is None:
                found = optional(listed(self.classes[target.name]))
            else:
                found = self._connection(target)
                resolver = paged(target, item.page, found)
            if item.requires:
                applied.append(Requires(fields=item.requires))  # type: ignore[arg-type]
        else:
            assert isinstance(item, ExternalField)
            found = self._external(item)
            applied = [External()]  # the category stands where the field is resolved
        return found, described(item.description, applied, item.name, resolver)

    def _external(self, item: ExternalField) -> Any:
        if item.target is None:
            return optional(self._value(item.kind, item.choice, item.many))
        cls = self.classes[self.model.target(item).name]
        return optional(listed(cls)) if item.many else optional(cls)

    def _value(self, kind: Kind, choice: Choice | None, many: bool) -> Any:
        found = self.enums[choice.name] if choice is not None else PYTHON[kind]
        return listed(found) if many else found

    def _connection(self, entity: Entity) -> Any:
        if entity.name not in self.connections:
            self.connections[entity.name] = connection(
                entity, self.classes[entity.name], self.page_info, self.model.searched(entity)
            )
        return optional(self.connections[entity.name])

    def query(self, sdl: Callable[[], str]) -> type:
        """The root type; `sdl` gives the text of the finished schema."""
        query, service = type("Query", (), {}), type("_Service", (), {})
        define(service, {"sdl": (str, strawberry.field(name="sdl", resolver=resolver({}, str, sdl)))})
        strawberry.type(service, name="_Service")
        fields = {root.name: self._root(root) for root in self.model.roots.values()}
        answered = resolver({}, service, service)
        define(query, fields | {"_service": (service, strawberry.field(name="_service", resolver=answered))})
        return strawberry.type(query, name="Query")

    def _root(self, root: Root) -> tuple[Any, Any]:
        entity = self.model.entities[root.entity]
        applied = [category(root.category), *([d.SelfDirective()] if root.kind is RootKind.SELF else [])]
        if root.kind in (RootKind.CASELOAD, RootKind.CATALOGUE):
            found = self._connection(entity)
            near = None if root.near is None else (self.near, root.near.reads)
            resolver = paged(entity, root.page, found, self._filter(root), _order(root), near)
        elif root.finding is not None:
            found, resolver = self._found(root.finding, entity)
        else:
            found = optional(self.classes[entity.name])
            resolver = (
                one_argument("id", root.key_description, strawberry.ID, found) if root.kind is RootKind.BY_KEY else None
            )
        return found, described(root.description, applied, root.name, resolver)

    def _found(self, finding: Finding, entity: Entity) -> tuple[Any, Any]:
        found = result_type(finding, self._enum(OUTCOME), self.classes[entity.name], TECH)
        given = input_type(finding.input, lambda kind: self._enum(kind) if isinstance(kind, Choice) else PYTHON[kind])
        return optional(found), one_argument(finding.argument, finding.description, given, optional(found))

    def _enum(self, item: Choice) -> Any:
        if item.name not in self.enums:
            self.enums[item.name] = _enum(item)
        return self.enums[item.name]

    def _filter(self, root: Root) -> Any:
        if root.filter is None:
            return None
        cls = type(root.filter, (), {})
        entity = self.model.entities[root.entity]
        fields = {
            name: (optional(self._input(entity, item)), _input_field(self.model, entity, name, item))
            for name, item in root.criteria.items()
        }
        define(cls, fields)
        return strawberry.input(cls, name=root.filter, description=root.filter_description)

    def _input(self, entity: Entity, item: Criterion) -> Any:
        field = self.model.at(entity, item.path)[1]
        return self._value(field.kind, field.choice, item.comparison is Comparison.AMONG)


def _subject(entity: Entity) -> Any:
    given = {"owner": entity.owner, "recorded_by": entity.recorded_by}
    others: dict[str, Any] = {name: to_camel_case(value) for name, value in given.items() if value is not None}
    others |= {} if entity.dated is None else {"dated": True}
    return d.SubjectDirective(field=entity.subject_field or "", **others)


def _forbidden(item: ColumnField) -> list[Any]:
    if isinstance(item.forbidden, Drop):
        return [d.ForbiddenValueDirective(action=d.ForbiddenValue.DROP)]
    if isinstance(item.forbidden, Coarsen):
        return [d.ForbiddenValueDirective(action=d.ForbiddenValue.COARSEN, to=item.forbidden.to)]
    return []


def _withheld(item: EmbeddedField | OneField | ManyField) -> list[Any]:
    if isinstance(item, EmbeddedField) or item.sensitive is None:
        return []
    dropped = item.forbidden is not None
    return [d.ForbiddenValueDirective(action=d.ForbiddenValue.DROP if dropped else d.ForbiddenValue.WITHHOLD)]


def _enum(item: Choice) -> Any:
    values = {
        name: strawberry.enum_value(
            name,
            description=value.description,
            directives=[category(value.category)] if value.category is not None else [],
        )
        for name, value in item.values.items()
    }
    return strawberry.enum(_enum_of(item.name, values), name=item.name, description=item.description)


def _enum_of(name: str, values: dict[str, Any]) -> Any:
    make: Any = Enum
    return make(name, values)


def _order(root: Root) -> Any:
    if root.order is None:
        return None
    values = {
        name: strawberry.enum_value(name, description=said, directives=[reads(f"{root.entity}.{sort.field}")])
        for name, (sort, said) in root.orders.items()
    }
    return strawberry.enum(_enum_of(root.order, values), name=root.order, description=root.order_description)


def _input_field(model: Model, entity: Entity, name: str, item: Criterion) -> Any:
    return strawberry.field(
        name=name,
        description=item.description,
        default=strawberry.UNSET,
        directives=[reads(*model.read_by(entity, item))],
    )
