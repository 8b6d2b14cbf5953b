"""`hub keys`: make keys of an installation and secrets of senders, change each without a cut, say which are late."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.options import KEYS, KeysOption
from hub.cli.refusals import refuse
from hub.joined.join_settings import NAME
from infra.key_ages import KeyAge, key_ages
from infra.keys import PREVIOUS, SENDER, Keys, changes_of, overlap_of, previous_end, sender_key
from schema.days import PARIS
from schema.subgraphs import SUBGRAPHS

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[CLÉ]…", help="Noms de « hub keys list » ; sans nom, les « context-… ».")
]
FIXED = {
    "nir": "aucun NIR n'est gardé, dont une autre clé ferait l'empreinte : relisez les sources dans une base neuve",
}
"""Why a key is not changed, and what is done instead."""
WHOLE_OVERLAP = "shared"
"""The key under which revocations are known by hash alone, so that none may outlast the old key."""
PSEUDONYMS = (
    "Les clés des pseudonymes du journal sont dans la base, une par personne ; « hub journal forget » en efface une."
)
app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def keys() -> None:
    """The group of commands, whose help is in `hub.cli.COMMANDS`."""


@app.command()
def init(folder: KeysOption = KEYS) -> None:
    """Crée les clés d'une installation neuve, ou celles d'une autre qui manquent et se refont (« role-… », etc.)."""
    names = Keys.initialise(folder)
    typer.echo(f"Clés créées dans {folder} : {', '.join(names)}." if names else f"{folder} a déjà toutes ses clés.")


@app.command("list")
def list_(folder: KeysOption = KEYS) -> None:
    """Dit l'âge de chaque clé et la fin de l'ancienne ; code de sortie 3 si l'une est à changer ou à effacer."""
    Keys.load(folder, ())
    now, late = datetime.now(UTC), False
    for key in key_ages(folder):
        late = late or key.is_late(now)
        typer.echo(f"{key.name} · du {_day(key.made_at)} · {_state(key, now)}")
    typer.echo(PSEUDONYMS)
    raise typer.Exit(3 if late else 0)


@app.command()
def rotate(
    names: Names = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=366, help="Jours où l'ancienne reste admise ; sinon selon la clé.")
    ] = None,
    folder: KeysOption = KEYS,
) -> None:
    """Met une nouvelle clé en place ; l'ancienne reste admise jusqu'à un jour dit. Redémarrez ce qui la lit."""
    key_names = _key_names(names, folder)
    if days is not None:
        _check_whole_overlap(key_names)
    overlapping = [name for name in key_names if overlap_of(name) is not None]
    loaded_keys = Keys.load(folder, key_names)
    loaded_keys.overlapped(*overlapping, days=days)
    for name in overlapping:
        end = previous_end(folder / f"{name}{PREVIOUS}")
        typer.echo(f"{name} : nouvelle clé en place ; l'ancienne, {name}{PREVIOUS}, est admise jusqu'au {_day(end)}.")
    if overlapping:
        typer.echo("Redémarrez les sous-graphes, puis les hubs ; « hub keys end » met fin à l'ancienne plus tôt.")
    if "journal" in key_names:
        _rotate_journal(loaded_keys)
    if "database" in key_names:
        loaded_keys.with_new_passwords()
        typer.echo("database : nouvelle clé et nouvelles « role-… » en place. Lancez « hub database passwords », puis")
        typer.echo("redémarrez tout ce qui se connecte : un rôle n'a qu'un mot de passe, l'ancien n'ouvre plus rien.")


@app.command()
def end(names: Names = None, folder: KeysOption = KEYS) -> None:
    """Efface l'ancienne clé ; ce qui la lit ne l'admet plus dès son redémarrage."""
    key_names = _key_names(names, folder)
    old = folder / f"{WHOLE_OVERLAP}{PREVIOUS}"
    if old.exists() and previous_end(old) > datetime.now(UTC):
        _check_whole_overlap(key_names)
    loaded_keys = Keys.load(folder, key_names)
    for name in key_names:
        erased = loaded_keys.ended(name)
        typer.echo(f"{name} : {'ancienne clé effacée' if erased else 'aucune ancienne clé'}.")


