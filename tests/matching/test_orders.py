"""Records leave the same rows, links and pairs in whatever order they come, once those refused came again.

A record with keys of two people is left out with them: it joins them where it comes second, and is refused where it
comes last, since the hub merges nobody.
"""

from __future__ import annotations

import re
from random import Random

import pytest

from tests.conftest import Database
from tests.draws import ORDERS
from tests.matching import population as drawn
from tests.matching.test_merges import stored_rows
from tests.matching.test_population import ingested
from tests.sources.ingestion import rows
from tests.sources.test_batches import empty

PEOPLE = 24
NUMBER = re.compile(r"(?<=[ ,])(\d+):\d(?=[,>])")
"""In a row, the number of the person whom a record is about."""


@pytest.mark.parametrize("seed", range(ORDERS))
async def test_the_order_in_which_records_come_changes_nothing(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    random = Random(seed)
    for name, share in (("WRONG_NIR", 0.0), ("NIR_OF_TWIN", 0.0), ("SWAPPED", 0.0), ("TYPO", 0.05), ("TWIN", 0.1)):
        monkeypatch.setattr(drawn, name, share)
    written = drawn.records(random, drawn.population(random, PEOPLE))
    left, ambiguous = [], set[int]()
    for _ in range(2):
        for _ in range(2):
            await ingested(fresh_database, written)
        left.append(set(await stored_rows(fresh_database)))
        identities = {
            tuple(row.values()) for row in await rows(fresh_database, "SELECT source, source_id FROM people.identity")
        }
        ambiguous |= {number for number, record in written if (record.source, record.source_id) not in identities}
        await empty(fresh_database)
        random.shuffle(written)
    assert len(ambiguous) < PEOPLE / 2
    differing = sorted(left[0] ^ left[1])
    assert [text for text in differing if ambiguous.isdisjoint(map(int, NUMBER.findall(text)))] == []
