"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .enums import Pathway
from .inputs import DecideOrientationInput
from .runtime.models import Date, Model, Operation


class DecideOrientationData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « DecideOrientation »."""
    decide_orientation: DecideOrientationDecideOrientation | None = field(name="decideOrientation")
    """Décide une orientation, qui ouvre la personne à l'organisme dès son premier jour et met fin à celle que le hub
    tenait avant. — Catégorie : TECH"""


class DecideOrientationDecideOrientation(Model, frozen=True, kw_only=True):
    """Orientation de la personne vers un parcours et un organisme."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    pathway: Pathway | None
    """Parcours d'orientation. — Catégorie : SUIVI (réduit)"""
    starts_on: Date | None = field(name="startsOn")
    """Date de début. — Catégorie : SUIVI (réduit)"""
    structure: DecideOrientationDecideOrientationStructure | None
    """Structure chargée de l'accompagnement ; une orientation vers celle dont le nom révélerait une donnée protégée
    est absente de sa liste. — Catégorie : SUIVI (réduit) ; certaines valeurs : JUST, SAN, SEJ"""


class DecideOrientationDecideOrientationStructure(Model, frozen=True, kw_only=True):
    """Structure, décrite par le sous-graphe de l'offre."""
    id: str
    """Identifiant de la structure. — Catégorie : TECH"""


class DecideOrientation(Operation[DecideOrientationData], frozen=True, kw_only=True):
    """Décide une orientation, qui ouvre la personne à l'organisme dès son premier jour."""
    NAME = "DecideOrientation"
    DOCUMENT = """mutation DecideOrientation($input: DecideOrientationInput!) {
  decideOrientation(input: $input) {
    id
    pathway
    startsOn
    structure {
      id
    }
  }
}"""
    DOCUMENT_ID = "ecae534e5c498fa0a7d31958f5cb18a13193736aee4601fd8fb2371f06c4d286"
    DATA = DecideOrientationData
    input: DecideOrientationInput
