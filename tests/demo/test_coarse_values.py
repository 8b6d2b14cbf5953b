"""The demo's data hide each protected value among enough ordinary people, and the check tells where they do not."""

from __future__ import annotations

import asyncio

import pytest

from demo import source_files
from demo.ingestion import load
from hub.cli.coarse_values import CoarseValue, read
from hub.cli.policy import LEAST_ORDINARY
from schema.days import today
from tests.cli.commands import hub
from tests.conftest import Database


@pytest.fixture(scope="module")
def demo(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Database:
    files = source_files.write(tmp_path_factory.mktemp("demo"), today(), database.keys.webhook("rdv-insertion"))
    asyncio.run(load(files, dsn=database.dsn, keys=database.keys, today=today()))
    return database


def counted(database: Database) -> list[CoarseValue]:
    return asyncio.run(read(database.admin_dsn))


def test_each_coarse_value_of_the_demo_hides_the_protected_ones_among_ordinary_people(demo: Database) -> None:
    values = counted(demo)
    assert {value.coordinate for value in values} >= {"Person.workSituation", "Motive.category", "Appointment.status"}
    assert [str(value) for value in values if value.ordinary < LEAST_ORDINARY] == []


async def test_48_a_coarse_value_that_only_protected_people_carry_is_found_and_the_check_fails(demo: Database) -> None:
    keys = ("--keys", demo.keys.directory)
    whole = hub("policy", "check", "--data", *keys, database_url=demo.admin_dsn)
    assert (whole.code, whole.err) == (0, "")
    assert "valeurs communes" in whole.out
    connection = await demo.connect()
    try:
        await connection.execute(
            "UPDATE appointments.appointment SET motive_category = 'rsa_follow_up', motive_type = 'rsa_accompagnement'"
            " WHERE motive_category IS NULL"
        )
        rare = hub("policy", "check", "--data", *keys, database_url=demo.admin_dsn)
    finally:
        await connection.close()
    lines = rare.err.strip().splitlines()
    assert rare.code == 1
    assert all("Motive.category, AUTRE (type autre)" in line for line in lines)
    assert {line.split(",")[0] for line in lines} == {"département 08", "département 2A"}
    assert all(line.endswith("parmi 0 ordinaire(s), il en faut 10 [COARSE_VALUE_RARE]") for line in lines)


def test_fewer_ordinary_people_may_be_asked_for_but_never_one(demo: Database) -> None:
    keys = ("--keys", demo.keys.directory)
    assert hub("policy", "check", "--data", "--least", "1", *keys, database_url=demo.admin_dsn).code == 2
    for value in counted(demo):
        assert value.ordinary + value.protected > 0
