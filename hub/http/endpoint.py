"""`POST /graphql` as a bare ASGI application: read, answer, and only then send."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import partial
from typing import Any

from hub.document.exchange import Reply, Request
from hub.errors import HubError, NotServed, RequestRefused
from hub.http.bodies import BODY_SECONDS, BodyReader, receive_body
from hub.http.media_types import RESPONSE, answer_media
from hub.http.request_reader import check_media, read_headers, read_request, trace_id
from hub.http.response_writer import Response, answered, refused

log = logging.getLogger(__name__)
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Admission = Callable[[Mapping[str, str]], Awaitable[object]]
"""Raises HubError by a request's headers, unless its sender is known."""


class GraphQLEndpoint:
    """Serves `answer`, the pipeline; every error becomes a response with a stable code, never a traceback.

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
    ) -> None:
        self._admit = admit
        self._answer, self._extra_headers, self._body_seconds = answer, extra_headers, body_seconds
        self._bodies = BodyReader()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request; a client that disconnects cancels its work."""
        response = await self.respond(scope, receive, trace_id(scope["headers"]))
        await send({"type": "http.response.start", "status": response.status, "headers": list(response.headers)})
        await send({"type": "http.response.body", "body": response.body})

    async def respond(self, scope: dict[str, Any], receive: Receive, trace: str) -> Response:
        """The response to the request of this trace id; raises nothing but cancellation."""
        media = RESPONSE
        try:
            headers = read_headers(scope["headers"], self._extra_headers)
            if scope["method"] != "POST":
                raise RequestRefused(
                    "METHOD_NOT_ALLOWED", "Envoyez la requête en POST.", "only POST is served", http_status=405
                )
            media = answer_media(headers.get("accept"))
            check_media(headers)
            admit = None if self._admit is None else partial(self._admit, headers)
            body = await receive_body(receive, seconds=self._body_seconds, admit=admit)
            request = read_request(headers, await self._bodies.read(body), trace)
            request.peer = "%s:%s" % (scope.get("client") or ("", ""))
            reply = await self._until_disconnect(self._answer(request), receive)
            return answered(media, trace, reply)
        except HubError as error:
            log.info("refused %s trace=%s %s", error.code, trace, error.detail)
            _forget(error)
            return refused(media, trace, error)
        except Exception as error:  # the last line of defence: nothing of an unforeseen error may leave
            log.error("unforeseen %s trace=%s at %s", type(error).__name__, trace, _places(error))
            _forget(error)
            failed = NotServed(
                "INTERNAL_ERROR",
                "Une erreur interne est survenue : donnez l'identifiant de trace au support.",
                "unforeseen error",
                http_status=500,
            )
            return refused(media, trace, failed)

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


def _forget(error: BaseException | None) -> None:
    """Drop the traceback of an error and of its causes. The error of a task and its frames refer to each other, which
    would keep the request in memory until the garbage collector's next run; it runs seldom (`hub.serving`)."""
    while error is not None:
        error.__traceback__ = None
        error = error.__context__


def _places(error: BaseException) -> str:
    """The files and lines that an error passed: unlike its text and local variables, they hold no person's data."""
    frames = traceback.extract_tb(error.__traceback__)
    return " > ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
