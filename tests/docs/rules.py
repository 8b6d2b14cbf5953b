"""What the rules of access change since a commit, and how many people of the demonstration that touches at most:
`python -m tests.docs.rules COMMIT`.

A change is shown and never refused for what it changes. One that CHANGELOG.md does not tell is: whoever is read, and
whoever reads, learns of it there.
"""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.cli.commands import Result, hub
from tests.conftest import ROOT, Database
from tests.docs.readme import temporary_database
from tests.e2e.site import demonstration

RULES, CHANGELOG = "schema/policies", "CHANGELOG.md"


class Untold(Exception):
    """The rules change, and the changelog does not."""


def before(root: Path, commit: str, folder: Path) -> Path | None:
    """The rules of that commit, in this folder; None if they are the same, or if there is no such commit."""
    if not exists(root, commit) or git(root, "diff", "--quiet", commit, "--", RULES).returncode == 0:
        return None
    archive = git(root, "archive", "--format=tar", commit, RULES).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder / RULES


def exists(root: Path, commit: str) -> bool:
    """Whether this clone has the commit."""
    return git(root, "rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}").returncode == 0


def check_told(root: Path, commit: str, diff: Result) -> None:
    """Raise Untold if `hub policy diff --check` found a change since a commit that the changelog knows nothing of."""
    changed = diff.code != 0
    if changed and git(root, "diff", "--quiet", commit, "--", CHANGELOG).returncode == 0:
        raise Untold


def git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """One command of git in this clone."""
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)


def compared(old: Path, new: Path, database: Database) -> Result:
    """What `hub policy diff` says, over the people of this database."""
    options = ("--people", "--check", "--keys", database.keys.directory)
    return hub("policy", "diff", old, new, *options, database_url=database.admin_dsn)


def main(commit: str) -> None:
    """Compare the rules of this clone with those of the commit, over the demonstration's people."""
    with tempfile.TemporaryDirectory() as folder:
        old = before(ROOT, commit, Path(folder))
        if old is None:
            outcome = "rien ne change depuis" if exists(ROOT, commit) else "pas comparées, ce clone n'a pas le commit"
            print(f"Règles d'accès : {outcome} {commit}.")
            return
        with temporary_database() as database:
            asyncio.run(demonstration(database, Path(folder)))
            diff = compared(old, ROOT / RULES, database)
    print(diff.out + diff.err, end="")
    try:
        check_told(ROOT, commit, diff)
    except Untold:
        sys.exit(
            f"Les règles d'accès changent : dites-le dans {CHANGELOG}, pour les partenaires. [POLICY_CHANGE_UNTOLD]"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
