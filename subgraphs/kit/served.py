"""The Strawberry schema of a model: real types, from which the SDL is printed and on which documents are validated.

Every field carries its category, every personal type its subject and the internal field `_access`. The types have no
resolvers: `subgraphs.kit.server` answers from one statement.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from enum import Enum
from functools import cached_property
from typing import Annotated, Any, NewType, Optional

import strawberry
from graphql import (
    DefinitionNode,
    DocumentNode,
    GraphQLError,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    parse,
    print_ast,
)
from strawberry import federation
from strawberry.federation.schema import FederationAny, Schema
from strawberry.federation.schema_directives import External, Inaccessible, Key, Requires, Shareable
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info
from strawberry.utils.str_converters import to_camel_case

from schema.categories import Category, Level
from subgraphs.kit import directives as d
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
from subgraphs.kit.model import Criterion, Model, Root, RootKind

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


def composed_text(text: str) -> str:
    """SDL less `_entities`, `_service` and their types, which every composition adds itself."""
    kept = (_composed(definition) for definition in parse(text, no_location=True).definitions)
    return print_ast(DocumentNode(definitions=tuple(item for item in kept if item is not None))).rstrip() + "\n"


def _composed(definition: DefinitionNode) -> DefinitionNode | None:
    if isinstance(definition, SchemaDefinitionNode):
        return SchemaExtensionNode(directives=definition.directives)
    if isinstance(definition, TypeDefinitionNode) and definition.name.value.startswith("_"):
        return None
    if isinstance(definition, ObjectTypeDefinitionNode) and definition.name.value == "Query":
        fields = tuple(field for field in definition.fields or () if not field.name.value.startswith("_"))
        return replace(definition, fields=fields) if fields else None
    return definition


def category(category: Category, level: Level = Level.FULL) -> Any:
    """`@category`."""
    name = d.Category[category.name]
    return d.CategoryDirective(name=name, level=d.CategoryLevel[level.name])


TECH = category(Category.TECH)


class _Types:
    def __init__(self, model: Model) -> None:
        self.model = model
        self.classes: dict[str, type] = {name: type(name, (), {}) for name in model.entities}
        self.enums = {name: _enum(item) for name, item in model.choices.items()}
        self.connections: dict[str, type] = {}
        self.page_info = _page_info()
        for entity in model.entities.values():
            self._fill(entity)

    def _fill(self, entity: Entity) -> None:
        cls = self.classes[entity.name]
        fields = {item.name: self._field(entity, item) for item in entity.fields.values()}
        if entity.personal:
            access = [Inaccessible(), Shareable(), TECH]
            fields[ACCESS] = (
                _optional(Access),
                _described("Faits de la ligne, pour le hub seul.", access, ACCESS),
            )
        _define(cls, fields)
        applied: list[Any] = []
        if entity.key is not None and entity.key.resolvable:
            applied.append(Key(fields=entity.key.name, resolvable=True))  # type: ignore[arg-type]
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
            found = found if item.key else _optional(found)
            applied += _forbidden(item)
        elif isinstance(item, EmbeddedField | OneField):
            found = _optional(self.classes[self.model.target(item).name])
        elif isinstance(item, ManyField):
            target = self.model.target(item)
            if item.page is None:
                found = _optional(_listed(self.classes[target.name]))
            else:
                found = self._connection(target)
                resolver = _paged(target, item.page, found)
            if item.requires:
                applied.append(Requires(fields=item.requires))  # type: ignore[arg-type]
        else:
            assert isinstance(item, ExternalField)
            found = self._external(item)
            applied.append(External())
        return found, _described(item.description, applied, item.name, resolver)

    def _external(self, item: ExternalField) -> Any:
        if item.target is None:
            return _optional(self._value(item.kind, item.choice, item.many))
        cls = self.classes[self.model.target(item).name]
        return _optional(_listed(cls)) if item.many else _optional(cls)

    def _value(self, kind: Kind, choice: Choice | None, many: bool) -> Any:
        found = self.enums[choice.name] if choice is not None else PYTHON[kind]
        return _listed(found) if many else found

    def _connection(self, entity: Entity) -> Any:
        if entity.name not in self.connections:
            self.connections[entity.name] = _connection(entity, self.classes[entity.name], self.page_info)
        return _optional(self.connections[entity.name])

    def query(self, sdl: Callable[[], str]) -> type:
        """The root type; `sdl` gives the text of the finished schema."""
        query, service = type("Query", (), {}), type("_Service", (), {})
        _define(service, {"sdl": (str, strawberry.field(name="sdl", resolver=_resolver({}, str, sdl))})
        strawberry.type(service, name="_Service")
        fields = {root.name: self._root(root) for root in self.model.roots.values()}
        answered = _resolver({}, service, service)
        _define(query, fields | {"_service": (service, strawberry.field(name="_service", resolver=answered))})
        return strawberry.type(query, name="Query")

    def _root(self, root: Root) -> tuple[Any, Any]:
        entity = self.model.entities[root.entity]
        applied = [category(root.category)]
        if root.kind is RootKind.CASELOAD:
            found = self._connection(entity)
            resolver = _paged(entity, root.page, found, self._filter(root), _order(root))
        else:
            found = _optional(self.classes[entity.name])
            resolver = _by_id(root.key_description, found) if root.kind is RootKind.BY_KEY else None
        return found, _described(root.description, applied, root.name, resolver)

    def _filter(self, root: Root) -> Any:
        if root.filter is None:
            return None
        cls = type(root.filter, (), {})
        entity = self.model.entities[root.entity]
        fields = {
            name: (_optional(self._input(entity, item)), _input_field(self.model, entity, name, item))
            for name, item in root.criteria.items()
        }
        _define(cls, fields)
        return strawberry.input(cls, name=root.filter, description=root.filter_description)

    def _input(self, entity: Entity, item: Criterion) -> Any:
        field = self.model.at(entity, item.path)[1]
        return self._value(field.kind, field.choice, False)


def _optional(found: Any) -> Any:
    return Optional[found]  # noqa: UP045


def _listed(found: Any) -> Any:
    return list[found]


def _described(description: str, applied: list[Any], name: str, resolver: Any = None) -> Any:
    return federation.field(resolver=resolver, description=description, directives=applied, name=name)


def _define(cls: type, fields: dict[str, tuple[Any, Any]]) -> None:
    cls.__annotations__ = {name: annotation for name, (annotation, _) in fields.items()}
    for name, (_, field) in fields.items():
        setattr(cls, name, field)


def _subject(entity: Entity) -> Any:
    given = {"owner": entity.owner, "recorded_by": entity.recorded_by}
    others = {name: to_camel_case(value) for name, value in given.items() if value is not None}
    return d.SubjectDirective(field=entity.subject_field or "", **others)


def _forbidden(item: ColumnField) -> list[Any]:
    if isinstance(item.forbidden, Drop):
        return [d.ForbiddenValueDirective(action=d.ForbiddenValue.DROP)]
    if isinstance(item.forbidden, Coarsen):
        return [d.ForbiddenValueDirective(action=d.ForbiddenValue.COARSEN, to=item.forbidden.to)]
    return []


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
        name: strawberry.enum_value(
            name, description=said, directives=[d.ReadsDirective(fields=[f"{root.entity}.{sort.field}"])]
        )
        for name, (sort, said) in root.orders.items()
    }
    return strawberry.enum(_enum_of(root.order, values), name=root.order, description=root.order_description)


def _input_field(model: Model, entity: Entity, name: str, item: Criterion) -> Any:
    return strawberry.field(
        name=name,
        description=item.description,
        default=strawberry.UNSET,
        directives=[d.ReadsDirective(fields=model.read_by(entity, item))],
    )


AFTER = "Curseur de la page précédente."


def _argument(kind: Any, description: str) -> Any:
    return Annotated[kind, strawberry.argument(description=description)]


def _paged(entity: Entity, page: int, found: Any, filtered: Any = None, ordered: Any = None) -> Any:
    arguments = {
        "first": (_argument(_optional(int), f"Nombre {_of(entity)} par page, de 1 à 100."), page),
        "after": (_argument(_optional(str), AFTER), strawberry.UNSET),
    }
    if filtered is not None:
        arguments["filter"] = (_argument(_optional(filtered), "Critères, tous exigés à la fois."), strawberry.UNSET)
    if ordered is not None:
        said = "Ordre ; par identifiant si rien n'est demandé."
        arguments["orderBy"] = (_argument(_optional(ordered), said), strawberry.UNSET)
    return _resolver(arguments, found)


def _by_id(description: str, found: Any) -> Any:
    return _resolver({"id": (_argument(strawberry.ID, description), inspect.Parameter.empty)}, found)


def _unanswered() -> Any:
    raise NotImplementedError


def _resolver(arguments: dict[str, tuple[Any, Any]], found: Any, answer: Callable[[], Any] = _unanswered) -> Any:
    """A function that has the arguments of a field; the value of a field of data comes from the statement instead."""

    def resolve(**_: Any) -> Any:
        return answer()

    resolve.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
            for name, (annotation, default) in arguments.items()
        ],
        return_annotation=found,
    )
    resolve.__annotations__ = {name: annotation for name, (annotation, _) in arguments.items()} | {"return": found}
    return resolve


def _page_info() -> type:
    cls = type("PageInfo", (), {})
    given = {
        "hasNextPage": (bool, "Une page suit."),
        "hasPreviousPage": (bool, "Une page précède."),
        "startCursor": (_optional(str), "Curseur du premier élément."),
        "endCursor": (_optional(str), "Curseur du dernier élément."),
    }
    _define(cls, {name: (found, _described(said, [TECH], name)) for name, (found, said) in given.items()})
    return strawberry.type(
        cls, name="PageInfo", description="Place d'une page dans sa liste.", directives=[Shareable()]
    )


def _of(entity: Entity) -> str:
    return f"d'{entity.plural}" if entity.plural[0] in "aeéiou" else f"de {entity.plural}"


def _connection(entity: Entity, node: type, page_info: type) -> type:
    name = entity.name
    edge, connection = type(f"{name}Edge", (), {}), type(f"{name}Connection", (), {})
    _define(
        edge,
        {
            "cursor": (str, _described("Curseur de l'élément.", [TECH], "cursor")),
            "node": (_optional(node), _described("Élément.", [TECH], "node")),
        },
    )
    strawberry.type(edge, name=f"{name}Edge", description=f"Élément d'une page {_of(entity)}, avec son curseur.")
    nodes = _optional(_listed(node))
    _define(
        connection,
        {
            "nodes": (nodes, _described("Éléments de la page.", [TECH], "nodes")),
            "edges": (_optional(_listed(edge)), _described("Éléments de la page, avec leur curseur.", [TECH], "edges")),
            "pageInfo": (page_info, _described("Bornes de la page.", [TECH], "pageInfo")),
        },
    )
    return strawberry.type(connection, name=f"{name}Connection", description=f"Page {_of(entity)}.")
