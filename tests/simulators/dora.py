"""DORA, the API that Les emplois reads: how all its services are referred to, by page, under a token."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.simulators.simulator import Simulator, error

TOKEN = "jeton-dora-8c41be"
LARGEST = 7
"""Services of a page: fewer than are asked for, so that few services make many pages."""


def terms(number: int, **changes: Any) -> dict[str, Any]:
    """How a service of its own is referred to, as the API gives it."""
    return {
        "id": str(uuid5(NAMESPACE_URL, f"service-{number}")),
        "short_desc": "Une aide pour se rendre à un entretien.",
        "recurrence": "",
        "funding_labels": [],
        "coach_orientation_modes": ["formulaire-dora"],
        "coach_orientation_modes_other": "",
        "coach_orientation_modes_external_form_link": "",
        "coach_orientation_modes_external_form_link_text": "",
        "beneficiaries_access_modes": ["telephoner"],
        "beneficiaries_access_modes_other": "",
        "beneficiaries_access_modes_external_form_link": "",
        "beneficiaries_access_modes_external_form_link_text": "",
        "forms": [],
        "online_form": "",
        "access_conditions": ["Résident QPV / ZRR"],
        "credentials": ["Carte d'identité", "Contrat d'apprentissage"],
        "is_orientable_with_form": True,
        "contact_name": "CANARI-CONTACT",
        "contact_phone": "0600000000",
        "contact_email": "canari-contact@example.org",
        "is_contact_info_public": False,
        "average_orientation_response_delay_days": 16,
        **changes,
    }


class DoraSimulator(Simulator):
    """The API over services that a test may change at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.services: list[dict[str, Any]] = []

    async def answer(self, request: Request) -> Response:
        """One page."""
        if request.headers.get("authorization") != f"Token {TOKEN}":
            return error(401, detail="Invalid token.")
        if request.url.path != "/api/emplois/services/":
            return error(404, detail="Not found.")
        page, size = int(request.query_params["page"]), min(int(request.query_params["page_size"]), LARGEST)
        shown = self.services[(page - 1) * size : page * size]
        if not shown and page > 1:
            return error(404, detail="Invalid page.")
        following = f"http://testserver{request.url.path}?page={page + 1}" if page * size < len(self.services) else None
        return JSONResponse({"count": len(self.services), "next": following, "previous": None, "results": shown})
