"""Random operations over any schema: aliases that collide, fragments, conditions, arguments by literal and variable."""

from __future__ import annotations

from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
    parse,
    validate,
)

TRIES = 20


def operation(schema: GraphQLSchema, random: Random) -> tuple[str, dict[str, Any]]:
    """A valid one, and its variables; of the root's type alone if too many that were drawn are not valid."""
    for _ in range(TRIES):
        writer = _Writer(schema, random)
        text = writer.whole()
        if not validate(schema, parse(text)):
            return text, writer.values
    return "{ __typename }", {}


class _Writer:
    def __init__(self, schema: GraphQLSchema, random: Random) -> None:
        self.schema, self.random = schema, random
        self.depth = random.choice((2, 3, 3, 4, 5))
        self.plain = random.random() < 0.3  # nothing but fields
        self.declared: list[str] = []
        self.values: dict[str, Any] = {}
        self.fragments: list[str] = []

    def whole(self) -> str:
        kinds = [
            root_type for root_type in (self.schema.query_type, self.schema.mutation_type) if root_type is not None
        ]
        root = self.random.choice(kinds)
        body = self.selection(root, self.depth)
        head = "mutation" if root is self.schema.mutation_type else "query"
        head += f" ({', '.join(self.declared)})" if self.declared else ""
        return "\n".join([f"{head} {{ {body} }}", *self.fragments])

    def chance(self, share: float) -> bool:
        return not self.plain and self.random.random() < share

    def selection(self, type_: GraphQLNamedType, depth: int, alone: bool = True) -> str:
        """A selection set on a type; `alone` says that no fragment of another type stands beside it."""
        parts: list[str] = []
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            below = {name: get_named_type(field.type) for name, field in type_.fields.items()}
            able = [name for name, field_type in below.items() if depth > 0 or is_leaf_type(field_type)]
            chosen = self.random.sample(able, min(len(able), self.random.choice((1, 2, 2, 3, 5))))
            parts += [self.field(type_, name, depth, alone) for name in chosen]
        if is_abstract_type(type_) and depth >= 0:
            kinds = [*self.schema.get_possible_types(type_), *self.overlapping(type_)]
            some = self.random.sample(kinds, self.random.randint(0 if parts else 1, min(3, len(kinds))))
            parts += [self.fragment(kind, self.selection(kind, depth - is_abstract_type(kind), False)) for kind in some]
        if self.chance(0.1) and depth > 0:
            parts.append(self.fragment(type_, self.selection(type_, depth - 1, alone)))
        if not parts or self.random.random() < 0.15:
            parts.append(self.random.choice(("__typename", "__typename", "kind: __typename")))
        self.random.shuffle(parts)
        return " ".join(parts)

    def overlapping(self, type_: GraphQLNamedType) -> list[GraphQLInterfaceType]:
        """Other interfaces that some object of an abstract type implements."""
        own = self.schema.get_possible_types(type_)  # type: ignore[arg-type]
        return list(
            dict.fromkeys(interface for member in own for interface in member.interfaces if interface is not type_)
        )

    def field(self, type_: GraphQLObjectType | GraphQLInterfaceType, name: str, depth: int, alone: bool) -> str:
        field = type_.fields[name]
        field_type = get_named_type(field.type)
        text = name + self.arguments(field)
        if text != name or (not alone and self.random.random() < 0.5) or self.chance(0.15):
            key = self.random.choice(("a", "b", f"{type_.name}_{name}", *type_.fields))
            text = f"{key}: {text}" if self.random.random() < 0.8 else text
        text += self.condition()
        return text if is_leaf_type(field_type) else f"{text} {{ {self.selection(field_type, depth - 1)} }}"

    def fragment(self, type_: GraphQLNamedType, body: str) -> str:
        on = f"on {type_.name}"
        if self.chance(0.2):
            name = f"F{len(self.fragments)}"
            self.fragments.append(f"fragment {name} {on} {{ {body} }}")
            return f"...{name}{self.condition()}"
        return f"... {on}{self.condition()} {{ {body} }}"

    def condition(self) -> str:
        """Directives of a field or fragment: perhaps one of the schema's, and a condition."""
        note = f" @note(n: {self.random.randrange(3)})" if self.chance(0.1) else ""
        if not self.chance(0.1):
            return note
        literal = self.random.choice(("$b0", "$b1", "$b2", "true", "false"))
        if literal[0] == "$":
            self.variable(literal[1:], "Boolean!", self.random.random() < 0.6)
        return f"{note} @{self.random.choice(('include', 'skip'))}(if: {literal})"

    def variable(self, name: str, type_: str, value: Any) -> None:
        if f"${name}: {type_}" not in self.declared:
            self.declared.append(f"${name}: {type_}")
            self.values[name] = value

    def arguments(self, field: GraphQLField) -> str:
        arguments = []
        for name, argument in field.args.items():
            if is_required_argument(argument) or self.random.random() < 0.5:
                literal = self.literal(argument.type)
                if self.chance(0.4):
                    variable = f"v{len(self.declared)}"
                    self.variable(variable, str(argument.type), self.value(argument.type))
                    literal = f"${variable}"
                arguments.append(f"{name}: {literal}")
        return f"({', '.join(arguments)})" if arguments else ""

    def value(self, type_: Any) -> Any:
        """An input value as JSON."""
        if isinstance(type_, GraphQLNonNull):
            return self.value(type_.of_type)
        if isinstance(type_, GraphQLEnumType):
            return self.random.choice(list(type_.values))
        if isinstance(type_, GraphQLList):
            return [self.value(type_.of_type) for _ in range(self.random.randint(0, 2))]
        if isinstance(type_, GraphQLInputObjectType):
            return {
                name: self.value(field.type)
                for name, field in type_.fields.items()
                if is_required_input_field(field) or self.random.random() < 0.5
            }
        return {"Int": self.random.randrange(3)}.get(type_.name, self.random.choice(("é", 'a"b', "")))

    def literal(self, type_: Any) -> str:
        """The same as GraphQL text."""
        if not isinstance(type_, GraphQLNonNull) and self.chance(0.1):
            return "null"
        return _text(self.value(type_), get_named_type(type_))


def _text(value: Any, type_: GraphQLNamedType) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_text(element, type_) for element in value)}]"
    if isinstance(type_, GraphQLInputObjectType) and isinstance(value, dict):
        fields = (
            f"{name}: {_text(element, get_named_type(type_.fields[name].type))}" for name, element in value.items()
        )
        return f"{{ {', '.join(fields)} }}"
    if isinstance(type_, GraphQLEnumType):
        return str(value)
    return '"' + value.replace('"', '\\"') + '"' if isinstance(value, str) else str(value)
