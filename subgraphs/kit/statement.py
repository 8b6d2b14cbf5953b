"""One fetch as one data statement: its SQL, how its parameters are found, and how its rows become the answer.

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


@dataclass(slots=True)
class Call:
    """What one execution brings to a statement: the context, and the arguments by node number."""

    context: Context
    scopes: list[str]
    today: date
    sealer: Sealer
    pages: Mapping[int, Page]
    batches: Mapping[int, Mapping[str, Batch]]
    keys: Mapping[int, str | None]
    counts: Mapping[int, int]
    named: Mapping[int, tuple[str | None, ...]] = field(default_factory=dict)
    """Per root field that finds: the link keys that its argument names."""

    @property
    def visible(self) -> list[str]:
        """Link keys whose rows the transaction may see: the actor's scopes, and what it can name."""
        return self.scopes + [key for keys in self.named.values() for key in keys if key is not None]


@dataclass(frozen=True, slots=True)
class Block:
    """The rows of one root field, or of one type of `_entities`."""

    key: str
    number: int
    select: Select[Any]
    read: Reader
    single: bool
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """`sql` with `$n` parameters, which `parameters` finds in order; `read` makes `data` of the rows."""

    sql: str
    parameters: tuple[Callable[[Call], Any], ...]
    blocks: tuple[Block, ...]
    constants: Mapping[str, Any] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    lists: tuple[tuple[str, int], ...] = ()

    def arguments(self, call: Call) -> list[Any]:
        """Values of the parameters."""
        return [find(call) for find in self.parameters]

    def read(self, rows: Sequence[Any], call: Call) -> dict[str, Any]:
        """The answer's data, in the order of the operation."""
        data: dict[str, Any] = dict.fromkeys(self.order)
        data.update(self.constants)
        for key, number in self.lists:
            data[key] = [None] * call.counts[number]
        for index, block in enumerate(self.blocks):
            found = rows if len(self.blocks) == 1 else orjson.loads(rows[0][index])
            if block.type is not None:
                answer = data[block.key]
                places = call.batches[block.number][block.type].places
                for row in found:
                    answer[places[row[0] - 1]] = block.read(row, call)
            elif block.single:
                data[block.key] = block.read(found[0], call) if found else None
            else:
                data[block.key] = block.read(found, call)
        return data


class Parameters(dict[str, Callable[[Call], Any]]):
    """How each bind parameter of a statement is found; a parameter that is not here can't be in its text."""

    def __init__(self) -> None:
        super().__init__(
            scopes=lambda call: call.scopes,
            today=lambda call: call.today,
            organisation=lambda call: call.context.organisation,
        )


_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]


def joined(blocks: Sequence[Block]) -> Select[Any]:
    """The select of a statement: a single block's rows, or one row with a JSON array per block."""
    if len(blocks) == 1:
        return blocks[0].select
    arrays = [array_of(block.select, f"b{index}") for index, block in enumerate(blocks)]
    whole = select(*(found.c["items"].label(f"b{index}") for index, found in enumerate(arrays)))
    return whole.select_from(*arrays)


def compiled(found: Select[Any], parameters: Parameters) -> tuple[str, tuple[Callable[[Call], Any], ...]]:
    """SQL text for asyncpg and its parameters in order."""
    text = found.compile(dialect=_DIALECT)
    names = text.positiontup or []
    return str(text), tuple(parameters[name] for name in names)


def nothing() -> Select[Any]:
    """A statement without rows: a fetch costs one data statement whatever it may read."""
    return select(literal_column("1")).select_from(
        func.generate_series(literal_column("1"), literal_column("0")).alias("n")
    )
