"""Immersion facilitée, API v2: agreements by their first day, at most 100, the newest first."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.simulators.simulator import Simulator, error

KEY = "cle-immersion-51d0e2"
MOST = 100


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
            }
        },
        "agencyKind": "mission-locale",
        "agencyDepartment": "08",
    }


class ImmersionSimulator(Simulator):
    """The API over agreements that a test may change."""

    def __init__(self) -> None:
        super().__init__()
        self.conventions: list[dict[str, Any]] = []

    async def answer(self, request: Request) -> Response:
        """The agreements of a span of days."""
        if request.headers.get("authorization") != KEY:
            return error(401, status=401, message="unauthenticated")
        if request.url.path != "/api/v2/conventions":
            return error(404, status=404, message="not found")
        after, until = request.query_params["startDateGreater"], request.query_params["startDateLessOrEqual"]
        within = [entry for entry in self.conventions if after < entry["dateStart"][:10] <= until]
        newest = sorted(within, key=lambda entry: entry["dateStart"], reverse=True)
        return JSONResponse(newest[:MOST])
