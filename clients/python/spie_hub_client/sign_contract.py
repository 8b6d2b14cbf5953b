"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .inputs import SignContractInput
from .runtime.models import Date, Model, Operation


class SignContractData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « SignContract »."""
    sign_contract: SignContractSignContract | None = field(name="signContract")
    """Signe un contrat pour l'organisme qui l'a préparé. — Catégorie : TECH"""


class SignContractSignContract(Model, frozen=True, kw_only=True):
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


class SignContract(Operation[SignContractData], frozen=True, kw_only=True):
    """Signe un contrat pour l'organisme qui l'a préparé ; il l'est quand la personne a signé aussi."""
    NAME = "SignContract"
    DOCUMENT = """mutation SignContract($input: SignContractInput!) {
  signContract(input: $input) {
    id
    version
    organisationSignedOn
    personSignedOn
    signedOn
  }
}"""
    DOCUMENT_ID = "8645839dcf9ec36fd1c12a41dd7b2552a23ef3d45e5062166ec3344c5cc49eae"
    DATA = SignContractData
    input: SignContractInput
