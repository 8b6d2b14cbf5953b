"""The gateways that the bench compares: how each is started on a supergraph, and the address that it answers at."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_server

import httpx2

from benchmarks.gateway.processes import GATEWAY, started
from hub.errors import StartRefused

NODE = Path(__file__).parent / "node"
OURS = "hub"
START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Place:
    """What a gateway is given: a supergraph file, the URLs of the subgraphs, a port to listen on."""

    supergraph: Path
    urls: Mapping[str, str]
    port: int


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway; `node` if it is one of npm's. `warm`: seconds of load before anything is measured."""

    name: str
    title: str
    command: Callable[[Place], list[str]]
    warm: float
    node: bool = True


@dataclass(frozen=True, slots=True)
class Running:
    """A gateway that answers, and how long it took to."""

    gateway: Gateway
    url: str
    pid: int
    start: float


def _ours(place: Place) -> list[str]:
    command = [sys.executable, "-m", "hub.cli", "gateway", "--unprotected"]
    return [*command, "--supergraph", str(place.supergraph), "--port", str(place.port)]


def _hive(*options: str) -> Callable[[Place], list[str]]:
    def command(place: Place) -> list[str]:
        where = ["--host", "127.0.0.1", "--port", str(place.port), "--fork", "1", "--config-path", "hive.mjs"]
        return ["node_modules/.bin/hive-gateway", "supergraph", str(place.supergraph), *where, *options]

    return command


GATEWAYS = (
    Gateway(OURS, "hub gateway", _ours, 2, node=False),
    Gateway("apollo", "Apollo Gateway", lambda at: ["node", "apollo.mjs", str(at.supergraph), str(at.port)], 8),
    Gateway(
        "mercurius",
        "Mercurius",
        lambda at: ["node", "mercurius.mjs", "-", str(at.port), *(f"{name}={url}" for name, url in at.urls.items())],
        8,
    ),
    Gateway("hive", "Hive Gateway (jit)", _hive("--jit"), 8),
    Gateway("hive-rust", "Hive Gateway, planificateur Rust", _hive("--hive-router-runtime"), 8),
)


@contextmanager
def running(gateway: Gateway, supergraph: Path, urls: Mapping[str, str], log: Path) -> Iterator[Running]:
    """The gateway, once it answers; raises StartRefused (BENCH_NOT_STARTED)."""
    place = Place(supergraph, urls, _free_port())
    folder = NODE if gateway.node else None
    url = f"http://127.0.0.1:{place.port}/graphql"
    begun = time.perf_counter()
    with started(gateway.command(place), GATEWAY, folder=folder, log=log, NODE_ENV="production") as popen:
        while not _answers(url):
            if popen.poll() is not None or time.perf_counter() - begun > START_SECONDS:
                raise StartRefused(
                    "BENCH_NOT_STARTED",
                    f"« {gateway.title} » n'a pas démarré : {log} dit pourquoi.",
                    f"{gateway.name} did not start",
                )
            time.sleep(0.02)
        yield Running(gateway, url, popen.pid, time.perf_counter() - begun)


def _answers(url: str) -> bool:
    try:
        return httpx2.post(url, json={"query": "{ __typename }"}, timeout=5).status_code == 200
    except httpx2.HTTPError:
        return False


def _free_port() -> int:
    with create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
