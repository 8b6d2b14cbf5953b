"""`hub backup`: copy the database, keep the register of protections, restore a copy."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from hub.backup.archive import create as create_backup
from hub.backup.protections import Protections, read_protections, renewed, write_protections
from hub.backup.restoration import Settled
from hub.backup.restoration import restore as restore_backup
from hub.backup.restoration import settle as settle_database
from hub.cli.local_database import administered
from hub.cli.options import KEYS, KeysOption
from hub.cli.refusals import refuse
from hub.journal.verify.checkpoint_trail import NONE_KEPT
from hub.journal.verify.kept_anchors import read_anchors
from infra.database import administrator_connection
from infra.keys import Keys, role_keys
from infra.role_names import JOURNALS
from infra.schema_versions import HISTORIES, check_versions
from schema.days import PARIS

app = typer.Typer(add_completion=False, no_args_is_help=True)
NONE = Protections(datetime.max.replace(tzinfo=UTC))
"""The register of whoever has none."""
ProtectionsOption = Annotated[
    Path | None, typer.Option("--protections", help="Dernier registre de « hub backup protections ».")
]
WithoutOption = Annotated[
    bool, typer.Option("--without-protections", help="Aucun registre : vous relirez celui des droits avant de servir.")
]


@app.callback()
def backup() -> None:
    """The group of commands, whose help is in `hub.cli.COMMANDS`."""


@app.command()
def create(
    folder: Annotated[Path, typer.Argument(metavar="DOSSIER", help="Dossier de la copie, qui est créé.")],
    keys: KeysOption = KEYS,
) -> None:
    """Copie la base entière, d'un seul instant, pendant qu'elle sert ; jamais le dossier des clés."""
    loaded_keys = Keys.load(keys, ("nir",))
    with administered(loaded_keys) as admin:
        manifest = asyncio.run(create_backup(admin, folder, loaded_keys.nir))
    typer.echo(f"Copie du {_day(manifest.made_at)} dans {folder} ; gardez à part person-keys.dump, et peu de temps.")


@app.command()
def protections(
    file: Annotated[Path, typer.Argument(metavar="FICHIER", help="Registre, hors des copies, réécrit chaque fois.")],
    days: Annotated[int, typer.Option(min=1, help="Jours d'existence de la plus ancienne copie gardée.")] = 90,
    keys: KeysOption = KEYS,
) -> None:
    """Écrit de qui une base restaurée ne doit rien montrer : à lancer souvent, vers une autre machine."""
    with administered(Keys.load(keys, ())) as admin:
        before = read_protections(file) if file.exists() else Protections(datetime.now(UTC))
        register = asyncio.run(_renewed(admin, before, days))
    write_protections(file, register)
    typer.echo(
        f"Droits en vigueur : {len(register.restricted)} ; personnes disparues : {len(register.gone)} ; clés effacées "
        f"du journal : {len(register.forgotten)}."
    )


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(metavar="DOSSIER", help="Copie de « hub backup create ».")],
    protections: ProtectionsOption = None,
    without: WithoutOption = False,
    keys: KeysOption = KEYS,
) -> None:
    """Refait la base d'une copie, sous son nom, libre, une fois que rien ne s'y oppose à ce qu'elle serve."""
    register = _register(protections, without)
    loaded_keys = Keys.load(keys, ("database", "journal", "nir", *role_keys(*JOURNALS)))
    with administered(loaded_keys, create=True, adopt=True) as admin:
        _tell(asyncio.run(restore_backup(admin, folder, loaded_keys, register)), register)


@app.command()
def settle(
    protections: ProtectionsOption = None,
    without: WithoutOption = False,
    anchor: Annotated[str | None, typer.Option(help="Ancre que le journal restauré doit contenir.")] = None,
    keys: KeysOption = KEYS,
) -> None:
    """Rend sûre une base que vos propres outils ont restaurée ; rien ne doit servir avant."""
    register = _register(protections, without)
    anchors = read_anchors(anchor) if anchor is not None else NONE_KEPT
    loaded_keys = Keys.load(keys, ("journal", *role_keys(*JOURNALS)))
    with administered(loaded_keys) as admin:
        asyncio.run(_checked(admin))
        _tell(asyncio.run(settle_database(admin, loaded_keys, register, anchors)), register)


def _register(file: Path | None, without: bool) -> Protections:
    """The register that the command names; one of nobody if it says that there is none."""
    if (file is None) != without:
        refuse(
            "PROTECTIONS_MISSING",
            "Donnez par --protections le dernier registre de « hub backup protections » ; s'il n'y en a aucun, dites-"
            "le par --without-protections.",
        )
    return read_protections(file) if file is not None else NONE


async def _checked(admin: str) -> None:
    connection = await administrator_connection(admin)
    try:
        await check_versions(connection, HISTORIES)
    finally:
        await connection.close()


async def _renewed(admin: str, before: Protections, days: int) -> Protections:
    connection = await administrator_connection(admin)
    try:
        await check_versions(connection, HISTORIES)
        return await renewed(connection, before, days)
    finally:
        await connection.close()


def _tell(settled: Settled, register: Protections) -> None:
    typer.echo(
        f"La base est restaurée, et son journal intact. Personnes protégées : {settled.protected} ; clés effacées de "
        f"nouveau : {settled.forgotten}. Les curseurs d'avant ne valent plus."
    )
    if register is not NONE:
        typer.echo(f"Les droits exercés depuis le {_day(register.made_at)} ne sont pas connus d'elle.")
    typer.echo("Avant de servir, relisez le registre des droits, puis les sources (« hub ingest », « hub sync »).")
    if settled.anchor is not None:
        typer.echo(f"Ancre, à conserver hors de la base : {settled.anchor}")


def _day(instant: datetime) -> str:
    return f"{instant.astimezone(PARIS):%d/%m/%Y à %H:%M:%S}"
