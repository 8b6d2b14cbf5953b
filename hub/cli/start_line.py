"""What a process says of itself when it starts: version, commit, role, database, policy, subgraphs, limits."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from hub.settings import Settings
from hub.version import commit, release
from schema.subgraphs import SUBGRAPHS

log = logging.getLogger(__name__)


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
        named = [*SUBGRAPHS, *(name for name in away if name not in SUBGRAPHS)]
        facts["subgraphs"] = {name: away[name].url if name in away else "here" for name in named}
        facts["limits"] = {"deadline": settings.deadline, **asdict(settings.requests)}
    log.info("starting %s %s", role, release(), extra={"facts": facts})
