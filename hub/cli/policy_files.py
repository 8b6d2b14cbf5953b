"""Policy files as the commands read them: what is wrong with them is told with file and line, and ends the command."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from hub.cli.refusals import tell
from hub.policy.decide.policy_loader import PolicyError, load
from hub.policy.decide.policy_model import Policy


def load_policy(folder: Path, *, older: bool = False) -> Policy:
    """Return the policy of a folder; one that can't be read ends the command (POLICY_INVALID)."""
    try:
        return load(folder, older=older)
    except PolicyError as error:
        fail(error.code, [f"{folder}/{problem}" for problem in error.problems])


def fail(code: str, problems: Iterable[str]) -> NoReturn:
    """End the command with these problems, one line each."""
    for problem in problems:
        tell(code, problem)
    sys.exit(1)
