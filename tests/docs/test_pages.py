"""The documentation is run: queries are asked, commands executed, settings loaded, generated parts compared.

How a fenced block is run is told by its first line: `graphql` is asked as the référente A; `sh` is executed line by
line where the demo runs; `sh make` names targets of the Makefile; `sh serveur` holds commands that serve until they are
stopped; `toml réglages` is a settings file; `toml` is an extract of a policy file, `toml catégories` what a subgraph of
others says; `json` and `http` are generated; `sh contrat` is the whole check of the example that keeps the contract;
`sh première heure` (`… node` for TypeScript) and the files named beside a language are the steps of
docs/premiere-heure.md, in order; `sh paquets` installs what a client depends on;
`python` and `js` are programs that use the published clients, as the
référente A (the second is run by `tests/clients/test_typescript_client.py`); `sh installation` installs a package from
this repository; `sh hôte`, and the files of a host named beside `ini` or `toml`, install a hub there: `make
installation` runs them on a bare Debian, and `tests/infra/test_shipping.py` what it can of them;
`mermaid` is a picture. A block of any other kind fails.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from demo.cast import COLLEAGUE_A
from demo.token_issuer import DemoActor, Issuer
from hub.client_code.published_typescript import PACKAGE as TYPESCRIPT
from hub.document.limits import Limits
from hub.federation.client.http1 import Care
from hub.federation.execution.execute import Bounds
from hub.ingest import SOURCES as KNOWN_SOURCES
from hub.joined.field_categories import read_categories
from hub.policy.decide.decision import Reason
from hub.policy.decide.wording import REASONS
from hub.policy.enforce.enumeration_limit import MissLimit
from hub.settings import load_settings
from hub.wording.engine import FIELDS
from schema.days import today
from tests.cli.commands import Demo, demo
from tests.cli.test_demo import free_port
from tests.conftest import ROOT, Database
from tests.docs.blocks import Block, blocks_of
from tests.docs.copied_hub import CopiedHub, copied_hub
from tests.docs.matrix import columns
from tests.docs.readme import pages
from tests.e2e.site import PURPOSES, Site, site
from tests.node import NodeAbsent, installed

PAGES = [
    ROOT / "README.md",
    *(
        ROOT / "docs" / f"{name}.md"
        for name in (
            "architecture",
            "matrice",
            "politiques",
            "sources",
            "exploitation",
            "installation",
            "sauvegarde",
            "evenements",
            "clients",
            "contrat-sous-graphe",
            "premiere-heure",
        )
    ),
]
KINDS = {
    "graphql",
    "graphql mon-outil/operations.graphql",
    "js",
    "python",
    "python mon-outil/premiere_heure.py",
    "python mon-outil/abonnement.py",
    "sh",
    "sh première heure",
    "sh première heure node",
    "sh paquets node",
    "json mon-outil/package.json",
    "js mon-outil/premiere-heure.js",
    "sh contrat",
    "sh paquets",
    "sh installation",
    "sh hôte",
    "sh make",
    "sh serveur",
    "toml réglages",
    "toml",
    "toml catégories",
    "json",
    "json événement",
    "http",
    "ini /etc/spie-hub/admin.env",
    "ini /etc/spie-hub/all.env",
    "toml /etc/spie-hub/settings.toml",
    "mermaid",
}

OPERATIONS = "Abonnement, Copie, FinAbonnement, Orientation, Perimetre, Rendezvous, Situation"
"""Those of the tool of the first hour."""

BLOCKS = [block for page in PAGES for block in blocks_of(page)]


def blocks(kind: str) -> list[Block]:
    return [block for block in BLOCKS if block.kind == kind]


@pytest.fixture(scope="module")
def running(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(database, tmp_path_factory.mktemp("docs")) as served:
        yield served


@pytest.fixture(scope="module")
def started(project_copy: Path) -> Iterator[Demo]:
    with demo(project_copy, free_port()) as demonstration:
        yield demonstration


@pytest.fixture(scope="module")
def copied(started: Demo) -> Iterator[CopiedHub]:
    with copied_hub(started.root) as hub_of_the_copy:
        yield hub_of_the_copy


def test_every_block_is_of_a_kind_that_is_run() -> None:
    assert {block.kind for block in BLOCKS} <= KINDS
    for page in PAGES:
        assert page.read_text(encoding="utf-8").count("```") == 2 * sum(block.page == page for block in BLOCKS), page


def test_the_generated_parts_are_what_the_hub_answers_now(running: Site) -> None:
    for path, text in pages(running, today()).items():
        assert path.read_text(encoding="utf-8") == text, f"{path} is not current: run make generated"


def test_the_matrix_has_one_column_per_kind_of_actor(running: Site) -> None:
    assert sorted(running.actors[name].kind for name in columns(running)) == sorted(PURPOSES)


def test_every_query_is_answered_without_an_error(running: Site) -> None:
    assert blocks("graphql")
    for block in blocks("graphql"):
        assert "errors" not in running.ask("referent-a", block.text, id=running.persons["maelle"])


def test_no_program_of_a_page_counts_days_by_the_clock_of_its_machine() -> None:
    programs = "\n".join(block.text for block in BLOCKS if block.kind.partition(" ")[0] == "python")
    checked = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "DTZ", "-"],
        input=programs,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, "datetime.now" in programs) == (0, True), checked.stdout


def test_every_command_runs_beside_the_demo(started: Demo, copied: CopiedHub) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl absent: the commands of the README use it")
    commands = [command for block in blocks("sh") for command in block.commands]
    assert commands
    for command in commands:
        completed = copied.run(command.replace("http://127.0.0.1:8000", started.description["url"]))
        assert completed.returncode == 0, (command, completed.stdout, completed.stderr)
        assert '"errors"' not in completed.stdout
        if "curl" in command:
            assert '"firstName"' in completed.stdout
        if "ingest" in command:
            assert "Lignes écrites dans la base : 0." in completed.stdout


def first_hour(started: Demo, part: str, **environment: str) -> list[str]:
    """Write the files of the stranger's first hour and run its commands of this part; return what each printed."""
    printed = []
    for step in (block for block in BLOCKS if block.page.stem == "premiere-heure"):
        language, _, name = step.kind.partition(" ")
        if language != "sh":
            (started.root / name).write_text(step.text, encoding="utf-8")
        elif name == part:
            completed = subprocess.run(
                ["bash", "-e", "-c", step.text.replace("http://127.0.0.1:8000", started.description["url"])],
                cwd=started.root,
                env=os.environ | environment,
                capture_output=True,
                text=True,
                timeout=120,
            )
            assert (completed.returncode, completed.stderr) == (0, ""), (step.text, completed.stderr)
            printed.append(completed.stdout)
    return printed


