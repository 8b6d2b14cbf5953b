"""One command makes the environment where only Python and make are; tried on a small project of the same form."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import ROOT

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "small"
version = "1"
[tool.hatch.build]
dev-mode-dirs = ["."]
[tool.hatch.build.targets.wheel]
packages = ["infra"]
"""
BUILD = ("hatchling", "packaging", "pathspec", "pluggy", "trove-classifiers")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project without an environment."""
    return new_project(tmp_path)


@pytest.fixture
def begun(project: Path) -> Path:
    """A project whose environment holds pip alone, that of these tests where they have one: unpacking it takes 2 s."""
    pip = find_spec("pip")
    if pip is not None and pip.origin is not None:
        venv.create(project / ".venv", symlinks=True)
        (packages,) = (project / ".venv").glob("lib/python*/site-packages")
        (packages / "pip").symlink_to(Path(pip.origin).parent)
    return project


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A project whose environment is made, and the process that made it."""
    project = new_project(tmp_path_factory.mktemp("made"))
    return project, make(project, "venv-base")


def new_project(folder: Path) -> Path:
    """Write a project with our Makefile and set-up, whose locks hold the build backend only, into an empty folder."""
    (folder / "infra").mkdir()
    (folder / "requirements").mkdir()
    (folder / "pyproject.toml").write_text(PROJECT)
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copy(ROOT / "infra" / "environment.py", folder / "infra")
    (folder / "infra" / "__init__.py").touch()
    entries = re.split(r"\n(?=[a-z])", (ROOT / "requirements" / "base.txt").read_text())
    lock = "\n".join(entry for entry in entries if entry.startswith(tuple(f"{name}==" for name in BUILD)))
    (folder / "requirements" / "base.txt").write_text(lock)
    (folder / "requirements" / "dev.txt").write_text(lock)
    return folder


def make(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run make as a person would, with this environment added."""
    return subprocess.run(
        ["make", *arguments],
        cwd=project,
        env={**{k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}, **environment},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


def python_without_ensurepip(folder: Path) -> str:
    """A Python as Debian ships it without the package python3-venv: this one's program and library, less a module."""
    program = folder / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    library = folder / "lib" / program.name
    program.parent.mkdir(parents=True)
    library.mkdir(parents=True)
    shutil.copy(Path(sys.base_prefix) / "bin" / program.name, program)
    for part in Path(sysconfig.get_path("stdlib")).iterdir():
        if part.name not in ("ensurepip", "site-packages", "dist-packages", "EXTERNALLY-MANAGED"):
            (library / part.name).symlink_to(part)
    if subprocess.run([program, "-c", "import venv, ssl"], capture_output=True).returncode:
        pytest.skip("this Python does not run from another folder")
    return str(program)


def test_the_environment_is_made_once_and_again_when_a_lock_changes(
    made: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    project, first = made
    assert (first.returncode, first.stderr) == (0, "")
    assert "Préparation" in first.stdout
    check = "import hatchling, infra.environment as e, pathlib; print(pathlib.Path(e.__file__).parent.parent)"
    process = subprocess.run([project / ".venv/bin/python", "-c", check], cwd="/", capture_output=True, text=True)
    assert Path(process.stdout.strip()) == project.resolve()
    second = make(project, "venv-base")
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    with (project / "requirements" / "base.txt").open("a") as lock:
        lock.write("\n")
    assert "Préparation" in make(project, "venv-base").stdout


def test_the_development_environment_serves_the_demo_too(begun: Path) -> None:
    assert make(begun, "venv").returncode == 0
    assert make(begun, "venv-base").stdout == ""


def test_a_broken_environment_is_made_anew(made: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    project, first = made
    assert first.returncode == 0
    (project / ".venv" / "bin" / "python").unlink()
    assert "Préparation" in make(project, "venv-base").stdout
    assert make(project, "venv-base").stdout == ""


def test_cleaning_leaves_every_file_of_the_repository() -> None:
    (patterns,) = re.findall(r"^\t@rm -rf (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    listing = subprocess.run(["git", "ls-files", "--", *patterns.split()], cwd=ROOT, capture_output=True, text=True)
    assert listing.stdout.splitlines() == []


def test_without_ensurepip_the_systems_pip_does_it(project: Path) -> None:
    pip = pytest.importorskip("pip", reason="no pip beside the tests to play the system's")
    python = python_without_ensurepip(project / "usr")
    (project / "pip").mkdir()
    (project / "pip" / "pip").symlink_to(Path(pip.__file__).parent)
    process = make(project, "venv-base", f"PYTHON={python}", PYTHONPATH=str(project / "pip"))
    assert (process.returncode, process.stderr) == (0, "")
    assert not list((project / ".venv").glob("lib/python*/site-packages/pip"))
    assert list((project / ".venv").glob("lib/python*/site-packages/hatchling"))


def test_without_any_pip_one_line_names_the_debian_package(project: Path) -> None:
    process = make(project, "venv-base", f"PYTHON={python_without_ensurepip(project / 'usr')}")
    assert process.returncode != 0
    lines = [line for line in process.stderr.splitlines() if not line.startswith("make")]
    assert len(lines) == 1
    assert re.search(r"paquet Debian python3\.\d+-venv", lines[0])
    assert not (project / ".venv").exists()


def test_without_a_recent_python_one_line_says_so(project: Path) -> None:
    process = make(project, "venv-base", "PYTHON=")
    assert process.returncode != 0
    assert "Python 3.11" in process.stderr
    assert "Traceback" not in process.stderr


def test_a_package_that_is_not_the_locked_one_is_refused(begun: Path) -> None:
    lock = begun / "requirements" / "base.txt"
    lock.write_text(re.sub(r"sha256:[0-9a-f]{8}", "sha256:00000000", lock.read_text()))
    process = make(begun, "venv-base")
    assert process.returncode != 0
    assert "L'installation des dépendances a échoué" in process.stderr
    assert "Préparation" in make(begun, "venv-base").stdout


def test_the_locks_hold_hashes_for_every_package_and_no_address() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        entries = re.split(r"\n(?=[a-z])", lock.read_text())
        assert all("--hash=sha256:" in entry and "==" in entry for entry in entries)
        assert "://" not in lock.read_text()
    listed = subprocess.run(
        ["git", "ls-files", "*package-lock.json"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    projects = listed.stdout.split()
    assert len(projects) >= 6
    for project in projects:
        text = (ROOT / project).read_text()
        packages = json.loads(text)["packages"]
        assert all("integrity" in package for name, package in packages.items() if name), project
        assert "://" not in text, project
    base, dev = ((ROOT / "requirements" / f"{name}.txt").read_text() for name in ("base", "dev"))
    versions = re.compile(r"^(\S+)==(\S+)", re.MULTILINE)
    assert set(versions.findall(base)) <= set(versions.findall(dev))
