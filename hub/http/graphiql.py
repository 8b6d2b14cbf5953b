"""`GET /graphql`: GraphiQL from the package, under a content policy that admits no other origin."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from hub.http.safe_headers import SHARED
from hub.pages.build import BUILT, failure
from hub.pages.rendering import render

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'; font-src 'self' data:; "
    "img-src 'self' data:; style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Monaco places its lines by `style` attributes, which no nonce can name; its <style> elements take the nonce."""

WORKER_POLICY = "default-src 'none'; script-src 'self'"


def wants_page(scope: Mapping[str, Any]) -> bool:
    """Whether this request for `/graphql` is for the page: a GET that accepts HTML. A GET with parameters must accept
    HTML by name, so that a client that sends a document in the address gets a refusal and not a page."""
    if scope["method"] not in ("GET", "HEAD"):
        return False
    accepted = b",".join(value for name, value in scope["headers"] if name == b"accept")
    return b"text/html" in accepted or (not scope.get("query_string") and (not accepted or b"*/*" in accepted))


def graphiql(texts: Mapping[str, Any], built: Path = BUILT) -> list[BaseRoute]:
    """The routes of the page, of the texts that it loads first (`texts`), and of its files."""
    texts_json = orjson.dumps(dict(texts))

    async def page(request: Request) -> Response:
        return _page(built)

    async def page_texts(request: Request) -> Response:
        return Response(texts_json, media_type="application/json", headers={**SHARED, "cache-control": "no-cache"})

    return [
        Route("/graphql", page),
        Route("/graphql/page.json", page_texts),
        Mount("/graphql/assets", _Assets(directory=built / "assets", check_dir=False)),
    ]


def _page(built: Path) -> HTMLResponse:
    nonce = secrets.token_urlsafe(16)
    headers = {
        **SHARED,
        "content-security-policy": PAGE_POLICY.format(nonce=nonce),
        "cross-origin-opener-policy": "same-origin",
        "cache-control": "no-store",
    }
    try:
        text = (built / "index.html").read_text(encoding="utf-8")
    except OSError:
        return HTMLResponse(
            render("graphiql_missing.html", nonce=nonce, reason=failure(built)), status_code=503, headers=headers
        )
    return HTMLResponse(text.replace("%NONCE%", nonce), headers=headers)


class _Assets(StaticFiles):
    """Files named by their content: they never change, so browsers keep them."""

    async def check_config(self) -> None:
        """Answer 404, not an error, while the files are not built."""
        try:
            await super().check_config()
        except RuntimeError:
            raise HTTPException(404) from None

    async def get_response(self, path: str, scope: Any) -> Response:
        """The file, with the headers for files of the page."""
        response = await super().get_response(path, scope)
        response.headers.update({**SHARED, "content-security-policy": WORKER_POLICY})
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response
