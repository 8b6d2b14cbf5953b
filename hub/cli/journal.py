"""`hub journal`: verify, search, why, forget, expire, adopt."""

from __future__ import annotations

import asyncio
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

from hub.cli.journal_why import why
from hub.cli.local_database import administered, database
from hub.cli.options import KEYS, KeysOption, ReferenceOption
from hub.cli.refusals import refuse
from hub.cli.served_graph import served_graph
from hub.journal.chain import plain
from hub.journal.operator import AUDIT, search_journal
from hub.journal.operator import adopt as adopt_journal
from hub.journal.operator import forget as forget_person
from hub.journal.read.data_labels import data_labels
from hub.journal.read.search_criteria import FORMS as CRITERIA_FORMS
from hub.journal.read.search_criteria import CriterionMalformed, criteria
from hub.journal.signing import Signer, Trust, trusted
from hub.journal.terminal_report import show_found, show_verified
from hub.journal.verify.adoption import Adoptable, adoptable, sign_streams
from hub.journal.verify.checkpoint_trail import NONE_KEPT, Anchors
from hub.journal.verify.kept_anchors import read_anchors
from hub.journal.verify.person_keys import pseudonyms_of_keys
from hub.journal.verify.retention import Expired, boundary
from hub.journal.verify.retention import expire as expire_months
from hub.journal.verify.verification import Verification
from hub.journal.verify.verification import verify as verify_journal
from hub.journal.write.client_texts import check_reference
from hub.journal.write.journalling import deferred_visibility
from hub.settings import load_settings
from infra.connecting import connect
from infra.database import administrator_connection
from infra.keys import Keys, role_keys
from infra.role_names import JOURNALS, WRITERS
from infra.roles import Dsn
from infra.schema_versions import check_versions, histories_of
from schema.days import PARIS
from schema.input_forms import FORMS

app = typer.Typer(no_args_is_help=True, add_completion=False)
getLogger("hub.journal").addHandler(NullHandler())  # a failure is printed once, in French

Result = TypeVar("Result")


@app.callback()
def journal() -> None:
    """The group of commands, whose help is in `hub.cli.COMMANDS`."""


