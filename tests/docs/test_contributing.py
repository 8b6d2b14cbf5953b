"""docs/contribuer.md is true: what it shows is done on a copy of the repository, by the edits of its own blocks.

The first four sections are performed: their blocks are applied, the generators run, the checks pass, what was added
works, and no more files were touched by hand than the page says.
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

    def apply(self, root: Path) -> str:
        """Make the edit below this folder; returns the path of the file."""
        previous, following = migration_numbers(root / self.path)
        file = root / self.path.replace("NNNN", following)
        if self.kind == "diff":
            file.write_text(changed(file.read_text(encoding="utf-8"), self.text, self.path), encoding="utf-8")
        else:
            assert not file.exists(), f"{self.path} is there already"
            file.write_text(self.text.replace("NNNN", following).replace("PPPP", previous), encoding="utf-8")
        return str(file.relative_to(root))


def migration_numbers(path: Path) -> tuple[str, str]:
    """The last number of the migrations in the folder of this path, and the next one."""
    last = max((int(file.name[:4]) for file in path.parent.glob("[0-9]*_*.py")), default=0)
    return f"{last:04}", f"{last + 1:04}"


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
    rest = ""
    for line in diff.splitlines():
        if line.startswith("+"):
            result.append(line[1:].removesuffix("…") + rest if line.endswith("…") else line[1:])
            continue
        if line.startswith("-"):
            rest = lines[position].removeprefix(line[1:].removesuffix("…"))
        else:
            result.append(lines[position])
        position += 1
    return "\n".join([*result, *lines[position:], ""])


def matches(shown: str, line: str) -> bool:
    """Whether a line of a block is this line of the file; `…` stands for its rest."""
    return line.startswith(shown.removesuffix("…")) if shown.endswith("…") else line == shown


def section(name: str) -> str:
    """The section with this anchor."""
    return PAGE.read_text(encoding="utf-8").partition(f'<a id="{name}"></a>')[2].partition("<a id=")[0]


def edits(name: str) -> list[Edit]:
    """The blocks of a section that have a path."""
    return [Edit(*block) for block in BLOCK.findall(section(name))]


def by_hand(name: str) -> set[str]:
    """The files of the repository that a section edits."""
    return {edit.path for edit in edits(name) if edit.kind not in SAMPLES}


@dataclass(frozen=True)
class Copy:
    """A copy of the repository, the files that were edited in it, and how to run its code."""

    root: Path
    edited: frozenset[str] = frozenset()

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
        paths = (path for path in self.root.rglob("*") if path.is_file() and not BUILT & set(path.parts))
        return {str(path.relative_to(self.root)): path.read_bytes() for path in paths}


BYTECODE = "__pycache__"
BUILT = {BYTECODE, "node_modules"}
"""Folders of what running code leaves, which git ignores."""


def copied(root: Path) -> Copy:
    """A copy of the files of the repository as they are now, with the bytecode of those that are modules."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    for name in listing.stdout.splitlines():
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)  # bytecode is that of a source of this date
    for folder in {(root / name).parent for name in listing.stdout.splitlines() if name.endswith(".py")}:
        (folder / BYTECODE).mkdir(parents=True, exist_ok=True)
        for compiled in (ROOT / folder.relative_to(root) / BYTECODE).glob("*.pyc"):
            shutil.copy2(compiled, folder / BYTECODE)
    return Copy(root)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy in which the edits of all sections were made and the generators run."""
    copy = copied(tmp_path_factory.mktemp("contributing") / "copy")
    before = copy.files()
    edited = {edit.apply(copy.root) for name in LIMITS for edit in edits(name) if edit.kind not in SAMPLES}
    copy.run("-m", "tests.generated", "--sources")
    after = copy.files()
    touched = {path for path in after if after[path] != before.get(path)}
    assert {path for path in touched - edited if not path.startswith(("docs/", "schema/generated/"))} == set()
    return Copy(copy.root, frozenset(edited))


@pytest.fixture(scope="module")
def migrated(copy: Copy, database: Database) -> Database:
    """A database with the migrations of the copy."""
    copy.run("-c", MIGRATE, database.admin_dsn, database.keys.directory)
    return database


@pytest.mark.parametrize("name", LIMITS)
def test_no_more_files_are_edited_by_hand_than_the_page_says(name: str) -> None:
    assert 0 < len(by_hand(name)) <= LIMITS[name]


def test_the_checks_pass_on_the_copy(copy: Copy) -> None:
    python = sorted(path for path in copy.edited if path.endswith(".py"))
    copy.run("-m", "ruff", "check", "-q", "--no-cache", *python)
    copy.run("-m", "ruff", "format", "-q", "--no-cache", "--check", *python)
    copy.run("-m", "hub.cli", "policy", "check", "schema/policies")
    copy.run("-m", "pytest", "-q", "-n", "0", "tests/policy/test_cases.py", "tests/schema/test_policies.py")


def test_a_field_is_read_from_its_source_and_served(copy: Copy, migrated: Database, tmp_path: Path) -> None:
    assert "maxParticipants: Int" in (copy.root / "schema/generated/api.graphql").read_text(encoding="utf-8")
    assert "Nombre de places du rendez-vous." in (copy.root / "docs/glossaire.md").read_text(encoding="utf-8")
    query = tmp_path / "query.graphql"
    query.write_text("query ($id: ID!) { person(id: $id) { appointments(first: 1) { nodes { maxParticipants } } } }")
    plan = copy.run("-m", "hub.cli", "plan", query, "--actor", "referent_cd", "--purpose", "suivi")
    assert "maxParticipants" in plan

    message = rdv_message(RDVS[2], today())
    message["data"]["max_participants_count"] = 12
    body = orjson.dumps(message)
    webhook, headers = tmp_path / "rdv.json", tmp_path / "rdv.headers.json"
    webhook.write_bytes(body)
    headers.write_bytes(orjson.dumps(signed(body, migrated.keys.webhook("rdv-insertion"))))
    ingest(copy, migrated, "rdv-insertion", webhook)
    assert values(migrated, "SELECT max_participants FROM appointments.appointment") == [12]


def test_a_source_reads_its_file_once(copy: Copy, migrated: Database, tmp_path: Path) -> None:
    assert "`annuaire`" in (copy.root / "docs/sources.md").read_text(encoding="utf-8")
    (sample,) = [edit for edit in edits("source") if edit.kind in SAMPLES]
    sample.apply(tmp_path)
    ingest(copy, migrated, "annuaire", tmp_path / sample.path)
    assert values(migrated, "SELECT name FROM offers.structure") == ["Maison des solidarités de Rethel"]
    assert "Lignes écrites dans la base : 0." in ingest(copy, migrated, "annuaire", tmp_path / sample.path)


def test_a_grant_opens_what_it_says(copy: Copy) -> None:
    question = ("--actor", "conseiller_ml", "--purpose", "contrat", "Household.familySituation")
    assert "ML-6" in copy.run("-m", "hub.cli", "policy", "explain", *question)


def test_a_kind_of_actor_reads_by_its_grants_and_is_in_the_demonstration(copy: Copy) -> None:
    question = ("--actor", "conseiller_cap_emploi", "--purpose", "suivi", "Person.lastName")
    assert "CAP-1" in copy.run("-m", "hub.cli", "policy", "explain", *question)
    kinds = (
        "from collections import defaultdict; from uuid import uuid4; from demo.actors import actors; "
        "print([actor.kind for actor in actors(defaultdict(uuid4), defaultdict(uuid4))])"
    )
    assert "conseiller_cap_emploi" in copy.run("-c", kinds)


def ingest(copy: Copy, database: Database, source: str, file: Path) -> str:
    keys = str(database.keys.directory)
    return copy.run("-m", "hub.cli", "ingest", source, file, "--keys", keys, DATABASE_URL=database.admin_dsn)


def values(database: Database, query: str) -> list[object]:
    """The first column of what the administrator reads."""

    async def read() -> list[object]:
        connection = await database.connect()
        try:
            return [row[0] for row in await connection.fetch(query)]
        finally:
            await connection.close()

    return asyncio.run(read())


def test_the_limits_are_those_of_the_page() -> None:
    table = dict(re.findall(r"^\| \[[^]]+\]\(#([\w-]+)\) \| (.+?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert {name: max(map(int, re.findall(r"\d", table[name]))) for name in LIMITS} == LIMITS
