"""Packages of npm are installed once per content of their lock, by whichever part of the hub needs them first."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.npm import NodeAbsent, install

NPM = """#!/bin/sh
mkdir -p node_modules && echo "$@" >> ../calls
"""


@pytest.fixture
def npm(tmp_path: Path) -> list[str]:
    """A program that is called as npm is, and notes it."""
    program = tmp_path / "npm"
    program.write_text(NPM)
    program.chmod(0o755)
    (tmp_path / "project").mkdir()
    return [str(program)]


def test_a_lock_is_installed_once_and_again_when_it_changes_without_any_script(tmp_path: Path, npm: list[str]) -> None:
    project, calls = tmp_path / "project", tmp_path / "calls"
    lock = project / "package-lock.json"
    for content, expected in (("one", 1), ("one", 1), ("two", 2)):
        lock.write_text(content)
        install(npm, project)
        assert len(calls.read_text().splitlines()) == expected
    assert all(line.startswith("ci --ignore-scripts") for line in calls.read_text().splitlines())
    assert sorted(path.name for path in project.iterdir()) == ["node_modules", "package-lock.json"]


def test_an_installation_that_fails_is_tried_again_the_next_time(tmp_path: Path, npm: list[str]) -> None:
    project = tmp_path / "project"
    (project / "package-lock.json").write_text("one")
    program = Path(npm[0])
    program.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(NodeAbsent, match="CalledProcessError"):
        install(npm, project)
    program.write_text(NPM)
    install(npm, project)
    assert (tmp_path / "calls").exists()
