"""The hub that is measured, in this process, and those who ask it: an issuer of their own signs their tokens."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from joserfc import jwk, jwt

from benchmarks import dataset
from hub.app import HubApp, hub_app
from hub.graph import Graph
from hub.identity.actor import CLAIM
from hub.identity.issuer import Issuer
from hub.request_limit import RequestLimit
from hub.settings import Settings
from infra.keys import Keys
from infra.roles import Dsn
from schema.shared_state import SharedState

ISSUER, AUDIENCE, PURPOSE = "https://bench.spie-hub.example", "https://hub.spie-hub.example", "suivi"
UNBOUNDED = RequestLimit(actor=10**9, organisation=10**9, application=10**9)
"""Requests of the few actors that ask, so that none is refused."""

REFERENT: Mapping[str, Any] = {
    "kind": "referent_cd",
    "agent": dataset.REFERENT,
    "organisation_type": "conseil_departemental",
    "departments": ["08"],
}
"""The référent of `dataset.FOLLOWED` people."""
ORGANISATION: Mapping[str, Any] = {
    "kind": "delegataire_rsa",
    "agent": dataset.REFERENT,
    "organisation_type": "delegataire_rsa",
}
"""An agent of the organisation that follows all people of the bench."""


@dataclass(frozen=True, slots=True)
class BenchHub:
    """A hub that runs, and the key of its issuer."""

    app: HubApp
    key: jwk.OKPKey

    def headers(self, actor: Mapping[str, Any]) -> dict[str, str]:
        """The token of `REFERENT` or `ORGANISATION`, and the purpose of its requests."""
        return headers(self.key, actor)


def headers(key: jwk.OKPKey, actor: Mapping[str, Any]) -> dict[str, str]:
    """The token of an actor that this key of `ISSUER` signs, and the purpose of its requests."""
    now = int(time.time())
    claim = {
        "purposes": [PURPOSE],
        "habilitated_until": now + 86_400,
        "organisation": dataset.SIRET,
        **actor,
    }
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "bench", "iat": now, "exp": now + 43_200, CLAIM: claim}
    token = jwt.encode({"alg": "Ed25519", "kid": "bench"}, claims, key, algorithms=["Ed25519"])
    return {"authorization": f"Bearer {token}", "purpose": PURPOSE}


@asynccontextmanager
async def running_hub(graph: Graph, keys: Keys, dsn: Dsn, state: SharedState | None = None) -> AsyncIterator[BenchHub]:
    """A hub on the bench's database, until the end of the block; `state` is what it knows together with others."""
    key = jwk.OKPKey.generate_key("Ed25519", {"kid": "bench"})
    settings = Settings(
        AUDIENCE,
        {ISSUER: Issuer(ISSUER, "Ed25519", {"bench": key})},
        {dataset.SIRET: frozenset({PURPOSE})},
        requests=UNBOUNDED,
    )
    app = hub_app(graph, settings, keys, dsn, state=state)
    async with app.running():
        yield BenchHub(app, key)
