"""What a process says of itself when it starts: version, commit, role, database, policy, subgraphs, limits."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from hub.settings import Settings
from hub.version import commit, release
from infra.key_ages import key_ages
from infra.keys import Keys
from schema.subgraphs import SUBGRAPHS

log = logging.getLogger(__name__)


def warn_late_keys(keys: Keys) -> None:
    """Log each key of this process that should have been changed, or whose previous one has ended and is there."""
    now = datetime.now(UTC)
    for key in key_ages(keys.directory, keys.values):
        if key.is_late(now):
            log.warning("the key %s is late: hub keys list says what to do", key.name)


def log_start(role: str, database: str, policy: str | None, settings: Settings | None) -> None:
    """Log it; `database` is an address of which host and name alone are told, `policy` the digest of the policy."""
    place = urlsplit(database)
    facts: dict[str, Any] = {
        "commit": commit() or "unknown",
        "database": f"{place.netloc.rpartition('@')[2]}{place.path}",
        **({} if policy is None else {"policy": policy}),
    }
    if settings is not None and role == "hub":
        away = settings.subgraphs
        names = [*SUBGRAPHS, *(name for name in away if name not in SUBGRAPHS)]
        facts["subgraphs"] = {name: away[name].url if name in away else "here" for name in names}
        facts["limits"] = {"deadline": settings.deadline, **asdict(settings.requests)}
    log.info("starting %s %s", role, release(), extra={"facts": facts})
