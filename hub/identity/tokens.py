"""Signed tokens: one algorithm and one key set per trusted issuer, which only the settings name.

docs/attaques.md#attack-32 and docs/attaques.md#attack-33: header keys (`jku`, `jwk`, `x5u`, `crit`) are never followed,
`kid` is a look-up.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from math import inf
from typing import Any, TypeAlias

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.jws import extract_compact

from hub.errors import IdentityRefused, StartRefused
from hub.identity.actor import Actor
from hub.identity.applications import Applications
from hub.identity.issuer import Issuer
from hub.policy.decide.policy_model import ActorKind
from schema.lru import Lru

CACHE = 10_000
CACHE_BYTES = 16 * 1024 * 1024
CACHE_SECONDS = 60
FOREIGN_HEADERS = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip"})
MAX_TOKEN = 8_192
MAX_KID = 256
UNKNOWN = "Votre jeton d'accès n'est pas reconnu : reconnectez-vous auprès d'un fournisseur d'identité agréé."
UNTRUSTED = "the token is not signed by a trusted issuer"


Cached: TypeAlias = tuple[Actor, float, tuple[str, str]]
"""An actor, until when it is cached (Unix seconds), and the issuer and `kid` of its key."""


class KeyUnknown(IdentityRefused):
    """The token names a key that its issuer's remote set lacked at its last reading."""

    def __init__(self, issuer: str, kid: str, *, read: bool) -> None:
        if read:
            super().__init__("TOKEN_REFUSED", UNKNOWN, UNTRUSTED)
        else:
            super().__init__(
                "ISSUER_KEYS_UNAVAILABLE",
                "Les clés de votre fournisseur d'identité ne se lisent pas en ce moment : réessayez plus tard.",
                "the issuer's key set was never read, or too long ago",
                http_status=503,
            )
        self.issuer, self.kid = issuer, kid


@dataclass(frozen=True, slots=True)
class IssuerKeys:
    """Keys of an issuer by `kid`, valid until `until` (Unix seconds)."""

    keys: Mapping[str, Key]
    until: float


