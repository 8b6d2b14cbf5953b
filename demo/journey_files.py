"""Applications, immersions and referrals of the demo, as Les emplois, Immersion facilitée and events tell of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import orjson

from demo.cast import CD_08, CD_2A, EMPLOYER, EMPLOYER_2A, Organisation, Person
from demo.crowd import EVERYONE_BY_SLUG
from demo.employer_files import employers, offers
from demo.offers_catalogue import LIAISON, SERVICES

NAMESPACE = UUID("c2a5a4c8-3a8e-5f59-9d27-6f0d5f3c7b18")


@dataclass(frozen=True, slots=True)
class Application:
    """A job application, made `days` ago; an accepted one has a contract and a PASS IAE."""

    number: int
    slug: str
    employer: Organisation
    days: int
    state: str
    sender: str = "prescriber"


@dataclass(frozen=True, slots=True)
class Immersion:
    """A convention of immersion that begins `days` from today; `worker` says that the person has an RQTH."""

    number: int
    slug: str
    employer: Organisation
    days: int
    status: str
    objective: str
    worker: bool = False
    assessment: str | None = None


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral to a service of the catalogue, made `days` ago and answered after five days."""

    number: int
    slug: str
    service: int
    days: int
    status: str


APPLICATIONS = (
    Application(1, "maelle", EMPLOYER, 20, "processing"),
    Application(2, "maelle", EMPLOYER_2A, 75, "refused", "job_seeker"),
    Application(3, "firmin", EMPLOYER, 12, "new", "job_seeker"),
    Application(4, "sidonie", EMPLOYER, 60, "accepted"),
    Application(5, "ondine", EMPLOYER, 50, "refused"),
    Application(6, "lisandru", EMPLOYER_2A, 33, "accepted"),
    Application(7, "ghjulia", EMPLOYER_2A, 9, "prior_to_hire"),
    Application(8, "saveria", EMPLOYER_2A, 28, "postponed", "employer"),
    *(
        Application(number, f"personne-{number}", employer, number % 40, ("new", "processing", "accepted")[number % 3])
        for first, employer in ((104, EMPLOYER), (204, EMPLOYER_2A))
        for number in range(first, first + 56, 7)
    ),
)
IMMERSIONS = (
    Immersion(1, "maelle", EMPLOYER, -48, "ACCEPTED_BY_VALIDATOR", "Découvrir un métier ou un secteur d'activité",
              assessment="COMPLETED"),
    Immersion(2, "gaspard", EMPLOYER, 12, "READY_TO_SIGN", "Confirmer un projet professionnel", worker=True),
    Immersion(3, "titouan", EMPLOYER_2A, -30, "CANCELLED", "Initier une démarche de recrutement"),
    Immersion(4, "lisandru", EMPLOYER_2A, 3, "IN_REVIEW", "Confirmer un projet professionnel"),
    Immersion(5, "petru", EMPLOYER_2A, -20, "ACCEPTED_BY_VALIDATOR", "Découvrir un métier ou un secteur d'activité",
              worker=True, assessment="DID_NOT_SHOW"),
)  # fmt: skip
REFERRALS = (
    Referral(1, "maelle", 4, 18, "VALIDÉE"),
    Referral(2, "maelle", 2, 11, "OUVERTE"),
    Referral(3, "titouan", 11, 25, "VALIDÉE"),
    Referral(4, "gaspard", 3, 6, "MODÉRATION_EN_COURS"),
    Referral(5, "sidonie", 12, 80, "REFUSÉE"),
    Referral(6, "ghjulia", 18, 14, "VALIDÉE"),
    Referral(7, "petru", 14, 9, "OUVERTE"),
    Referral(8, "saveria", 16, 120, "EXPIRÉE"),
    Referral(9, "maelle", 21, 30, "OUVERTE"),
    Referral(10, "gaspard", 21, 13, "VALIDÉE"),
)


def write(folder: Path, today: date) -> dict[str, tuple[Path, ...]]:
    """Write the files under `folder`; return them by the name of their source."""
    return {
        "emplois": (
            _written(folder / "emplois" / "employeurs.json", employers(today)),
            _written(folder / "emplois" / "candidatures.json", applications(today)),
        ),
        "immersion-facile": (
            _written(folder / "immersion-facile" / "conventions.json", conventions(today)),
            _written(folder / "immersion-facile" / "offres.json", offers()),
        ),
        "orientations": (_written(folder / "orientations" / "orientations.json", referrals(today)),),
    }


