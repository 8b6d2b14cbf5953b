"""`hub journal`: verify, search, forget, expire, rotate."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from logging import NullHandler, getLogger
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import asyncpg
import orjson
import typer
from rich.console import Console

from hub.cli.local_database import administered, database
from hub.cli.options import KEYS, KeysOption
from hub.cli.refusals import refuse
from hub.graph import load_graph
from hub.journal.chain import plain
from hub.journal.operator import AUDIT, search_journal
from hub.journal.operator import forget as forget_person
from hub.journal.read.data_labels import data_labels
from hub.journal.read.search_criteria import FORMS as CRITERIA_FORMS
from hub.journal.read.search_criteria import CriterionMalformed, criteria
from hub.journal.signing import Signer, retire, trusted
from hub.journal.terminal_report import show_found, show_verified
from hub.journal.verify.retention import boundary
from hub.journal.verify.retention import expire as expire_months
from hub.journal.verify.verification import Verification
from hub.journal.verify.verification import verify as verify_journal
from hub.journal.write.client_texts import check_reference
from hub.journal.write.journalling import deferred_visibility
from hub.settings import load_settings
from infra.keys import Keys
from schema.days import PARIS
from schema.input_forms import FORMS

app = typer.Typer(no_args_is_help=True, add_completion=False)
getLogger("hub.journal").addHandler(NullHandler())  # what fails is told once, in French

ANCHOR = re.compile(r"\d+:[0-9a-f]{64}")
ReferenceOption = Annotated[str | None, typer.Option(help="Numéro de dossier, inscrit au journal.")]
Result = TypeVar("Result")


@app.callback()
def journal() -> None:
    """The group of commands, whose help is in `hub.cli.COMMANDS`."""


@app.command()
def verify(
    anchor: Annotated[str | None, typer.Option(help="Ancre conservée d'une vérification passée.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Résultat en JSON.")] = False,
    keys: KeysOption = KEYS,
) -> None:
    """Vérifie la chaîne et les signatures ; code de sortie 1 si une entrée a été changée, ôtée, déplacée ou coupée."""
    if anchor is not None and not ANCHOR.fullmatch(anchor):
        refuse("ANCHOR_MALFORMED", "Une ancre est un numéro, « : » et 64 chiffres hexadécimaux : recopiez-la entière.")
    signs = (keys / "journal").is_file()
    held = Keys.load(keys, ("database", "journal") if signs else ("database",))
    trust = trusted(keys, *([Signer(held.journal)] if signs else []))
    with database(held) as dsn:
        found = asyncio.run(_connected(dsn("journal_reader"), lambda each: verify_journal(each, trust, anchor)))
    if json:
        typer.echo(orjson.dumps(_told(found), plain))
    else:
        show_verified(found, Console())
    raise typer.Exit(1 if found.findings else 0)


@app.command()
def search(
    person: Annotated[UUID | None, typer.Option(help="Personne dont les données ont été communiquées.")] = None,
    actor: Annotated[
        str | None, typer.Option(help="Acteur : émetteur et sujet de son jeton, « émetteur#sujet ».")
    ] = None,
    organisation: Annotated[str | None, typer.Option(help="SIRET de l'organisation de l'acteur.")] = None,
    client: Annotated[str | None, typer.Option(help="Application qui portait le jeton.")] = None,
    purpose: Annotated[str | None, typer.Option(help="Code de la finalité déclarée.")] = None,
    trace: Annotated[str | None, typer.Option(help="Trace de la requête : celle que cite une erreur.")] = None,
    since: Annotated[datetime | None, typer.Option("--from", help="Depuis cet instant, compris.")] = None,
    before: Annotated[datetime | None, typer.Option("--to", help="Avant cet instant.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Nombre d'accès donnés, les plus récents.")] = 100,
    reference: ReferenceOption = None,
    settings: Annotated[Path | None, typer.Option(help="Fichier de réglages, pour le nom des organisations.")] = None,
    keys: KeysOption = KEYS,
) -> None:
    """Cherche qui a eu communication de quoi ; la recherche s'inscrit au journal, et la personne finit par la voir."""
    said = {"actor": actor, "organisation": organisation, "client": client, "purpose": purpose, "trace": trace}
    given = {**said, "from": _instant(since), "to": _instant(before)}
    if person is None and not any(given.values()):
        refuse("SEARCH_TOO_WIDE", "Dites qui, quoi ou quand : « hub journal search --help » donne les critères.")
    reference = check_reference(reference)
    graph, held = load_graph(), Keys.load(keys, ("database", "journal"))
    policy = graph.table.policy
    try:
        wanted = criteria(given, policy.purposes)
    except CriterionMalformed as error:
        looks = FORMS[CRITERIA_FORMS[error.name]]
        refuse(error.code, f"« --{error.name} » n'a pas la forme attendue, {looks} : corrigez sa valeur.")
    with database(held) as dsn:
        name, delay = str(person) if person is not None else None, deferred_visibility(policy).get(AUDIT)
        found = asyncio.run(search_journal(dsn, Signer(held.journal), name, wanted, limit + 1, reference, delay))
    names = load_settings(settings).names if settings is not None else {}
    show_found(found, limit, data_labels(graph.supergraph.schema, graph.table.classification, policy, names), Console())


