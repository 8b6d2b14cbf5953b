"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .enums import ContractKind
from .inputs import RenewContractInput
from .runtime.models import Date, Model, Operation


class RenewContractData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « RenewContract »."""
    renew_contract: RenewContractRenewContract | None = field(name="renewContract")
    """Prépare le contrat qui en suit un autre, que les deux parties signeront à son tour. — Catégorie : TECH"""


class RenewContractRenewContract(Model, frozen=True, kw_only=True):
    """Contrat entre la personne et l'organisme qui l'accompagne."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    version: int | None
    """Version, à donner pour signer ou renouveler le contrat. — Catégorie : SUIVI"""
    kind: ContractKind | None
    """Nature du contrat. — Catégorie : SUIVI"""
    starts_on: Date | None = field(name="startsOn")
    """Date de début. — Catégorie : SUIVI"""
    ends_on: Date | None = field(name="endsOn")
    """Date de fin. — Catégorie : SUIVI"""
    renews: str | None
    """Contrat que celui-ci renouvelle. — Catégorie : SUIVI"""


class RenewContract(Operation[RenewContractData], frozen=True, kw_only=True):
    """Prépare le contrat qui en suit un autre, signé des deux parties."""
    NAME = "RenewContract"
    DOCUMENT = """mutation RenewContract($input: RenewContractInput!) {
  renewContract(input: $input) {
    id
    version
    kind
    startsOn
    endsOn
    renews
  }
}"""
    DOCUMENT_ID = "e23cb019924c9009024e95a2e1218c7e1a77f783362c63885b2a3f55dd58299a"
    DATA = RenewContractData
    input: RenewContractInput
