"""Records of the sources of the journey, of our own invention, in the formats of their systems."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from schema.nir import control_key

NIR = "2881399999001"
KEYED = f"{NIR}{control_key(NIR):02}"
EMPLOYER, HOST, RECEIVER = "99900050800015", "99900090800017", "99900010100001"
PRESCRIBER, AGENCY = "99900030800011", "99900070800011"
KEY = "5b2f7a52-6c8a-4d5e-9f0a-0d6f3a1c9e01"

APPLICATION: dict[str, Any] = {
    "identifiant_unique": KEY,
    "cree_le": "2026-10-05T14:48:06.595973+02:00",
    "mis_a_jour_le": "2026-11-02T09:30:00.100000+01:00",
    "dernier_changement_le": "2026-11-01T17:15:22.654892+01:00",
    "statut": "accepted",
    "candidat_nir": KEYED,
    "candidat_nom": "Vurnibal",
    "candidat_prenom": "Ondine",
    "candidat_date_naissance": "1988-02-03",
    "candidat_email": "ondine@exemple.invalid",
    "candidat_telephone": "0639980001",
    "candidat_pass_iae_statut": "VALID",
    "candidat_pass_iae_numero": "999990000001",
    "candidat_pass_iae_date_debut": "2026-01-05",
    "candidat_pass_iae_date_fin": "2028-01-04",
    "entreprise_type": "ACI",
    "entreprise_nom": "Les Ateliers de l'Ardoise",
    "entreprise_siret": EMPLOYER,
    "entreprise_adresse": "3 rue du Schiste, 08000 Charleville-Mézières",
    "entreprise_employeur_email": "",
    "orientation_emetteur_type": "prescriber",
    "orientation_emetteur_nom": "Personne",
    "orientation_postes_recherches": [],
    "orientation_candidat_message": "Message confidentiel",
    "contrat_date_debut": "2026-12-01",
    "contrat_date_fin": "2027-05-31",
    "contrat_poste_retenu": None,
}
CONVENTION: dict[str, Any] = {
    "id": KEY,
    "status": "ACCEPTED_BY_VALIDATOR",
    "agencyId": "5b2f7a52-6c8a-4d5e-9f0a-0d6f3a1c9e02",
    "dateSubmission": "2026-10-05T00:00:00.000Z",
    "dateStart": "2026-11-09T00:00:00.000Z",
    "dateEnd": "2026-11-20T00:00:00.000Z",
    "updatedAt": "2026-11-02T08:30:00.000Z",
    "businessName": "Le Fournil des Crêtes",
    "siret": HOST,
    "immersionObjective": "Découvrir un métier ou un secteur d'activité",
    "immersionAppellation": {
        "romeCode": "D1102",
        "romeLabel": "Boulangerie",
        "appellationCode": "11573",
        "appellationLabel": "Boulanger",
    },
    "internshipKind": "immersion",
    "signatories": {
        "beneficiary": {
            "role": "beneficiary",
            "email": "ondine@exemple.invalid",
            "phone": "0639980001",
            "firstName": "Ondine",
            "lastName": "VURNIBAL",
            "emergencyContact": "Contact confidentiel",
            "isRqth": True,
            "birthdate": "1988-02-03",
        }
    },
    "agencyName": "Mission locale",
    "agencyDepartment": "08",
    "agencyKind": "mission-locale",
    "agencySiret": AGENCY,
    "assessment": {"status": "COMPLETED", "endedWithAJob": True},
}
REFERRAL: dict[str, Any] = {
    "query_id": KEY,
    "updated_at": "2026-11-02T09:30:00+01:00",
    "status": "VALIDÉE",
    "creation_date": "2026-10-05T10:00:00+02:00",
    "processing_date": "2026-11-01T09:30:00+01:00",
    "beneficiary": {"first_name": "Ondine", "last_name": "Vurnibal", "birth_date": "1988-02-03", "nir": KEYED},
    "service_id": "dora--5b2f7a52-6c8a-4d5e-9f0a-0d6f3a1c9e03",
    "structure_siret": RECEIVER,
    "department": "08",
    "prescriber_structure": {"id": "dora--cd-08", "siret": PRESCRIBER},
    "situation": ["Situation confidentielle"],
}


@dataclass(frozen=True)
class Case:
    """A source, a record of it, and how its document holds records; `until` is the last day of the owner's link."""

    source: str
    table: str
    record: dict[str, Any]
    document: Callable[..., Any]
    created: str
    at: str
    state: str
    last: str
    owner: str
    until: date | None

    def later(self, **changes: Any) -> dict[str, Any]:
        return {**deepcopy(self.record), self.at: "2026-11-10T09:30:00.000+01:00", **changes}


CASES = (
    Case(
        "emplois", "job_application", APPLICATION, lambda *records: {"count": len(records), "results": list(records)},
        "cree_le", "mis_a_jour_le", "statut", "refused", EMPLOYER, date(2027, 5, 31),
    ),
    Case(
        "immersion-facile", "immersion_agreement", CONVENTION, lambda *records: list(records),
        "dateSubmission", "updatedAt", "status", "CANCELLED", HOST, date(2026, 11, 20),
    ),
    Case(
        "orientations", "referral", REFERRAL, lambda *records: {"results": list(records)},
        "creation_date", "updated_at", "status", "REFUSÉE", RECEIVER, None,
    ),
)  # fmt: skip
