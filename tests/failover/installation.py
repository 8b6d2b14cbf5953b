"""An installation on several hosts: two hubs, the subgraphs, the shared state, and what starts again what ends."""

from __future__ import annotations

import secrets
import ssl
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from demo.__main__ import prepare
from demo.cast import BY_SLUG
from demo.token_issuer import Issuer
from infra.keys import Keys
from infra.migrate import migrate
from infra.roles import dsn
from schema.days import today
from schema.subgraphs import SUBGRAPHS
from tests.conftest import ROOT
from tests.e2e.site import Filled
from tests.failover.database_servers import DatabaseServers, eventually
from tests.failover.hosts import Host
from tests.federation.authority import Authority, Pair

HUB_PORT, SHARED_PORT = 8443, 6390
SUBGRAPH_PORTS = {name: 8451 + number for number, name in enumerate(SUBGRAPHS)}
HUBS = ("hub1", "hub2")
READY = 60.0
SHARED_STATE = "valkey-server"


@dataclass
class Installation:
    """What serves, each on its host: `start` starts a role again as a supervisor does."""

    hosts: Mapping[str, Host]
    database: DatabaseServers
    folder: Path
    authority: Authority
    keys: Keys
    filled: Filled = field(init=False)
    settings: Path = field(init=False)
    programs: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    async def fill(self) -> None:
        """Migrate the database, and read the files of the demonstration into it."""
        await migrate(self.database.admin_dsn, self.keys)
        actors, persons = await prepare(
            self.keys, lambda role: dsn(self.database.place, role, self.keys), self.folder / "files", today()
        )
        ids = {slug: person["id"] for slug, person in zip(BY_SLUG, persons, strict=True)}
        self.filled = Filled(Issuer(self.folder / "demo"), {actor.name: actor for actor in actors}, ids)

    def start_all(self) -> float:
        """Start what serves; return how many seconds it takes until both hubs are ready."""
        inner, trust = self.hosts["inner"].address, f'authorities = "{self.authority.path}"'
        elsewhere = [
            f'[subgraphs.{name}]\nurl = "https://{inner}:{port}/graphql"\n{trust}'
            for name, port in SUBGRAPH_PORTS.items()
        ]
        self._password.write_text(secrets.token_hex(16), encoding="ascii")
        self.settings = self.filled.settings("failover.toml", deadline=5.0)
        written = self.settings.read_text(encoding="utf-8")
        shared = f'[shared]\npassword = "{self._password.name}"\n{trust}'
        self.settings.write_text("\n".join([written, *elsewhere, shared, ""]), encoding="utf-8")
        for name in ("shared", *SUBGRAPHS, *HUBS):
            self.start(name)
        return eventually(lambda: all(map(self.ready, HUBS)), "hubs not ready", READY)

    @property
    def _password(self) -> Path:
        """The file of the password of the shared state."""
        return self.folder / "demo" / "shared.password"

    def start(self, role: str) -> None:
        """Start a role on its host."""
        host = self.hosts[role if role in HUBS else "inner"]
        pair = self.authority.issue(f"{role}-server", (host.address,))
        if role == "shared":
            command, environment = self._shared_state(host, pair), {}
        else:
            command = [sys.executable, "-m", "hub.cli", "serve", "--role", "hub" if role in HUBS else role]
            command += ["--host", host.address, "--port", str(HUB_PORT if role in HUBS else SUBGRAPH_PORTS[role])]
            command += ["--certificate", pair.certificate, "--key", pair.key, "--keys", self.keys.directory]
            command += ["--settings", self.settings]
            environment = {
                "DATABASE_URL": self.database.place,
                "REDIS_URL": f"rediss://{self.hosts['inner'].address}:{SHARED_PORT}",
                "PYTHONPATH": str(ROOT),
            }
        self.programs[role] = host.run(role, command, environment)

    def _shared_state(self, host: Host, pair: Pair) -> list[str | Path]:
        """The command of a server that keeps nothing on the disk, over TLS alone."""
        options: dict[str, str | Path] = {
            "bind": host.address,
            "port": "0",
            "tls-port": str(SHARED_PORT),
            "tls-cert-file": pair.certificate,
            "tls-key-file": pair.key,
            "tls-ca-cert-file": self.authority.path,
            "tls-auth-clients": "no",
            "save": "",
            "requirepass": self._password.read_text(encoding="ascii"),
            "dir": self.folder,
        }
        command: list[str | Path] = [SHARED_STATE]
        for name, value in options.items():
            command += [f"--{name}", value]
        return command

    def url(self, hub: str) -> str:
        """The address of a hub."""
        return f"https://{self.hosts[hub].address}:{HUB_PORT}"

    def ready(self, hub: str) -> bool:
        """Whether a hub says that it is ready, without anything missing."""
        try:
            with self.client(2) as client:
                return client.get(f"{self.url(hub)}/readyz").status_code == 200
        except httpx2.TransportError:
            return False

    def client(self, patience: float) -> httpx2.Client:
        """A client that trusts the installation's authority."""
        return httpx2.Client(verify=ssl.create_default_context(cafile=str(self.authority.path)), timeout=patience)
