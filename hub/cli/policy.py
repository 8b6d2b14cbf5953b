"""`hub policy`: check, read, explain and compare the rules of access."""

from __future__ import annotations

import sys
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, NoReturn

import orjson
import typer

from hub.cli.decision_classes import client_rows, decision_class, no_such_pair
from hub.cli.options import KEYS, ClientOption, KeysOption
from hub.cli.refusals import refuse, tell
from hub.graph import described, load_classified, load_graph
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.policy_files import PolicyError
from hub.policy.decide.policy_loader import POLICIES, load
from hub.policy.decide.policy_model import Policy
from hub.policy.report.affected_people import Profile, reach
from hub.policy.report.coverage import coverage
from hub.policy.report.decision_sheet import markdown, objects, sheet
from hub.policy.report.explanation import why
from hub.policy.report.impact import impact as impact_of
from hub.policy.report.policy_diff import changes, durations, same
from hub.policy.report.register import register as register_of
from schema.facts import Fact

KIND = typer.Option("--actor", metavar="SORTE", help="Sorte d'acteur de actors.toml.")
PURPOSE = typer.Option("--purpose", metavar="CODE", help="Finalité de purposes.toml.")
app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def policy() -> None:
    """The group of commands, whose help is in `hub.cli.COMMANDS`."""


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="Dossier des règles ; par défaut, celles de ce hub.")] = POLICIES,
) -> None:
    """Vérifie les règles, et qu'elles couvrent tout le graphe ; chaque erreur a son fichier et sa ligne."""
    rules = _load(folder)
    supergraph, classification = load_classified()
    found = coverage(described(supergraph, classification), classification, rules)
    if found.misnamed:
        _fail("POLICY_INVALID", [f"{folder}/{problem}" for problem in found.misnamed])
    if found.missing:
        _fail("POLICY_INCOMPLETE", found.missing)
    typer.echo(
        f"Règles : {len(rules.actors)} sortes d'acteurs, {len(rules.purposes)} finalités, {len(rules.grants)} accords, "
        f"{len(rules.prohibitions)} interdictions, {len(rules.reductions)} réductions."
    )
    typer.echo(
        f"Graphe : {found.fields} champs, {found.values} valeurs d'énumération et {found.inputs} entrées, tous classés."
    )
    for note in found.notes:
        typer.echo(f"À noter : {note}.")


@app.command()
def table(
    actor: Annotated[str | None, KIND] = None,
    purpose: Annotated[str | None, PURPOSE] = None,
    client: ClientOption = None,
    json: Annotated[bool, typer.Option("--json/--markdown", help="Un tableau JSON, ou du Markdown.")] = False,
) -> None:
    """Montre la table des décisions que le hub applique, champ par champ."""
    whole = load_graph().table
    rows = [row for _, row in sorted(whole.classes.items())] if client is None else client_rows(whole, client)
    rows = [row for row in rows if actor in (None, row.kind)]
    rows = [row for row in rows if purpose in (None, row.purpose)]
    if not rows:
        no_such_pair(whole, actor, purpose)
    if json:
        typer.echo(orjson.dumps(objects(sheet(whole, rows)), option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo(markdown(whole, rows), nl=False)


@app.command()
def explain(
    field: Annotated[str, typer.Argument(help="« Type.champ », ou un chemin comme « Person.contact.phones ».")],
    actor: Annotated[str, KIND],
    purpose: Annotated[str, PURPOSE],
    relation: Annotated[
        str | None, typer.Option(metavar="CODE", help="Relation de relations.toml, si elle seule lie à la personne.")
    ] = None,
    client: ClientOption = None,
) -> None:
    """Dit pourquoi un champ se lit ou non, les règles et les textes, et ce qu'il faudrait."""
    whole = load_graph().table
    row = decision_class(whole, actor, purpose, client)
    typer.echo(why(field, row, whole, _relation(relation, whole) if relation is not None else None), nl=False)


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="Dossier des règles d'avant.")],
    new: Annotated[Path, typer.Argument(help="Dossier des règles d'après.")],
    fail: Annotated[bool, typer.Option("--check", help="Sort par 1 si quoi que ce soit change.")] = False,
    people: Annotated[
        bool, typer.Option("--people", help="Compte, dans la base, les personnes que chaque changement touche au plus.")
    ] = False,
    keys: KeysOption = KEYS,
) -> None:
    """Dit, par acteur, finalité et champ, ce qui change d'un jeu de règles à l'autre."""
    before, after = _load(old, older=True), _load(new)
    _, classification = load_classified()
    tables = DecisionTable(before, classification), DecisionTable(after, classification)
    found = changes(*tables)
    periods = durations(before, after)
    names = [name for name, _, _ in periods]
    reached = reach(found, names, *tables, _profiles(keys)) if people else None
    counts = [f" ({n} personne(s))" for n in (*reached.each, *reached.periods)] if reached is not None else []
    lines = [f"{each.whose} {each.field} : {each.before} → {each.after}" for each in found]
    lines += [f"durée {name} : {was} → {becomes}" for name, was, becomes in periods]
    for line, count in zip_longest(lines, counts, fillvalue=""):
        typer.echo(line + count)
    typer.echo(f"{len(found)} décision(s) et {len(periods)} durée(s) changent.")
    if reached is not None:
        typer.echo(f"Des {reached.all} personnes de la base, {reached.any} au plus en sont touchées.")
    equal = same(before, after)
    if not equal and not found and not periods:
        typer.echo("Des libellés, des textes ou des règles sans effet sur le graphe servi changent.")
    raise typer.Exit(1 if fail and not equal else 0)


@app.command()
def register() -> None:
    """Écrit le registre des activités de traitement (RGPD, article 30), en Markdown."""
    typer.echo(register_of(load_graph().table), nl=False)


@app.command()
def impact() -> None:
    """Écrit l'analyse d'impact (RGPD, article 35), en Markdown."""
    typer.echo(impact_of(load_graph().table), nl=False)


def _profiles(keys: Path) -> list[Profile]:
    """Count the people of the database; only this needs asyncpg and SQLAlchemy, so that they are imported here."""
    from hub.cli.people_profiles import profiles

    return profiles(keys)


def _relation(name: str, whole: DecisionTable) -> Fact:
    known = {fact.name: fact for fact in whole.policy.relations}
    if name not in known:
        refuse("ARGUMENT_INVALID", f"« --relation » est l'une de : {', '.join(sorted(map(str, known)))}.")
    return known[name]


def _load(folder: Path, *, older: bool = False) -> Policy:
    try:
        return load(folder, older=older)
    except PolicyError as error:
        _fail(error.code, [f"{folder}/{problem}" for problem in error.problems])


def _fail(code: str, problems: tuple[str, ...] | list[str]) -> NoReturn:
    for problem in problems:
        tell(code, problem)
    sys.exit(1)
