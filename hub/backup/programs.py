"""Runs `pg_dump` and `pg_restore`, whose passwords are in their environment and whose messages nobody sees.

What they say on a failure may quote a row, so that only their exit code is told.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from infra.errors import SetupRefused
from infra.postgresql.binaries import client_program


async def run_program(name: str, major: int, address: str, *arguments: str) -> None:
    """Run a client program of PostgreSQL on the database of an address; raises SetupRefused (POSTGRESQL_MISSING,
    ADMINISTRATOR_UNFIT, BACKUP_PROGRAM_FAILED)."""
    place, secrets = _without_secrets(address)
    command = [str(client_program(name, major)), "--no-password", *arguments, f"--dbname={place}"]
    process = await asyncio.to_thread(
        subprocess.run, command, env={**os.environ, **secrets}, stdin=subprocess.DEVNULL, capture_output=True
    )
    if process.returncode == 0:
        return
    if b"row-level security" in process.stderr or b"permission denied" in process.stderr:
        raise unfit(name)
    raise SetupRefused(
        "BACKUP_PROGRAM_FAILED",
        f"« {name} » a échoué : vérifiez la place sur le disque et que le serveur répond, puis recommencez. Son "
        "message n'est pas montré, car il peut citer une ligne.",
        f"{name} ended with {process.returncode}",
    )


def unfit(name: str) -> SetupRefused:
    """The refusal of an administrator who may not read or write every row."""
    return SetupRefused(
        "ADMINISTRATOR_UNFIT",
        "L'utilisateur de DATABASE_URL ne voit pas toutes les lignes : une copie demande un superutilisateur, ou un "
        "administrateur à qui il a donné BYPASSRLS.",
        f"{name}: row security or privileges",
    )


def _without_secrets(address: str) -> tuple[str, dict[str, str]]:
    """An address that names neither user nor password, and the variables that give them instead."""
    parts = urlsplit(address)
    parameters = dict(parse_qsl(parts.query))
    user = parameters.pop("user", None) or unquote(parts.username or "")
    password = parameters.pop("password", None) or unquote(parts.password or "")
    host = parts.netloc.rpartition("@")[2]
    place = f"postgresql://{host}{parts.path}?{urlencode(parameters)}"  # libpq needs the slashes
    environment = {"PGUSER": user, "PGPASSWORD": password}
    return place, {name: value for name, value in environment.items() if value}
