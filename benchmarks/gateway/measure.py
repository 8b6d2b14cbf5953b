"""One run: every gateway up, answers compared, then loads in turn, so that all meet the same machine."""

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
from benchmarks.gateway.peers import Gateway, Running, running
from benchmarks.gateway.processes import OTHERS, loaded, memory, processor, started
from benchmarks.gateway.subgraphs import NAMES, sdl
from hub.errors import StartRefused
from hub.federation.compose.composer import Source, compose

QUERY = Path(__file__).with_name("query.graphql").read_text(encoding="utf-8")


class Figures(msgspec.Struct, frozen=True):
    """One gateway at one number of connections: medians of the rounds. `cpu`: seconds of processor per 1,000 requests,
    `memory`: MB after the load, `calls`: requests to subgraphs per request, latencies in milliseconds."""

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
        """Calls that have come so far."""
        return sum(int(httpx2.get(url).json()["calls"]) for url in self.urls.values())


@contextmanager
def subgraphs() -> Iterator[Subgraphs]:
    """The four subgraphs, listening."""
    with started([sys.executable, "-m", "benchmarks.gateway.subgraphs"], OTHERS) as popen:
        assert popen.stdout is not None
        ports = orjson.loads(popen.stdout.readline())
        yield Subgraphs({name: f"http://127.0.0.1:{ports[name]}/graphql" for name in NAMES})


@contextmanager
def site(gateways: Sequence[Gateway], folder: Path) -> Iterator[tuple[Subgraphs, list[Running]]]:
    """Subgraphs and gateways, all answering alike; raises StartRefused (BENCH_NOT_STARTED, BENCH_UNEQUAL)."""
    with ExitStack() as stack:
        behind = stack.enter_context(subgraphs())
        path = folder / "supergraph.graphql"
        made = compose([Source(name, behind.urls[name], sdl(name)) for name in NAMES])
        path.write_text(made.text, encoding="utf-8")
        up = [stack.enter_context(running(each, path, behind.urls, folder / f"{each.name}.log")) for each in gateways]
        expected = None
        for each in up:
            answer = _answer(each.url)
            expected = answer if expected is None else expected
            if answer != expected or "errors" in answer:
                raise StartRefused(
                    "BENCH_UNEQUAL",
                    f"« {each.gateway.title} » ne répond pas comme « {up[0].gateway.title} » : rien n'est mesuré.",
                    f"{each.gateway.name} answers otherwise",
                )
        yield behind, up


def measure(
    behind: Subgraphs, gateways: Sequence[Running], connections: Sequence[int], rounds: int, seconds: float
) -> list[Figures]:
    """Figures of every gateway at every number of connections, from loads of so many seconds in turn."""
    body = orjson.dumps({"query": QUERY}).decode()
    for each in gateways:
        loaded(Load(each.url, [body], 4, each.gateway.warm))
    figures = []
    for number in connections:
        taken: dict[str, list[Figures]] = {}
        for _ in range(rounds):
            for each in gateways:
                figure = _one(behind, each, Load(each.url, [body], number, seconds))
                taken.setdefault(each.gateway.name, []).append(figure)
        figures += [_medians(each) for each in taken.values()]
    return figures


def crowded(running: Running, plans: int) -> float:
    """MB that the gateway holds once so many different operations of the benchmark's size were asked."""
    with httpx2.Client(timeout=30) as client:
        for number in range(plans):
            client.post(running.url, json={"query": QUERY.replace("Bench", f"Bench{number}")}).raise_for_status()
    return memory(running.pid)


def _one(behind: Subgraphs, running: Running, load: Load) -> Figures:
    calls, cpu = behind.calls(), processor(running.pid)
    run: Run = loaded(load)
    spent, asked = processor(running.pid) - cpu, behind.calls() - calls
    each = 1000 * spent / run.requests
    name, size = running.gateway.name, memory(running.pid)
    return Figures(name, load.connections, run.rps, run.p50, run.p99, each, size, asked / run.requests)


def _medians(rounds: Sequence[Figures]) -> Figures:
    first = rounds[0]
    values = {
        name: median(getattr(each, name) for each in rounds) for name in ("rps", "p50", "p99", "cpu", "memory", "calls")
    }
    return Figures(first.gateway, first.connections, **values)


def _answer(url: str) -> Any:
    """The whole answer to the query, in no order of keys."""
    found = httpx2.post(url, json={"query": QUERY}, timeout=30).json()
    return {key: value for key, value in found.items() if key != "extensions"}
