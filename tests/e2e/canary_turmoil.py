"""What happens to the world of the whole model while it is read: links, restrictions, values, files, merges, erasures.

Each change is followed by a look at who may read what from then on (`canary_states`).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from uuid import UUID

from demo.cast import CD_08
from demo.cast import Person as Beneficiary
from demo.cnaf_files import flux
from demo.offers_catalogue import Place
from hub.ingest import find_source, ingest
from hub.matching.merges import MOVING, ROLE, apply_decisions
from hub.runs.quarantine import Seal
from schema.days import today
from schema.facts import Fact
from subgraphs.kit.columns import UNMERGED
from subgraphs.kit.ingest.batch import begin
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.unit_of_work import Options
from subgraphs.people.precedence import PRECEDENCE
from subgraphs.people.registry import Registry
from tests.conftest import Database
from tests.e2e.canary_model import Model
from tests.e2e.canary_states import States
from tests.e2e.canary_ties import ELSEWHERE

FIRST_TEXT = 900_000
"""From which number on texts are minted here; the world has those below."""
COMERS = 4
"""People whom files bring."""
DECIDE = """
INSERT INTO people.match_decision SELECT $1, $2, count(*) + 1, $3, 'PERSON', '{}', 'essai#1', '1', now()
FROM people.match_decision WHERE person_id = $1 AND other_person_id = $2
"""
WRITTEN = {
    "people.person": ("first_name", "last_name", "birth_name"),
    "people.contact": ("email", "city", "street"),
    "appointments.appointment": ("place_name", "place_address"),
    "people.identity": ("last_name", "email"),
}
"""Columns of texts that are written anew."""
RECORDED = ("people.person_constraint", "appointments.appointment", "offers.referral")
"""Tables whose rows are recorded by another organisation."""
LIFTED = (0, 0, 0, Fact.OPPOSITION, Fact.LIMITATION)


@dataclass(repr=False)
class Turmoil:
    """Changes the world at random; `under_way` are how many changes are, `done` by kind."""

    database: Database
    model: Model
    states: States
    draw: Random
    folder: Path
    under_way: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    days: int = 0
    _texts: int = FIRST_TEXT
    _next: list[Callable[[Turmoil], Awaitable[None]]] = field(default_factory=list)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def begin(self) -> None:
        """Let the people of the world be merged as people of files are, and look at it for the first time."""
        for table in MOVING:
            await self.execute(f"UPDATE {table.fullname} SET {UNMERGED} = NULL")
        await self.execute(
            "UPDATE people.identity SET source = 'rdv-insertion', structure_id = person.structure_id,"
            " organisme = 'CAF:' || organisme"
            " FROM people.person WHERE person.id = person_id"
        )
        await self.states.look()

    async def change(self) -> None:
        """One change, and a look at what it made of the world."""
        if not self._next:
            self._next = self.draw.sample(CHANGES, len(CHANGES))
        kind = self._next.pop()
        async with self.changing(), self._turn:
            await kind(self)
        self.changes[kind.__name__] += 1

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[None]:
        """A block in which something changes the world; how it is then is known afterwards."""
        self.under_way += 1
        try:
            yield
            async with self._turn:
                await self.states.look()
        finally:
            self.under_way -= 1

    def text(self) -> str:
        """A value that was never anywhere."""
        self._texts += 1
        return f"zqx{self._texts:06}"

    def person(self) -> str:
        """Someone of the world."""
        return self.draw.choice(list(self.model.persons.values()))

    async def execute(self, sql: str, *arguments: object) -> None:
        """Run a statement as the administrator, whose changes are noted like all others."""
        await self.states.owner.execute(sql, *arguments)

    @property
    def registry(self) -> Registry:
        """What files know people by."""
        return Registry(self.database.keys.nir, PRECEDENCE)


async def end_links(turmoil: Turmoil) -> None:
    """The links of someone end."""
    await turmoil.execute(
        "UPDATE access.link SET valid_until = CURRENT_DATE - 1 WHERE person_id = $1 AND valid_from < CURRENT_DATE"
        " AND relation = ANY($2::int[])", turmoil.person(), turmoil.draw.sample([1, 2, 4, 8, 16, 32, 64], 3),
    )  # fmt: skip


async def begin_links(turmoil: Turmoil) -> None:
    """Links that had ended hold again."""
    await turmoil.execute(
        "UPDATE access.link SET valid_until = NULL, valid_from = CURRENT_DATE - 3 WHERE person_id = $1",
        turmoil.person(),
    )


async def restrict(turmoil: Turmoil) -> None:
    """An objection, a limitation, or the end of both."""
    await turmoil.execute(
        "UPDATE access.person SET restrictions = $2, own_restrictions = $2, erasure_on = NULL, own_erasure_on = NULL,"
        " last_contact = CURRENT_DATE WHERE person_id = $1",
        turmoil.person(),
        int(turmoil.draw.choice(LIFTED)),
    )


async def fall_silent(turmoil: Turmoil) -> None:
    """Nobody met someone for long, or their data are to be erased by now."""
    await turmoil.execute(
        "UPDATE access.person SET last_contact = CURRENT_DATE - $2::int, erasure_on = $3 WHERE person_id = $1",
        turmoil.person(),
        turmoil.draw.choice((1, 200, 800)),
        turmoil.draw.choice((None, today(), today() + timedelta(1))),
    )


async def write(turmoil: Turmoil) -> None:
    """A text becomes another one."""
    table = turmoil.draw.choice(list(WRITTEN))
    column = turmoil.draw.choice(WRITTEN[table])
    subject = "id" if table == "people.person" else "person_id"
    await turmoil.execute(
        f"UPDATE {table} SET {column} = $2 WHERE {subject} = $1", UUID(turmoil.person()), turmoil.text()
    )


async def record(turmoil: Turmoil) -> None:
    """Rows of someone are another organisation's."""
    siret = turmoil.draw.choice((CD_08.siret, ELSEWHERE))
    table = turmoil.draw.choice(RECORDED)
    await turmoil.execute(f"UPDATE {table} SET recorded_by = $2 WHERE person_id = $1", UUID(turmoil.person()), siret)


