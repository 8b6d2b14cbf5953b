"""What the subgraphs serve is part of the model on paper: names, types, categories, subjects, descriptions."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    parse,
    print_ast,
)

from subgraphs.kit.federation_schema import subgraph_schema
from subgraphs.kit.sdl import FOLDER, NAMES, generated, load

PAPER = Path(__file__).resolve().parent.parent.parent / "schema"
FILES = {name: [*sorted(PAPER.glob(f"{name}*.graphql")), PAPER / "privacy.graphql"] for name in NAMES}
Fact = tuple[str, ...]


def facts_of(document: DocumentNode) -> dict[str, Fact]:
    """Each coordinate's type, directives and description, in one canonical form."""
    facts: dict[str, Fact] = {}
    for definition in document.definitions:
        if not isinstance(
            definition, ObjectTypeDefinitionNode | InputObjectTypeDefinitionNode | EnumTypeDefinitionNode
        ):
            continue
        name = definition.name.value
        facts[name] = (*_directives(definition), _description(definition))
        members: Any = definition.values if isinstance(definition, EnumTypeDefinitionNode) else definition.fields
        for member in members or ():
            coordinate = f"{name}.{member.name.value}"
            returned = print_ast(member.type) if hasattr(member, "type") else ""
            facts[coordinate] = (returned, *_directives(member), _description(member))
            for argument in getattr(member, "arguments", None) or ():
                place = f"{coordinate}({argument.name.value}:)"
                facts[place] = (print_ast(argument.type), *_directives(argument), _description(argument))
    return facts


def _directives(node: Any) -> list[str]:
    printed = [
        print_ast(item).replace(", level: FULL", "").replace(", resolvable: true", "") for item in node.directives or ()
    ]
    return sorted(printed)


def _description(node: Any) -> str:
    return node.description.value if node.description else ""


@pytest.mark.parametrize("name", NAMES)
def test_subgraph_schema_is_part_of_the_paper(name: str) -> None:
    paper = facts_of(parse("\n".join(path.read_text(encoding="utf-8") for path in FILES[name])))
    served = facts_of(parse(subgraph_schema(load(name)).sdl))
    differing = {place: (fact, paper.get(place)) for place, fact in served.items() if paper.get(place) != fact}
    assert differing == {}


@pytest.mark.parametrize("name", NAMES)
def test_every_served_field_has_a_description_and_one_category_where_it_is_resolved(name: str) -> None:
    for definition in parse(subgraph_schema(load(name)).sdl).definitions:
        if isinstance(definition, ObjectTypeDefinitionNode):
            for item in definition.fields or ():
                applied = [directive.name.value for directive in item.directives or ()]
                expected = 0 if "external" in applied else 1
                assert applied.count("category") == expected, f"{definition.name.value}.{item.name.value}"
                assert item.description, f"{definition.name.value}.{item.name.value}"


def test_generated_files_are_current() -> None:
    for path, text in generated().items():
        assert path.read_text(encoding="utf-8") == text, f"{path} is not current: run make generated"
    assert {f"{name}.graphql" for name in NAMES} <= {path.name for path in FOLDER.iterdir()}


@pytest.mark.parametrize("seed", ["1", "2"])
def test_sdl_does_not_depend_on_the_hash_seed(seed: str) -> None:
    code = (
        "import hashlib; from subgraphs.kit.sdl import load; "
        "from subgraphs.kit.federation_schema import subgraph_schema; "
        "print(hashlib.sha256(subgraph_schema(load('people')).sdl.encode()).hexdigest())"
    )
    process = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": seed},
        cwd=PAPER.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.stdout.strip() == hashlib.sha256(subgraph_schema(load("people")).sdl.encode()).hexdigest()