def test_the_first_hour_of_a_stranger_goes_as_its_page_says(started: Demo) -> None:
    programs = started.root / "mon-outil" / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(started.root / ".venv" / "bin" / "python")
    query, client, hour, told = first_hour(started, "première heure")
    assert len(json.loads(query)["data"]["persons"]["nodes"]) == 3
    assert client == f"Client écrit dans « mon-outil/hub_client » : {OPERATIONS}.\n"
    assert hour.splitlines() == [
        "5 personnes à écrire",
        f"Refusé : FIELD_NOT_FOR_PURPOSE – {REASONS[Reason.FIELD_NOT_FOR_PURPOSE]}",
        hour.splitlines()[2],
        "Écrit : True",
        "Changé : True",
    ]
    assert hour.splitlines()[2].startswith("Il faudrait : déclarer une des finalités ")
    assert told == "67 personnes en une page\nAverti\n"


def test_the_tool_of_the_first_hour_is_the_same_in_typescript(started: Demo) -> None:
    try:
        node = installed(TYPESCRIPT)
    except NodeAbsent as absent:
        pytest.skip(str(absent))
    tool = started.root / "mon-outil"
    tool.mkdir(exist_ok=True)
    (tool / "node_modules").symlink_to(TYPESCRIPT / "node_modules")
    programs = f"{Path(node.binary).parent}{os.pathsep}{os.environ['PATH']}"
    client, compiled, hour = first_hour(started, "première heure node", PATH=programs)
    assert client == f"Client écrit dans « mon-outil/src » : {OPERATIONS}.\n"
    assert compiled == ""
    assert hour.splitlines() == [
        "5 personnes à écrire",
        f"Refusé : FIELD_NOT_FOR_PURPOSE – {REASONS[Reason.FIELD_NOT_FOR_PURPOSE]}",
    ]
    declared = json.loads((TYPESCRIPT / "package.json").read_text(encoding="utf-8"))
    asked = json.loads((tool / "package.json").read_text(encoding="utf-8"))
    assert asked == {"type": "module", **{kind: declared[kind] for kind in ("dependencies", "devDependencies")}}


