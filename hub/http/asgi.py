"""The ASGI applications: `POST /graphql` without a framework in between, other routes by Starlette."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from hub.http.compression import Compressed
from hub.http.cross_origin import cross_origin
from hub.http.endpoint import GraphQLEndpoint
from hub.http.graphiql import wants_page


class AsgiApplication(ABC):
    """Serves `endpoint` at `/graphql`, `GET /healthz` and `routes`; with `page`, browsers get GraphiQL there.

    Pages of `origins` may read what `/graphql` answers, and nothing else.
    """

    def __init__(
        self, endpoint: GraphQLEndpoint, routes: Sequence[BaseRoute], *, page: bool, origins: Collection[str] = ()
    ) -> None:
        answers = Compressed(endpoint)
        self._endpoint: Any = cross_origin(answers, origins) if origins else answers
        self._page = page
        self._rest = Starlette(routes=[Route("/healthz", _healthy), *routes], lifespan=self._lifespan)
        self._rest.router.redirect_slashes = False

    @abstractmethod
    def running(self) -> AbstractAsyncContextManager[None]:
        """Open what answering needs, and close it at the end."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Route one connection."""
        if scope["type"] == "http" and scope["path"] == "/graphql" and not (self._page and wants_page(scope)):
            await self._endpoint(scope, receive, send)
        else:
            await self._rest(scope, receive, send)

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        async with self.running():
            yield


async def _healthy(request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})
