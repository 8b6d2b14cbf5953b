"""A run of the bench: start every gateway, compare their answers, then load them in turn."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import httpx2
import msgspec
import orjson

from benchmarks.gateway.load_client import Load, Run
from benchmarks.gateway.peers import Gateway, RunningGateway, running_gateway
from benchmarks.gateway.processes import OTHER_CORES, memory, processor, run_load, started_process
from benchmarks.gateway.subgraphs import NAMES, sdl
from hub.errors import StartRefused
from hub.federation.compose.composer import Source, compose

QUERY = Path(__file__).with_name("query.graphql").read_text(encoding="utf-8")


class Figures(msgspec.Struct, frozen=True):
    """The medians over the rounds of one gateway at one number of connections.

    `cpu` is in seconds of processor per 1,000 requests, `memory` in MB after the load, latencies in milliseconds;
    `calls` counts requests to subgraphs per request.
    """

    gateway: str
    connections: int
    rps: float
    p50: float
    p99: float
    cpu: float
    memory: float
    calls: float


@dataclass(frozen=True, slots=True)
class Subgraphs:
    """The running subgraphs."""

    urls: Mapping[str, str]

    def calls(self) -> int:
        """Return the number of calls so far."""
        return sum(int(httpx2.get(url).json()["calls"]) for url in self.urls.values())


@contextmanager
def subgraphs() -> Iterator[Subgraphs]:
    """Start the four subgraphs; yield them once they listen."""
    with started_process([sys.executable, "-m", "benchmarks.gateway.subgraphs"], OTHER_CORES) as popen:
        assert popen.stdout is not None
        ports = orjson.loads(popen.stdout.readline())
        yield Subgraphs({name: f"http://127.0.0.1:{ports[name]}/graphql" for name in NAMES})


@contextmanager
def site(gateways: Sequence[Gateway], folder: Path) -> Iterator[tuple[Subgraphs, list[RunningGateway]]]:
    """Start the subgraphs and gateways; raises StartRefused (BENCH_NOT_STARTED, BENCH_UNEQUAL)."""
    with ExitStack() as stack:
        subgraphs_up = stack.enter_context(subgraphs())
        path = folder / "supergraph.graphql"
        supergraph = compose([Source(name, subgraphs_up.urls[name], sdl(name)) for name in NAMES])
        path.write_text(supergraph.text, encoding="utf-8")
        gateways_up = [
            stack.enter_context(running_gateway(gateway, path, subgraphs_up.urls, folder / f"{gateway.name}.log"))
            for gateway in gateways
        ]
        expected, reference = None, gateways_up[0].gateway
        for gateway in gateways_up:
            answer = _answer(gateway.url)
            expected = answer if expected is None else expected
            if answer != expected or "errors" in answer:
                raise StartRefused(
                    "BENCH_UNEQUAL",
                    f"« {gateway.gateway.title} » ne répond pas comme « {reference.title} » : rien n'est mesuré.",
                    f"{gateway.gateway.name} answers otherwise",
                )
        yield subgraphs_up, gateways_up


def measure(
    subgraphs: Subgraphs, gateways: Sequence[RunningGateway], connections: Sequence[int], rounds: int, seconds: float
) -> list[Figures]:
    """Load every gateway in turn, at every number of connections; return their figures."""
    body = orjson.dumps({"query": QUERY}).decode()
    for gateway in gateways:
        run_load(Load(gateway.url, [body], 4, gateway.gateway.warm))
    figures = []
    for number in connections:
        figures_by_gateway: dict[str, list[Figures]] = {}
        for _ in range(rounds):
            for gateway in gateways:
                figures_of_load = _load_figures(subgraphs, gateway, Load(gateway.url, [body], number, seconds))
                figures_by_gateway.setdefault(gateway.gateway.name, []).append(figures_of_load)
        figures += [_medians(round_figures) for round_figures in figures_by_gateway.values()]
    return figures


def memory_after(target: RunningGateway, plans: int) -> float:
    """Return the memory (MB) of the gateway after so many different operations of the benchmark's size."""
    with httpx2.Client(timeout=30) as client:
        for number in range(plans):
            client.post(target.url, json={"query": QUERY.replace("Bench", f"Bench{number}")}).raise_for_status()
    return memory(target.pid)


def _load_figures(subgraphs: Subgraphs, target: RunningGateway, load: Load) -> Figures:
    calls, cpu = subgraphs.calls(), processor(target.pid)
    run: Run = run_load(load)
    cpu_spent, subgraph_calls = processor(target.pid) - cpu, subgraphs.calls() - calls
    cpu_per_thousand = 1000 * cpu_spent / run.requests
    name, size = target.gateway.name, memory(target.pid)
    return Figures(
        name, load.connections, run.rps, run.p50, run.p99, cpu_per_thousand, size, subgraph_calls / run.requests
    )


def _medians(rounds: Sequence[Figures]) -> Figures:
    first_round = rounds[0]
    values = {
        name: median(getattr(figures, name) for figures in rounds)
        for name in ("rps", "p50", "p99", "cpu", "memory", "calls")
    }
    return Figures(first_round.gateway, first_round.connections, **values)


def _answer(url: str) -> Any:
    """Return the answer to the query, without its extensions."""
    answer = httpx2.post(url, json={"query": QUERY}, timeout=30).json()
    return {key: value for key, value in answer.items() if key != "extensions"}
