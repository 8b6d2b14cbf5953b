"""Documents on their way to a source are closed to others, and go with their reading, or with the next start."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

from hub.intake.spool import PREFIX, Spool
from tests.conftest import ROOT

LEFT = (
    "import os, signal, sys; from pathlib import Path; from hub.intake.spool import Spool\n"
    "spool = Spool(Path(sys.argv[1])).__enter__()\n"
    "with spool.files([('000001.json', b'{}')]) as paths: os.kill(os.getpid(), signal.SIGKILL)"
)


SEVERAL = (
    "import sys; from pathlib import Path; from hub.intake.spool import Spool\n"
    "for _ in range(400):\n"
    "    with Spool(Path(sys.argv[1])) as spool, spool.files([('000001.json', b'{}')]) as paths: paths[0].read_bytes()"
)


def _folders(parent: Path) -> list[Path]:
    return [path for path in parent.glob(f"{PREFIX}*") if path.is_dir()]


def test_documents_are_closed_to_others_and_gone_after_they_are_read(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        with spool.files([("a.json", b"{}"), ("b.json", b"[]")]) as paths:
            assert [path.read_bytes() for path in paths] == [b"{}", b"[]"]
            assert all(stat.S_IMODE(folder.stat().st_mode) == 0o700 for folder in _folders(tmp_path))
        assert not paths[0].parent.exists()
    assert _folders(tmp_path) == []


def test_what_a_killed_process_left_is_removed_by_the_next_and_what_is_in_use_stays(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool, spool.files([("a.json", b"{}")]) as paths:
        completed = subprocess.run([sys.executable, "-c", LEFT, str(tmp_path)], cwd=ROOT)
        assert completed.returncode == -signal.SIGKILL
        assert len(_folders(tmp_path)) == 2
        with Spool(tmp_path):
            assert len(_folders(tmp_path)) == 2
            assert list(tmp_path.rglob("*.json")) == paths
        assert paths[0].exists()


def test_processes_that_start_and_end_at_once_disturb_none_of_them(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SEVERAL, str(tmp_path)]
    processes = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    errors = [process.communicate()[1] for process in processes]
    assert errors == ["", "", ""]
    assert _folders(tmp_path) == []


def test_a_folder_of_another_name_is_never_touched(tmp_path: Path) -> None:
    foreign = tmp_path / f"{PREFIX}{os.getuid() + 1}-abc"
    foreign.mkdir()
    with Spool(tmp_path):
        assert foreign.exists()
