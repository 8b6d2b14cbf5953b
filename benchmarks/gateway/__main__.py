"""`python -m benchmarks.gateway`: plans, loads and attacks of `hub gateway`, beside the gateways of npm."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from benchmarks.gateway.attack import under_attack
from benchmarks.gateway.hostile import slowest
from benchmarks.gateway.measure import QUERY, measure, memory_after, site
from benchmarks.gateway.peers import GATEWAYS, HUB, NODE, Gateway
from benchmarks.gateway.planning import plans
from benchmarks.gateway.report import show_attacks, show_figures, show_goals, show_plans, show_slowest
from hub.errors import HubError
from infra.npm import NodeAbsent, installed


def bench(
    only: Annotated[list[str] | None, typer.Option(help="Passerelles à mesurer ; toutes par défaut.")] = None,
    connections: Annotated[list[int] | None, typer.Option(min=1, help="Connexions à la fois.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Tours, dont la médiane est donnée.")] = 3,
    seconds: Annotated[float, typer.Option(min=0.1, help="Durée de chaque charge.")] = 5.0,
    operations: Annotated[int, typer.Option(min=1, help="Opérations différentes avant de mesurer la mémoire.")] = 1_000,
    json: Annotated[bool, typer.Option("--json", help="Résultat en JSON.")] = False,
) -> None:
    """Mesure « hub gateway » et les passerelles de npm sur la même requête, dans un seul passage."""
    console = Console(stderr=json)
    gateways = [gateway for gateway in GATEWAYS if only is None or gateway.name in only or gateway.name == HUB]
    gateways = _installed(gateways, console)
    planned, hostile = plans(QUERY), slowest(seconds)
    with tempfile.TemporaryDirectory() as folder, site(gateways, Path(folder)) as (subgraphs, running):
        starts = {gateway.gateway.name: gateway.start for gateway in running}
        figures = measure(subgraphs, running, connections or [1, 10, 50], rounds, seconds)
        size = memory_after(running[0], operations)
        attacks = under_attack(running[0], seconds)
    if json:
        results = {
            "plans": planned,
            "start": starts,
            "figures": figures,
            "memory": size,
            "attacks": attacks,
            "hostile": hostile,
        }
        sys.stdout.buffer.write(msgspec.json.encode(results) + b"\n")
        return
    console.print("Une requête de six niveaux, quatre sous-graphes, réponses égales, aucun partage entre requêtes :")
    show_figures(figures, console)
    show_goals(figures, starts[HUB], size, console)
    console.print("Plans, en temps de calcul :")
    show_plans(planned, console)
    console.print("Les documents hostiles les plus lents à préparer, cherchés au hasard dans chaque famille :")
    show_slowest(hostile, console)
    console.print("Un second client de « hub gateway », pendant qu'un autre l'attaque :")
    show_attacks(attacks, console)


def _installed(gateways: list[Gateway], console: Console) -> list[Gateway]:
    """Install the gateways of npm; return those that this machine can run and print the others."""
    from_npm = [gateway for gateway in gateways if gateway.node]
    if not from_npm:
        return gateways
    try:
        console.print("Installation des passerelles de npm, une fois par verrou…")
        installed(NODE)
    except NodeAbsent as error:
        console.print(f"Non mesurées ({error}) : {', '.join(gateway.title for gateway in from_npm)}.")
        return [gateway for gateway in gateways if not gateway.node]
    absent = [gateway for gateway in gateways if gateway.binary is not None and not gateway.binary.is_file()]
    if absent:
        console.print(f"Non mesurées (d'un autre système) : {', '.join(gateway.title for gateway in absent)}.")
    return [gateway for gateway in gateways if gateway not in absent]


if __name__ == "__main__":
    try:
        typer.run(bench)
    except HubError as error:
        sys.exit(f"{error.message} [{error.code}]")
