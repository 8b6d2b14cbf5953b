"""A running hub under test: real HTTP, a real database, the demo's files through the connectors.

`site` serves it in a thread of the test's process; `deployed` starts processes, for tests that are about them.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2

from demo.__main__ import prepare
from demo.actors import agreements
from demo.cast import BY_SLUG
from demo.token_issuer import DemoActor, Issuer
from hub.app import hub_app
from hub.observability.metric_settings import ROLES
from hub.settings import load_settings
from schema.days import today
from schema.subgraphs import SUBGRAPHS
from tests.conftest import ROOT, Database, populated
from tests.forked import ForkedHub
from tests.pinned_graph import graph
from tests.threaded_server import listening

PATIENCE = 300.0
"""Seconds for whatever is not about time, however busy the machine is: each limit of a hub or of its client."""
PURPOSES = {
    kind: "suivi"
    if "suivi" in row["purposes"]
    else next(code for code in row["purposes"] if code not in ("identification", "fiabilisation"))
    for kind, row in tomllib.loads((ROOT / "schema" / "policies" / "actors.toml").read_text(encoding="utf-8")).items()
}
"""The purpose that each kind of the demo's actors declares where a test doesn't say."""
NUMBERED = {
    code
    for code, row in tomllib.loads((ROOT / "schema" / "policies" / "purposes.toml").read_text(encoding="utf-8")).items()
    if row.get("reference")
}
"""The purposes that are declared with a case number only."""
METRICS = "\n".join(["[metrics.ports]", *(f"{role} = 0" for role in ROLES), ""])
"""Settings with which every process tells its metrics, at a free port."""
CASE = {"purpose-reference": "DOSSIER-1"}
SUBSCRIBING = """
[notifications]
networks = ["127.0.0.0/8"]
"""
"""Settings by which subscribers may be servers of this machine."""


def new_trace() -> str:
    """A trace id of one's own, which no hub begins anew: without a digit, it spells no NIR by chance."""
    return "".join(secrets.choice("abcdef") for _ in range(32))


@dataclass
class Process:
    """One `hub serve`, until `stop`."""

    popen: subprocess.Popen[str] | ForkedHub
    url: str
    log: Path

    @property
    def metrics_url(self) -> str:
        """Where it tells its metrics; its settings hold `METRICS`."""
        match = re.search(r'metrics at ([^\s"]+)', self.log.read_text(encoding="utf-8"))
        assert match is not None
        return match[1]

    def stop(self) -> None:
        """Stop it as Ctrl-C would, and wait; the rest of what it printed joins its log."""
        if self.popen.poll() is None:
            self.popen.terminate()
            self.popen.wait(20)
        if self.popen.stdout is not None and not self.popen.stdout.closed:
            with self.log.open("a", encoding="utf-8") as log:
                log.write(self.popen.stdout.read())
            self.popen.stdout.close()


@dataclass
class Site:
    """A hub with its actors and people; `ask` sends one request as one of them. `settings` is the file with which its
    processes run."""

    url: str
    issuer: Issuer
    actors: Mapping[str, DemoActor]
    persons: Mapping[str, str]
    database: Database
    processes: Mapping[str, Process]
    client: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=PATIENCE))
    settings: Path | None = None

    def post(self, actor: str | None, body: bytes | Mapping[str, Any], **headers: str) -> httpx2.Response:
        """One HTTP request; a header given as "" is left out."""
        sent = {"content-type": "application/json"}
        if actor is not None:
            demo_actor = self.actors[actor]
            sent |= {"authorization": f"Bearer {self.issuer.token(demo_actor)}", "purpose": PURPOSES[demo_actor.kind]}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {**(CASE if sent.get("purpose") in NUMBERED else {}), **sent}
        sent = {name: value for name, value in sent.items() if value}
        if isinstance(body, bytes):
            return self.client.post(f"{self.url}/graphql", content=body, headers=sent)
        return self.client.post(f"{self.url}/graphql", json=dict(body), headers=sent)

    def ask(self, actor: str, query: str, **variables: Any) -> dict[str, Any]:
        """The answer of an executed operation."""
        response = self.post(actor, {"query": query, "variables": variables})
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer


