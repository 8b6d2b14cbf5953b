"""Every command is found, told by the help, and read only when it runs."""

from __future__ import annotations

import subprocess
import sys

from hub.cli import COMMANDS
from tests.cli.commands import hub
from tests.conftest import ROOT


def test_the_help_tells_every_command() -> None:
    done = hub("--help")
    assert done.code == 0, done.err
    assert [name for name in COMMANDS if f" {name} " not in done.out] == []


def test_a_command_that_does_not_exist_is_refused() -> None:
    assert hub("nothing").code == 2


def test_no_command_is_read_before_it_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys, hub.cli; print(*sys.modules)"], cwd=ROOT, capture_output=True, text=True
    )
    assert "hub.cli" in done.stdout.split()
    assert not {"sqlalchemy", "strawberry", "hub.app"} & set(done.stdout.split())
