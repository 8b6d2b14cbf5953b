"""The rules of a call, without input or output: the request, when it is sent again, and the errors raised.

`exchange` is a generator: it yields a request to send or a pause to make, and is sent what came of it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urlsplit

import httpx2
import msgspec

from .answers import Answer, read_answer
from .errors import Unreachable
from .models import Operation

Data = TypeVar("Data")
BUSY = (429, 502, 503, 504)
"""Statuses after which a request may be sent again: the hub's, and those of a proxy that does not reach it."""
UNAUTHENTICATED = 401
_REFERENCE = re.compile(r"[!-~]([ -~]{0,38}[!-~])?")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a request is sent, and the seconds between: `first_wait`, doubled each time, at most `longest_wait`.

    `Retry-After` is waited for instead; one that is longer than `longest_wait` ends the call.
    """

    attempts: int = 5
    first_wait: float = 0.5
    longest_wait: float = 60.0


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """What goes with an operation: the purpose, its case number, and whether a denied field refuses all of it."""

    purpose: str | None = None
    reference: str | None = None
    all_or_nothing: bool = False

    def headers(self) -> dict[str, str]:
        """The headers of the hub; raises ValueError, without the value, for a text that no header can carry."""
        headers = {"accept": "application/graphql-response+json", "content-type": "application/json"}
        for name, text in (("purpose", self.purpose), ("purpose-reference", self.reference)):
            if text is None:
                continue
            if not _REFERENCE.fullmatch(text):
                raise ValueError(f"{name}: 1 to 40 printable ASCII characters")
            headers[name] = str(text)
        if self.all_or_nothing:
            headers["access-mode"] = "refuse"
        return headers


@dataclass(frozen=True, slots=True, repr=False)
class Post:
    """A request to send; `fresh_token`: with another token than the last one, which the hub did not accept."""

    headers: Mapping[str, str]
    body: bytes
    fresh_token: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Seconds to wait."""

    seconds: float


Steps = Generator[Post | Pause, "httpx2.Response | httpx2.TransportError | None", Answer[Data]]


def exchange(operation: Operation[Data], call: Call, retries: Retries) -> Steps[Data]:
    """Send an operation until it is answered; raises HubError.

    After a first 401 it is sent at once with a fresh token: keys of issuers change. One that is not repeatable is sent again only after 429, which the hub answers before it reads the document.
    """
    request = Post(call.headers(), body_of(operation))
    may_renew = True
    wait = retries.first_wait
    for attempt in range(1, retries.attempts + 1):
        reply = yield request
        if may_renew and isinstance(reply, httpx2.Response) and reply.status_code == UNAUTHENTICATED:
            may_renew = False
            reply = yield replace(request, fresh_token=True)
        last = attempt == retries.attempts
        seconds = min(wait, retries.longest_wait) * random.uniform(0.5, 1.0)  # noqa: S311 - spreads callers in time
        if isinstance(reply, httpx2.Response):
            delay = retry_after(reply.headers.get("retry-after"))
            busy = reply.status_code in (BUSY if operation.IS_REPEATABLE else BUSY[:1])
            if last or not busy or (delay or 0) > retries.longest_wait:
                trace = reply.headers.get("trace-id")
                return read_answer(operation, reply.status_code, reply.content, trace, delay)
            seconds = seconds if delay is None else delay
        elif last or not operation.IS_REPEATABLE:
            break
        yield Pause(seconds)
        wait *= 2
    raise Unreachable(type(reply).__name__)


def check_url(url: str) -> str:
    """The URL, which is https except on this machine; raises ValueError: a token is never sent in clear."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError("the hub's and the identity provider's addresses begin with https://")
    return url


def body_of(operation: Operation[Data]) -> bytes:
    """The body of a request."""
    return msgspec.json.encode(
        {
            "query": operation.DOCUMENT,
            "documentId": f"sha256:{operation.DOCUMENT_ID}",
            "operationName": operation.NAME,
            "variables": operation,
        }
    )


def retry_after(header: str | None) -> float | None:
    """Seconds that this header asks to wait (RFC 9110 §10.2.3: seconds or a date)."""
    if header is None:
        return None
    if header.isdecimal():
        return float(header)
    try:
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
