"""A real identity provider in another process: npm's `oidc-provider`, whose keys a test sets."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import orjson

from demo.token_issuer import AUDIENCE, DemoActor
from infra.npm import Node

PROJECT = Path(__file__).parent / "node"
HABILITATED = 4_000_000_000


@dataclass
class Provider:
    """An identity provider whose clients are the actors, and which issues tokens for the hub."""

    popen: subprocess.Popen[bytes]
    port: int = 0

    @property
    def url(self) -> str:
        """Its name as an issuer, too."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def keys_url(self) -> str:
        """Where its key set is read."""
        return f"{self.url}/jwks"

    @property
    def calls(self) -> int:
        """How often its key set was read."""
        return int(self._command({"calls": True}))

    def publish(self, *kids: str) -> None:
        """Publish these keys, and sign with the first."""
        self._command({"keys": kids})

    def listen(self, up: bool) -> None:
        """Stop, or start again at the same address."""
        self._command({"up": up})

    def token(self, actor: str) -> str:
        """A token that this actor asks for."""
        form = {"grant_type": "client_credentials"}
        answer = httpx2.post(f"{self.url}/token", data=form, auth=(actor, "secret"), timeout=30)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def _command(self, command: dict[str, Any]) -> Any:
        assert self.popen.stdin is not None
        assert self.popen.stdout is not None
        self.popen.stdin.write(orjson.dumps(command) + b"\n")
        self.popen.stdin.flush()
        answer = orjson.loads(self.popen.stdout.readline())
        self.port = answer["port"]
        return answer["told"]


@contextmanager
def provider(node: Node, actors: Iterable[DemoActor]) -> Iterator[Provider]:
    """A running provider with these actors as clients."""
    clients = {
        actor.name: {
            "kind": actor.kind,
            "purposes": actor.purposes,
            "habilitated_until": HABILITATED,
            **actor.claims,
        }
        for actor in actors
    }
    command = [node.binary, "provider.mjs", orjson.dumps({"audience": AUDIENCE, "clients": clients}).decode()]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=node.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=quiet
    ) as popen:
        try:
            running = Provider(popen)
            running.listen(True)
            running.publish("first")
            yield running
        finally:
            popen.kill()
