"""`Schema-View: mine`: what one kind of actor could ever read for one purpose, as a schema of its own.

docs/policy.md#rule-10 and docs/attaques.md#attack-11. For introspection alone: what is asked is checked against the
schema of all, and decided as ever. A view is made by leaving out, so that it never holds what the schema of all does
not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from graphql import (
    DefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    build_ast_schema,
    get_named_type,
    is_required_argument,
    is_required_input_field,
    parse,
    print_schema,
)

from hub.errors import RequestRefused
from hub.policy.decide.classification import Classification
from hub.policy.decide.decision_table import DecisionClass, Effect
from hub.policy.enforce.input_check import admitted
from schema.facts import VALUE_FACTS
from schema.lru import Lru

MINE = "mine"
"""The value of the header `Schema-View`; the other, `all`, is the default."""
CACHE = 64
"""Views kept, one per decision class."""


class Views:
    """The views of one graph, each made when it is first asked for; least recently used first out.

    For one thread at a time.
    """

    def __init__(self, schema: GraphQLSchema, classification: Classification) -> None:
        self._schema, self._classification = schema, classification
        self._made: Lru[str, GraphQLSchema] = Lru(CACHE)

    def asked(self, header: str | None, decisions: DecisionClass) -> Callable[[], GraphQLSchema] | None:
        """How to make the view that `Schema-View` asks for; None for the schema of all."""
        return partial(self.of, decisions) if header == MINE else None

    def of(self, decisions: DecisionClass) -> GraphQLSchema:
        """What this class could ever read; raises RequestRefused (SCHEMA_VIEW_EMPTY) where that is nothing."""
        return self._made.get_or(decisions.id, lambda: self._narrowed(decisions))

    def _narrowed(self, decisions: DecisionClass) -> GraphQLSchema:
        kept = _Kept(self._schema, self._classification, decisions)
        if self._schema.query_type is None or not kept.whole(self._schema.query_type):
            raise RequestRefused(
                "SCHEMA_VIEW_EMPTY",
                "Cette finalité n'ouvre rien à votre sorte d'acteur : déclarez-en une autre, ou retirez l'en-tête "
                "« Schema-View ».",
                "the class of decisions may read nothing",
                http_status=403,
            )
        return build_ast_schema(_document(self._printed, kept), assume_valid_sdl=True)

    @cached_property
    def _printed(self) -> DocumentNode:
        return parse(print_schema(self._schema), no_location=True)


class _Kept:
    """Coordinates that stay: of fields, of inputs, of enum values; and, once nothing more falls, the types reached."""

    def __init__(self, schema: GraphQLSchema, classification: Classification, decisions: DecisionClass) -> None:
        self._schema, self._classification, self._decisions = schema, classification, decisions
        own = [type_ for name, type_ in schema.type_map.items() if not name.startswith("__")]
        self._composite = [each for each in own if isinstance(each, GraphQLObjectType | GraphQLInterfaceType)]
        self._forms = [each for each in own if isinstance(each, GraphQLInputObjectType)]
        self._enums = [each for each in own if isinstance(each, GraphQLEnumType)]
        self.fields = {
            f"{type_.name}.{name}" for type_ in self._composite for name in type_.fields if self._readable(type_, name)
        }
        self.inputs = {name for name in classification.inputs if admitted(name, decisions, classification)}
        self.values: set[str] = set()
        size = -1
        while size != (size := len(self.fields) + len(self.inputs)):
            self._fall()
        self.types = self._reached()

    def whole(self, type_: GraphQLNamedType) -> bool:
        """Whether anything of the type stays."""
        if isinstance(type_, GraphQLUnionType):
            return any(map(self.whole, type_.types))
        if isinstance(type_, GraphQLEnumType):
            return any(f"{type_.name}.{value}" in self.values for value in type_.values)
        if isinstance(type_, GraphQLInputObjectType):
            needed = (name for name, field in type_.fields.items() if is_required_input_field(field))
            stays = [name for name in type_.fields if f"{type_.name}.{name}" in self.inputs]
            return bool(stays) and all(name in stays for name in needed)
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            return any(f"{type_.name}.{name}" in self.fields for name in type_.fields)
        return True

    def _readable(self, type_: GraphQLNamedType, name: str) -> bool:
        """A field that may be read of some row; those of an interface follow from its types'."""
        decision = self._decisions.decisions.get(f"{type_.name}.{name}")
        return isinstance(type_, GraphQLInterfaceType) or (decision is not None and decision.effect is not Effect.DENY)

    def _fall(self) -> None:
        """One round of what can't stay without what has gone."""
        self.values = {
            f"{enum.name}.{value}" for enum in self._enums for value in enum.values if self._met(enum, value)
        }
        for form in self._forms:
            for name, given in form.fields.items():
                self._keep(self.inputs, f"{form.name}.{name}", self.whole(get_named_type(given.type)))
        for type_ in self._composite:
            for name, field in type_.fields.items():
                coordinate = f"{type_.name}.{name}"
                for argument, given in field.args.items():
                    self._keep(self.inputs, f"{coordinate}({argument}:)", self.whole(get_named_type(given.type)))
                self._keep(self.fields, coordinate, self._asked(coordinate, field) and not self._blind(type_))
        for type_ in self._composite:
            if isinstance(type_, GraphQLInterfaceType):
                self._meet(type_)

    @staticmethod
    def _keep(kept: set[str], coordinate: str, stays: bool) -> None:
        if not stays:
            kept.discard(coordinate)

    def _asked(self, coordinate: str, field: GraphQLField) -> bool:
        """Whether the field can be asked for, and what it returns has anything to tell."""
        needed = [name for name, given in field.args.items() if is_required_argument(given)]
        given = all(f"{coordinate}({name}:)" in self.inputs for name in needed)
        return given and self.whole(get_named_type(field.type))

    def _blind(self, type_: GraphQLObjectType | GraphQLInterfaceType) -> bool:
        """A page none of whose rows may be read."""
        return "nodes" in type_.fields and f"{type_.name}.nodes" not in self.fields

    def _meet(self, type_: GraphQLInterfaceType) -> None:
        """What an interface says holds of each of its types."""
        objects = [each.name for each in self._schema.get_possible_types(type_)]
        for name, field in type_.fields.items():
            self._keep(self.fields, f"{type_.name}.{name}", all(f"{each}.{name}" in self.fields for each in objects))
            for argument in field.args:
                shared = all(f"{each}.{name}({argument}:)" in self.inputs for each in objects)
                self._keep(self.inputs, f"{type_.name}.{name}({argument}:)", shared)

    def _met(self, enum: GraphQLEnumType, value: str) -> bool:
        """Whether a value may ever be answered, or asked by."""
        named, coordinate = self._classification, f"{enum.name}.{value}"
        own = named.inputs.get(coordinate)
        if any(named.fields[n].returns == enum.name and self._seen(coordinate, n) for n in self.fields & self._typed):
            return True
        if own is not None and coordinate not in self.inputs:
            return False
        reads = own.reads if own is not None else ()
        return any(
            all(self._seen(coordinate, read) for read in (*named.inputs[name].reads, *reads))
            for name in self.inputs
            if named.inputs[name].type == enum.name and name != coordinate
        )

    @cached_property
    def _typed(self) -> frozenset[str]:
        enums = {each.name for each in self._enums}
        return frozenset(name for name, field in self._classification.fields.items() if field.returns in enums)

    def _seen(self, value: str, field: str) -> bool:
        """Whether a value of this field may be this one, which may be of a stricter category than the field."""
        category, known = self._classification.values.get(value), self._classification.fields[field]
        decision = self._decisions.decisions[field]
        if category not in known.values or decision.effect is Effect.OPEN:
            return True
        return any(bit == VALUE_FACTS[category] and clauses for bit, clauses in decision.rule.values)

    def _reached(self) -> frozenset[str]:
        found: set[str] = set()
        roots = (self._schema.query_type, self._schema.mutation_type)
        pending: list[GraphQLNamedType] = [root for root in roots if root is not None and self.whole(root)]
        pending += (get_named_type(a.type) for each in self._schema.directives for a in each.args.values())
        while pending:
            type_ = pending.pop()
            if type_.name not in found and self.whole(type_):
                found.add(type_.name)
                pending += self._below(type_)
        return frozenset(found)

    def _below(self, type_: GraphQLNamedType) -> Iterable[GraphQLNamedType]:
        if isinstance(type_, GraphQLUnionType | GraphQLInterfaceType):
            yield from self._schema.get_possible_types(type_)
        if isinstance(type_, GraphQLInputObjectType):
            yield from (get_named_type(f.type) for n, f in type_.fields.items() if f"{type_.name}.{n}" in self.inputs)
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            yield from type_.interfaces
            for name, field in type_.fields.items():
                coordinate = f"{type_.name}.{name}"
                if coordinate in self.fields:
                    yield get_named_type(field.type)
                    given = (a.type for n, a in field.args.items() if f"{coordinate}({n}:)" in self.inputs)
                    yield from map(get_named_type, given)


