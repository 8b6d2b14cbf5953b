"""Employers with their postings, and immersion offers, in the formats of Les emplois and Immersion facilitée."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from demo.cast import EMPLOYER, EMPLOYER_2A, Organisation

POSTINGS = (
    (1, EMPLOYER, "Entretien des espaces verts", "A1203", "CDD-I", 3, None),
    (2, EMPLOYER, "Réalisation de maçonnerie paysagère", "F1703", "CDD-I PHC", 1, ("Sedan", "08409")),
    (3, EMPLOYER_2A, "Personnel de cuisine", "G1602", "CDD-I", 2, None),
)
"""Number, employer, occupation, its code, contract, positions, and the commune where it isn't the employer's."""
OFFERS = (
    (EMPLOYER, "G1602", "Personnel de cuisine", "Commis / Commise de cuisine", "EMAIL"),
    (EMPLOYER_2A, "A1414", "Horticulture et maraîchage", "Maraîcher / Maraîchère", "PHONE"),
)
CITIES = {"08": ("Charleville-Mézières", "08000", 49.7736, 4.7206), "2A": ("Ajaccio", "20000", 41.9192, 8.7386)}
"""Commune, postal code and position of the employers by département."""


def employers(today: date) -> dict[str, Any]:
    """Return an answer of the list of employers."""
    results = [_employer(employer, today) for employer in (EMPLOYER, EMPLOYER_2A)]
    return {"count": len(results), "next": None, "previous": None, "results": results}


def offers() -> dict[str, Any]:
    """Return a page of the search for immersions."""
    page = {"totalRecords": len(OFFERS), "currentPage": 1, "totalPages": 1, "numberPerPage": 100}
    return {"data": [_offer(number, *offer) for number, offer in enumerate(OFFERS, 1)], "pagination": page}


def _employer(employer: Organisation, today: date) -> dict[str, Any]:
    city, postal_code, _, _ = CITIES[employer.department]
    return {
        "cree_le": _at(today - timedelta(400)),
        "mis_a_jour_le": _at(today - timedelta(9)),
        "siret": employer.siret,
        "type": "ACI",
        "raison_sociale": employer.name,
        "enseigne": employer.name,
        "site_web": "https://employeur.example.org",
        "description": "",
        "bloque_candidatures": False,
        "addresse_ligne_1": "1 rue de l'Exemple",
        "addresse_ligne_2": "",
        "code_postal": postal_code,
        "ville": city,
        "departement": employer.department,
        "postes": [
            _posting(number, title, code, contract, positions, place, today)
            for number, owner, title, code, contract, positions, place in POSTINGS
            if owner is employer
        ],
    }


def _posting(
    number: int, title: str, code: str, contract: str, positions: int, place: tuple[str, str] | None, today: date
) -> dict[str, Any]:
    city = None
    if place is not None:
        city = {"nom": place[0], "departement": place[1][:2], "code_postaux": [], "code_insee": place[1]}
    return {
        "id": 990000 + number,
        "rome": f"{title} ({code})",
        "cree_le": _at(today - timedelta(30)),
        "mis_a_jour_le": _at(today - timedelta(9)),
        "recrutement_ouvert": "True",
        "description": "Poste de la démonstration.",
        "appellation_modifiee": "",
        "type_contrat": contract,
        "nombre_postes_ouverts": positions,
        "lieu": city,
        "profil_recherche": "",
    }


def _offer(number: int, employer: Organisation, code: str, title: str, occupation: str, mode: str) -> dict[str, Any]:
    city, postal_code, latitude, longitude = CITIES[employer.department]
    return {
        "siret": employer.siret,
        "name": employer.name,
        "rome": code,
        "romeLabel": title,
        "appellations": [{"appellationCode": f"{10000 + number}", "appellationLabel": occupation}],
        "contactMode": mode,
        "voluntaryToImmersion": True,
        "isAvailable": True,
        "website": "",
        "locationId": f"99000000-0000-4000-8000-{number:012}",
        "address": {
            "streetNumberAndAddress": "1 rue de l'Exemple",
            "postcode": postal_code,
            "city": city,
            "departmentCode": employer.department,
        },
        "position": {"lat": latitude, "lon": longitude},
    }


def _at(day: date) -> str:
    return datetime.combine(day, time(8), UTC).isoformat()
