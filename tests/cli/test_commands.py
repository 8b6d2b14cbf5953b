"""Every command is found, told by the help, and read only when it runs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hub.cli import COMMANDS
from tests.cli.commands import hub
from tests.conftest import ROOT


def test_the_help_tells_every_command() -> None:
    done = hub("--help")
    assert done.code == 0, done.err
    assert [name for name in COMMANDS if f" {name} " not in done.out] == []


@pytest.mark.parametrize(
    ("typed", "code", "said"),
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
def test_what_is_typed_amiss_is_told_in_french_with_a_code_and_not_repeated(typed: str, code: str, said: str) -> None:
    line = hub(*typed.split()).check_refused(code, 2)
    assert said in line
    assert "secret" not in line


def test_a_group_without_a_command_shows_its_help() -> None:
    done = hub("policy")
    assert (done.code, done.err) == (2, "")
    assert " explain " in done.out


def test_no_command_is_read_before_it_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys, hub.cli; print(*sys.modules)"], cwd=ROOT, capture_output=True, text=True
    )
    assert "hub.cli" in done.stdout.split()
    assert not {"sqlalchemy", "strawberry", "hub.app"} & set(done.stdout.split())
