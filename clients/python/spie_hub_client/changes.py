"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import UNSET, UnsetType, field

from .enums import WithdrawalKind
from .fragments import ListedPerson, PageBounds
from .runtime.models import Connection, Model, PagedOperation


class ChangesData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « Changes »."""
    changes: ChangesChanges | None
    """Ce qui a changé depuis un curseur pour les personnes que l'acteur peut lire ; toutes sans curseur. Un
    changement compte si la requête lit ce qu'il touche, et si l'acteur peut le lire. — Catégorie : TECH"""


class ChangesChanges(Model, frozen=True, kw_only=True):
    """Page de ce qui a changé : chaque personne y est une fois."""
    nodes: tuple[ListedPerson, ...] | None
    """Personnes à écrire à neuf, avec tout ce que la requête en lit. — Catégorie : TECH"""
    withdrawn: tuple[ChangesChangesWithdrawn, ...] | None
    """Personnes à effacer. — Catégorie : TECH"""
    page_info: PageBounds = field(name="pageInfo")
    """Sa valeur `endCursor` est le `since` de l'appel suivant : à faire aussitôt si `hasNextPage`, sinon quand on
    veut. — Catégorie : TECH"""


class ChangesChangesWithdrawn(Model, frozen=True, kw_only=True):
    """Personne que l'acteur pouvait lire au curseur, et dont il ne lit plus rien : à effacer de la copie."""
    id: str
    """Identifiant de la personne. — Catégorie : TECH"""
    kind: WithdrawalKind
    """Pourquoi. — Catégorie : TECH"""
    into: str | None
    """Personne avec laquelle elle ne fait qu'une, si l'acteur la lit. — Catégorie : TECH"""


class Changes(PagedOperation[ChangesData, ListedPerson], frozen=True, kw_only=True):
    """Les personnes qui ont changé depuis un curseur, et celles à effacer de la copie ; sans curseur, tout le
    périmètre."""
    NAME = "Changes"
    DOCUMENT = """query Changes($since: String, $first: Int = 100) {
  changes(since: $since, first: $first) {
    nodes {
      ...ListedPerson
    }
    withdrawn {
      id
      kind
      into
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
    DOCUMENT_ID = "0a720ecdb148973f0d950cbdc269284c0c57b4f1f0d7a9ee20089541dbed0ab6"
    DATA = ChangesData
    CURSOR = "since"
    since: str | UnsetType | None = UNSET
    first: int | UnsetType | None = UNSET

    @classmethod
    def connection_of(cls, data: ChangesData) -> Connection[ListedPerson] | None:
        """The page in this data; None if it is withheld."""
        level_0 = data.changes
        if level_0 is None:
            return None
        if level_0.nodes is None:
            return None
        bounds = level_0.page_info
        return Connection(level_0.nodes, bounds.end_cursor, not bounds.has_next_page)
