"""Each served field is described and classified once, and the generated SDL is current."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import pytest
from graphql import (
    ObjectTypeDefinitionNode,
    parse,
)

from schema.subgraphs import GENERATED, SUBGRAPHS
from subgraphs.kit.federation_schema import subgraph_schema
from subgraphs.kit.sdl import generated, load
from tests.conftest import ROOT


@pytest.mark.parametrize("name", SUBGRAPHS)
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
    assert {f"{name}.graphql" for name in SUBGRAPHS} <= {path.name for path in GENERATED.iterdir()}


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
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.stdout.strip() == hashlib.sha256(subgraph_schema(load("people")).sdl.encode()).hexdigest()
