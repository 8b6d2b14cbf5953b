"""The help lists every command, each imports only what it uses, and what is mistyped is refused in French."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hub.cli import COMMANDS
from tests.cli.commands import hub, hub_process


def test_the_help_tells_every_command() -> None:
    result = hub("--help")
    assert result.code == 0, result.err
    assert [name for name in COMMANDS if f" {name} " not in result.out] == []


@pytest.mark.parametrize(
    ("typed", "code", "text"),
    [
        ("nothing", "COMMAND_UNKNOWN", "celles de « hub » sont serve, "),
        ("policy nothing", "COMMAND_UNKNOWN", "celles de « hub policy » sont check, "),
        ("policy explain Person.id", "ARGUMENT_MISSING", "Il manque « --actor »"),
        ("policy explain", "ARGUMENT_MISSING", "Il manque « field »"),
        ("policy explain --actor", "ARGUMENT_INVALID", "« --actor » demande une valeur"),
        ("policy table --json=3", "ARGUMENT_INVALID", "« --json » ne prend pas de valeur"),
        ("policy table --actr x", "OPTION_UNKNOWN", "mais --actor"),
        ("policy register secret", "ARGUMENT_UNEXPECTED", "« hub policy register --help »"),
        (
            "journal search --person secret",
            "ARGUMENT_INVALID",
            "« --person » n'a pas la forme attendue, un identifiant",
        ),
        ("journal search --from hier", "ARGUMENT_INVALID", "une date (AAAA-MM-JJ)"),
        ("journal search --limit 0", "ARGUMENT_INVALID", "un entier de 1 à 10000"),
        ("journal expire --months 0", "ARGUMENT_INVALID", "un entier d'au moins 1"),
        ("gateway --supergraph x --deadline secret", "ARGUMENT_INVALID", "un nombre d'au moins 0.001"),
        ("serve --role secret", "ARGUMENT_INVALID", "l'une de all, hub, "),
    ],
)
def test_what_is_typed_amiss_is_told_in_french_with_a_code_and_not_repeated(typed: str, code: str, text: str) -> None:
    line = hub(*typed.split()).check_refused(code, 2)
    assert text in line
    assert "secret" not in line


def test_the_help_of_serve_names_the_tables_of_its_settings() -> None:
    text = hub("serve", "--help").out
    assert "traces" in text
    assert "subgraphs" in text


def test_a_group_without_a_command_shows_its_help() -> None:
    result = hub("policy")
    assert (result.code, result.err) == (2, "")
    assert " explain " in result.out


HEAVY = ("alembic", "asyncpg", "sqlalchemy", "starlette", "strawberry", "subgraphs", "uvicorn")
"""Packages that take hundreds of milliseconds to import, or come with those that do."""


@pytest.mark.parametrize(
    ("typed", "unused"),
    [
        ("--help", (*HEAVY, "graphql", "pydantic", "hub.policy", "hub.graph")),
        ("policy check", (*HEAVY, "rich", "hub.federation.compose.composer")),
        ("policy explain Person.id --actor dpo --purpose audit", HEAVY),
        ("compose --help", (*HEAVY, "hub.policy")),
        ("gateway --help", ("alembic", "asyncpg", "sqlalchemy", "strawberry", "subgraphs", "hub.policy")),
        ("token --help", (*HEAVY, "graphql")),
    ],
)
def test_a_command_imports_only_what_it_uses(typed: str, unused: tuple[str, ...]) -> None:
    program = "import sys; from hub.cli import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    result = hub_process(*typed.split(), command=(sys.executable, "-c", program))
    assert result.code == 0, result
    imported = result.err.split()
    assert "hub.cli" in imported
    assert [name for name in unused if name in imported] == []


AS_INSTALLED: dict[str, tuple[str, str]] = {
    "serve": ("--keys nowhere", "KEYS_MISSING"),
    "gateway": ("--supergraph nowhere", "GATEWAY_UNPROTECTED"),
    "compose": ("--subgraph a --output nowhere", "ARGUMENT_INVALID"),
    "schema": ("diff nowhere nowhere", "SCHEMA_UNREADABLE"),
    "plan": ("nowhere", "DOCUMENT_UNREADABLE"),
    "export": ("--query nowhere --format csv --output nowhere --url http://hub/graphql", "OPERATION_UNREADABLE"),
    "token": ("referent-a --demo nowhere", "DEMO_NOT_READY"),
    "ingest": ("cnaf-flux nowhere --keys nowhere", "KEYS_MISSING"),
    "send": ("--settings nowhere", "SETTINGS_INVALID"),
    "sync": ("data-inclusion --settings nowhere", "SETTINGS_INVALID"),
    "sources": ("--keys nowhere", "KEYS_MISSING"),
    "quarantine": ("--keys nowhere", "KEYS_MISSING"),
    "matching": ("apply --keys nowhere", "KEYS_MISSING"),
    "settings": ("check nowhere", "SETTINGS_INVALID"),
    "subgraph": ("check http://127.0.0.1:9/graphql --seeds nowhere --key nowhere", "TOML_INVALID"),
    "journal": ("verify --anchor 1", "ANCHOR_MALFORMED"),
    "changes": ("expire --days 0", "ARGUMENT_INVALID"),
    "subscriptions": ("list --keys nowhere", "KEYS_MISSING"),
    "client": ("python --operations nowhere --output nowhere", "OPERATIONS_MISSING"),
    "revocations": ("add --actor issuer#somebody", "SHARED_STATE_MISSING"),
    "keys": ("rotate nowhere", "ARGUMENT_INVALID"),
    "database": ("migrate --keys nowhere", "KEYS_MISSING"),
    "backup": ("create nowhere --keys nowhere", "KEYS_MISSING"),
    "policy": ("check nowhere", "POLICY_INVALID"),
    "bench": ("--keys nowhere", "KEYS_MISSING"),
}


def test_every_command_is_run_as_installed() -> None:
    assert AS_INSTALLED.keys() == COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_as_installed_refuses_in_a_process_of_its_own(name: str, tmp_path: Path) -> None:
    """The script of the package, from any folder; all other tests run the same entry point in this process."""
    arguments, code = AS_INSTALLED[name]
    script = Path(sys.executable).with_name("hub")
    line = hub_process(name, *arguments.split(), cwd=tmp_path, command=(str(script),)).err.strip().splitlines()[0]
    assert line.endswith(f" [{code}]"), line