@app.command()
def verify(
    anchor: Annotated[
        str | None,
        typer.Option(help="Ancre conservée, ou fichier où le hub copie ses points de contrôle."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Résultat en JSON.")] = False,
    keys: KeysOption = KEYS,
) -> None:
    """Vérifie la chaîne et les signatures ; code de sortie 1 si une entrée a été changée, ôtée, déplacée ou coupée."""
    anchors = read_anchors(anchor) if anchor is not None else NONE_KEPT
    signs = (keys / "journal").is_file()
    roles = ("journal_reader", *(("journal_keeper",) if (keys / "role-journal_keeper").is_file() else ()))
    loaded_keys = Keys.load(keys, (*role_keys(*roles), *(("journal",) if signs else ())))
    trust = trusted(keys, *([Signer(loaded_keys.journal)] if signs else []))
    with database(loaded_keys, *roles) as dsn:
        verification = asyncio.run(_verified(dsn, trust, anchors, keys="journal_keeper" in roles))
    if json:
        typer.echo(orjson.dumps(_summary(verification, keys="journal_keeper" in roles), plain))
    else:
        show_verified(verification, Console(), keys="journal_keeper" in roles)
    raise typer.Exit(1 if verification.findings else 0)


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
    settings: Annotated[
        Path | None, typer.Option(help="Fichier de réglages, pour le nom des organisations et les sous-graphes joints.")
    ] = None,
    keys: KeysOption = KEYS,
) -> None:
    """Cherche qui a eu communication de quoi ; la recherche s'inscrit au journal, et la personne finit par la voir."""
    texts = {"actor": actor, "organisation": organisation, "client": client, "purpose": purpose, "trace": trace}
    criterion_texts = {**texts, "from": _instant(since), "to": _instant(before)}
    if person is None and not any(criterion_texts.values()):
        refuse("SEARCH_TOO_WIDE", "Dites qui, quoi ou quand : « hub journal search --help » donne les critères.")
    reference = check_reference(reference)
    graph, loaded_keys = served_graph(settings), Keys.load(keys, ("journal", *role_keys(*JOURNALS)))
    policy = graph.table.policy
    try:
        search_criteria = criteria(criterion_texts, policy.purposes)
    except CriterionMalformed as error:
        form = FORMS[CRITERIA_FORMS[error.name]]
        refuse(error.code, f"« --{error.name} » n'a pas la forme attendue, {form} : corrigez sa valeur.")
    with database(loaded_keys, *JOURNALS) as dsn:
        name, delay = str(person) if person is not None else None, deferred_visibility(policy).get(AUDIT)
        accesses = asyncio.run(
            search_journal(dsn, Signer(loaded_keys.journal), name, search_criteria, limit + 1, reference, delay)
        )
    names = load_settings(settings).names if settings is not None else {}
    show_found(
        accesses,
        limit,
        data_labels(graph.supergraph.schema, graph.table.classification, policy, names, joined=graph.labels),
        Console(),
    )


app.command()(why)


@app.command()
def forget(
    person: Annotated[UUID, typer.Argument(help="Personne à effacer du journal.")],
    yes: Annotated[bool, typer.Option("--yes", help="Ne pas demander confirmation.")] = False,
    reference: ReferenceOption = None,
    keys: KeysOption = KEYS,
) -> None:
    """Efface la clé d'une personne : ses entrées restent et se vérifient, mais ne disent plus de qui elles parlent."""
    reference = check_reference(reference)
    loaded_keys = Keys.load(keys, ("journal", *role_keys(*JOURNALS)))
    if not yes:
        typer.confirm("Cet effacement ne se défait pas. Continuer ?", abort=True)
    with database(loaded_keys, *JOURNALS) as dsn:
        erased = asyncio.run(forget_person(dsn, Signer(loaded_keys.journal), str(person), reference))
    typer.echo(
        "La clé de cette personne est effacée." if erased else "Aucune clé : le journal ne dit rien de cette personne."
    )


@app.command()
def expire(
    months: Annotated[int, typer.Option(min=1, help="Durée de conservation, en mois entiers.")] = 6,
    keys: KeysOption = KEYS,
) -> None:
    """Vérifie le journal, efface les mois entiers plus anciens que la durée, et ouvre ceux qui viennent."""
    loaded_keys = Keys.load(keys, ("journal",))
    signer = Signer(loaded_keys.journal)
    trust, limit = trusted(keys, signer), boundary(datetime.now(UTC), months)
    with administered(loaded_keys) as admin:
        expired = asyncio.run(_expired(admin, signer, trust, limit))
    typer.echo(
        f"Mois effacés : {', '.join(expired.parts)}." if expired.parts else f"Rien d'antérieur au {limit:%d/%m/%Y}."
    )
    if expired.anchor is not None:
        typer.echo(f"Ancre, à conserver hors de la base : {expired.anchor}")


@app.command()
def adopt(
    yes: Annotated[bool, typer.Option("--yes", help="Ne pas demander confirmation.")] = False,
    reference: ReferenceOption = None,
    keys: KeysOption = KEYS,
) -> None:
    """Signe, une fois et tel quel, ce qu'une version antérieure a laissé sans signature ; vous en répondez."""
    reference = check_reference(reference)
    loaded_keys = Keys.load(keys, ("journal", *role_keys(*JOURNALS)))
    signer = Signer(loaded_keys.journal)
    trust = trusted(keys, signer)
    with database(loaded_keys, *JOURNALS) as dsn:
        unsigned = adoptable(asyncio.run(_verified(dsn, trust, NONE_KEPT, keys=True)))
        if not unsigned.streams and not unsigned.strangers:
            typer.echo("Tout est signé : il n'y a rien à reprendre.")
            return
        typer.echo(
            f"{unsigned.entries} entrées que nul hub n'a signées, {len(unsigned.strangers)} pseudonymes sans clé."
        )
        if not yes:
            typer.confirm("Rien ne prouve qu'elles sont d'une version antérieure. Les signer ?", abort=True)
        asyncio.run(_adopt(dsn, signer, unsigned, reference))
    typer.echo("C'est signé, et inscrit au journal.")


async def _verified(dsn: Dsn, trust: Trust, anchors: Anchors, *, keys: bool) -> Verification:
    async def pseudonyms() -> set[bytes]:
        return await _with_connection(dsn("journal_keeper"), pseudonyms_of_keys)

    return await _with_connection(
        dsn("journal_reader"),
        lambda connection: verify_journal(connection, trust, anchors, pseudonyms if keys else None),
    )


async def _adopt(dsn: Dsn, signer: Signer, unsigned: Adoptable, reference: str | None) -> None:
    await adopt_journal(dsn, signer, unsigned.strangers, reference)
    await _with_connection(dsn("journal_writer"), lambda writer: sign_streams(writer, signer, unsigned))


async def _expired(admin: str, signer: Signer, trust: Trust, limit: datetime) -> Expired:
    connection = await administrator_connection(admin)
    try:
        written = (history for role in WRITERS for history in histories_of(role.replace("_write", "_query")))
        await check_versions(connection, [*histories_of("journal_reader"), *written])
        return await expire_months(connection, signer, trust, limit)
    finally:
        await connection.close()


async def _with_connection(dsn: str, work: Callable[[asyncpg.Connection[asyncpg.Record]], Awaitable[Result]]) -> Result:
    connection = await connect(dsn)
    try:
        return await work(connection)
    finally:
        await connection.close()


def _instant(instant: datetime | None) -> datetime | None:
    """Read an instant without a time zone as one of Paris."""
    return instant if instant is None or instant.tzinfo is not None else instant.replace(tzinfo=PARIS)


def _summary(verification: Verification, *, keys: bool) -> dict[str, object]:
    return {
        "intact": not verification.findings,
        "findings": verification.findings,
        "streams": len(verification.trail.streams),
        "entries": verification.entries,
        "checkpoints": verification.trail.count,
        "unsigned": verification.unsigned,
        "keys": keys,
        "anchor": verification.trail.anchor,
    }
