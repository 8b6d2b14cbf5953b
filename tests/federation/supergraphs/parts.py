"""The subgraphs of a random supergraph: each reads the store through its own schema.

What is not a subgraph's to say is an error there: a field that moved away, an external one, an entity without its key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from graphql import FieldNode, InlineFragmentNode, SelectionNode

from tests.federation.harness import Part
from tests.federation.supergraphs.answers import counted, fed, plain, read_set, required_json, selections
from tests.federation.supergraphs.model import Field, Model, fields_of
from tests.federation.supergraphs.sdl import sdl
from tests.federation.supergraphs.store import Store, Value


def parts(model: Model, store: Store) -> list[Part]:
    """Those that have anything."""
    texts = {home: sdl(model, home) for home in model.subgraphs}
    return [
        Part(home, text, store.root, _finders(model, store, home), _resolvers(model, store, home))
        for home, text in texts.items()
        if text
    ]


def _finders(model: Model, store: Store, home: str) -> dict[str, Callable[[Value], Any]]:
    finders = {}
    for type_ in model.types.values():
        if type_.keys.get(home):
            names = [type_.name] if type_.kind == "entity" else next(iter(type_.members.values()))
            objects = [object_ for name in names for object_ in store.objects[name]]
            finders[type_.name] = _finder(objects, type_.keys[home])
    return finders


def _finder(objects: Sequence[Value], keys: Sequence[str]) -> Callable[[Value], Any]:
    def find(representation: Value) -> Any:
        whole = [selections(key) for key in keys if all(name in representation for name in fields_of(key))]
        assert whole, f"no key: {representation}"
        return next((object_ for object_ in objects if all(_same(object_, representation, key) for key in whole)), None)

    return find


def _same(value: Value, representation: Value, key: Sequence[SelectionNode]) -> bool:
    return bool(read_set(value, key, _stored) == read_set(representation, key, _stored))


def _stored(value: Value, name: str, arguments: Mapping[str, Any]) -> Any:
    return value[name]


def _resolvers(model: Model, store: Store, home: str) -> dict[str, Callable[..., Any]]:
    resolvers = {}
    provided = set(_provided(model, home))
    for type_ in model.types.values():
        for field in model.shown(home, type_) if type_.kind != "union" else ():
            coordinate = f"{type_.name}.{field.name}"
            if field.requires and home in field.homes:
                resolvers[coordinate] = _required(field)
            elif field.context and home in field.homes:
                resolvers[coordinate] = _fed
            elif type_.kind == "mutation":
                resolvers[coordinate] = counted(field, store.turn, _read(field))
            elif _gone(model, home, field) or not (
                model.resolved(home, type_, field.name) or home == field.moved or coordinate in provided
            ):
                resolvers[coordinate] = _refuse
            elif field.arguments:
                resolvers[coordinate] = _plain(field)
    return resolvers


def _gone(model: Model, home: str, field: Field) -> bool:
    """Whether a moved field must not be asked here."""
    active = not field.label or field.label in model.on
    return bool(field.moved) and (home == field.moved) == active


def _provided(model: Model, home: str) -> Iterator[str]:
    """Coordinates that some field of the subgraph provides."""
    for field in (field for type_ in model.types.values() for field in type_.fields.values() if home in field.provides):
        stack = [(field.type_name, selection) for selection in selections(field.provides[home])]
        while stack:
            type_name, node = stack.pop()
            if isinstance(node, InlineFragmentNode) and node.type_condition:
                stack += [(node.type_condition.name.value, selection) for selection in node.selection_set.selections]
            elif isinstance(node, FieldNode):
                yield f"{type_name}.{node.name.value}"
                below = node.selection_set.selections if node.selection_set else ()
                stack += [(model.types[type_name].fields[node.name.value].type_name, selection) for selection in below]


def _required(field: Field) -> Callable[..., Any]:
    return lambda value, info, **arguments: required_json(field, value["__representation"], _stored)


def _read(field: Field) -> Callable[[Value, Any], Any]:
    return lambda value, arguments: plain(field, value, arguments)


def _plain(field: Field) -> Callable[..., Any]:
    return lambda value, info, **arguments: plain(field, value, arguments)


def _fed(value: Value, info: Any, word: Any, **arguments: Any) -> str:
    return fed(value, word, arguments)


def _refuse(value: Value, info: Any, **arguments: Any) -> Any:
    raise AssertionError(f"{info.parent_type}.{info.field_name} is not this subgraph's to say")
