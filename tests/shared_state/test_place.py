"""What `REDIS_URL` may be: each form that the page names is read, and no other."""

from __future__ import annotations

from typing import Any

import pytest

from infra.errors import SetupRefused
from infra.shared_state.place import Place

READ: dict[str, dict[str, Any]] = {
    "redis://127.0.0.1": {"host": "127.0.0.1", "port": 6379, "db": 0},
    "redis://localhost:6380/2": {"host": "localhost", "port": 6380, "db": 2},
    "rediss://valkey.example:6379": {"host": "valkey.example", "port": 6379, "db": 0},
    "unix:///run/valkey/a%20socket": {"path": "/run/valkey/a socket"},
}


@pytest.mark.parametrize("url", READ)
def test_every_form_of_the_page_is_read(url: str) -> None:
    assert Place(url).options() == {"username": None, "password": None, **READ[url]}


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("redis://valkey:6379", "rediss://"),
        ("redis://localhost:port", "nombres"),
        ("redis://localhost/people", "nombres"),
        ("rediss://", "nomme un hôte"),
        ("unix://", "chemin entier"),
        ("unix://run/valkey", "chemin entier"),
        ("http://localhost", "commence par"),
    ],
)
def test_another_address_is_refused_with_its_reason(url: str, why: str) -> None:
    with pytest.raises(SetupRefused) as refusal:
        Place(url).options()
    assert refusal.value.code == "SHARED_STATE_ADDRESS"
    assert why in refusal.value.message
