"""The shared state of the processes that commands start: on the server of `REDIS_URL`, else in the process itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hub.settings import Settings
from hub.shared_settings import SharedSettings
from infra.keys import Keys
from schema.local_state import LocalState
from schema.shared_state import SharedState

if TYPE_CHECKING:
    from infra.shared_state.server_state import ServerState

VARIABLE = "REDIS_URL"


def shared_keys() -> tuple[str, ...]:
    """The names of the keys that the shared state needs."""
    return ("shared",) if os.environ.get(VARIABLE) else ()


def shared_state(settings: Settings | None, keys: Keys) -> SharedState:
    """The shared state of a process that serves; raises SetupRefused (SHARED_STATE_ADDRESS)."""
    return server_state(settings, keys) if os.environ.get(VARIABLE) else LocalState()


def server_state(settings: Settings | None, keys: Keys, *, begins: bool = True) -> ServerState:
    """The state on the server of `REDIS_URL`, which whoever only administers it doesn't begin; raises SetupRefused
    (SHARED_STATE_ADDRESS)."""
    from infra.shared_state.place import Patience, Place
    from infra.shared_state.server_state import ServerState

    shared = SharedSettings() if settings is None else settings.shared
    patience = Patience(shared.timeout_seconds, shared.alone_seconds)
    place = Place(os.environ[VARIABLE], shared.password, shared.tls)
    return ServerState(place, keys.shared, patience, shared.prefix, begins=begins)
