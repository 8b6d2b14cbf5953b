"""The query of an export: one operation of a file, with one paged list, of which elements become rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import orjson
from graphql import OperationType, build_schema
from msgspec import defstruct

from hub.client_code.operations import Operation, read_operation
from hub.client_code.paging import Paging, paging
from hub.client_code.published import client_schema
from hub.client_code.shapes import Shape, Shapes
from hub.errors import ExportRefused
from hub.export.columns import Column, Row, columns_of
from spie_hub_client.runtime.models import Connection, PagedOperation

WITHDRAWN, KEY = "withdrawn", "id"
_PREFIX = "v_"
"""Begins attributes, so that a variable may have the name of a keyword of Python."""


@dataclass(frozen=True, slots=True, repr=False)
class ListQuery:
    """An operation and its list; `withdrawn` are the columns of people who leave a copy, where the list tells them."""

    operation: Operation
    paging: Paging
    columns: tuple[Column, ...]
    withdrawn: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [column.name for column in self.columns] + [f"{WITHDRAWN}.{column.name}" for column in self.withdrawn]

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """The columns, those of withdrawals last."""
        return self.columns + self.withdrawn

    @property
    def is_delta(self) -> bool:
        """Whether the list tells what changed since a cursor."""
        return self.paging.argument == "since"

    @property
    def variables(self) -> set[str]:
        """The names of the variables that its text declares."""
        return {definition.variable.name.value for definition in self.operation.node.variable_definitions or ()}

    def digest(self, variables: Mapping[str, Any]) -> str:
        """SHA-256 of the text and its variables."""
        return sha256(orjson.dumps([self.operation.text, variables], option=orjson.OPT_SORT_KEYS)).hexdigest()

    def request(self, variables: Mapping[str, Any], cursor: str | None) -> PagedOperation[Any, Any]:
        """The operation as the client sends it, from this cursor on."""
        values = {**variables, self.paging.variable: cursor}
        keys = [key for key, _ in self.paging.path]

        def connection_of(_: Any, data: Any) -> Connection[Any] | None:
            return _connection(data, keys)

        operation = defstruct(
            self.operation.name,
            [(f"{_PREFIX}{name}", Any) for name in values],
            bases=(PagedOperation,),
            namespace={
                "NAME": self.operation.name,
                "DOCUMENT": self.operation.text,
                "DOCUMENT_ID": self.operation.digest,
                "DATA": Any,
                "CURSOR": f"{_PREFIX}{self.paging.variable}",
                "connection_of": classmethod(connection_of),
            },
            frozen=True,
            kw_only=True,
            rename=lambda name: name.removeprefix(_PREFIX),
        )
        request: Any = operation(**{f"{_PREFIX}{name}": value for name, value in values.items()})
        return cast("PagedOperation[Any, Any]", request)

    def rows(self, data: Any) -> list[Row]:
        """The rows of a page: its elements, then withdrawals, which have their id and nothing else of an element."""
        page = data
        for key, _ in self.paging.path:
            page = page[key]
        none = [None] * len(self.withdrawn)
        rows: list[Row] = [[*(column.value(node) for column in self.columns), *none] for node in page["nodes"]]
        for withdrawal in page[WITHDRAWN] if self.withdrawn else ():
            identity = [withdrawal[KEY] if column.path == (KEY,) else None for column in self.columns]
            rows.append([*identity, *(column.value(withdrawal) for column in self.withdrawn)])
        return rows

    def columns_at(self, path: tuple[str | int, ...]) -> list[str]:
        """The names of the columns that a place of the operation decides on, above, at or below them."""
        place = ".".join(map(str, path))
        root = ".".join(key for key, _ in self.paging.path)
        names = {f"{root}.nodes.{column.name}": column.name for column in self.columns}
        names |= {f"{root}.{WITHDRAWN}.{column.name}": f"{WITHDRAWN}.{column.name}" for column in self.withdrawn}
        return [
            name for full, name in names.items() if f"{full}.".startswith(f"{place}.") or place.startswith(f"{full}.")
        ]


def read_list_query(path: Path) -> ListQuery:
    """The query of this file; raises ClientRefused, ExportRefused."""
    schema = build_schema(client_schema())
    operation = read_operation(path, schema)
    data = Shapes(schema, operation).data()
    pages = paging(operation, data) if operation.node.operation is OperationType.QUERY else None
    if pages is None:
        raise ExportRefused(
            "EXPORT_NOT_A_LIST",
            f"« {path} » ne lit pas une liste page par page : il faut une requête dont une seule liste, hors de toute "
            "autre, a son curseur en variable (« after: $after », ou « since: $since » de « changes »), et demande "
            "« nodes { … } » et « pageInfo { hasNextPage endCursor } ».",
            "no single paged list",
        )
    connection = data
    for key, _ in pages.path:
        connection = _inner(connection, key)
    columns = tuple(columns_of(_inner(connection, "nodes")))
    query = ListQuery(operation, pages, columns, ())
    return _with_withdrawals(query, connection, path) if query.is_delta else query


def _with_withdrawals(query: ListQuery, connection: Shape, path: Path) -> ListQuery:
    """The query with the columns of withdrawals, without which a copy would keep who may no longer be read."""
    entry = next((field for field in connection.fields if field.key == WITHDRAWN), None)
    columns = tuple(columns_of(entry.shapes[0])) if entry is not None else ()
    names = {column.name for column in query.columns}
    if (
        KEY not in names
        or not {KEY, "kind"} <= {column.name for column in columns}
        or any(name.startswith(f"{WITHDRAWN}.") for name in names)
    ):
        raise ExportRefused(
            "EXPORT_WITHDRAWN",
            f"« {path} » lit des changements : demandez « nodes {{ id … }} » et « withdrawn {{ id kind into }} », "
            "sans quoi le fichier ne dirait pas qui n'est plus à lire.",
            "changes without id or withdrawn",
        )
    withdrawal_columns = tuple(column for column in columns if column.path != (KEY,))
    return ListQuery(query.operation, query.paging, query.columns, withdrawal_columns)


def _inner(shape: Shape, key: str) -> Shape:
    return next(field.shapes[0] for field in shape.fields if field.key == key)


def _connection(data: Any, keys: list[str]) -> Connection[Any] | None:
    """The page in this data; None if it, its elements or what they stand in is withheld."""
    page = data
    for key in keys:
        page = page.get(key) if page is not None else None
    if page is None or page["nodes"] is None or page.get(WITHDRAWN, ()) is None:
        return None
    bounds = page["pageInfo"]
    return Connection(page["nodes"], bounds["endCursor"], not bounds["hasNextPage"])
