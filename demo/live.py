"""What lives beside the demo's hub: the simulated source systems, the two commands that take what they tell, the one
that notifies subscribers of changes, the one that sends to systems of record what mutations write, and the one that
makes one person of two files, or two again, as soon as an agent decides it.

`python -m demo.live` is a process of its own. It ends, with the commands that it started, when its standard input
ends: with the demo, however that ends.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from demo.cast import ORGANISATIONS
from demo.rdvi_files import ORGANISATION_MAP
from demo.source_systems import DEPARTMENT, SourceSystems, sender
from hub.outgoing.settings import secret_file
from hub.outgoing.systems import SYSTEMS
from infra.keys import Keys, sender_key
from infra.roles import without_user
from schema.days import today
from tests.simulators import data_inclusion, immersion_facile, rdv_insertion
from tests.simulators.system_of_record import SECRET
from tests.threaded_server import listening

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / ".data"
FOLDER = DATA / "demo"
SENDER = "demo"
"""The organisation that sends notifications of RDV-Insertion, in the address of the hub."""
OWN = {str(organisation.number) for organisation in ORGANISATIONS if organisation.department == DEPARTMENT}
"""Organisations for which it speaks."""
ACCOUNT = "demo"
RHYTHM = "30s"
"""The rhythm at which each API is read."""
SECRETS = {
    "data-inclusion": f'token = "{data_inclusion.TOKEN}"\n',
    "rdv-insertion": f'email = "{rdv_insertion.EMAIL}"\npassword = "{rdv_insertion.PASSWORD}"\n',
    "immersion-facile": f'key = "{immersion_facile.KEY}"\n',
}
"""The secrets of each account that has some, which its simulator knows."""


@contextmanager
def live_systems() -> Iterator[Callable[[], str]]:
    """Run them during the block, by the settings of the demo; the function that is yielded waits until they answer, and
    returns the address of their page."""
    with (FOLDER / "live.log").open("w") as log:
        popen = subprocess.Popen(
            [sys.executable, "-m", "demo.live"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,  # Ctrl-C of a terminal is for the demo, which ends them
        )
    assert popen.stdin is not None
    assert popen.stdout is not None
    try:
        yield lambda: _first_line(popen)
    finally:
        popen.stdin.close()
        popen.wait(60)
        popen.stdout.close()


def _first_line(popen: subprocess.Popen[str]) -> str:
    assert popen.stdout is not None
    return popen.stdout.readline().strip() or "ils n'ont pas démarré, voir .data/demo/live.log"


def main() -> None:
    """Start all, print the address of the page, and wait for the end of the standard input."""
    keys = Keys.create(DATA / "keys")
    name = sender_key("rdv-insertion", SENDER)
    Keys.add(keys.directory, name)
    secret = (keys.directory / name).read_bytes().strip()
    with ExitStack() as stack:
        receiver = stack.enter_context(_hub("serve", "--role", "webhooks", "--port", "0", "--settings", _senders()))
        assert receiver.stdout is not None
        intake = receiver.stdout.readline().split()[-1]
        systems = SourceSystems(
            today(), FOLDER / "systems.json", sender(f"{intake}/webhooks/rdv-insertion/{SENDER}"), secret
        )
        addresses = {
            source: stack.enter_context(simulator.served())
            for source, simulator in {
                "data-inclusion": systems.data_inclusion,
                "rdv-insertion": systems.rdv_insertion,
                "immersion-facile": systems.immersion,
                "emplois": systems.emplois,
            }.items()
        }
        settings = _accounts(keys.directory, addresses)
        runs = stack.enter_context((FOLDER / "sync.log").open("w"))
        stack.enter_context(_hub("sync", "--every", RHYTHM, "--settings", settings, output=runs))
        sent = stack.enter_context((FOLDER / "send.log").open("w"))
        stack.enter_context(_hub("send", "--follow", "--settings", _recipients(keys.directory), output=sent))
        notices = stack.enter_context((FOLDER / "notifications.log").open("w"))
        settings = _settings("notifications.toml", ())
        stack.enter_context(
            _hub("serve", "--role", "notifications", "--port", "0", "--settings", settings, output=notices)
        )
        merges = stack.enter_context((FOLDER / "matching.log").open("w"))
        stack.enter_context(_hub("matching", "apply", "--follow", output=merges))
        page = stack.enter_context(listening(systems.page))
        print(page, flush=True)
        sys.stdin.read()


def _senders() -> Path:
    """Write the settings of the process that takes notifications."""
    lines = [
        line
        for number, organisation in ORGANISATION_MAP.items()
        if number in OWN
        for line in (f"[{number}]", *(f'{name} = "{value}"' for name, value in asdict(organisation).items() if value))
    ]
    (FOLDER / "organisations.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    row = (
        "[[webhooks]]",
        'source = "rdv-insertion"',
        f'organisation = "{SENDER}"',
        f'department = "{DEPARTMENT}"',
        'organisations = "organisations.toml"',
    )
    return _settings("webhooks.toml", row)


def _accounts(keys: Path, addresses: Mapping[str, str]) -> Path:
    """Write the settings of what reads the APIs at these addresses, and the secrets of each account."""
    rows = []
    for source, address in addresses.items():
        if source in SECRETS:
            _secret(keys / f"sync-{source}.{ACCOUNT}.toml", SECRETS[source])
        values = {"source": source, "account": ACCOUNT, "url": address, "login_url": address, "department": DEPARTMENT}
        rows += ["[[sync]]", *(f'{name} = "{value}"' for name, value in values.items())]
        rows += ['organisations = "organisations.toml"']
    return _settings("sync.toml", rows)


def _recipients(keys: Path) -> Path:
    """Write the settings of what sends to the systems of record, and the secret of each."""
    for system in SYSTEMS:
        _secret(secret_file(keys, system), f'secret = "{SECRET}"\n')
    return _settings("send.toml", ())


def _secret(path: Path, text: str) -> None:
    """Write a file that its owner alone may read."""
    path.touch(0o600)
    path.write_text(text, encoding="utf-8")


def _settings(name: str, rows: Sequence[str]) -> Path:
    """Write the settings of the demo with these rows; their processes log what goes wrong alone."""
    path = FOLDER / name
    settings = (FOLDER / "settings.toml").read_text(encoding="utf-8")
    path.write_text("\n".join((settings, *rows, "[logs]", 'level = "warning"', "")), encoding="utf-8")
    return path


@contextmanager
def _hub(*arguments: str | Path, output: int | TextIO = subprocess.PIPE) -> Iterator[subprocess.Popen[str]]:
    """Run a command of the hub during the block; `output` is where its lines go."""
    url = os.environ.get("DATABASE_URL")
    popen = subprocess.Popen(
        [sys.executable, "-m", "hub.cli", *map(str, arguments)],
        env=os.environ | ({"DATABASE_URL": without_user(url)} if url else {}),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=output,
        text=True,
    )
    try:
        yield popen
    finally:
        popen.terminate()
        popen.wait(30)


if __name__ == "__main__":
    main()
