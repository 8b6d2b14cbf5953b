"""`/sources`: the page that shows how fresh each source is, behind a token and without a script (decision 0029).

It is for whoever verifies accesses in its own name (purpose `audit`): it names the systems that an installation reads
and what was refused of them, and no person.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.errors import HubError, IdentityRefused
from hub.http.page_form import page_response, read_form
from hub.http.policy_page import AUDIT
from hub.identity.authenticator import Authenticator
from hub.identity.purpose import Purposes
from hub.pages.sources_page import entry, page
from hub.request_limit import RequestCount
from hub.runs.source_status import SourceStatus

log = logging.getLogger(__name__)
FIELDS = frozenset({"access_token"})


def sources_page(
    statuses: Callable[[], Awaitable[Sequence[SourceStatus]]],
    callers: Authenticator,
    purposes: Purposes,
    request_count: RequestCount,
    clock: Callable[[], int],
) -> Route:
    """The route; `statuses` reads them, `clock` gives Unix seconds."""

    async def check(token: str) -> None:
        now = clock()
        actor = await callers.actor(token, now)
        await request_count.charge(actor, now)
        if AUDIT not in purposes.granted(actor) or actor.scope is not None:
            raise IdentityRefused(
                "SOURCES_NOT_YOURS",
                "L'état des sources se lit ici avec un jeton qui admet la finalité « audit », celle du délégué à la "
                "protection des données, et sans application. « hub sources » le dit à qui exploite le hub.",
                "reading the status of sources asks for the purpose audit",
                http_status=403,
            )

    async def sources(request: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        if request.method != "POST":
            return page_response(nonce, entry(nonce), 200)
        try:
            token = (await read_form(request, FIELDS)).get("access_token", "").strip()
            await check(token)
            return page_response(nonce, page(nonce, token, await statuses()), 200)
        except HubError as error:
            log.info("refused %s at /sources %s", error.code, error.detail)
            return page_response(nonce, entry(nonce, error), error.http_status)

    return Route("/sources", sources, methods=["GET", "POST"])
