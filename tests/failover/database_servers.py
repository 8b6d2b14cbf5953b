"""PostgreSQL on two hosts, led by Patroni; etcd on these and a third one says who leads."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import orjson

from infra.postgresql.configuration import ADMINISTRATOR
from tests.failover.hosts import Host

ACCOUNT = "postgres"
PATIENCE = 120.0
DCS = {
    "ttl": 20,
    "loop_wait": 2,
    "retry_timeout": 3,
    "synchronous_mode": True,
    "postgresql": {
        "use_pg_rewind": True,
        "parameters": {"password_encryption": "scram-sha-256", "wal_log_hints": "on"},
    },
}
"""What the servers agree on: a leader that is not heard for 20 s is none (the least that Patroni allows), and a commit
is answered once another server has it, if there is one."""
HBA = [
    "local all all trust",
    "host all all 10.77.7.0/24 scram-sha-256",
    "host replication all 10.77.7.0/24 scram-sha-256",
]


def programs() -> Path:
    """The folder of the newest of PostgreSQL's programs that Debian installs."""
    return max(Path("/usr/lib/postgresql").glob("*/bin"))


def eventually(condition: Callable[[], bool], description: str, patience: float = PATIENCE) -> float:
    """Wait until something is so; return how many seconds it took. Raises TimeoutError."""
    begun = time.monotonic()
    while time.monotonic() < begun + patience:
        if condition():
            return time.monotonic() - begun
        time.sleep(0.05)
    raise TimeoutError(description)


@dataclass
class DatabaseServers:
    """The hosts whose database may lead, and the one that only votes."""

    servers: Sequence[Host]
    voter: Host
    folder: Path
    password: str = field(default_factory=lambda: secrets.token_hex(16))
    replication: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def _hosts(self) -> str:
        return ",".join(f"{host.address}:5432" for host in self.servers)

    @property
    def place(self) -> str:
        """The address for processes that serve: whichever server takes writes."""
        return f"postgresql://{self._hosts}/spie?target_session_attrs=read-write"

    @property
    def admin_dsn(self) -> str:
        """The address for an administrator."""
        return self.place.replace("//", f"//{ADMINISTRATOR}:{self.password}@")

    def start(self) -> None:
        """Start all, and wait until one leads and the other follows."""
        for host in (*self.servers, self.voter):
            self.start_voter(host)
        for host in self.servers:
            self.start_server(host)
        self.wait_until_ready()

    def start_voter(self, host: Host) -> None:
        """Start etcd on a host, with the data that it had."""
        members = ",".join(f"{member.name}=http://{member.address}:2380" for member in (*self.servers, self.voter))
        own = f"http://{host.address}"
        options = {
            "name": host.name,
            "data-dir": self.folder / f"{host.name}-etcd",
            "initial-cluster": members,
            "initial-advertise-peer-urls": f"{own}:2380",
            "listen-peer-urls": f"{own}:2380",
            "advertise-client-urls": f"{own}:2379",
            "listen-client-urls": f"{own}:2379,http://127.0.0.1:2379",
        }
        host.run("etcd", ["etcd", *(f"--{name}={value}" for name, value in options.items())])

    def start_server(self, host: Host) -> None:
        """Start Patroni on a host, with the data that it had; it starts PostgreSQL."""
        path = self.folder / f"{host.name}-patroni"
        if not path.exists():
            path.mkdir()
            shutil.chown(path, ACCOUNT, ACCOUNT)
        (path / "patroni.json").write_bytes(orjson.dumps(self._settings(host, path)))
        host.run("patroni", ["patroni", path / "patroni.json"], account=ACCOUNT)

    def _settings(self, host: Host, path: Path) -> object:
        accounts = {"superuser": (ADMINISTRATOR, self.password), "replication": ("replicator", self.replication)}
        return {
            "scope": "spie",
            "name": host.name,
            "restapi": {"listen": f"{host.address}:8008", "connect_address": f"{host.address}:8008"},
            "etcd3": {"hosts": [f"{member.address}:2379" for member in (*self.servers, self.voter)]},
            "bootstrap": {"dcs": DCS, "initdb": [{"encoding": "UTF8"}, {"locale": "C"}]},
            "postgresql": {
                "listen": f"{host.address}:5432",
                "connect_address": f"{host.address}:5432",
                "data_dir": str(path / "data"),
                "bin_dir": str(programs()),
                "pgpass": str(path / "pgpass"),
                "pg_hba": HBA,
                "parameters": {"unix_socket_directories": str(path), "max_connections": "200"},
                "authentication": {
                    name: {"username": user, "password": secret} for name, (user, secret) in accounts.items()
                },
            },
        }

    def leader(self) -> Host | None:
        """The host whose server says that it leads and takes writes."""
        for host in self.servers:
            if self._answers(host, "primary"):
                return host
        return None

    def wait_until_ready(self) -> float:
        """Wait until a server leads and every other one follows it, synchronously."""
        return eventually(
            lambda: (
                sorted((self._answers(host, "primary"), self._answers(host, "sync")) for host in self.servers)
                == [(False, True), (True, False)]
            ),
            "no leader with a follower",
        )

    def _answers(self, host: Host, role: str) -> bool:
        try:
            return httpx2.get(f"http://{host.address}:8008/{role}", timeout=2).status_code == 200
        except httpx2.TransportError:
            return False
