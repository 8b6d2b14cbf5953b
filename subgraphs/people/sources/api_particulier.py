"""Source `api-particulier`: whether a person is a beneficiary of the RSA on the day of the answer (JSON).

`api_particulier_api` asks by the identity that the hub holds, and the answer names nobody: the record is of the one
known person of the département with the names and the birth date asked about, and never creates a person. It opens no
row to a Conseil départemental, since it does not say which one pays. An answer without a file removes nothing. What the
API says elsewhere of the AAH and of the prime d'activité is not asked for, and not kept (decision 0094). Source
of the format: docs/domain.md#cnaf; les-emplois `itou/utils/mocks/api_particulier.py`.
"""

from __future__ import annotations

from datetime import date, datetime

from schema.confidential import Confidential
from subgraphs.kit.ingest.ingestion_report import Outcome
from subgraphs.kit.ingest.person_registry import PersonRecord
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.source_fields import Fields, Unkept, Used
from subgraphs.kit.ingest.text_forms import optional_day
from subgraphs.kit.ingest.unit_of_work import Options
from subgraphs.people import asking_turns, tables
from subgraphs.people.sources.answers import Answer, AnswerSource

NAME = "api-particulier"
INCOMPLETE, FAILED = "INCOMPLETE", "FAILED"
"""Codes of ours: the identity is not whole, so that nothing was asked; the API failed."""
OF_PARAMETERS = "00"
"""How the codes of errors about what was asked begin; others are of the provider, who has no file."""
ASIDES = {INCOMPLETE: "IDENTITY_INCOMPLETE", FAILED: "ANSWER_FAILED"}
FIELDS: Fields = {
    "results.": {
        ("nom_naissance", "nom_usage", "prenoms", "date_naissance", "lieu_naissance", "departement"): Used.MATCH,
        "lu_le": Used.AS_OF,
        ("personne", "erreur"): Used.CHECK,
        "rsa.est_beneficiaire": "Person.isRsaBeneficiary Person.isIaeEligible",
        "rsa.avec_majoration": "Rsa.increased",
        "rsa.date_debut_droit": "Rsa.entitledSince",
        "allocation_adulte_handicape*": Unkept.NO_GRANT,
        "prime_activite*": Unkept.SAID_BETTER,
    }
}


class Rsa(Confidential, frozen=True):
    """`data` of `/v3/dss/revenu_solidarite_active/identite`."""

    est_beneficiaire: bool
    avec_majoration: bool | None = None
    date_debut_droit: str | None = None


class RsaAnswer(Answer, frozen=True, omit_defaults=True, kw_only=True):
    """The answer about one person, by the identity asked about, with the INSEE code of the commune or country of birth;
    `erreur` is the code of an error instead."""

    prenoms: str
    date_naissance: date
    departement: str
    nom_naissance: str | None = None
    nom_usage: str | None = None
    lieu_naissance: str | None = None
    erreur: str | None = None
    rsa: Rsa | None = None


class ApiParticulier(AnswerSource):
    """Reads the answers about people into `people`."""

    name = NAME
    reads = "réponses d'API Particulier sur le RSA, réunies par personne, JSON"
    fields = FIELDS
    form = RsaAnswer

    async def write(self, store: Store, answer: RsaAnswer, as_of: datetime, options: Options) -> Outcome:
        """Write whether the person is a beneficiary."""
        if answer.rsa is None:
            refusal = "ANSWER_REFUSED" if (answer.erreur or "").startswith(OF_PARAMETERS) else "ANSWER_NONE"
            store.set_aside(ASIDES.get(answer.erreur or "", refusal), "erreur")
            return Outcome.UNCHANGED
        who = answer.nom_naissance or "", answer.nom_usage or "", answer.prenoms, str(answer.date_naissance)
        key = self.people.opaque_key(NAME, answer.departement, *who)
        if not await store.admit(tables.source_record, NAME, key, as_of):
            return Outcome.OLDER
        rsa = answer.rsa
        since = optional_day(rsa.date_debut_droit, "rsa.date_debut_droit", store.set_aside)
        record = PersonRecord(
            source=NAME,
            source_id=key,
            as_of=as_of,
            first_name=answer.prenoms,
            last_name=answer.nom_usage or answer.nom_naissance,
            birth_name=answer.nom_naissance,
            birth_date=answer.date_naissance,
            department=answer.departement,
            rsa_beneficiary=rsa.est_beneficiaire,
            rsa_entitled_since=since if rsa.est_beneficiaire else None,
            rsa_increased=rsa.avec_majoration if rsa.est_beneficiaire else None,
            by_identity=True,
            birth_place=answer.lieu_naissance,
            asked_about=answer.personne,
        )
        person_id = await self.people.put(store, record)
        await asking_turns.require_open(store, person_id, answer.personne)
        return store.outcome
