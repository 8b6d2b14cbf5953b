"""`hub policy diff`: what changes from one set of rules to another."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path
from typing import Annotated

import orjson
import typer

from hub.cli.options import KEYS, KeysOption
from hub.cli.policy_files import load_policy
from hub.graph import load_classified
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.report.affected_people import AffectedPeople, Profile, affected_people
from hub.policy.report.change_groups import ChangeGroup, grouped
from hub.policy.report.policy_diff import policy_changes, retention_changes, same_policy


def diff(
    old: Annotated[Path, typer.Argument(help="Dossier des règles d'avant.")],
    new: Annotated[Path, typer.Argument(help="Dossier des règles d'après.")],
    fail: Annotated[bool, typer.Option("--check", help="Sort par 1 si quoi que ce soit change.")] = False,
    lines_of_decisions: Annotated[
        bool, typer.Option("--lines", help="Une ligne par décision, avec ses conditions entières.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Les groupes et leurs décisions, en JSON.")] = False,
    people: Annotated[
        bool, typer.Option("--people", help="Compte, dans la base, les personnes que chaque changement touche au plus.")
    ] = False,
    keys: KeysOption = KEYS,
) -> None:
    """Dit, par acteur et catégorie, ce qui change d'un jeu de règles à l'autre."""
    before, after = load_policy(old, older=True), load_policy(new)
    _, classification = load_classified()
    tables = DecisionTable(before, classification), DecisionTable(after, classification)
    changes, periods = policy_changes(*tables), retention_changes(before, after)
    groups = [ChangeGroup((change,)) for change in changes] if lines_of_decisions else grouped(changes)
    names = [name for name, _, _ in periods]
    affected = affected_people([group.changes for group in groups], names, *tables, _profiles(keys)) if people else None
    equal = same_policy(before, after)
    if json:
        typer.echo(orjson.dumps(_json(groups, periods, affected, equal), option=orjson.OPT_INDENT_2).decode())
        raise typer.Exit(1 if fail and not equal else 0)
    counts = [f" ({n} personne(s))" for n in (*affected.by_change, *affected.by_period)] if affected is not None else []
    lines = [_line(group) if lines_of_decisions else group.text() for group in groups]
    lines += [f"durée {name} : {was} → {becomes}" for name, was, becomes in periods]
    for line, count in zip_longest(lines, counts, fillvalue=""):
        typer.echo(line + count)
    typer.echo(f"{len(changes)} décision(s) et {len(periods)} durée(s) changent.")
    if affected is not None:
        typer.echo(f"Des {affected.total} personnes de la base, {affected.by_any} au plus en sont touchées.")
    if not equal and not changes and not periods:
        typer.echo("Des libellés, des textes ou des règles sans effet sur le graphe servi changent.")
    raise typer.Exit(1 if fail and not equal else 0)


def _line(group: ChangeGroup) -> str:
    (change,) = group.changes
    return f"{change.decision_class} {change.field} : {change.before} → {change.after}"


def _json(
    groups: list[ChangeGroup], periods: list[tuple[str, str, str]], affected: AffectedPeople | None, equal: bool
) -> dict[str, object]:
    by_group = affected.by_change if affected is not None else ()
    by_period = affected.by_period if affected is not None else ()
    return {
        "equal": equal,
        "groups": [
            {**group.json(), **({"people": count} if count is not None else {})}
            for group, count in zip_longest(groups, by_group)
        ],
        "retentions": [
            {"retention": name, "before": was, "after": becomes, **({"people": count} if count is not None else {})}
            for (name, was, becomes), count in zip_longest(periods, by_period)
        ],
        **({"people": affected.by_any, "total": affected.total} if affected is not None else {}),
    }


def _profiles(keys: Path) -> list[Profile]:
    """Count the people of the database; only this needs asyncpg and SQLAlchemy, so that they are imported here."""
    from hub.cli.people_profiles import profiles

    return profiles(keys)
