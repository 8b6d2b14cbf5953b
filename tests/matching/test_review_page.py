"""`/matching`: an agent compares the pairs of its perimeter, decides, and nothing else is told, decided or lost."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2

from demo.token_issuer import DemoActor, Issuer
from hub.app import hub_app
from hub.matching.merges import ROLE, apply_decisions
from hub.settings import load_settings
from schema.facts import Fact
from subgraphs.kit.ingest.person_registry import PersonRecord, Rsa
from subgraphs.kit.ingest.row_store import Store
from subgraphs.people.registry import Registry
from tests.conftest import Database
from tests.pinned_graph import graph
from tests.sources.ingestion import rows, take_one, values

COUNTY, NEIGHBOUR = "22080001900010", "22590001800018"
PURPOSES = ("identification", "fiabilisation")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOURCE = "rdv-insertion"


def agent(name: str, organisation: str, department: str) -> DemoActor:
    """An agent who reviews for a département."""
    claims = {"organisation": organisation, "organisation_type": "conseil_departemental", "departments": [department]}
    return DemoActor(name, "orienteur_cd", PURPOSES, "", claims)


AGENT, COLLEAGUE, STRANGER = agent("a", COUNTY, "08"), agent("b", COUNTY, "08"), agent("c", NEIGHBOUR, "59")


def record(number: int, first_name: str, department: str, **more: Any) -> PersonRecord:
    """Someone who draws the RSA in a département."""
    born, rsa = date(1980, 1, 1 + len(first_name)), Rsa("DROIT_OUVERT_VERSABLE", None, None, None, department)
    return PersonRecord(
        SOURCE, str(number), NOON, first_name=first_name, last_name="Ardoisier", birth_date=born, rsa=rsa,
        email=f"courriel{number}@example.org", **more,
    )  # fmt: skip


@dataclass
class Queue:
    """A hub over a database where people wait to be compared."""

    database: Database
    client: httpx2.AsyncClient
    issuer: Issuer
    people: list[UUID]

    async def post(self, actor: DemoActor, **form: Any) -> httpx2.Response:
        """The page, for an actor's form."""
        return await self.client.post("/matching", data={"access_token": self.issuer.token(actor), **form})

    def pair(self, first: int, second: int) -> str:
        """How the form names two people."""
        return " ".join(map(str, sorted((self.people[first], self.people[second]))))

    async def ask(self, actor: DemoActor, purpose: str, query: str) -> Any:
        """The data of a GraphQL request."""
        headers = {"authorization": f"Bearer {self.issuer.token(actor)}", "purpose": purpose}
        return (await self.client.post("/graphql", json={"query": query}, headers=headers)).json()["data"]

    async def decide(self, actor: DemoActor, pair: str, verdict: str, number: int = 0) -> httpx2.Response:
        """Send a decision."""
        return await self.post(actor, pair=pair, number=str(number), verdict=verdict, ground="PERSON")

    async def apply(self) -> int:
        """Make the merges."""
        connection = await self.database.connect(ROLE)
        try:
            return await apply_decisions(Registry(self.database.keys.nir), connection)
        finally:
            await connection.close()

    async def decisions(self) -> list[Any]:
        """The verdicts, in order."""
        return await values(self.database, "SELECT verdict FROM people.match_decision ORDER BY number, person_id")

    async def subjects(self, operation: str) -> int:
        """How many people disclosures of this operation name."""
        sql = (
            "SELECT coalesce(sum(cardinality(d.subjects)), 0) FROM journal.disclosure d JOIN journal.entry e"
            " USING (request) WHERE e.operation_name = $1 AND e.kind = 'DISCLOSURE'"
        )
        return int((await values(self.database, sql, operation))[0])


@asynccontextmanager
async def queue(database: Database, folder: Path) -> AsyncIterator[Queue]:
    """People 0 and 1 of the Ardennes have the same names, 2 as well but lives in the Nord; 3 is alone."""
    registry = Registry(database.keys.nir)
    connection = await database.connect("people_ingest")
    people = []
    for number, (first_name, department) in enumerate((("Anne", "08"), ("Anne", "08"), ("Anne", "59"), ("Zoé", "08"))):
        person_record = record(number, first_name, department)

        async def write(store: Store, person_record: PersonRecord = person_record) -> UUID:
            return await registry.put(store, person_record)

        people.append(await take_one(connection, write))
    await connection.close()
    async with served(database, folder, people) as page:
        yield page


