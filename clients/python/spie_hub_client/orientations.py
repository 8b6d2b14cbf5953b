"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import UNSET, UnsetType, field

from .fragments import ListedOrientation, PageBounds
from .inputs import OrientationFilter
from .runtime.models import Connection, Model, PagedOperation


class OrientationsData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « Orientations »."""
    orientations: OrientationsOrientations | None
    """Orientations des personnes suivies ou du périmètre. — Catégorie : SUIVI (réduit)"""


class OrientationsOrientations(Model, frozen=True, kw_only=True):
    """Page d'orientations."""
    nodes: tuple[ListedOrientation, ...] | None
    """Éléments de la page. — Catégorie : TECH"""
    page_info: PageBounds = field(name="pageInfo")
    """Bornes de la page. — Catégorie : TECH"""


class Orientations(PagedOperation[OrientationsData, ListedOrientation], frozen=True, kw_only=True):
    """Les orientations des personnes du périmètre de l'acteur, page par page."""
    NAME = "Orientations"
    DOCUMENT = """query Orientations($first: Int = 100, $after: String, $filter: OrientationFilter) {
  orientations(first: $first, after: $after, filter: $filter) {
    nodes {
      ...ListedOrientation
    }
    pageInfo {
      ...PageBounds
    }
  }
}

fragment ListedOrientation on Orientation {
  id
  pathway
  startsOn
  endsOn
  decision
  structure {
    name
  }
  person {
    id
  }
}

fragment PageBounds on PageInfo {
  hasNextPage
  endCursor
}"""
    DOCUMENT_ID = "8f7a7f97afead07ad9120e4b4ed2727ba00375906f9b2be1dbd22b9ce700ca4d"
    DATA = OrientationsData
    CURSOR = "after"
    first: int | UnsetType | None = UNSET
    after: str | UnsetType | None = UNSET
    filter: OrientationFilter | UnsetType | None = UNSET

    @classmethod
    def connection_of(cls, data: OrientationsData) -> Connection[ListedOrientation] | None:
        """The page in this data; None if it is withheld."""
        level_0 = data.orientations
        if level_0 is None:
            return None
        if level_0.nodes is None:
            return None
        bounds = level_0.page_info
        return Connection(level_0.nodes, bounds.end_cursor, not bounds.has_next_page)
