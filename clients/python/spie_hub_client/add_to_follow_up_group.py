"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .inputs import AddToFollowUpGroupInput
from .runtime.models import Date, Model, Operation


class AddToFollowUpGroupData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « AddToFollowUpGroup »."""
    add_to_follow_up_group: AddToFollowUpGroupAddToFollowUpGroup | None = field(name="addToFollowUpGroup")
    """Ajoute un agent de son organisme au groupe de suivi. — Catégorie : TECH"""


class AddToFollowUpGroupAddToFollowUpGroup(Model, frozen=True, kw_only=True):
    """Membre du groupe de suivi."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    version: int | None
    """Version, à donner pour mettre fin au membre. — Catégorie : SUIVI"""
    since: Date | None
    """Date d'entrée dans le groupe. — Catégorie : SUIVI"""
    agent: AddToFollowUpGroupAddToFollowUpGroupAgent | None
    """Agent membre du groupe. — Catégorie : PROF"""


class AddToFollowUpGroupAddToFollowUpGroupAgent(Model, frozen=True, kw_only=True):
    """Professionnel. Ce qu'un lien vers lui révèle de la personne se décide sur le lien."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""


class AddToFollowUpGroup(Operation[AddToFollowUpGroupData], frozen=True, kw_only=True):
    """Ajoute un agent de son organisme au groupe de suivi."""
    NAME = "AddToFollowUpGroup"
    DOCUMENT = """mutation AddToFollowUpGroup($input: AddToFollowUpGroupInput!) {
  addToFollowUpGroup(input: $input) {
    id
    version
    since
    agent {
      id
    }
  }
}"""
    DOCUMENT_ID = "8ae071ff12b2543aae897cffa13fee363e7c4363809db656efb6e3017b01099e"
    DATA = AddToFollowUpGroupData
    input: AddToFollowUpGroupInput
