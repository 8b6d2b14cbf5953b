"""`hub policy`: check, read, explain and compare the rules of access."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import orjson
import typer

from hub.cli.decision_classes import client_rows, decision_class, no_such_pair
from hub.cli.options import KEYS, ClientOption, KeysOption
from hub.cli.policy_diff import diff
from hub.cli.policy_files import fail, load_policy
from hub.cli.refusals import refuse
from hub.cli.served_graph import JoinedOption, served_graph
from hub.graph import described, load_classified
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.policy_loader import POLICIES
from hub.policy.report.coverage import coverage
from hub.policy.report.decision_sheet import sheet_json, sheet_markdown
from hub.policy.report.explanation import explanation_text
from hub.policy.report.idle_grants import idle_grants
from hub.policy.report.impact import impact as impact_of
from hub.policy.report.law_gaps import law_gaps_page
from hub.policy.report.readers import readings, readings_text
from hub.policy.report.register import register as register_of
from schema.facts import Fact

KIND = typer.Option("--actor", metavar="SORTE", help="Sorte d'acteur de actors.toml.")
PURPOSE = typer.Option("--purpose", metavar="CODE", help="Finalité de purposes.toml.")
LEAST_ORDINARY = 10
"""The default of the fewest ordinary people among whom a protected value hides (docs/policy.md#rule-14)."""
app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def policy() -> None:
    """The group of commands, whose help is in `hub.cli.COMMANDS`."""


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="Dossier des règles ; par défaut, celles de ce hub.")] = POLICIES,
    closed: Annotated[
        bool, typer.Option("--closed", help="Nomme les champs que les réductions laissent fermés.")
    ] = False,
    data: Annotated[
        bool, typer.Option("--data", help="Compte, dans la base, qui cache chaque valeur protégée ; ne l'écrit jamais.")
    ] = False,
    least: Annotated[
        int, typer.Option("--least", min=2, metavar="K", help="Personnes ordinaires qu'il faut, par département.")
    ] = LEAST_ORDINARY,
    settings: JoinedOption = None,
    keys: KeysOption = KEYS,
) -> None:
    """Vérifie les règles, et qu'elles couvrent tout le graphe ; chaque erreur a son fichier et sa ligne."""
    rules = load_policy(folder)
    joined_closed: Mapping[str, tuple[str, ...]] = {}
    if settings is None:
        supergraph, classification = load_classified()
        covered = coverage(described(supergraph, classification), classification, rules)
    else:
        graph = served_graph(settings)
        classification, joined_closed = graph.table.classification, graph.closed
        covered = coverage(graph.schema, classification, rules)
    if problems := [*covered.misnamed, *idle_grants(classification, rules)]:
        fail("POLICY_INVALID", [f"{folder}/{problem}" for problem in problems])
    if covered.missing:
        fail("POLICY_INCOMPLETE", covered.missing)
    typer.echo(
        f"Règles : {len(rules.actors)} sortes d'acteurs, {len(rules.purposes)} finalités, {len(rules.grants)} accords, "
        f"{len(rules.prohibitions)} interdictions, {len(rules.reductions)} réductions."
    )
    typer.echo(
        f"Graphe : {covered.fields} champs, {covered.values} valeurs d'énumération et {covered.inputs} entrées, tous "
        "classés."
    )
    typer.echo(
        f"Réductions : {len(covered.closed)} champs de cellules « r » n'ont pas de ligne et restent fermés"
        + (" :" if closed else " ; « hub policy check --closed » les nomme.")
    )
    for coordinate in covered.closed if closed else ():
        typer.echo(f"  {coordinate}")
    for note in covered.notes:
        typer.echo(f"À noter : {note}.")
    for name, left_out in joined_closed.items():
        typer.echo(f"Sous-graphe « {name} » : {len(left_out)} coordonnées sans catégorie restent fermées.")
        for coordinate in left_out:
            typer.echo(f"  {coordinate}")
    if data:
        _check_data(keys, least)