async def merge(turmoil: Turmoil) -> None:
    """An agent says that two people are one, or that those who were merged are not."""
    merged = await turmoil.states.owner.fetch("SELECT person_id, survivor_id FROM access.merged")
    if merged and turmoil.draw.random() < 0.6:
        pair, verdict = list(turmoil.draw.choice(merged)), "DIFFERENT"
    else:
        people = [row[0] for row in await turmoil.states.owner.fetch("SELECT id FROM people.person ORDER BY id")]
        pair, verdict = turmoil.draw.sample(people, 2), "SAME"
    await turmoil.execute(DECIDE, *sorted(pair), verdict)
    connection = await turmoil.database.connect(ROLE)
    try:
        turmoil.changes[f"merged, {verdict}"] += await apply_decisions(turmoil.registry, connection)
    finally:
        await connection.close()


async def read_file(turmoil: Turmoil) -> None:
    """A file of the CNAF, with other names each time."""
    turmoil.days += 1
    people = [_comer(turmoil, number) for number in range(COMERS)]
    path = turmoil.folder / "flux.xml"
    path.write_bytes(flux(people, date(2001, 1, 1) + timedelta(turmoil.days)))
    keys = turmoil.database.keys
    options = Options(as_of=datetime.now(UTC), webhook_secret=None, organisations={})
    report = await ingest(find_source("cnaf-flux", keys), [path], options, turmoil.database.dsn, Seal(keys.quarantine))
    assert report.rows, report


def _comer(turmoil: Turmoil, number: int) -> Beneficiary:
    place = Place("08105", "08000", turmoil.text(), 49.0, 4.0)
    someone = Beneficiary(
        f"comer{number}", 70 + number, "madame", turmoil.text(), turmoil.text(), date(1970, 1, 1 + number), place,
        f"07{number}99311", state=turmoil.draw.choice(("2", "2", "4")), birth_name=turmoil.text(),
    )  # fmt: skip
    return replace(someone)


async def erase(turmoil: Turmoil) -> None:
    """Nothing is left of someone whom files brought, alone or as one with others of them; the world's people stay."""
    people = [
        row[0]
        for row in await turmoil.states.owner.fetch(
            "SELECT DISTINCT person_id FROM people.identity WHERE source = 'cnaf-flux'"
            " AND person_id::text NOT LIKE 'ca9a%' AND NOT EXISTS (SELECT FROM access.merged"
            " WHERE survivor_id = identity.person_id AND merged.person_id::text LIKE 'ca9a%') ORDER BY 1"
        )
    ]
    if people:
        chosen = turmoil.draw.choice(people)
        connection = await turmoil.database.connect(ROLE)
        try:
            await connection.execute("DELETE FROM people.identity WHERE person_id = $1", chosen)
            async with begin(connection) as batch:
                [erased] = await batch.take([partial(_forgotten, turmoil.registry, chosen)])
                erased.result()
        finally:
            await connection.close()


async def _forgotten(registry: Registry, person: UUID, store: Store) -> None:
    await registry.regroup(store, [person])


CHANGES: tuple[Callable[[Turmoil], Awaitable[None]], ...] = (
    end_links, begin_links, begin_links, restrict, restrict, fall_silent, write, write, write, record, merge, read_file,
    erase,
)  # fmt: skip
"""What happens, in another order each time."""
