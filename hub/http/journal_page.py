"""`/journal`: the page that searches the access journal, behind a token and without a script.

It queries `accessJournal` through the pipeline like any client: decided, guarded and journalled alike.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.document.exchange import Reply
from hub.document.exchange import Request as Operation
from hub.errors import HubError, IdentityRefused
from hub.http.page_form import page_response, read_form
from hub.identity.authenticator import Authenticator
from hub.pages.journal_page import CRITERIA, FIELDS, INSTANTS, PURPOSES, QUERY, JournalPages
from hub.policy.decide.policy_model import Policy
from schema.days import PARIS

log = logging.getLogger(__name__)
Answer = Callable[[Operation], Awaitable[Reply]]


def journal_page(answer: Answer, policy: Policy, callers: Authenticator, clock: Callable[[], int]) -> Route:
    """The route; `answer` is the pipeline, `clock` gives Unix seconds."""
    pages = JournalPages(policy)

    async def searched(nonce: str, form: Mapping[str, str]) -> tuple[str, int]:
        if "search" not in form:
            return pages.page(nonce, form, None), 200
        try:
            reply = await answer(_operation(form))
        except IdentityRefused:
            raise
        except HubError as error:
            log.info("refused %s at /journal %s", error.code, error.detail)
            return pages.page(nonce, form, None, error), error.http_status
        return pages.page(nonce, form, orjson.loads(reply.body)), 200

    async def journal(request: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        if request.method != "POST":
            return page_response(nonce, pages.entry(nonce), 200)
        try:
            form = await read_form(request, FIELDS)
            await callers.actor(form.get("access_token", "").strip(), clock())
            return page_response(nonce, *await searched(nonce, form))
        except HubError as error:
            log.info("refused %s at /journal %s", error.code, error.detail)
            return page_response(nonce, pages.entry(nonce, error), error.http_status)

    return Route("/journal", journal, methods=["GET", "POST"])


def _operation(form: Mapping[str, str]) -> Operation:
    """The request that searches by the form; empty fields are no criteria."""
    token, reference = form["access_token"].strip(), form.get("reference", "").strip()
    headers = {"authorization": f"Bearer {token}", "purpose": form.get("why", PURPOSES[0])}
    headers |= {"purpose-reference": reference} if reference else {}
    criteria: dict[str, Any] = {
        name: form[name].strip() for name in (*CRITERIA, "purpose") if form.get(name, "").strip()
    }
    criteria |= {name: _instant(form[name]) for name in INSTANTS if form.get(name)}
    variables = {"filter": criteria, "after": form.get("after") or None}
    return Operation(headers, QUERY, None, variables, secrets.token_hex(16))


def _instant(text: str) -> str:
    """A local time of Paris as an instant with its offset; other text stays as it is, for the schema to refuse."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=PARIS).isoformat()
    except ValueError:
        return text
