"""`/journal`: the page that finds who asks and searches the access journal, behind a token and without a script.

It queries `findPerson` and `accessJournal` through the pipeline like any client: decided, guarded and journalled alike.
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
from hub.errors import HubError, IdentityRefused, RequestRefused
from hub.http.page_form import file_response, page_response, read_form
from hub.identity.authenticator import Authenticator
from hub.pages import person_search
from hub.pages.access_export import FORMATS, export
from hub.pages.journal_page import CRITERIA, EXPORTED, FIELDS, INSTANTS, PURPOSES, QUERY, SHOWN, JournalPages
from hub.policy.decide.policy_model import Policy
from schema.days import PARIS

log = logging.getLogger(__name__)
Answer = Callable[[Operation], Awaitable[Reply]]
LARGEST_EXPORT = 10_000
"""Accesses of one file, above which it is refused, never cut."""


class _Page:
    """One use of the page: its form, and what it asks of the pipeline."""

    def __init__(self, answer: Answer, pages: JournalPages, nonce: str, form: Mapping[str, str]) -> None:
        self._answer, self._pages, self._nonce, self._form = answer, pages, nonce, form

    async def response(self) -> Response:
        """The page with what its form asks, or a file; raises HubError."""
        form = self._form
        if "find" in form:
            variables = {"identity": person_search.identity(form)}
            match = await self._ask(_operation(form, person_search.PURPOSE, person_search.QUERY, variables))
            return self._shown(None, match=match)
        if "export" in form:
            return await self._exported(form["export"])
        return self._shown(await self._searched(SHOWN, form.get("after")) if "search" in form else None)

    def refused(self, error: HubError) -> Response:
        """The page that says why nothing was asked or shown."""
        text = self._pages.page(self._nonce, self._form, None, error)
        return page_response(self._nonce, text, error.http_status)

    def _shown(self, answer: Mapping[str, Any] | None, match: Mapping[str, Any] | None = None) -> Response:
        return page_response(self._nonce, self._pages.page(self._nonce, self._form, answer, match=match), 200)

    async def _exported(self, file_format: str) -> Response:
        """All accesses of the search as a file; the page, if any part of them is refused."""
        if file_format not in FORMATS:
            raise RequestRefused("FORM_INVALID", "Ce format n'est pas celui d'un fichier de cette page.", "no format")
        accesses: list[Any] = []
        after: str | None = None
        while len(accesses) < LARGEST_EXPORT:
            answer = await self._searched(EXPORTED, after)
            connection = (answer.get("data") or {}).get("accessJournal")
            if answer.get("errors") or connection is None or connection["nodes"] is None:
                return self._shown(answer)
            accesses += connection["nodes"]
            if not connection["pageInfo"]["hasNextPage"]:
                return file_response(export(accesses, file_format), FORMATS[file_format], f"acces.{file_format}")
            after = connection["pageInfo"]["endCursor"]
        raise RequestRefused(
            "EXPORT_TOO_LARGE",
            f"Plus de {LARGEST_EXPORT} accès correspondent : bornez la recherche par des dates.",
            "more accesses than one file may hold",
        )

    async def _searched(self, first: int, after: str | None) -> Any:
        form = self._form
        criteria: dict[str, Any] = {
            name: form[name].strip() for name in (*CRITERIA, "purpose") if form.get(name, "").strip()
        }
        criteria |= {name: _instant(form[name]) for name in INSTANTS if form.get(name)}
        variables = {"filter": criteria, "first": first, "after": after or None}
        return await self._ask(_operation(form, form.get("why", PURPOSES[0]), QUERY, variables))

    async def _ask(self, operation: Operation) -> Any:
        return orjson.loads((await self._answer(operation)).body)


def journal_page(answer: Answer, policy: Policy, callers: Authenticator, clock: Callable[[], int]) -> Route:
    """The route; `answer` is the pipeline, `clock` gives Unix seconds."""
    pages = JournalPages(policy)

    async def answered(nonce: str, form: Mapping[str, str]) -> Response:
        page = _Page(answer, pages, nonce, form)
        try:
            return await page.response()
        except IdentityRefused:
            raise
        except HubError as error:
            log.info("refused %s at /journal %s", error.code, error.detail)
            return page.refused(error)

    async def journal(request: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        if request.method != "POST":
            return page_response(nonce, pages.entry(nonce), 200)
        try:
            form = await read_form(request, FIELDS)
            await callers.actor(form.get("access_token", "").strip(), clock())
            return await answered(nonce, form)
        except HubError as error:
            log.info("refused %s at /journal %s", error.code, error.detail)
            return page_response(nonce, pages.entry(nonce, error), error.http_status)

    return Route("/journal", journal, methods=["GET", "POST"])


def _operation(form: Mapping[str, str], purpose: str, query: str, variables: dict[str, Any]) -> Operation:
    """The request that the form asks for, under its case number if it gives one."""
    token, reference = form["access_token"].strip(), form.get("reference", "").strip()
    headers = {"authorization": f"Bearer {token}", "purpose": purpose}
    headers |= {"purpose-reference": reference} if reference else {}
    return Operation(headers, query, None, variables, secrets.token_hex(16))


def _instant(text: str) -> str:
    """A local time of Paris as an instant with its offset; other text stays as it is, for the schema to refuse."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=PARIS).isoformat()
    except ValueError:
        return text
