"""`/matching`: an agent says whether a refused record, which has the names of a known person and no more, is of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2

from demo.cast import BY_SLUG
from demo.cnaf_files import flux
from demo.ft_files import HEADER, extract
from demo.token_issuer import DemoActor
from hub.matching.follower import listening
from tests.cli.commands import Result, ingest
from tests.conftest import Database
from tests.matching.test_review_page import AGENT, COLLEAGUE, STRANGER, Queue, served
from tests.sources.ingestion import rows, values

MAELLE, TODAY = BY_SLUG["maelle"], date(2026, 11, 24)
AS_OF = ("--as-of", "2026-11-24")
OWN = "SELECT coalesce(unmerged_person_id, person_id) FROM people.identity WHERE source = 'ft-extrait'"
HIDDEN = "99999"
"""Commune of birth that the refused record says, and nobody may read."""


def extract_without_proof(folder: Path, **other_cells: str) -> Path:
    """An extract of one person, which says another commune of birth than its NIR, and these cells otherwise."""
    lines = extract({MAELLE: ("dif_sante",)}, TODAY).decode().splitlines()
    cells = lines[1].split(";")
    cells[HEADER.index("code_lieu_naissance")] = HIDDEN
    for heading, cell in other_cells.items():
        cells[HEADER.index(heading)] = cell
    path = folder / "extrait.csv"
    path.write_bytes("\n".join([lines[0], ";".join(cells), ""]).encode())
    return path


class Review:
    """The page, over one known person and one refused record."""

    def __init__(self, page: Queue, path: Path) -> None:
        self.page, self.path, self.database = page, path, page.database

    async def listed(self, actor: DemoActor) -> list[str]:
        """The records that an agent is shown."""
        return re.findall(r'name="record" value="([^"]+)"', (await self.page.post(actor)).text)

    async def decide(self, actor: DemoActor, record: str, verdict: str, number: int = 0) -> httpx2.Response:
        return await self.page.post(actor, record=record, number=str(number), verdict=verdict, ground="PERSON")

    async def decisions(self) -> list[Any]:
        return await values(self.database, "SELECT verdict FROM people.record_decision ORDER BY number")

    async def attached_people(self) -> list[Any]:
        """Whom records of the extract are attached to."""
        return await values(self.database, "SELECT person_id FROM people.identity WHERE source = 'ft-extrait'")

    async def served_people(self) -> list[Any]:
        """Whether those whom records of the extract are read with are the known person's, by distinct answer."""
        one = "SELECT coalesce((SELECT survivor_id FROM access.merged WHERE merged.person_id = $1), $1)"
        [survivor] = await values(self.database, one, self.page.people[0])
        said = "SELECT DISTINCT person_id = $1 FROM people.person_constraint WHERE source = 'ft-extrait'"
        return await values(self.database, said, survivor)

    async def waiting(self) -> list[Any]:
        """The codes in the quarantine."""
        return await values(self.database, "SELECT code FROM quarantine.record")

    def retry(self) -> Result:
        return ingest(self.database, "ft-extrait", "--retry")


@asynccontextmanager
async def review(database: Database, folder: Path) -> AsyncIterator[Review]:
    flux_file, path = folder / "flux.xml", extract_without_proof(folder)
    flux_file.write_bytes(flux((MAELLE,), date(2026, 11, 1)))
    ingest(database, "cnaf-flux", flux_file)
    ingest(database, "ft-extrait", path, *AS_OF)
    people: list[UUID] = await values(database, "SELECT id FROM people.person")
    async with served(database, folder, people) as page:
        yield Review(page, path)


async def test_a_confirmed_record_is_taken_for_the_person_by_its_next_reading(
    fresh_database: Database, tmp_path: Path
) -> None:
    async with review(fresh_database, tmp_path) as queue:
        assert await queue.waiting() == ["MATCH_NAMES_ONLY"]
        [record] = await queue.listed(AGENT)
        shown = await queue.page.post(AGENT, record=record)
        shown_names = [name.upper() in shown.text.upper() for name in (MAELLE.last_name, HIDDEN)]
        assert (shown.status_code, shown_names) == (200, [True, False])
        assert await queue.page.subjects("ComparerUnEnregistrement") == 1
        assert queue.retry().code == 1
        assert await queue.listed(AGENT) == [record]
        assert (await queue.decide(AGENT, record, "SAME")).status_code == 200
        assert await queue.page.subjects("RattacherUnEnregistrement") == 1
        for merged in (1, 0):
            assert queue.retry().code == 0
            assert await queue.page.apply() == merged
            assert (await queue.served_people(), await queue.waiting()) == ([True], [])
            assert await queue.listed(AGENT) == []
        assert "Lignes écrites dans la base : 0." in ingest(fresh_database, "ft-extrait", queue.path, *AS_OF).out
        assert (await queue.decide(AGENT, record, "DIFFERENT", 1)).status_code == 404