@asynccontextmanager
async def served(database: Database, folder: Path, people: list[UUID]) -> AsyncIterator[Queue]:
    """The page over people who are there."""
    issuer = Issuer(folder)
    settings = load_settings(issuer.write_settings({COUNTY: PURPOSES, NEIGHBOUR: PURPOSES}))
    app = hub_app(graph(), settings, database.keys, database.dsn)
    transport = httpx2.ASGITransport(app)
    async with app.running(), httpx2.AsyncClient(transport=transport, base_url="http://hub") as client:
        yield Queue(database, client, issuer, people)


async def test_an_agent_joins_two_files_and_parts_them_again(fresh_database: Database, tmp_path: Path) -> None:
    async with queue(fresh_database, tmp_path) as page:
        listed = await page.post(AGENT)
        assert listed.status_code == 200
        assert re.findall(r'name="pair" value="([^"]+)"', listed.text) == [page.pair(0, 1)]
        assert not {"Ardoisier", "script"} & set(re.findall(r"\w+", listed.text))
        compared = await page.post(AGENT, pair=page.pair(0, 1))
        assert all(text in compared.text for text in ("Ardoisier", "courriel0@example.org", "courriel1@example.org"))
        assert await page.subjects("ComparerDeuxDossiers") == 2
        decided = await page.decide(AGENT, page.pair(0, 1), "SAME")
        assert (decided.status_code, "Décision gardée" in decided.text) == (200, True)
        assert await page.subjects("ReunirDeuxDossiers") == 2
        [row] = await rows(fresh_database, "SELECT * FROM people.match_decision")
        assert (row["agent"].rpartition("#")[2], row["organisation"], row["reasons"]) == ("a", COUNTY, ["NAMES"])
        limited = "UPDATE access.person SET own_restrictions = $2 WHERE person_id = $1"
        await rows(fresh_database, limited, max(page.people[:2]), int(Fact.LIMITATION))
        assert await page.apply() == 1
        acting = "SELECT restrictions FROM access.person WHERE person_id = $1"
        assert await values(fresh_database, acting, min(page.people[:2])) == [int(Fact.LIMITATION)]
        links = "SELECT DISTINCT person_id FROM access.link WHERE unmerged_person_id = ANY($1) OR person_id = ANY($1)"
        assert await values(fresh_database, links, page.people[:2]) == [min(page.people[:2])]
        joined = await page.post(AGENT, pair=page.pair(0, 1))
        assert ("dossier réuni" in joined.text, "Ardoisier" in joined.text) == (True, False)
        assert (await page.decide(COLLEAGUE, page.pair(0, 1), "DIFFERENT", 1)).status_code == 200
        assert await page.apply() == 1
        assert sorted(await values(fresh_database, links, page.people[:2])) == sorted(page.people[:2])
        assert "attend" in (await page.post(AGENT)).text
        assert await page.decisions() == ["SAME", "DIFFERENT"]


async def test_nobody_out_of_scope_is_told_or_decided(fresh_database: Database, tmp_path: Path) -> None:
    async with queue(fresh_database, tmp_path) as page:
        texts = set()
        for pair in (page.pair(0, 2), page.pair(0, 3), " ".join((str(uuid4()), str(page.people[0])))):
            for actor in (AGENT, STRANGER):
                answers = [await page.post(actor, pair=pair), await page.decide(actor, pair, "SAME")]
                assert [answer.status_code for answer in answers] == [404, 404]
                texts |= {re.sub(r'value="[^"]*"|nonce[^>]*|\d', "", answer.text) for answer in answers}
        assert len(texts) == 2  # the lists of both agents
        assert page.pair(0, 1) not in (await page.post(STRANGER)).text
        assert (await page.decide(STRANGER, page.pair(0, 1), "SAME")).status_code == 404
        for actor in (replace(AGENT, purposes=("identification",)), replace(AGENT, kind="referent_cd")):
            refused = await page.post(actor, pair=page.pair(0, 1))
            assert (refused.status_code, "Ardoisier" in refused.text) in {(403, False), (401, False)}
        assert await page.decisions() == []
        assert await page.subjects("ReunirDeuxDossiers") == 0


