"""Sends one notification, signed as Standard Webhooks say, and reads nothing of the answer but its head."""

from __future__ import annotations

import asyncio
import hmac
import ssl
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import httpx2

from hub.errors import RequestRefused
from hub.subscriptions.addresses import Network, destination
from hub.subscriptions.terms import Terms

LONGEST_RETRY_AFTER = 3_600
"""Seconds that a subscriber may ask to wait."""
GONE = "HTTP_410"
"""The subscriber says that it is there no more (RFC 9110 §15.5.11)."""


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """A notification: the same `identifier` means the same body, sent again."""

    identifier: str
    body: bytes


class NotDelivered(Exception):
    """The subscriber did not take a notification: `code` says why, `wait` the seconds it asks for."""

    def __init__(self, code: str, wait: float = 0.0) -> None:
        super().__init__(code)
        self.code, self.wait = code, wait


@dataclass(frozen=True, slots=True, repr=False)
class Sender:
    """Sends to these `networks` beside the public ones; a call has `seconds` in all."""

    networks: Sequence[Network]
    tls: ssl.SSLContext
    seconds: float

    async def send(self, message: Message, terms: Terms, now: int) -> None:
        """Return once the subscriber has taken the message (2xx); raises NotDelivered."""
        headers = {
            "content-type": "application/json",
            "user-agent": "spie-hub",
            "webhook-id": message.identifier,
            "webhook-timestamp": str(now),
            "webhook-signature": signature(terms.secret, message, now),
        }
        try:
            async with asyncio.timeout(self.seconds):
                status, wait = await self._posted(terms.url, message.body, headers)
        except (TimeoutError, httpx2.TimeoutException):
            raise NotDelivered("TIMEOUT") from None
        except RequestRefused as refused:
            raise NotDelivered(refused.code) from None
        except (OSError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise NotDelivered("TLS" if isinstance(error.__context__, ssl.SSLError) else "UNREACHABLE") from None
        if not 200 <= status < 300:
            raise NotDelivered(f"HTTP_{status}", wait)

    async def _posted(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, float]:
        """The status of the answer, and the seconds that it asks to wait."""
        place = await destination(url, self.networks)
        async with (
            httpx2.AsyncClient(verify=self.tls, trust_env=False, follow_redirects=False, timeout=self.seconds) as http,
            http.stream(
                "POST",
                place.connect,
                content=body,
                headers={**headers, "host": place.authority},
                extensions={"sni_hostname": place.host},
            ) as response,
        ):
            retry_after = response.headers.get("retry-after", "")
            wait = int(retry_after[:9]) if retry_after.isascii() and retry_after.isdigit() else 0
            return response.status_code, float(min(wait, LONGEST_RETRY_AFTER))


def signature(secret: bytes, message: Message, now: int) -> str:
    """The header `webhook-signature`: HMAC-SHA-256 over id, time and body."""
    signed = b"%s.%d.%s" % (message.identifier.encode(), now, message.body)
    return f"v1,{b64encode(hmac.digest(secret, signed, sha256)).decode()}"
