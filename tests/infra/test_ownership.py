"""A clone that takes the path of another never meets its data, and never loses them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from infra.postgresql import cluster
from infra.postgresql.cluster_home import ClusterFiles, cluster_files, home
from infra.postgresql.erase import erase
from infra.postgresql.ownership import claim, mark


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Path]:
    """A clone; what it left beside its place goes with it."""
    root = tmp_path / "clone"
    root.mkdir()
    yield root
    for leftover in home(root).parent.glob(f"{home(root).name}*"):
        shutil.rmtree(leftover)


def stopped_cluster(root: Path) -> ClusterFiles:
    """A cluster of this clone, without a server: what a stop leaves."""
    files = cluster_files(root, "trap")
    claim(files, root, trusted=False, durable=True)
    files.data.mkdir()
    (files.data / "note").write_text("kept")
    return files


def cloned_again(root: Path) -> None:
    """Another clone at the path of the first, whose data stay as they do where they lie outside of it."""
    (root / ".data" / "clone").unlink()


async def test_data_of_the_clone_before_are_set_aside_whole_and_a_fresh_cluster_takes_their_place(
    clone: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with cluster("trap", clone, "of the first") as running:
        connection = await asyncpg.connect(running.admin_dsn())
        await connection.execute("CREATE TABLE note AS SELECT 'kept' AS text")
        await connection.close()
    assert capfd.readouterr().err == ""
    cloned_again(clone)
    with cluster("trap", clone, "of the second") as running:
        connection = await asyncpg.connect(running.admin_dsn())
        assert await connection.fetchval("SELECT to_regclass('note')") is None
        await connection.close()
    notice = capfd.readouterr().err
    assert notice.endswith("[CLUSTER_SET_ASIDE]\n")
    match = re.search(r"entière dans (\S+) :", notice)
    assert match is not None

    running.files.data.rename(running.files.base / "second")
    (Path(match[1]) / "data").rename(running.files.data)
    with cluster("trap", clone, "of the first") as running:
        connection = await asyncpg.connect(running.admin_dsn())
        assert await connection.fetchval("SELECT text FROM note") == "kept"
        await connection.close()


def test_each_clone_that_was_at_the_path_keeps_its_own_data(clone: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for number in (1, 2):
        files = stopped_cluster(clone)
        cloned_again(clone)
        claim(files, clone, trusted=True, durable=True)
        aside = home(clone).with_name(f"{home(clone).name}-trap-{number}")
        assert str(aside) in capfd.readouterr().err
        assert (aside / "data" / "note").read_text() == "kept"


def test_data_of_tests_are_erased_and_it_is_told(clone: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files = stopped_cluster(clone)
    cloned_again(clone)
    claim(files, clone, trusted=True, durable=False)
    assert not files.data.exists()
    assert capfd.readouterr().err.endswith("[CLUSTER_ERASED]\n")
    assert list(home(clone).parent.glob(f"{home(clone).name}-*")) == []


def test_the_clones_own_data_stay_under_any_keys(clone: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files = stopped_cluster(clone)
    claim(files, clone, trusted=False, durable=True)
    assert (files.data / "note").exists()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("trusted", [True, False])
def test_data_without_a_mark_are_the_clones_if_its_keys_open_them(
    clone: Path, trusted: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    files = stopped_cluster(clone)
    files.mark.unlink()
    claim(files, clone, trusted=trusted, durable=True)
    assert (files.data / "note").exists() == trusted
    assert files.mark.read_text() == mark(clone)
    assert ("CLUSTER_SET_ASIDE" in capfd.readouterr().err) != trusted


def test_cleaning_a_clone_erases_its_data_and_nobody_elses(clone: Path) -> None:
    files = stopped_cluster(clone)
    foreign = cluster_files(clone, "other")
    foreign.mark.write_text("the mark of a clone before")
    erase(clone)
    assert not files.base.exists()
    assert foreign.mark.exists()
    cloned_again(clone)
    erase(clone)
    assert foreign.mark.exists()
