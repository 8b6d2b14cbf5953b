"""`make demo`: fill and serve the demo in one process; Ctrl-C leaves no process running."""

from __future__ import annotations

import asyncio
import fcntl
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from socket import socket
from typing import Any

import orjson

from demo.actors import actors, agreements, names
from demo.cast import BY_SLUG
from demo.ingestion import load
from demo.live import live_systems
from demo.offers_files import FULL_SERVICE
from demo.partner_page import partner_page
from demo.port import HOST, reserved
from demo.source_files import write
from demo.switcher import route
from demo.token_issuer import DemoActor, Issuer
from hub.app import hub_app
from hub.cli.local_database import served_database
from hub.errors import HubError, StartRefused
from hub.graph import load_graph
from hub.http.metrics import MetricsListener
from hub.ingest import headline
from hub.observability.instrumentation import contract_words
from hub.observability.meters import Meters
from hub.serving import Server
from hub.settings import load_settings
from infra.errors import SetupRefused
from infra.keys import Keys
from infra.role_names import LOGINS
from schema.days import today
from subgraphs.kit.ingest.ingestion_report import Report
from tests.simulators.system_of_record import RecordSystem

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / ".data"
SUBSCRIBERS = "127.0.0.0/8"
"""The network of the servers that are notified of changes: this machine."""
WELCOME = """
Le hub répond sur {graphql} (Ctrl-C pour l'arrêter) : ouvrez cette adresse dans un navigateur.
Acteurs, jetons et personnes fictives : .data/demo.json
Systèmes sources simulés, à changer pour voir le hub suivre : {systems}
Ce que les mutations écrivent pour un autre système lui est envoyé aussitôt : « transmission » passe à ACCEPTED
Exemple de page d'un partenaire, sur une autre origine : {partner}

Métriques, pour Prometheus : {metrics}

Une première requête, en référente des Ardennes, à coller dans un autre terminal :

  curl -s {graphql} \\
    -H "Authorization: Bearer $(.venv/bin/hub token referent-a)" -H 'Purpose: suivi' \\
    -H 'Content-Type: application/json' \\
    -d '{{"query": "{{ person(id: \\"{person}\\") {{ firstName birthDate contact {{ phones }} \
appointments(first: 5) {{ nodes {{ startsAt status motive {{ category }} }} }} }} }}"}}'
"""


def main() -> None:
    """Prepare and serve; a refusal is one French line."""
    port = reserved()
    try:
        with _alone():
            _serve(port)
    except (HubError, SetupRefused) as error:
        sys.exit(f"{error.message} [{error.code}]")
    except KeyboardInterrupt:  # asked for: an exit code other than 0 would make `make` report an error
        pass
    print("\nLa démonstration est arrêtée.", flush=True)


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the data of this clone during the block; raises StartRefused (DEMO_RUNNING) if another demo has them."""
    DATA.mkdir(exist_ok=True)
    with (DATA / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StartRefused(
                "DEMO_RUNNING",
                "Une démonstration tourne déjà avec les données de ce dossier : arrêtez-la (Ctrl-C), ou lancez la "
                "seconde depuis un autre clone du dépôt.",
                "the lock of the demo is held",
            ) from None
        yield


def _serve(port: socket) -> None:
    graph, keys, issuer = load_graph(), Keys.create(DATA / "keys"), Issuer(DATA / "demo")
    with served_database(keys, *LOGINS) as dsn:
        print(
            "Lecture des sources fictives ; chacune a un fichier fautif : « hub quarantine » en dit les refus.",
            flush=True,
        )
        demo_actors, persons = asyncio.run(
            prepare(keys, dsn, DATA / "demo" / "files", today(), lambda report: print(headline(report), flush=True))
        )
        metrics = MetricsListener(Meters("hub", contract_words(graph)), "127.0.0.1", 0)
        switcher = route(demo_actors, persons, issuer, graph.table.policy)
        with partner_page(issuer, demo_actors) as partner, RecordSystem(full={FULL_SERVICE}).served() as record:
            written = issuer.write_settings(agreements(demo_actors), names(), [partner.origin], record, [SUBSCRIBERS])
            settings = load_settings(written)

            def announce(url: str) -> None:
                partner.hub = url
                pages = {"systems": systems(), "partner": partner.origin, "metrics": metrics.url}
                _announce({**describe(url, demo_actors, persons, issuer), **pages}, DATA / "demo.json")

            with live_systems() as systems:
                served = hub_app(graph, settings, keys, dsn, [switcher], meters=metrics.meters)
                Server(served, HOST, port.getsockname()[1], announce, metrics=metrics).run([port])


async def prepare(
    keys: Keys,
    dsn: Callable[[str], str],
    folder: Path,
    today: date,
    tell: Callable[[Report], None] = lambda _: None,
) -> tuple[list[DemoActor], list[dict[str, str]]]:
    """Write the demo's files and ingest them; return its actors and people. `tell` is called with each report."""
    files = write(folder, today, keys.webhook("rdv-insertion"))
    loaded = await load(files, dsn=dsn, keys=keys, today=today, tell=tell)
    persons = [{"id": str(loaded.persons[slug]), "about": person.about} for slug, person in BY_SLUG.items()]
    return actors(loaded.persons, loaded.agents), persons


def describe(
    url: str, demo_actors: Sequence[DemoActor], persons: list[dict[str, str]], issuer: Issuer
) -> dict[str, Any]:
    """Return the content of `.data/demo.json`."""
    return {
        "url": url,
        "graphql": f"{url}/graphql",
        "actors": [
            {
                "name": actor.name,
                "kind": actor.kind,
                "purposes": list(actor.purposes),
                "token": issuer.token(actor),
                "about": actor.about,
            }
            for actor in demo_actors
        ],
        "persons": persons,
    }


def _announce(described: dict[str, Any], path: Path) -> None:
    partial = path.with_suffix(".partial")
    partial.touch(mode=0o600)
    partial.write_bytes(orjson.dumps(described, option=orjson.OPT_INDENT_2))
    partial.replace(path)
    print(WELCOME.format(**described, person=described["persons"][0]["id"]), flush=True)


if __name__ == "__main__":
    main()
