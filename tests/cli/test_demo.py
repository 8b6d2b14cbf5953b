"""`make demo` without the installation: from nothing to actors who each read their own; Ctrl-C leaves nothing."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from demo.actors import actors as demo_actors
from demo.anomaly_files import REFUSED
from demo.cast import RDVS
from demo.offers_files import FULL_SERVICE
from schema.days import today
from tests.cli.commands import Demo, demo, hub, hub_process, left_running
from tests.conftest import ROOT
from tests.e2e.site import PURPOSES
from tests.e2e.test_slice import SLICE

KEYS = {"url", "graphql", "actors", "persons", "systems", "partner", "metrics"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def ask(running: Demo, actor: str, person: str) -> dict[str, Any] | None:
    demo_actor = next(demo_actor for demo_actor in running.description["actors"] if demo_actor["name"] == actor)
    response = httpx2.post(
        running.description["graphql"],
        json={"query": SLICE, "variables": {"id": person}},
        headers={"authorization": f"Bearer {demo_actor['token']}", "purpose": PURPOSES[demo_actor["kind"]]},
    )
    assert response.status_code == 200, response.text
    person_data: dict[str, Any] | None = response.json()["data"]["person"]
    return person_data


def transmitted(running: Demo, person: str) -> dict[str, tuple[str | None, ...]]:
    """State, reason and code of two referrals of this person, one to the service that is full, and of an immersion that
    is proposed to it, once the systems that keep them have answered."""
    referent = next(actor for actor in running.description["actors"] if actor["name"] == "referent-a")
    headers = {"authorization": f"Bearer {referent['token']}", "purpose": "suivi"}

    def node(document: str, **variables: Any) -> Any:
        body = {"query": document, "variables": variables}
        answer = httpx2.post(running.description["graphql"], json=body, headers=headers).json()
        assert "errors" not in answer, answer
        return answer["data"]

    offered = node("{ immersionOffers(first: 1) { nodes { id } } }")["immersionOffers"]["nodes"][0]["id"]
    refer = "mutation ($input: ReferToServiceInput!) { made: referToService(input: $input) { id } }"
    propose = "mutation ($input: ProposeImmersionInput!) { made: proposeImmersion(input: $input) { id } }"
    days = {"objective": "DECOUVRIR_UN_METIER", "startsOn": str(today()), "endsOn": str(today())}
    items = {
        name: node(document, input={"person": person, "idempotencyKey": f"envoi-{name}", **asked})["made"]["id"]
        for name, document, asked in (
            ("referral", refer, {"service": "demonstration--service-01"}),
            ("refused-referral", refer, {"service": FULL_SERVICE}),
            ("immersion", propose, {"offer": offered, **days}),
        )
    }
    sent = "first: 50) { nodes { id transmission { state reason systemCode } } }"
    read = f"query ($id: ID!) {{ person(id: $id) {{ referrals({sent} immersions({sent} }} }}"
    until = time.monotonic() + 60
    while True:
        lists = node(read, id=person)["person"]
        said = {item["id"]: tuple(item["transmission"].values()) for of in lists.values() for item in of["nodes"]}
        answers = {name: said[made] for name, made in items.items()}
        if all(state != "PENDING" for state, *_ in answers.values()) or time.monotonic() > until:
            return answers
        time.sleep(0.1)


def statuses(person: dict[str, Any]) -> list[str]:
    return [node["status"] for node in person["appointments"]["nodes"]]


def test_the_demo_starts_from_nothing_serves_its_actors_and_ends_without_a_trace(project_copy: Path) -> None:
    root, port = project_copy, free_port()
    with demo(root, port) as running:
        description = running.description
        assert description.keys() == KEYS
        assert (description["url"], description["graphql"]) == (
            f"http://127.0.0.1:{port}",
            f"http://127.0.0.1:{port}/graphql",
        )
        for actor in description["actors"]:
            assert actor.keys() == {"name", "kind", "purposes", "token", "about"}
            assert PURPOSES[actor["kind"]] in actor["purposes"]
        declared = demo_actors(defaultdict(uuid4), defaultdict(uuid4))
        assert [actor["name"] for actor in description["actors"]] == [actor.name for actor in declared]
        assert all(person.keys() == {"id", "about"} for person in description["persons"])
        for private in (running.file, *(root / ".data" / "keys").iterdir(), root / ".data" / "demo" / "issuer.jwk"):
            assert stat.S_IMODE(private.stat().st_mode) == 0o600, private

        maelle = description["persons"][0]["id"]
        journey = ask(running, "referent-a", maelle)
        assert journey is not None
        assert journey["birthDate"] == "1988-03-14"
        assert ask(running, "referent-b", maelle) is None
        employer = ask(running, "employeur", maelle)
        assert employer not in (None, journey)
        assert ask(running, "personne", maelle) is not None
        assert ask(running, "personne", description["persons"][1]["id"]) is None

        token = hub_process("token", "referent-a", cwd=root)
        assert (token.code, token.out.strip()) == (0, description["actors"][0]["token"])
        assert "referent-b" in hub_process("token", "nobody", cwd=root).check_refused("ACTOR_UNKNOWN")
        if shutil.which("curl") is None:
            pytest.skip("curl absent: the first query that the demo prints uses it")
        first_query = running.welcome[running.welcome.index("curl") :]
        answer = subprocess.run(["bash", "-c", first_query], cwd=root, capture_output=True, text=True)
        assert '"birthDate":"1988-03-14"' in answer.stdout

        lines = running.welcome.partition("\n\n")[0].splitlines()[1:]
        assert [line.partition(" : ")[0] for line in lines] == [*REFUSED], "a line per source"

        page = httpx2.get(f"{description['partner']}/settings.json").json()
        assert page["hub"] == description["graphql"]
        preflight = {"origin": description["partner"], "access-control-request-method": "POST"}
        assert httpx2.options(page["hub"], headers=preflight).status_code == 200

        rdv = next(rdv for rdv in RDVS if rdv.category == "rsa_cer_signature")
        told = httpx2.post(f"{description['systems']}/rdvs/{rdv.number}", data={"status": "noshow"})
        assert (told.status_code, told.headers["location"]) == (303, "/?hub=200")
        assert "Le hub a pris la notification" in httpx2.get(f"{description['systems']}/?hub=200").text
        changed = ask(running, "referent-a", maelle)
        assert changed is not None
        assert statuses(changed) == [
            "ABSENT" if node["motive"]["category"] == rdv.category else node["status"]
            for node in journey["appointments"]["nodes"]
        ]
        assert statuses(changed) != statuses(journey)

        assert transmitted(running, maelle) == {
            "referral": ("ACCEPTED", None, None),
            "refused-referral": ("REJECTED", "REFUSED", "SERVICE_FULL"),
            "immersion": ("ACCEPTED", None, None),
        }
        assert FULL_SERVICE in (ROOT / "README.md").read_text(encoding="utf-8")

        for second, code in ((port, "PORT_BUSY"), (free_port(), "DEMO_RUNNING")):
            refused = subprocess.run(
                [sys.executable, "-m", "demo"],
                cwd=root,
                env={**os.environ, "PORT": str(second)},
                capture_output=True,
                text=True,
            )
            assert (refused.returncode, refused.stdout) == (1, "")
            (line,) = refused.stderr.splitlines()
            assert line.endswith(f" [{code}]")
        assert running.description == description

        assert running.interrupt() == 0
        assert running.last_lines.strip() == "La démonstration est arrêtée."
    assert left_running(root) == []
    assert "Traceback" not in (root / "demo.log").read_text()

    with demo(root, port) as restarted:
        assert restarted.description["persons"] == description["persons"]
        assert ask(restarted, "referent-a", maelle) == changed
    assert (root / ".data" / "demo" / "live.log").read_text() == ""
    assert left_running(root) == []


def test_a_busy_port_is_told_before_anything_is_installed_or_made(tmp_path: Path) -> None:
    """`make demo` in a clone without an environment says so in one line."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "demo").mkdir()
    for name in ("__init__.py", "port.py"):
        shutil.copy(ROOT / "demo" / name, tmp_path / "demo")
    with socket.create_server(("127.0.0.1", 0)) as busy:
        command = ["make", "demo", f"PORT={busy.getsockname()[1]}", f"PYTHON={sys.executable}"]
        alone = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
        made = subprocess.run(command, cwd=tmp_path, env=alone, capture_output=True, text=True)
    assert made.returncode == 2
    refusal, _ = made.stderr.splitlines()
    assert refusal.endswith(" [PORT_BUSY]")
    assert made.stdout == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Makefile", "demo"]


def test_a_token_is_not_given_before_the_demo_has_started(tmp_path: Path) -> None:
    assert "make demo" in hub("token", "referent-a", "--demo", tmp_path / "demo.json").check_refused("DEMO_NOT_READY")
