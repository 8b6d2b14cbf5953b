"""docs/contribuer.md is true: what it shows is done on a copy of the repository, by the edits of its own blocks.

Each of the first four sections is performed: its blocks are applied, the generators run, what was added works, and no
more files were touched by hand than the section says.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from demo.cast import RDVS
from demo.rdvi_files import rdv_message, signed
from schema.days import today
from tests.conftest import ROOT, Database

PAGE = ROOT / "docs" / "contribuer.md"
BLOCK = re.compile(r"^```(\w+) (\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LIMITS = {"field": 5, "source": 3, "grant": 2, "actor-kind": 4}
"""Most files that a hand may have to touch, by section."""
MIGRATE = (
    "import asyncio, pathlib, sys; from infra.keys import Keys; from infra.migrate import migrate; "
    "asyncio.run(migrate(sys.argv[1], Keys.load(pathlib.Path(sys.argv[2]))))"
)
SAMPLES = ("csv",)
"""Kinds of blocks that are files to try with, and no part of the repository."""


@dataclass(frozen=True)
class Edit:
    """A block with a path: lines to change in a file, or a whole new one."""

    kind: str
    path: str
    text: str

    def apply(self, root: Path) -> None:
        """Make the edit below this folder."""
        file = root / self.path
        if self.kind == "diff":
            file.write_text(changed(file.read_text(encoding="utf-8"), self.text, self.path), encoding="utf-8")
        else:
            assert not file.exists(), f"{self.path} is there already"
            file.write_text(self.text, encoding="utf-8")


def changed(text: str, diff: str, path: str) -> str:
    """The text after a diff; the lines that the diff shows must stand there once, in this order."""
    lines = text.splitlines()
    shown = [line[1:] for line in diff.splitlines() if not line.startswith("+")]
    starts = [
        start
        for start in range(len(lines) - len(shown) + 1)
        if all(map(matches, shown, lines[start : start + len(shown)]))
    ]
    assert len(starts) == 1, f"{path}: the lines of the block stand there {len(starts)} times:\n{diff}"
    position = starts[0]
    result = lines[:position]
    for line in diff.splitlines():
        if line.startswith("+"):
            result.append(line[1:])
            continue
        if not line.startswith("-"):
            result.append(lines[position])
        position += 1
    return "\n".join([*result, *lines[position:], ""])


def matches(shown: str, line: str) -> bool:
    """Whether a line of a block is this line of the file; `…` stands for its rest."""
    return line.startswith(shown.removesuffix("…").rstrip()) if shown.endswith("…") else line == shown


def section(name: str) -> str:
    """The section with this anchor."""
    return PAGE.read_text(encoding="utf-8").partition(f'<a id="{name}"></a>')[2].partition("<a id=")[0]


def edits(name: str) -> list[Edit]:
    """The blocks of a section that have a path."""
    return [Edit(*block) for block in BLOCK.findall(section(name))]


@dataclass(frozen=True)
class Copy:
    """A copy of the repository, and how to run its code."""

    root: Path

    def run(self, *arguments: object, **environment: str) -> str:
        """Run a module of the copy to its end; returns what it printed."""
        command = [sys.executable, *map(str, arguments)]
        inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        completed = subprocess.run(
            command, cwd=self.root, env=inherited | environment, capture_output=True, text=True, timeout=300
        )
        assert completed.returncode == 0, (command, completed.stdout[-3000:], completed.stderr[-3000:])
        return completed.stdout

    def files(self) -> dict[str, bytes]:
        """The tracked files and new ones, by path."""
        paths = (path for path in self.root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        return {str(path.relative_to(self.root)): path.read_bytes() for path in paths}


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    root = tmp_path / "copy"
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    for name in listing.stdout.splitlines():
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
    return Copy(root)


def performed(copy: Copy, name: str) -> None:
    """Make the edits of a section and run the generators; check how many files were touched, and which."""
    before = copy.files()
    to_make = [edit for edit in edits(name) if edit.kind not in SAMPLES]
    for edit in to_make:
        edit.apply(copy.root)
    by_hand = {edit.path for edit in to_make}
    assert 0 < len(by_hand) <= LIMITS[name], by_hand
    copy.run("-m", "tests.generated", "--sources")
    copy.run("-m", "hub.cli", "policy", "check", "schema/policies")
    python = [path for path in by_hand if path.endswith(".py")]
    if python:
        copy.run("-m", "ruff", "check", "-q", "--no-cache", *python)
        copy.run("-m", "ruff", "format", "-q", "--no-cache", "--check", *python)
    after = copy.files()
    touched = {path for path in after if after[path] != before.get(path)}
    assert {path for path in touched - by_hand if not path.startswith(("docs/", "schema/generated/"))} == set()


def test_a_field_is_read_from_its_source_and_served(copy: Copy, fresh_database: Database, tmp_path: Path) -> None:
    performed(copy, "field")
    assert "cancelledAt: DateTime" in (copy.root / "schema/generated/api.graphql").read_text(encoding="utf-8")
    assert "Instant de l'annulation." in (copy.root / "docs/glossaire.md").read_text(encoding="utf-8")
    query = tmp_path / "query.graphql"
    query.write_text("query ($id: ID!) { person(id: $id) { appointments(first: 1) { nodes { cancelledAt } } } }")
    plan = copy.run("-m", "hub.cli", "plan", query, "--actor", "referent_cd", "--purpose", "suivi")
    assert "cancelledAt" in plan

    copy.run("-c", MIGRATE, fresh_database.admin_dsn, fresh_database.keys.directory)
    message = rdv_message(RDVS[2], today())
    message["data"]["cancelled_at"] = "2026-11-20 10:00:00 +0100"
    body = orjson.dumps(message)
    webhook, headers = tmp_path / "rdv.json", tmp_path / "rdv.headers.json"
    webhook.write_bytes(body)
    headers.write_bytes(orjson.dumps(signed(body, fresh_database.keys.webhook("rdv-insertion"))))
    ingest(copy, fresh_database, "rdv-insertion", webhook)
    assert values(fresh_database, "SELECT cancelled_at::text FROM appointments.appointment")[0].startswith("2026-11-20")


def test_a_source_reads_its_file_once(copy: Copy, fresh_database: Database, tmp_path: Path) -> None:
    performed(copy, "source")
    assert "`annuaire`" in (copy.root / "docs/sources.md").read_text(encoding="utf-8")
    (sample,) = [edit for edit in edits("source") if edit.kind in SAMPLES]
    sample.apply(tmp_path)
    ingest(copy, fresh_database, "annuaire", tmp_path / sample.path)
    assert values(fresh_database, "SELECT name FROM offers.structure") == ["Maison des solidarités de Rethel"]
    assert "Lignes écrites dans la base : 0." in ingest(copy, fresh_database, "annuaire", tmp_path / sample.path)


def test_a_grant_opens_what_it_says(copy: Copy) -> None:
    performed(copy, "grant")
    question = ("--actor", "conseiller_ml", "--purpose", "contrat", "Household.familySituation")
    assert "ML-6" in copy.run("-m", "hub.cli", "policy", "explain", *question)
    expectations_hold(copy)


def test_a_kind_of_actor_reads_by_its_grants_and_is_in_the_demonstration(copy: Copy) -> None:
    performed(copy, "actor-kind")
    question = ("--actor", "conseiller_cap_emploi", "--purpose", "suivi", "Person.lastName")
    assert "CAP-1" in copy.run("-m", "hub.cli", "policy", "explain", *question)
    kinds = (
        "from collections import defaultdict; from uuid import uuid4; from demo.actors import actors; "
        "print([actor.kind for actor in actors(defaultdict(uuid4), defaultdict(uuid4))])"
    )
    assert "conseiller_cap_emploi" in copy.run("-c", kinds)
    expectations_hold(copy)


def expectations_hold(copy: Copy) -> None:
    """The tests on the policy files pass in the copy."""
    copy.run("-m", "pytest", "-q", "-n", "0", "tests/policy/test_cases.py", "tests/schema/test_policies.py")


def ingest(copy: Copy, database: Database, source: str, file: Path) -> str:
    keys = str(database.keys.directory)
    return copy.run("-m", "hub.cli", "ingest", source, file, "--keys", keys, DATABASE_URL=database.admin_dsn)


def values(database: Database, query: str) -> list[str]:
    """The first column of what the administrator reads."""

    async def read() -> list[str]:
        connection = await database.connect()
        try:
            return [row[0] for row in await connection.fetch(query)]
        finally:
            await connection.close()

    return asyncio.run(read())


def test_the_limits_are_those_of_the_page() -> None:
    table = dict(re.findall(r"^\| \[[^]]+\]\(#([\w-]+)\) \| (.+?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert {name: max(map(int, re.findall(r"\d", table[name]))) for name in LIMITS} == LIMITS
