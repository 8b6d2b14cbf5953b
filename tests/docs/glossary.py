"""docs/glossaire.md: names of the contract as the types declare them, words of the policy as its files do.

`make generated` writes the parts between the markers. By hand stay which system fills a type, from which list the
values of an enum are taken, and the officer's choices.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from graphql import GraphQLEnumType, GraphQLObjectType

from hub.graph import Graph
from schema.categories import Level
from tests.conftest import ROOT
from tests.docs.marked_part import replaced
from tests.pinned_graph import graph

PAGE = ROOT / "docs" / "glossaire.md"
POLICIES = ROOT / "schema" / "policies"
CONTRACT = {"Category", "CategoryLevel", "ForbiddenValue"}
"""Enums of the contract itself, which no data has."""
ROOTS = {"Query", "Mutation", "PageInfo", "Provenance"}


def object_types(graph: Graph) -> Iterator[GraphQLObjectType]:
    """Types that hold data: neither roots nor envelopes of pages."""
    for name, kind in graph.schema.type_map.items():
        envelope = name.startswith("__") or name.endswith(("Connection", "Edge")) or name in ROOTS
        if isinstance(kind, GraphQLObjectType) and not envelope:
            yield kind


def enum_types(graph: Graph) -> Iterator[GraphQLEnumType]:
    """Enums of data and of orders."""
    for name, kind in graph.schema.type_map.items():
        if isinstance(kind, GraphQLEnumType) and not name.startswith("__") and name not in CONTRACT:
            yield kind


def fields(graph: Graph) -> str:
    """A table per type: each field, its category, what it is."""
    tables = []
    for kind in object_types(graph):
        rows = [
            (f"`{name}`", _category(graph, f"{kind.name}.{name}"), _description(graph, kind.name, name))
            for name in kind.fields
            if name not in {"id", "provenance"}
        ]
        tables.append(
            f"### {kind.name}\n{_sentence(kind.description)}\n\n{_table('champ | catégorie | contenu', rows)}"
        )
    return "\n".join(tables)


def _category(graph: Graph, coordinate: str) -> str:
    field = graph.table.classification.fields[coordinate]
    return f"{field.category}, réduit" if field.level is Level.REDUCED else str(field.category)


def _description(graph: Graph, type_name: str, field_name: str) -> str:
    kind = graph.supergraph.schema.type_map[type_name]
    assert isinstance(kind, GraphQLObjectType)
    return _sentence(kind.fields[field_name].description)


def _sentence(text: str | None) -> str:
    return (text or "").replace("\n", " ").replace("|", "\\|")


def enums(graph: Graph) -> str:
    """Each enum with its values; one that bears a category stricter than its field says which."""
    stricter = graph.table.classification.values
    rows = []
    for kind in enum_types(graph):
        categories = {name: stricter.get(f"{kind.name}.{name}") for name in kind.values}
        values = [f"{name} ({category})" if category else name for name, category in categories.items()]
        rows.append((f"`{kind.name}`", ", ".join(values)))
    return _table("énumération | valeurs", rows)


def categories() -> str:
    """Categories, as the officer signs them."""
    rows = [(f"`{code}`", row["label"], row["definition"]) for code, row in _policy("categories")]
    return _table("code | libellé | contenu", rows)


def purposes() -> str:
    """Purposes, with their legal text and the purpose that groups them."""
    rows = [
        (f"`{code}`", row["label"], row["legal"], "groupe" if row.get("abstract") else row.get("parent", ""))
        for code, row in _policy("purposes")
    ]
    return _table("code | libellé | fondement | groupe", rows)


def relations() -> str:
    """Relations, with the kind of scope that links by them."""
    rows = [
        (f"`{code}`", row["label"], row.get("scope", "aucun"), row["definition"]) for code, row in _policy("relations")
    ]
    return _table("code | libellé | lien par | définition", rows)


def actors() -> str:
    """Kinds of actors, with the purposes and relations that they may have."""
    rows = [
        (f"`{code}`", row["label"], ", ".join(row["purposes"]), ", ".join(row["scopes"]) or "aucune")
        for code, row in _policy("actors")
    ]
    return _table("code | libellé | finalités | relations", rows)


def _policy(name: str) -> Iterable[tuple[str, dict[str, Any]]]:
    return tomllib.loads((POLICIES / f"{name}.toml").read_text(encoding="utf-8")).items()


def _table(heading: str, rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {heading} |", "|--" * (heading.count("|") + 1) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows), ""])


def page() -> str:
    """The page as it should be."""
    served = graph()
    parts = {
        "champs": fields(served),
        "énumérations": enums(served),
        "catégories": categories(),
        "finalités": purposes(),
        "relations": relations(),
        "acteurs": actors(),
    }
    text = PAGE.read_text(encoding="utf-8")
    for name, content in parts.items():
        text = replaced(text, name, content)
    return text


def generated() -> Mapping[Path, str]:
    """The page as it should be."""
    return {PAGE: page()}
