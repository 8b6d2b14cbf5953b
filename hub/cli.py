"""`hub`: the commands, each a thin door to the room that does the work."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from socket import socket
from typing import Annotated, Any, NoReturn

import orjson
import typer
import uvicorn
import uvloop
from rich.console import Console

from hub.app import Dsn, hub_app, subgraph_app
from hub.errors import HubError
from hub.graph import load_graph
from hub.ingest import Follower, read_organisations, show, source_of, webhook_secret
from hub.ingest import ingest as read_files
from hub.settings import SUBGRAPHS, load_settings
from infra.database import administrator
from infra.errors import SetupRefused
from infra.keys import Keys
from infra.migrate import migrate
from infra.roles import dsn
from subgraphs.kit.ingest import Options

ROOT = Path(__file__).resolve().parents[1]
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

KeysOption = Annotated[Path, typer.Option("--keys", help="Dossier des clés.")]
KEYS = ROOT / ".data" / "keys"


class Role(StrEnum):
    """What a process runs: everything, the hub alone, or one subgraph."""

    ALL = "all"
    HUB = "hub"
    PEOPLE = "people"
    APPOINTMENTS = "appointments"
    OFFERS = "offers"
    TRAININGS = "trainings"


@contextmanager
def database(keys: Keys) -> Iterator[Dsn]:
    """Addresses of the migrated database: the server of `DATABASE_URL`, else the embedded one of this clone."""
    with administrator(os.environ.get("DATABASE_URL"), "demo", ROOT, keys) as admin:
        asyncio.run(migrate(admin, keys))
        yield lambda role: dsn(admin, role, keys)


def main() -> None:
    """Run a command; what it refuses is one French line with its code, never a traceback."""
    try:
        app()
    except (HubError, SetupRefused) as error:
        _refuse(error.code, error.message)


def _refuse(code: str, message: str) -> NoReturn:
    typer.echo(f"{message} [{code}]", err=True)
    sys.exit(1)


@app.command()
def serve(
    settings: Annotated[Path | None, typer.Option(help="Fichier de réglages (TOML) ; exigé pour le hub.")] = None,
    role: Annotated[Role, typer.Option(help="Ce que ce processus sert.")] = Role.ALL,
    host: Annotated[str, typer.Option(help="Adresse d'écoute.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port d'écoute.")] = 8000,
    keys: KeysOption = KEYS,
) -> None:
    """Sert le hub, un sous-graphe, ou les cinq dans un seul processus."""
    graph = load_graph()
    held = Keys.load(keys)
    if role.value in SUBGRAPHS:
        make: Callable[[Dsn], Any] = partial(subgraph_app, role.value, graph, held)
    elif settings is None:
        _refuse("SETTINGS_MISSING", "Nommez le fichier de réglages avec « --settings » : rien n'est admis par défaut.")
    else:
        make = partial(hub_app, graph, load_settings(settings), held)
    with database(held) as address:
        Server(make(address), host, port, _listening).run()


class Server(uvicorn.Server):
    """An HTTP server that tells its address once it listens, and not before."""

    def __init__(self, served: Any, host: str, port: int, ready: Callable[[str], None]) -> None:
        super().__init__(
            uvicorn.Config(
                served,
                host=host,
                port=port,
                log_level="warning",
                access_log=False,
                server_header=False,
                date_header=False,
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Listen, then tell."""
        await super().startup(sockets)
        if self.started and not self.should_exit:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            self._ready(f"http://{host}:{port}")


def _listening(url: str) -> None:
    typer.echo(f"À l'écoute sur {url}")
    sys.stdout.flush()


@app.command()
def token(
    name: Annotated[str, typer.Argument(help="Nom d'un acteur de la démonstration.")],
    demo: Annotated[Path, typer.Option(help="Fichier que la démonstration écrit.")] = ROOT / ".data" / "demo.json",
) -> None:
    """Donne le jeton d'un acteur de la démonstration."""
    try:
        found = {actor["name"]: actor["token"] for actor in orjson.loads(demo.read_bytes())["actors"]}
    except (OSError, ValueError, KeyError, TypeError):
        _refuse("DEMO_NOT_READY", "La démonstration n'a pas encore démarré : lancez « make demo ».")
    if name not in found:
        _refuse("ACTOR_UNKNOWN", f"Cet acteur n'existe pas. Acteurs connus : {', '.join(found)}.")
    typer.echo(found[name])


@app.command()
def ingest(
    source: Annotated[str, typer.Argument(help="Système source.")],
    files: Annotated[list[Path], typer.Argument(help="Fichiers à lire, dans l'ordre.")],
    headers: Annotated[Path | None, typer.Option(help="En-têtes HTTP du webhook (JSON).")] = None,
    organisations: Annotated[
        Path | None, typer.Option(help="Organisations de la source : SIRET et type (TOML).")
    ] = None,
    department: Annotated[str | None, typer.Option(help="Département des personnes qui n'en nomment pas.")] = None,
    as_of: Annotated[datetime | None, typer.Option(help="Date des fichiers qui n'en portent pas.")] = None,
    keys: KeysOption = KEYS,
) -> None:
    """Lit les fichiers d'un système source ; le même fichier donné deux fois n'écrit rien la seconde."""
    held = Keys.load(keys)
    reader = source_of(source, held)
    options = Options(
        as_of=as_of.astimezone() if as_of is not None else None,
        department=department,
        headers=headers,
        webhook_secret=webhook_secret(source, held),
        organisations=read_organisations(organisations),
    )
    console = Console()
    with database(held) as address, Follower(console, source) as follower:
        report = asyncio.run(read_files(reader, files, options, address, follower))
    show(report, console)
    raise typer.Exit(0 if report.complete else 1)


@app.command()
def bench(
    people: Annotated[int, typer.Option(min=150, help="Nombre de personnes de la base de mesure.")] = 2_000,
    rounds: Annotated[int, typer.Option(min=1, help="Nombre de tours, dont la médiane est donnée.")] = 15,
    each: Annotated[int, typer.Option(min=1, help="Requêtes de chaque côté par tour.")] = 20,
    json: Annotated[bool, typer.Option("--json", help="Résultat en JSON.")] = False,
    keys: KeysOption = KEYS,
) -> None:
    """Mesure le temps de calcul du hub face à des résolveurs simples, sur une base de mesure à part."""
    from benchmarks.dataset import beside  # what a served hub never needs
    from hub.bench import bench as measure
    from hub.bench import show as show_bench

    held = Keys.load(keys)
    graph = load_graph()
    with administrator(os.environ.get("DATABASE_URL"), "demo", ROOT, held) as admin:
        url = beside(admin)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            measures = runner.run(measure(graph, held, url, lambda role: dsn(url, role, held), people, rounds, each))
    if json:
        typer.echo(orjson.dumps({"people": people, "operations": measures}))
    else:
        show_bench(measures, people, Console())


if __name__ == "__main__":
    main()
