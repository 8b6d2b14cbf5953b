"""Lists in their order, and pages of them, by plain Python."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

from tests.oracle.rules import Item

LARGEST, USUAL = 100, 20
CURSOR = "cursor of the oracle "
KEYLESS = ("SectorIdentifier", "NationalIdentifier", "OrientationAppointment")
"""Types whose objects have no id."""


def refused(code: str) -> GraphQLError:
    """An error as the hub codes it."""
    return GraphQLError(code, extensions={"code": code})


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list: by `value`, nulls last, then by id."""

    value: Callable[[Item], Any] = lambda item: None
    descending: bool = False

    def sorted(self, items: Sequence[Item]) -> list[Item]:
        """The items in this order."""
        items_sorted = sorted(items, key=_key)
        keys = [item for item in items_sorted if self.value(item) is not None]
        keys.sort(key=self.value, reverse=self.descending)
        return keys + [item for item in items_sorted if self.value(item) is None]

    def beyond(self, item: Item, place: Sequence[Any]) -> bool:
        """Whether an item comes after a place (value, id)."""
        value, at = self.value(item), place[0]
        if (value is None) != (at is None):
            return bool(value is None)
        if value != at:
            return bool(value < at if self.descending else value > at)
        return _key(item) > str(place[1])


def _key(item: Item) -> str:
    return "" if item.type in KEYLESS else str(item.row.get("id", ""))


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list; `place` tells the list from others, for cursors."""

    place: str
    order: Order
    items: tuple[Item, ...]
    more: bool
    after: bool

    @staticmethod
    def of(
        place: str, order: Order, items: Sequence[Item], arguments: Mapping[str, Any], cursors: Mapping[str, str]
    ) -> Page:
        """The page that the arguments `first` and `after` ask for; `known` are the cursors that the hub gave, as those
        of this module. Raises GraphQLError BAD_FIRST or FORBIDDEN_INPUT."""
        first, after = arguments.get("first"), arguments.get("after")
        first = USUAL if first is None else first
        if not 1 <= first <= LARGEST:
            raise refused("BAD_FIRST")
        remaining = order.sorted(items)
        if after is not None:
            place_of_cursor, *at = json.loads(cursors.get(after, f"{CURSOR}[null]").removeprefix(CURSOR))
            if place_of_cursor != place:
                raise refused("FORBIDDEN_INPUT")
            remaining = [item for item in remaining if order.beyond(item, at)]
        return Page(place, order, tuple(remaining[:first]), len(remaining) > first, after is not None)

    def cursor(self, item: Item) -> str:
        """The cursor of an item."""
        return CURSOR + json.dumps([self.place, self.order.value(item), _key(item)])
