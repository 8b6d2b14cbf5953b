"""Immersion facilitée: agreements by their first day, at most 100, the newest first (v2); pages of offers (v3)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.simulators.simulator import Simulator, error

KEY = "cle-immersion-51d0e2"
MOST = 100
LARGEST = 7
"""Offers of a page: fewer than are asked for, so that few offers make many pages."""


def convention(number: int, starts_on: date) -> dict[str, Any]:
    """An agreement as the API gives it, of a person of its own."""
    day = f"{starts_on}T00:00:00.000Z"
    return {
        "id": str(uuid5(NAMESPACE_URL, f"convention-{number}")),
        "status": "ACCEPTED_BY_VALIDATOR",
        "dateSubmission": day,
        "dateStart": day,
        "dateEnd": day,
        "updatedAt": day,
        "businessName": "Atelier du Moulin",
        "siret": "99900030500011",
        "immersionObjective": "Confirmer un projet professionnel",
        "immersionAppellation": {"romeCode": "A1101", "appellationLabel": "Pilote de machines d'abattage"},
        "internshipKind": "immersion",
        "signatories": {
            "beneficiary": {
                "firstName": f"Prénom{number}",
                "lastName": f"NOMUNIQUE{number}",
                "birthdate": "1987-12-20",
                "email": f"personne{number}@example.org",
            }
        },
        "agencyKind": "mission-locale",
        "agencyDepartment": "08",
    }


def offer(number: int, **changes: Any) -> dict[str, Any]:
    """An offer as the API gives it, of a company of its own."""
    return {
        "siret": f"999000{number:08}",
        "locationId": str(uuid5(NAMESPACE_URL, f"lieu-{number}")),
        "rome": "G1602",
        "romeLabel": "Personnel de cuisine",
        "name": f"Auberge n° {number}",
        "appellations": [{"appellationCode": "11573", "appellationLabel": "Commis / Commise de cuisine"}],
        "address": {
            "streetNumberAndAddress": "1 rue de l'Exemple",
            "postcode": "08000",
            "city": "Charleville-Mézières",
            "departmentCode": "08",
        },
        "position": {"lat": 49.7736, "lon": 4.7206},
        "contactMode": "EMAIL",
        "voluntaryToImmersion": True,
        "isAvailable": True,
        **changes,
    }


class ImmersionSimulator(Simulator):
    """The API over agreements and offers that a test may change; `closed` are the paths that the key may not read."""

    def __init__(self) -> None:
        super().__init__()
        self.conventions: list[dict[str, Any]] = []
        self.offers: list[dict[str, Any]] = []
        self.closed: set[str] = set()

    async def answer(self, request: Request) -> Response:
        """The agreements of a span of days, or a page of the offers of some départements."""
        if request.headers.get("authorization") != KEY:
            return error(401, status=401, message="unauthenticated")
        if request.url.path in self.closed:
            return error(403, status=403, message="Accès refusé")
        if request.url.path == "/api/v3/offers":
            return self._page(request)
        if request.url.path != "/api/v2/conventions":
            return error(404, status=404, message="not found")
        after, until = request.query_params["startDateGreater"], request.query_params["startDateLessOrEqual"]
        within = [entry for entry in self.conventions if after < entry["dateStart"][:10] <= until]
        newest = sorted(within, key=lambda entry: entry["dateStart"], reverse=True)
        return JSONResponse(newest[:MOST])

    def _page(self, request: Request) -> Response:
        within = request.query_params.getlist("departmentCodes[]")
        page, size = int(request.query_params["page"]), min(int(request.query_params["perPage"]), LARGEST)
        if request.query_params["sortBy"] not in ("date", "score") or page < 1:
            return error(400, status=400, message="Schema validation failed", issues=["sortBy"])
        listed = [entry for entry in self.offers if not within or entry["address"]["departmentCode"] in within]
        pagination = {
            "totalRecords": len(listed),
            "currentPage": page,
            "totalPages": max(1, -(-len(listed) // size)),
            "numberPerPage": size,
        }
        return JSONResponse({"data": listed[(page - 1) * size : page * size], "pagination": pagination})