async def test_a_confirmation_is_undone_after_the_record_was_taken_and_nothing_is_lost(
    fresh_database: Database, tmp_path: Path
) -> None:
    async with review(fresh_database, tmp_path) as queue:
        [record] = await queue.listed(AGENT)
        assert (await queue.decide(AGENT, record, "SAME")).status_code == 200
        assert queue.retry().code == 0
        assert await queue.page.apply() == 1
        [pair] = re.findall(r'name="pair" value="([^"]+)"', (await queue.page.post(AGENT)).text)
        assert "dossier réuni" in (await queue.page.post(AGENT, pair=pair)).text
        [known] = queue.page.people
        own = next(person for person in map(UUID, pair.split()) if person != known)
        assert (await queue.page.decide(COLLEAGUE, pair, "DIFFERENT", 1)).status_code == 200
        assert await queue.page.subjects("SeparerDeuxDossiers") > 0
        assert await queue.page.apply() == 1
        for _ in range(2):
            said = "SELECT DISTINCT person_id FROM people.person_constraint WHERE source = 'ft-extrait'"
            assert (await values(fresh_database, said), await queue.attached_people()) == ([own], [own])
            assert await queue.page.decisions() == ["SAME", "DIFFERENT"]
            assert await queue.listed(AGENT) == []
            assert ingest(fresh_database, "ft-extrait", queue.path, *AS_OF).code == 0
            assert await queue.page.apply() == 0


async def test_a_record_separated_from_one_namesake_is_confirmed_for_the_other(
    fresh_database: Database, tmp_path: Path
) -> None:
    async with review(fresh_database, tmp_path) as queue:
        namesake = replace(MAELLE, slug="maelle-bis", number=MAELLE.number + 40, dossier="0749931")
        (tmp_path / "flux.xml").write_bytes(flux((namesake,), date(2026, 11, 1)))
        assert ingest(fresh_database, "cnaf-flux", tmp_path / "flux.xml").code == 0
        ingest(fresh_database, "ft-extrait", queue.path, *AS_OF)
        assert await queue.waiting() == ["MATCH_SEVERAL"]
        [known] = queue.page.people
        first, second = sorted(await queue.listed(AGENT), key=lambda record: str(known) not in record)
        assert (await queue.decide(AGENT, first, "SAME")).status_code == 200
        assert queue.retry().code == 0
        assert await queue.page.apply() == 1
        assert await queue.listed(AGENT) == []
        [own] = await values(fresh_database, OWN)
        pairs = re.findall(r'name="pair" value="([^"]+)"', (await queue.page.post(AGENT)).text)
        [pair] = [pair for pair in pairs if {str(own), first.split()[1]} == set(pair.split())]
        assert (await queue.page.decide(AGENT, pair, "DIFFERENT", 1)).status_code == 200
        assert await queue.page.apply() == 1
        ingest(fresh_database, "ft-extrait", queue.path, *AS_OF)
        assert await queue.listed(AGENT) == [second]
        assert (await queue.decide(AGENT, second, "SAME")).status_code == 200
        for merged in (1, 0):
            assert ingest(fresh_database, "ft-extrait", queue.path, *AS_OF).code == 0
            assert await queue.page.apply() == merged
        one = "SELECT person_id FROM access.merged UNION SELECT survivor_id FROM access.merged"
        assert sorted(await values(fresh_database, one)) == sorted([own, UUID(second.split()[1])])


async def test_a_record_said_to_be_of_someone_else_stays_refused_and_is_asked_about_no_more(
    fresh_database: Database, tmp_path: Path
) -> None:
    async with review(fresh_database, tmp_path) as queue:
        [record] = await queue.listed(AGENT)
        assert (await queue.decide(AGENT, record, "DIFFERENT")).status_code == 200
        assert await queue.page.subjects("EcarterUnEnregistrement") == 1
        for _ in range(2):
            assert queue.retry().code == 1
            assert (await queue.attached_people(), await queue.waiting()) == ([], ["MATCH_NONE"])
            assert await queue.listed(AGENT) == []


async def test_a_decision_on_a_record_does_not_wake_the_process_that_merges_people(
    fresh_database: Database, tmp_path: Path
) -> None:
    async with (
        review(fresh_database, tmp_path) as queue,
        listening(fresh_database.admin_dsn) as (connection, woken),
    ):
        [record] = await queue.listed(AGENT)
        assert (await queue.decide(AGENT, record, "SAME")).status_code == 200
        await connection.execute("SELECT")
        assert not woken.is_set()


