"""data.inclusion, API v1: `/structures` and `/services`, offset pages over a list that may change meanwhile."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.simulators.simulator import Simulator, error

TOKEN = "jeton-data-inclusion-7f3a9c"
LARGEST = 7
"""Items of a page: fewer than are asked for, so that few items make many pages."""


def structure(number: int, **changes: Any) -> dict[str, Any]:
    """A structure in the producers' schema."""
    return {
        "source": "dora",
        "id": f"dora--s{number}",
        "nom": f"Maison des solidarités n° {number}",
        "date_maj": "2026-11-02",
        "code_insee": "08362",
        "code_postal": "08300",
        "commune": "Rethel",
        "adresse": "1 place de l'Hôtel de ville",
        "latitude": 49.51,
        "longitude": 4.37,
        **changes,
    }


def service(number: int, of: int, **changes: Any) -> dict[str, Any]:
    """A service of a structure in the producers' schema."""
    return {
        "source": "dora",
        "id": f"dora--v{number}",
        "structure_id": f"dora--s{of}",
        "nom": f"Aide à la mobilité n° {number}",
        "description": "Une aide pour se rendre à un entretien d'embauche ou à une formation, sur rendez-vous.",
        "date_maj": "2026-11-02",
        "type": "accompagnement",
        "thematiques": ["mobilite--acceder-a-un-vehicule"],
        "modes_accueil": ["en-presentiel"],
        "code_insee": "08362",
        "latitude": 49.51,
        "longitude": 4.37,
        **changes,
    }


class DataInclusionSimulator(Simulator):
    """The API over two lists that a test may change at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.structures: list[dict[str, Any]] = []
        self.services: list[dict[str, Any]] = []

    async def answer(self, request: Request) -> Response:
        """One page."""
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return error(403, detail="Not authenticated")
        lists = {"/api/v1/structures": self.structures, "/api/v1/services": self.services}
        if request.url.path not in lists:
            return error(404, detail="Not Found")
        items = lists[request.url.path]
        page, size = int(request.query_params["page"]), min(int(request.query_params["size"]), LARGEST)
        shown = items[(page - 1) * size : page * size]
        pages = -(-len(items) // size)
        return JSONResponse({"items": shown, "total": len(items), "page": page, "size": size, "pages": pages})
