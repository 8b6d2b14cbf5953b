"""The demo's identity provider for pages: authorization code with PKCE (RFC 6749, 7636, 9207), for one application.

Whoever signs in picks one of the demo's professionals: nobody has a password. `hub serve` has no such thing.
"""

from __future__ import annotations

import re
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from demo.page_rendering import render
from demo.token_issuer import LIFETIME, PAGE_CLIENT, DemoActor, Issuer
from hub.errors import RequestRefused
from hub.http.page_form import page_response, read_form

CODE_SECONDS = 60
MOST_CODES = 1000
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
SIGN_IN_PARAMETERS = ("response_type", "client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method")
EXCHANGED = ("grant_type", "code", "redirect_uri", "client_id", "code_verifier")


@dataclass(frozen=True)
class Code:
    """Who signed in, for the page that holds the verifier of this challenge, until this second of the clock."""

    actor: DemoActor
    challenge: str
    ends: float


class SignIn:
    """The provider of the page at `origin`, which alone receives codes; nobody does before it is known."""

    def __init__(self, issuer: Issuer, actors: Sequence[DemoActor]) -> None:
        self.origin, self._issuer = "", issuer
        self._actors = {actor.name: replace(actor, client=PAGE_CLIENT) for actor in actors}
        self._codes: dict[str, Code] = {}

    @property
    def url(self) -> str:
        """Its name as a provider."""
        return f"{self.origin}/identity"

    def routes(self) -> list[Route]:
        """The page on which one picks, and the exchange of its code for a token."""
        return [
            Route("/identity/authorize", self._authorize, methods=["GET", "POST"]),
            Route("/identity/token", self._token, methods=["POST"]),
        ]

    async def _authorize(self, request: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        parameters, actor = dict(request.query_params), None
        if request.method == "POST":
            try:
                parameters = await read_form(request, (*SIGN_IN_PARAMETERS, "actor"))
            except RequestRefused:
                parameters = {}
            actor = self._actors.get(parameters.pop("actor", ""))
        if not self._is_sound(parameters):
            return page_response(nonce, render("sign_in.html", nonce=nonce, parameters=None, actors={}), 400)
        if actor is None:
            return page_response(
                nonce, render("sign_in.html", nonce=nonce, parameters=parameters, actors=self._actors), 200
            )
        code = secrets.token_urlsafe(32)
        if len(self._codes) >= MOST_CODES:
            self._codes.clear()
        self._codes[code] = Code(actor, parameters["code_challenge"], time.monotonic() + CODE_SECONDS)
        answer = urlencode({"code": code, "state": parameters["state"], "iss": self.url})
        return RedirectResponse(f"{parameters['redirect_uri']}?{answer}", 303, {"cache-control": "no-store"})

    def _is_sound(self, parameters: Mapping[str, str]) -> bool:
        """Whether this is a request of the page: nothing else is sent anywhere."""
        return (
            self.origin != ""
            and parameters.keys() == set(SIGN_IN_PARAMETERS)
            and parameters["response_type"] == "code"
            and parameters["client_id"] == PAGE_CLIENT
            and parameters["redirect_uri"] == f"{self.origin}/"
            and 0 < len(parameters["state"]) <= 512
            and parameters["code_challenge_method"] == "S256"
            and CHALLENGE.fullmatch(parameters["code_challenge"]) is not None
        )

    async def _token(self, request: Request) -> JSONResponse:
        try:
            sent = await read_form(request, EXCHANGED)
        except RequestRefused:
            return _refused("invalid_request")
        code = self._codes.pop(sent.get("code", ""), None)
        if sent.get("grant_type") != "authorization_code":
            return _refused("unsupported_grant_type")
        digest = sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(digest).decode().rstrip("=")
        client = sent.get("client_id"), sent.get("redirect_uri")
        if code is None or code.ends < time.monotonic() or challenge != code.challenge:
            return _refused("invalid_grant")
        if client != (PAGE_CLIENT, f"{self.origin}/"):
            return _refused("invalid_grant")
        token = {"access_token": self._issuer.token(code.actor), "token_type": "Bearer", "expires_in": LIFETIME}
        return JSONResponse(token, headers={"cache-control": "no-store"})


def _refused(code: str) -> JSONResponse:
    return JSONResponse({"error": code}, 400, {"cache-control": "no-store"})
