"""The directories of a cluster: they outlive a reboot, and the account that runs PostgreSQL can enter them."""

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
"""The longest path of a socket, in bytes, that the kernel accepts."""
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")


@dataclass(frozen=True, slots=True)
class Account:
    """The system account that runs PostgreSQL, which refuses to run as root."""

    uid: int
    gid: int

    @property
    def switch(self) -> dict[str, object]:
        """The arguments of `subprocess` that start a process under this account."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Change the owner of a file or directory to the account."""
        if os.geteuid() != self.uid:
            os.chown(path, self.uid, self.gid)


def account() -> Account:
    """Return the account `nobody` for root, else the current one."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


@dataclass(frozen=True, slots=True)
class ClusterFiles:
    """The files of one cluster; `data` belongs to the account, the others to the current user."""

    base: Path

    @property
    def data(self) -> Path:
        """The data directory of PostgreSQL."""
        return self.base / "data"

    @property
    def log(self) -> Path:
        """The log of PostgreSQL; that of the previous run is beside it."""
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
        """The state of the running cluster, shared by the processes of this clone."""
        return self.base / "state.json"

    @property
    def door(self) -> Path:
        """The lock held while joining or leaving."""
        return self.base / "door.lock"

    @property
    def users(self) -> Path:
        """The lock that users share and that the keeper waits to hold alone."""
        return self.base / "users.lock"

    @property
    def keeper(self) -> Path:
        """The lock that the keeper holds while it lives."""
        return self.base / "keeper.lock"


def home(root: Path) -> Path:
    """Return the directory of all the clusters of the clone at `root`."""
    if os.geteuid() != 0:
        return root.resolve() / ".data" / "pg"
    return SYSTEM / sha256(str(root.resolve()).encode()).hexdigest()[:16]


def cluster_files(root: Path, name: str) -> ClusterFiles:
    """Return the files of the cluster `name` of this clone, and make its directory."""
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
    return ClusterFiles(base)


def ready(data: Path, pid: int | None) -> bool:
    """Tell whether the server on this data (the process `pid`, if given) declares that it takes connections."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and pid in (None, int(lines[0])) and lines[7].strip() == "ready"


def socket_directory(owner: Account) -> Path:
    """Make a private directory for the socket, with a short path that the account can reach."""
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
