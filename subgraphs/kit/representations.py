"""Representations of `_entities`: an invalid one is answered null in its place
(docs/attaques.md#attack-9).

A representation holds a known `__typename`, exactly the key, and exactly the values that the selected fields require:
anything else makes it invalid.
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

from schema.written_numbers import written
from subgraphs.kit.document import Node
from subgraphs.kit.entity import Entity
from subgraphs.kit.errors import RequestFailed
from subgraphs.kit.fields import ManyField
from subgraphs.kit.page_arguments import uuid_or_none
from subgraphs.kit.subgraph_model import Model

MAX_REPRESENTATIONS = 10_000
"""Most representations of one request; the hub sends no more (`hub.federation.execution.execute.Bounds`)."""

SEPARATOR = "\x1f"
"""Between the values of one parameter: no UUID, no printable text and no JSON text holds it."""

Requirements = dict[str, Any]
"""Required fields as nested dictionaries; a leaf is None."""


@dataclass(slots=True)
class Batch:
    """The valid representations of one type: keys, required values as JSON text, and places in the answer. None of
    these texts is empty or holds `SEPARATOR`."""

    keys: list[str] = field(default_factory=list)
    required: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)


def requirements_of(entity: Entity, nodes: tuple[Node, ...]) -> Requirements:
    """Return the fields of other subgraphs that the selected fields of an entity require."""
    requirements: Requirements = {}
    for node in nodes:
        declared = entity.fields.get(node.name)
        if isinstance(declared, ManyField) and declared.requires:
            _merge(requirements, field_set(declared.requires))
    return requirements


def field_set(text: str) -> Requirements:
    """Parse a federation field set into nested dictionaries."""
    return _fields(_parsed(text))


@lru_cache(maxsize=256)
def _parsed(text: str) -> SelectionSetNode:
    document = parse(f"{{ {text} }}", no_location=True)
    selection_set: SelectionSetNode = document.definitions[0].selection_set  # type: ignore[attr-defined]
    return selection_set


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a valid representation of one type: its key field, required fields, and names of all its fields."""

    key: str
    uuid: bool
    required: Requirements
    names: frozenset[str]


def forms(node: Node, model: Model) -> dict[str, Form]:
    """Return the forms of the representations that an `_entities` field accepts, by type."""
    forms_by_type = {}
    for name, fields in node.types.items():
        entity = model.entities[name]
        if entity.key is not None and not entity.stub:
            required = requirements_of(entity, fields)
            names = frozenset({"__typename", entity.key.graphql_name, *required})
            forms_by_type[name] = Form(
                entity.key.graphql_name, isinstance(entity.key.column.type, Uuid), required, names
            )
    return forms_by_type


def split(representations: Any, forms: Mapping[str, Form]) -> tuple[int, dict[str, Batch]]:
    """Return the number of representations and the valid ones by type; raises RequestFailed if they are no list."""
    if not isinstance(representations, list) or len(representations) > MAX_REPRESENTATIONS:
        raise RequestFailed("BAD_INPUT", f"« representations » est une liste d'au plus {MAX_REPRESENTATIONS} éléments.")
    batches = {name: Batch() for name in forms}
    for place, representation in enumerate(representations):
        if not isinstance(representation, dict):
            continue
        name = representation.get("__typename")
        if not isinstance(name, str) or (form := forms.get(name)) is None or representation.keys() != form.names:
            continue
        identifier = uuid_or_none(representation[form.key]) if form.uuid else _text_or_none(representation[form.key])
        if identifier is None:
            continue
        batch = batches[name]
        if form.required:
            values = {key: representation[key] for key in form.required}
            required = _json(values) if _fits(values, form.required) else None
            if required is None:
                continue
            batch.required.append(required)
        batch.keys.append(identifier)
        batch.places.append(place)
    return len(representations), batches


def _text_or_none(value: Any) -> str | None:
    return value if type(value) is str and value.isprintable() and value else None


def _json(value: Any) -> str | None:
    try:
        text = orjson.dumps(value, written).decode()
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


def _fields(selection_set: SelectionSetNode) -> Requirements:
    return {
        selection.name.value: _fields(selection.selection_set) if selection.selection_set else None
        for selection in selection_set.selections
        if isinstance(selection, FieldNode)
    }


def _merge(requirements: Requirements, added: Requirements) -> None:
    for name, below in added.items():
        if below is None or requirements.get(name) is None:
            requirements[name] = below
        else:
            _merge(requirements[name], below)
