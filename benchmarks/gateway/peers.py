"""The gateways that the bench compares, and how each is started."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_server

import httpx2

from benchmarks.gateway.load_client import UNIQUE
from benchmarks.gateway.processes import GATEWAY_CORES, started_process
from benchmarks.gateway.subgraphs import sdl
from hub.errors import StartRefused

NODE = Path(__file__).parent / "node"
HUB = "hub"
START_SECONDS = 60
GRAFBASE = NODE / "node_modules/@grafbase/cli-x86_64-unknown-linux-musl/grafbase"
GRAFBASE_SETTINGS = f"""[[headers]]
rule = "forward"
name = "{UNIQUE}"
"""
"""Grafbase shares identical calls in flight: a forwarded header that no two requests have in common prevents it."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """The inputs of a gateway: a supergraph file, the URLs of the subgraphs, a port to listen on."""

    supergraph: Path
    urls: Mapping[str, str]
    port: int


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway; `node` tells that it is one of npm's, `warm` is the seconds of load before the measure, `binary` is
    the file of a package that npm installs on some machines only."""

    name: str
    title: str
    command: Callable[[Deployment], list[str]]
    warm: float
    node: bool = True
    binary: Path | None = None


@dataclass(frozen=True, slots=True)
class RunningGateway:
    """A gateway that answers; `start` is the seconds until its first answer."""

    gateway: Gateway
    url: str
    pid: int
    start: float


def _hub_command(deployment: Deployment) -> list[str]:
    command = [sys.executable, "-m", "hub.cli", "gateway", "--unprotected"]
    return [*command, "--supergraph", str(deployment.supergraph), "--port", str(deployment.port)]


def _hive(*options: str) -> Callable[[Deployment], list[str]]:
    def command(deployment: Deployment) -> list[str]:
        listen = ["--host", "127.0.0.1", "--port", str(deployment.port), "--fork", "1", "--config-path", "hive.mjs"]
        return ["node_modules/.bin/hive-gateway", "supergraph", str(deployment.supergraph), *listen, *options]

    return command


def _grafbase_command(deployment: Deployment) -> list[str]:
    """Write its settings beside the supergraph: it composes the subgraphs itself."""
    folder, settings = deployment.supergraph.parent, [GRAFBASE_SETTINGS]
    for name, url in deployment.urls.items():
        schema = folder / f"{name}.graphql"
        schema.write_text(sdl(name), encoding="utf-8")
        settings.append(f'[subgraphs.{name}]\nurl = "{url}"\nschema_path = "{schema}"\n')
    path = folder / "grafbase.toml"
    path.write_text("\n".join(settings), encoding="utf-8")
    return [str(GRAFBASE), "--home", str(folder), "dev", "--config", str(path), "--port", str(deployment.port)]


GATEWAYS = (
    Gateway(HUB, "hub gateway", _hub_command, 2, node=False),
    Gateway("apollo", "Apollo Gateway", lambda at: ["node", "apollo.mjs", str(at.supergraph), str(at.port)], 8),
    Gateway(
        "mercurius",
        "Mercurius",
        lambda at: ["node", "mercurius.mjs", "-", str(at.port), *(f"{name}={url}" for name, url in at.urls.items())],
        8,
    ),
    Gateway("hive", "Hive Gateway (jit)", _hive("--jit"), 8),
    Gateway("hive-rust", "Hive Gateway, planificateur Rust", _hive("--hive-router-runtime"), 8),
    Gateway("grafbase", "Grafbase, binaire statique", _grafbase_command, 4, binary=GRAFBASE),
)


@contextmanager
def running_gateway(
    gateway: Gateway, supergraph: Path, urls: Mapping[str, str], log: Path, **environment: str
) -> Iterator[RunningGateway]:
    """Start a gateway; yield it once it answers; raises StartRefused (BENCH_NOT_STARTED)."""
    deployment = Deployment(supergraph, urls, _free_port())
    folder = NODE if gateway.node else None
    url = f"http://127.0.0.1:{deployment.port}/graphql"
    start = time.perf_counter()
    with started_process(
        gateway.command(deployment),
        GATEWAY_CORES,
        folder=folder,
        log=log,
        niceness=0,
        NODE_ENV="production",
        **environment,
    ) as popen:
        while not _answers(url):
            if popen.poll() is not None or time.perf_counter() - start > START_SECONDS:
                raise StartRefused(
                    "BENCH_NOT_STARTED",
                    f"« {gateway.title} » n'a pas démarré : {log} dit pourquoi.",
                    f"{gateway.name} did not start",
                )
            time.sleep(0.02)
        yield RunningGateway(gateway, url, popen.pid, time.perf_counter() - start)


def _answers(url: str) -> bool:
    try:
        return httpx2.post(url, json={"query": "{ __typename }"}, timeout=5).status_code == 200
    except httpx2.HTTPError:
        return False


def _free_port() -> int:
    with create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
