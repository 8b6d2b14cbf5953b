"""The progress of a reading tells the part of the files' bytes that were read, and the time left."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from rich.console import Console

from hub.ingest import PROGRESS_SECONDS, Follower, progress_text
from subgraphs.kit.ingest.progress import Meter, Progress, position


def test_a_file_that_is_read_as_it_comes_is_measured_by_its_position(tmp_path: Path) -> None:
    path = tmp_path / "lignes.jsonl"
    path.write_bytes(b"0123456789" * 10_000)
    assert position(path) is None, "nothing holds it open"
    meter = Meter()
    meter.expect([path, path])
    meter.open(path, 0)
    meter.count(iter(()))
    with path.open("rb", buffering=0) as stream:
        stream.read(50_000)
        progress = meter.progress(5)
    assert progress.part == 0.25
    assert progress.left is not None
    meter.open(path, 10)
    with path.open("rb", buffering=0) as stream:
        stream.read(50_000)
        assert meter.progress(15).part == 0.75


def test_a_file_that_was_read_whole_is_measured_by_its_records(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_bytes(b"x" * 100)
    meter = Meter()
    meter.expect([path, tmp_path / "absent"])
    meter.open(path, 0)
    meter.count(["a", "b", "c", "d"])
    assert [meter.progress(read).part for read in (0, 1, 4)] == [0.0, 0.25, 1.0]
    meter.count([])
    assert meter.progress(0).part == 0.0


def test_without_files_or_positions_no_time_is_promised() -> None:
    assert Meter().progress(7).part is None
    assert progress_text(Progress(7, 2.4)) == "7 enregistrements, 2 par seconde"
    assert progress_text(Progress(7, 2.4, 0.4, 90.0)) == ("7 enregistrements, 2 par seconde, 40 %, encore 1 min 30 s")


def test_where_a_line_can_not_change_in_place_plain_lines_come_seldom() -> None:
    written, now = StringIO(), [0.0]
    with Follower(Console(file=written), "orientations", lambda: now[0]) as follower:
        for second in (1.0, PROGRESS_SECONDS, PROGRESS_SECONDS + 1, 2 * PROGRESS_SECONDS + 1):
            now[0] = second
            follower(Progress(int(second), 1.0))
    assert written.getvalue().splitlines() == [
        "orientations : 10 enregistrements, 1 par seconde",
        "orientations : 21 enregistrements, 1 par seconde",
    ]
