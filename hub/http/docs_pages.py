"""`GET /documentation` and `/documentation/NAME`: the documentation, to whoever asks, of this version of the hub."""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.errors import RequestRefused
from hub.http.page_form import page_response
from hub.pages import docs_page
from hub.pages.rendering import render


def docs_pages() -> list[Route]:
    """The routes."""

    async def index(request: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        return page_response(nonce, docs_page.index(nonce), 200)

    async def document(request: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        text = docs_page.page(nonce, request.path_params["name"])
        if text is None:
            unknown = RequestRefused(
                "PAGE_UNKNOWN", "Il n'y a pas de page à cette adresse : partez de l'accueil.", "no such document"
            )
            return page_response(nonce, render("refusal.html", nonce=nonce, problem=unknown), 404)
        return page_response(nonce, text, 200)

    return [Route(docs_page.ADDRESS, index), Route(f"{docs_page.ADDRESS}/{{name}}", document)]