async def test_of_two_decisions_on_one_state_the_second_is_refused(fresh_database: Database, tmp_path: Path) -> None:
    async with queue(fresh_database, tmp_path) as page:
        form = {"pair": page.pair(0, 1), "number": "0", "ground": "DOCUMENT"}
        assert (await page.post(AGENT, **form, verdict="DIFFERENT")).status_code == 200
        for actor in (AGENT, COLLEAGUE):
            again = await page.post(actor, **form, verdict="SAME")
            assert (again.status_code, "MATCH_DECIDED_MEANWHILE" in again.text) == (409, True)
        assert await page.decisions() == ["DIFFERENT"]
        assert page.pair(0, 1) not in (await page.post(AGENT)).text
        for wrong in ({"verdict": "PEUT-ETRE"}, {"verdict": "SAME", "ground": "x"}, {"pair": "x"}, {"number": "x"}):
            assert (await page.post(AGENT, **{**form, "verdict": "SAME", **wrong})).status_code in {400, 409}
        assert (await page.client.get("/matching", params={"pair": page.pair(0, 1)})).text.count("Ardoisier") == 0
        assert (await page.client.put("/matching")).status_code == 405


async def test_whoever_is_erased_or_may_not_be_read_is_not_compared(fresh_database: Database, tmp_path: Path) -> None:
    async with queue(fresh_database, tmp_path) as page:
        due = "UPDATE access.person SET erasure_on = CURRENT_DATE WHERE person_id = $1"
        await rows(fresh_database, due, page.people[1])
        assert (await page.post(AGENT, pair=page.pair(0, 1))).status_code == 404
        assert (await page.decide(AGENT, page.pair(0, 1), "SAME")).status_code == 404
        connection = await fresh_database.connect("people_ingest")
        registry = Registry(fresh_database.keys.nir)
        await take_one(connection, lambda store: registry.remove(store, SOURCE, "1"))
        await connection.close()
        assert await values(fresh_database, "SELECT count(*) FROM people.match_candidate WHERE source_id = '1'") == [0]
        assert page.pair(0, 1) not in (await page.post(AGENT)).text
        assert await page.decisions() == []


async def test_what_the_journal_cannot_hold_is_not_decided(fresh_database: Database, tmp_path: Path) -> None:
    async with queue(fresh_database, tmp_path) as page:
        assert (await page.post(AGENT)).status_code == 200
        await rows(fresh_database, "REVOKE INSERT ON ALL TABLES IN SCHEMA journal FROM journal_writer")
        assert (await page.decide(AGENT, page.pair(0, 1), "SAME")).status_code == 503
        assert await page.decisions() == []


async def test_a_merged_person_reads_who_read_either_file_under_either_id(
    fresh_database: Database, tmp_path: Path
) -> None:
    async with queue(fresh_database, tmp_path) as page:
        first, second = sorted(page.people[:2])
        assert await page.ask(AGENT, "identification", f'{{ person(id: "{second}") {{ lastName }} }}')
        selves = [DemoActor("moi", "beneficiaire", ("droits",), "", {"person": str(own)}) for own in (first, second)]
        journal = "{ myAccessJournal { nodes { purpose } } }"
        assert (await page.decide(AGENT, page.pair(0, 1), "SAME")).status_code == 200
        for merged in (False, True):
            answers = [await page.ask(person, "droits", journal) for person in selves]
            read = [
                "identification" in {node["purpose"] for node in answer["myAccessJournal"]["nodes"]}
                for answer in answers
            ]
            assert read == [merged, True]
            assert await page.apply() == (0 if merged else 1)


async def test_the_id_of_a_merged_person_leads_whoever_may_read_to_the_survivor(
    fresh_database: Database, tmp_path: Path
) -> None:
    async with queue(fresh_database, tmp_path) as page:
        first, second = sorted(page.people[:2])
        query = f'query Lire {{ person(id: "{second}") {{ id lastName }} }}'
        assert (await page.ask(AGENT, "identification", query))["person"]["id"] == str(second)
        assert (await page.decide(AGENT, page.pair(0, 1), "SAME")).status_code == 200
        await page.apply()
        survivor = {"id": str(first), "lastName": "Ardoisier"}
        assert await page.ask(AGENT, "identification", query) == {"person": survivor}
        count_disclosures = "SELECT count(*) FROM journal.entry WHERE operation_name = 'Lire' AND kind = 'DISCLOSURE'"
        assert (await values(fresh_database, count_disclosures), await page.subjects("Lire")) == ([2], 2)
        assert await page.ask(STRANGER, "identification", query) == {"person": None}
        assert (await page.decide(AGENT, page.pair(0, 1), "DIFFERENT", 1)).status_code == 200
        await page.apply()
        assert (await page.ask(AGENT, "identification", query))["person"]["id"] == str(second)
