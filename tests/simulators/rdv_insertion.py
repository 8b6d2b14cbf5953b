"""RDV-Insertion, API v1, with the log-in of RDV-Solidarités: three headers, départements, users 25 to a page."""

from __future__ import annotations

import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.simulators.simulator import Simulator, error

EMAIL, PASSWORD = "agent@ardennes.exemple.fr", "mot-de-passe-b81c44"
SIZE = 25


def user(number: int, **changes: Any) -> dict[str, Any]:
    """A user as the API gives it to a département."""
    return {
        "id": number,
        "uid": None,
        "affiliation_number": f"{1_000_000 + number}",
        "role": "demandeur",
        "created_at": "2026-01-05T10:00:00.000+01:00",
        "department_internal_id": f"interne-{number}",
        "first_name": f"Prénom{number}",
        "last_name": f"NOMUNIQUE{number}",
        "title": "madame",
        "address": "1 rue du Moulin 08300 Rethel",
        "phone_number": "+33639980012",
        "email": f"usager{number}@exemple.fr",
        "birth_date": "1987-12-20",
        "rights_opening_date": None,
        "birth_name": None,
        "rdv_solidarites_user_id": 80_000 + number,
        "nir": None,
        "france_travail_id": None,
        "referents": [],
        "tags": [],
        **changes,
    }


class RdvInsertionSimulator(Simulator):
    """The API over the users of each organisation; `tokens` are those that still open it."""

    def __init__(self) -> None:
        super().__init__()
        self.organisations: dict[int, list[dict[str, Any]]] = {}
        self.tokens: set[str] = set()

    async def answer(self, request: Request) -> Response:
        """A log-in, a département or a page of users."""
        parts = request.url.path.removeprefix("/api/v1/").split("/")
        if parts == ["auth", "sign_in"]:
            return await self._sign_in(request)
        proof = [request.headers.get(name) for name in ("access-token", "client", "uid")]
        if proof[0] not in self.tokens or proof[1:] != ["poste-1", EMAIL]:
            return error(401, errors=["Vous devez vous connecter ou vous inscrire pour continuer."])
        if parts[0] == "departments" and parts[1] == "08":
            keys = [{"id": key - 400_000, "rdv_solidarites_organisation_id": key} for key in self.organisations]
            return JSONResponse({"success": True, "department": {"number": "08", "organisations": keys}})
        if parts[0] == "organisations" and parts[2] == "users" and int(parts[1]) in self.organisations:
            return self._users(self.organisations[int(parts[1])], int(request.query_params.get("page", "1")))
        return error(404, not_found="introuvable")

    async def _sign_in(self, request: Request) -> Response:
        body = await request.json()
        if request.method != "POST" or (body.get("email"), body.get("password")) != (EMAIL, PASSWORD):
            return error(401, success=False, errors=["Mot de passe ou identifiant invalide."])
        token = secrets.token_urlsafe(16)
        self.tokens.add(token)
        proof = {"access-token": token, "token-type": "Bearer", "client": "poste-1", "uid": EMAIL}
        return JSONResponse({"data": {"email": EMAIL}}, headers=proof)

    def _users(self, users: list[dict[str, Any]], page: int) -> Response:
        pages = max(1, -(-len(users) // SIZE))
        pagination = {
            "current_page": page,
            "next_page": page + 1 if page < pages else None,
            "prev_page": page - 1 if page > 1 else None,
            "total_pages": pages,
            "total_count": len(users),
        }
        shown = users[(page - 1) * SIZE : page * SIZE]
        return JSONResponse({"success": True, "users": shown, "pagination": pagination})