@contextmanager
def serve(
    role: str,
    database: Database,
    folder: Path,
    settings: Path | None = None,
    more: Sequence[str | Path] = (),
    root: Path = ROOT,
) -> Iterator[Process]:
    """`hub serve --role ROLE` with `more` options on a free port, ready; of the code at `root`."""
    arguments: list[object] = ["serve", "--role", role, "--port", "0", "--keys", database.keys.directory]
    arguments += ["--settings", settings] if settings is not None else []
    log = folder / f"{role}.log"
    log.write_bytes(b"")
    process = _started([*arguments, *more], {**os.environ, "DATABASE_URL": database.place}, log, root)
    try:
        yield process
    finally:
        process.stop()


def _started(arguments: Sequence[object], environment: Mapping[str, str], log: Path, root: Path) -> Process:
    """A process of `hub` that listens."""
    if root == ROOT:
        popen: subprocess.Popen[str] | ForkedHub = ForkedHub(arguments, environment, log)
    else:
        command = [sys.executable, "-m", "hub.cli", *map(str, arguments)]
        with log.open("w") as errors:
            popen = subprocess.Popen(
                command,
                cwd=root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
    assert popen.stdout is not None
    line = popen.stdout.readline()
    assert "://" in line, log.read_text()
    return Process(popen, line[line.rindex(" ") :].strip(), log)


@dataclass(frozen=True)
class Filled:
    """The demo's data in a database: who may ask, about whom, and the settings of a hub that trusts them."""

    issuer: Issuer
    actors: Mapping[str, DemoActor]
    persons: Mapping[str, str]

    def settings(
        self,
        name: str = "settings.toml",
        *,
        deadline: float = PATIENCE,
        subgraphs: Mapping[str, str] | None = None,
        more: str = "",
    ) -> Path:
        """Write a settings file of this name, and `more` in it; `subgraphs` are base URLs of those that run
        elsewhere."""
        written = self.issuer.write_settings(agreements(list(self.actors.values())))
        lines = [f"deadline = {deadline}", written.read_text(encoding="utf-8")]
        lines += [
            "[subgraphs]",
            *(f'{subgraph} = "{url}/graphql"' for subgraph, url in (subgraphs or {}).items()),
            more,
        ]
        path = written.with_name(name)
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    def site(
        self, url: str, database: Database, processes: Mapping[str, Process], settings: Path | None = None
    ) -> Site:
        """The site of a hub at `url`; its client is the caller's to close."""
        return Site(url, self.issuer, self.actors, self.persons, database, processes, settings=settings)


async def demonstration(database: Database, folder: Path) -> tuple[list[DemoActor], list[dict[str, str]]]:
    """The demo's files read into this empty database, by way of `folder`: the demo's actors and people."""
    return await populated(database, "demo", lambda: prepare(database.keys, database.dsn, folder / "files", today()))


def fill(database: Database, folder: Path) -> Filled:
    """Read the demo's files into this empty database."""
    actors, persons = asyncio.run(demonstration(database, folder))
    ids = {slug: person["id"] for slug, person in zip(BY_SLUG, persons, strict=True)}
    assert all(str(UUID(value)) == value for value in ids.values())
    return Filled(Issuer(folder / "demo"), {actor.name: actor for actor in actors}, ids)


@contextmanager
def site(database: Database, folder: Path) -> Iterator[Site]:
    """A hub over this database, in this process."""
    filled = fill(database, folder)
    app = hub_app(graph(), load_settings(filled.settings()), database.keys, database.dsn)
    with listening(app) as url:
        running = filled.site(url, database, {})
        with closing(running.client):
            yield running


@contextmanager
def deployed(database: Database, folder: Path, *, separate: bool) -> Iterator[Site]:
    """A hub over this database: everything in a process of its own, or (`separate`) one process per subgraph too."""
    filled = fill(database, folder)
    with ExitStack() as stack:
        processes = {name: stack.enter_context(serve(name, database, folder)) for name in SUBGRAPHS if separate}
        urls = {name: process.url for name, process in processes.items()}
        settings = filled.settings(subgraphs=urls, more=SUBSCRIBING)
        role = "hub" if separate else "all"
        processes[role] = stack.enter_context(serve(role, database, folder, settings))
        running = filled.site(processes[role].url, database, processes, settings)
        stack.callback(running.client.close)
        yield running
