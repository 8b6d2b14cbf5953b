"""Signed tokens: one algorithm and one key set per trusted issuer, named in the settings and nowhere else.

policy.md attacks 32 and 33: header keys (`jku`, `jwk`, `x5u`, `crit`) are never followed, `kid` is a look-up.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet
from joserfc.jws import extract_compact

from hub.errors import IdentityRefused, StartRefused
from hub.identity.actor import Actor, actor_of
from hub.policy.model import ActorKind

CACHE = 10_000
CACHE_SECONDS = 60
FOREIGN_HEADERS = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip"})
MAX_TOKEN = 8_192
ALGORITHMS = frozenset({"Ed25519", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"})
"""Signatures that a public key verifies (RFC 7518, RFC 9864): an issuer has one of them."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """A trusted issuer: its name (`iss`), its one algorithm, its public keys by `kid`, and the kinds of actors that it
    may tell of (None: all)."""

    name: str
    algorithm: str
    keys: Mapping[str, Key]
    kinds: frozenset[str] | None = None

    @staticmethod
    def from_jwks(name: str, algorithm: str, jwks: Any, kinds: frozenset[str] | None = None) -> Issuer:
        """From a JWK set (RFC 7517) of public keys, each under a `kid` of its own; raises ValueError."""
        if algorithm not in ALGORITHMS:
            raise ValueError(f"'algorithm' is none of {', '.join(sorted(ALGORITHMS))}")
        try:
            found = KeySet.import_key_set(jwks).keys
        except JoseError as error:
            raise ValueError(f"the key set of an issuer does not read: {error.error}") from None
        keys = {key.kid: key for key in found if key.kid is not None and key.key_type != "oct"}
        if len(keys) != len(found):
            raise ValueError("a key of an issuer is symmetric, or shares its 'kid' with another")
        return Issuer(name, algorithm, keys, kinds)


class Tokens:
    """Reads bearer tokens; remembers the actor of a token for at most `CACHE_SECONDS`, never past its expiry.

    Raises StartRefused (SETTINGS_INVALID) for an issuer of a kind of actor that there isn't.
    """

    def __init__(self, issuers: Mapping[str, Issuer], audience: str, kinds: Mapping[str, ActorKind]) -> None:
        self._issuers, self._audience = issuers, audience
        self._kinds = {name: _told(issuer, kinds) for name, issuer in issuers.items()}
        self._cache: OrderedDict[bytes, tuple[Actor, int]] = OrderedDict()

    def actor(self, token: str, now: int) -> Actor:
        """The actor of a token that is valid now (Unix seconds); raises IdentityRefused."""
        digest = sha256(token.encode()).digest()
        known = self._cache.get(digest)
        if known is not None and now < known[1]:
            return known[0]
        claims = self._claims(token, now)
        actor = actor_of(claims, self._kinds[claims["iss"]], now)
        self._cache[digest] = (actor, min(actor.expires, now + CACHE_SECONDS))
        while len(self._cache) > CACHE:
            self._cache.popitem(last=False)
        return actor

    def _claims(self, token: str, now: int) -> dict[str, Any]:
        if len(token) > MAX_TOKEN:
            raise _refused("the token is too long")
        try:
            unverified = extract_compact(token.encode())
            header = unverified.headers()
            if FOREIGN_HEADERS & header.keys():
                raise _refused("the token's header names a key or an extension")
            issuer = self._issuers[json.loads(unverified.payload)["iss"]]
            key = issuer.keys[header["kid"]]
            claims = jwt.decode(token, key, algorithms=[issuer.algorithm]).claims
        except (JoseError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise _refused("the token is not signed by a trusted issuer") from error
        if claims.get("aud") != self._audience and self._audience not in _list(claims.get("aud")):
            raise _refused("the token is for another audience")
        if type(claims.get("sub")) is not str or not all(type(claims.get(n)) is int for n in ("exp", "iat")):
            raise _refused("the token lacks sub, exp or iat")
        if type(claims.get("nbf", 0)) is not int or max(claims["iat"], claims.get("nbf", 0)) > now + 30:
            raise _refused("the token is not valid yet")
        if claims["exp"] <= now:
            raise IdentityRefused(
                "TOKEN_EXPIRED",
                "Votre jeton d'accès a expiré : reconnectez-vous pour en obtenir un nouveau.",
                "the token is expired",
            )
        return claims


def _told(issuer: Issuer, kinds: Mapping[str, ActorKind]) -> Mapping[str, ActorKind]:
    """The kinds of actors that an issuer may tell of."""
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
    return IdentityRefused(
        "TOKEN_REFUSED",
        "Votre jeton d'accès n'est pas reconnu : reconnectez-vous auprès d'un fournisseur d'identité agréé.",
        detail,
    )
