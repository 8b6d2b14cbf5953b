"""How data are read: by one executor over the whole, and what subgraphs read the same way.

A field with arguments tells them, one that requires tells what it was given, one that a context feeds tells its word:
what is not sent right is seen in the answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import FieldNode, InlineFragmentNode, OperationDefinitionNode, SelectionNode, parse, value_from_ast_untyped
from graphql.language import parse_const_value

from tests.federation.supergraphs.model import NODE, Field, Model
from tests.federation.supergraphs.store import KEYED, Value

ABOVE = "__above"

Read = Callable[[Any, str, Mapping[str, Any]], Any]
"""The value of an object's field under arguments."""


class Stopped(Exception):
    """A field is null since a list that it requires is (docs/policy.md#rule-7), or since a field that it requires is
    so."""


class Whole:
    """Reads the store as one executor does: what is below an object knows it. A value that is an exception fails."""

    def __init__(self, model: Model, turn: Callable[[], int]) -> None:
        self.model, self.turn = model, turn

    def resolvers(self) -> dict[str, Callable[..., Any]]:
        """By coordinate of the client schema."""
        resolvers: dict[str, Callable[..., Any]] = {}
        node = self.model.types.get(NODE)
        for type_ in self.model.of("entity", "value", "root"):
            more = node.fields if node and type_.name in next(iter(node.members.values())) else {}
            for name in (*type_.fields, *more):
                resolvers[f"{type_.name}.{name}"] = self._resolver(name)
        for name in self.model.types["Mutation"].fields if "Mutation" in self.model.types else ():
            resolvers[f"Mutation.{name}"] = self._mutation(name)
        return resolvers

    def _mutation(self, name: str) -> Callable[..., Any]:
        field = self.model.types["Mutation"].fields[name]
        return counted(field, self.turn, lambda value, arguments: _under(plain(field, value, arguments), value))

    def _resolver(self, name: str) -> Callable[..., Any]:
        def resolve(value: Value, info: Any, **arguments: Any) -> Any:
            try:
                return self.read(value, name, arguments)
            except Stopped:
                return None

        return resolve

    def read(self, value: Value, name: str, arguments: Mapping[str, Any]) -> Any:
        """A field of an object; raises Stopped."""
        field = self.model.field(value["__typename"], name)
        if field.requires:
            return self._required_text(field, value)
        if field.context:
            above = value[ABOVE]
            types = dict(field.context)
            while above["__typename"] not in types:
                above = above[ABOVE]
            for name in types[above["__typename"]].strip(" }").split(" { "):
                above = _null_if_failed(self.read(above, name, {}))
            return fed(value, above, arguments)
        return _under(plain(field, value, arguments), value)

    def _required_text(self, field: Field, value: Value) -> str:
        def read(parent: Value, name: str, arguments: Mapping[str, Any]) -> Any:
            field = self.model.field(parent["__typename"], name)
            return _null_if_failed(self.read(parent, name, _all(field, arguments)))

        whole = required_json(field, value, read)
        for selection in selections(field.requires):
            assert isinstance(selection, FieldNode)
            required = self.model.field(value["__typename"], selection.name.value)
            if len(required.strict) > 1 and read(value, selection.name.value, _argument_values(selection)) is None:
                raise Stopped
        return whole


def _null_if_failed(result: Any) -> Any:
    """The value of a field as another field receives it: null if it failed."""
    return None if isinstance(result, Exception) else result


def _all(field: Field, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as an executor gives them, defaults included."""
    values = {
        argument.name: value_from_ast_untyped(parse_const_value(argument.default))
        for argument in field.arguments
        if argument.default
    }
    values |= arguments
    if isinstance(values.get("pick"), dict):
        values["pick"] = {"n": 1, **values["pick"]}
    return values


def _under(value: Any, above: Value) -> Any:
    if isinstance(value, list):
        return [_under(item, above) for item in value]
    return {**value, ABOVE: above} if isinstance(value, dict) else value


def counted(field: Field, turn: Callable[[], int], read: Callable[[Value, Any], Any]) -> Callable[..., Any]:
    """The resolver of a mutation, which counts; a leaf tells how many there have been."""

    def resolve(value: Value, info: Any, **arguments: Any) -> Any:
        turns = turn()
        return turns if field.leaf else read(value, arguments)

    return resolve


def plain(field: Field, value: Value, arguments: Mapping[str, Any]) -> Any:
    """A field of the store, under its arguments."""
    result = value[field.name]
    if not field.arguments or isinstance(result, Exception):
        return result
    if not field.leaf:
        first = arguments["first"]
        return result if result is None or first is None else result[: max(first, 0)]
    return None if result is None else f"{result} {json.dumps(arguments, sort_keys=True)}"


def fed(value: Value, word: Any, arguments: Mapping[str, Any]) -> str:
    """A field that a context feeds."""
    key = next(name for name in KEYED if name in value)
    return f"{json.dumps(value[key])} {word} {json.dumps(arguments, sort_keys=True)}"


def required_json(field: Field, value: Any, read: Read) -> str:
    """The required fields of an object as JSON, which is the value of the field that requires them."""
    return json.dumps(read_set(value, selections(field.requires), read), sort_keys=True)


def selections(text: str) -> Sequence[SelectionNode]:
    """The selections of a field set."""
    operation = parse(f"{{ {text} }}", no_location=True).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return operation.selection_set.selections


def read_set(value: Any, selections: Sequence[SelectionNode], read: Read) -> Any:
    """What a field set reads of an object."""
    if isinstance(value, list):
        return [read_set(selection, selections, read) for selection in value]
    if value is None:
        return None
    result: Value = {}
    for selection in selections:
        if isinstance(selection, InlineFragmentNode):
            if selection.type_condition and value["__typename"] == selection.type_condition.name.value:
                result |= read_set(value, selection.selection_set.selections, read)
        elif isinstance(selection, FieldNode):
            below = read(value, selection.name.value, _argument_values(selection))
            inner = selection.selection_set
            result[selection.name.value] = read_set(below, inner.selections, read) if inner else below
    return result


def _argument_values(node: FieldNode) -> dict[str, Any]:
    return {argument.name.value: value_from_ast_untyped(argument.value) for argument in node.arguments or ()}
