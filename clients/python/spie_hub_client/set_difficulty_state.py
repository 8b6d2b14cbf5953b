"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .enums import ConstraintState
from .inputs import SetDifficultyStateInput
from .runtime.models import Date, Model, Operation


class SetDifficultyStateData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « SetDifficultyState »."""
    set_difficulty_state: SetDifficultyStateSetDifficultyState | None = field(name="setDifficultyState")
    """Dit ce que devient une difficulté relevée ici. — Catégorie : TECH"""


class SetDifficultyStateSetDifficultyState(Model, frozen=True, kw_only=True):
    """Difficulté à prendre en compte dans le parcours."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    version: int | None
    """Version, à donner pour dire ce que devient la difficulté. — Catégorie : FREIN"""
    state: ConstraintState | None
    """État de la difficulté. — Catégorie : FREIN"""
    recorded_on: Date | None = field(name="recordedOn")
    """Date du constat. — Catégorie : FREIN"""


class SetDifficultyState(Operation[SetDifficultyStateData], frozen=True, kw_only=True):
    """Dit ce que devient une difficulté relevée par le hub."""
    NAME = "SetDifficultyState"
    DOCUMENT = """mutation SetDifficultyState($input: SetDifficultyStateInput!) {
  setDifficultyState(input: $input) {
    id
    version
    state
    recordedOn
  }
}"""
    DOCUMENT_ID = "9a8486c5cf014a29bc8b854758821e534873026a06efaf9d9bff05782c20172c"
    DATA = SetDifficultyStateData
    input: SetDifficultyStateInput
