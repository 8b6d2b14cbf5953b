"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import UNSET, UnsetType, field

from .fragments import ListedPerson, PageBounds
from .inputs import PersonFilter
from .runtime.models import Connection, Model, PagedOperation


class PersonsData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « Persons »."""
    persons: PersonsPersons | None
    """Les personnes que l'acteur suit ou qui relèvent de son périmètre. — Catégorie : TECH"""


class PersonsPersons(Model, frozen=True, kw_only=True):
    """Page de personnes."""
    nodes: tuple[ListedPerson, ...] | None
    """Éléments de la page. — Catégorie : TECH"""
    page_info: PageBounds = field(name="pageInfo")
    """Bornes de la page. — Catégorie : TECH"""


class Persons(PagedOperation[PersonsData, ListedPerson], frozen=True, kw_only=True):
    """Les personnes que l'acteur suit ou qui relèvent de son périmètre, page par page."""
    NAME = "Persons"
    DOCUMENT = """query Persons($first: Int = 100, $after: String, $filter: PersonFilter) {
  persons(first: $first, after: $after, filter: $filter) {
    nodes {
      ...ListedPerson
    }
    pageInfo {
      ...PageBounds
    }
  }
}

fragment ListedPerson on Person {
  id
  civility
  firstName
  lastName
  birthDate
  birthYear
  contact {
    email
    phones
    address {
      postalCode
      city
      cityCode
    }
  }
  rsa {
    status
    rightsAndDutiesSince
  }
  orientations {
    id
    pathway
    startsOn
    endsOn
  }
}

fragment PageBounds on PageInfo {
  hasNextPage
  endCursor
}"""
    DOCUMENT_ID = "0f02cf209f181b421894af5c5ddaeef8a7b72356e7579c2e758938e96f1a6036"
    DATA = PersonsData
    CURSOR = "after"
    first: int | UnsetType | None = UNSET
    after: str | UnsetType | None = UNSET
    filter: PersonFilter | UnsetType | None = UNSET

    @classmethod
    def connection_of(cls, data: PersonsData) -> Connection[ListedPerson] | None:
        """The page in this data; None if it is withheld."""
        level_0 = data.persons
        if level_0 is None:
            return None
        if level_0.nodes is None:
            return None
        bounds = level_0.page_info
        return Connection(level_0.nodes, bounds.end_cursor, not bounds.has_next_page)
