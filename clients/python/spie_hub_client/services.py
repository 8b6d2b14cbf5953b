"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import UNSET, UnsetType, field

from .fragments import ListedService, PageBounds
from .inputs import NearInput, ServiceFilter
from .runtime.models import Connection, Model, PagedOperation


class ServicesData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « Services »."""
    services: ServicesServices | None
    """Services d'insertion, du plus proche au plus lointain si un lieu est donné. — Catégorie : PUB"""


class ServicesServices(Model, frozen=True, kw_only=True):
    """Page de services."""
    nodes: tuple[ListedService, ...] | None
    """Éléments de la page. — Catégorie : TECH"""
    page_info: PageBounds = field(name="pageInfo")
    """Bornes de la page. — Catégorie : TECH"""


class Services(PagedOperation[ServicesData, ListedService], frozen=True, kw_only=True):
    """Les services d'insertion autour d'un lieu, du plus proche au plus lointain ; aucune donnée de personne."""
    NAME = "Services"
    DOCUMENT = """fragment PageBounds on PageInfo {
  hasNextPage
  endCursor
}

query Services($first: Int = 20, $after: String, $filter: ServiceFilter, $near: NearInput) {
  services(first: $first, after: $after, filter: $filter, near: $near) {
    nodes {
      ...ListedService
    }
    pageInfo {
      ...PageBounds
    }
  }
}

fragment ListedService on Service {
  id
  name
  thematics
  structure {
    name
    siret
  }
}"""
    DOCUMENT_ID = "360e220d5d4aafd84f8e106ea8e9f44097e10ea3b1a8945080ad056177805d9b"
    DATA = ServicesData
    CURSOR = "after"
    first: int | UnsetType | None = UNSET
    after: str | UnsetType | None = UNSET
    filter: ServiceFilter | UnsetType | None = UNSET
    near: NearInput | UnsetType | None = UNSET

    @classmethod
    def connection_of(cls, data: ServicesData) -> Connection[ListedService] | None:
        """The page in this data; None if it is withheld."""
        level_0 = data.services
        if level_0 is None:
            return None
        if level_0.nodes is None:
            return None
        bounds = level_0.page_info
        return Connection(level_0.nodes, bounds.end_cursor, not bounds.has_next_page)
