"""`hub bench`."""

from __future__ import annotations

import asyncio
import os
from typing import Annotated

import msgspec
import orjson
import typer
import uvloop
from rich.console import Console

from benchmarks import growth, ingestion, peers, writes
from benchmarks.dataset import bench_address
from benchmarks.pipeline import bench as measure
from benchmarks.pipeline import show
from hub.cli.local_database import CLUSTER
from hub.cli.options import KEYS, ROOT, KeysOption
from hub.cli.shared_state import shared_state
from hub.collector import collect_seldom
from hub.graph import load_graph
from infra.database import administrator
from infra.keys import Keys
from infra.roles import dsn

app = typer.Typer(add_completion=False)
WIDTH = 100
"""Columns that the table needs, where the output is no terminal or a narrow one."""


@app.callback(invoke_without_command=True)
def bench(
    context: typer.Context,
    people: Annotated[int, typer.Option(min=150, help="Nombre de personnes de la base de mesure.")] = 10_000,
    rounds: Annotated[int, typer.Option(min=1, help="Nombre de tours, dont la médiane est donnée.")] = 15,
    requests: Annotated[int, typer.Option("--each", min=1, help="Requêtes de chaque côté par tour.")] = 100,
    in_flight: Annotated[int, typer.Option(min=1, help="Requêtes en cours à la fois.")] = 50,
    beside: Annotated[
        bool,
        typer.Option("--peers", help="Mesurer, à la place, le hub à côté d'Apollo Gateway et de PostGraphile (npm)."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Résultat en JSON.")] = False,
    keys: KeysOption = KEYS,
) -> None:
    if context.invoked_subcommand is not None:
        return
    loaded_keys = Keys.load(keys)
    graph = load_graph()
    with administrator(os.environ.get("DATABASE_URL"), CLUSTER, ROOT, loaded_keys) as admin:
        url = bench_address(admin)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            measured = graph, loaded_keys, url, lambda role: dsn(url, role, loaded_keys)
            sent = rounds, requests, in_flight
            if beside:
                _show_peers(*runner.run(peers.bench(*measured, people, *sent)), in_flight, json=json)
                return
            reads = runner.run(measure(*measured, people, *sent, shared_state(None, loaded_keys)))
            written = runner.run(writes.bench(*measured, *sent))
    if json:
        typer.echo(orjson.dumps({"people": people, "in_flight": in_flight, "operations": reads, "writes": written}))
        return
    console = Console(width=max(WIDTH, Console().width))
    show(reads, people, in_flight, console)
    writes.show(written, console)


def _show_peers(measures: list[peers.PeerMeasure], absent: str | None, in_flight: int, *, json: bool) -> None:
    if json:
        typer.echo(msgspec.json.encode({"in_flight": in_flight, "peers": measures, "absent": absent}))
    else:
        peers.show(measures, in_flight, absent, Console(width=max(WIDTH, Console().width)))


@app.command("ingest", help="Mesure la lecture d'un flux de la CNAF face au COPY des mêmes lignes.")
def bench_ingest(
    people: Annotated[
        list[int] | None,
        typer.Option(min=100, max=1_000_000, help="Nombre de personnes (répétable)."),
    ] = None,
    filled: Annotated[
        int,
        typer.Option(min=0, max=1_000_000, help="Mesurer aussi là où tant d'autres personnes sont déjà connues."),
    ] = 0,
    json: Annotated[bool, typer.Option("--json", help="Résultat en JSON.")] = False,
    keys: KeysOption = KEYS,
) -> None:
    loaded_keys = Keys.load(keys)
    with administrator(os.environ.get("DATABASE_URL"), CLUSTER, ROOT, loaded_keys) as admin:
        collect_seldom()
        measures = asyncio.run(ingestion.bench(admin, people or [1_000, 10_000], filled, loaded_keys))
    if json:
        typer.echo(orjson.dumps(measures))
    else:
        ingestion.show(measures, Console(width=max(WIDTH, Console().width)))


@app.command("growth", help="Mesure ce que coûte une requête parmi peu et parmi beaucoup de personnes.")
def bench_growth(
    people: Annotated[
        list[int] | None,
        typer.Option(min=150, max=1_000_000, help="Nombre de personnes de la base de mesure (répétable)."),
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Nombre de tours.")] = 5,
    requests: Annotated[int, typer.Option("--each", min=1, help="Requêtes de chaque sorte par tour.")] = 200,
    in_flight: Annotated[int, typer.Option(min=1, help="Requêtes en cours à la fois.")] = 50,
    json: Annotated[bool, typer.Option("--json", help="Résultat en JSON.")] = False,
    keys: KeysOption = KEYS,
) -> None:
    loaded_keys = Keys.load(keys)
    graph = load_graph()
    with administrator(os.environ.get("DATABASE_URL"), CLUSTER, ROOT, loaded_keys) as admin:
        url = bench_address(admin)
        measured = graph, loaded_keys, url, lambda role: dsn(url, role, loaded_keys)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            measures = runner.run(growth.bench(*measured, people or [10_000, 100_000], rounds, requests, in_flight))
    if json:
        typer.echo(orjson.dumps({"in_flight": in_flight, "measures": measures}))
    else:
        growth.show(measures, in_flight, Console(width=max(WIDTH, Console().width)))
