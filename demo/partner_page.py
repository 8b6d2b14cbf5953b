"""The example partner page of the demo, on an origin of its own.

Its files are those of `clients/examples/partner_page`, under a content policy that admits its own scripts and styles,
and calls of the hub; its users sign in at the demo's identity provider.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from demo.pages import PARTNER_PAGE
from demo.sign_in import SignIn
from demo.token_issuer import PAGE_CLIENT, DemoActor, Issuer
from hub.http.safe_headers import SHARED
from hub.pages.build import failure
from tests.threaded_server import listening

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' {hub}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types"
)
KINDS = ("referent_cd", "conseiller_ft", "conseiller_ml", "delegataire_rsa")
"""Who may sign in: professionals whom the scope of the partner's application names, for the follow-up."""


class PartnerPage:
    """The page and its identity provider, for a hub at `hub`; nobody signs in before its own `origin` is known."""

    def __init__(self, issuer: Issuer, actors: Sequence[DemoActor], built: Path = PARTNER_PAGE.built) -> None:
        self.hub = ""
        self.sign_in = SignIn(issuer, [actor for actor in actors if actor.kind in KINDS])
        self._built, self._files = built, StaticFiles(directory=built, html=True, check_dir=False)
        self._app = Starlette(routes=[Route("/settings.json", self._settings), *self.sign_in.routes()])
        self._app.router.default = self._file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._app(scope, receive, send)

    @property
    def origin(self) -> str:
        """Where the page is."""
        return self.sign_in.origin

    async def _settings(self, request: Request) -> Response:
        provider = self.sign_in.url
        settings = {
            "hub": f"{self.hub}/graphql",
            "issuer": provider,
            "authorize": f"{provider}/authorize",
            "token": f"{provider}/token",
            "client": PAGE_CLIENT,
        }
        return JSONResponse(settings, headers={**SHARED, "cache-control": "no-store"})

    async def _file(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One of the built files, or why there is none."""
        response: Response = PlainTextResponse(f"{failure(self._built)}\n", 503)
        if (self._built / "index.html").is_file():
            try:
                response = await self._files.get_response(scope["path"].lstrip("/") or "index.html", scope)
            except HTTPException as error:
                response = PlainTextResponse("", error.status_code)
        policy = POLICY.format(hub=self.hub)
        response.headers.update({**SHARED, "content-security-policy": policy, "cache-control": "no-cache"})
        await response(scope, receive, send)


@contextmanager
def partner_page(issuer: Issuer, actors: Sequence[DemoActor]) -> Iterator[PartnerPage]:
    """Serve the page on a free port during the block."""
    page = PartnerPage(issuer, actors)
    with listening(page) as origin:
        page.sign_in.origin = origin
        yield page