@app.command()
def forget(
    person: Annotated[UUID, typer.Argument(help="Personne à effacer du journal.")],
    yes: Annotated[bool, typer.Option("--yes", help="Ne pas demander confirmation.")] = False,
    reference: ReferenceOption = None,
    keys: KeysOption = KEYS,
) -> None:
    """Efface la clé d'une personne : ses entrées restent et se vérifient, mais ne disent plus de qui elles parlent."""
    reference = check_reference(reference)
    held = Keys.load(keys, ("database", "journal"))
    if not yes:
        typer.confirm("Cet effacement ne se défait pas. Continuer ?", abort=True)
    with database(held) as dsn:
        known = asyncio.run(forget_person(dsn, Signer(held.journal), str(person), reference))
    typer.echo(
        "La clé de cette personne est effacée." if known else "Aucune clé : le journal ne dit rien de cette personne."
    )


@app.command()
def expire(
    months: Annotated[int, typer.Option(min=1, help="Durée de conservation, en mois entiers.")] = 6,
    keys: KeysOption = KEYS,
) -> None:
    """Vérifie le journal, puis efface les mois entiers plus anciens que la durée de conservation."""
    held = Keys.load(keys, ("database", "journal"))
    signer = Signer(held.journal)
    trust, limit = trusted(keys, signer), boundary(datetime.now(UTC), months)
    with administered(held) as admin:
        gone = asyncio.run(_connected(admin, lambda each: expire_months(each, signer, trust, limit)))
    typer.echo(f"Mois effacés : {', '.join(gone.parts)}." if gone.parts else f"Rien d'antérieur au {limit:%d/%m/%Y}.")
    if gone.anchor is not None:
        typer.echo(f"Ancre, à conserver hors de la base : {gone.anchor}")


@app.command()
def rotate(keys: KeysOption = KEYS) -> None:
    """Remplace la clé de signature ; sa partie publique reste, et les hubs prennent la nouvelle à leur redémarrage."""
    held = Keys.load(keys, ("journal",))
    kept = retire(keys, Signer(held.journal))
    new = Signer(held.renewed("journal").journal)
    typer.echo(f"Nouvelle clé : {new.id}. L'ancienne reste vérifiable par {kept.name} : ne l'effacez pas.")


async def _connected(dsn: str, do: Callable[[asyncpg.Connection[asyncpg.Record]], Awaitable[Result]]) -> Result:
    connection = await asyncpg.connect(dsn)
    try:
        return await do(connection)
    finally:
        await connection.close()


def _instant(told: datetime | None) -> datetime | None:
    """An instant without a zone is of Paris."""
    return told if told is None or told.tzinfo is not None else told.replace(tzinfo=PARIS)


def _told(found: Verification) -> dict[str, object]:
    return {
        "intact": not found.findings,
        "findings": found.findings,
        "streams": len(found.trail.streams),
        "entries": found.entries,
        "checkpoints": found.trail.count,
        "unsigned": found.unsigned,
        "expired": found.expired,
        "anchor": found.trail.anchor,
    }
