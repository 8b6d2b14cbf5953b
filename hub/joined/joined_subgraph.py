"""A subgraph of others, as the settings describe it."""

from __future__ import annotations

from dataclasses import dataclass

from hub.joined.field_categories import FieldCategories


@dataclass(frozen=True, slots=True)
class JoinedSubgraph:
    """Name, URL, SDL and categories of the fields; `contract`: it keeps the hub's contract
    (docs/contrat-sous-graphe.md), gets the signed context and may hold people's data."""

    name: str
    url: str
    sdl: str
    categories: FieldCategories
    contract: bool
