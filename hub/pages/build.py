"""Builds a page with Vite, once per content of its sources and lock; `python -m hub.pages.build` builds GraphiQL.

The packages are npm's, each pinned by its hash in the page's `package-lock.json`; `infra.npm` says which Node runs
them. A build that fails leaves its reason for the page to show, and the hub starts without it.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from infra.errors import SetupRefused
from infra.npm import SECONDS, NodeAbsent, install, recent_node

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
BUILT = Path(__file__).with_name("graphiql")
VITE = "node_modules/vite/bin/vite.js"
STAMP, FAILED = "built.txt", "failed.txt"


@dataclass(frozen=True)
class Page:
    """A project of Vite at `web`, with sources in `src` and in the folders `more`; `title` names it in French."""

    title: str
    web: Path
    built: Path
    more: tuple[Path, ...] = ()

    def sources(self) -> Iterator[Path]:
        """The files that decide what is built."""
        yield from sorted(path for path in self.web.iterdir() if path.is_file())
        for folder in (self.web / "src", *self.more):
            yield from sorted(path for path in folder.rglob("*") if path.is_file())


GRAPHIQL = Page("la page d'exploration (GraphiQL)", WEB, BUILT)


def build(page: Page = GRAPHIQL) -> None:
    """Build the page into its folder `built` unless it is current; raises SetupRefused (PAGE_NOT_BUILT)."""
    web, built = page.web, page.built
    built.mkdir(exist_ok=True)
    with built.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        digest = _digest(page)
        if _read(built / STAMP) == digest:
            return
        print(f"Construction de {page.title}…", flush=True)
        partial = built.with_suffix(".partial")
        try:
            node = _install(web)
            _run([node, VITE, "build", "--logLevel=error", "--emptyOutDir", f"--outDir={partial}"], web)
        except SetupRefused as error:
            (built / FAILED).write_text(error.message, encoding="utf-8")
            raise
        (partial / STAMP).write_text(digest, encoding="utf-8")
        shutil.rmtree(built)
        partial.rename(built)


def failure(built: Path = BUILT) -> str:
    """Return why there is no page, in French."""
    return _read(built / FAILED) or "Elle n'a pas encore été construite sur cette machine."


def _install(web: Path) -> str:
    """Install the packages; return the Node that runs them."""
    try:
        node, npm = recent_node()
        install(npm, web)
    except NodeAbsent as error:
        raise _not_built(str(error)) from error
    return node


def _digest(page: Page) -> str:
    digest = sha256()
    for path in page.sources():
        digest.update(f"{path.name} {sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _run(command: list[str], folder: Path = ROOT) -> None:
    quiet = subprocess.DEVNULL
    try:
        subprocess.run(command, cwd=folder, stdin=quiet, stdout=quiet, timeout=SECONDS, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise _not_built(f"{command[0]}: {type(error).__name__}") from error


def _not_built(detail: str) -> SetupRefused:
    return SetupRefused(
        "PAGE_NOT_BUILT",
        "La page n'a pas pu être construite : les paquets de npm ou de Node sont injoignables, ou la "
        "construction a échoué (l'erreur s'affiche au démarrage). Le hub fonctionne sans elle.",
        detail,
    )


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    try:
        build()
    except SetupRefused as refused:
        sys.exit(f"{refused.message} [{refused.code}]")
