"""`hub sync` of the employers of Les emplois and the offers of Immersion facilitée, against simulators on sockets."""

from __future__ import annotations

import random
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response

from hub.errors import NotServed, StartRefused
from tests.conftest import Database
from tests.simulators.emplois import EmploisSimulator, employer, posting
from tests.simulators.immersion_facile import ImmersionSimulator, offer
from tests.simulators.simulator import FAULTS
from tests.sources.ingestion import rows, values
from tests.sync.test_sync import link, run

EMPLOYERS = "SELECT source_id FROM offers.company ORDER BY 1"
OFFERS = "SELECT source_id FROM offers.immersion_offer ORDER BY 1"


@pytest.fixture
def employers() -> Iterator[tuple[EmploisSimulator, str]]:
    """Les emplois with 30 employers of the Ardennes and one of the Marne, and its address."""
    simulator = EmploisSimulator()
    simulator.employers = [employer(number) for number in range(30)]
    simulator.employers.append(employer(99, departement="51", code_postal="51100", ville="Reims"))
    with simulator.served() as url:
        yield simulator, url


@pytest.fixture
def offers() -> Iterator[tuple[ImmersionSimulator, str]]:
    """Immersion facilitée with 30 offers of the Ardennes and one of the Marne, and its address."""
    simulator = ImmersionSimulator()
    simulator.offers = [offer(number) for number in range(30)]
    elsewhere = {"streetNumberAndAddress": "2 rue", "postcode": "51100", "city": "Reims", "departmentCode": "51"}
    simulator.offers.append(offer(99, address=elsewhere, locationId=None))
    with simulator.served() as url:
        yield simulator, url


def employer_keys(listed: Sequence[dict[str, Any]]) -> list[str]:
    return sorted(f"{entry['siret']}-{entry['type']}" for entry in listed)


def offer_keys(listed: Sequence[dict[str, Any]]) -> list[str]:
    return sorted(
        "-".join(part for part in (entry["siret"], entry["locationId"], entry["rome"]) if part) for entry in listed
    )


async def test_the_mark_of_utf_8_may_open_an_answer_once(
    fresh_database: Database, tmp_path: Path, employers: tuple[EmploisSimulator, str]
) -> None:
    simulator, url = employers
    simulator.mark = BOM_UTF8 * 2
    with pytest.raises(NotServed, match="SYNC_MALFORMED"):
        await run(fresh_database, tmp_path, link("emplois", url))
    simulator.mark = BOM_UTF8
    await run(fresh_database, tmp_path, link("emplois", url))
    assert await values(fresh_database, EMPLOYERS) == employer_keys(simulator.employers[:30])


async def test_employers_of_the_departement_are_read_and_a_second_reading_writes_nothing(
    fresh_database: Database, tmp_path: Path, employers: tuple[EmploisSimulator, str]
) -> None:
    simulator, url = employers
    simulator.employers[4]["postes"] = [posting(5), posting(100)]
    first = await run(fresh_database, tmp_path, link("emplois", url))
    assert first.report.complete, first.report.codes
    assert await values(fresh_database, EMPLOYERS) == employer_keys(simulator.employers[:30])
    assert await values(fresh_database, "SELECT count(*) FROM offers.job_posting") == [31]
    assert (await run(fresh_database, tmp_path, link("emplois", url))).report.rows == 0
    simulator.faults.extend(["limited", "unavailable", "malformed", "page"])
    assert (await run(fresh_database, tmp_path, link("emplois", url))).report.rows == 0
    with pytest.raises(NotServed, match="SYNC_DEPARTMENT_MISSING"):
        await run(fresh_database, tmp_path, link("emplois", url, department=None))


@pytest.mark.parametrize("seed", range(2))
async def test_employers_of_a_list_that_shifts_leave_no_gap(
    fresh_database: Database, tmp_path: Path, employers: tuple[EmploisSimulator, str], seed: int
) -> None:
    simulator, url = employers
    draw, changes = random.Random(seed), iter(range(4))

    def shift() -> None:
        if next(changes, None) is not None:
            del simulator.employers[draw.randrange(15)]

    simulator.before_answer = shift
    await run(fresh_database, tmp_path, link("emplois", url))
    assert await values(fresh_database, EMPLOYERS) == employer_keys(simulator.employers[:-1])


async def test_a_list_that_becomes_shorter_than_its_next_page_is_read_to_its_end(
    fresh_database: Database, tmp_path: Path, employers: tuple[EmploisSimulator, str]
) -> None:
    simulator, url = employers

    def shorten() -> None:
        if len(simulator.requests) == 5:
            del simulator.employers[20:30]

    simulator.before_answer = shorten
    await run(fresh_database, tmp_path, link("emplois", url))
    assert await values(fresh_database, EMPLOYERS) == employer_keys(simulator.employers[:-1])


@pytest.mark.parametrize("body", ["{}", '{"detail": "Pas trouvé."}', '{"results": []}', '{"next": null}'])
async def test_an_answer_that_is_no_page_empties_no_list(
    fresh_database: Database,
    tmp_path: Path,
    employers: tuple[EmploisSimulator, str],
    monkeypatch: pytest.MonkeyPatch,
    body: str,
) -> None:
    simulator, url = employers
    await run(fresh_database, tmp_path, link("emplois", url))
    monkeypatch.setitem(FAULTS, "no page", lambda: Response(body, media_type="application/json"))
    simulator.faults.extend(["no page"] * 20)
    with pytest.raises(NotServed, match="SYNC_MALFORMED"):
        await run(fresh_database, tmp_path, link("emplois", url))
    assert len(await values(fresh_database, EMPLOYERS)) == 30


