"""Which version of the hub runs, and of which commit."""

from __future__ import annotations

import json
import re
from importlib.metadata import distribution
from pathlib import Path

PACKAGE = "spie-hub"
GIT = Path(__file__).resolve().parent.parent / ".git"
BUILT_FROM = Path(__file__).resolve().parent / "commit.txt"
"""The commit that an installed package was built from (`infra/wheel.py`)."""
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
SHOWN = 12
"""Digits of a commit that are shown."""


def release() -> str:
    """The version of the package."""
    return distribution(PACKAGE).version


def commit(git: Path = GIT) -> str | None:
    """The commit that runs, as its first digits: that from which the package was installed (PEP 610) or built, or of
    this clone; None where none is told."""
    origin = json.loads(distribution(PACKAGE).read_text("direct_url.json") or "{}")
    built_from = BUILT_FROM.read_text("ascii") if BUILT_FROM.exists() else None
    digits = origin.get("vcs_info", {}).get("commit_id") or built_from or checked_out(git)
    return digits[:SHOWN] if digits is not None and _COMMIT.fullmatch(digits) else None


def checked_out(git: Path) -> str | None:
    """The commit of the clone that has this folder, as git keeps it."""
    try:
        head = (git / "HEAD").read_text("ascii").strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        if (git / name).is_file():
            return (git / name).read_text("ascii").strip()
        lines = (git / "packed-refs").read_text("ascii").splitlines()
        return next((line.split()[0] for line in lines if line.endswith(f" {name}")), None)
    except (OSError, ValueError):
        return None


def version_text() -> str:
    """The version and commit in one line."""
    digits = commit()
    return f"{PACKAGE} {release()}" + (f" ({digits})" if digits is not None else "")
