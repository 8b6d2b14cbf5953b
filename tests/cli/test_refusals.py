"""What `hub` won't start with: one French line with its code, exit code 1, no traceback, and no secret in the line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from demo.token_issuer import Issuer
from infra.keys import Keys
from tests.cli.commands import hub, hub_process
from tests.conftest import Database
from tests.project_copy import copy_of_the_project

NOWHERE = "postgresql://someone:unforgettable@127.0.0.1:1/spie"
GOOD = {"99900030800011": ("suivi",)}
SPOILED: dict[str, Callable[[str], str]] = {
    "typo in a name": lambda text: text.replace("audience", "audiance"),
    "unknown setting": lambda text: "retries = 3\n" + text,
    "no issuer": lambda text: text.partition("[[issuers]]")[0],
    "unknown subgraph": lambda text: text + '[subgraphs]\npersons = "http://127.0.0.1:1/graphql"\n',
    "key set that is not there": lambda text: text.replace("issuer.jwks.json", "other.json"),
    "deadline that is none": lambda text: 'deadline = "soon"\n' + text,
    "switch that is none": lambda text: 'show_plans = "yes"\n' + text,
    "not TOML": lambda text: text + "[",
}


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    return Issuer(tmp_path).write_settings(GOOD)


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_settings_with_a_fault_start_nothing_and_touch_no_database(
    keys: Keys, settings: Path, spoil: Callable[[str], str]
) -> None:
    settings.write_text(spoil(settings.read_text()))
    result = hub("serve", "--settings", settings, "--keys", keys.directory, "--port", 0, database_url=NOWHERE)
    assert "settings.toml" in result.check_refused("SETTINGS_INVALID")


def test_a_hub_without_settings_trusts_nobody_and_does_not_start(keys: Keys, tmp_path: Path) -> None:
    result = hub("serve", "--keys", keys.directory, database_url=NOWHERE)
    assert "--settings" in result.check_refused("SETTINGS_MISSING")
    absent = hub("serve", "--settings", tmp_path / "none.toml", "--keys", keys.directory, database_url=NOWHERE)
    absent.check_refused("SETTINGS_INVALID")


@pytest.mark.parametrize(
    ("command", "own"),
    [(("serve",), "cursors"), (("ingest", "cnaf-flux", "x.xml"), "role-people_ingest")],
    ids=["serve", "ingest"],
)
def test_outside_the_demo_missing_or_exposed_keys_stop_every_command(
    command: tuple[str, ...], own: str, tmp_path: Path
) -> None:
    folder = tmp_path / "keys"
    assert "nir" in hub(*command, "--keys", folder, database_url=NOWHERE).check_refused("KEYS_MISSING")
    assert not folder.exists()
    Keys.create(folder)
    (folder / own).unlink()
    line = hub(*command, "--keys", folder, database_url=NOWHERE).check_refused("KEYS_MISSING")
    assert own in line
    Keys.create(folder)
    (folder / "nir").chmod(0o644)
    assert "chmod 600" in hub(*command, "--keys", folder, database_url=NOWHERE).check_refused("KEYS_EXPOSED")
    (folder / "nir").chmod(0o600)
    folder.chmod(0o777)
    assert "chmod 700" in hub(*command, "--keys", folder, database_url=NOWHERE).check_refused("KEYS_EXPOSED")


@pytest.mark.parametrize(
    ("command", "url"),
    [
        (("serve", "--role", "people"), "postgresql://127.0.0.1:1/spie"),
        (("serve", "--role", "people"), "postgresql://[x/spie"),
        (("ingest", "cnaf-flux", "x.xml"), NOWHERE),
        (("ingest", "cnaf-flux", "x.xml"), "mysql://someone:unforgettable@127.0.0.1/spie"),
        (("ingest", "cnaf-flux", "x.xml"), "postgresql://someone:unforgettable@[x/spie"),
    ],
    ids=["served", "served, no address", "ingested", "another scheme", "no address"],
)
def test_a_database_that_does_not_answer_is_told_without_its_password(
    keys: Keys, command: tuple[str, ...], url: str
) -> None:
    line = hub(*command, "--keys", keys.directory, database_url=url).check_refused("DATABASE_UNREACHABLE")
    assert "DATABASE_URL" in line
    assert "unforgettable" not in line


@pytest.mark.parametrize(
    "url",
    [NOWHERE, "postgresql:///spie?host=/tmp&user=someone", "postgresql://127.0.0.1:1/spie?password=unforgettable"],
)
@pytest.mark.parametrize("role", ["people", "notifications"])
def test_what_serves_does_not_start_with_the_address_of_a_user(keys: Keys, settings: Path, role: str, url: str) -> None:
    result = hub("serve", "--role", role, "--settings", settings, "--keys", keys.directory, database_url=url)
    line = result.check_refused("DATABASE_USER")
    assert "unforgettable" not in line
    assert "someone" not in line


def test_a_password_that_is_wrong_is_told_alike(database: Database) -> None:
    url = database.admin_dsn.replace(database.cluster.password, "unforgettable")
    result = hub("database", "migrate", "--keys", database.keys.directory, database_url=url)
    result.check_refused("DATABASE_UNREACHABLE")


def test_a_source_that_nobody_knows_is_told_with_those_that_are_known(keys: Keys) -> None:
    result = hub("ingest", "cnaf", "x.xml", "--keys", keys.directory, database_url=NOWHERE)
    assert "cnaf-flux" in result.check_refused("SOURCE_UNKNOWN")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda generated: (generated / "pinned.json").unlink(),
        lambda generated: (generated / "pinned.json").write_text("{}"),
        lambda generated: generated.with_name("policies").joinpath("grants.toml").write_text(""),
    ],
    ids=["no pins", "other pins", "emptied policy"],
)
def test_a_graph_that_is_not_the_one_that_was_pinned_is_not_served(
    keys: Keys, tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    with copy_of_the_project(tmp_path) as root:
        spoil(root / "schema" / "generated")
        result = hub_process("serve", "--role", "people", "--keys", keys.directory, database_url=NOWHERE, cwd=root)
    assert "python -m hub.graph" in result.check_refused("GRAPH_NOT_PINNED")
