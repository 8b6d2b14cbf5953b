"""`hub settings` tells every mistake at once and no secret; `hub --version`; variables that look like ours."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from demo.token_issuer import Issuer
from hub.settings import load_settings
from hub.version import commit, release
from tests.cli.commands import hub
from tests.conftest import ROOT

SECRET = "s3cret" * 6
MISTAKES = """
deadline = "long"
show_plan = true
[[issuers]]
issuer = "https://idp.example"
algorithm = "ES999"
keys = "absent.jwks.json"
[limits]
depth = -1
deep = 3
[traces]
endpoint = "http://collecteur.example/"
[metrics]
host = "0.0.0.0"
[sources.nowhere]
every = 3
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Issuer(tmp_path).write_settings({})


def test_every_mistake_is_told_with_its_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(MISTAKES, encoding="utf-8")
    result = hub("settings", "check", str(path))
    lines = result.err.splitlines()
    assert (result.code, result.out) == (1, "")
    places = [line.split(":")[1] for line in lines]
    assert sorted(places, key=int) == ["1", "2", "3", "7", "9", "10", "12", "14", "15"], result.err
    assert all(line.startswith("wrong.toml:") and line.endswith("[SETTINGS_INVALID]") for line in lines)
    refused = hub("serve", "--settings", str(path)).check_refused("SETTINGS_INVALID")
    assert all(line.removesuffix(" [SETTINGS_INVALID]") in refused for line in lines)


def test_a_file_without_mistakes_is_said_to_be_valid(path: Path) -> None:
    result = hub("settings", "check", str(path))
    assert (result.code, result.out) == (0, f"{path.name} : réglages valides.\n")


def test_each_setting_is_shown_as_it_holds_and_no_secret_is(path: Path) -> None:
    (path.parent / "metrics.token").write_text(SECRET)
    text = path.read_text(encoding="utf-8")
    path.write_text(f'{text}\n[metrics]\ntoken = "metrics.token"\n[limits]\ndepth = 3\n', encoding="utf-8")
    result = hub("settings", "show", str(path))
    lines = result.out.splitlines()
    assert {"limits.depth = 3", "limits.tokens = 4000", "metrics.token = (caché)", "traces = (aucun)"} <= {*lines}
    assert load_settings(path).metrics.token == SECRET
    assert SECRET not in result.out + repr(load_settings(path).metrics)


def test_the_version_is_told_with_its_commit() -> None:
    result = hub("--version")
    assert (result.code, result.out.startswith(f"spie-hub {release()}")) == (0, True)
    assert commit() is None or f"({commit()})" in result.out


def test_the_version_is_the_newest_of_the_changelog_and_that_of_a_tag_on_its_commit() -> None:
    numbered = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert numbered[0] == release()
    assert numbered == sorted(numbered, key=lambda text: [int(part) for part in text.split(".")], reverse=True)
    tagged = subprocess.run(["git", "tag", "--points-at=HEAD", "v[0-9]*"], cwd=ROOT, capture_output=True, text=True)
    assert set(tagged.stdout.split()) <= {f"v{release()}"}


def test_a_commit_is_that_of_the_clone_also_where_its_branches_are_packed(tmp_path: Path) -> None:
    digits = "0123456789abcdef" * 2 + "01234567"
    (tmp_path / "HEAD").write_text("ref: refs/heads/main\n")
    (tmp_path / "packed-refs").write_text(f"# pack-refs\n{digits} refs/heads/main\n")
    assert commit(tmp_path) == digits[:12]
    assert commit(tmp_path / "absent") is None


@pytest.mark.parametrize("name", ["HUB_TOKEN_URI", "SPIE_DATABASE", "HUB_PORT_NUMBER"])
def test_a_variable_that_looks_like_ours_and_is_none_is_refused_without_its_value(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, SECRET)
    line = hub("policy", "check").check_refused("ENVIRONMENT_UNKNOWN")
    assert name in line
    assert SECRET not in line


def test_what_kubernetes_says_of_a_service_named_hub_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HUB_SERVICE_HOST", "HUB_SERVICE_PORT_HTTP", "HUB_PORT", "HUB_PORT_80_TCP_ADDR"):
        monkeypatch.setenv(name, "10.0.0.1")
    assert not [name for name in os.environ if name.startswith("SPIE_")]
    assert hub("policy", "check").code == 0