def test_the_example_of_the_contract_is_checked_as_its_page_says(started: Demo) -> None:
    (block,) = blocks("sh contrat")
    local = block.text.replace("4006", str(free_port()))
    popen = subprocess.Popen(
        ["bash", "-e", "-c", local], cwd=started.root, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        told, _ = popen.communicate(timeout=120)
        assert popen.returncode == 0, told
        assert "C-33" in told
    finally:
        with suppress(ProcessLookupError):
            os.killpg(popen.pid, signal.SIGKILL)


def test_the_packages_of_a_client_are_those_that_it_declares() -> None:
    (block,) = blocks("sh paquets")
    declared = tomllib.loads((ROOT / "clients" / "python" / "pyproject.toml").read_text(encoding="utf-8"))
    names = [re.split(r"[^\w-]", dependency)[0] for dependency in declared["project"]["dependencies"]]
    assert block.commands[-1].split()[2:] == sorted(names)


def test_every_program_runs_with_the_published_client(running: Site) -> None:
    assert blocks("python")
    token = running.issuer.token(running.actors["referent-a"])
    named = {"HUB_URL": f"{running.url}/graphql", "HUB_TOKEN": token, "PYTHONPATH": str(ROOT / "clients" / "python")}
    for block in blocks("python"):
        command = [sys.executable, "-c", block.text]
        completed = subprocess.run(command, env=os.environ | named, capture_output=True, text=True, timeout=120)
        assert (completed.returncode, completed.stderr) == (0, "")
        assert completed.stdout.startswith("5 personnes\n")


def test_every_package_that_is_installed_is_one_of_this_repository() -> None:
    for block in blocks("sh installation"):
        for command in block.commands:
            tool, verb, folder = command.split()
            assert verb == "install"
            project = {"pip": "pyproject.toml", "npm": "package.json"}[tool]
            assert (ROOT / folder / project).is_file()


def test_every_command_that_serves_does(copied: CopiedHub) -> None:
    commands = [command for block in blocks("sh serveur") for command in block.commands]
    assert commands
    for command in commands:
        with copied.serving(command) as output:
            assert output.readline().startswith("À l'écoute sur http://"), command


def test_every_target_of_make_exists() -> None:
    for block in blocks("sh make"):
        for command in block.commands:
            arguments = shlex.split(command)
            assert arguments[0] == "make"
            completed = subprocess.run(["make", "--dry-run", *arguments[1:]], cwd=ROOT, capture_output=True, text=True)
            assert completed.returncode == 0, (command, completed.stderr)


def test_the_settings_shown_are_valid(tmp_path: Path) -> None:
    (block,) = blocks("toml réglages")
    Issuer(tmp_path).write_settings({})
    (tmp_path / "operations.json").write_text('{"a": "{ me { id } }"}', encoding="utf-8")
    example = ROOT / "clients" / "examples" / "mobility_aids"
    for name in ("mobility.graphql", "mobility.toml"):
        (tmp_path / name).write_text((example / name).read_text(encoding="utf-8"), encoding="utf-8")
    path = tmp_path / "settings.toml"
    path.write_text(block.text, encoding="utf-8")
    settings = load_settings(path)
    assert settings.issuers
    assert settings.agreements
    assert settings.subgraphs
    assert settings.documents
    assert (settings.limits, settings.bounds, settings.misses) == (Limits(), Bounds(), MissLimit())
    assert settings.subgraphs["trainings"].care == Care()


def test_the_categories_shown_are_valid(tmp_path: Path) -> None:
    (block,) = blocks("toml catégories")
    (tmp_path / "categories.toml").write_text(block.text, encoding="utf-8")
    assert read_categories(tmp_path / "categories.toml").fields


def test_the_rules_shown_are_some_of_those_in_force() -> None:
    policies = ROOT / "schema" / "policies"
    grants, scopes, durations = (
        tomllib.loads((policies / f"{name}.toml").read_text(encoding="utf-8"))
        for name in ("grants", "clients", "retention")
    )
    for block in blocks("toml"):
        shown = tomllib.loads(block.text)
        assert all(grant in grants["grant"] for grant in shown.pop("grant", []))
        assert all(row in (scopes.get(name), durations.get(name)) for name, row in shown.items())


def first_cells(name: str) -> set[str]:
    """What stands as code in the first cells of the tables of a page."""
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    return {code for row in re.findall(r"^\| (`.+?) \|", text, re.MULTILINE) for code in re.findall(r"`([^`]+)`", row)}


def test_tables_name_all_that_there_is() -> None:
    assert {reason.value for reason in Reason} <= first_cells("politiques.md")
    policies = {path.name for path in (ROOT / "schema" / "policies").glob("*.toml")}
    assert {cell for cell in first_cells("politiques.md") if cell.endswith(".toml")} == policies
    assert KNOWN_SOURCES.keys() <= first_cells("sources.md")
    architecture = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert [code for code in FIELDS if code.startswith("SUBGRAPH_") and f"`{code}`" not in architecture] == []


def test_every_link_leads_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), (page, target)


def test_the_mutations_of_the_readme_are_made(running: Site) -> None:
    """Of somebody whom no generated part shows, after those were compared."""
    documents = re.findall(r"`(mutation\s+\([^`]+)`", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert [re.findall(r"\{ (\w+)\(", document)[0] for document in documents] == [
        "recordAppointment",
        "draftContract",
        "setReferent",
    ]
    colleague = asyncio.run(colleague_of(running, running.actors["referent-a"]))
    given = {"personne": running.persons["ondine"], "agent": colleague, "jour": str(today())}
    for document in documents:
        declared = {name: value for name, value in given.items() if f"${name}:" in document}
        answer = running.ask("referent-a", document, **declared)
        assert "errors" not in answer, answer
        (made,) = answer["data"].values()
        assert made["version"] == 1


async def colleague_of(running: Site, actor: DemoActor) -> str:
    """Return the id of a colleague, after writing its organisation, which the demo's files leave out."""
    named = "UPDATE people.agent SET organisation_siret = $1 WHERE email = $2 RETURNING id"
    connection = await running.database.connect()
    try:
        return str(await connection.fetchval(named, actor.claims["organisation"], COLLEAGUE_A.email))
    finally:
        await connection.close()
