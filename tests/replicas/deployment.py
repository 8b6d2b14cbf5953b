"""An installation runs in several processes, and each comes back at its address after a kill."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from demo.rdvi_files import signed
from demo.token_issuer import ALGORITHM
from infra.keys import Keys
from schema.subgraphs import SUBGRAPHS
from tests.conftest import ROOT, Database
from tests.e2e.site import CASE, NUMBERED, PATIENCE, Filled, Process, fill, serve
from tests.e2e.test_webhooks import CD08, own_keys, sender_settings_file
from tests.identity.provider import PROJECT, Provider, provider
from tests.node import installed

OFFICER, REFERENT = "orienteur", "referent-a"
"""The actors whose systems keep copies."""
SETTINGS = """
[notifications]
networks = ["127.0.0.0/8"]
retry_seconds = 0.1
"""


@dataclass
class Deployment:
    """A hub, its subgraphs and what else is started; `ask` sends one request as an actor of the demonstration."""

    filled: Filled
    database: Database
    folder: Path
    provider: Provider
    separate: bool
    processes: dict[str, Process] = field(default_factory=dict)
    settings: Path = Path()
    _running: dict[str, ExitStack] = field(default_factory=dict)
    _client: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=PATIENCE))

    @property
    def url(self) -> str:
        """The address of the graph."""
        return f"{self.processes['hub' if self.separate else 'all'].url}/graphql"

    def start(self, role: str) -> None:
        """Start a process, at the address that it had before if it was there."""
        more = ["--port", str(urlsplit(self.processes[role].url).port)] if role in self.processes else []
        database, settings = self.database, None if role in SUBGRAPHS else self.settings
        if role == "webhooks":
            database, settings = self.intake
        self._running[role] = ExitStack()
        self.processes[role] = self._running[role].enter_context(serve(role, database, self.folder, settings, more))

    def kill(self, role: str) -> None:
        """End a process where it is."""
        self.processes[role].popen.kill()
        self.processes[role].popen.wait(PATIENCE)
        self._running[role].close()

    def start_all(self) -> None:
        """Start what serves."""
        for name in SUBGRAPHS if self.separate else ():
            self.start(name)
        subgraphs = {name: process.url for name, process in self.processes.items()}
        self.settings = self.filled.settings("replicas.toml", subgraphs=subgraphs)
        issuer = f'[[issuers]]\nissuer = "{self.provider.url}"\nalgorithm = "{ALGORITHM}"\n'
        keys = f'keys_url = "{self.provider.keys_url}"\n'
        self.settings.write_text(self.settings.read_text("utf-8") + issuer + keys + SETTINGS, "utf-8")
        self.start("hub" if self.separate else "all")
        if self.separate:
            self.start("notifications")
            self.start("webhooks")

    @cached_property
    def intake(self) -> tuple[Database, Path]:
        """What the process that takes notifications has: keys and settings of its own."""
        folder = self.folder / "intake"
        folder.mkdir()
        return replace(self.database, keys=own_keys(self.database, folder)), sender_settings_file(folder)

    async def notify(self, body: bytes) -> None:
        """Send a notification of RDV-Insertion until it is taken."""
        secret = (self.intake[0].keys.directory / f"webhook-{CD08.replace('/', '.')}").read_bytes().strip()
        url = f"{self.processes['webhooks'].url}/webhooks/{CD08}"
        while True:
            with suppress(httpx2.TransportError):
                headers = signed(body, secret)
                response = await asyncio.to_thread(self._client.post, url, content=body, headers=headers)
                if response.status_code < 500:
                    return
            await asyncio.sleep(0.05)

    def subscribe(self, actor: str, purpose: str, query: str, url: str) -> str:
        """Subscribe an address to the changes of an actor; return the secret that signs its messages."""
        token, document = self.folder / "token", self.folder / "query.graphql"
        token.write_text(self.filled.issuer.token(self.filled.actors[actor]))
        document.write_text(query)
        command = [sys.executable, "-m", "hub.cli", "subscriptions", "add", "--url", url, "--purpose", purpose]
        options = {"settings": self.settings, "query": document, "token": token, "keys": self.database.keys.directory}
        for name, path in options.items():
            command += [f"--{name}", str(path)]
        environment = {"DATABASE_URL": self.database.admin_dsn}
        process = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        [secret] = re.findall(r"whsec_\S+", process.stdout) or [process.stderr]
        return str(secret)

    def stop(self) -> None:
        """Stop all."""
        for stack in self._running.values():
            stack.close()
        self._client.close()

    def rotate_keys(self) -> None:
        """Sign calls to subgraphs under other keys, as an operator does: the old ones are accepted until all have
        started again."""
        names = [f"context-{name}" for name in SUBGRAPHS]
        rotated = Keys.load(self.database.keys.directory).overlapped(*names)
        for role in [*self.processes]:
            self.kill(role)
            self.start(role)
        for name in names:
            rotated.ended(name)

    async def ask(
        self, actor: str, purpose: str, query: str, variables: Mapping[str, Any], token: str | None = None
    ) -> Any:
        """The answer to a request that is sent until it is answered, whoever is killed meanwhile."""
        bearer = token or self.filled.issuer.token(self.filled.actors[actor])
        headers = {"authorization": f"Bearer {bearer}", "purpose": purpose, **(CASE if purpose in NUMBERED else {})}
        body = {"query": query, "variables": dict(variables)}
        while True:
            with suppress(httpx2.TransportError):
                response = await asyncio.to_thread(self._client.post, self.url, json=body, headers=headers)
                if response.status_code < 500 and not _unreached(answer := response.json()):
                    return answer
            await asyncio.sleep(0.05)


def _unreached(answer: Any) -> bool:
    """Whether an answer lacks what a killed subgraph would have said."""
    return any(error["extensions"]["code"].startswith("SUBGRAPH_") for error in answer.get("errors", ()))


@contextmanager
def deployment(database: Database, folder: Path, *, separate: bool) -> Iterator[Deployment]:
    """An installation over the demonstration's data with keys of its own; raises NodeAbsent."""
    node = installed(PROJECT)
    filled = fill(database, folder)
    shutil.copytree(database.keys.directory, folder / "keys")
    database = replace(database, keys=Keys.load(folder / "keys"))
    with provider(node, [filled.actors[name] for name in (OFFICER, REFERENT)]) as identity:
        running = Deployment(filled, database, folder, identity, separate)
        try:
            running.start_all()
            yield running
        finally:
            running.stop()
