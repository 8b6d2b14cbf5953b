"""Requests to one API: authenticated, bounded, tried again with growing pauses; no token, parameter or answer is ever
told."""

from __future__ import annotations

import asyncio
import logging
import random
import re
import zlib
from codecs import BOM_UTF8
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx2
import msgspec
from sqlalchemy import Table

from hub.errors import NotServed
from hub.sync.link_settings import SyncLink
from hub.sync.refusals import sync_refused
from schema.confidential import Confidential
from subgraphs.kit.ingest.api import NO_HEADERS, ApiRefused
from subgraphs.kit.ingest.row_map import Connection

T = TypeVar("T")
for _library in ("httpx2", "httpcore2"):
    logging.getLogger(_library).setLevel(logging.WARNING)  # they log addresses, which may hold whom is asked about
LARGEST = 64 * 1024 * 1024
"""Bytes of an answer, once inflated."""
GZIP = 16 + zlib.MAX_WBITS
HEADER = re.compile(r"[!-~]([ -~]*[!-~])?")
"""What a header can hold (RFC 9110 §5.5)."""
LONGEST_PAUSE = 60.0
LONGEST_RETRY_AFTER = 600.0
"""Seconds that an API may ask to wait; beyond, the next run tries again."""
NO_CONTENT = 204
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class _Passing(Exception):
    """An answer that another try may mend, after so many seconds if it says so."""

    def __init__(self, code: str, detail: str, wait: float | None = None) -> None:
        super().__init__(code)
        self.code, self.detail, self.wait = code, detail, wait


@dataclass(frozen=True, slots=True, repr=False)
class _Call:
    """One request, whose text shows nothing of it."""

    method: str
    url: str
    parameters: Mapping[str, str | Sequence[str]]
    headers: Mapping[str, str]
    body: Mapping[str, str] | None = None
    content: bytes | None = None
    fields: Mapping[str, str] | None = None
    answers: frozenset[int] = frozenset()


class _Token(Confidential, frozen=True):
    """The answer of an authorisation server (RFC 6749 §5.1)."""

    access_token: str