def _document(printed: DocumentNode, kept: _Kept) -> DocumentNode:
    """The definitions that stay, without what does not."""
    definitions: list[DefinitionNode] = []
    for node in printed.definitions:
        if isinstance(node, SchemaDefinitionNode):
            roots = [each for each in node.operation_types if each.type.name.value in kept.types]
            definitions.append(replace(node, operation_types=tuple(roots)))
        elif not isinstance(node, TypeDefinitionNode):
            definitions.append(node)
        elif node.name.value in kept.types:
            definitions.append(_definition(node, kept))
    return DocumentNode(definitions=tuple(definitions))


def _definition(node: TypeDefinitionNode, kept: _Kept) -> TypeDefinitionNode:
    name = node.name.value
    if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
        fields = (each for each in node.fields or () if f"{name}.{each.name.value}" in kept.fields)
        interfaces = tuple(each for each in node.interfaces or () if each.name.value in kept.types)
        return replace(node, fields=tuple(_field(name, each, kept) for each in fields), interfaces=interfaces)
    if isinstance(node, InputObjectTypeDefinitionNode):
        given = tuple(each for each in node.fields or () if f"{name}.{each.name.value}" in kept.inputs)
        return replace(node, fields=given)
    if isinstance(node, EnumTypeDefinitionNode):
        return replace(node, values=tuple(v for v in node.values or () if f"{name}.{v.name.value}" in kept.values))
    if isinstance(node, UnionTypeDefinitionNode):
        return replace(node, types=tuple(each for each in node.types or () if each.name.value in kept.types))
    return node


def _field(type_name: str, node: Any, kept: _Kept) -> Any:
    coordinate = f"{type_name}.{node.name.value}"
    given = (each for each in node.arguments or () if f"{coordinate}({each.name.value}:)" in kept.inputs)
    return replace(node, arguments=tuple(given))
