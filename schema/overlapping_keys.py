"""A key that is being changed: the new one signs and seals, the old one verifies and opens until a stated end."""

from __future__ import annotations

import time
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
"""Bytes before a ciphertext, drawn for it alone."""


class OverlappingKey(bytes):
    """The new key, for whoever signs or seals; `accepted` gives the old one too while it lasts."""

    previous: bytes
    until: float

    @staticmethod
    def of(current: bytes, previous: bytes, until: float) -> OverlappingKey:
        """The key with the one that it replaces, which is accepted until an instant (Unix seconds)."""
        key = OverlappingKey(current)
        key.previous, key.until = previous, until
        return key


def accepted(key: bytes) -> tuple[bytes, ...]:
    """The keys under which something may be signed or sealed: the key itself, then the one that it replaces, until its
    end; asked at each use, so that the end comes without a restart."""
    if isinstance(key, OverlappingKey) and time.time() < key.until:
        return (key, key.previous)
    return (key,)


def open_sealed(key: bytes, cipher: Callable[[bytes], AESGCM], sealed: bytes, bound: bytes) -> bytes:
    """What a nonce and a ciphertext hold, under the first accepted key whose cipher opens them; raises InvalidTag."""
    for accepted_key in accepted(key):
        try:
            return cipher(accepted_key).decrypt(sealed[:NONCE], sealed[NONCE:], bound)
        except InvalidTag:
            continue
    raise InvalidTag
