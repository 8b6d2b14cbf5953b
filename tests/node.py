"""The npm projects of the tests: Apollo's own packages, that say whether others read what we write, and a provider of
identities."""

from __future__ import annotations

from pathlib import Path

from infra import npm
from infra.npm import Node, NodeAbsent

__all__ = ["Node", "NodeAbsent", "installed"]

PROJECT = Path(__file__).parent / "federation" / "node"


def installed(folder: Path = PROJECT) -> Node:
    """The project, installed if its lock changed; raises NodeAbsent."""
    return npm.installed(folder)
