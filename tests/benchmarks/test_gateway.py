"""The gateway bench answers from data, compares before it measures, and tells its figures beside their goals."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import graphql_sync

from benchmarks.gateway import measure
from benchmarks.gateway.attack import NUMBER, attacks
from benchmarks.gateway.load_client import Load, Run
from benchmarks.gateway.peers import GATEWAYS, HUB, NODE
from benchmarks.gateway.planning import FIELDS
from benchmarks.gateway.processes import run_load
from benchmarks.gateway.shop import shipping, shop
from benchmarks.gateway.subgraphs import NAMES, roots, sdl
from hub.errors import StartRefused
from hub.federation.compose.composer import Source, compose
from hub.federation.supergraph import Supergraph
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def supergraph() -> Supergraph:
    return compose([Source(name, f"http://{name}.example/graphql", sdl(name)) for name in NAMES])


@pytest.fixture(scope="module")
def results() -> Mapping[str, Any]:
    """What the command tells of a short run of the hub's gateway alone."""
    command = [sys.executable, "-m", "benchmarks.gateway", "--only", HUB, "--connections", "2", "--rounds", "1"]
    process = subprocess.run(
        [*command, "--seconds", "0.1", "--operations", "3", "--json"], cwd=ROOT, capture_output=True, timeout=120
    )
    assert process.returncode == 0, process.stderr.decode()
    measures: Mapping[str, Any] = orjson.loads(process.stdout)
    return measures


def expected(supergraph: Supergraph) -> dict[str, Any]:
    """The answer by graphql-core on the whole data."""
    data = shop()
    for product in data.products.values():
        product["shippingEstimate"] = shipping(product["price"], product["weight"])
    result = graphql_sync(supergraph.client_schema, measure.QUERY, roots("accounts", data))
    assert not result.errors
    assert result.data is not None
    return result.data


def objects(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(objects, value.values()))
    return sum(map(objects, value)) if isinstance(value, list) else 0


def test_the_answer_is_as_large_as_the_public_benchmark_s(supergraph: Supergraph) -> None:
    answer = expected(supergraph)
    assert 80_000 < len(orjson.dumps(answer)) < 90_000
    assert 380 < objects(answer) < 450


def test_the_gateway_gives_the_answer_of_the_data_in_four_calls(tmp_path: Path, supergraph: Supergraph) -> None:
    hub_gateway = [gateway for gateway in GATEWAYS if gateway.name == HUB]
    with measure.site(hub_gateway, tmp_path) as (subgraphs, (running,)):
        calls_before = subgraphs.calls()
        assert measure._answer(running.url) == {"data": expected(supergraph)}
        assert subgraphs.calls() == calls_before + 4
        body = orjson.dumps({"query": "{ nothing }"}).decode()
        refused: Run = run_load(Load(running.url, [body], 2, 0.05, strict=False))
        assert set(refused.statuses) <= {200, 400}
        assert refused.requests == sum(refused.statuses.values()) > 0


def test_gateways_that_answer_differently_are_not_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(({"data": 1}, {"data": 2}))
    monkeypatch.setattr(measure, "_answer", lambda url: next(answers))
    hub_gateway = next(gateway for gateway in GATEWAYS if gateway.name == HUB)
    with pytest.raises(StartRefused) as caught, measure.site([hub_gateway, hub_gateway], tmp_path):
        pass
    assert caught.value.code == "BENCH_UNEQUAL"


def test_plans_are_timed_for_the_benchmark_the_journey_and_three_hundred_fields(results: Mapping[str, Any]) -> None:
    bench, path, wide = results["plans"]
    assert (bench["fetches"], bench["waves"]) == (7, 4)
    assert path["fetches"] == 4
    assert wide["fields"] == FIELDS
    assert all(times[name] > 0 for times in (bench, path, wide) for name in ("plan", "prepare", "cached"))


def test_attacks_whose_documents_could_be_kept_never_send_one_twice() -> None:
    assert {name for name, body in attacks().items() if NUMBER in body} == {
        "documents aux bornes",
        "documents trop profonds",
        "documents mal formés",
        "introspection",
    }


def test_every_figure_is_told_once_by_the_command(results: Mapping[str, Any]) -> None:
    assert results.keys() == {"plans", "start", "figures", "memory", "attacks", "hostile"}
    (figure,) = results["figures"]
    assert (figure["gateway"], figure["connections"]) == (HUB, 2)
    assert figure["rps"] > 0
    assert [impact["attack"] for impact in results["attacks"]] == ["personne", *attacks()]


def test_the_lock_of_the_peers_holds_no_address() -> None:
    lock = orjson.loads((NODE / "package-lock.json").read_bytes())
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    dependencies = orjson.loads((NODE / "package.json").read_bytes())["dependencies"]
    assert {f"node_modules/{name}" for name in dependencies} <= lock["packages"].keys()
