"""`hub revocations` says that somebody is revoked only where that closes something."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.token_issuer import ISSUER
from hub.cli.shared_state import VARIABLE
from tests.cli.commands import hub
from tests.valkey import Valkey


@pytest.mark.parametrize(
    "named",
    [
        ("--organisation", "220 800 010 00018"),
        ("--organisation", "220800010"),
        ("--actor", "referent-a"),
        ("--actor", f"{ISSUER}#"),
        ("--application", " tableau"),
        ("--token", "Bearer a.b.c"),
        ("--token", "a.b"),
    ],
)
def test_what_names_nobody_is_not_said_to_be_revoked(
    named: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    option, value = named
    if option == "--token":
        (tmp_path / "jeton.txt").write_text(value, encoding="utf-8")
        value = str(tmp_path / "jeton.txt")
    monkeypatch.setenv(VARIABLE, "redis://127.0.0.1:9")
    hub("revocations", "add", option, value).check_refused("ARGUMENT_INVALID")


def test_a_state_by_which_no_hub_serves_revokes_nobody_and_one_that_is_gone_lists_nobody(
    valkey_server: Valkey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = ("--keys", str(tmp_path / "keys"))
    assert hub("keys", "init", "--keys", str(tmp_path / "keys")).code == 0
    monkeypatch.setenv(VARIABLE, valkey_server.url)
    for command in (("add", "--actor", f"{ISSUER}#a"), ("list",)):
        hub("revocations", *command, *keys).check_refused("SHARED_STATE_UNUSED")
    monkeypatch.setenv(VARIABLE, "redis://127.0.0.1:9")
    refused = hub("revocations", "list", *keys).check_refused("SHARED_STATE_GONE")
    assert "SHARED_STATE_UNREACHABLE" in refused
