"""Pages of a list: each is whole, and its cursor is where a load goes on after a stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from .answers import Answer
from .errors import NotUnderstood, StartAgain, Withheld
from .models import PagedOperation

Data = TypeVar("Data")
Node = TypeVar("Node")

RESTARTS = ("CHANGES_EXPIRED", "CHANGES_RESTART")
"""Codes of the hub for a cursor from which nobody can go on."""


@dataclass(frozen=True, repr=False)
class Page(Generic[Data, Node]):
    """One page; `cursor`, kept once the page is stored, is where a later load goes on."""

    nodes: Sequence[Node]
    cursor: str | None
    is_last: bool
    answer: Answer[Data]

    def following(self, operation: PagedOperation[Data, Node]) -> PagedOperation[Data, Node] | None:
        """The operation for the next page; None after the last one."""
        if self.is_last:
            return None
        if self.cursor is None or self.cursor == getattr(operation, operation.CURSOR):
            raise NotUnderstood(200, f"{operation.NAME}: endCursor")  # else the load would never end
        return operation.after_cursor(self.cursor)


def page_of(operation: PagedOperation[Data, Node], answer: Answer[Data]) -> Page[Data, Node]:
    """The page in an answer; raises StartAgain, Incomplete if a source failed, Withheld if the list is null."""
    for error in answer.errors:
        if error.code in RESTARTS:
            raise StartAgain(error.code)
    connection = operation.connection_of(answer.whole())
    if connection is None:
        raise Withheld(answer.access)
    return Page(connection.nodes, connection.cursor, connection.is_last, answer)
