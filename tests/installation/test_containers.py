"""Whoever has docker, compose and `docs/installation.md` gets an image without privileges, and a hub that serves."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import pytest

from hub.version import release
from tests.failover.database_servers import eventually
from tests.failover.hosts import HostsUnavailable
from tests.installation.bare_debian import Shell
from tests.installation.containers import engine
from tests.installation.reader import HUB, PASSWORD, PEOPLE, PUBLIC, ask, section

pytestmark = pytest.mark.skipif("INSTALLATION" not in os.environ, reason="run at will: make installation")
SITE = "/etc/spie-hub"
ALONE = "--rm --network none --read-only --cap-drop all --security-opt no-new-privileges"
"""How compose runs the hub, without a network."""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    try:
        with engine(tmp_path_factory.mktemp("engine")) as started:
            yield started
    except HostsUnavailable as absent:
        pytest.skip(str(absent))


def written(kind: str) -> str:
    """A file of the first part of the page, which the second takes over."""
    (block,) = (step for step in section("Un Debian nu, avec systemd") if step.kind.endswith(f"{SITE}/{kind}"))
    return block.text.replace("…", PASSWORD)


@pytest.fixture(scope="module")
def served(host: Shell) -> Shell:
    """The host on which each step of the page was done as it is written, after what the reader writes."""
    built, prepared, started = section("Avec compose")
    host.told(built.text)
    brought = {
        "postgresql.password": PASSWORD,
        "settings.toml": written("settings.toml"),
        "issuer.jwks.json": PUBLIC,
        "admin.env": written("admin.env").replace("localhost", "postgresql"),
    }
    for name, text in brought.items():
        host.told(f"cat > {SITE}/{name}", text)
    host.told(prepared.text)
    host.told(started.text)
    return host


def test_the_image_runs_as_nobody_and_writes_nothing(served: Shell) -> None:
    assert served.told(f"docker run {ALONE} spie-hub --version").startswith(f"spie-hub {release()}")
    look = "id -u; grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status; touch /opt/spie-hub/x || echo refused"
    told = served.told(f'docker run {ALONE} --entrypoint sh spie-hub -c "{look}"').split()
    assert (told[0], told[-1]) == ("10001", "refused")
    status = dict(zip(told[1:-1:2], told[2:-1:2], strict=True))
    assert {value for name, value in status.items() if name.startswith("Cap")} == {"0" * 16}
    assert (status["NoNewPrivs:"], status["Seccomp:"]) == ("1", "2")


def test_the_image_holds_the_programs_of_a_backup_of_its_database(served: Shell) -> None:
    server = served.told("docker compose -f infra/container/compose.yaml exec -T postgresql postgres -V").split()
    major = server[2].partition(".")[0]
    look = f"from infra.postgresql.binaries import client_program as found; found('pg_dump', {major})"
    served.told(f'docker run {ALONE} --entrypoint python spie-hub -c "{look}"')


def test_compose_starts_all_that_it_names(served: Shell) -> None:
    names = served.told("docker compose -f infra/container/compose.yaml config --services").split()
    running = served.told("docker ps --format '{{.Names}} {{.Status}}'")
    assert len(running.splitlines()) == len(names)
    for name in ("hub", "postgresql"):
        assert "(healthy)" in next(line for line in running.splitlines() if line.startswith(f"spie-hub-{name}-1 "))
    ready = json.loads(served.told(f"curl -sS --fail {HUB}/readyz"))
    assert (ready["status"], ready["missing"], ready["limited"]) == ("ready", [], [])
    assert ask(served.told, PEOPLE)["data"] == {"persons": {"nodes": []}}


def test_the_hub_goes_on_without_the_shared_state_and_comes_back_to_it(served: Shell) -> None:
    def limited() -> bool:
        said = json.loads(served.told(f"curl -sS --fail {HUB}/readyz"))
        assert said["status"] == "ready"
        return bool(said["limited"])

    served.told("docker kill spie-hub-valkey-1")
    eventually(limited, "not limited")
    served.told("docker start spie-hub-valkey-1")
    eventually(lambda: not limited(), "still limited")
