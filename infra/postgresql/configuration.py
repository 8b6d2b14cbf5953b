"""How the embedded PostgreSQL is made and run: on a private socket only, with logs that quote no data."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from infra.errors import SetupRefused
from infra.postgresql.binaries import Binaries
from infra.postgresql.cluster_home import Account, ClusterFiles
from infra.postgresql.memory import available_memory, shared_buffers
from infra.scram import verifier

ADMINISTRATOR = "spie_admin"
PORT = 5432
KEEPER = "infra.postgresql.keeper"
READY = b"ready\n"
"""The line that the keeper writes once the server takes connections."""
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "dynamic_shared_memory_type": "mmap",  # a container's /dev/shm is often 64 MB
    "max_connections": "200",
    "temp_file_limit": "4GB",
    "password_encryption": "scram-sha-256",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # An error's text and detail may hold a person's value: statements, parameters and errors are not logged.
    "log_statement": "none",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
_DURABLE = {"shared_buffers": shared_buffers(available_memory()), "max_wal_size": "4GB"}
"""Settings for data that stay, and may be those of a million people: each page that is not in memory is read and
written again, and each page is copied whole into the WAL once after a checkpoint."""
_VOLATILE = {"shared_buffers": "128MB", "fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
"""Settings for data that may be lost when the machine stops, of many databases that each live for a few seconds."""


def command(binaries: Binaries, files: ClusterFiles, socket: Path, *, durable: bool) -> list[str]:
    """Return the command that runs the server; it holds the settings, so that they follow the code, not the data."""
    settings = {
        **_SETTINGS,
        **(_DURABLE if durable else _VOLATILE),
        "unix_socket_directories": str(socket),
        "hba_file": str(files.access),
    }
    arguments = [f"--{name}={value}" for name, value in settings.items()]
    return [str(binaries.directory / "postgres"), "-D", str(files.data), *arguments]


def write_access(files: ClusterFiles) -> None:
    """Write the file that admits any role with its password."""
    files.access.write_text("local all all scram-sha-256\n")
    files.access.chmod(0o644)


def initialise(binaries: Binaries, files: ClusterFiles, owner: Account, password: str, *, durable: bool) -> None:
    """Make the cluster, atomically; without `durable`, its files need not be on the disk."""
    building, secret = files.base / "data.new", files.base / "password"
    shutil.rmtree(building, ignore_errors=True)
    secret.unlink(missing_ok=True)
    building.mkdir(mode=0o700)
    secret.touch(mode=0o600)
    secret.write_text(password)
    owner.own(building)
    owner.own(secret)
    modern = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if binaries.major >= 17 else []
    try:
        _run(
            [
                str(binaries.directory / "initdb"),
                f"--pgdata={building}",
                f"--username={ADMINISTRATOR}",
                f"--pwfile={secret}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                *modern,
                *([] if durable else ["--no-sync"]),
            ],
            owner,
        )
    finally:
        secret.unlink(missing_ok=True)
    building.rename(files.data)


def replace_password(binaries: Binaries, files: ClusterFiles, owner: Account, password: str) -> None:
    """Change the administrator's password in a stopped cluster, whose keys were made again."""
    statement = f"ALTER ROLE {ADMINISTRATOR} PASSWORD '{verifier(password)}'\n"
    _run([str(binaries.directory / "postgres"), "--single", "-D", str(files.data), "postgres"], owner, statement)


def _run(command: list[str], owner: Account, text: str = "") -> None:
    try:
        process = subprocess.run(  # type: ignore[call-overload]  # the account's arguments are a mapping
            command,
            input=text,
            capture_output=True,
            text=True,
            cwd="/",
            env=ENVIRONMENT,
            check=False,
            **owner.switch,
        )
    except OSError as error:
        raise _refused(f"{Path(command[0]).name}: {error.strerror}") from error
    if process.returncode:
        raise _refused(process.stderr.strip())


def _refused(detail: str) -> SetupRefused:
    return SetupRefused(
        "POSTGRESQL_FAILED",
        f"PostgreSQL embarqué n'a pas pu préparer ses données :\n{detail}",
        detail,
    )
