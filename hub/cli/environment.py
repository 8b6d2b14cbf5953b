"""The variables of the environment that commands read; one that looks like ours and is none is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from hub.errors import StartRefused

OURS = ("HUB_URL", "HUB_TOKEN", "HUB_TOKEN_URL", "HUB_CLIENT_ID", "HUB_CLIENT_SECRET", "HUB_PAGE")
"""Those that begin as ours do, of the commands and of the examples of clients."""
SERVERS = ("DATABASE_URL", "DATABASE_POOL_URL", "REDIS_URL")
"""The others: the servers that are used in place of our own."""
_LIKE_OURS = re.compile(r"(SPIE|HUB)_[A-Z0-9_]+")
_OF_KUBERNETES = re.compile(r"[A-Z0-9_]*?_(SERVICE_HOST|SERVICE_PORT\w*|PORT(_\d+_(TCP|UDP)\w*)?)")
"""What Kubernetes gives each container for a service, which may be called as we are."""


def check_environment(names: Iterable[str]) -> None:
    """Raise StartRefused (ENVIRONMENT_UNKNOWN) for names that nothing here reads; their values are not looked at."""
    unknown = sorted(
        name for name in names if _LIKE_OURS.fullmatch(name) and name not in OURS and not _OF_KUBERNETES.fullmatch(name)
    )
    if not unknown:
        return
    near = get_close_matches(unknown[0], OURS, 1)
    mend = f"Pour la première, vouliez-vous {near[0]} ? Sinon ôtez-la" if near else "Ôtez-les"
    raise StartRefused(
        "ENVIRONMENT_UNKNOWN",
        f"Rien ne lit ces variables d'environnement, qui semblent des nôtres : {', '.join(unknown)}. {mend} ; "
        f"celles que le hub lit sont {', '.join((*SERVERS, *OURS))}, et le reste est dans le fichier de réglages.",
        f"unknown variables {', '.join(unknown)}",
    )
