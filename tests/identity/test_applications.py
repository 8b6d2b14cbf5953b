"""Partners' applications are said in the settings exactly, each with scopes that there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.identity import Issuer
from hub.errors import StartRefused
from hub.identity.applications import Applications, Client
from hub.policy.load import load
from hub.settings import load_settings

APPLICATION = """
[[clients]]
issuer = "https://demo.spie-hub.example"
client = "other"
organisation = "99900090800017"
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('client = "other"', 'client = "demo"'),
        ('client = "other"', 'client = "parcours-partage"'),
        ('client = "other"', "client = 3"),
        ("demo.spie-hub.example", "unknown.example"),
        ('organisation = "99900090800017"', 'organisation = ""'),
        ('organisation = "99900090800017"', 'organisation = "99900090800017"\nscopes = "parcours"'),
        ('organisation = "99900090800017"', 'organisation = "99900090800017"\nscope = ["parcours"]'),
    ],
)
def test_an_application_that_is_not_exactly_said_stops_the_start(tmp_path: Path, old: str, new: str) -> None:
    path = Issuer(tmp_path).write_settings({})
    path.write_text(path.read_text(encoding="utf-8") + APPLICATION, encoding="utf-8")
    assert len(load_settings(path).clients) == 2
    assert old in APPLICATION
    path.write_text(path.read_text(encoding="utf-8").replace(APPLICATION, APPLICATION.replace(old, new)), "utf-8")
    with pytest.raises(StartRefused, match="SETTINGS_INVALID"):
        load_settings(path)


@pytest.mark.parametrize("scopes", [("parkour",), ("parcours", "twice")])
def test_a_scope_that_there_is_not_or_two_for_one_kind_of_user_stop_the_start(scopes: tuple[str, ...]) -> None:
    known = load().clients
    with pytest.raises(StartRefused, match="SETTINGS_INVALID") as refused:
        Applications([Client("i", "app", "s", scopes)], {**known, "twice": known["parcours"]})
    assert "app" in refused.value.message
