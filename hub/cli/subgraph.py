"""`hub subgraph`: check whether a subgraph of another team keeps the contract."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from binascii import Error as BinasciiError
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from hub.cli.refusals import refuse
from hub.cli.text_files import read_text
from hub.federation.client.http1 import address
from hub.joined.conformance.caller import Caller
from hub.joined.conformance.check import Outcome, Result, run
from hub.joined.conformance.readings import READINGS
from hub.joined.conformance.refusals import REFUSALS
from hub.joined.conformance.seeds import read_seeds

BROKEN = 3
"""Exit code: a sentence of the contract is not kept."""
app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def subgraph() -> None:
    """The group of commands, whose help is in `hub.cli.COMMANDS`."""


@app.command()
def check(
    url: Annotated[str, typer.Argument(metavar="URL", help="Adresse GraphQL du sous-graphe, qui tourne à l'essai.")],
    seeds: Annotated[Path, typer.Option(help="Fichier d'amorces (TOML) : des lignes qu'il tient.")],
    key: Annotated[Path, typer.Option(help="Fichier de la clé d'essai sous laquelle il admet les contextes.")],
    previous: Annotated[
        Path | None, typer.Option(help="Fichier de l'ancienne clé, qu'il admet encore pendant un changement.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Résultat en JSON.")] = False,
) -> None:
    """Éprouve chaque phrase numérotée de docs/contrat-sous-graphe.md ; sort par 3 si une n'est pas tenue."""
    try:
        address(url)
    except ValueError:
        refuse("ARGUMENT_INVALID", "« URL » est une adresse http(s)://hôte[:port]/chemin, sans mot de passe.")
    caller = Caller(url, read_seeds(seeds), _key(key), _key(previous) if previous is not None else None)
    try:
        outcomes = list(run((*REFUSALS, *READINGS), caller))
    finally:
        caller.close()
    if json:
        rows = [
            {"sentence": row.sentence, "result": row.result.name, "trials": row.trials, "failures": row.failures}
            for row in outcomes
        ]
        typer.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
    else:
        _tell(outcomes)
    raise typer.Exit(BROKEN if any(row.result is Result.FAILED for row in outcomes) else 0)


def _tell(outcomes: list[Outcome]) -> None:
    table = Table("phrase", "résultat", "essais", "ce qui manque")
    for row in outcomes:
        first = row.failures[0] if row.failures else ""
        more = f" (et {len(row.failures) - 1} autres)" if len(row.failures) > 1 else ""
        table.add_row(row.sentence, str(row.result), str(row.trials), f"{first}{more}")
    Console().print(table)


def _key(path: Path) -> bytes:
    try:
        value = urlsafe_b64decode(read_text(path, "KEY_UNREADABLE", "La clé").strip())
    except (BinasciiError, ValueError):
        value = b""
    if len(value) < 32:
        refuse("KEYS_MALFORMED", f"« {path} » n'est pas une clé : 32 octets, en une ligne de base64url.")
    return value
