"""`POST /graphql` as a bare ASGI application: read, answer, and only then send."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import aclosing
from functools import partial
from typing import Any

from hub.document.exchange import LiveEvent, Reply, Request
from hub.errors import HubError, NotServed, RequestRefused
from hub.http.bodies import BODY_SECONDS, BodyReader, Turns, receive_body
from hub.http.event_stream import BEAT, COMPLETE, TAKEN, failed_event, next_event, stream_headers
from hub.http.media_types import RESPONSE, answer_media, wants_events
from hub.http.request_reader import check_media, read_headers, read_request, trace_id
from hub.http.response_writer import Response, answered, refused
from hub.observability.logs import current_trace, places

log = logging.getLogger(__name__)
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Admission = Callable[[Mapping[str, str]], Awaitable[object]]
"""Raises HubError by a request's headers, unless its sender is known."""
Live = Callable[[Request], AsyncIterator[LiveEvent | None]]
"""The answers of a live query (`hub.live_queries`)."""


class GraphQLEndpoint:
    """Serves `answer`, the pipeline; every error becomes a response with a stable code, never a traceback.

    `live` gives the answers of a request that asks for server-sent events; without it, none are served.
    `extra_headers` names headers, in lower case, that the pipeline reads beside the usual ones; a body that takes more
    than `body_seconds` is refused. `admit` refuses by its headers whoever may send no large body.
    """

    def __init__(
        self,
        answer: Callable[[Request], Awaitable[Reply]],
        extra_headers: frozenset[str] = frozenset(),
        *,
        admit: Admission | None = None,
        body_seconds: float = BODY_SECONDS,
        live: Live | None = None,
    ) -> None:
        self._admit, self._live = admit, live
        self._answer, self._extra_headers, self._body_seconds = answer, extra_headers, body_seconds
        self._turns = Turns()
        self._bodies = BodyReader(self._turns)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request; a client that disconnects cancels its work."""
        trace = trace_id(scope["headers"])
        current_trace.set(trace)  # of this request's task alone
        if self._live is not None and wants_events(scope["headers"]):
            response = await self._stream(self._live, scope, receive, send, trace)
            if response is None:
                return
        else:
            response = await self.respond(scope, receive, trace)
        if not response.executed:
            await self._turns.wait()  # whoever is refused can ask again at once, and often
        await send({"type": "http.response.start", "status": response.status, "headers": list(response.headers)})
        await send({"type": "http.response.body", "body": response.body})

    async def respond(self, scope: dict[str, Any], receive: Receive, trace: str) -> Response:
        """The response to the request of this trace id; raises nothing but cancellation."""
        media = RESPONSE
        try:
            headers = self._headers(scope)
            media = answer_media(headers.get("accept"))
            request = await self._read(scope, receive, headers, trace)
            reply = await self._until_disconnect(self._answer(request), receive)
            return answered(media, trace, reply)
        except Exception as error:  # the last line of defence: nothing of an unforeseen error may leave
            return refused(media, trace, _public(error, trace))

    async def _stream(
        self, live: Live, scope: dict[str, Any], receive: Receive, send: Send, trace: str
    ) -> Response | None:
        """Send the answers of a request as events until they end or the client leaves; an answer that is refused before
        the first of them is returned instead."""
        try:
            request = await self._read(scope, receive, self._headers(scope), trace)
        except Exception as error:
            return refused(RESPONSE, trace, _public(error, trace))
        sending = asyncio.ensure_future(_send_events(live(request), send, trace))
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
            return await sending if sending.done() else None
        finally:
            sending.cancel()
            gone.cancel()
            await asyncio.gather(sending, gone, return_exceptions=True)

    def _headers(self, scope: dict[str, Any]) -> dict[str, str]:
        headers = read_headers(scope["headers"], self._extra_headers)
        if scope["method"] != "POST":
            raise RequestRefused(
                "METHOD_NOT_ALLOWED", "Envoyez la requête en POST.", "only POST is served", http_status=405
            )
        return headers

    async def _read(self, scope: dict[str, Any], receive: Receive, headers: dict[str, str], trace: str) -> Request:
        check_media(headers)
        admit = None if self._admit is None else partial(self._admit, headers)
        body = await receive_body(receive, seconds=self._body_seconds, admit=admit, turns=self._turns)
        request = read_request(headers, await self._bodies.read(body), trace)
        request.peer = "%s:%s" % (scope.get("client") or ("", ""))
        return request

    async def _until_disconnect(self, answer: Awaitable[Reply], receive: Receive) -> Reply:
        work = asyncio.ensure_future(answer)
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                work.cancel()
                raise NotServed("CLIENT_GONE", "La connexion a été fermée avant la réponse.", "client disconnected")
            return await work
        finally:
            gone.cancel()
            await asyncio.gather(work, gone, return_exceptions=True)


async def _send_events(answers: AsyncIterator[LiveEvent | None], send: Send, trace: str) -> Response | None:
    """Send answers, each decided once the client has taken most of those before it; a refusal before the first is
    returned."""
    started = False
    try:
        async with aclosing(answers) as events:  # type: ignore[type-var]
            async for event in events:
                if not started:
                    headers = list(stream_headers(trace))
                    await send({"type": "http.response.start", "status": 200, "headers": headers})
                    started = True
                chunk = BEAT if event is None else next_event(event.reply.body, event.cursor)
                chunk += COMPLETE if event is not None and event.cursor is None else b""
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await send(TAKEN)
    except Exception as error:
        failure = _public(error, trace)
        if not started:
            return refused(RESPONSE, trace, failure)
        if not _passes(failure):
            await send({"type": "http.response.body", "body": failed_event(failure, trace), "more_body": True})
    await send({"type": "http.response.body", "body": b""})
    return None


def _passes(failure: HubError) -> bool:
    """Whether the same request may be answered later: a stream then ends without completing, so that its client comes
    back, to an answer whose status says how long to wait."""
    return isinstance(failure, NotServed) or "retryAfter" in failure.extensions


def _public(error: Exception, trace: str) -> HubError:
    """The error that the client gets, noted in the log."""
    if isinstance(error, HubError):
        log.info("refused %s trace=%s %s", error.code, trace, error.detail)
        _forget(error)
        return error
    log.error("unforeseen %s trace=%s at %s", type(error).__name__, trace, places(error))
    _forget(error)
    return NotServed(
        "INTERNAL_ERROR",
        "Une erreur interne est survenue : donnez l'identifiant de trace au support.",
        "unforeseen error",
        http_status=500,
    )


def _forget(error: BaseException | None) -> None:
    """Drop the traceback of an error and of its causes. The error of a task and its frames refer to each other, which
    would keep the request in memory until the garbage collector's next run; it runs seldom (`hub.serving`)."""
    while error is not None:
        error.__traceback__ = None
        error = error.__context__


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
