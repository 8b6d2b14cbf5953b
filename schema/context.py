"""The signed context of a hub → subgraph call: who asks, for what purpose, under which residual
(docs/policy.md#rule-4).

Over HTTP it travels in the header `HEADER` as `base64url(payload).base64url(HMAC-SHA-256)` under a key per subgraph,
bound to the body by its digest, for at most `LIFETIME` seconds, with a nonce of its own for each attempt. In process,
the `Context` object itself is handed over.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BinasciiError
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

import orjson

from schema.residual import Residual

HEADER = "hub-context"
LIFETIME = 30
PAGE, LARGEST_PAGE = 100, 1000
"""Most rows of one page, and the most that the scope of an application may set."""


TEXT = frozenset({str})
CLAIMS = {
    **dict.fromkeys(("aud", "jti", "body", "actor", "kind", "purpose", "policy", "class", "residual"), TEXT),
    **dict.fromkeys(("iat", "exp", "now", "page"), frozenset({int})),
    "organisation": frozenset({str, type(None)}),
    "scopes": frozenset({list}),
}
"""The types of the values of a context: one of another form is refused, whoever signed it."""


class ContextRefused(Exception):
    """The context is missing, altered, expired, replayed or for another audience; the subgraph answers 401."""


class Context(NamedTuple):
    """The part of a request that a subgraph needs.

    `actor` names the actor, and the partner's application if it uses one; `scopes` are link keys
    (`schema.facts.link_key`); `now` is Unix seconds; `seconds`: the time that is left for this call; `page`: the most
    rows of one page. `caller` is who asks as the hub knows it, for what the hub itself answers: no subgraph gets it.
    """

    actor: str
    kind: str
    organisation: str | None
    purpose: str
    scopes: tuple[str, ...]
    policy: str
    decision_class: str
    residual: Residual
    now: int
    seconds: float = LIFETIME
    page: int = PAGE
    caller: object = None


def seal(context: Context, *, audience: str, body: bytes, key: bytes, now: int) -> str:
    """Header value for one attempt at one call."""
    payload = orjson.dumps(
        {
            "aud": audience,
            "iat": now,
            "exp": now + LIFETIME,
            "jti": secrets.token_urlsafe(12),
            "body": sha256(body).hexdigest(),
            "actor": context.actor,
            "kind": context.kind,
            "organisation": context.organisation,
            "purpose": context.purpose,
            "scopes": context.scopes,
            "policy": context.policy,
            "class": context.decision_class,
            "residual": context.residual.encoded.decode(),
            "now": context.now,
            "seconds": context.seconds,
            "page": context.page,
        }
    )
    return f"{_b64(payload)}.{_b64(_sign(payload, key))}"


def unseal(header: str, *, audience: str, body: bytes, keys: Sequence[bytes], now: int) -> tuple[Context, str, int]:
    """The context, signed under one of these keys, its nonce and its expiry (for the caller's replay memory); raises
    ContextRefused."""
    try:
        encoded, _, signature = header.partition(".")
        payload = _unb64(encoded)
        digest = _unb64(signature)
        if not any(hmac.compare_digest(digest, _sign(payload, key)) for key in keys):
            raise ContextRefused("signature")
        claims = orjson.loads(payload)
        if any(type(claims[name]) not in types for name, types in CLAIMS.items()):
            raise ContextRefused("types")
        if claims["aud"] != audience:
            raise ContextRefused("audience")
        if not claims["iat"] - 5 <= now < claims["exp"] or claims["exp"] - claims["iat"] > LIFETIME:
            raise ContextRefused("expired")
        if not hmac.compare_digest(claims["body"], sha256(body).hexdigest()):
            raise ContextRefused("body")
        context = Context(
            actor=claims["actor"],
            kind=claims["kind"],
            organisation=claims["organisation"],
            purpose=claims["purpose"],
            scopes=tuple(claims["scopes"]),
            policy=claims["policy"],
            decision_class=claims["class"],
            residual=Residual.decode(claims["residual"]),
            now=claims["now"],
            seconds=min(float(claims.get("seconds", LIFETIME)), LIFETIME),
            page=min(max(claims["page"], 1), LARGEST_PAGE),
        )
        if any(type(scope) is not str for scope in context.scopes):
            raise ContextRefused("types")
        return context, claims["jti"], claims["exp"]
    except (BinasciiError, UnicodeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ContextRefused("malformed") from error


def _sign(payload: bytes, key: bytes) -> bytes:
    return hmac.digest(key, payload, "sha256")


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
