"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .enums import MatchOutcome
from .inputs import IdentityInput
from .runtime.models import Date, Model, Operation


class FindPersonData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « FindPerson »."""
    find_person: FindPersonFindPerson | None = field(name="findPerson")
    """Rapproche une identité de celles que l'acteur peut rapprocher pour sa finalité. Chaque recherche est
    journalisée ; le nombre de celles qui ne trouvent pas est limité. — Catégorie : ID"""


class FindPersonFindPerson(Model, frozen=True, kw_only=True):
    """Résultat d'un rapprochement d'identité."""
    outcome: MatchOutcome | None
    """Issue du rapprochement. — Catégorie : TECH"""
    person: FindPersonFindPersonPerson | None
    """La personne, si l'issue est ONE. — Catégorie : TECH"""


class FindPersonFindPersonPerson(Model, frozen=True, kw_only=True):
    """Personne accompagnée ou qui demande à l'être."""
    id: str
    """Identifiant opaque du hub ; ne dérive d'aucun autre. — Catégorie : TECH"""
    first_name: str | None = field(name="firstName")
    """Prénom. — Catégorie : ID"""
    last_name: str | None = field(name="lastName")
    """Nom d'usage. — Catégorie : ID"""
    birth_date: Date | None = field(name="birthDate")
    """Date de naissance. — Catégorie : ID"""


class FindPerson(Operation[FindPersonData], frozen=True, kw_only=True):
    """Rapproche une identité ; la finalité est « identification »."""
    NAME = "FindPerson"
    DOCUMENT = """query FindPerson($identity: IdentityInput!) {
  findPerson(identity: $identity) {
    outcome
    person {
      id
      firstName
      lastName
      birthDate
    }
  }
}"""
    DOCUMENT_ID = "5438c0a954bb332c9c31fd594fdc6619bc4eb95f3b332275914c62cc765d20d7"
    DATA = FindPersonData
    identity: IdentityInput
