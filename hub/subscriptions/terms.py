"""The terms of a subscription: who is notified of what, where; sealed, since they hold a secret and decide."""

from __future__ import annotations

import os
from base64 import b64encode
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.errors import StartRefused
from hub.identity.actor import Actor
from schema.confidential import Confidential
from schema.overlapping_keys import NONCE, open_sealed

SECRET = 32
"""Bytes of the secret under which notifications are signed."""


class Terms(Confidential, frozen=True):
    """`document` is the query whose changes are told to `actor`, for a `purpose` and under a case number
    (`reference`)."""

    actor: Actor
    purpose: str
    reference: str | None
    document: str
    url: str
    secret: bytes

    @property
    def shown_secret(self) -> str:
        """The secret as both sides paste it (Standard Webhooks)."""
        return f"whsec_{b64encode(self.secret).decode()}"


class TermsSeal:
    """Seals and opens terms under the key `subscriptions`, each for one subscription."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def close(self, identifier: UUID, terms: Terms) -> bytes:
        """The sealed terms."""
        nonce = os.urandom(NONCE)
        return nonce + AESGCM(self._key).encrypt(nonce, msgspec.msgpack.encode(terms), identifier.bytes)

    def open(self, identifier: UUID, sealed: bytes) -> Terms:
        """The terms; raises StartRefused (SUBSCRIPTION_KEY)."""
        try:
            content = open_sealed(self._key, AESGCM, sealed, identifier.bytes)
            return msgspec.msgpack.decode(content, type=Terms)
        except (InvalidTag, msgspec.MsgspecError) as error:
            raise StartRefused(
                "SUBSCRIPTION_KEY",
                "Un abonnement ne s'ouvre pas avec cette clé « subscriptions » : remettez celle sous laquelle il a été "
                "fait, ou retirez-le et faites-le à nouveau.",
                f"subscription {identifier} is not sealed under this key",
            ) from error
