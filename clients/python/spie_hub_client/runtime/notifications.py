"""Notifications that the hub posts to a subscriber: proven to be its own, then read (Standard Webhooks)."""

from __future__ import annotations

import hmac
import time
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping

import msgspec

from .errors import NotSigned

TOLERANCE = 300
"""Seconds by which the clocks of both sides may differ."""


class WithdrawnPerson(msgspec.Struct, frozen=True):
    """A person whom the copy loses; `into` is the one with whom it is one now."""

    id: str
    kind: str
    into: str | None = None


class _Data(msgspec.Struct, frozen=True):
    subscription: str
    changed: tuple[str, ...] = ()
    withdrawn: tuple[WithdrawnPerson, ...] = ()


class _Body(msgspec.Struct, frozen=True):
    type: str
    data: _Data


class Notification(msgspec.Struct, frozen=True):
    """What changed: `identifier` is the same where the hub sends one again; `restart`: read all anew."""

    identifier: str
    subscription: str
    restart: bool
    changed: tuple[str, ...]
    withdrawn: tuple[WithdrawnPerson, ...]


def read_notification(secret: str, headers: Mapping[str, str], body: bytes, now: float | None = None) -> Notification:
    """The notification in a request with these headers and this body; raises NotSigned for one that the hub did not sign
    under this secret (`whsec_…`), or not within five minutes. Keep its identifier, and take none twice."""
    lowered = {name.lower(): text for name, text in headers.items()}
    identifier, instant = lowered.get("webhook-id", ""), lowered.get("webhook-timestamp", "")
    if not (instant.isascii() and instant.isdigit()):
        raise NotSigned("no time")
    if abs(int(instant[:15]) - (time.time() if now is None else now)) > TOLERANCE:
        raise NotSigned("too old")
    try:
        key = b64decode(secret.removeprefix("whsec_"), validate=True)
    except NotBase64:
        raise NotSigned("no secret") from None
    expected = b64encode(hmac.digest(key, f"{identifier}.{instant}.".encode() + body, "sha256"))
    signatures = [part.removeprefix("v1,") for part in lowered.get("webhook-signature", "").split(" ") if part[:3] == "v1,"]
    if not any(hmac.compare_digest(expected, text.encode("utf-8", "replace")) for text in signatures):
        raise NotSigned("another signature")
    message = msgspec.json.decode(body, type=_Body)
    data = message.data
    return Notification(identifier, data.subscription, message.type == "changes.restart", data.changed, data.withdrawn)
