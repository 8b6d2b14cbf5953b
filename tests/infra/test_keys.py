"""Keys are whole, private and all there, or nothing starts."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from infra.errors import SetupRefused
from infra.keys import NAMES, RANDOM, RENEWABLE, SIZE, WEBHOOKS, Keys
from infra.role_names import LOGINS
from schema.overlapping_keys import accepted
from schema.subgraphs import SUBGRAPHS


def test_each_key_is_a_private_file_of_its_own(tmp_path: Path) -> None:
    keys = Keys.create(tmp_path / "keys")
    assert {path.name for path in keys.directory.iterdir()} == set(NAMES)
    assert stat.S_IMODE(keys.directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys.directory.iterdir()} == {0o600}
    values = [
        *(keys.context(subgraph) for subgraph in SUBGRAPHS),
        keys.nir,
        keys.cursors,
        keys.journal,
        keys.database,
        keys.quarantine,
        keys.subscriptions,
        keys.shared,
        *(keys.webhook(source) for source in WEBHOOKS),
        *(keys.role(role) for role in LOGINS),
    ]
    assert len(set(values)) == len(NAMES)
    assert min(len(value) for value in values) >= SIZE


def test_creating_again_keeps_what_is_there_and_adds_what_is_not(tmp_path: Path) -> None:
    first = Keys.create(tmp_path)
    (tmp_path / "nir").unlink()
    second = Keys.create(tmp_path)
    assert {name for name in NAMES if first.values[name] != second.values[name]} == {"nir"}
    assert Keys.load(tmp_path) == second


def test_processes_that_create_at_once_hold_the_same_keys(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from infra.keys import Keys; sys.stdin.read()\n"
        "print(sorted(Keys.create(Path(sys.argv[1])).values.items()))"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "keys")]
    makers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(4)]
    for maker in makers:
        assert maker.stdin is not None
        maker.stdin.close()
        maker.stdin = None
    assert len({maker.communicate()[0] for maker in makers}) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_key_is_named_and_nothing_loads(tmp_path: Path, name: str) -> None:
    Keys.create(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(SetupRefused) as refused:
        Keys.load(tmp_path)
    assert refused.value.code == "KEYS_MISSING"
    assert name in refused.value.message


def test_loading_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(SetupRefused, match="KEYS_MISSING"):
        Keys.load(tmp_path / "keys")
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o644])
def test_a_key_that_others_can_open_is_refused(tmp_path: Path, mode: int) -> None:
    Keys.create(tmp_path)
    (tmp_path / "journal").chmod(mode)
    with pytest.raises(SetupRefused, match="KEYS_EXPOSED"):
        Keys.load(tmp_path)


def test_a_folder_in_which_others_can_replace_a_key_is_refused(tmp_path: Path) -> None:
    Keys.create(tmp_path)
    tmp_path.chmod(0o770)
    with pytest.raises(SetupRefused, match="KEYS_EXPOSED"):
        Keys.load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"short", b"\xff\xfe", b"A" * 40 + b"\n"])
def test_a_damaged_key_is_refused_and_never_shown(tmp_path: Path, content: bytes) -> None:
    Keys.create(tmp_path)
    (tmp_path / "cursors").write_bytes(content)
    with pytest.raises(SetupRefused, match="KEYS_MALFORMED") as refused:
        Keys.load(tmp_path)
    text = refused.value.message + refused.value.detail
    assert not content.strip() or content.decode("latin-1").strip() not in text


def test_a_process_holds_only_the_keys_that_it_names(tmp_path: Path) -> None:
    Keys.create(tmp_path)
    (tmp_path / "nir").unlink()
    keys = Keys.load(tmp_path, ["context-offers", "cursors"])
    assert len(keys.context("offers")) == SIZE
    with pytest.raises(SetupRefused, match="KEYS_MISSING"):
        keys.context("people")


def test_keys_are_in_no_representation(tmp_path: Path) -> None:
    keys = Keys.create(tmp_path)
    assert "values" not in repr(keys)
    assert not any(repr(value) in repr(keys) for value in keys.values.values())


def test_a_key_in_change_is_accepted_beside_the_new_one_which_alone_signs_until_it_ends(tmp_path: Path) -> None:
    old = Keys.create(tmp_path)
    old.overlapped("context-people")
    overlapping = Keys.load(tmp_path)
    assert overlapping.context("people") != old.context("people")
    assert accepted(overlapping.context("people")) == (overlapping.context("people"), old.context("people"))
    assert accepted(overlapping.context("offers")) == (old.context("offers"),)
    assert Keys.create(tmp_path) == overlapping
    assert stat.S_IMODE((tmp_path / "context-people.previous").stat().st_mode) == 0o600
    with pytest.raises(SetupRefused, match="KEYS_OVERLAP"):
        overlapping.overlapped("context-offers", "context-people")
    assert Keys.load(tmp_path) == overlapping
    assert [overlapping.ended("context-people"), overlapping.ended("context-people")] == [True, False]
    assert accepted(Keys.load(tmp_path).context("people")) == (overlapping.context("people"),)


def test_a_previous_key_that_others_can_open_or_that_is_damaged_is_refused_like_any(tmp_path: Path) -> None:
    Keys.create(tmp_path).overlapped("context-people")
    previous = tmp_path / "context-people.previous"
    previous.chmod(0o640)
    with pytest.raises(SetupRefused, match="KEYS_EXPOSED"):
        Keys.load(tmp_path)
    previous.chmod(0o600)
    previous.write_bytes(b"short")
    with pytest.raises(SetupRefused, match="KEYS_MALFORMED"):
        Keys.load(tmp_path)


def test_the_password_of_a_role_follows_from_the_key_of_the_administrator_and_from_nothing_else(
    tmp_path: Path,
) -> None:
    keys = Keys.create(tmp_path)
    for role in LOGINS:
        (tmp_path / f"role-{role}").unlink()
    assert Keys.create(tmp_path) == keys
    (tmp_path / "database").unlink()
    for role in LOGINS:
        (tmp_path / f"role-{role}").unlink()
    other = Keys.create(tmp_path)
    assert {name for name in NAMES if other.values[name] == keys.values[name]} == {*RANDOM, *RENEWABLE} - {"database"}
