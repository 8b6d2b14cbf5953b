"""`hub client` makes a client of an application's own operations that runs by itself, and refuses the rest."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import hub
from tests.clients.conftest import Served

OPERATION = "# Qui suis-je ?\nquery Who($id: ID!) { person(id: $id) { id firstName contact { phones } } }"
PROGRAM = """
import sys
from tool.hub_client import BearerTokens, Hub, Who

url, token, person = sys.argv[1:]
with Hub(url, BearerTokens(lambda: token)) as hub:
    answer = hub.execute(Who(id=person), purpose="suivi")
assert not {"clients", "hub", "schema"} & set(sys.modules)
print(answer.whole().person.first_name, answer.why("person", "firstName"))
"""


@pytest.fixture
def operations(tmp_path: Path) -> Path:
    folder = tmp_path / "operations"
    folder.mkdir()
    (folder / "who.graphql").write_text(OPERATION, encoding="utf-8")
    return folder


def test_a_python_client_runs_alone_in_the_application_of_a_stranger(
    tmp_path: Path, operations: Path, served: Served
) -> None:
    output = tmp_path / "tool" / "hub_client"
    result = hub("client", "python", "--operations", operations, "--output", output)
    assert (result.code, result.err, result.out) == (0, "", f"Client écrit dans « {output} » : Who.\n")
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    arguments = [served.url, served.token("referent-a"), served.site.persons["maelle"]]
    command = [sys.executable, "program.py", *arguments]
    completed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (completed.returncode, completed.stdout, completed.stderr) == (0, "MAËLLE None\n", "")


def test_a_client_made_again_holds_nothing_of_the_one_before(tmp_path: Path, operations: Path) -> None:
    output = tmp_path / "client"
    for name in ("Who", "Whose"):
        (operations / "who.graphql").write_text(OPERATION.replace("Who(", f"{name}("), encoding="utf-8")
        assert hub("client", "python", "--operations", operations, "--output", output).code == 0
    assert (output / "whose.py").is_file()
    assert not (output / "who.py").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_that_holds_something_else_is_left_as_it_is(tmp_path: Path, operations: Path) -> None:
    hub("client", "python", "--operations", operations, "--output", operations).check_refused("OUTPUT_NOT_A_CLIENT")
    assert [path.name for path in operations.iterdir()] == ["who.graphql"]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("OPERATIONS_MISSING", None),
        ("OPERATION_INVALID", "query Who { person"),
        ("OPERATION_INVALID", "query Who { absent }"),
        ("OPERATION_NAME", "{ me { id } }"),
        ("CLIENT_NAMES", "query Hub { me { id } }"),
    ],
)
def test_a_refusal_says_where_and_writes_nothing(tmp_path: Path, operations: Path, code: str, text: str | None) -> None:
    file = operations / "who.graphql"
    file.unlink() if text is None else file.write_text(text, encoding="utf-8")
    line = hub("client", "python", "--operations", operations, "--output", tmp_path / "client").check_refused(code)
    if code == "OPERATION_INVALID":
        assert re.match(r"« who\.graphql » : (Erreur de syntaxe|Champ inconnu « absent »).*ligne 1, colonne \d+", line)
    assert not (tmp_path / "client").exists()
