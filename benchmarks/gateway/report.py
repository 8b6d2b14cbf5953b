"""The tables of the report: figures of one run, ratios and goals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from benchmarks.gateway.attack import AttackImpact
from benchmarks.gateway.hostile import Slowest
from benchmarks.gateway.measure import Figures
from benchmarks.gateway.peers import GATEWAYS, HUB
from benchmarks.gateway.planning import MOST_CACHED, MOST_COLD, PlanTime


@dataclass(frozen=True, slots=True)
class Goal:
    """The hub's processor time is at most `most` times a peer's, at every number of connections."""

    peer: str
    most: float


GOALS = (Goal("apollo", 0.12), Goal("hive-rust", 0.25), Goal("grafbase", 0.8))
MOST_CALLS = 4
MOST_START = 2.0
MOST_MEMORY = 120
TITLES = {gateway.name: gateway.title for gateway in GATEWAYS}


def show_figures(figures: Sequence[Figures], console: Console) -> None:
    """Print the figures of every gateway; the ratio is its processor time over the hub's."""
    table = _table("passerelle", "connexions", "req/s", "p50 ms", "p99 ms", "CPU s / 1 000", "× hub", "Mo", "appels")
    hub_figures = {figure.connections: figure for figure in figures if figure.gateway == HUB}
    for figure in sorted(figures, key=lambda figure: (figure.connections, figure.cpu)):
        table.add_row(
            TITLES[figure.gateway],
            str(figure.connections),
            f"{figure.rps:.0f}",
            f"{figure.p50:.1f}",
            f"{figure.p99:.1f}",
            f"{figure.cpu:.2f}",
            f"{figure.cpu / hub_figures[figure.connections].cpu:.1f}" if figure.connections in hub_figures else "",
            f"{figure.memory:.0f}",
            f"{figure.calls:.1f}",
            style="bold" if figure.gateway == HUB else None,
        )
    console.print(table)


def show_goals(figures: Sequence[Figures], start: float, size: float, console: Console) -> None:
    """Print each goal and its measure; `start` is in seconds, `size` the MB of memory with many plans."""
    table = _table("but", "mesuré", "visé", "atteint")
    cpu = {(figure.gateway, figure.connections): figure.cpu for figure in figures}
    for goal in GOALS:
        for number in sorted({figure.connections for figure in figures if figure.gateway == goal.peer}):
            ratio = cpu[HUB, number] / cpu[goal.peer, number]
            _goal(table, f"CPU ÷ {TITLES[goal.peer]}, {number} connexions", ratio, goal.most, " ×")
    _goal(
        table,
        "appels aux sous-graphes par requête",
        max(figure.calls for figure in figures if figure.gateway == HUB),
        MOST_CALLS,
    )
    _goal(table, "démarrage, jusqu'à la première réponse", start, MOST_START, " s")
    _goal(table, "mémoire, après mille opérations différentes", size, MOST_MEMORY, " Mo")
    console.print(table)


def show_plans(plans: Sequence[PlanTime], console: Console) -> None:
    """Print the times of planning, cold and from the cache."""
    table = _table("requête", "champs", "appels", "vagues", "plan ms", "but", "préparée ms", "retrouvée µs", "but")
    for plan_time in plans:
        table.add_row(
            plan_time.title,
            str(plan_time.fields),
            str(plan_time.fetches),
            str(plan_time.waves),
            f"{plan_time.plan:.1f}",
            f"≤ {MOST_COLD:g}",
            f"{plan_time.prepare:.1f}",
            f"{plan_time.cached:.1f}",
            f"≤ {MOST_CACHED:g}",
            style=None if plan_time.reached else "yellow",
        )
    console.print(table)


def show_slowest(documents: Sequence[Slowest], console: Console) -> None:
    """Print the slowest document that was found of each family."""
    table = _table("famille", "ms au plus", "puis code, ms", "pas", "octets", "issue", "documents")
    for slowest in documents:
        times = f"{slowest.milliseconds:.0f}", f"{slowest.generating:.0f}"
        counts = str(slowest.steps), str(slowest.bytes), slowest.code or "planifié", str(slowest.documents)
        table.add_row(slowest.family, *times, *counts)
    console.print(table)


def show_attacks(attacks: Sequence[AttackImpact], console: Console) -> None:
    """Print the honest client's latencies during each attack, and without one."""
    table = _table(
        "à côté", "p50 ms", "p99 ms", "× seul", "réponses/s à l'attaquant", "statuts", "occupée", "Mo gagnés"
    )
    for impact in attacks:
        statuses = ", ".join(f"{status or 'fermée'} : {count}" for status, count in sorted(impact.statuses.items()))
        ratio = impact.p99 / attacks[0].p99
        table.add_row(
            impact.attack,
            f"{impact.p50:.1f}",
            f"{impact.p99:.1f}",
            f"{ratio:.1f}",
            f"{impact.rps:.0f}",
            statuses,
            f"{impact.busy:.0%}",
            f"{impact.grown:.1f}",
        )
    console.print(table)


def _goal(table: Table, title: str, value: float, most: float, unit: str = "") -> None:
    reached = value <= most + 1e-9
    table.add_row(
        title,
        f"{value:.2f}{unit}",
        f"≤ {most:g}{unit}",
        "oui" if reached else "non",
        style=None if reached else "yellow",
    )


def _table(first_column: str, *columns: str) -> Table:
    table = Table(box=SIMPLE, padding=0)
    table.add_column(first_column, no_wrap=True)
    for title in columns:
        table.add_column(title, justify="right")
    return table
