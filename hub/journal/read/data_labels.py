"""French labels for what the journal holds: kinds of actor, purposes, and data by category.

Labels of data are in `data_labels.toml`, because descriptions of the schema address authors of queries. A field without
one is labelled by its description.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
from graphql import GraphQLEnumType, GraphQLSchema

from hub.journal.record import OPERATOR
from hub.policy.decide.classification import Classification
from hub.policy.decide.policy_model import Policy
from schema.categories import OPEN

LABELS = Path(__file__).with_name("data_labels.toml")
UNNAMED: Mapping[str, str] = MappingProxyType({})
UNKNOWN = ("AUTRE", "Donnée que le hub ne sert plus")


@dataclass(frozen=True, slots=True, repr=False)
class DataLabels:
    """Labels of a graph: `kinds`, `purposes` and `categories` by code, `organisations` by SIRET, `applications` of
    partners by client, `fields` as category code and label by coordinate; `silent` coordinates hold no data."""

    kinds: Mapping[str, str]
    purposes: Mapping[str, str]
    categories: Mapping[str, str]
    fields: Mapping[str, tuple[str, str]]
    silent: frozenset[str]
    organisations: Mapping[str, str]
    applications: Mapping[str, str]

    def data(self, released: Iterable[str], masked: Iterable[str]) -> list[dict[str, Any]]:
        """The labels of coordinates: `{category, label, fields}` by category, in the order of the policy."""
        labels_by_category: dict[str, list[str]] = {}
        for coordinates, suffix in ((released, ""), (masked, " (réduit)")):
            for coordinate in coordinates:
                if coordinate not in self.silent:
                    category, label = self.fields.get(coordinate, (UNKNOWN[0], coordinate))
                    labels_by_category.setdefault(category, []).append(f"{label}{suffix}")
        category_labels = {**self.categories, UNKNOWN[0]: UNKNOWN[1]}
        return [
            {"category": code, "label": label, "fields": sorted(set(labels_by_category[code]))}
            for code, label in category_labels.items()
            if code in labels_by_category
        ]


@cache
def coordinate_labels() -> Mapping[str, str]:
    """The labels of `data_labels.toml` by coordinate: fields that hold data, inputs that find people or are written."""
    return {
        f"{type_name}.{name}": _label(type_name, label)
        for type_name, labels_of_type in _tables().items()
        for name, label in labels_of_type.items()
        if name != "of"
    }


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    return msgspec.toml.decode(LABELS.read_bytes(), type=dict[str, dict[str, str]])


def _label(type_name: str, label: str) -> str:
    part_of = _tables().get(type_name, {}).get("of")
    return f"{part_of} : {label}" if part_of else label


def description_label(schema: GraphQLSchema, coordinate: str) -> str:
    """The label of a coordinate that `data_labels.toml` lacks: its description's first clause, or its name."""
    type_name, _, name = coordinate.partition(".")
    field = getattr(schema.type_map.get(type_name), "fields", {}).get(name)
    description = field.description if field is not None else None
    if not description:
        return coordinate
    clause = re.split(r" ?[.;:,](?: |$)", description, maxsplit=1)[0]
    if "of" in _tables().get(type_name, {}) and clause[1:2].islower():
        clause = clause[0].lower() + clause[1:]
    return _label(type_name, clause)


def data_labels(
    schema: GraphQLSchema,
    classification: Classification,
    policy: Policy,
    organisations: Mapping[str, str] = UNNAMED,
    applications: Mapping[str, str] = UNNAMED,
    joined: Mapping[str, str] = UNNAMED,
) -> DataLabels:
    """The labels of a graph, including inaccessible fields; `joined` are those of joined subgraphs' coordinates."""
    categories = schema.type_map["Category"]
    assert isinstance(categories, GraphQLEnumType)
    labels = {**joined, **coordinate_labels()}
    personal = {name: field.category for name, field in classification.fields.items() if field.category not in OPEN}
    return DataLabels(
        kinds={code: kind.label for code, kind in policy.actors.items()} | {OPERATOR: "Exploitant du hub"},
        purposes={code: purpose.label for code, purpose in policy.purposes.items()},
        categories={code: (value.description or code).rstrip(".") for code, value in categories.values.items()},
        fields={
            name: (category.value, labels.get(name) or description_label(schema, name))
            for name, category in {**personal, **classification.matches, **classification.writes}.items()
        },
        silent=frozenset(classification.fields.keys() - personal.keys()),
        organisations=organisations,
        applications=applications,
    )
