"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .enums import PlacementStatus
from .fragments import Sent
from .inputs import PlaceInTrainingInput
from .runtime.models import Model, Operation


class PlaceInTrainingData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « PlaceInTraining »."""
    place_in_training: PlaceInTrainingPlaceInTraining | None = field(name="placeInTraining")
    """Positionne la personne sur une session de formation : le positionnement est transmis au système qui les tient,
    et n'y existe qu'une fois accepté (« transmission »). — Catégorie : TECH"""


class PlaceInTrainingPlaceInTraining(Model, frozen=True, kw_only=True):
    """Positionnement d'une personne sur une session de formation (OuiForm)."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    status: PlacementStatus | None
    """État, nul tant que le système qui le tient ne l'a pas dit. — Catégorie : FORM"""
    transmission: Sent | None
    """Transmission au système qui tient l'élément, s'il a été écrit ici. — Catégorie : FORM"""


class PlaceInTraining(Operation[PlaceInTrainingData], frozen=True, kw_only=True):
    """Positionne la personne sur une session de formation."""
    NAME = "PlaceInTraining"
    DOCUMENT = """mutation PlaceInTraining($input: PlaceInTrainingInput!) {
  placeInTraining(input: $input) {
    id
    status
    transmission {
      ...Sent
    }
  }
}

fragment Sent on Transmission {
  state
  since
  reason
  systemCode
}"""
    DOCUMENT_ID = "4a94838db78432dc3a72d009cc85be75db989efbc944dfbed8f3a9321417f8df"
    DATA = PlaceInTrainingData
    input: PlaceInTrainingInput
