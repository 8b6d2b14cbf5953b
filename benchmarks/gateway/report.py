"""The tables: figures of one run, their ratios, and the goals that they are held to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from benchmarks.gateway.attack import Attacked
from benchmarks.gateway.measure import Figures
from benchmarks.gateway.peers import GATEWAYS, OURS
from benchmarks.gateway.planning import MOST_CACHED, MOST_COLD, PlanTime


@dataclass(frozen=True, slots=True)
class Goal:
    """Our processor time at most so many times a peer's, at every number of connections."""

    peer: str
    most: float


GOALS = (Goal("apollo", 0.12), Goal("hive-rust", 0.25))
MOST_CALLS = 4
MOST_START = 2.0
MOST_MEMORY = 120
TITLES = {each.name: each.title for each in GATEWAYS}


def show_figures(figures: Sequence[Figures], console: Console) -> None:
    """Every gateway at every number of connections; the ratio is its processor time in ours."""
    table = _table("passerelle", "connexions", "req/s", "p50 ms", "p99 ms", "CPU s / 1 000", "× hub", "Mo", "appels")
    ours = {each.connections: each for each in figures if each.gateway == OURS}
    for each in sorted(figures, key=lambda one: (one.connections, one.cpu)):
        table.add_row(
            TITLES[each.gateway],
            str(each.connections),
            f"{each.rps:.0f}",
            f"{each.p50:.1f}",
            f"{each.p99:.1f}",
            f"{each.cpu:.2f}",
            f"{each.cpu / ours[each.connections].cpu:.1f}" if each.connections in ours else "",
            f"{each.memory:.0f}",
            f"{each.calls:.1f}",
            style="bold" if each.gateway == OURS else None,
        )
    console.print(table)


def show_goals(figures: Sequence[Figures], start: float, size: float, console: Console) -> None:
    """What is aimed at, what was found, and whether it is reached; `start` in seconds, `size` in MB with many plans."""
    table = _table("but", "mesuré", "visé", "atteint")
    cpu = {(each.gateway, each.connections): each.cpu for each in figures}
    for goal in GOALS:
        for number in sorted({each.connections for each in figures if each.gateway == goal.peer}):
            found = cpu[OURS, number] / cpu[goal.peer, number]
            _goal(table, f"CPU ÷ {TITLES[goal.peer]}, {number} connexions", found, goal.most, " ×")
    _goal(table, "appels aux sous-graphes par requête", max(e.calls for e in figures if e.gateway == OURS), MOST_CALLS)
    _goal(table, "démarrage, jusqu'à la première réponse", start, MOST_START, " s")
    _goal(table, "mémoire, après mille opérations différentes", size, MOST_MEMORY, " Mo")
    console.print(table)


def show_plans(plans: Sequence[PlanTime], console: Console) -> None:
    """Planning, cold and found again."""
    table = _table("requête", "champs", "appels", "vagues", "plan ms", "but", "préparée ms", "retrouvée µs", "but")
    for each in plans:
        table.add_row(
            each.title,
            str(each.fields),
            str(each.fetches),
            str(each.waves),
            f"{each.plan:.1f}",
            f"≤ {MOST_COLD:g}",
            f"{each.prepare:.1f}",
            f"{each.cached:.1f}",
            f"≤ {MOST_CACHED:g}",
            style=None if each.reached else "yellow",
        )
    console.print(table)


def show_attacks(attacks: Sequence[Attacked], console: Console) -> None:
    """The second client's latencies, beside those when nobody attacks."""
    table = _table(
        "à côté", "p50 ms", "p99 ms", "× seul", "réponses/s à l'attaquant", "statuts", "occupée", "Mo gagnés"
    )
    for each in attacks:
        statuses = ", ".join(f"{status or 'fermée'} : {count}" for status, count in sorted(each.statuses.items()))
        ratio = each.p99 / attacks[0].p99
        table.add_row(
            each.attack,
            f"{each.p50:.1f}",
            f"{each.p99:.1f}",
            f"{ratio:.1f}",
            f"{each.rps:.0f}",
            statuses,
            f"{each.busy:.0%}",
            f"{each.grown:.1f}",
        )
    console.print(table)


def _goal(table: Table, title: str, found: float, most: float, unit: str = "") -> None:
    reached = found <= most + 1e-9
    table.add_row(
        title,
        f"{found:.2f}{unit}",
        f"≤ {most:g}{unit}",
        "oui" if reached else "non",
        style=None if reached else "yellow",
    )


def _table(first: str, *others: str) -> Table:
    table = Table(box=SIMPLE, padding=0)
    table.add_column(first, no_wrap=True)
    for title in others:
        table.add_column(title, justify="right")
    return table
