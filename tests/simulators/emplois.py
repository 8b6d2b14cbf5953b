"""Les emplois de l'inclusion, API v1: the employers of a département with their postings, public, by page."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.simulators.simulator import Simulator, error

LARGEST = 7
"""Employers of a page: fewer than are asked for, so that few employers make many pages."""
DAY = "2026-11-02T09:30:00+01:00"


def posting(number: int, **changes: Any) -> dict[str, Any]:
    """A posting that recruits, as the API gives it."""
    return {
        "id": number,
        "rome": "Personnel de cuisine (G1602)",
        "cree_le": DAY,
        "mis_a_jour_le": DAY,
        "recrutement_ouvert": "True",
        "description": "",
        "appellation_modifiee": "",
        "type_contrat": "CDD insertion",
        "nombre_postes_ouverts": 2,
        "lieu": None,
        "profil_recherche": "",
        **changes,
    }


def employer(number: int, **changes: Any) -> dict[str, Any]:
    """An employer of the Ardennes with one posting, as the API gives it."""
    return {
        "cree_le": DAY,
        "mis_a_jour_le": DAY,
        "siret": f"999000{number:08}",
        "type": "ACI",
        "raison_sociale": f"Chantier n° {number}",
        "enseigne": f"Chantier n° {number}",
        "site_web": "",
        "description": "",
        "bloque_candidatures": False,
        "addresse_ligne_1": "1 rue de l'Exemple",
        "addresse_ligne_2": "",
        "code_postal": "08000",
        "ville": "Charleville-Mézières",
        "departement": "08",
        "postes": [posting(number + 1)],
        **changes,
    }


class EmploisSimulator(Simulator):
    """The API over employers that a test may change at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.employers: list[dict[str, Any]] = []

    async def answer(self, request: Request) -> Response:
        """One page of a département."""
        if request.url.path != "/api/v1/siaes/":
            return error(404, detail="Pas trouvé.")
        department = request.query_params.get("departement")
        if department is None:
            return error(400, detail="Les paramètres `code_insee` et `distance_max_km` sont obligatoires.")
        listed = [entry for entry in self.employers if entry["departement"] == department]
        page, size = int(request.query_params["page"]), min(int(request.query_params["page_size"]), LARGEST)
        shown = listed[(page - 1) * size : page * size]
        if not shown and page > 1:
            return error(404, detail="Page non valide.")
        following = f"http://testserver{request.url.path}?page={page + 1}" if page * size < len(listed) else None
        return JSONResponse({"count": len(listed), "next": following, "previous": None, "results": shown})
