"""Whatever the operation, its class reads all of the answer: what it holds, written again, is the answer."""

from __future__ import annotations

import sys
from importlib import import_module, invalidate_caches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from graphql import (
    GraphQLOutputType,
    GraphQLResolveInfo,
    StringValueNode,
    build_schema,
    execute_sync,
    is_enum_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    parse,
)
from hypothesis import HealthCheck, given, settings, strategies
from hypothesis_graphql import queries

from hub.client_code.operations import read_operations
from hub.client_code.published import client_schema
from hub.client_code.python_package import PythonPackage
from spie_hub_client import runtime
from tests.draws import OPERATIONS

SDL = client_schema()
SCHEMA = build_schema(SDL)
LEAVES: dict[str, Any] = {
    "Boolean": True,
    "Date": "2026-03-14",
    "DateTime": "2026-03-14T09:00:00Z",
    "Float": 1.5,
    "ID": "id",
    "Int": 1,
    "String": 'é\n"',
}

SCALARS = {name: strategies.just(StringValueNode(value=LEAVES[name])) for name in ("Date", "DateTime")}


def value(type_: GraphQLOutputType, place: int) -> Any:
    """A value of this type; a nullable one is null at each third place."""
    if is_non_null_type(type_):
        return value(type_.of_type, 1)
    if place % 3 == 0:
        return None
    if is_list_type(type_):
        return [value(type_.of_type, place + number) for number in range(place % 3 + 1)]
    if is_enum_type(type_):
        return next(iter(type_.values))
    return LEAVES[str(type_)] if is_leaf_type(type_) else {}


def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
    """The value of a field, by its place in the document."""
    start = info.field_nodes[0].loc
    assert start is not None
    return value(info.return_type, start.start + 1)


@pytest.mark.filterwarnings("ignore")
@settings(
    max_examples=OPERATIONS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(queries(SDL, custom_scalars=SCALARS))
def test_the_class_of_any_query_holds_all_of_its_answer(query: str) -> None:
    document = query.replace("{", "query Drawn {", 1)
    answer = execute_sync(SCHEMA, parse(document), field_resolver=resolve)
    assert answer.errors is None
    with TemporaryDirectory() as folder:
        package = Path(folder) / "drawn"
        package.mkdir()
        (package / "runtime").symlink_to(runtime.__path__[0])
        (package / "operation.graphql").write_text(document, encoding="utf-8")
        for name, text in PythonPackage(SCHEMA, read_operations([package], SCHEMA)).modules().items():
            (package / name).write_text(text, encoding="utf-8")
        sys.path.insert(0, folder)
        invalidate_caches()
        try:
            operation = import_module("drawn").Drawn
            data = msgspec.json.decode(msgspec.json.encode(answer.data), type=operation.DATA)
        finally:
            sys.path.remove(folder)
            for name in [name for name in sys.modules if name.partition(".")[0] == "drawn"]:
                del sys.modules[name]
    assert msgspec.json.decode(msgspec.json.encode(data)) == answer.data
