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
from benchmarks.gateway.measure import QUERY, crowded, measure, site
from benchmarks.gateway.peers import GATEWAYS, NODE, OURS, Gateway
from benchmarks.gateway.planning import plans
from benchmarks.gateway.report import show_attacks, show_figures, show_goals, show_plans
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
    gateways = [each for each in GATEWAYS if only is None or each.name in only or each.name == OURS]
    gateways = _installed(gateways, console)
    planned = plans(QUERY)
    with tempfile.TemporaryDirectory() as folder, site(gateways, Path(folder)) as (behind, up):
        starts = {each.gateway.name: each.start for each in up}
        figures = measure(behind, up, connections or [1, 10, 50], rounds, seconds)
        size = crowded(up[0], operations)
        attacks = under_attack(up[0], seconds)
    if json:
        found = {"plans": planned, "start": starts, "figures": figures, "memory": size, "attacks": attacks}
        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
        return
    console.print("Une requête de six niveaux, quatre sous-graphes, réponses égales, aucun partage entre requêtes :")
    show_figures(figures, console)
    show_goals(figures, starts[OURS], size, console)
    console.print("Plans, en temps de calcul :")
    show_plans(planned, console)
    console.print("Un second client de « hub gateway », pendant qu'un autre l'attaque :")
    show_attacks(attacks, console)


def _installed(gateways: list[Gateway], console: Console) -> list[Gateway]:
    """Those that this machine can run; the others are named."""
    absent = [each for each in gateways if each.node]
    if not absent:
        return gateways
    try:
        console.print("Installation des passerelles de npm, une fois par verrou…")
        installed(NODE)
    except NodeAbsent as error:
        console.print(f"Non mesurées ({error}) : {', '.join(each.title for each in absent)}.")
        return [each for each in gateways if not each.node]
    return gateways


if __name__ == "__main__":
    try:
        typer.run(bench)
    except HubError as error:
        sys.exit(f"{error.message} [{error.code}]")
