"""Where the tokens come from: client credentials, renewed before they end, or the application's own function."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx2
from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuth2Client  # type: ignore[import-untyped]

from .errors import TokenRefused
from .exchange import check_url

LEEWAY = 60
"""Seconds before its end at which a token is renewed."""


class Tokens(Protocol):
    """Opens HTTP clients whose requests carry a token, and keeps that token valid."""

    def client(self, timeout: float) -> httpx2.Client:
        """A synchronous client."""

    def async_client(self, timeout: float) -> httpx2.AsyncClient:
        """An asynchronous client."""

    def renew(self, client: Any, *, fresh: bool) -> None:
        """Give a synchronous client a token for the next request, another one if `fresh`; raises TokenRefused."""

    async def renew_async(self, client: Any, *, fresh: bool) -> None:
        """Give an asynchronous client a token for the next request, another one if `fresh`; raises TokenRefused."""


@dataclass(frozen=True)
class ClientCredentials:
    """Tokens of the application itself (RFC 6749 §4.4); `parameters` are what the provider asks for beside `scope`,
    such as `audience`."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)

    def client(self, timeout: float) -> httpx2.Client:
        """A client that holds this application's token."""
        client: httpx2.Client = OAuth2Client(**self._options(timeout))
        return client

    def async_client(self, timeout: float) -> httpx2.AsyncClient:
        """A client that holds this application's token."""
        client: httpx2.AsyncClient = AsyncOAuth2Client(**self._options(timeout))
        return client

    def renew(self, client: Any, *, fresh: bool) -> None:
        """Ask for a token if there is none that lasts, or none that is accepted."""
        if fresh or not client.token or client.token.is_expired(LEEWAY):
            with _token_refusals():
                client.fetch_token(self.token_url, grant_type="client_credentials", **self.parameters)

    async def renew_async(self, client: Any, *, fresh: bool) -> None:
        """Ask for a token if there is none that lasts, or none that is accepted."""
        if fresh or not client.token or client.token.is_expired(LEEWAY):
            with _token_refusals():
                await client.fetch_token(self.token_url, grant_type="client_credentials", **self.parameters)

    def _options(self, timeout: float) -> dict[str, Any]:
        check_url(self.token_url)
        names = ("client_id", "client_secret", "scope")
        return {name: getattr(self, name) for name in names} | {"timeout": timeout, "leeway": 0}


@dataclass(frozen=True)
class BearerTokens:
    """Tokens that a function of the application gives, such as those of its signed-in users."""

    token: Callable[[], str] = field(repr=False)

    def client(self, timeout: float) -> httpx2.Client:
        """A client that takes the function's token for each request."""
        return httpx2.Client(auth=_Bearer(self.token), timeout=timeout)

    def async_client(self, timeout: float) -> httpx2.AsyncClient:
        """A client that takes the function's token for each request."""
        return httpx2.AsyncClient(auth=_Bearer(self.token), timeout=timeout)

    def renew(self, client: Any, *, fresh: bool) -> None:
        """Nothing: the function is asked at each request."""

    async def renew_async(self, client: Any, *, fresh: bool) -> None:
        """Nothing: the function is asked at each request."""


class _Bearer(httpx2.Auth):
    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Add the token to this request (RFC 6750)."""
        request.headers["authorization"] = f"Bearer {self._token()}"
        yield request


@contextmanager
def _token_refusals() -> Generator[None, None, None]:
    """Raise TokenRefused, with the code alone, for what the identity provider refuses in the block."""
    try:
        yield
    except AuthlibBaseError as error:
        code = str(error.error)
    except httpx2.HTTPStatusError as error:
        code = f"HTTP {error.response.status_code}"
    except ValueError:
        code = "no token response"
    else:
        return
    raise TokenRefused(code)
