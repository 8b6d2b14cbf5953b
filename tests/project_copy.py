"""A copy of the project, with an environment and data of its own, in which commands run as a newcomer runs them."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.postgresql.cluster_home import home

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("clients", "demo", "hub", "infra", "schema", "subgraphs", "tests/simulators")
MODULES = ("tests/__init__.py", "tests/threaded_server.py")
"""What the demo takes of the tests, beside the simulators."""


@contextmanager
def copy_of_the_project(folder: Path) -> Iterator[Path]:
    """Yield a copy of the packages, with this Python in `.venv` and data of its own, deleted at the end."""
    root = folder / "copy"
    for name in PACKAGES:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("node_modules"))
    for name in MODULES:
        shutil.copy(ROOT / name, root / name)
    programs = root / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, command in (("hub", "-m hub.cli"), ("python", "")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {command} "$@"\n')
        (programs / name).chmod(0o755)
    try:
        yield root
    finally:
        shutil.rmtree(home(root), ignore_errors=True)