async def test_nobody_out_of_scope_sees_or_decides_of_whom_a_record_is(
    fresh_database: Database, tmp_path: Path
) -> None:
    async with review(fresh_database, tmp_path) as queue:
        [record] = await queue.listed(AGENT)
        assert await queue.listed(STRANGER) == []
        for actor, designation in ((STRANGER, record), (AGENT, " ".join(reversed(record.split())))):
            assert (await queue.page.post(actor, record=designation)).status_code == 404
            assert (await queue.decide(actor, designation, "SAME")).status_code == 404
        assert (await queue.page.post(AGENT, record="x")).status_code == 400
        assert await queue.decisions() == []
        assert await queue.page.subjects("RattacherUnEnregistrement") == 0


async def test_of_two_decisions_on_one_record_the_second_is_refused(fresh_database: Database, tmp_path: Path) -> None:
    async with review(fresh_database, tmp_path) as queue:
        [record] = await queue.listed(AGENT)
        answers = await asyncio.gather(
            queue.decide(AGENT, record, "SAME"), queue.decide(COLLEAGUE, record, "DIFFERENT")
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        assert (await queue.decide(COLLEAGUE, record, "SAME")).status_code == 409
        assert len(await queue.decisions()) == 1


async def test_a_candidate_goes_with_the_person_and_with_the_time_of_its_record(
    fresh_database: Database, tmp_path: Path
) -> None:
    async with review(fresh_database, tmp_path) as queue:
        [record] = await queue.listed(AGENT)
        await rows(fresh_database, "UPDATE people.record_candidate SET refused_on = refused_on - 31")
        assert await queue.listed(AGENT) == []
        assert (await queue.decide(AGENT, record, "SAME")).status_code == 404
        ingest(fresh_database, "ft-extrait", queue.path, *AS_OF)
        assert await queue.listed(AGENT) == [record]
        await rows(fresh_database, "UPDATE access.person SET erasure_on = CURRENT_DATE")
        assert (await queue.page.post(AGENT, record=record)).status_code == 404
        assert (await queue.decide(AGENT, record, "SAME")).status_code == 404
        await rows(fresh_database, "DELETE FROM people.person")
        assert await values(fresh_database, "SELECT count(*) FROM people.record_candidate") == [0]


async def test_what_the_journal_cannot_hold_is_not_decided_of_a_record(
    fresh_database: Database, tmp_path: Path
) -> None:
    async with review(fresh_database, tmp_path) as queue:
        [record] = await queue.listed(AGENT)
        await rows(fresh_database, "REVOKE INSERT ON ALL TABLES IN SCHEMA journal FROM journal_writer")
        assert (await queue.decide(AGENT, record, "SAME")).status_code == 503
        assert await queue.decisions() == []


async def test_a_record_of_another_identity_inherits_no_confirmation_given_before_it_was_taken(
    fresh_database: Database, tmp_path: Path
) -> None:
    async with review(fresh_database, tmp_path) as queue:
        [record] = await queue.listed(AGENT)
        assert (await queue.decide(AGENT, record, "SAME")).status_code == 200
        path = extract_without_proof(tmp_path, code_lieu_naissance="99998")
        assert "MATCH_NAMES_ONLY" in ingest(fresh_database, "ft-extrait", path, "--as-of", "2026-11-25").out
        assert await queue.attached_people() == []
        [other_record] = await queue.listed(AGENT)
        assert other_record != record


async def test_a_record_of_another_identity_inherits_no_confirmation_given_to_a_taken_one(
    fresh_database: Database, tmp_path: Path
) -> None:
    said = "SELECT last_name, first_name, birth_place_hash FROM people.identity WHERE source = 'ft-extrait'"
    async with review(fresh_database, tmp_path) as queue:
        [record] = await queue.listed(AGENT)
        assert (await queue.decide(AGENT, record, "SAME")).status_code == 200
        assert queue.retry().code == 0
        before = await rows(fresh_database, said)
        for other_cells, code in (
            ({"nom": "AUTREFOIS", "prenom": "JEANNE"}, "MATCH_CONFLICT"),
            ({"code_lieu_naissance": "99998"}, "MATCH_NAMES_ONLY"),
        ):
            path = extract_without_proof(tmp_path, **other_cells)
            assert code in ingest(fresh_database, "ft-extrait", path, "--as-of", "2026-11-25").out
            assert await rows(fresh_database, said) == before
        [other_record] = await queue.listed(AGENT)
        assert (await queue.decide(AGENT, other_record, "SAME")).status_code == 200
        assert ingest(fresh_database, "ft-extrait", path, "--as-of", "2026-11-25").code == 0
        assert await queue.page.apply() == 1
        assert await queue.served_people() == [True]
