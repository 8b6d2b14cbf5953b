"""`hub sync api-particulier` against a simulator: who is asked about, what an answer changes, and what is told."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hub.errors import NotServed
from hub.sync.link_settings import SyncLink
from hub.sync.run import SyncRun, sync
from schema.facts import Fact
from subgraphs.kit.ingest.person_registry import PersonRecord, Rsa
from subgraphs.people.registry import Registry
from tests.conftest import Database
from tests.simulators.api_particulier import RECIPIENT, TOKEN, ApiParticulierSimulator
from tests.sources.ingestion import rows, take_one, values
from tests.sync.test_france_travail import RESTRICT, whole
from tests.sync.test_sync import QUICK, own_keys

SECRETS = f'token = "{TOKEN}"\nrecipient = "{RECIPIENT}"\n'
YES = {"est_beneficiaire": True, "avec_majoration": True, "date_debut_droit": "2024-08-01"}
NO = {"est_beneficiaire": False, "avec_majoration": None, "date_debut_droit": None}
CLOSED = Rsa("CLOS", date(2026, 1, 5), True, None, "08")


@pytest.fixture
def served() -> Iterator[tuple[ApiParticulierSimulator, str]]:
    simulator = ApiParticulierSimulator()
    with simulator.served() as url:
        yield simulator, url


async def put_person(database: Database, name: str, **changes: Any) -> Any:
    """A person of the flux of the CNAF, with its file of RSA and all of its identity."""
    record = PersonRecord(
        "cnaf-flux",
        f"foyer:{name}",
        datetime.now(UTC).replace(microsecond=0) - timedelta(days=9),
        civility="MADAME",
        first_name="Anne Lise",
        last_name=name,
        birth_name=name,
        birth_date=date(1990, 2, 11),
        department="08",
        city_code="08362",
        birth_city_code="08105",
        birth_country_code="99100",
        rsa=CLOSED,
    )
    connection = await database.connect("people_ingest")
    try:
        registry = Registry(database.keys.nir)
        return await take_one(connection, partial(registry.put, record=replace(record, **changes)))
    finally:
        await connection.close()


async def run(database: Database, folder: Path, url: str, secrets: str = SECRETS, **changes: Any) -> SyncRun:
    row = SyncLink("api-particulier", "essai", url, url, "08", renew=0, **QUICK)  # type: ignore[arg-type]
    return await sync(replace(row, **changes), own_keys(database, folder, "api-particulier", secrets), database.dsn)


async def stored_rsa(database: Database) -> list[Any]:
    [rsa] = await rows(database, "SELECT beneficiary, entitled_since, increased, status FROM people.rsa")
    return list(rsa.values())


async def test_what_was_said_last_says_who_is_a_beneficiary_and_opens_no_row(
    fresh_database: Database,
    tmp_path: Path,
    served: tuple[ApiParticulierSimulator, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    simulator, url = served
    await put_person(fresh_database, "CANARINOM")
    assert await stored_rsa(fresh_database) == [False, None, None, "CLOS"]
    simulator.people["CANARINOM"] = YES
    with caplog.at_level(logging.DEBUG):
        first = await run(fresh_database, tmp_path, url)
    assert (first.report.read, first.report.complete, first.report.aside_codes) == (1, True, Counter())
    assert simulator.asked == [
        {
            "nomNaissance": "CANARINOM",
            "prenoms[]": "ANNE LISE",
            "anneeDateNaissance": "1990",
            "moisDateNaissance": "2",
            "jourDateNaissance": "11",
            "sexeEtatCivil": "F",
            "codeCogInseePaysNaissance": "99100",
            "codeCogInseeCommuneNaissance": "08105",
            "recipient": RECIPIENT,
        }
    ]
    assert await stored_rsa(fresh_database) == [True, date(2024, 8, 1), True, "CLOS"]
    statement = "SELECT 1 FROM access.link WHERE relation = $1"
    assert await values(fresh_database, statement, int(Fact.DEPARTMENT_BRSA)) == []
    output = f"{caplog.text} {first.report}"
    assert [word for word in ("CANARI", "ANNE", TOKEN, "nomNaissance") if word in output] == []
    assert TOKEN not in await whole(fresh_database)

    simulator.people["CANARINOM"] = NO
    await run(fresh_database, tmp_path, url)
    assert await stored_rsa(fresh_database) == [False, None, None, "CLOS"]
    open_now = replace(CLOSED, status="DROIT_OUVERT_VERSABLE")
    later = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=5)
    await put_person(fresh_database, "CANARINOM", as_of=later, rsa=open_now)
    assert (await stored_rsa(fresh_database))[0] is True


async def test_whom_the_api_knows_nothing_of_or_cant_be_asked_about_is_counted_and_keeps_its_data(
    fresh_database: Database, tmp_path: Path, served: tuple[ApiParticulierSimulator, str]
) -> None:
    simulator, url = served
    await put_person(fresh_database, "CONNUE")
    await put_person(fresh_database, "SANSDOSSIER")
    await put_person(fresh_database, "MALFORMEE")
    await put_person(fresh_database, "MUETTE")
    await put_person(fresh_database, "SANSCOMMUNE", birth_city_code=None)
    await put_person(fresh_database, "SANSSEXE", civility=None)
    await put_person(fresh_database, "NEEAILLEURS", birth_city_code=None, birth_country_code="99131")
    simulator.people = dict.fromkeys(("CONNUE", "SANSDOSSIER", "MALFORMEE", "MUETTE", "NEEAILLEURS"), YES)
    await run(fresh_database, tmp_path, url)
    statement = "SELECT count(*) FROM people.rsa WHERE beneficiary"
    assert await values(fresh_database, statement) == [5]
    del simulator.people["SANSDOSSIER"]
    simulator.failures = {"MALFORMEE": (422, "00366"), "MUETTE": (502, "37999")}
    report = (await run(fresh_database, tmp_path, url, attempts=2)).report
    assert report.aside_codes == Counter(
        {"ANSWER_NONE": 1, "ANSWER_REFUSED": 1, "ANSWER_FAILED": 1, "IDENTITY_INCOMPLETE": 2}
    )
    assert (report.read, report.complete) == (7, True)
    assert await values(fresh_database, statement) == [5]
    assert not any(question["nomNaissance"].startswith(("SANSC", "SANSS")) for question in simulator.asked)


async def test_nobody_is_asked_about_without_a_file_of_rsa_elsewhere_or_who_objects(
    fresh_database: Database, tmp_path: Path, served: tuple[ApiParticulierSimulator, str]
) -> None:
    simulator, url = served
    await put_person(fresh_database, "SANSRSA", rsa=None)
    await put_person(fresh_database, "AILLEURS", city_code="2A004")
    opposed = await put_person(fresh_database, "OPPOSEE")
    await rows(fresh_database, RESTRICT, opposed, int(Fact.OPPOSITION))
    simulator.people = dict.fromkeys(("SANSRSA", "AILLEURS", "OPPOSEE"), YES)
    assert (await run(fresh_database, tmp_path, url)).report.read == 0
    assert simulator.asked == []


async def test_namesakes_of_one_day_are_not_told_apart_by_a_guess(
    fresh_database: Database, tmp_path: Path, served: tuple[ApiParticulierSimulator, str]
) -> None:
    simulator, url = served
    await put_person(fresh_database, "JUMELLE")
    await put_person(fresh_database, "JUMELLE", source_id="foyer:autre")
    simulator.people = {"JUMELLE": YES}
    report = (await run(fresh_database, tmp_path, url)).report
    assert report.codes == Counter({"MATCH_SEVERAL": 2})
    assert await values(fresh_database, "SELECT 1 FROM people.rsa WHERE beneficiary") == []


@pytest.mark.parametrize("fault", ["limited", "malformed", "unavailable"])
async def test_passing_faults_are_tried_again(
    fresh_database: Database, tmp_path: Path, served: tuple[ApiParticulierSimulator, str], fault: str
) -> None:
    simulator, url = served
    await put_person(fresh_database, "CONNUE")
    simulator.people = {"CONNUE": YES}
    simulator.faults.extend([fault] * 3)
    assert (await run(fresh_database, tmp_path, url)).report.aside_codes == Counter()
    assert await values(fresh_database, "SELECT beneficiary FROM people.rsa") == [True]


async def test_a_refused_token_stops_the_reading_and_is_not_told(
    fresh_database: Database, tmp_path: Path, served: tuple[ApiParticulierSimulator, str]
) -> None:
    simulator, url = served
    await put_person(fresh_database, "CANARINOM")
    with pytest.raises(NotServed, match="SYNC_CREDENTIALS") as refused:
        await run(fresh_database, tmp_path, url, SECRETS.replace(TOKEN, "faux-81ab"))
    shown = f"{refused.value} {refused.value.detail} {refused.value.__context__!r}"
    assert [word for word in ("81ab", "CANARI", "nomNaissance") if word in shown] == []
    assert len(simulator.requests) == 1
