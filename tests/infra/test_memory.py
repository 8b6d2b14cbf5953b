"""The embedded PostgreSQL takes a part of the memory that there is, neither too little nor all of a large machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.postgresql.memory import available_memory, shared_buffers

GIB = 1 << 30


@pytest.mark.parametrize(
    ("memory", "setting"),
    [(GIB // 4, "128MB"), (2 * GIB, "512MB"), (8 * GIB, "2048MB"), (256 * GIB, "4096MB")],
)
def test_a_quarter_of_the_memory_is_shared_within_bounds(memory: int, setting: str) -> None:
    assert shared_buffers(memory) == setting


@pytest.mark.parametrize(("text", "limited"), [("268435456\n", True), ("max\n", False)])
def test_the_limit_of_a_container_counts_as_its_memory(tmp_path: Path, text: str, limited: bool) -> None:
    limit = tmp_path / "memory.max"
    limit.write_text(text)
    machine = available_memory(())
    assert available_memory([limit, tmp_path / "absent"]) == (GIB // 4 if limited else machine)
