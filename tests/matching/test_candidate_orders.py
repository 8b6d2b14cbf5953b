"""Which records show that two people may be one depends on what records say, never on the order in which they came."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random
from uuid import UUID

import pytest

from subgraphs.kit.ingest.person_registry import PersonRecord
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.table_shapes import Row
from subgraphs.people import match_candidates
from subgraphs.people.match_candidates import MANY
from tests.conftest import Database
from tests.draws import ORDERS
from tests.matching.test_population import ingested
from tests.sources.ingestion import values
from tests.sources.test_batches import empty, state

AS_OF = datetime(2026, 11, 24, tzinfo=UTC)
Written = list[tuple[int, PersonRecord]]


def sharing_a_mailbox(people: int) -> Written:
    """Two records of each of these people, who have one first name and e-mail."""
    records = []
    for number in range(people):
        record = PersonRecord(
            "cnaf-flux", f"{number}", AS_OF, first_name="Zoé", last_name=f"NOM{number}",
            birth_date=date(1980, 1, 1 + number), email="accueil@exemple.fr", france_travail_id=f"{number:011}",
        )  # fmt: skip
        records += [(number, record), (number, replace(record, source="ft-extrait"))]
    return records


def chained(people: int) -> Written:
    """People of whom each shares a telephone with the next one alone."""
    return [
        (
            number,
            PersonRecord(
                "cnaf-flux", f"{number}", AS_OF, first_name="Zoé", last_name=f"NOM{number}",
                birth_date=date(1980, 1, 1 + number), phones=(f"+3361200000{number}", f"+3361200000{number + 1}"),
            ),
        )
        for number in range(people)
    ]  # fmt: skip


def around_a_mailbox(people: int) -> Written:
    """One person who shares a mailbox with many, and a telephone with one who is not of them."""
    first, *others = [
        PersonRecord(
            "cnaf-flux", f"{number}", AS_OF, first_name="Zoé", last_name=f"NOM{number}",
            birth_date=date(1980, 1, 1 + number), email="accueil@exemple.fr",
        )
        for number in range(people)
    ]  # fmt: skip
    others[-1] = replace(others[-1], email=None, phones=("+33612000000",))
    return list(enumerate([*others, replace(first, phones=("+33612000000",))]))


SHOWN = "SELECT count(DISTINCT (person_id, other_person_id)) FROM people.match_candidate"


@pytest.mark.parametrize(
    ("written", "pairs"),
    [
        (sharing_a_mailbox(2), 1),
        (sharing_a_mailbox(MANY + 1), (MANY + 1) * MANY // 2),
        (sharing_a_mailbox(MANY + 2), 0),
        (sharing_a_mailbox(MANY + 4), 0),
        (chained(6), 5),
        (around_a_mailbox(MANY + 5), 1),
    ],
    ids=["two", "as many as may be", "one too many", "many too many", "a chain", "around a mailbox"],
)
async def test_the_order_of_records_changes_neither_pairs_nor_who_shows_them(
    fresh_database: Database, written: Written, pairs: int
) -> None:
    random, written = Random(len(written)), list(written)
    await ingested(fresh_database, written)
    expected = await state(fresh_database)
    assert await values(fresh_database, SHOWN) == [pairs]
    for _ in range(ORDERS):
        await empty(fresh_database)
        random.shuffle(written)
        await ingested(fresh_database, written)
        assert sorted(set(await state(fresh_database)) ^ set(expected)) == []


async def test_records_of_people_alike_are_compared_anew_for_what_no_record_said_before(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[Row] = []
    show = match_candidates._show

    async def counted(store: Store, values: Row, person_id: UUID, alike: match_candidates.Alike) -> bool:
        compared.append(values)
        return await show(store, values, person_id, alike)

    monkeypatch.setattr(match_candidates, "_show", counted)
    records = 20
    written = [
        (number, replace(record, source_id=f"{number}-{copy}"))
        for number, record in sharing_a_mailbox(2)[::2]
        for copy in range(records)
    ]
    await ingested(fresh_database, written)
    assert await values(fresh_database, SHOWN) == [1]
    assert len(compared) < 3 * len(written)
