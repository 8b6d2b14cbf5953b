"""`hub compose` writes a supergraph that others read, or says everything that stands against it and writes nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.federation.supergraph_reader import read_supergraph
from schema.subgraphs import GENERATED, OWN, SUBGRAPHS, served_sdl
from tests.cli.commands import Result, hub
from tests.federation.harness import HEAD, Part
from tests.federation.shop import PARTS, shop


def composed(folder: Path, *parts: Part) -> Result:
    arguments = []
    for part in parts:
        (folder / f"{part.name}.graphql").write_text(part.sdl, encoding="utf-8")
        arguments += ["--subgraph", f"{part.name}=http://{part.name}.example/graphql={folder}/{part.name}.graphql"]
    return hub("compose", *arguments, "--output", folder / "supergraph.graphql")


def test_a_supergraph_is_written_with_the_addresses_that_were_given(tmp_path: Path) -> None:
    result = composed(tmp_path, *PARTS)
    assert (result.code, result.err) == (0, "")
    assert f"{len(PARTS)} sous-graphes" in result.out
    assert (tmp_path / "supergraph.graphql").read_text(encoding="utf-8") == shop().supergraph.text


def test_the_served_subgraphs_compose_to_the_pinned_supergraph(tmp_path: Path) -> None:
    files = {name: GENERATED / f"{name}.graphql" for name in SUBGRAPHS}
    for name in OWN:
        files[name] = tmp_path / f"{name}.graphql"
        files[name].write_text(served_sdl(name), encoding="utf-8")
    arguments = [f"--subgraph={n}=http://{n}.spie-hub.example/graphql={file}" for n, file in files.items()]
    assert hub("compose", *arguments, "--output", tmp_path / "out.graphql").code == 0
    assert (tmp_path / "out.graphql").read_bytes() == (GENERATED / "supergraph.graphql").read_bytes()


def test_an_address_may_hold_an_equals_sign(tmp_path: Path) -> None:
    (tmp_path / "a.graphql").write_text("type Query { a: Int }")
    argument = f"a=https://a.example/graphql?x=1={tmp_path}/a.graphql"
    assert hub("compose", "--subgraph", argument, "--output", tmp_path / "out.graphql").code == 0
    supergraph = read_supergraph((tmp_path / "out.graphql").read_text(encoding="utf-8"))
    assert supergraph.endpoints["a"].url == "https://a.example/graphql?x=1"


def test_every_violated_rule_is_a_line_with_its_code_and_nothing_is_written(tmp_path: Path) -> None:
    result = composed(
        tmp_path, Part("a", "type Query { a(x: Int): Int b: Int }"), Part("b", "type Query { a(x: ID): Int b: String }")
    )
    assert result.code == 1
    lines = result.err.splitlines()
    assert [line.rpartition(" ")[2] for line in lines] == ["[FIELD_TYPE_MISMATCH]", "[FIELD_ARGUMENT_TYPE_MISMATCH]"]
    assert lines[0].startswith("Query.b (a, b) : ")
    assert not (tmp_path / "supergraph.graphql").exists()


def test_what_may_surprise_in_what_composes_is_told_and_composed(tmp_path: Path) -> None:
    result = composed(tmp_path, Part("a", "type Query { a(x: Int): Int }"), Part("b", "type Query { a: Int }"))
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("conseil : Query.a(x:) (a) : ")
    assert "[INCONSISTENT_ARGUMENT_PRESENCE]" in result.out
    assert (tmp_path / "supergraph.graphql").exists()


def test_a_refused_composition_leaves_the_supergraph_that_was_there(tmp_path: Path) -> None:
    assert composed(tmp_path, *PARTS).code == 0
    before = (tmp_path / "supergraph.graphql").read_bytes()
    assert composed(tmp_path, Part("a", "type Query {")).code == 1
    assert (tmp_path / "supergraph.graphql").read_bytes() == before


def test_a_supergraph_that_composes_and_can_not_be_read_back_is_refused_in_one_line(tmp_path: Path) -> None:
    """A field set of an interface counts once per type: few names in the subgraph are many fields in the plan."""
    names = [f"f{number}" for number in range(850)]
    fields = " ".join(f"{name}: Int @shareable" for name in names)
    types = " ".join(f'type T{number} implements I @key(fields: "id") {{ id: ID! {fields} }}' for number in range(10))
    shared = f"{HEAD} interface I {{ id: ID! {fields.replace(' @shareable', '')} }} "
    external = types.replace("@shareable", "@external")
    provides = f'type Query {{ b: I @provides(fields: "{" ".join(names)}") }}'
    result = composed(
        tmp_path, Part("a", f"{shared} {types} type Query {{ a: I }}"), Part("b", f"{shared} {external} {provides}")
    )
    line = result.check_refused("SUPERGRAPH_INVALID")
    assert "trop complexe à préparer" in line
    assert re.search(r"« T\d\.f\d+ »", line), line
    assert not (tmp_path / "supergraph.graphql").exists()


@pytest.mark.parametrize("argument", ["a", "a=http://a.example", "=http://a.example=x.graphql", "a==x.graphql"])
def test_a_subgraph_without_name_address_or_file_is_told_how_to_be_written(argument: str, tmp_path: Path) -> None:
    line = hub("compose", "--subgraph", argument, "--output", tmp_path / "out").check_refused("ARGUMENT_INVALID")
    assert "NOM=URL=FICHIER" in line


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    argument = f"a=http://a.example={tmp_path}/none.graphql"
    line = hub("compose", "--subgraph", argument, "--output", tmp_path / "out").check_refused("SUBGRAPH_UNREADABLE")
    assert "none.graphql" in line
    (tmp_path / "a.graphql").write_text("type Query { a: Int }")
    argument = f"a=http://a.example={tmp_path}/a.graphql"
    line = hub("compose", "--subgraph", argument, "--output", tmp_path / "no" / "out").check_refused(
        "OUTPUT_UNWRITABLE"
    )
    assert "no/out" in line
