"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .inputs import SetReferentInput
from .runtime.models import Date, Model, Operation


class SetReferentData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « SetReferent »."""
    set_referent: SetReferentSetReferent | None = field(name="setReferent")
    """Désigne le référent parmi les agents de son organisme ; la personne lui est ouverte aussitôt. — Catégorie :
    TECH"""


class SetReferentSetReferent(Model, frozen=True, kw_only=True):
    """Membre du groupe de suivi."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    version: int | None
    """Version, à donner pour mettre fin au membre. — Catégorie : SUIVI"""
    since: Date | None
    """Date d'entrée dans le groupe. — Catégorie : SUIVI"""
    agent: SetReferentSetReferentAgent | None
    """Agent membre du groupe. — Catégorie : PROF"""


class SetReferentSetReferentAgent(Model, frozen=True, kw_only=True):
    """Professionnel. Ce qu'un lien vers lui révèle de la personne se décide sur le lien."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""


class SetReferent(Operation[SetReferentData], frozen=True, kw_only=True):
    """Désigne le référent parmi les agents de son organisme."""
    NAME = "SetReferent"
    DOCUMENT = """mutation SetReferent($input: SetReferentInput!) {
  setReferent(input: $input) {
    id
    version
    since
    agent {
      id
    }
  }
}"""
    DOCUMENT_ID = "328430f77ec434ee038b21ca2fd7dfcf1ae0fa80cc2a173cb99c9558fb3710c5"
    DATA = SetReferentData
    input: SetReferentInput
