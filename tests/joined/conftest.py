"""The demonstration's data, and an Apollo subgraph on Node: another team's, which joins by settings."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra.npm import Node, NodeAbsent
from tests.conftest import ROOT, Database
from tests.e2e.site import Filled, fill
from tests.node import installed

MOBILITY = ROOT / "clients" / "examples" / "mobility_aids"


@pytest.fixture(scope="module")
def filled(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """The demonstration's people and actors."""
    return fill(database, tmp_path_factory.mktemp("joined"))


@contextmanager
def _running(node: Node) -> Iterator[str]:
    environment = {**os.environ, "PORT": "0"}
    popen = subprocess.Popen([node.binary, "server.mjs"], cwd=node.folder, env=environment, stdout=subprocess.PIPE)
    assert popen.stdout is not None
    try:
        yield popen.stdout.readline().decode().strip().removesuffix("/graphql")
    finally:
        popen.terminate()
        popen.wait(20)
        popen.stdout.close()


@pytest.fixture(scope="module")
def mobility() -> Iterator[str]:
    """The address of the example of mobility aids, running."""
    try:
        node = installed(MOBILITY)
    except NodeAbsent as error:
        pytest.skip(str(error))
    with _running(node) as url:
        yield url


def with_subgraph(settings: Path, name: str, url: str, sources: Path, *, contract: bool = False) -> Path:
    """Join a subgraph of these settings by its SDL and categories, copied from a folder beside them."""
    for suffix in ("graphql", "toml"):
        text = (sources / f"{name}.{suffix}").read_text(encoding="utf-8")
        (settings.parent / f"{name}.{suffix}").write_text(text, encoding="utf-8")
    entry = f'url = "{url}/graphql"\nsdl = "{name}.graphql"\ncategories = "{name}.toml"\n'
    entry += "contract = true\n" if contract else ""
    with settings.open("a", encoding="utf-8") as file:
        file.write(f"\n[subgraphs.{name}]\n{entry}")
    return settings
