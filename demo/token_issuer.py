"""The demo's issuer of tokens: an Ed25519 key made at the first start, whose public half is in the demo's settings."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson
from joserfc import jwk, jwt

from demo.cast import CD_08, PARTNER
from demo.pages import CLIENTS
from hub.identity.actor import CLAIM
from hub.outgoing.systems import SYSTEMS

ISSUER = "https://demo.spie-hub.example"
AUDIENCE = "https://hub.spie-hub.example"
ALGORITHM = "Ed25519"
CLIENT, PARTNER_CLIENT, PAGE_CLIENT = "demo", "parcours-partage", "page-partenaire"
"""The application of the demo, that of the partner, and the partner's page, which runs in a browser."""
DEPARTMENT_CLIENT = "si-departement"
"""The information system of the département: large pages, and subscriptions that it makes itself."""
LIFETIME = 12 * 3600
"""Seconds that a token of the demo lives; the demo renews them at each start."""


@dataclass(frozen=True, slots=True)
class DemoActor:
    """An actor of the demo; `claims` are those of `hub.identity.actor`, without purposes and validity.

    `client` is the application that the token is issued to, `end_user` the user of a partner's application: the claim
    `act` (RFC 8693).
    """

    name: str
    kind: str
    purposes: tuple[str, ...]
    about: str
    claims: Mapping[str, Any]
    end_user: DemoActor | None = None
    client: str = CLIENT

    def own_claims(self, now: int) -> dict[str, Any]:
        """Return the claims of the actor, habilitated for a year."""
        claims = {"kind": self.kind, "purposes": list(self.purposes), "habilitated_until": now + 365 * 86_400}
        return {**claims, **self.claims}


class Issuer:
    """An issuer that signs tokens with the key in `folder`, which only its owner may read."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        path = folder / "issuer.jwk"
        if not path.exists():
            new_key = jwk.OKPKey.generate_key("Ed25519", {"kid": secrets.token_hex(8)})
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(orjson.dumps(new_key.as_dict(private=True)))
        self._key = jwk.OKPKey.import_key(orjson.loads(path.read_bytes()))

    def token(self, actor: DemoActor, now: int | None = None) -> str:
        """Return a token for this actor, valid from `now` (Unix seconds, by default the present) for `LIFETIME`."""
        now = int(time.time()) if now is None else now
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": actor.name,
            "client_id": actor.client,
            "iat": now,
            "exp": now + LIFETIME,
            CLAIM: actor.own_claims(now),
        }
        if actor.end_user is not None:
            claims["act"] = {"sub": actor.end_user.name, CLAIM: actor.end_user.own_claims(now)}
        header = {"alg": ALGORITHM, "kid": self._key.kid}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])

    def write_settings(
        self,
        agreements: Mapping[str, Sequence[str]],
        names: Mapping[str, str] = MappingProxyType({}),
        origins: Sequence[str] = (),
        systems: str | None = None,
        subscribers: Sequence[str] = (),
    ) -> Path:
        """Write the public key and the settings that trust it, with purposes and names per organisation (SIRET), the
        applications of the partner and of the département, and the partner's page, which asks what its manifest names,
        from `origins`. What is written for other systems is sent to the address `systems`; servers on the networks
        `subscribers` may be notified of changes."""
        keys = orjson.dumps({"keys": [self._key.as_dict(private=False)]})
        (self._folder / "issuer.jwks.json").write_bytes(keys)
        lines = [
            "# Réglages de la démonstration : seul son propre émetteur de jetons est admis.",
            f'audience = "{AUDIENCE}"',
            *([f"origins = {orjson.dumps(origins).decode()}"] if origins else []),
            "",
            "[[issuers]]",
            f'issuer = "{ISSUER}"',
            f'algorithm = "{ALGORITHM}"',
            'keys = "issuer.jwks.json"',
            f'clients = ["{CLIENT}"]',
            "",
            "[[clients]]",
            f'issuer = "{ISSUER}"',
            f'client = "{PARTNER_CLIENT}"',
            f'organisation = "{PARTNER.siret}"',
            'scopes = ["parcours", "mon_parcours"]',
            "",
            "[[clients]]",
            f'issuer = "{ISSUER}"',
            f'client = "{PAGE_CLIENT}"',
            f'organisation = "{PARTNER.siret}"',
            'scopes = ["parcours"]',
            "",
            "[[clients]]",
            f'issuer = "{ISSUER}"',
            f'client = "{DEPARTMENT_CLIENT}"',
            f'organisation = "{CD_08.siret}"',
            'scopes = ["departement"]',
            "subscriptions = 5",
            "",
            "[[documents]]",
            f'client = "{PAGE_CLIENT}"',
            f'manifest = "{CLIENTS / "typescript" / "documents.json"}"',
        ]
        for organisation, purposes in agreements.items():
            listed = ", ".join(f'"{purpose}"' for purpose in purposes)
            lines += ["", "[[agreements]]", f'organisation = "{organisation}"', f"purposes = [{listed}]"]
            lines += [f'name = "{names[organisation]}"'] if organisation in names else []
        for system in SYSTEMS if systems is not None else ():
            lines += ["", "[[outgoing]]", f'system = "{system}"', f'url = "{systems}"']
        lines += ["", "[notifications]", f"networks = {orjson.dumps(subscribers).decode()}"] if subscribers else []
        path = self._folder / "settings.toml"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path