def applications(today: date) -> dict[str, Any]:
    """Return an answer of the search for applications."""
    results = [_application(item, today) for item in APPLICATIONS]
    return {"count": len(results), "next": None, "previous": None, "results": results}


def conventions(today: date) -> list[dict[str, Any]]:
    """Return a list of conventions."""
    return [_convention(item, today) for item in IMMERSIONS]


def referrals(today: date) -> dict[str, Any]:
    """Return a document of referrals."""
    return {"results": [_referral(item, today) for item in REFERRALS]}


def _application(item: Application, today: date) -> dict[str, Any]:
    person, applied_on = EVERYONE_BY_SLUG[item.slug], today - timedelta(item.days)
    hired = item.state == "accepted"
    start, end = (str(applied_on + timedelta(days)) if hired else None for days in (7, 187))
    return {
        "identifiant_unique": str(uuid5(NAMESPACE, f"application {item.number}")),
        "cree_le": _at(applied_on),
        "mis_a_jour_le": _at(today - timedelta(1)),
        "dernier_changement_le": _at(applied_on + timedelta(min(item.days, 4))),
        "statut": item.state,
        "candidat_nir": person.nir,
        "candidat_nom": person.last_name,
        "candidat_prenom": person.first_name,
        "candidat_date_naissance": str(person.birth_date),
        "candidat_email": person.email,
        "candidat_telephone": person.phone,
        "candidat_pass_iae_numero": f"9990000{item.number:05}" if hired else None,
        "candidat_pass_iae_statut": "VALID" if hired else None,
        "candidat_pass_iae_date_debut": start,
        "candidat_pass_iae_date_fin": str(applied_on + timedelta(737)) if hired else None,
        "entreprise_type": "ACI",
        "entreprise_nom": item.employer.name,
        "entreprise_siret": item.employer.siret,
        "entreprise_adresse": "1 rue de l'Exemple",
        "orientation_emetteur_type": item.sender,
        "contrat_date_debut": start,
        "contrat_date_fin": end,
    }


def _convention(item: Immersion, today: date) -> dict[str, Any]:
    person, start = EVERYONE_BY_SLUG[item.slug], today + timedelta(item.days)
    assessed = item.assessment is not None
    return {
        "id": str(uuid5(NAMESPACE, f"immersion {item.number}")),
        "status": item.status,
        "dateSubmission": _at(start - timedelta(30)),
        "dateStart": str(start),
        "dateEnd": str(start + timedelta(11)),
        "updatedAt": _at(today - timedelta(1)),
        "businessName": item.employer.name,
        "siret": item.employer.siret,
        "immersionObjective": item.objective,
        "immersionAppellation": {
            "romeCode": "G1602",
            "romeLabel": "Personnel de cuisine",
            "appellationCode": "11573",
            "appellationLabel": "Commis de cuisine",
        },
        "internshipKind": "immersion",
        "agencyKind": "conseil-departemental",
        "agencyDepartment": person.department,
        "agencySiret": _council(person).siret,
        "signatories": {
            "beneficiary": {
                "role": "beneficiary",
                "firstName": person.first_name,
                "lastName": person.last_name,
                "birthdate": str(person.birth_date),
                "email": person.email,
                "phone": f"+33{person.phone[1:]}",
                "isRqth": item.worker,
            }
        },
        "assessment": {"status": item.assessment, "endedWithAJob": False} if assessed else None,
    }


def _referral(item: Referral, today: date) -> dict[str, Any]:
    person, sent_on = EVERYONE_BY_SLUG[item.slug], today - timedelta(item.days)
    answered = sent_on + timedelta(5) if item.status in ("VALIDÉE", "REFUSÉE") else None
    structure = next(service.structure for service in SERVICES if service.number == item.service)
    return {
        "query_id": str(uuid5(NAMESPACE, f"referral {item.number}")),
        "updated_at": _at(answered or sent_on),
        "status": item.status,
        "creation_date": _at(sent_on),
        "processing_date": None if answered is None else _at(answered),
        "beneficiary": {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "birth_date": str(person.birth_date),
            "france_travail_number": None,
            "nir": person.nir,
        },
        "service_id": f"demonstration--service-{item.service:02}",
        "structure_siret": f"{LIAISON}{structure:05}",
        "department": person.department,
        "prescriber_structure": {
            "id": "demonstration--structure-07" if person.department == "2A" else "demonstration--structure-01",
            "siret": _council(person).siret,
        },
    }


def _council(person: Person) -> Organisation:
    return CD_2A if person.department == "2A" else CD_08


def _at(day: date) -> str:
    return datetime.combine(day, time(8), UTC).isoformat()


def _written(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))
    return path
