"""`/matching`: the page on which an agent compares two files and says whether they are of one person (decision 0084).

Both people are read through the pipeline, as any client reads them: decided, guarded and journalled alike. A decision
is journalled for both before it is written; what the journal can't hold is not decided. There is no cookie and no
script: another site has nothing to send in the agent's name (decision 0029).
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.document.exchange import Reply
from hub.document.exchange import Request as Operation
from hub.errors import HubError, IdentityRefused, RequestRefused
from hub.http.page_form import page_response, read_form
from hub.identity.authenticator import Authenticator
from hub.identity.purpose import Purposes
from hub.matching.review_queue import (
    Pair,
    RefusedRecord,
    Reviewer,
    ReviewQueue,
    decided_meanwhile,
    reviewing_scopes,
    unknown,
)
from hub.pages.matching_page import (
    COMPARE,
    DECISIONS,
    FIELDS,
    GROUNDS,
    PURPOSE,
    RECORD_DECISIONS,
    RECORD_VERDICTS,
    SHOW,
    VERDICTS,
    comparison,
    entry,
    listing,
    record_review,
)
from hub.request_limit import RequestCount

log = logging.getLogger(__name__)
Answer = Callable[[Operation], Awaitable[Reply]]
PATH = "/matching"


class _Page:
    """One use of the page: who reviews, and what its form asks."""

    def __init__(self, answer: Answer, queue: ReviewQueue, reviewer: Reviewer, nonce: str, form: Mapping[str, str]):
        self._answer, self._queue, self._reviewer, self._nonce, self._form = answer, queue, reviewer, nonce, form

    async def response(self) -> Response:
        """The list, a comparison, or the list after a decision; raises HubError."""
        if "record" in self._form:
            return await self._reviewed(await self._queue.record(self._reviewer, _key(self._form["record"])))
        if "pair" not in self._form:
            return await self.listed()
        pair = await self._queue.pair(self._reviewer, _key(self._form["pair"]))
        if "verdict" in self._form:
            return await self._decided(pair)
        people = await self._read_both(COMPARE, pair)
        return page_response(self._nonce, comparison(self._nonce, self._token, pair, *people), 200)

    async def listed(self, message: str | None = None, problem: HubError | None = None) -> Response:
        """The list, after what was decided or why nothing was."""
        waiting, joined = await self._queue.waiting(self._reviewer), await self._queue.joined(self._reviewer)
        records = await self._queue.records(self._reviewer)
        text = listing(self._nonce, self._token, waiting, records, joined, message, problem)
        return page_response(self._nonce, text, 200 if problem is None else problem.http_status)

    async def _reviewed(self, record: RefusedRecord) -> Response:
        """The person of whom a refused record may be, or the list after a decision on it."""
        if "verdict" not in self._form:
            person = await self._read_one(SHOW, record)
            return page_response(self._nonce, record_review(self._nonce, self._token, record, person), 200)
        verdict, ground = self._decision(record.number)
        await self._read_one(RECORD_DECISIONS[verdict], record)
        await self._queue.decide_record(self._reviewer, record, verdict, ground)
        return await self.listed(f"Décision gardée : « {RECORD_VERDICTS[verdict]} ».")

    def _decision(self, number: int) -> tuple[str, str]:
        """The verdict and the ground of the form; raises RequestRefused unless it saw this state."""
        verdict, ground = self._form["verdict"], self._form.get("ground", "")
        if verdict not in VERDICTS or ground not in GROUNDS:
            raise _form_invalid()
        if self._form.get("number") != str(number):
            raise decided_meanwhile()
        return verdict, ground

    async def _decided(self, pair: Pair) -> Response:
        verdict, ground = self._decision(pair.number)
        await self._read_both(DECISIONS[verdict], pair)
        await self._queue.decide(self._reviewer, pair, verdict, ground)
        return await self.listed(f"Décision gardée : « {VERDICTS[verdict]} ».")

    async def _read_both(self, query: str, pair: Pair) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Both people of a pair; raises RequestRefused (MATCH_UNKNOWN) unless both may be read.

        A person that was joined may be parted although nothing of it may be read: a limitation keeps no mistake.
        """
        data = await self._read(query, {"one": str(pair.served[0]), "other": str(pair.served[1])})
        first, second = data.get("one"), data.get("other")
        if first is not None and second is not None and None not in (first["lastName"], second["lastName"]):
            return first, second
        if pair.verdict == "SAME":
            return {}, {}
        raise unknown()

    async def _read_one(self, query: str, record: RefusedRecord) -> Mapping[str, Any]:
        """The person of whom a record may be; raises RequestRefused (MATCH_UNKNOWN) unless it may be read."""
        person: Mapping[str, Any] | None = (await self._read(query, {"one": str(record.served)})).get("one")
        if person is None or person["lastName"] is None:
            raise unknown()
        return person

    async def _read(self, query: str, variables: Mapping[str, str]) -> Mapping[str, Any]:
        headers = {"authorization": f"Bearer {self._token}", "purpose": PURPOSE}
        reply = await self._answer(Operation(headers, query, None, variables, secrets.token_hex(16)))
        data: Mapping[str, Any] = orjson.loads(reply.body).get("data") or {}
        return data

    @property
    def _token(self) -> str:
        return self._form["access_token"].strip()


def matching_page(
    answer: Answer,
    queue: ReviewQueue,
    callers: Authenticator,
    purposes: Purposes,
    request_count: RequestCount,
    clock: Callable[[], int],
) -> Route:
    """The route; `answer` is the pipeline, `clock` gives Unix seconds."""

    async def reviewer(token: str) -> Reviewer:
        now = clock()
        actor = await callers.actor(token, now)
        await request_count.charge(actor, now)
        scopes = reviewing_scopes(actor.scopes)
        if (
            PURPOSE not in purposes.granted(actor)
            or actor.scope is not None
            or actor.organisation is None
            or not scopes
        ):
            raise IdentityRefused(
                "MATCHING_NOT_YOURS",
                "Les dossiers à rapprocher se comparent avec le jeton d'un agent du Conseil départemental qui admet la "
                "finalité « fiabilisation », sans application.",
                "reviewing pairs asks for the purpose fiabilisation",
                http_status=403,
            )
        return Reviewer(actor.id, actor.organisation, scopes)

    async def answered(nonce: str, form: Mapping[str, str]) -> Response:
        page = _Page(answer, queue, await reviewer(form.get("access_token", "").strip()), nonce, form)
        try:
            return await page.response()
        except RequestRefused as error:
            log.info("refused %s at %s %s", error.code, PATH, error.detail)
            return await page.listed(problem=error)

    async def matching(request: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        if request.method != "POST":
            return page_response(nonce, entry(nonce), 200)
        try:
            return await answered(nonce, await read_form(request, FIELDS))
        except HubError as error:
            log.info("refused %s at %s %s", error.code, PATH, error.detail)
            return page_response(nonce, entry(nonce, error), error.http_status)

    return Route(PATH, matching, methods=["GET", "POST"])


def _key(text: str) -> tuple[UUID, UUID]:
    try:
        first, second = map(UUID, text.split(" "))
    except ValueError:
        raise _form_invalid() from None
    return first, second


def _form_invalid() -> RequestRefused:
    return RequestRefused("FORM_INVALID", "Le formulaire n'est pas celui de cette page : rechargez-la.", "not the form")
