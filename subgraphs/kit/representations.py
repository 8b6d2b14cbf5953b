"""Representations of `_entities`: each is checked alone, and a bad one is a null in its place (attack 9).

A representation holds a known `__typename`, exactly the key, and exactly the values that the selected fields require:
nothing else of it is believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson
from graphql import FieldNode, SelectionSetNode, parse
from sqlalchemy import Uuid

from subgraphs.kit.document import Node
from subgraphs.kit.entity import Entity
from subgraphs.kit.fields import ManyField
from subgraphs.kit.model import Model
from subgraphs.kit.pages import bad_input, uuid_or_none

MOST = 10_000
"""Most representations of one request; the hub sends no more (`hub.federation.execute.Bounds`)."""

Wanted = dict[str, Any]
"""Required fields as nested dictionaries; a leaf is None."""


@dataclass(slots=True)
class Batch:
    """The usable representations of one type: keys, required values as JSON text, and places in the answer."""

    keys: list[str] = field(default_factory=list)
    required: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)


def wanted(entity: Entity, nodes: tuple[Node, ...]) -> Wanted:
    """What the selected fields of an entity require of other subgraphs."""
    found: Wanted = {}
    for node in nodes:
        item = entity.fields.get(node.name)
        if isinstance(item, ManyField) and item.requires:
            _merge(found, field_set(item.requires))
    return found


def field_set(text: str) -> Wanted:
    """A federation field set as nested dictionaries."""
    return _fields(_parsed(text))


@lru_cache(maxsize=256)
def _parsed(text: str) -> SelectionSetNode:
    document = parse(f"{{ {text} }}", no_location=True)
    found: SelectionSetNode = document.definitions[0].selection_set  # type: ignore[attr-defined]
    return found


def split(given: Any, node: Node, model: Model) -> tuple[int, dict[str, Batch]]:
    """How many items the answer has, and the usable ones by type; raises RequestFailed if it is no list."""
    if not isinstance(given, list) or len(given) > MOST:
        raise bad_input("representations", f"une liste d'au plus {MOST} éléments")
    batches = {name: Batch() for name in node.types}
    requirements = {name: wanted(model.entities[name], fields) for name, fields in node.types.items()}
    for place, item in enumerate(given):
        if not isinstance(item, dict):
            continue
        name = item.get("__typename")
        if not isinstance(name, str) or name not in batches:
            continue
        entity, requirement = model.entities[name], requirements[name]
        if entity.key is None or entity.stub or item.keys() != {"__typename", entity.key.name, *requirement}:
            continue
        identifier = _key(entity, item[entity.key.name])
        if identifier is None or not all(_fits(item[key], below) for key, below in requirement.items()):
            continue
        batch = batches[name]
        if requirement:
            required = _json({key: item[key] for key in requirement})
            if required is None:
                continue
            batch.required.append(required)
        batch.keys.append(identifier)
        batch.places.append(place)
    return len(given), batches


def _key(entity: Entity, value: Any) -> str | None:
    assert entity.key is not None
    if isinstance(entity.key.column.type, Uuid):
        return uuid_or_none(value)
    if type(value) is not str or not value.isprintable():
        return None
    return value or None


def _json(value: Any) -> str | None:
    try:
        text = orjson.dumps(value).decode()
    except TypeError:
        return None
    return None if "\\u0000" in text else text


def _fits(value: Any, requirement: Mapping[str, Any] | None) -> bool:
    if value is None:
        return True
    if isinstance(value, list):
        return all(_fits(item, requirement) for item in value)
    if requirement is None:
        return not isinstance(value, dict)
    if not isinstance(value, dict) or value.keys() - {"__typename"} != requirement.keys():
        return False
    return all(_fits(value[key], below) for key, below in requirement.items())


def _fields(selection_set: SelectionSetNode) -> Wanted:
    return {
        item.name.value: _fields(item.selection_set) if item.selection_set else None
        for item in selection_set.selections
        if isinstance(item, FieldNode)
    }


def _merge(found: Wanted, more: Wanted) -> None:
    for name, below in more.items():
        if below is None or found.get(name) is None:
            found[name] = below
        else:
            _merge(found[name], below)
