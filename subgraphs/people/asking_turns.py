"""Whom the APIs that answer about one person at a time are asked about, and when they were (`people.asked`).

Nobody is asked about who objects to the use of its data, has it limited or will be erased, whose journey has ended, or
whom no source but such an API knows: the answer about a person is no contact with it, and keeps nobody in the hub.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from schema.facts import Fact
from schema.nir import COVER
from subgraphs.kit import access
from subgraphs.kit.ingest.ingestion_report import Refused
from subgraphs.kit.ingest.row_store import Store
from subgraphs.people import tables
from subgraphs.people.matching import other_first_name
from subgraphs.people.merged_people import survivors_of
from subgraphs.people.precedence import ASKED_SOURCES

JOURNEY_DAYS = 730
"""`journey` of schema/policies/retention.toml: nothing of the person is readable later."""

_TURN = f"""
FROM access.person a
LEFT JOIN people.asked q ON q.person_id = a.person_id AND q.source = $1
WHERE a.restrictions = 0 AND a.erasure_on IS NULL AND a.last_contact >= ($3::timestamptz)::date - {JOURNEY_DAYS}
  AND (a.department = $2 OR EXISTS (
    SELECT FROM access.link l WHERE l.person_id = a.person_id AND l.relation = {int(Fact.DEPARTMENT_BRSA)}
      AND l.scope_id = $2 AND coalesce(l.valid_until >= ($3::timestamptz)::date, true)))
  AND (q.asked_at IS NULL OR q.asked_at <= $4)
"""

BY_NUMBER = f"""
SELECT a.person_id, known.number, known.birth_date
FROM (SELECT a.person_id, q.asked_at {_TURN}) a
CROSS JOIN LATERAL (
    SELECT i.france_travail_id AS number, i.birth_date FROM people.identity i
    WHERE i.person_id = a.person_id AND i.source <> ALL ($5) AND i.birth_date IS NOT NULL
      AND i.france_travail_id ~ '^([0-9]{{7}}[0-9A-Z]|[0-9]{{11}})$' AND NOT starts_with(i.france_travail_id, '{COVER}')
    ORDER BY i.as_of DESC, i.source, i.source_id LIMIT 1) known
ORDER BY a.asked_at NULLS FIRST, a.person_id LIMIT $6
"""  # noqa: S608 - texts of our own
"""People of a département who have a number of France Travail and a birth date in one record of another source; $1 is
the source, $2 the département, $3 now, $4 the instant since which nobody is asked about again, $5 the asked sources."""


BY_IDENTITY = f"""
SELECT a.person_id, a.department, p.first_name, p.last_name, p.birth_name, p.birth_date, p.civility,
       p.birth_country_code, p.birth_city_code
FROM (SELECT a.person_id, a.department, q.asked_at {_TURN}) a
JOIN people.person p ON p.id = a.person_id
JOIN people.rsa r ON r.person_id = a.person_id
WHERE a.department = $2 AND p.first_name IS NOT NULL AND p.birth_date IS NOT NULL
  AND coalesce(p.birth_name, p.last_name) IS NOT NULL
ORDER BY a.asked_at NULLS FIRST, a.person_id LIMIT $5
"""  # noqa: S608 - texts of our own
"""People who live in a département, of whom some source knows a file of RSA; $1 to $4 are those of `BY_NUMBER`, $5 is
how many."""


async def mark(store: Store, *, source: str, asked_about: Mapping[UUID, datetime]) -> None:
    """Keep when a source was asked about each of these people, whatever became of the answers."""
    await store.prefetch(*((tables.person, {"id": person_id}) for person_id in asked_about))
    for person_id, at in asked_about.items():
        if await store.row(tables.person, id=person_id) is not None:
            await store.put(tables.asked, {"source": source, "person_id": person_id}, {"asked_at": at})


async def require_same(store: Store, number: str, birth_date: date, first_name: str | None) -> None:
    """Raise Refused if every other source that bears the number has another first name for it: a number of eight
    characters comes back in another form, and a twin, for whom it may have been written, has the birth date too."""
    records = [
        row
        for row in await store.all(tables.identity, france_travail_id=number)
        if row["birth_date"] == birth_date and row["source"] not in ASKED_SOURCES
    ]
    if records and all(other_first_name({"first_name": first_name}, row) for row in records):
        raise Refused("ANSWER_OF_OTHER", "informations.etatCivil.prenom")


async def require_open(store: Store, person_id: UUID, asked_about: UUID | None) -> None:
    """Raise Refused if the answer is about someone else than the person asked about, or if that person has objected or
    had its data limited meanwhile; people merged into one are that one."""
    survivors = await survivors_of(store, {person_id, asked_about or person_id})
    if len(set(survivors.values())) > 1:
        raise Refused("ANSWER_OF_OTHER")
    person = await store.row(access.person, person_id=survivors[person_id])
    if person is None or person["restrictions"] or person["erasure_on"] is not None:
        raise Refused("PERSON_RESTRICTED")


def sources() -> list[str]:
    """The asked sources, whose own records don't make a person one to ask about."""
    return list(ASKED_SOURCES)
