"""French words for what the journal holds: kinds of actor, purposes, and data by category."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLEnumType, GraphQLSchema

from hub.policy.classification import Classification
from hub.policy.model import Policy
from schema.categories import OPEN

OPERATOR = "exploitant"
"""Kind of actor of whoever searches the journal by command: no token, hence no kind of the policy."""
UNKNOWN = ("AUTRE", "Donnée que le hub ne sert plus")


@dataclass(frozen=True, slots=True)
class Words:
    """`kinds` and `purposes` are labels by code; `fields` gives category code and label of each coordinate that holds
    data, `categories` their labels."""

    kinds: Mapping[str, str]
    purposes: Mapping[str, str]
    categories: Mapping[str, str]
    fields: Mapping[str, tuple[str, str]]
    silent: frozenset[str]

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


def words(schema: GraphQLSchema, classification: Classification, policy: Policy) -> Words:
    """The words of a graph, inaccessible fields included: labels of fields are their descriptions in the schema."""
    categories = schema.type_map["Category"]
    assert isinstance(categories, GraphQLEnumType)
    fields = {}
    for name, found in classification.fields.items():
        if found.category not in OPEN:
            told = schema.type_map[found.type].fields[name.partition(".")[2]].description  # type: ignore[attr-defined]
            fields[name] = (found.category.value, (told or name).rstrip("."))
    for name, category in classification.matches.items():
        type_name, _, held = name.partition(".")
        told = schema.type_map[type_name].fields[held].description  # type: ignore[attr-defined]
        fields[name] = (category.value, f"{(told or name).rstrip('.')} (rapprochement)")
    return Words(
        kinds={code: kind.label for code, kind in policy.actors.items()} | {OPERATOR: "Exploitant du hub"},
        purposes={code: purpose.label for code, purpose in policy.purposes.items()},
        categories={code: (value.description or code).rstrip(".") for code, value in categories.values.items()},
        fields=fields,
        silent=frozenset(name for name, found in classification.fields.items() if found.category in OPEN),
    )
