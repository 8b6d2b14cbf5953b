"""Trusted issuers: the algorithm of each, and its public keys, in a file beside the settings or at an address."""

from __future__ import annotations

import ssl
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from hub.errors import SettingInvalid

ALGORITHMS: Mapping[str, tuple[str, str | None]] = {
    "Ed25519": ("OKP", "Ed25519"),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    **{f"{family}{bits}": ("RSA", None) for family in ("PS", "RS") for bits in (256, 384, 512)},
}
"""Signature algorithms with a public key (RFC 7518, RFC 9864), with the key's type and curve; an issuer uses one."""
MOST_KEYS = 64
TOKEN_SECONDS = 43_200
"""Longest life of a token, unless the settings say otherwise: a working day."""
SECRET = frozenset({"k", "d", "p", "q", "dp", "dq", "qi", "oth"})
"""Private members of a JWK (RFC 7518 §6)."""
RSA_BITS = (2_048, 8_192)
"""Smallest and largest RSA modulus: RFC 7518 §3.3, and a bound on the cost of verifying."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a key set is read over the network, in seconds.

    It is read again after `refresh`, or sooner if its Cache-Control `max-age` says so, but at least `least` seconds
    apart; if it cannot be read again, the last set stays valid for `max_age`.
    """

    refresh: int = 300
    least: int = 10
    max_age: int = 3_600

    def __post_init__(self) -> None:
        """Raises SettingInvalid for numbers with which a set would expire before it is read again, or never."""
        if not 1 <= self.least <= self.refresh < self.max_age <= 604_800:
            raise SettingInvalid(
                "il faut 1 <= « least » <= « refresh » < « max_age » <= 604800 (une semaine)", "the pace of a key set"
            )


@dataclass(frozen=True, slots=True)
class Source:
    """Where a key set is read: its URL, the TLS authorities to trust, and how often."""

    url: str
    tls: ssl.SSLContext
    pace: Pace = field(default_factory=Pace)


@dataclass(frozen=True, slots=True)
class Issuer:
    """A trusted issuer: its name (`iss`), its one algorithm, its public keys by `kid`, and the kinds of actors whose
    tokens it may issue (None: all). With a `source`, its keys are read there. `clients`: its own applications (None:
    all but those of partners). `token_seconds`: longest life of its tokens, from `iat` to `exp`."""

    name: str
    algorithm: str
    keys: Mapping[str, Key]
    kinds: frozenset[str] | None = None
    source: Source | None = None
    clients: frozenset[str] | None = None
    token_seconds: int = TOKEN_SECONDS

    def __post_init__(self) -> None:
        """Raises SettingInvalid for an issuer without a name, or whose signatures no public key verifies."""
        if type(self.name) is not str or not self.name.isprintable() or not self.name:
            raise SettingInvalid("« issuer » est un texte d'une ligne, qui n'est pas vide", "an issuer without a name")
        if self.algorithm not in ALGORITHMS:
            raise SettingInvalid(f"« algorithm » est l'un de {', '.join(sorted(ALGORITHMS))}", "no known algorithm")

    @staticmethod
    def from_jwks(name: str, algorithm: str, jwks: Any, kinds: frozenset[str] | None = None) -> Issuer:
        """The issuer with the public keys of a JWK set (RFC 7517), each under its own `kid`; raises SettingInvalid."""
        return Issuer(name, algorithm, _public(jwks), kinds)


def own_keys(jwks: Any, algorithm: str) -> dict[str, Key]:
    """The keys of a set that verify this algorithm, by `kid`, possibly none; raises SettingInvalid.

    Keys for another use (another algorithm, encryption) are left out. A set is refused if it holds a secret, or if two
    of the keys for this algorithm share a `kid`.
    """
    rows = jwks.get("keys") if type(jwks) is dict else None
    if type(rows) is not list or len(rows) > MOST_KEYS or any(type(row) is not dict for row in rows):
        raise SettingInvalid(
            f"un jeu de clés (JWK) a une liste « keys » de {MOST_KEYS} clés au plus",
            "no JWK set, or of too many keys",
        )
    if any(SECRET & row.keys() for row in rows):
        raise SettingInvalid("le jeu de clés contient un secret", "the set holds a secret")
    own = [row for row in rows if _verifies(row, algorithm)]
    return _public({"keys": own}) if own else {}


def _verifies(row: Mapping[str, Any], algorithm: str) -> bool:
    kty, curve = ALGORITHMS[algorithm]
    operations = row.get("key_ops", ["verify"])
    return (
        row.get("kty") == kty
        and (curve is None or row.get("crv") == curve)
        and row.get("alg", algorithm) == algorithm
        and row.get("use", "sig") == "sig"
        and type(operations) is list
        and "verify" in operations
    )


def _public(jwks: Any) -> dict[str, Key]:
    """The keys of a set by `kid`; raises SettingInvalid unless all are public and each is under a `kid` of its own."""
    try:
        if any(not RSA_BITS[0] <= _bits(row["n"]) <= RSA_BITS[1] for row in jwks["keys"] if row["kty"] == "RSA"):
            raise SettingInvalid(
                f"une clé RSA est de {RSA_BITS[0]} à {RSA_BITS[1]} bits", f"an RSA key not of {RSA_BITS} bits"
            )
        imported = KeySet.import_key_set(jwks).keys
    except SettingInvalid:
        raise
    except (JoseError, LookupError, TypeError, ValueError) as error:
        raise SettingInvalid(
            "le jeu de clés d'un émetteur ne se lit pas : il faut un JWK Set (RFC 7517), chaque clé avec son « kid »",
            f"the key set of an issuer does not read: {type(error).__name__}",
        ) from None
    keys = {key.kid: key for key in imported if key.kid is not None and key.key_type != "oct" and not key.is_private}
    if len(keys) != len(imported):
        raise SettingInvalid(
            "une clé d'un émetteur est secrète, n'a pas de « kid », ou a celui d'une autre",
            "a key of an issuer is symmetric or private, or shares its 'kid' with another",
        )
    return keys


def _bits(modulus: str) -> int:
    return int.from_bytes(urlsafe_b64decode(modulus + "==")).bit_length()
