"""Reads a key set over the network: one GET of an address of the settings.

Redirects, proxies, cookies and compression are not followed; size and time are bounded; the answer must be JSON.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass
from typing import Any

import httpx2
import orjson

LARGEST = 256 * 1024
"""Largest answer, in bytes."""
SECONDS = 5.0
"""Longest time for the whole: name resolution, connection, TLS, head and body."""
FRESH = re.compile(r"(?:^|,)\s*max-age=(\d{1,9})\s*(?:,|$)", re.IGNORECASE)
STALE = re.compile(r"(?:^|,)\s*no-(?:cache|store)\s*(?:,|$)", re.IGNORECASE)


class KeySetUnreadable(Exception):
    """A key set could not be read; `detail` says why, without any of the content."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True)
class FetchedKeySet:
    """The JSON of a key set, and for how many seconds it is fresh, if the answer says so (RFC 9111 §5.2.2)."""

    jwks: Any
    fresh: int | None


async def fetch(url: str, tls: ssl.SSLContext, seconds: float = SECONDS) -> FetchedKeySet:
    """Read a key set once, within `seconds`; raises KeySetUnreadable (KEY_SET_UNREACHABLE, KEY_SET_TIMEOUT,
    KEY_SET_STATUS, KEY_SET_TOO_LARGE, KEY_SET_MALFORMED)."""
    headers = {"accept": "application/jwk-set+json, application/json", "accept-encoding": "identity"}
    try:
        async with (
            asyncio.timeout(seconds),
            httpx2.AsyncClient(verify=tls, trust_env=False, follow_redirects=False, timeout=seconds) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            if response.status_code != 200:
                raise KeySetUnreadable("KEY_SET_STATUS", f"status {response.status_code}")
            body = await _body(response)
            fresh = _fresh(response.headers.get("cache-control", ""))
    except (TimeoutError, httpx2.TimeoutException):
        raise KeySetUnreadable("KEY_SET_TIMEOUT", "no answer in time") from None
    except httpx2.HTTPError as error:
        raise KeySetUnreadable("KEY_SET_UNREACHABLE", type(error).__name__) from None
    try:
        return FetchedKeySet(orjson.loads(body), fresh)
    except orjson.JSONDecodeError:
        raise KeySetUnreadable("KEY_SET_MALFORMED", "not JSON") from None


async def _body(response: httpx2.Response) -> bytes:
    if "content-encoding" in response.headers:
        raise KeySetUnreadable("KEY_SET_MALFORMED", "compressed though this was not asked for")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > LARGEST:
            raise KeySetUnreadable("KEY_SET_TOO_LARGE", f"more than {LARGEST} bytes")
    return bytes(body)


def _fresh(directives: str) -> int | None:
    if STALE.search(directives):
        return 0
    match = FRESH.search(directives)
    return None if match is None else int(match[1])
