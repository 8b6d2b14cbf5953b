"""A list whose pages shift while they are read: what was there all along is given, and what is gone is known."""

from __future__ import annotations

import random

import msgspec
import orjson
import pytest

from subgraphs.kit.ingest.api import ApiRefused
from subgraphs.kit.ingest.listing import READINGS, Listing, Page


class Shifting:
    """Numbers in pages of three; each page read may first delete some and add some, `changes` times in all."""

    def __init__(self, seed: int, changes: int) -> None:
        self.draw = random.Random(seed)
        self.numbers = list(range(self.draw.randrange(20)))
        self.first = set(self.numbers)
        self.changes, self.next = changes, 1000

    async def page(self, number: int) -> Page:
        """A page as the API gives it."""
        while self.changes and self.draw.random() < 0.6:
            self.changes -= 1
            if self.numbers and self.draw.random() < 0.6:
                self.numbers.pop(self.draw.randrange(len(self.numbers)))
            else:
                self.numbers.insert(self.draw.randrange(len(self.numbers) + 1), self.next)
                self.next += 1
        shown = self.numbers[(number - 1) * 3 : number * 3]
        records = [msgspec.Raw(orjson.dumps({"id": key})) for key in shown]
        return Page(records, number * 3 >= len(self.numbers))


@pytest.mark.parametrize("seed", range(400))
async def test_what_was_there_all_along_is_given_and_what_stayed_is_listed(seed: int) -> None:
    source, listing = Shifting(seed, changes=4), Listing()
    numbers = [orjson.loads(record)["id"] async for records in listing.changes(source.page) for record in records]
    throughout = source.first & set(source.numbers)
    assert throughout <= set(numbers)
    assert {str(key) for key in throughout} <= listing.keys
    assert len(numbers) == len(set(numbers)), "an unchanged record is given once"


async def test_a_record_that_changes_between_readings_is_given_again() -> None:
    state = {"reading": 0}

    async def page(number: int) -> Page:
        state["reading"] += 1
        return Page([msgspec.Raw(orjson.dumps({"id": 1, "version": min(state["reading"], 2)}))], True)

    listed_records = [record async for records in Listing().changes(page) for record in records]
    assert [orjson.loads(record)["version"] for record in listed_records] == [1, 2]


async def test_a_list_that_never_settles_is_not_taken_for_whole() -> None:
    state = {"reading": 0}

    async def page(number: int) -> Page:
        state["reading"] += 1
        return Page([msgspec.Raw(orjson.dumps({"id": state["reading"]}))], True)

    listing = Listing()
    with pytest.raises(ApiRefused, match="SYNC_UNSETTLED"):
        async for _ in listing.changes(page):
            pass
    assert state["reading"] == READINGS
    assert listing.keys == frozenset()


async def test_a_list_whose_pages_come_again_without_end_is_left() -> None:
    pages = []

    async def page(number: int) -> Page:
        pages.append(number)
        assert len(pages) < 1000, "this list has no end"
        return Page([msgspec.Raw(orjson.dumps({"id": key})) for key in range(3)], False)

    listing = Listing()
    with pytest.raises(ApiRefused, match="SYNC_MALFORMED"):
        async for _ in listing.changes(page):
            pass
    assert listing.keys == frozenset()
