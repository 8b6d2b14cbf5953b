"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .enums import ImmersionStatus
from .fragments import Sent
from .inputs import ProposeImmersionInput
from .runtime.models import Date, Model, Operation


class ProposeImmersionData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « ProposeImmersion »."""
    propose_immersion: ProposeImmersionProposeImmersion | None = field(name="proposeImmersion")
    """Propose à la personne une immersion dans une entreprise : la proposition est transmise au système qui tient
    les conventions, et n'y existe qu'une fois acceptée (« transmission »). — Catégorie : TECH"""


class ProposeImmersionProposeImmersion(Model, frozen=True, kw_only=True):
    """Convention d'immersion professionnelle (Immersion facilitée)."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    status: ImmersionStatus | None
    """État, nul tant que le système qui tient la convention ne l'a pas dit. — Catégorie : PRO"""
    starts_on: Date | None = field(name="startsOn")
    """Début. — Catégorie : PRO"""
    ends_on: Date | None = field(name="endsOn")
    """Fin. — Catégorie : PRO"""
    transmission: Sent | None
    """Transmission au système qui tient l'élément, s'il a été écrit ici. — Catégorie : PRO"""


class ProposeImmersion(Operation[ProposeImmersionData], frozen=True, kw_only=True):
    """Propose une immersion à la personne, sur une offre."""
    NAME = "ProposeImmersion"
    DOCUMENT = """mutation ProposeImmersion($input: ProposeImmersionInput!) {
  proposeImmersion(input: $input) {
    id
    status
    startsOn
    endsOn
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
    DOCUMENT_ID = "199a2fd763791608ffcb544ab0bd04dd5e79024ffe3f7e4e7a4cf9f75b1cc514"
    DATA = ProposeImmersionData
    input: ProposeImmersionInput
