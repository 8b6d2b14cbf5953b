"""`hub schema diff` says what breaks clients, whom among the operations that are given, and so by its exit code; `show`
writes the schema, of all or of one actor."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import build_schema

from schema.subgraphs import GENERATED
from tests.cli.commands import Result, hub
from tests.federation.shop import shop

OLD = "type Query { a: Int b(x: Int): Int } enum E { A }"
QUERIES = {"one.graphql": "query One { a }", "more/two.graphql": "query Two($x: Int) { b(x: $x) }"}


def diff(folder: Path, new: str, *options: object, old: str = OLD) -> Result:
    for name, text in (("old.graphql", old), ("new.graphql", new)):
        (folder / name).write_text(text, encoding="utf-8")
    return hub("schema", "diff", folder / "old.graphql", folder / "new.graphql", *options)


@pytest.fixture
def operations(tmp_path: Path) -> Path:
    for name, text in QUERIES.items():
        path = tmp_path / "operations" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "operations"


@pytest.mark.parametrize(
    ("new", "line", "code"),
    [
        (OLD, "0 changement(s)", 0),
        (OLD.replace("a: Int", "a: Int c: Int"), "sans effet : Query.c : champ ajouté [FIELD_ADDED]", 0),
        (OLD.replace("{ A }", "{ A B }"), "à risque : E.B : valeur ajoutée [VALUE_ADDED]", 0),
        (OLD.replace("a: Int", ""), "casse : Query.a : champ retiré [FIELD_REMOVED]", 3),
    ],
)
def test_the_exit_code_tells_whether_a_change_breaks(tmp_path: Path, new: str, line: str, code: int) -> None:
    result = diff(tmp_path, new)
    assert (result.code, result.err) == (code, "")
    assert any(printed.startswith(line) for printed in result.out.splitlines())


def test_a_breaking_change_names_the_operations_that_it_touches(tmp_path: Path, operations: Path) -> None:
    result = diff(tmp_path, OLD.replace("(x: Int)", ""), "--operations", operations)
    assert result.code == 3
    assert (
        "casse : Query.b(x:) : argument retiré [ARGUMENT_REMOVED] — touche more/two.graphql" in result.out.splitlines()
    )


def test_a_breaking_change_that_touches_no_operation_is_said_so_and_breaks_nobody(
    tmp_path: Path, operations: Path
) -> None:
    result = diff(tmp_path, OLD.replace("enum E { A }", ""), "--operations", operations)
    assert result.code == 0
    assert "casse : E : type retiré [TYPE_REMOVED] — ne touche aucune opération donnée" in result.out.splitlines()


def test_supergraphs_are_compared_by_what_clients_see(tmp_path: Path) -> None:
    text = shop().supergraph.text
    moved = diff(tmp_path, text.replace("http://reviews.example", "http://elsewhere.example"), old=text)
    assert (moved.code, moved.out) == (0, "0 changement(s), dont 0 qui casse(nt).\n")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [(OLD, "type Query {", "SCHEMA_INVALID"), ("type T { a: Nowhere }", OLD, "SCHEMA_INVALID"),
     (OLD, "type Query { a: Int } enum join__Graph { }", "SUPERGRAPH_INVALID")],
)  # fmt: skip
def test_what_is_no_schema_is_refused(tmp_path: Path, old: str, new: str, code: str) -> None:
    diff(tmp_path, new, old=old).check_refused(code)


def test_operations_that_are_none_are_refused_with_their_file(tmp_path: Path, operations: Path) -> None:
    assert "nothing" in diff(tmp_path, OLD, "--operations", tmp_path / "nothing").check_refused("OPERATIONS_MISSING")
    (operations / "bad.graphql").write_text("{ nowhere }")
    assert "bad.graphql" in diff(tmp_path, OLD, "--operations", operations).check_refused("OPERATION_INVALID")
    (operations / "bad.graphql").write_text("{")
    line = diff(tmp_path, OLD, "--operations", operations).check_refused("OPERATION_INVALID")
    assert "bad.graphql » : Erreur de syntaxe GraphQL à la ligne 1, colonne 2" in line
    absent = hub("schema", "diff", tmp_path / "none.graphql", tmp_path / "new.graphql")
    assert "none.graphql" in absent.check_refused("SCHEMA_UNREADABLE")


def test_the_schema_of_all_is_shown_as_it_is_pinned() -> None:
    result = hub("schema", "show")
    assert (result.code, result.out) == (0, (GENERATED / "api.graphql").read_text(encoding="utf-8"))


def test_the_schema_of_an_actor_leaves_out_what_it_never_reads() -> None:
    result = hub("schema", "show", "--actor", "siae", "--purpose", "iae")
    assert result.code == 0, result.err
    shown = build_schema(result.out)
    assert "Person" in shown.type_map
    assert "Household" not in shown.type_map


def test_an_actor_without_its_purpose_has_no_schema() -> None:
    hub("schema", "show", "--actor", "siae").check_refused("ARGUMENT_INVALID")
    hub("schema", "show", "--actor", "siae", "--purpose", "suivi").check_refused("ARGUMENT_INVALID")