class ApiCalls:
    """The calls of an API (`subgraphs.kit.ingest.api.Calls`). `authenticate` gives the headers, and is asked again once
    when a request is refused for them; `connection` reads what is stored, for an API that is read."""

    def __init__(
        self, link: SyncLink, url: str, login_url: str, http: httpx2.AsyncClient, connection: Connection | None = None
    ) -> None:
        self._link, self._url, self._login_url = link, url.rstrip("/"), login_url.rstrip("/")
        self._http, self._connection = http, connection
        self._headers: Mapping[str, str] | None = None
        self.authenticate: Callable[[], Awaitable[Mapping[str, str]]] | None = None
        self.parameters: Mapping[str, str] = {}
        self.requests = 0

    async def get(
        self,
        path: str,
        parameters: Mapping[str, str | Sequence[str]],
        form: type[T],
        headers: Mapping[str, str] = NO_HEADERS,
        answers: frozenset[int] = frozenset(),
    ) -> T:
        """The answer of the API, read as this form; raises ApiRefused (SYNC_…)."""
        return await self._authorised(_Call("GET", f"{self._url}{path}", parameters, headers, answers=answers), form)

    async def find(self, path: str, form: type[T], headers: Mapping[str, str]) -> T | None:
        """The answer, or None if there is nothing; raises ApiRefused (SYNC_…)."""
        optional: Any = form | None
        answer: T | None = await self._authorised(_Call("GET", f"{self._url}{path}", {}, headers), optional)
        return answer

    async def post(
        self,
        path: str,
        body: Mapping[str, str],
        form: type[T],
        headers: Mapping[str, str] = NO_HEADERS,
        answers: frozenset[int] = frozenset(),
    ) -> T:
        """The answer to a question that is no part of an address; raises ApiRefused (SYNC_…)."""
        return await self._authorised(_Call("POST", f"{self._url}{path}", {}, headers, body, answers=answers), form)

    async def deliver(self, content: bytes, form: type[T], headers: Mapping[str, str], answers: frozenset[int]) -> T:
        """The answer to a document that is sent to the address itself, as it was signed; raises ApiRefused (SYNC_…)."""
        call = _Call("POST", self._url, {}, {"content-type": "application/json", **headers}, answers=answers)
        answer, _ = await self._tried(replace(call, content=content), form)
        return answer

    async def log_in(self, path: str, body: Mapping[str, str]) -> Mapping[str, str]:
        """The headers of the answer to a log-in; raises ApiRefused (SYNC_…)."""
        _, headers = await self._tried(_Call("POST", f"{self._login_url}{path}", {}, {}, body), msgspec.Raw)
        return {name.lower(): value for name, value in headers.items()}

    async def token(self, path: str, parameters: Mapping[str, str], fields: Mapping[str, str]) -> str:
        """The access token of the account; raises ApiRefused (SYNC_…)."""
        call = _Call("POST", f"{self._login_url}{path}", parameters, {}, fields=fields)
        try:
            answer, _ = await self._tried(call, _Token)
        except ApiRefused as refused:
            if refused.code != "SYNC_REFUSED":
                raise
            raise ApiRefused("SYNC_CREDENTIALS", refused.detail) from None  # RFC 6749 §5.2: 400 for a wrong client
        return answer.access_token

    async def stored(self, statement: str, *values: Any) -> Sequence[Mapping[str, Any]]:
        """The rows of a statement that reads."""
        assert self._connection is not None
        return [dict(row) for row in await self._connection.fetch(statement, *values)]

    async def keys(self, table: Table, source: str) -> set[str]:
        """The keys that a public table holds of a source."""
        assert self._connection is not None
        statement = f"SELECT id FROM {table.fullname} WHERE source = $1"  # noqa: S608 - the name of our own table
        return {row["id"] for row in await self._connection.fetch(statement, source)}

    async def _authorised(self, call: _Call, form: type[T]) -> T:
        """The answer to an authenticated call; where it is refused for that, the account logs in once more."""
        call = replace(call, parameters={**self.parameters, **call.parameters})
        renewed = self._headers is None
        if self._headers is None:
            self._headers = await self._authenticated()
        while True:
            try:
                content, _ = await self._tried(replace(call, headers={**self._headers, **call.headers}), form)
                return content
            except ApiRefused as refused:
                if refused.code != "SYNC_CREDENTIALS" or renewed:
                    raise
            self._headers, renewed = await self._authenticated(), True

    async def _authenticated(self) -> Mapping[str, str]:
        assert self.authenticate is not None
        headers = await self.authenticate()
        if not all(HEADER.fullmatch(value) for value in headers.values()):
            raise ApiRefused("SYNC_CREDENTIALS", "a secret that no header can hold")
        return headers

    async def _tried(self, call: _Call, form: type[T]) -> tuple[T, Mapping[str, str]]:
        """The first answer that will do, of at most `attempts`."""
        for attempt in range(1, self._link.attempts + 1):
            try:
                return await self._once(call, form)
            except _Passing as passing:
                if attempt == self._link.attempts or (passing.wait or 0) > LONGEST_RETRY_AFTER:
                    raise ApiRefused(passing.code, passing.detail) from None
                pause = min(self._link.backoff * 2 ** (attempt - 1), LONGEST_PAUSE)
                await asyncio.sleep(max(passing.wait or 0.0, pause * random.uniform(0.5, 1.0)))  # noqa: S311 - jitter
        raise AssertionError("unreachable")

    async def _once(self, call: _Call, form: type[T]) -> tuple[T, Mapping[str, str]]:
        self.requests += 1
        sent = {"accept": "application/json", "accept-encoding": "gzip", **call.headers}
        try:
            async with (
                asyncio.timeout(self._link.timeout),
                self._http.stream(
                    call.method,
                    call.url,
                    params=call.parameters,
                    headers=sent,
                    content=call.content,
                    json=call.body,
                    data=call.fields,
                ) as response,
            ):
                if response.status_code not in call.answers:
                    _check_status(response)
                content = b"null" if response.status_code == NO_CONTENT else await _content(response)
                answered = dict(response.headers)
        except (TimeoutError, httpx2.TimeoutException):
            raise _Passing("SYNC_UNREACHABLE", "no answer in time") from None
        except httpx2.HTTPError as error:
            raise _Passing("SYNC_UNREACHABLE", type(error).__name__) from None
        try:
            return msgspec.json.decode(content.removeprefix(BOM_UTF8), type=form), answered
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            _check_status(response)
            raise _Passing("SYNC_MALFORMED", "not what the API documents") from None


def _check_status(response: httpx2.Response) -> None:
    status = response.status_code
    if status in AGAIN:
        code = "SYNC_RATE_LIMITED" if status == 429 else "SYNC_UNREACHABLE"
        raise _Passing(code, f"status {status}", _retry_after(response.headers.get("retry-after", "")))
    if status in (401, 403):
        raise ApiRefused("SYNC_CREDENTIALS", f"status {status}")
    if not response.is_success:
        raise ApiRefused("SYNC_REFUSED", f"status {status}", status)


def _retry_after(text: str) -> float | None:
    """The seconds of a `Retry-After`, in either of its forms (RFC 9110 §10.2.3)."""
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


async def _content(response: httpx2.Response) -> bytes:
    """The body, inflated no further than its bound: a few bytes may stand for gigabytes."""
    encoding = response.headers.get("content-encoding", "identity").lower()
    if encoding not in ("identity", "gzip"):
        raise ApiRefused("SYNC_MALFORMED", "an encoding that was not asked for")
    inflate = zlib.decompressobj(GZIP) if encoding == "gzip" else None
    body = bytearray()
    try:
        async for chunk in response.aiter_raw():
            body += chunk if inflate is None else inflate.decompress(chunk, LARGEST + 1 - len(body))
            if len(body) > LARGEST:
                raise ApiRefused("SYNC_MALFORMED", f"more than {LARGEST} bytes")
    except zlib.error:
        raise _Passing("SYNC_MALFORMED", "not gzip") from None
    if inflate is not None and not inflate.eof:
        raise _Passing("SYNC_MALFORMED", "gzip that is cut")
    return bytes(body)


def public_error(refused: ApiRefused) -> NotServed:
    """The public error of what the API, or the module that reads it, refuses."""
    return sync_refused(refused.code, refused.detail)
