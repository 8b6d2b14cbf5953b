"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .enums import ContractKind
from .inputs import DraftContractInput
from .runtime.models import Date, Model, Operation


class DraftContractData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « DraftContract »."""
    draft_contract: DraftContractDraftContract | None = field(name="draftContract")
    """Prépare un contrat, que personne n'a encore signé. — Catégorie : TECH"""


class DraftContractDraftContract(Model, frozen=True, kw_only=True):
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
    signed_on: Date | None = field(name="signedOn")
    """Date de signature ; d'un contrat tenu par le hub, celle de la dernière des deux parties. — Catégorie : SUIVI"""


class DraftContract(Operation[DraftContractData], frozen=True, kw_only=True):
    """Prépare un contrat d'engagements entre la personne et l'organisme de l'agent."""
    NAME = "DraftContract"
    DOCUMENT = """mutation DraftContract($input: DraftContractInput!) {
  draftContract(input: $input) {
    id
    version
    kind
    startsOn
    endsOn
    signedOn
  }
}"""
    DOCUMENT_ID = "9a0e2f4d5da347b24e3f4ab08cb5fa3e9c171db26a5eeba6872d208f3dd0ecd4"
    DATA = DraftContractData
    input: DraftContractInput
