"""Cursors of connections: (sort value, id), sealed under a key of the actor and the purpose.

Only the actor who received a cursor can use it, for the same field, order and filter, which are authenticated data. A
cursor reveals nothing of the row without the key (docs/policy.md#rule-6, docs/policy.md#rule-8,
docs/attaques.md#attack-13).
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from schema.context import Context
from schema.overlapping_keys import NONCE, open_sealed
from subgraphs.kit.errors import RequestFailed


def forbidden() -> RequestFailed:
    """The error for a cursor of another actor or another list."""
    return RequestFailed(
        "FORBIDDEN_INPUT", "Le curseur n'est pas valable pour cette liste : reprenez depuis la première page."
    )


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


@lru_cache(maxsize=1024)
def _cipher(key: bytes, actor: str, purpose: str) -> AESGCM:
    info = orjson.dumps(["spie cursor", actor, purpose])
    return AESGCM(HKDF(SHA256(), 32, None, info).derive(key))


@dataclass(slots=True, repr=False)
class Sealer:
    """Seals and opens the cursors of one request; `key` is the secret `cursors` of the installation."""

    key: bytes
    context: Context

    def seal(self, place: bytes, sort: Any, identifier: Any) -> str:
        """Return the cursor of a row; `place` identifies the list: coordinate, order and filter."""
        nonce = secrets.token_bytes(NONCE)
        text = orjson.dumps([sort, identifier], default=str)
        return _text(nonce + self._cipher(self.key).encrypt(nonce, text, place))

    def open(self, place: bytes, cursor: Any) -> tuple[Any, str]:
        """Return the sort value (JSON form) and id of a cursor; raises RequestFailed FORBIDDEN_INPUT."""
        try:
            data = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            if _text(data) != cursor:  # another spelling of the same bytes
                raise ValueError
            sort, identifier = orjson.loads(open_sealed(self.key, self._cipher, data, place))
        except (InvalidTag, ValueError, TypeError):
            raise forbidden() from None
        return sort, identifier

    def _cipher(self, key: bytes) -> AESGCM:
        return _cipher(key, self.context.actor, self.context.purpose)
