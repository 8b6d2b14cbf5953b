"""French words for what the journal holds: kinds of actor, purposes, and data by category.

The words for data are in `data_labels.toml`: descriptions of the schema are for who writes a query, not for the person.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from graphql import GraphQLEnumType, GraphQLSchema

from hub.policy.decide.classification import Classification
from hub.policy.decide.policy_model import Policy
from schema.categories import OPEN

LABELS = Path(__file__).with_name("data_labels.toml")
OPERATOR = "exploitant"
"""Kind of actor of whoever searches the journal by command: no token, hence no kind of the policy."""
UNNAMED: Mapping[str, str] = MappingProxyType({})
UNKNOWN = ("AUTRE", "Donnée que le hub ne sert plus")


@dataclass(frozen=True, slots=True)
class DataLabels:
    """`kinds` and `purposes` are labels by code, `organisations` names by SIRET, `applications` those of partners by
    client; `fields` gives category code and label of each coordinate that holds data, `categories` their labels."""

    kinds: Mapping[str, str]
    purposes: Mapping[str, str]
    categories: Mapping[str, str]
    fields: Mapping[str, tuple[str, str]]
    silent: frozenset[str]
    organisations: Mapping[str, str]
    applications: Mapping[str, str]

    def data(self, released: Iterable[str], masked: Iterable[str]) -> list[dict[str, Any]]:
        """What coordinates stand for: `{category, label, fields}` by category, in the order of the policy."""
        found: dict[str, list[str]] = {}
        for coordinates, how in ((released, ""), (masked, " (réduit)")):
            for coordinate in coordinates:
                if coordinate not in self.silent:
                    category, label = self.fields.get(coordinate, (UNKNOWN[0], coordinate))
                    found.setdefault(category, []).append(f"{label}{how}")
        labels = {**self.categories, UNKNOWN[0]: UNKNOWN[1]}
        return [
            {"category": code, "label": label, "fields": sorted(set(found[code]))}
            for code, label in labels.items()
            if code in found
        ]


@cache
def labels() -> Mapping[str, str]:
    """The words for each coordinate that holds data, and for each input that finds persons."""
    return {
        f"{type_name}.{name}": f"{held['of']} : {label}" if "of" in held else label
        for type_name, held in tomllib.loads(LABELS.read_text(encoding="utf-8")).items()
        for name, label in held.items()
        if name != "of"
    }


def words(
    schema: GraphQLSchema,
    classification: Classification,
    policy: Policy,
    organisations: Mapping[str, str] = UNNAMED,
    applications: Mapping[str, str] = UNNAMED,
) -> DataLabels:
    """The words of a graph, inaccessible fields included; a coordinate without words is named as it is."""
    categories = schema.type_map["Category"]
    assert isinstance(categories, GraphQLEnumType)
    told = labels()
    held = {name: found.category for name, found in classification.fields.items() if found.category not in OPEN}
    return DataLabels(
        kinds={code: kind.label for code, kind in policy.actors.items()} | {OPERATOR: "Exploitant du hub"},
        purposes={code: purpose.label for code, purpose in policy.purposes.items()},
        categories={code: (value.description or code).rstrip(".") for code, value in categories.values.items()},
        fields={
            name: (category.value, told.get(name, name))
            for name, category in {**held, **classification.matches}.items()
        },
        silent=frozenset(classification.fields.keys() - held.keys()),
        organisations=organisations,
        applications=applications,
    )
