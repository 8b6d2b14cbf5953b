"""Whoever follows docs/installation.md: what they read there, and what they bring."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from typing import Any

from joserfc import jwk, jwt

from demo.cast import CD_08
from hub.identity.actor import CLAIM
from tests.conftest import ROOT
from tests.docs.blocks import Block, blocks_of

PAGE = ROOT / "docs" / "installation.md"
HUB = "http://127.0.0.1:8000"
PASSWORD = secrets.token_urlsafe(16)
"""The password of the administrator."""
PEOPLE = "{ persons(first: 3) { nodes { id lastName } } }"
KEY = jwk.OKPKey.generate_key("Ed25519", {"kid": "essai"})
"""The key of the identity provider."""
PUBLIC = json.dumps({"keys": [KEY.as_dict(private=False)]})
"""Its public half, which the reader has."""


def section(title: str) -> list[Block]:
    """The blocks of a section of the page, in its order."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(f"\n## {title}")
    assert rest
    first, inside = before.count("\n```") // 2, rest.partition("\n## ")[0].count("\n```") // 2
    return blocks_of(PAGE)[first : first + inside]


def ask(told: Callable[[str], str], document: str) -> Any:
    """What the hub answers to an orienteur of the département, whom its identity provider knows; `told` runs `curl`."""
    now = int(time.time())
    actor = {
        "kind": "orienteur_cd",
        "purposes": ["orientation"],
        "habilitated_until": now + 3600,
        "organisation": CD_08.siret,
        "organisation_type": CD_08.type,
        "departments": [CD_08.department],
    }
    claims = {"iss": "https://identite.exemple.fr", "aud": "https://hub.exemple.fr", "sub": "agent-1"}
    times = {"client_id": "portail-08", "iat": now, "exp": now + 3600}
    token = jwt.encode({"alg": "Ed25519", "kid": KEY.kid}, {**claims, **times, CLAIM: actor}, KEY, ["Ed25519"])
    headers = f"-H 'Authorization: Bearer {token}' -H 'Purpose: orientation' -H 'Content-Type: application/json'"
    body = json.dumps({"query": document})
    return json.loads(told(f"curl -sS {headers} -d '{body}' {HUB}/graphql"))
