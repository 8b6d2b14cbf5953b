"""A compiled statement: its SQL, its parameters, and the reader that makes the answer of its rows.

A statement depends on the operation, the residual and which arguments are present. It is written once with SQLAlchemy
Core, compiled for asyncpg, and kept by `subgraphs.kit.compiler`. Values are bind parameters only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson
from sqlalchemy import Select, func, literal_column, select
from sqlalchemy.dialects.postgresql import asyncpg

from schema.context import Context
from subgraphs.kit.cursors import Sealer
from subgraphs.kit.page_arguments import Page
from subgraphs.kit.representations import Batch
from subgraphs.kit.select_builder import array_of

Reader = Callable[[Any, "Call"], Any]
TOO_LONG = object()
"""Stands in an answer for a list that is too long."""


@dataclass(slots=True)
class Call:
    """The values of one execution: the context, and the arguments by node number."""

    context: Context
    scopes: list[str]
    today: date
    sealer: Sealer
    pages: Mapping[int, Page]
    batches: Mapping[int, Mapping[str, Batch]]
    keys: dict[int, str | None]
    counts: Mapping[int, int]
    link_keys: Mapping[int, tuple[str | None, ...]] = field(default_factory=dict)
    """Link keys that the argument of an identity match names, by node number."""
    has_long_lists: bool = False

    def too_long(self) -> Any:
        """The mark that readers leave in place of a list that is too long (`subgraphs.kit.long_lists`)."""
        self.has_long_lists = True
        return TOO_LONG

    @property
    def visible(self) -> list[str]:
        """Link keys whose rows the transaction may see: the actor's scopes, and the keys that its arguments name."""
        return self.scopes + [key for keys in self.link_keys.values() for key in keys if key is not None]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the statement, with its reader: a root field, a type of an `_entities` field, or a key
    `inside` the object of a root field."""

    key: str
    number: int
    read: Reader
    single: bool
    type: str | None = None
    inside: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """`sql` with `$n` parameters, whose values the functions `parameters` give in order."""

    sql: str
    parameters: tuple[Callable[[Call], Any], ...]
    blocks: tuple[Block, ...]
    constants: Mapping[str, Any] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    lists: tuple[tuple[str, int], ...] = ()

    def arguments(self, call: Call) -> list[Any]:
        """Return the values of the parameters."""
        return [find(call) for find in self.parameters]

    def read(self, rows: Sequence[Any], call: Call) -> dict[str, Any]:
        """Return the answer's data, in the order of the operation."""
        data: dict[str, Any] = dict.fromkeys(self.order)
        data.update(self.constants)
        for key, number in self.lists:
            data[key] = [None] * call.counts[number]
        for index, block in enumerate(self.blocks):
            block_rows = rows if len(self.blocks) == 1 else orjson.loads(rows[0][index])
            if block.type is not None:
                answer = data[block.key]
                places = call.batches[block.number][block.type].places
                for row in block_rows:
                    answer[places[row[0] - 1]] = block.read(row, call)
            elif block.inside is not None:
                data[block.key][block.inside] = block.read(block_rows, call)
            elif block.single:
                data[block.key] = block.read(block_rows[0], call) if block_rows else None
            else:
                data[block.key] = block.read(block_rows, call)
        return data


class Parameters(dict[str, Callable[[Call], Any]]):
    """Functions that give the value of each bind parameter of a statement."""

    def __init__(self) -> None:
        super().__init__(
            scopes=lambda call: call.scopes,
            today=lambda call: call.today,
            organisation=lambda call: call.context.organisation,
        )


_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]


def join_blocks(selects: Sequence[Select[Any]]) -> Select[Any]:
    """Combine the selects of blocks into one: the rows of a single block, or one row with a JSON array per block."""
    if len(selects) == 1:
        return selects[0]
    arrays = [array_of(block, f"b{index}") for index, block in enumerate(selects)]
    columns = select(*(array.c["items"].label(f"b{index}") for index, array in enumerate(arrays)))
    return columns.select_from(*arrays)


def compile_select(statement: Select[Any], parameters: Parameters) -> tuple[str, tuple[Callable[[Call], Any], ...]]:
    """Compile a select for asyncpg: its text and its parameters in order."""
    text = statement.compile(dialect=_DIALECT)
    names = text.positiontup or []
    return str(text), tuple(parameters[name] for name in names)


def no_rows() -> Select[Any]:
    """A select without rows: a fetch runs one data statement even if the actor may read nothing."""
    return select(literal_column("1")).select_from(
        func.generate_series(literal_column("1"), literal_column("0")).alias("n")
    )
