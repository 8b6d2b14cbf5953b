"""The shared state in memory and on a real server, for tests that hold for both."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from schema.local_state import LocalState
from schema.shared_state import SharedState
from tests.valkey import Valkey, valkey

if TYPE_CHECKING:
    from infra.shared_state.server_state import ServerState

KEY = b"k" * 32


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[Valkey]:
    """A server that no test stops."""
    with valkey() as running:
        yield running


def state_of(server: Valkey, prefix: str = "", key: bytes = KEY, **patience: float) -> ServerState:
    """A state on this server, of an installation of its own unless a prefix is given."""
    from infra.shared_state.place import Patience, Place
    from infra.shared_state.server_state import ServerState

    return ServerState(Place(server.url), key, Patience(**patience), prefix or secrets.token_hex(4))


@pytest.fixture(params=["memory", "server"])
async def state(request: pytest.FixtureRequest) -> AsyncIterator[SharedState]:
    """An empty state of either kind."""
    if request.param == "memory":
        yield LocalState()
        return
    shared = state_of(request.getfixturevalue("valkey_server"))
    async with shared.running():
        assert shared.is_open
        yield shared


async def until(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait until it holds."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - what another process does is no event of this one
            await asyncio.sleep(0.01)
