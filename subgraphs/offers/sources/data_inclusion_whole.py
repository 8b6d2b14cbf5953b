"""Files of data.inclusion that are said to be whole (`--whole`): what they no longer have goes.

Nothing goes unless all files were read to their end, each list has as many records as its pages announce (`total`), and
few of those stored go at once, as of the API. A list of which there is no record is left alone, and so is a row that is
newer than all records of its list: the files are older than it.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from subgraphs.kit.ingest.ingestion_report import Refused, Report
from subgraphs.kit.ingest.listing import too_many
from subgraphs.kit.ingest.unit_of_work import Options, Session
from subgraphs.offers import tables

NAME = "data-inclusion"
OLDEST = datetime(1, 1, 1, tzinfo=UTC)
LISTS = {"structures": tables.structure, "services": tables.service}


class ListsOfFiles:
    """What files hold of each list: the keys, the newest day, and how many records a page announces of all."""

    def __init__(self) -> None:
        self.keys: dict[str, set[str]] = {}
        self.newest: dict[str, datetime] = {}
        self._totals: dict[str, int] = {}
        self._of_file: set[str] = set()
        self._is_sure = True

    @property
    def whole(self) -> bool:
        """Whether there is a list, each has all that its pages announce, and each record told its key."""
        return (
            self._is_sure
            and bool(self.keys)
            and all(len(self.keys[name]) >= total for name, total in self._totals.items())
        )

    def open(self) -> None:
        """Begin a file."""
        self._of_file = set()

    def add(self, record: Any) -> None:
        """Take note of a record, whether it can be written or not."""
        key = record.get("id") if isinstance(record, dict) else None
        if not isinstance(key, str):
            self._is_sure = False
            return
        name = "services" if "structure_id" in record else "structures"
        self._of_file.add(name)
        self.keys.setdefault(name, set()).add(key)
        with suppress(TypeError, ValueError):
            day = datetime.fromisoformat(record.get("date_maj")).replace(tzinfo=UTC)
            self.newest[name] = max(self.newest.get(name, day), day)

    def close(self, beside: Any) -> None:
        """End a file that was read whole, with what stands beside its list."""
        total = beside.get("total") if isinstance(beside, dict) else None
        if isinstance(total, int) and len(self._of_file) == 1:
            (name,) = self._of_file
            self._totals[name] = max(self._totals.get(name, 0), total)
        elif total:
            self._is_sure = False


async def removals(lists: ListsOfFiles, report: Report, session: Session, options: Options) -> list[dict[str, str]]:
    """The removals of what the files no longer have, as records of the source; none, and the refusal is reported, if
    they may not be whole."""
    if not report.whole or not lists.whole:
        report.refuse_file(Refused("WHOLE_INCOMPLETE"))
        return []
    gone = []
    for name, keys in lists.keys.items():
        stored = await session.keys(LISTS[name], NAME, lists.newest.get(name, OLDEST))
        missing = sorted(stored - keys)
        if too_many(missing, stored, stored & keys) and not options.remove:
            report.refuse_file(Refused("REMOVALS_REFUSED"))
            return []
        gone += [{"vanished": name, "id": key} for key in missing]
    return gone
