"""The soak says what did not stay as it was, and runs as documented."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import asyncpg

from benchmarks.soak import Minute, verdict
from tests.conftest import ROOT, Database


def minutes(*, growing: float = 0.0, slowing: float = 0.0, errors: Counter[str] | None = None) -> list[Minute]:
    """Forty minutes: memory and latencies grow by so much of what they were in each, errors come in the last."""
    hour = [
        Minute([0.01 * (1 + slowing * number)] * 100, Counter(), 200 * (1 + growing * number), 600.0)
        for number in range(40)
    ]
    hour[-1].errors = errors or Counter()
    return hour


def test_an_hour_without_errors_growth_or_slowness_stays_as_it_was() -> None:
    assert verdict(minutes()) == []


def test_growing_memory_slower_answers_and_any_error_are_each_told() -> None:
    assert verdict(minutes(growing=0.01)) == ["memory of hub: 238 MB, then 278"]
    assert verdict(minutes(slowing=0.05)) == ["99th centile: 19.5 ms, then 29.5"]
    assert verdict(minutes(errors=Counter({"503": 1}))) == ["errors: {'503': 1}"]


def test_a_soak_serves_loads_ingests_and_tells_each_minute(database: Database, tmp_path: Path) -> None:
    command = (sys.executable, "-m", "benchmarks.soak", "--minutes", "0.05", "--people", "160", "--load", "0.1")
    options = (
        "--seconds",
        "1",
        "--workers",
        "1",
        "--keys",
        str(database.keys.directory),
        "--log",
        str(tmp_path / "log"),
    )
    environment = {**os.environ, "DATABASE_URL": database.admin_dsn}
    ran = subprocess.run([*command, *options], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    first, minute, last = ran.stdout.splitlines()
    assert re.fullmatch(r"\d+ requests a second, 10% of what it answers", first)
    assert re.match(r"  1 min: +\d+ requests, p50 .* errors none$", minute), minute
    assert (last, ran.returncode) == ("it stayed as it was", 0), ran.stderr
    asyncio.run(drop(database))


async def drop(database: Database) -> None:
    connection = await asyncpg.connect(database.admin_dsn)
    await connection.execute(f"DROP DATABASE {database.name}_bench WITH (FORCE)")
    await connection.close()
