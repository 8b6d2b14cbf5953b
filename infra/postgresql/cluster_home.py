"""Where a cluster lives: a place that outlives a reboot and that the account which runs PostgreSQL can enter."""

from __future__ import annotations

import os
import pwd
import re
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from infra.errors import SetupRefused

SYSTEM = Path("/var/lib/spie-hub")
SOCKET_PREFIX = "spie-"
LONGEST_SOCKET = 107
"""Bytes of a socket's path that the kernel takes."""
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")


@dataclass(frozen=True, slots=True)
class Account:
    """The operating system's account that PostgreSQL runs under; it refuses to run as root."""

    uid: int
    gid: int

    @property
    def switch(self) -> dict[str, object]:
        """Arguments of `subprocess` that start a process under this account."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give this file or directory to the account."""
        if os.geteuid() != self.uid:
            os.chown(path, self.uid, self.gid)


def account() -> Account:
    """`nobody` when we are root, else ourselves."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


@dataclass(frozen=True, slots=True)
class Places:
    """Files of one cluster: all ours but `data`, which belongs to the account."""

    base: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.base / "data"

    @property
    def log(self) -> Path:
        """What PostgreSQL says; the former run's is kept beside it."""
        return self.base / "postgresql.log"

    @property
    def mark(self) -> Path:
        """The mark of the clone that made the data."""
        return self.base / "clone"

    @property
    def access(self) -> Path:
        """The `pg_hba.conf` in force."""
        return self.base / "pg_hba.conf"

    @property
    def state(self) -> Path:
        """What the processes of this clone know of the running cluster."""
        return self.base / "state.json"

    @property
    def door(self) -> Path:
        """Lock held while coming or leaving."""
        return self.base / "door.lock"

    @property
    def users(self) -> Path:
        """Lock that each user shares, and that the keeper waits to have alone."""
        return self.base / "users.lock"

    @property
    def keeper(self) -> Path:
        """Lock that the keeper holds as long as it lives."""
        return self.base / "keeper.lock"


def home(root: Path) -> Path:
    """Directory of all the clusters of the clone at `root`."""
    if os.geteuid() != 0:
        return root.resolve() / ".data" / "pg"
    return SYSTEM / sha256(str(root.resolve()).encode()).hexdigest()[:16]


def places(root: Path, name: str) -> Places:
    """Places of the cluster `name` of this clone, its directory made."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a cluster's name: {name!r}")
    base = home(root) / name
    try:
        base.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            for step in (SYSTEM, home(root), base):
                step.chmod(0o755)
    except OSError as error:
        raise SetupRefused(
            "DATA_PLACE_REFUSED",
            f"Impossible de créer {base}, où PostgreSQL embarqué garde ses données : rendez ce dossier accessible en "
            "écriture, ou donnez un serveur par DATABASE_URL.",
            f"{base}: {error.strerror}",
        ) from error
    return Places(base)


def ready(data: Path, pid: int | None) -> bool:
    """Whether the server on this data says that it takes connections (and is this process, if one is given)."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and pid in (None, int(lines[0])) and lines[7].strip() == "ready"


def socket_directory(owner: Account) -> Path:
    """A new private directory for the socket: short, and on a way that the account can walk."""
    for parent in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):  # noqa: S108 mkdtemp below is safe there
        longest = len(os.fsencode(parent / f"{SOCKET_PREFIX}xxxxxxxx" / ".s.PGSQL.5432"))
        if parent.is_dir() and longest <= LONGEST_SOCKET and _walkable(parent, owner):
            directory = Path(tempfile.mkdtemp(prefix=SOCKET_PREFIX, dir=parent))
            owner.own(directory)
            return directory
    raise SetupRefused(
        "SOCKET_PLACE_REFUSED",
        "Aucun dossier temporaire ne convient au socket de PostgreSQL : donnez à TMPDIR un chemin court et ouvert à "
        "tous.",
        "no temporary directory is both short and walkable",
    )


def _walkable(directory: Path, owner: Account) -> bool:
    if os.geteuid() == owner.uid:
        return os.access(directory, os.W_OK | os.X_OK)
    return all(step.stat().st_mode & 0o001 for step in (directory, *directory.resolve().parents))
