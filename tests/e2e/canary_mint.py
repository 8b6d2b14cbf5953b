"""Values that occur once in a world, and the one search that finds whichever of them some bytes hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ARRAY, Column, Date, DateTime, Integer, LargeBinary, Text, Uuid

from tests.e2e.canary_proxy import opened
from tests.e2e.canary_rights import Path, Row

MARK = re.compile(
    rb"zqx\d{6}"  # any text
    rb"|ca9a0000-?0000-?4000-?8000-?\d{12}"  # an id
    rb"|1(?<!\d.)[67]\d\d-\d\d-\d\d"  # a day, alone or of an instant
    rb"|2(?<!\d.)[6-9]\d\d-\d\d-\d\d"
    rb"|3(?<!\d.)1\d\d-\d\d-\d\d"
    rb"|9(?<!\w.)77\d{6}(?!\w)",  # a number
    re.DOTALL,
)
"""What a canary looks like in lower case. Each alternative begins by its character, to which the search then skips."""
YEAR = re.compile(rb"3(?<![\w.-].)1\d\d(?![\w.-])", re.DOTALL)
"""A year of birth: as a number, too short to be looked for where there are numbers of other things."""
FIRST_DAY, FIRST_PAST = date(2600, 1, 1), date(1600, 1, 1)
FIRST_YEAR = 3100


@dataclass(frozen=True, slots=True)
class Canary:
    """One unique value: the column that holds it, its row, and the paths by which it may be read; none: by nobody."""

    text: str
    place: str
    row: Row
    paths: tuple[Path, ...]


class Mint:
    """Makes values, and keeps what each of them is; `start` is how many are somewhere else already."""

    def __init__(self, start: int = 0) -> None:
        self.canaries: dict[str, Canary] = {}
        self._made = start

    def value(self, column: Column[Any], place: str, row: Row, paths: Iterable[Path], *, past: bool = False) -> Any:
        """A new value for a column, as JSON; `NotImplementedError` for a type that nobody has thought of. Days are to
        come, or past."""
        if isinstance(column.type, ARRAY):
            return [self._keep(self._text(column.type.item_type, place), place, row, paths) for _ in range(2)]
        text = self._keep(self._text(column.type, place, past), place, row, paths)
        if isinstance(column.type, Integer):
            return int(text)
        if isinstance(column.type, LargeBinary):
            return "\\x" + text.encode().hex()
        return f"{text}T08:00:00Z" if isinstance(column.type, DateTime) else text

    def person(self, place: str, paths: Iterable[Path]) -> Row:
        """Someone new, with an id that these paths tell."""
        row = Row(self._text(Uuid(), place))
        self._keep(row.person, place, row, paths)
        return row

    def birth(self, number: int, place: str, row: Row, paths: Iterable[Path], year: Iterable[Path]) -> str:
        """A day of birth in a year of its own, which `year` tells alone."""
        self._keep(str(FIRST_YEAR + number), f"{place} (year)", row, year)
        return self._keep(f"{FIRST_YEAR + number}-02-03", place, row, paths)

    def _text(self, kind: Any, place: str, past: bool = False) -> str:
        self._made += 1
        if isinstance(kind, Uuid):
            return f"ca9a0000-0000-4000-8000-{self._made:012}"
        if isinstance(kind, Date | DateTime):
            return str((FIRST_PAST if past else FIRST_DAY) + timedelta(self._made))
        if isinstance(kind, Integer):
            return f"977{self._made:06}"
        if isinstance(kind, Text | LargeBinary):
            return f"zqx{self._made:06}"
        raise NotImplementedError(f"{place}: no canary for {kind!r}")

    def _keep(self, text: str, place: str, row: Row, paths: Iterable[Path]) -> str:
        assert MARK.fullmatch(text.encode()) or YEAR.fullmatch(text.encode()), text
        self.canaries[text] = Canary(text, place, row, tuple(paths))
        return text


def marks(data: bytes) -> set[str]:
    """The canaries, of whichever world, that the bytes hold, sealed texts opened; years left aside."""
    return {written(match.decode()) for match in MARK.findall(opened(data).lower())}


def years(data: bytes) -> set[str]:
    """The years of birth, of whichever world, that an answer holds."""
    return {match.decode() for match in YEAR.findall(data)}


def written(text: str) -> str:
    """A canary as it was minted: an id may have lost its dashes."""
    if not text.startswith("ca9a"):
        return text
    bare = text.replace("-", "")
    return f"{bare[:8]}-{bare[8:12]}-{bare[12:16]}-{bare[16:20]}-{bare[20:]}"
