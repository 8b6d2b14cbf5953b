"""Idempotency keys: the same request under the same key of an actor is made once.

What is stored of a key, of a request and of an actor are keyed hashes, which tell nothing to whoever lacks the secret.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from typing import Any

import orjson

from schema.nir import holds_nir

_KEY = re.compile(r"(?!.*\d{13})[A-Za-z0-9_-]{8,64}")


def is_key(value: Any) -> bool:
    """Whether a value may be an idempotency key (the form `KEY` of `schema.input_forms`)."""
    return type(value) is str and _KEY.fullmatch(value) is not None and not holds_nir(value)


def hashed_key(key: str, secret: bytes) -> str:
    """The keyed hash of an idempotency key."""
    return _hash(secret, key.encode())


def hashed_request(mutation: str, arguments: Mapping[str, Any], secret: bytes) -> str:
    """The keyed hash of all that a client gave to a mutation."""
    return _hash(secret, orjson.dumps([mutation, arguments], option=orjson.OPT_SORT_KEYS))


def hashed_actor(actor: str, secret: bytes) -> str:
    """The keyed hash of an actor, which is stored beside its requests.

    The prefix keeps it apart from the hashes of keys and requests, which are made under the same secret.
    """
    return _hash(secret, b"actor:" + actor.encode())


def _hash(secret: bytes, data: bytes) -> str:
    return hmac.digest(secret, data, "sha256").hex()
