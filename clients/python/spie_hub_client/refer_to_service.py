"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .enums import ReferralStatus
from .fragments import Sent
from .inputs import ReferToServiceInput
from .runtime.models import Date, Model, Operation


class ReferToServiceData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « ReferToService »."""
    refer_to_service: ReferToServiceReferToService | None = field(name="referToService")
    """Oriente la personne vers un service : l'orientation est transmise au système qui les tient, et n'y existe
    qu'une fois acceptée (« transmission »). — Catégorie : TECH"""


class ReferToServiceReferToService(Model, frozen=True, kw_only=True):
    """Orientation d'une personne vers un service."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    status: ReferralStatus | None
    """État de l'orientation, nul tant que le système qui la tient ne l'a pas dit. — Catégorie : SUIVI"""
    sent_on: Date | None = field(name="sentOn")
    """Date d'envoi. — Catégorie : SUIVI"""
    transmission: Sent | None
    """Transmission au système qui tient l'élément, s'il a été écrit ici. — Catégorie : SUIVI"""


class ReferToService(Operation[ReferToServiceData], frozen=True, kw_only=True):
    """Oriente la personne vers un service ; le système qui le tient l'accepte ou le refuse ensuite."""
    NAME = "ReferToService"
    DOCUMENT = """mutation ReferToService($input: ReferToServiceInput!) {
  referToService(input: $input) {
    id
    status
    sentOn
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
    DOCUMENT_ID = "caf27d66088a09dcc2d57cb3729c4388e8e87d3264cc82a8eb0e5df220472d4c"
    DATA = ReferToServiceData
    input: ReferToServiceInput
