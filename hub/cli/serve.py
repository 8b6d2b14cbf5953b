"""`hub serve`."""

from __future__ import annotations

import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.app import hub_app, hub_keys, hub_roles, load_ahead, subgraph_app, subgraph_keys
from hub.cli.local_database import served_database
from hub.cli.metrics import meters_of, metrics_of
from hub.cli.options import KEYS, KeysOption
from hub.cli.refusals import refuse
from hub.cli.served_graph import with_joined
from hub.cli.shared_state import shared_keys, shared_state
from hub.cli.start_line import log_start, warn_late_keys
from hub.federation.client.tls import server_tls
from hub.http.metrics import MetricsListener
from hub.identity.applications import subscribers
from hub.observability.instrumentation import contract_words
from hub.observability.key_metrics import key_metrics
from hub.observability.log_settings import LogSettings
from hub.observability.logs import logging_as
from hub.observability.state import build_metrics
from hub.serving import Server, listening
from hub.settings import Settings, load_settings
from hub.wording.engine import call_engine
from hub.workers import Serve, Supervisor, Worker
from infra.keys import Keys
from schema.subgraphs import SUBGRAPHS

app = typer.Typer(add_completion=False)


class Role(StrEnum):
    """The services that a process runs: hub and subgraphs, the hub alone, one subgraph, webhooks, which write, or
    notifications of changes."""

    ALL = "all"
    HUB = "hub"
    PEOPLE = "people"
    APPOINTMENTS = "appointments"
    OFFERS = "offers"
    TRAININGS = "trainings"
    WEBHOOKS = "webhooks"
    NOTIFICATIONS = "notifications"