async def test_an_employer_that_vanished_goes_and_one_with_an_application_stays_as_that_tells_of_it(
    fresh_database: Database, tmp_path: Path, employers: tuple[EmploisSimulator, str]
) -> None:
    simulator, url = employers
    await run(fresh_database, tmp_path, link("emplois", url))
    await run(fresh_database, tmp_path, link("emplois", url, department="51"))
    await rows(
        fresh_database,
        "INSERT INTO offers.job_application (person_id, id, company_id, state, created_at, updated_at, source,"
        " source_id, as_of) SELECT gen_random_uuid(), gen_random_uuid(), id, 'new', now(), now(), 'emplois', 'x', now()"
        " FROM offers.company WHERE source_id = $1 RETURNING 1",
        employer_keys(simulator.employers[3:4])[0],
    )
    applied = employer_keys(simulator.employers[3:4])
    del simulator.employers[3:5]
    await run(fresh_database, tmp_path, link("emplois", url))
    assert await values(fresh_database, EMPLOYERS) == sorted(employer_keys(simulator.employers) + applied)
    employers_left = await rows(
        fresh_database,
        "SELECT name, kind, street, open_to_applications FROM offers.company WHERE source_id = $1",
        applied[0],
    )
    assert employers_left == [{"name": "Chantier n° 3", "kind": "ACI", "street": None, "open_to_applications": None}]
    assert await values(fresh_database, "SELECT count(*) FROM offers.job_posting") == [29]
    assert (await run(fresh_database, tmp_path, link("emplois", url))).report.rows == 0


async def test_a_list_that_lost_all_or_much_removes_nothing_unless_it_is_meant(
    fresh_database: Database,
    tmp_path: Path,
    employers: tuple[EmploisSimulator, str],
    offers: tuple[ImmersionSimulator, str],
) -> None:
    simulator, url = employers
    immersions, elsewhere = offers
    await run(fresh_database, tmp_path, link("emplois", url))
    await run(fresh_database, tmp_path, link("immersion-facile", elsewhere))
    simulator.employers.clear()
    immersions.offers.clear()
    for row in (link("emplois", url), link("immersion-facile", elsewhere)):
        with pytest.raises(NotServed, match="SYNC_REMOVALS_REFUSED"):
            await run(fresh_database, tmp_path, row)
    assert [len(await values(fresh_database, query)) for query in (EMPLOYERS, OFFERS)] == [30, 30]
    for row in (link("emplois", url), link("immersion-facile", elsewhere)):
        await run(fresh_database, tmp_path, row, remove=True)
    assert [await values(fresh_database, query) for query in (EMPLOYERS, OFFERS)] == [[], []]


async def test_offers_of_the_departement_are_read_and_those_that_vanished_there_go(
    fresh_database: Database, tmp_path: Path, offers: tuple[ImmersionSimulator, str]
) -> None:
    simulator, url = offers
    simulator.faults.extend(["limited", "cut"])
    first = await run(fresh_database, tmp_path, link("immersion-facile", url))
    assert first.report.complete, first.report.codes
    assert await values(fresh_database, OFFERS) == offer_keys(simulator.offers[:30])
    await run(fresh_database, tmp_path, link("immersion-facile", url, department=None))
    assert await values(fresh_database, OFFERS) == offer_keys(simulator.offers)
    marne = simulator.offers.pop()
    del simulator.offers[2:5]
    await run(fresh_database, tmp_path, link("immersion-facile", url))
    assert await values(fresh_database, OFFERS) == offer_keys([*simulator.offers, marne])
    await run(fresh_database, tmp_path, link("immersion-facile", url, department=None))
    assert await values(fresh_database, OFFERS) == offer_keys(simulator.offers)


async def test_a_key_that_is_opened_for_one_list_reads_it_alone(
    fresh_database: Database, tmp_path: Path, offers: tuple[ImmersionSimulator, str]
) -> None:
    simulator, url = offers
    simulator.closed = {"/api/v2/conventions"}
    row = link("immersion-facile", url)
    with pytest.raises(NotServed, match="SYNC_CREDENTIALS"):
        await run(fresh_database, tmp_path, row)
    assert await values(fresh_database, OFFERS) == []
    await run(fresh_database, tmp_path, replace(row, lists=("offres",)))
    assert await values(fresh_database, OFFERS) == offer_keys(simulator.offers[:30])
    simulator.closed = {"/api/v3/offers"}
    count = len(simulator.requests)
    await run(fresh_database, tmp_path, replace(row, lists=("conventions",)))
    assert [request for request in simulator.requests[count:] if "offers" in request] == []
    for lists in ((), ("offres", "stages")):
        with pytest.raises(StartRefused, match="SYNC_LIST_UNKNOWN"):
            await run(fresh_database, tmp_path, replace(row, lists=lists))
    with pytest.raises(StartRefused, match="SYNC_LIST_UNKNOWN"):
        await run(fresh_database, tmp_path, link("data-inclusion", url, lists=("structures",)))


async def test_an_employer_that_was_refused_waits_and_leaves_with_the_reading_that_takes_it(
    fresh_database: Database, tmp_path: Path, employers: tuple[EmploisSimulator, str]
) -> None:
    simulator, url = employers
    simulator.employers[0]["type"] = "ESAT"
    first = await run(fresh_database, tmp_path, link("emplois", url))
    assert first.report.codes == {"SCHEMA_INVALID": 1}
    assert await values(fresh_database, "SELECT code FROM quarantine.record") == ["SCHEMA_INVALID"]
    simulator.employers[0]["type"] = "ACI"
    await run(fresh_database, tmp_path, link("emplois", url))
    assert await values(fresh_database, "SELECT code FROM quarantine.record") == []
