"""Signals of a journey at risk: a fact that the actor reads raises one, and what it does not read neither raises one
nor keeps one away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from schema.days import PARIS
from schema.facts import Fact
from schema.residual import Clause, Residual, Rule
from subgraphs.kit.server import Subgraph
from subgraphs.kit.transactions import Database as Pool
from subgraphs.trainings.queries import MODEL as TRAININGS
from tests.conftest import Database
from tests.kit.conftest import AGENT, NOW, POLICY, Rows, context, person_id, residual

TODAY = datetime.fromtimestamp(NOW, PARIS).date()
FOLLOWING = (Clause(int(Fact.REFERENT), 0, int(Fact.LIMITATION)),)
DROPPING = Rule(FOLLOWING, ((int(Fact.VALUE_JUST), ()),))
MISSING = Rule(FOLLOWING, ((int(Fact.VALUE_ASSIDU), FOLLOWING),))
SPIP = "00000000-0000-4000-8000-0000000000c2"
READ: dict[str, tuple[Clause, ...]] = dict.fromkeys(
    (
        "Appointment.day", "Contract.endsOn", "Contract.startsOn", "Orientation.pathway", "Orientation.startsOn",
        "Orientation.endsOn", *(f"TrainingPlacement.{name}" for name in ("status", "proposedOn", "endedOn")),
    ),
    FOLLOWING,
)  # fmt: skip
TYPES = dict.fromkeys(("Person", "Contract", "Orientation", "TrainingPlacement"), FOLLOWING)


def reading(*, justice: bool = False, follow_up: bool = True) -> Residual:
    """What is read; of appointments, those at a SPIP or not, and absences or not."""
    row = Rule(FOLLOWING, ((int(Fact.VALUE_JUST), FOLLOWING),)) if justice else DROPPING
    status = MISSING if follow_up else Rule(FOLLOWING, ((int(Fact.VALUE_ASSIDU), ()),))
    return residual({**TYPES, "Appointment": row}, {**READ, "Appointment.status": status})


@pytest.fixture
async def trainings(fresh_database: Database) -> AsyncIterator[Subgraph]:
    pool = Pool(fresh_database.dsn("trainings_query"), 2)
    await pool.open()
    yield Subgraph(TRAININGS, pool, policy=POLICY, cursors=b"c" * 32)
    await pool.close()


@pytest.fixture
async def followed(rows: Rows) -> Rows:
    """Five people whom the actor follows, the fifth under a limitation, and a sixth of somebody else."""
    for number in range(1, 7):
        access = {"restrictions": int(Fact.LIMITATION)} if number == 5 else {}
        await rows.person(number, *(() if number == 6 else ((Fact.REFERENT, AGENT),)), access=access)
    await rows.sourced("appointments.organisation", id=SPIP, name="SPIP", sensitivity="JUST")
    return rows


def at(days: int, hour: int = 9, minute: int = 0) -> datetime:
    """An instant of a day, in universal time."""
    day = TODAY + timedelta(days)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


async def rendezvous(rows: Rows, person: int, starts_at: datetime, status: str = "VU", **values: Any) -> None:
    await rows.sourced(
        "appointments.appointment", id=person_id(500 + rows.count), person_id=person_id(person), starts_at=starts_at,
        status=status, rdv_source_id="1", subject_source_id="1", **values,
    )  # fmt: skip


async def signal(subgraph: Subgraph, root: str, days: int, rights: Residual | None = None) -> list[int]:
    """The numbers of the people of a list, row by row."""
    query = f"query($d: Int!) {{ {root}(days: $d) {{ nodes {{ person {{ id }} }} _judged {{ _access }} }} }}"
    answer = await subgraph.execute(query, {"d": days}, context(rights or reading()))
    assert "errors" not in answer, answer
    nodes = answer["data"][root]["nodes"]
    judged = {row["_access"][0] for row in answer["data"][root]["_judged"]}
    assert {node["person"]["id"] for node in nodes} <= judged
    assert not judged & {person_id(5), person_id(6)}
    return [int(node["person"]["id"][-4:]) for node in nodes]


async def test_two_absences_in_the_period_are_a_signal_for_whoever_reads_absences(
    followed: Rows, appointments: Subgraph
) -> None:
    for person, days in {1: (-3, -30), 2: (-3,), 3: (-3, -31), 5: (-3, -4), 6: (-3, -4)}.items():
        for count in days:
            await rendezvous(followed, person, at(count), "ABSENT")
    await rendezvous(followed, 2, at(-5), "VU")
    await rendezvous(followed, 4, at(-3), "ABSENT")
    await rendezvous(followed, 4, at(-4), "ABSENT", organisation_id=SPIP)
    assert await signal(appointments, "repeatedAbsences", 30) == [1, 1]
    assert sorted(await signal(appointments, "repeatedAbsences", 31)) == [1, 1, 3, 3]
    assert await signal(appointments, "repeatedAbsences", 30, reading(follow_up=False)) == []
    assert sorted(await signal(appointments, "repeatedAbsences", 30, reading(justice=True))) == [1, 1, 4, 4]


async def test_the_day_of_an_absence_is_that_of_paris(followed: Rows, appointments: Subgraph) -> None:
    """In October, 22:30 in universal time is half past midnight of the next day."""
    await rendezvous(followed, 1, at(-31, 22, 30), "ABSENT")
    await rendezvous(followed, 2, at(-31, 21, 30), "ABSENT")
    for person in (1, 2):
        await rendezvous(followed, person, at(-1), "ABSENT")
    assert await signal(appointments, "repeatedAbsences", 30) == [1, 1]


async def test_what_one_does_not_read_keeps_no_signal_away(followed: Rows, appointments: Subgraph) -> None:
    """A rendez-vous at a SPIP is not there for whoever may not know of it: a signal that is missing would tell."""
    for person in range(1, 7):
        await rendezvous(followed, person, at(-100))
    await rendezvous(followed, 2, at(-10), organisation_id=SPIP)
    await rendezvous(followed, 3, at(20), "INCONNU")
    await rendezvous(followed, 4, at(-20), "EXCUSE")
    await rendezvous(followed, 4, at(20), "ANNULE")
    assert sorted(await signal(appointments, "lostContacts", 60)) == [1, 2, 4]
    assert sorted(await signal(appointments, "lostContacts", 60, reading(justice=True))) == [1, 4]
    assert await signal(appointments, "lostContacts", 100) == []
    assert sorted(await signal(appointments, "lostContacts", 99)) == [1, 2, 4]


async def test_one_last_rendezvous_is_told_of_two_on_a_day(followed: Rows, appointments: Subgraph) -> None:
    for hour in (9, 9, 14):
        await rendezvous(followed, 1, at(-90, hour))
    assert await signal(appointments, "lostContacts", 60) == [1]


async def test_a_contract_that_ends_soon_is_a_signal_unless_another_follows(followed: Rows, people: Subgraph) -> None:
    async def contract(person: int, ends: int | None, starts: int = -300) -> None:
        await followed.sourced(
            "people.contract", id=person_id(700 + followed.count), person_id=person_id(person), kind="CER",
            starts_on=TODAY + timedelta(starts), ends_on=None if ends is None else TODAY + timedelta(ends),
        )  # fmt: skip

    for person in range(1, 7):
        await contract(person, 30)
    await contract(2, 200)
    await contract(3, None, -10)
    await contract(4, None, -400)
    assert sorted(await signal(people, "endingContracts", 30)) == [1, 4]
    assert await signal(people, "endingContracts", 29) == []
    hidden = residual(TYPES, {name: rule for name, rule in READ.items() if name != "Contract.endsOn"})
    assert await signal(people, "endingContracts", 30, hidden) == []


async def test_two_open_orientations_to_different_pathways_are_a_signal(followed: Rows, people: Subgraph) -> None:
    async def orientation(person: int, pathway: str, starts: int, ends: int | None = None) -> None:
        await followed.sourced(
            "people.orientation", id=person_id(700 + followed.count), person_id=person_id(person), pathway=pathway,
            starts_on=TODAY + timedelta(starts), ends_on=None if ends is None else TODAY + timedelta(ends),
        )  # fmt: skip

    for person in (1, 2, 3, 4, 5, 6):
        await orientation(person, "SOCIAL", -100)
    await orientation(1, "EMPLOI", -20)
    await orientation(2, "SOCIAL", -20)
    await orientation(3, "EMPLOI", -20, -1)
    await orientation(4, "EMPLOI", 5)
    await orientation(5, "EMPLOI", -20)
    assert await signal(people, "conflictingOrientations", 30) == [1, 1]
    assert await signal(people, "conflictingOrientations", 10) == []


async def test_a_training_that_was_abandoned_is_a_signal_unless_another_took_its_place(
    followed: Rows, trainings: Subgraph
) -> None:
    async def placement(person: int, status: str, proposed: int, ended: int | None = None) -> None:
        await followed.sourced(
            "trainings.placement", id=person_id(700 + followed.count), person_id=person_id(person), session_id="S1",
            status=status, proposed_on=TODAY + timedelta(proposed),
            ended_on=None if ended is None else TODAY + timedelta(ended),
        )  # fmt: skip

    for person in range(1, 7):
        await placement(person, "ABANDONNE", -200, -20)
    await placement(2, "ENTRE", -10)
    await placement(3, "PROPOSE", -10)
    await placement(4, "TERMINE", -300, -100)
    assert sorted(await signal(trainings, "abandonedTrainings", 30)) == [1, 3, 4]
    assert await signal(trainings, "abandonedTrainings", 19) == []


@pytest.mark.parametrize("days", [None, 6, 366, 0, -30, True, "30", 30.5])
async def test_days_have_bounds(appointments: Subgraph, days: Any) -> None:
    query = "query($d: Int!) { repeatedAbsences(days: $d) { nodes { id } _judged { _access } } }"
    answer = await appointments.execute(query, {"d": days}, context(reading()))
    assert answer["errors"][0]["extensions"]["code"] in ("BAD_INPUT", "OPERATION_REFUSED")
    assert answer.get("data") in (None, {"repeatedAbsences": None})


async def test_a_signal_is_raised_only_for_whoever_asks_whom_it_judges(followed: Rows, appointments: Subgraph) -> None:
    query = "query($d: Int!) { repeatedAbsences(days: $d) { nodes { id } } }"
    answer = await appointments.execute(query, {"d": 30}, context(reading()))
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN_INPUT"


def test_a_day_has_one_meaning() -> None:
    assert date(2026, 11, 18) == TODAY
