"""API Particulier v3: the RSA of one person by its pivot identity, in the query of the address."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.simulators.simulator import Simulator, error

TOKEN, RECIPIENT = "jeton-particulier-5d20fa", "99900030300011"
PATH = "/v3/dss/revenu_solidarite_active/identite"
NEEDED = ("nomNaissance", "prenoms[]", "anneeDateNaissance", "moisDateNaissance", "jourDateNaissance",
          "sexeEtatCivil", "codeCogInseePaysNaissance")  # fmt: skip


def failure(status: int, code: str, **meta: Any) -> JSONResponse:
    """An error in the API's own form."""
    errors = [{"code": code, "title": "CANARI-TITRE", "detail": "CANARI-DETAIL", "source": None, "meta": meta}]
    return error(status, errors=errors)


class ApiParticulierSimulator(Simulator):
    """The API over people by birth name; one without answer has no file, `failures` are status and code by name."""

    def __init__(self) -> None:
        super().__init__()
        self.people: dict[str, dict[str, Any]] = {}
        self.failures: dict[str, tuple[int, str]] = {}
        self.asked: list[dict[str, str]] = []

    async def answer(self, request: Request) -> Response:
        """Whether the person is a beneficiary."""
        parameters = dict(request.query_params)
        if request.url.path != PATH:
            return error(404, errors=[])
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return failure(401, "00101")
        if parameters.get("recipient") != RECIPIENT or not all(parameters.get(name) for name in NEEDED):
            return failure(422, "00366")
        self.asked.append({**parameters, "prenoms[]": " ".join(request.query_params.getlist("prenoms[]"))})
        name = parameters["nomNaissance"]
        if name in self.failures:
            return failure(*self.failures[name], provider="CNAV")
        if name not in self.people:
            return failure(404, "10003", provider="MSA")
        return JSONResponse({"data": self.people[name], "links": {}, "meta": {}})
