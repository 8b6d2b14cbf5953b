"""The database that the demo and the commands work on: that of DATABASE_URL, else the embedded cluster's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.keys import Keys
from infra.postgresql import cluster
from infra.postgresql.configuration import ADMINISTRATOR
from infra.roles import password

NAME = "spie"
"""The application's database in an embedded cluster."""


@contextmanager
def administrator(url: str | None, name: str, root: Path, keys: Keys) -> Iterator[str]:
    """Yield the administrator's address of a database, for `infra.migrate.migrate` and `infra.roles.dsn`.

    `url` is the value of DATABASE_URL; without it, the cluster `name` of the clone at `root` runs until the end of the
    block. Raises SetupRefused.
    """
    if url:
        yield url
        return
    with cluster(name, root, password(ADMINISTRATOR, keys)) as running:
        yield running.admin_dsn(NAME)
