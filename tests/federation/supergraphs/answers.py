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
        found: dict[str, Callable[..., Any]] = {}
        node = self.model.types.get(NODE)
        for type_ in self.model.of("entity", "value", "root"):
            more = node.fields if node and type_.name in next(iter(node.members.values())) else {}
            for name in (*type_.fields, *more):
                found[f"{type_.name}.{name}"] = self._resolver(name)
        for name in self.model.types["Mutation"].fields if "Mutation" in self.model.types else ():
            found[f"Mutation.{name}"] = self._mutation(name)
        return found

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
            return self._told(field, value)
        if field.context:
            above = value[ABOVE]
            types = dict(field.context)
            while above["__typename"] not in types:
                above = above[ABOVE]
            for name in types[above["__typename"]].strip(" }").split(" { "):
                above = _known(self.read(above, name, {}))
            return fed(value, above, arguments)
        return _under(plain(field, value, arguments), value)

    def _told(self, field: Field, value: Value) -> str:
        def read(each: Value, name: str, given: Mapping[str, Any]) -> Any:
            field = self.model.field(each["__typename"], name)
            return _known(self.read(each, name, _all(field, given)))

        whole = told(field, value, read)
        for each in selections(field.requires):
            assert isinstance(each, FieldNode)
            required = self.model.field(value["__typename"], each.name.value)
            if len(required.strict) > 1 and read(value, each.name.value, _given(each)) is None:
                raise Stopped
        return whole


def _known(found: Any) -> Any:
    """What another field is given of one that failed is null."""
    return None if isinstance(found, Exception) else found


def _all(field: Field, given: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as an executor gives them, defaults included."""
    found = {
        each.name: value_from_ast_untyped(parse_const_value(each.default)) for each in field.arguments if each.default
    }
    found |= given
    if isinstance(found.get("pick"), dict):
        found["pick"] = {"n": 1, **found["pick"]}
    return found


def _under(value: Any, above: Value) -> Any:
    if isinstance(value, list):
        return [_under(each, above) for each in value]
    return {**value, ABOVE: above} if isinstance(value, dict) else value


def counted(field: Field, turn: Callable[[], int], read: Callable[[Value, Any], Any]) -> Callable[..., Any]:
    """The resolver of a mutation, which counts; a leaf tells how many there have been."""

    def resolve(value: Value, info: Any, **arguments: Any) -> Any:
        turns = turn()
        return turns if field.leaf else read(value, arguments)

    return resolve


def plain(field: Field, value: Value, arguments: Mapping[str, Any]) -> Any:
    """A field of the store, under its arguments."""
    found = value[field.name]
    if not field.arguments or isinstance(found, Exception):
        return found
    if not field.leaf:
        first = arguments["first"]
        return found if found is None or first is None else found[: max(first, 0)]
    return None if found is None else f"{found} {json.dumps(arguments, sort_keys=True)}"


def fed(value: Value, word: Any, arguments: Mapping[str, Any]) -> str:
    """A field that a context feeds."""
    key = next(name for name in KEYED if name in value)
    return f"{json.dumps(value[key])} {word} {json.dumps(arguments, sort_keys=True)}"


def told(field: Field, value: Any, read: Read) -> str:
    """What a field tells of what it requires."""
    return json.dumps(read_set(value, selections(field.requires), read), sort_keys=True)


def selections(text: str) -> Sequence[SelectionNode]:
    """The selections of a field set."""
    operation = parse(f"{{ {text} }}", no_location=True).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return operation.selection_set.selections


def read_set(value: Any, asked: Sequence[SelectionNode], read: Read) -> Any:
    """What a field set reads of an object."""
    if isinstance(value, list):
        return [read_set(each, asked, read) for each in value]
    if value is None:
        return None
    found: Value = {}
    for each in asked:
        if isinstance(each, InlineFragmentNode):
            if each.type_condition and value["__typename"] == each.type_condition.name.value:
                found |= read_set(value, each.selection_set.selections, read)
        elif isinstance(each, FieldNode):
            below = read(value, each.name.value, _given(each))
            inner = each.selection_set
            found[each.name.value] = read_set(below, inner.selections, read) if inner else below
    return found


def _given(node: FieldNode) -> dict[str, Any]:
    return {each.name.value: value_from_ast_untyped(each.value) for each in node.arguments or ()}
