"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .inputs import EndFollowUpInput
from .runtime.models import Date, Model, Operation


class EndFollowUpData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « EndFollowUp »."""
    end_follow_up: EndFollowUpEndFollowUp | None = field(name="endFollowUp")
    """Met fin aussitôt, et pour de bon, à ce qu'un membre du groupe de suivi voit de la personne. — Catégorie : TECH"""


class EndFollowUpEndFollowUp(Model, frozen=True, kw_only=True):
    """Membre du groupe de suivi."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    version: int | None
    """Version, à donner pour mettre fin au membre. — Catégorie : SUIVI"""
    ended_on: Date | None = field(name="endedOn")
    """Date à laquelle le membre a quitté le groupe. — Catégorie : SUIVI"""


class EndFollowUp(Operation[EndFollowUpData], frozen=True, kw_only=True):
    """Met fin aussitôt à ce qu'un membre du groupe de suivi voit de la personne."""
    NAME = "EndFollowUp"
    DOCUMENT = """mutation EndFollowUp($input: EndFollowUpInput!) {
  endFollowUp(input: $input) {
    id
    version
    endedOn
  }
}"""
    DOCUMENT_ID = "a3ec5576ba2cae2d470937d1eb2f3e694e1c609f09225a769cef34789fffe602"
    DATA = EndFollowUpData
    input: EndFollowUpInput
