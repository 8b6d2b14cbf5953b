"""Base classes of what a client sends and reads. Their text shows no value, which may be a person's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Generic, Self, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

Data = TypeVar("Data")
Node = TypeVar("Node")
Date: TypeAlias = date
DateTime: TypeAlias = datetime


class Model(Struct, frozen=True, kw_only=True):
    """An object of the schema, as an operation selects it or sends it."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Nothing, for pretty printers too."""
        return []


class OpenEnum(StrEnum):
    """An enum of the schema. A value that a newer hub adds is read as `UNKNOWN_VALUE`, which can't be sent."""

    @classmethod
    def _missing_(cls, value: object) -> Self:
        return cls["UNKNOWN_VALUE"]


class Operation(Model, Generic[Data], frozen=True, kw_only=True):
    """An operation with its variables."""

    NAME: ClassVar[str]
    DOCUMENT: ClassVar[str]
    DOCUMENT_ID: ClassVar[str]
    """SHA-256 of the document, by which a manifest knows it."""
    IS_REPEATABLE: ClassVar[bool] = True
    """The same request sent twice does what one does: it reads, or it writes under a key."""
    DATA: ClassVar[Any]
    """Class of the answer's data."""


@dataclass(frozen=True, repr=False)
class Connection(Generic[Node]):
    """A page of a list; `cursor` is its end, None if nothing precedes it."""

    nodes: Sequence[Node]
    cursor: str | None
    is_last: bool


class PagedOperation(Operation[Data], Generic[Data, Node], frozen=True, kw_only=True):
    """An operation on one list, page by page."""

    CURSOR: ClassVar[str]
    """Attribute of the variable that holds the cursor."""

    @classmethod
    def connection_of(cls, data: Data) -> Connection[Node] | None:
        """The page in this data; None if the list is withheld."""
        raise NotImplementedError

    def after_cursor(self, cursor: str) -> Self:
        """The same operation for the page that follows this cursor."""
        return replace(self, **{self.CURSOR: cursor})