@app.command()
def sender(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Système source.")],
    organisation: Annotated[str, typer.Argument(metavar="ORGANISATION", help="Fin de l'adresse de l'expéditeur.")],
    folder: KeysOption = KEYS,
) -> None:
    """Crée le secret d'un expéditeur de notifications."""
    name = sender_key(source, organisation)
    if SENDER.fullmatch(name) is None:
        refuse("ARGUMENT_INVALID", "Source et organisation s'écrivent en minuscules, chiffres et tirets.")
    if not _added(folder, source, name):
        refuse("KEY_EXISTS", f"{folder / name} existe : « hub keys rotate {name} » le change sans coupure.")
    typer.echo(f"{folder / name} : secret créé. Sa ligne est ce dont vous convenez avec l'expéditeur.")


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
            "KEY_EXISTS",
            f"{folder / f'context-{name}'} existe : « hub keys rotate context-{name} » la change sans coupure.",
        )
    typer.echo(f"{folder / f'context-{name}'} : clé créée. Donnez-en une copie au processus du sous-graphe.")


def _added(folder: Path, source: str, name: str) -> bool:
    """Make the secret of a source that sends, unless there is one; raises StartRefused."""
    from hub.intake.senders import check_sends

    check_sends(source)
    return Keys.add(folder, name)


def _key_names(names: list[str] | None, folder: Path) -> list[str]:
    for name in names or ():
        if name in FIXED:
            refuse("KEY_FIXED", f"La clé « {name} » ne se change pas ainsi : {FIXED[name]}.")
        if changes_of(name) is None:
            refuse("ARGUMENT_INVALID", "Le nom d'une clé est l'un de ceux que dit « hub keys list », comme cursors.")
    return list(dict.fromkeys(names or (f"context-{name}" for name in SUBGRAPHS)))


def _check_whole_overlap(key_names: list[str]) -> None:
    """End the command if it would let the old key of revocations end before them."""
    if WHOLE_OVERLAP in key_names:
        refuse(
            "KEY_FIXED",
            f"L'ancienne clé « {WHOLE_OVERLAP} » reste admise {overlap_of(WHOLE_OVERLAP)} jours, ni plus ni moins : un "
            "accès retiré sous elle seule redeviendrait ouvert. Lancez « hub keys rotate » sans --days.",
        )


def _rotate_journal(loaded_keys: Keys) -> None:
    """Replace the key of signatures; the public half of the old one stays, by which what it signed is verified."""
    from hub.journal.signing import Signer, retire

    public_key = retire(loaded_keys.directory, Signer(loaded_keys.journal))
    signer = Signer(loaded_keys.renewed("journal").journal)
    typer.echo(f"journal : nouvelle clé {signer.id} ; redémarrez les hubs.")
    typer.echo(f"L'ancienne reste vérifiable par {public_key.name} : ne l'effacez pas.")


def _state(key: KeyAge, now: datetime) -> str:
    """What is to be done of a key, or nothing."""
    if key.name in FIXED:
        return "ne se change pas"
    if key.previous_until is not None and key.is_ended(now):
        return f"ancienne échue le {_day(key.previous_until)} : « hub keys end {key.name} »"
    if key.is_due(now):
        return f"à changer : « hub keys rotate {key.name} »"
    if key.previous_until is not None:
        return f"ancienne admise jusqu'au {_day(key.previous_until)}"
    return "rien à faire" if key.due_at is None else f"à changer avant le {_day(key.due_at)}"


def _day(instant: datetime) -> str:
    return f"{instant.astimezone(PARIS):%d/%m/%Y}"
