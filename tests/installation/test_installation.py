"""Whoever has a bare Debian and `docs/installation.md` gets a hub that serves, and gets back what it held.

`make installation` runs it: it needs root, the registries, and the packages that the page names.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import cnaf_files
from hub.pages.docs_page import ADDRESS, NAMES
from schema.days import today
from tests.docs.blocks import Block
from tests.failover.database_servers import eventually
from tests.failover.hosts import HostsUnavailable
from tests.installation.bare_debian import BareDebian, booted
from tests.installation.reader import HUB, PASSWORD, PEOPLE, PUBLIC, ask, section

pytestmark = pytest.mark.skipif("INSTALLATION" not in os.environ, reason="run at will: make installation")
SITE = Path("etc/spie-hub")
TYPED = {"apt-get install": "y\n", "--pwprompt": f"{PASSWORD}\n{PASSWORD}\n"}
"""What the reader types at a command that asks."""


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareDebian]:
    try:
        with booted(tmp_path_factory.mktemp("debian")) as started:
            yield started
    except HostsUnavailable as absent:
        pytest.skip(str(absent))


def follow(debian: BareDebian, step: Block) -> str:
    """Do what a block of the page says: write the file that it names, or run its commands as they are."""
    if step.kind != "sh hôte":
        _, _, name = step.kind.partition(" /")
        (debian.tree / name).write_text(step.text.replace("…", PASSWORD), encoding="utf-8")
        return ""
    begun = time.monotonic()
    typed = "".join(text for word, text in TYPED.items() if word in step.text)
    told = debian.told(step.text, typed)
    print(f"{time.monotonic() - begun:6.1f} s  {step.commands[0]}")
    return told


STEPS = section("Un Debian nu, avec systemd")
READY = next(number for number, step in enumerate(STEPS, 1) if "/readyz" in step.text)
"""How many steps it takes until the hub is ready."""


@pytest.fixture(scope="module")
def installed(debian: BareDebian) -> BareDebian:
    """The Debian on which each step was done until the hub is ready, after what the reader brings."""
    for step in STEPS[:READY]:
        if "settings check" in step.text:
            (debian.tree / SITE / "issuer.jwks.json").write_text(PUBLIC, encoding="utf-8")
        follow(debian, step)
    return debian


def test_the_hub_is_ready_when_systemctl_returns(installed: BareDebian) -> None:
    said = json.loads(installed.told("systemctl restart spie-hub@all; curl -sS --fail " + f"{HUB}/readyz"))
    assert (said["status"], said["missing"]) == ("ready", [])
    assert installed.told("systemctl --failed --no-legend") == ""


def test_the_service_holds_no_privilege_and_comes_back_when_it_is_killed(installed: BareDebian) -> None:
    first = main_process(installed)
    status = dict(
        line.split(":\t", 1) for line in installed.told(f"cat /proc/{first}/status").splitlines() if ":\t" in line
    )
    held = [status[name] for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")]
    assert (held, status["NoNewPrivs"], status["Seccomp"]) == (["0" * 16] * 4, "1", "2")
    assert "0" not in status["Uid"].split()
    assert installed.told("systemd-analyze verify spie-hub@all.service") == ""
    installed.told("systemd-analyze security --threshold=15 spie-hub@all.service")
    installed.told(f"kill -KILL {first}")
    eventually(lambda: main_process(installed) not in ("0", first), "not started again")
    eventually(lambda: installed.run(f"curl -sS --fail {HUB}/readyz").returncode == 0, "not ready again", 60)


def test_a_hub_that_does_not_start_is_told_by_systemctl(installed: BareDebian) -> None:
    settings = installed.tree / SITE / "settings.toml"
    sound = settings.read_text(encoding="utf-8")
    settings.write_text(sound.replace("audience", "audiance"), encoding="utf-8")
    refused = installed.run("systemctl restart spie-hub@all")
    told = installed.told("journalctl --no-pager --output=cat --unit spie-hub@all --lines=20")
    settings.write_text(sound, encoding="utf-8")
    installed.told("systemctl restart spie-hub@all")
    assert refused.returncode == 1
    assert "[SETTINGS_INVALID]" in told


def test_every_page_is_served_by_what_is_installed(installed: BareDebian) -> None:
    paths = ["/", "/status", "/policy", "/journal", "/sources", "/matching", ADDRESS]
    paths += [f"{ADDRESS}/{name}" for name in NAMES]
    fetched = " ".join(f"{HUB}{path} -o /dev/null" for path in paths)
    answered = installed.told(f"curl -sS -H 'Accept: text/html' -w '%{{http_code}} %{{url}}\\n' {fetched}")
    assert answered.splitlines() == [f"200 {HUB}{path}" for path in paths]


def test_postgresql_logs_no_value(installed: BareDebian) -> None:
    names = ("log_min_messages", "log_min_error_statement", "log_error_verbosity", "log_parameter_max_length")
    shown = installed.told("runuser -u postgres -- psql -At" + "".join(f" -c 'SHOW {name}'" for name in names))
    assert shown.split() == ["log", "panic", "terse", "0"]


def test_what_was_read_is_served_again_after_a_restoration(installed: BareDebian, tmp_path: Path) -> None:
    flow = max(path for path in cnaf_files.write(tmp_path, today()) if "_08_" in path.name)
    (installed.tree / "srv" / "flux.xml").write_bytes(flow.read_bytes())
    read, copied, restored = STEPS[READY:]
    follow(installed, read)
    before = ask(installed.told, PEOPLE)
    follow(installed, copied)
    told = follow(installed, restored)
    assert "son journal intact" in told
    assert ask(installed.told, PEOPLE) == before
    assert len(before["data"]["persons"]["nodes"]) == 3, before


def test_the_proxy_of_the_page_answers_over_tls(installed: BareDebian) -> None:
    name, tls = "hub.exemple.fr", f"/{SITE}/tls"
    names = f"-subj /CN={name} -addext subjectAltName=DNS:{name}"
    files = f"-keyout {tls}/key.pem -out {tls}/certificate.pem"
    installed.told(f"mkdir -p {tls}; openssl req -x509 -newkey rsa:2048 -nodes -days 2 {names} {files}")
    for step in section("Le mandataire inverse"):
        follow(installed, step)
    there = f"--cacert {tls}/certificate.pem --resolve {name}:443:127.0.0.1 https://{name}"
    assert json.loads(installed.told(f"curl -sS --fail {there}/readyz"))["status"] == "ready"
    assert installed.told(f"curl -sS -o /dev/null -w '%{{http_code}} %{{http_version}}' {there}/status") == "200 2"


def main_process(debian: BareDebian) -> str:
    return debian.told("systemctl show --property=MainPID --value spie-hub@all").strip()