class Tokens:
    """Verifies bearer tokens; caches a token's actor for at most `CACHE_SECONDS`, within the life of token and key.

    Raises StartRefused (SETTINGS_INVALID) for an issuer with an unknown kind of actor.
    """

    def __init__(
        self,
        issuers: Mapping[str, Issuer],
        audience: str,
        kinds: Mapping[str, ActorKind],
        applications: Applications | None = None,
    ) -> None:
        self._issuers, self._audience, self._applications = issuers, audience, applications or Applications()
        self._kinds = {name: _admitted_kinds(issuer, kinds) for name, issuer in issuers.items()}
        self._issuer_keys = {
            name: IssuerKeys(issuer.keys, inf if issuer.source is None else 0) for name, issuer in issuers.items()
        }
        self._cache: Lru[bytes, Cached] = Lru("tokens", CACHE_BYTES, _memory, entries=CACHE)

    def actor(self, token: str, now: int) -> Actor:
        """The actor of a token that is valid now (Unix seconds); raises IdentityRefused."""
        digest = sha256(token.encode()).digest()
        cached = self._cache.get(digest)
        if cached is not None and now < cached[1]:
            return cached[0]
        claims, kid = self._claims(token, now)
        issuer = claims["iss"]
        actor = self._applications.caller(claims, self._issuers[issuer], self._kinds[issuer], now)
        until = min(actor.expires, now + CACHE_SECONDS, self._issuer_keys[issuer].until)
        self._cache.put(digest, (actor, until, (issuer, kid)))
        return actor

    def replace_keys(self, issuer: str, keys: Mapping[str, Key], until: int) -> None:
        """Replace the keys of an issuer, by `kid`, until `until` (Unix seconds).

        Cached actors whose key was removed or replaced are dropped.
        """
        replaced = {(issuer, kid) for kid, key in self._issuer_keys[issuer].keys.items() if keys.get(kid) != key}
        self._issuer_keys[issuer] = IssuerKeys(keys, until)
        for digest in [digest for digest, (_, _, key) in self._cache.items() if key in replaced]:
            self._cache.remove(digest)

    def has_valid_key(self, now: int) -> bool:
        """Whether any key is valid now."""
        return any(keys.keys and now < keys.until for keys in self._issuer_keys.values())

    def _claims(self, token: str, now: int) -> tuple[dict[str, Any], str]:
        """The verified claims of a token that is valid now, and the `kid` of its key."""
        if len(token) > MAX_TOKEN:
            raise _refused("the token is too long")
        try:
            unverified = extract_compact(token.encode())
            header = unverified.headers()
            if FOREIGN_HEADERS & header.keys():
                raise _refused("the token's header names a key or an extension")
            issuer = self._issuers[json.loads(unverified.payload)["iss"]]
            kid = header["kid"]
            key = self._key(issuer, kid, now)
            claims = jwt.decode(token, key, algorithms=[issuer.algorithm]).claims
        except (JoseError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise _refused(UNTRUSTED) from error
        if claims.get("aud") != self._audience and self._audience not in _list(claims.get("aud")):
            raise _refused("the token is for another audience")
        if type(claims.get("sub")) is not str or not all(type(claims.get(n)) is int for n in ("exp", "iat")):
            raise _refused("the token lacks sub, exp or iat")
        if type(claims.get("nbf", 0)) is not int or max(claims["iat"], claims.get("nbf", 0)) > now + 30:
            raise _refused("the token is not valid yet")
        if claims["exp"] - claims["iat"] > issuer.token_seconds:
            raise IdentityRefused(
                "TOKEN_LIFE",
                "Votre jeton d'accès dure plus longtemps que ce hub ne l'admet : demandez-en un plus court à votre "
                "fournisseur d'identité.",
                f"exp - iat is more than {issuer.token_seconds} s",
            )
        if claims["exp"] <= now:
            raise IdentityRefused(
                "TOKEN_EXPIRED",
                "Votre jeton d'accès a expiré : reconnectez-vous pour en obtenir un nouveau.",
                "the token is expired",
            )
        return claims, kid

    def _key(self, issuer: Issuer, kid: Any, now: int) -> Key:
        """The key that a token names; raises KeyUnknown if reading the remote set may find it, else KeyError,
        TypeError."""
        issuer_keys = self._issuer_keys[issuer.name]
        if now < issuer_keys.until and kid in issuer_keys.keys:
            return issuer_keys.keys[kid]
        if issuer.source is None or type(kid) is not str or len(kid) > MAX_KID:
            raise KeyError
        raise KeyUnknown(issuer.name, kid, read=now < issuer_keys.until)


def _admitted_kinds(issuer: Issuer, kinds: Mapping[str, ActorKind]) -> Mapping[str, ActorKind]:
    """The kinds of actors whose tokens the issuer may issue."""
    if issuer.kinds is None:
        return kinds
    if unknown := issuer.kinds - kinds.keys():
        detail = f"issuer {issuer.name}: unknown kind of actor {min(unknown)}"
        raise StartRefused(
            "SETTINGS_INVALID",
            f"L'émetteur « {issuer.name} » est admis pour une sorte d'acteur inconnue, « {min(unknown)} ». Sortes : "
            f"{', '.join(kinds)}.",
            detail,
        )
    return {name: kind for name, kind in kinds.items() if name in issuer.kinds}


def _list(value: Any) -> list[Any]:
    return value if type(value) is list else []


def _refused(detail: str) -> IdentityRefused:
    return IdentityRefused("TOKEN_REFUSED", UNKNOWN, detail)


def _memory(digest: bytes, cached: Cached) -> int:
    """Memory of a cached actor, in bytes."""
    return 1_500 + sum(100 + len(scope) for scope in cached[0].scopes)
