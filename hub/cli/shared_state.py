"""The shared state of the processes that commands start: on the server of `REDIS_URL`, else in the process itself."""

from __future__ import annotations

import os

from hub.settings import Settings
from hub.shared_settings import SharedSettings
from infra.keys import Keys
from schema.local_state import LocalState
from schema.shared_state import SharedState

VARIABLE = "REDIS_URL"


def shared_keys() -> tuple[str, ...]:
    """The names of the keys that the shared state needs."""
    return ("shared",) if os.environ.get(VARIABLE) else ()


def shared_state(settings: Settings | None, keys: Keys) -> SharedState:
    """The shared state; raises SetupRefused (SHARED_STATE_ADDRESS)."""
    url = os.environ.get(VARIABLE)
    if not url:
        return LocalState()
    from infra.shared_state.place import Patience, Place
    from infra.shared_state.server_state import ServerState

    shared = SharedSettings() if settings is None else settings.shared
    patience = Patience(shared.timeout_seconds, shared.alone_seconds)
    return ServerState(Place(url, shared.password, shared.tls), keys.shared, patience, shared.prefix)
