"""`hub keys`: make the keys of an installation and secrets of senders; change those that both sides hold, without a
cut."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.options import KEYS, KeysOption
from hub.cli.refusals import refuse
from hub.joined.join_settings import NAME
from infra.keys import PREVIOUS, SENDER, Keys, sender_key
from schema.subgraphs import SUBGRAPHS

Names = Annotated[list[str] | None, typer.Argument(metavar="[SOUS-GRAPHE]…", help="Tous, sans ce nom.")]
app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def keys() -> None:
    """The group of commands, whose help is in `hub.cli.COMMANDS`."""


@app.command()
def init(folder: KeysOption = KEYS) -> None:
    """Crée les clés d'une installation neuve, ou celles d'une autre qui manquent et se refont (« role-… », etc.)."""
    made = Keys.initialise(folder)
    typer.echo(f"Clés créées dans {folder} : {', '.join(made)}." if made else f"{folder} a déjà toutes ses clés.")


@app.command()
def rotate(names: Names = None, folder: KeysOption = KEYS) -> None:
    """Met une nouvelle clé en place ; l'ancienne reste admise. Redémarrez ensuite les sous-graphes, puis les hubs."""
    key_names = _key_names(names, folder)
    Keys.load(folder, key_names).overlapped(*key_names)
    for name in key_names:
        typer.echo(f"{name} : nouvelle clé en place ; l'ancienne, {name}{PREVIOUS}, est encore admise.")
    typer.echo("Redémarrez les sous-graphes, puis les hubs, puis lancez « hub keys end ».")


@app.command()
def end(names: Names = None, folder: KeysOption = KEYS) -> None:
    """Efface l'ancienne clé ; un sous-graphe ne l'admet plus dès son redémarrage."""
    key_names = _key_names(names, folder)
    loaded_keys = Keys.load(folder, key_names)
    for name in key_names:
        erased = loaded_keys.ended(name)
        typer.echo(f"{name} : {'ancienne clé effacée' if erased else 'aucune ancienne clé'}.")


@app.command()
def sender(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Système source.")],
    organisation: Annotated[str, typer.Argument(metavar="ORGANISATION", help="Fin de l'adresse de l'expéditeur.")],
    renew: Annotated[bool, typer.Option("--renew", help="Nouveau secret ; l'ancien reste admis.")] = False,
    end: Annotated[bool, typer.Option("--end", help="Efface l'ancien secret.")] = False,
    folder: KeysOption = KEYS,
) -> None:
    """Crée le secret d'un expéditeur de notifications, ou le change sans coupure."""
    name = sender_key(source, organisation)
    if SENDER.fullmatch(name) is None or (renew and end):
        refuse(
            "ARGUMENT_INVALID",
            "Source et organisation s'écrivent en minuscules, chiffres et tirets ; une option au plus.",
        )
    if end:
        erased = Keys.load(folder, (name,)).ended(name)
        typer.echo(f"{name} : {'ancien secret effacé' if erased else 'aucun ancien secret'}.")
    elif renew:
        Keys.load(folder, (name,)).overlapped(name)
        typer.echo(f"{folder / name} : nouveau secret en place ; l'ancien est encore admis. Redémarrez le processus,")
        typer.echo("convenez du nouveau avec l'expéditeur, puis relancez avec --end.")
    elif _added(folder, source, name):
        typer.echo(f"{folder / name} : secret créé. Sa ligne est ce dont vous convenez avec l'expéditeur.")
    else:
        refuse("KEY_EXISTS", f"{folder / name} existe : --renew le change sans coupure.")


@app.command()
def subgraph(
    name: Annotated[str, typer.Argument(metavar="SOUS-GRAPHE", help="Sous-graphe d'une autre équipe.")],
    folder: KeysOption = KEYS,
) -> None:
    """Crée la clé sous laquelle le hub signe ses appels à un sous-graphe d'une autre équipe, qui en reçoit la copie."""
    if NAME.fullmatch(name) is None or name in SUBGRAPHS:
        refuse("ARGUMENT_INVALID", "Le nom d'un sous-graphe d'une autre équipe : minuscules, chiffres et tirets.")
    if not Keys.add(folder, f"context-{name}"):
        refuse(
            "KEY_EXISTS", f"{folder / f'context-{name}'} existe : « hub keys rotate {name} » la change sans coupure."
        )
    typer.echo(f"{folder / f'context-{name}'} : clé créée. Donnez-en une copie au processus du sous-graphe.")


def _added(folder: Path, source: str, name: str) -> bool:
    """Make the secret of a source that sends, unless there is one; raises StartRefused."""
    from hub.intake.senders import check_sends

    check_sends(source)
    return Keys.add(folder, name)


def _key_names(names: list[str] | None, folder: Path) -> list[str]:
    for name in {*(names or ())} - {*SUBGRAPHS}:
        if NAME.fullmatch(name) is None or not (folder / f"context-{name}").is_file():
            refuse("ARGUMENT_INVALID", f"Un sous-graphe est l'un de : {', '.join(SUBGRAPHS)}, ou a sa clé ici.")
    return [f"context-{name}" for name in dict.fromkeys(names or SUBGRAPHS)]
