"""Representations of `_entities`: each is checked alone, and a bad one is a null in its place
(docs/attaques.md#attack-9).

A representation holds a known `__typename`, exactly the key, and exactly the values that the selected fields require:
nothing else of it is believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import repeat
from typing import Any

import orjson
from graphql import FieldNode, SelectionSetNode, parse
from sqlalchemy import Uuid

from subgraphs.kit.document import Node
from subgraphs.kit.entity import Entity
from subgraphs.kit.errors import RequestFailed
from subgraphs.kit.fields import ManyField
from subgraphs.kit.page_arguments import uuid_or_none
from subgraphs.kit.subgraph_model import Model

MOST = 10_000
"""Most representations of one request; the hub sends no more (`hub.federation.execution.execute.Bounds`)."""

SEPARATOR = "\x1f"
"""Between the values of one parameter: no UUID, no printable text and no JSON text holds it."""

Wanted = dict[str, Any]
"""Required fields as nested dictionaries; a leaf is None."""


@dataclass(slots=True)
class Batch:
    """The usable representations of one type: keys, required values as JSON text, and places in the answer. None of
    these texts is empty or holds `SEPARATOR`."""

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


@dataclass(frozen=True, slots=True)
class Form:
    """What a representation of one type holds: the key named so, what is `required`, and no other of the `names`."""

    key: str
    uuid: bool
    required: Wanted
    names: frozenset[str]


def forms(node: Node, model: Model) -> dict[str, Form]:
    """The forms of the representations that the fields below `_entities` take, by type."""
    found = {}
    for name, fields in node.types.items():
        entity = model.entities[name]
        if entity.key is not None and not entity.stub:
            required = wanted(entity, fields)
            names = frozenset({"__typename", entity.key.graphql_name, *required})
            found[name] = Form(entity.key.graphql_name, isinstance(entity.key.column.type, Uuid), required, names)
    return found


def split(given: Any, forms: Mapping[str, Form]) -> tuple[int, dict[str, Batch]]:
    """How many items the answer has, and the usable ones by type; raises RequestFailed if it is no list."""
    if not isinstance(given, list) or len(given) > MOST:
        raise RequestFailed("BAD_INPUT", f"« representations » est une liste d'au plus {MOST} éléments.")
    batches = {name: Batch() for name in forms}
    for place, item in enumerate(given):
        if not isinstance(item, dict):
            continue
        name = item.get("__typename")
        if not isinstance(name, str) or (form := forms.get(name)) is None or item.keys() != form.names:
            continue
        identifier = uuid_or_none(item[form.key]) if form.uuid else _text_or_none(item[form.key])
        if identifier is None:
            continue
        batch = batches[name]
        if form.required:
            asked = {key: item[key] for key in form.required}
            required = _json(asked) if _fits(asked, form.required) else None
            if required is None:
                continue
            batch.required.append(required)
        batch.keys.append(identifier)
        batch.places.append(place)
    return len(given), batches


def _text_or_none(value: Any) -> str | None:
    return value if type(value) is str and value.isprintable() and value else None


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
        return all(map(_fits, value, repeat(requirement)))
    if requirement is None:
        return not isinstance(value, dict)
    if not isinstance(value, dict) or len(value) - ("__typename" in value) != len(requirement):
        return False
    for key, below in requirement.items():
        if key not in value or (value[key] is not None and not _fits(value[key], below)):
            return False
    return True


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
