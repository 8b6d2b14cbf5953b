"""`/policy`: the page that shows the rules of access, behind a token and without a script.

A browser that follows a link sends no bearer token: the page takes it in the body of a form (RFC 6750 §2.2), never in
an address, sets no cookie and returns it in hidden fields of an answer that is not cached. Without a cookie, no other
site can act in the reader's name (docs/attaques.md#attack-29 and docs/attaques.md#attack-44).
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.errors import HubError, IdentityRefused
from hub.http.page_form import page_response, read_form
from hub.identity.authenticator import Authenticator
from hub.identity.purpose import Purposes
from hub.pages.policy_page import PolicyPages, Reader, all_pairs
from hub.policy.decide.decision_table import DecisionTable
from hub.request_limit import RequestCount

log = logging.getLogger(__name__)
AUDIT = "audit"
"""The purpose of verifying that accesses are lawful."""
FIELDS = frozenset({"access_token", "view", "pair", "relation", "field"})


def policy_page(
    table: DecisionTable,
    callers: Authenticator,
    purposes: Purposes,
    request_count: RequestCount,
    clock: Callable[[], int] = lambda: int(time.time()),
) -> Route:
    """The route; `clock` gives Unix seconds."""
    pages = PolicyPages(table)

    async def reader(token: str) -> Reader:
        now = clock()
        actor = await callers.actor(token, now)
        await request_count.charge(actor, now)
        granted, kind = purposes.granted(actor), table.policy.actors[actor.kind]
        verifies = AUDIT in granted
        own = [(actor.kind, purpose, actor.scope) for purpose in sorted(granted)]
        rows = all_pairs(table) if verifies and actor.scope is None else own
        if not rows:
            raise IdentityRefused(
                "PURPOSE_NOT_GRANTED",
                "Votre jeton, ou la convention de votre organisation, n'admet aucune finalité : il n'y a rien à lire.",
                "no purpose is granted",
                http_status=403,
            )
        return Reader(token, kind.label, tuple(rows), verifies and actor.scope is None)

    async def policy(request: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        if request.method != "POST":
            return page_response(nonce, pages.entry(nonce), 200)
        try:
            form = await read_form(request, FIELDS)
            page_reader = await reader(form.get("access_token", "").strip())
        except HubError as error:
            log.info("refused %s at /policy %s", error.code, error.detail)
            return page_response(nonce, pages.entry(nonce, error), error.http_status)
        return page_response(nonce, *pages.page(nonce, page_reader, form))

    return Route("/policy", policy, methods=["GET", "POST"])