@app.command()
def serve(
    settings: Annotated[
        Path | None,
        typer.Option(
            help="Fichier de réglages (TOML) ; exigé pour le hub, un sous-graphe n'en prend que les tables "
            "« metrics », « traces », « shared » et « subgraphs »."
        ),
    ] = None,
    role: Annotated[Role, typer.Option(help="Ce que ce processus sert.")] = Role.ALL,
    host: Annotated[str, typer.Option(help="Adresse d'écoute.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port d'écoute.")] = 8000,
    certificate: Annotated[
        Path | None, typer.Option(help="Certificat (PEM) de ce processus : il sert alors en HTTPS.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="Clé (PEM, sans mot de passe) de ce certificat.")] = None,
    authorities: Annotated[
        Path | None, typer.Option(help="Autorités (PEM) dont chaque client doit présenter un certificat.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=64,
            help="Processus derrière ce port (exige REDIS_URL) ; SIGHUP relit tout sans perdre une requête.",
        ),
    ] = None,
    keys: KeysOption = KEYS,
) -> None:
    tls = call_engine(server_tls, certificate, key, authorities) if certificate or key or authorities else None
    placed = load_settings(settings) if settings is not None else None
    name = Role.HUB if role is Role.ALL else role
    with logging_as(name, LogSettings() if placed is None else placed.logs):
        if name is Role.WEBHOOKS:
            if workers is not None:
                refuse("ARGUMENT_INVALID", "« --workers » n'est pas pour le rôle « webhooks » : un processus suffit.")
            _serve_webhooks(placed, keys, partial(Server, host=host, port=port, ready=listening, tls=tls))
        elif workers is None:
            with _loaded(name, placed, keys) as (application, metrics_at):
                metrics = metrics_at(None)
                server = Server(application(metrics), host, port, listening, tls, metrics)
                server.run()
        else:
            sys.exit(_supervised(workers, name, settings, keys, tls, host, port))


def _supervised(
    count: int, role: Role, settings: Path | None, keys: Path, tls: ssl.SSLContext | None, host: str, port: int
) -> int:
    """Serve by so many workers, which count together; return the exit code."""
    if not shared_keys():
        refuse("SHARED_STATE_MISSING", "Plusieurs processus comptent ensemble : nommez leur serveur par REDIS_URL.")
    shared = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    name = f"[{host}]" if ":" in host else host
    url = f"{'http' if tls is None else 'https'}://{name}:{shared.getsockname()[1]}"

    @contextmanager
    def load() -> Iterator[Serve]:
        placed = load_settings(settings) if settings is not None else None
        with _loaded(role, placed, keys) as (application, metrics_at):

            def serve(worker: Worker) -> None:
                metrics = metrics_at(worker.number)
                server = Server(application(metrics), host, port, lambda _: worker.ready(), tls, metrics, worker)
                server.run([shared.dup()])

            yield serve

    with shared:
        return Supervisor(count, load, partial(listening, url)).run()


@contextmanager
def _loaded(
    role: Role, placed: Settings | None, keys: Path
) -> Iterator[tuple[Callable[[MetricsListener | None], Any], Callable[[int | None], MetricsListener | None]]]:
    """What makes the application of this role, of its metrics, and what makes these, for a worker by its number."""
    graph = with_joined(placed.joined if placed is not None else ())
    if role.value in SUBGRAPHS:
        loaded_keys = Keys.load(keys, (*subgraph_keys(role.value), *shared_keys()))
        roles: tuple[str, ...] = (f"{role.value}_query",)
        traces = placed.traces if placed is not None else None
        application: Callable[..., Any] = partial(subgraph_app, role.value, graph, traces, loaded_keys)
    elif role is Role.NOTIFICATIONS:
        from hub.notifications import KEYS as NOTIFICATION_KEYS
        from hub.notifications import ROLES, notifications_app

        loaded_keys, roles = Keys.load(keys, (*NOTIFICATION_KEYS, *shared_keys())), ROLES
        application = partial(notifications_app, graph, _required(placed), loaded_keys)
    else:
        remote, subscribes = (placed.signed, bool(subscribers(placed.clients))) if placed is not None else ((), False)
        loaded_keys = Keys.load(keys, (*hub_keys(remote, subscribes=subscribes), *shared_keys()))
        roles = hub_roles(remote, subscribes=subscribes)
        application = partial(hub_app, graph, _required(placed), loaded_keys)
        load_ahead(graph, _required(placed))
    with served_database(loaded_keys, *roles) as address:
        log_start(role, address(roles[0]), graph.table.digest, placed)
        warn_late_keys(loaded_keys)
        state = shared_state(placed, loaded_keys)  # which connects when it runs

        def with_key_ages(metrics: MetricsListener | None) -> Any:
            if metrics is not None:
                metrics.meters.tell(partial(key_metrics, loaded_keys))
            return application(address, meters=meters_of(metrics), state=state)

        yield (
            with_key_ages,
            partial(metrics_of, placed, role, contract_words(graph)),
        )


def _required(settings: Settings | None) -> Settings:
    """The settings; without any, the command ends."""
    if settings is None:
        refuse("SETTINGS_MISSING", "Nommez le fichier de réglages avec « --settings » : rien n'est admis par défaut.")
    return settings


def _serve_webhooks(placed: Settings | None, folder: Path, server: Callable[..., Server]) -> None:
    """Take what the senders of the settings send, with the keys and the roles of their sources alone."""
    from hub.http.webhooks import WebhookApplication, intake_metrics
    from hub.intake.intake import Intake
    from hub.intake.senders import intake_keys, intake_roles

    rows = placed.webhooks if placed is not None else ()
    loaded_keys, roles = Keys.load(folder, intake_keys(rows)), intake_roles(rows)
    with served_database(loaded_keys, *roles) as address:
        log_start(Role.WEBHOOKS, address(roles[0]), None, placed)
        warn_late_keys(loaded_keys)
        intake, metrics = Intake(rows, loaded_keys, address), metrics_of(placed, Role.WEBHOOKS)
        if metrics is not None:
            metrics.meters.tell(partial(build_metrics, Role.WEBHOOKS, None))
            metrics.meters.tell(partial(intake_metrics, intake))
            metrics.meters.tell(partial(key_metrics, loaded_keys))
        server(WebhookApplication(intake), metrics=metrics).run()
