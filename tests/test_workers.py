"""A supervisor ends its workers when it is told to, and with an error if what it loads never serves."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.conftest import ROOT

SCRIPT = """
import signal, sys
from contextlib import nullcontext
from hub.workers import Supervisor

def serve(worker):
    if "failing" in sys.argv:
        raise ValueError
    worker.ready()
    signal.sigwait([signal.SIGTERM])

def ready():
    print("ready", flush=True)

sys.exit(Supervisor(2, lambda: nullcontext(serve), ready).run())
"""


def started(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SCRIPT, *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_all_workers_end_with_the_signal(number: signal.Signals) -> None:
    with started() as supervisor:
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == "ready\n"
        supervisor.send_signal(number)
        assert supervisor.wait(30) == 0


def test_what_never_serves_ends_with_an_error() -> None:
    with started("failing") as supervisor:
        out, err = supervisor.communicate(timeout=30)
    assert (supervisor.returncode, out) == (1, "")
    assert "ValueError" in err