@app.command()
def table(
    actor: Annotated[str | None, KIND] = None,
    purpose: Annotated[str | None, PURPOSE] = None,
    client: ClientOption = None,
    json: Annotated[bool, typer.Option("--json/--markdown", help="Un tableau JSON, ou du Markdown.")] = False,
    settings: JoinedOption = None,
) -> None:
    """Montre la table des décisions que le hub applique, champ par champ."""
    whole = served_graph(settings).table
    rows = [row for _, row in sorted(whole.classes.items())] if client is None else client_rows(whole, client)
    rows = [row for row in rows if actor in (None, row.kind)]
    rows = [row for row in rows if purpose in (None, row.purpose)]
    if not rows:
        no_such_pair(whole, actor, purpose)
    if json:
        typer.echo(orjson.dumps(sheet_json(whole, rows), option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo(sheet_markdown(whole, rows), nl=False)


@app.command()
def explain(
    field: Annotated[str, typer.Argument(help="« Type.champ », ou un chemin comme « Person.contact.phones ».")],
    actor: Annotated[str, KIND],
    purpose: Annotated[str, PURPOSE],
    relation: Annotated[
        str | None, typer.Option(metavar="CODE", help="Relation de relations.toml, si elle seule lie à la personne.")
    ] = None,
    client: ClientOption = None,
    settings: JoinedOption = None,
) -> None:
    """Dit pourquoi un champ se lit ou non, les règles et les textes, et ce qu'il faudrait."""
    whole = served_graph(settings).table
    row = decision_class(whole, actor, purpose, client)
    typer.echo(
        explanation_text(field, row, whole, _relation(relation, whole) if relation is not None else None), nl=False
    )


@app.command()
def who(
    field: Annotated[str, typer.Argument(help="« Type.champ », un chemin, une valeur d'énumération ou une entrée.")],
    json: Annotated[bool, typer.Option("--json", help="Un tableau JSON.")] = False,
    settings: JoinedOption = None,
) -> None:
    """Dit qui peut lire un champ : chaque sorte d'acteur, pour quelles finalités, comment, et par quelles règles."""
    whole = served_graph(settings).table
    rows = readings(field, whole)
    if json:
        typer.echo(orjson.dumps([reading.json() for reading in rows], option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo(readings_text(field, rows, whole), nl=False)


app.command()(diff)


@app.command()
def register(settings: JoinedOption = None) -> None:
    """Écrit le registre des activités de traitement (RGPD, article 30), en Markdown."""
    typer.echo(register_of(served_graph(settings).table), nl=False)


@app.command()
def gaps() -> None:
    """Écrit les écarts entre la table de la loi et les accords, chacun un choix du délégué, en Markdown."""
    typer.echo(law_gaps_page(served_graph(None).table.policy), nl=False)


@app.command()
def impact(settings: JoinedOption = None) -> None:
    """Écrit l'analyse d'impact (RGPD, article 35), en Markdown."""
    typer.echo(impact_of(served_graph(settings).table), nl=False)


def _check_data(keys: Path, least: int) -> None:
    """Say of each coarse value among how many it hides the protected ones; exit if they are too few."""
    from hub.cli.coarse_values import counted

    values = counted(keys)
    if rare := [value for value in values if value.ordinary < least]:
        fail("COARSE_VALUE_RARE", [f"{value}, il en faut {least}" for value in rare])
    typer.echo(f"Données : {len(values)} valeurs communes en cachent de protégées, chacune parmi {least} ou plus.")


def _relation(name: str, whole: DecisionTable) -> Fact:
    relations = {fact.name: fact for fact in whole.policy.relations}
    if name not in relations:
        refuse("ARGUMENT_INVALID", f"« --relation » est l'une de : {', '.join(sorted(map(str, relations)))}.")
    return relations[name]
