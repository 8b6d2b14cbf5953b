"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .enums import ConstraintImpact, ConstraintState, ConstraintTheme
from .inputs import CollectSocialSituationInput
from .runtime.models import Date, Model, Operation


class CollectSocialSituationData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « CollectSocialSituation »."""
    collect_social_situation: CollectSocialSituationCollectSocialSituation | None = field(name="collectSocialSituation")
    """Note une difficulté relevée avec la personne ; une difficulté par écriture, d'un thème que l'acteur lit. —
    Catégorie : TECH"""


class CollectSocialSituationCollectSocialSituation(Model, frozen=True, kw_only=True):
    """Difficulté à prendre en compte dans le parcours."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    version: int | None
    """Version, à donner pour dire ce que devient la difficulté. — Catégorie : FREIN"""
    theme: ConstraintTheme | None
    """Thème ; une difficulté dont le thème n'est pas ouvert à l'acteur est absente de sa liste. — Catégorie : FREIN
    ; certaines valeurs : JUST, SAN, SEJ"""
    state: ConstraintState | None
    """État de la difficulté. — Catégorie : FREIN"""
    impact: ConstraintImpact | None
    """Effet sur la recherche d'emploi. — Catégorie : FREIN"""
    recorded_on: Date | None = field(name="recordedOn")
    """Date du constat. — Catégorie : FREIN"""


class CollectSocialSituation(Operation[CollectSocialSituationData], frozen=True, kw_only=True):
    """Note une difficulté relevée avec la personne."""
    NAME = "CollectSocialSituation"
    DOCUMENT = """mutation CollectSocialSituation($input: CollectSocialSituationInput!) {
  collectSocialSituation(input: $input) {
    id
    version
    theme
    state
    impact
    recordedOn
  }
}"""
    DOCUMENT_ID = "a0133d23d9594094d17b82ca72eeb3283a0328ab189543cdd21fd0ed155827dd"
    DATA = CollectSocialSituationData
    input: CollectSocialSituationInput
