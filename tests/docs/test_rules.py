"""A change of the rules since a commit is found, and has to be told in the changelog."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hub.policy.decide.policy_loader import POLICIES
from tests.cli.commands import Result, hub
from tests.docs.rules import CHANGELOG, RULES, Untold, before, check_told, git


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with the rules in force and a changelog, in one commit."""
    root = tmp_path / "clone"
    shutil.copytree(POLICIES, root / RULES, ignore=shutil.ignore_patterns("__pycache__"))
    (root / CHANGELOG).write_text("# Journal\n", encoding="utf-8")
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    for command in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-q", "--no-verify", "-m", "rules")):
        assert git(root, *command).returncode == 0
    return root


def change(root: Path, old: str, new: str) -> None:
    path = root / RULES / "grants.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def compare(root: Path, old: Path) -> Result:
    return hub("policy", "diff", old, root / RULES, "--check")


def test_rules_that_do_not_change_have_nothing_to_tell(clone: Path, tmp_path: Path) -> None:
    assert before(clone, "HEAD", tmp_path / "old") is None


def test_a_commit_that_is_not_there_is_not_compared(clone: Path, tmp_path: Path) -> None:
    """The first one of all, or a clone without history."""
    assert before(clone, "HEAD~1", tmp_path / "old") is None


def test_a_change_has_to_be_told_and_is_then_free(clone: Path, tmp_path: Path) -> None:
    change(clone, '"SOC", "PRO", "FORM"]\nreduced', '"PRO", "FORM"]\nreduced')
    old = before(clone, "HEAD", tmp_path / "old")
    assert old is not None
    diff = compare(clone, old)
    assert "orienteur_cd · orientation · SOC : lu" in diff.out
    with pytest.raises(Untold):
        check_told(clone, "HEAD", diff)
    (clone / CHANGELOG).write_text("# Journal\n- Le chargé d'orientation ne lit plus le RSA.\n", encoding="utf-8")
    check_told(clone, "HEAD", diff)


def test_a_comment_needs_no_word(clone: Path, tmp_path: Path) -> None:
    change(clone, "# Accords", "# Les accords")
    old = before(clone, "HEAD", tmp_path / "old")
    assert old is not None
    check_told(clone, "HEAD", compare(clone, old))
