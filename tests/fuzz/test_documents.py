"""Documents, variables, manifests and SDL that are almost sound: read, or refused by their code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given

from hub.document.limits import Limits
from hub.document.manifest import read_manifest
from hub.document.parse import find_operation, parse_document
from hub.document.variables import bind
from hub.errors import DocumentRefused, SettingInvalid, VariablesRefused
from hub.federation.operations.normalise import normalise
from hub.joined.classified_sdl import SdlRefused, classified_sdl
from hub.joined.field_categories import FieldCategories, read_categories
from hub.strict_toml import TomlRefused
from tests.document.sample_schema import SCHEMA, operation
from tests.fuzz.foreign import JSON_VALUES, changed_json, changed_text, foreign, read_or_refused
from tests.joined.loans import LOANS

DOCUMENT = """query A($id: ID!, $f: Filter = {name: "a", age: 1}) {
  person(id: $id) { ...P beings(first: 3, filter: $f) @include(if: true) { id ... on Dog { barks } any: name } }
}
fragment P on Person { id name home { city } }"""
QUERY = "query($f: Filter, $k: [Kind!], $i: Int) { int(x: $i) person(id: 1) { beings(filter: $f, kinds: $k) { id } } }"
VARIABLES = {
    "f": {"name": "n", "age": 3, "inner": {"age": 1, "tags": [["a"]]}, "kind": "BIG", "any": {"x": [1]}},
    "k": ["BIG"],
    "i": 2,
}
SDL, CATEGORIES = ((LOANS / f"loans.{suffix}").read_text(encoding="utf-8") for suffix in ("graphql", "toml"))
MANIFEST = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [{"id": "a", "name": "A", "type": "query", "body": "{ a }"}],
}


@foreign
@given(changed_text(DOCUMENT))
def test_a_document_of_any_text_is_an_operation_or_refused(text: str) -> None:
    def read() -> object:
        document = parse_document(text, SCHEMA, Limits())
        return normalise(document, find_operation(document, None), SCHEMA)

    read_or_refused(read, DocumentRefused, shows=True)  # of names alone: tests/document/test_parse.py


@foreign
@given(changed_json(VARIABLES))
def test_variables_of_any_value_are_bound_or_refused(provided: Any) -> None:
    if isinstance(provided, dict):
        read_or_refused(lambda: bind(operation(QUERY), provided, SCHEMA), VariablesRefused)


@foreign
@given(changed_json(MANIFEST).map(json.dumps) | changed_text(json.dumps(MANIFEST)) | JSON_VALUES.map(json.dumps))
def test_a_manifest_of_any_text_is_read_or_refused(text: str) -> None:
    read_or_refused(lambda: read_manifest(text), SettingInvalid)


@foreign
@given(changed_text(SDL))
def test_an_sdl_of_any_text_is_classified_or_refused(text: str) -> None:
    read_or_refused(lambda: classified_sdl(text, FieldCategories({}, {}, {}), frozenset()), SdlRefused, shows=True)


def test_categories_of_any_text_are_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "categories.toml"

    @foreign
    @given(changed_text(CATEGORIES))
    def check(text: str) -> None:
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        read_or_refused(lambda: read_categories(path), TomlRefused, shows=True)

    check()
