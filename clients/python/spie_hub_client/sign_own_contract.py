"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .inputs import SignOwnContractInput
from .runtime.models import Date, Model, Operation


class SignOwnContractData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « SignOwnContract »."""
    sign_own_contract: SignOwnContractSignOwnContract | None = field(name="signOwnContract")
    """Signe, pour soi-même, un contrat que l'organisme a préparé. — Catégorie : TECH"""


class SignOwnContractSignOwnContract(Model, frozen=True, kw_only=True):
    """Contrat entre la personne et l'organisme qui l'accompagne."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    version: int | None
    """Version, à donner pour signer ou renouveler le contrat. — Catégorie : SUIVI"""
    organisation_signed_on: Date | None = field(name="organisationSignedOn")
    """Date de signature par l'organisme, d'un contrat tenu par le hub. — Catégorie : SUIVI"""
    person_signed_on: Date | None = field(name="personSignedOn")
    """Date de signature par la personne, d'un contrat tenu par le hub. — Catégorie : SUIVI"""
    signed_on: Date | None = field(name="signedOn")
    """Date de signature ; d'un contrat tenu par le hub, celle de la dernière des deux parties. — Catégorie : SUIVI"""


class SignOwnContract(Operation[SignOwnContractData], frozen=True, kw_only=True):
    """Signe son propre contrat, comme personne accompagnée."""
    NAME = "SignOwnContract"
    DOCUMENT = """mutation SignOwnContract($input: SignOwnContractInput!) {
  signOwnContract(input: $input) {
    id
    version
    organisationSignedOn
    personSignedOn
    signedOn
  }
}"""
    DOCUMENT_ID = "7dc3ea5f21d6d65dfe07e478f6ff7f42651fd5356fdc828bc6926b5ea93c38b7"
    DATA = SignOwnContractData
    input: SignOwnContractInput
