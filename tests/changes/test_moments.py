"""Whenever a change is committed within an answer, nothing is told that its reader could read neither before nor after.

One transaction ends rights and writes values, or gives rights and replaces values; it is held open, and committed just
before each statement of an answer in turn. Values of the one state must not meet rights of the other.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any
from unittest.mock import patch

import pytest
import pytest_asyncio

from hub.changes import wake
from hub.policy.enforce.verdicts import Mark
from schema.facts import Fact
from schema.local_state import LocalState
from subgraphs.kit.back_end import BackEnd
from tests.changes.conftest import DELTA, FOLLOWED, PEOPLE, REFERENT
from tests.changes.test_live import Stream, stream
from tests.conftest import Database
from tests.e2e.canary_inside import Inside
from tests.e2e.test_leaks_holes import blind, wide
from tests.kit.conftest import Rows, person_id

pytestmark = pytest.mark.asyncio(loop_scope="module")
ENDED = b"(the token ended)"
BEFORE, AFTER = "2031-03-04", "2032-05-06"
"""Texts of before and after, which are days too."""
SHOWN = "id firstName lastName contact { email } appointments(first: 20) { nodes { id startsAt } }"
LIST = PEOPLE % SHOWN
PERSON = f'{{ person(id: "{person_id(1)}") {{ {SHOWN} }} }}'
UP = f"{{ appointments(first: 20) {{ nodes {{ id startsAt person {{ {SHOWN} }} }} }} }}"
RECORD = f"""mutation ($input: RecordAppointmentInput!) {{
    recordAppointment(input: $input) {{ id startsAt person {{ {SHOWN} }} }} }}"""
NOON = datetime(2026, 11, 19, 12, tzinfo=UTC)
VALUES = ("people.person SET first_name", "people.contact SET email", "appointments.appointment SET starts_at")


def written(text: str) -> list[str]:
    """The statements that make one text of all that is read of everybody."""
    return [f"UPDATE {column} = '{text} 12:00'" for column in VALUES]


@dataclass(frozen=True)
class Change:
    """What one transaction does after the world was `prepared` so; `shut` may be read neither before nor after."""

    prepared: Sequence[str]
    statements: Sequence[str]
    shut: str


LINKED = f"UPDATE access.link SET scope_id = '{FOLLOWED[1]}'"
UNLINKED = "UPDATE access.link SET scope_id = 'of someone else'"
LIMITED = f"UPDATE access.person SET restrictions = {int(Fact.LIMITATION)}"
FREE = "UPDATE access.person SET restrictions = 0"
MERGED = (
    f"INSERT INTO access.merged VALUES ('{person_id(2)}', '{person_id(1)}')",
    f"UPDATE appointments.appointment SET unmerged_person_id = '{person_id(2)}'",
)
PARTED = (
    "DELETE FROM access.merged",
    f"UPDATE appointments.appointment SET unmerged_person_id = NULL, person_id = '{person_id(2)}'",
    written(AFTER)[2],
)
WHOLE = f"UPDATE appointments.appointment SET unmerged_person_id = NULL, person_id = '{person_id(1)}'"
CHANGES = {
    "the link ends": Change((), (UNLINKED, *written(AFTER)), AFTER),
    "a limitation begins": Change((), (*written(AFTER), LIMITED), AFTER),
    "a link begins": Change((UNLINKED,), (*written(AFTER), LINKED), BEFORE),
    "a limitation ends": Change((LIMITED,), (FREE, *written(AFTER)), BEFORE),
    "a merge is undone": Change(MERGED, PARTED, AFTER),
}
DOCUMENTS = {"list": LIST, "person": PERSON, "from below": UP, "changes": DELTA % SHOWN}


@contextmanager
def before_statement(number: int, act: Callable[[], Awaitable[None]]) -> Iterator[None]:
    """Act once, before the statement of this number that the hub and its subgraphs make meanwhile."""
    rows, numbers = BackEnd.rows, count()

    async def counted(connection: BackEnd, sql: str, arguments: Sequence[Any]) -> Any:
        if next(numbers) == number:
            await act()
        return await rows(connection, sql, arguments)

    with patch.object(BackEnd, "rows", counted):
        yield


class OpenTransaction:
    """A transaction that is open; committed before the statement of this number, counted from its beginning."""

    def __init__(self, connection: Any, at: int) -> None:
        self.connection, self.at, self.is_committed = connection, at, False

    async def commit(self) -> None:
        """Let everybody see it."""
        if not self.is_committed:
            self.is_committed = True
            await self.connection.execute("COMMIT")

    def counting(self) -> AbstractContextManager[None]:
        """Count the statements of the hub and its subgraphs meanwhile."""
        return before_statement(self.at, self.commit)


@asynccontextmanager
async def open_transaction(database: Database, change: Change, at: int) -> AsyncIterator[OpenTransaction]:
    """The transaction of a change, done and not committed; committed at last."""
    connection = await database.connect()
    try:
        await connection.execute("BEGIN")
        for statement in change.statements:
            await connection.execute(statement)
        transaction = OpenTransaction(connection, at)
        yield transaction
        await transaction.commit()
    finally:
        await connection.close()


@pytest_asyncio.fixture(loop_scope="module")
async def someone(world: Rows) -> Rows:
    """Someone whom the référente follows, with rows in two subgraphs, and someone whom she does not."""
    await world.person(1, FOLLOWED)
    await world.person(2)
    await world.sourced("people.contact", person_id=person_id(1), phones=[], origin="PERSONNE", authorisation="I")
    await appointment(world, 21)
    return world


async def appointment(world: Rows, number: int) -> None:
    """A rendez-vous of theirs."""
    await world.sourced(
        "appointments.appointment", id=person_id(number), person_id=person_id(1), starts_at=NOON, status="INCONNU",
        rdv_source_id=str(number), subject_source_id="1",
    )  # fmt: skip


async def prepare(world: Rows, change: Change) -> None:
    """All is as it was, but for what the change says."""
    for statement in ("DELETE FROM access.merged", WHOLE, LINKED, FREE, *written(BEFORE), *change.prepared):
        await world.connection.execute(statement)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
async def test_no_value_of_one_state_meets_the_rights_of_another(
    hub: Inside, someone: Rows, database: Database, document: str, change: Change
) -> None:
    counts, at, is_within = set(), 0, True
    while is_within:
        await prepare(someone, change)
        async with open_transaction(database, change, at) as transaction:
            with transaction.counting():
                answer = await hub.ask(REFERENT, document)
            is_within, at = transaction.is_committed, at + 1
        assert answer.data is not None
        assert change.shut.encode() not in answer.body, f"committed before statement {at}"
        counts.add(answer.body.count(BEFORE.encode()) + answer.body.count(AFTER.encode()))
    assert len(counts) > 1


@pytest.mark.parametrize("change", ["the link ends", "a link begins", "a merge is undone"])
async def test_a_mutation_answers_no_value_of_one_state_by_the_rights_of_another(
    hub: Inside, someone: Rows, database: Database, change: str
) -> None:
    codes, at, is_within = set(), 0, True
    while is_within:
        await prepare(someone, CHANGES[change])
        written_to = {
            "person": person_id(1),
            "startsAt": NOON.isoformat(),
            "idempotencyKey": f"{change[2:]} {at}".replace(" ", "-"),
        }
        async with open_transaction(database, CHANGES[change], at) as transaction:
            with transaction.counting():
                answer = await hub.ask(REFERENT, RECORD, {"input": written_to})
            is_within, at = transaction.is_committed, at + 1
        assert CHANGES[change].shut.encode() not in answer.body, f"committed before statement {at}"
        codes.add(answer.code if answer.data["recordAppointment"] is None else "OK")
    assert {"OK"} <= codes <= {"OK", "WRITE_REFUSED"}
    assert at > 1


@pytest.mark.parametrize("change", ["the link ends", "a limitation begins"])
async def test_an_event_of_an_open_query_tells_no_value_of_after_its_readers_right_and_then_withdraws(
    hub: Inside, someone: Rows, database: Database, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake, "TOGETHER", 0.0)
    at, is_within = 0, True
    while is_within:
        await prepare(someone, CHANGES[change])
        async with (
            open_transaction(database, CHANGES[change], at) as transaction,
            stream(hub, REFERENT, DELTA % SHOWN) as opened,
        ):
            assert await opened.read_event() == ([person_id(1)], [])
            with transaction.counting():
                await appointment(someone, 22 + at)
                event = await opened.read_event()
            is_within, at = transaction.is_committed, at + 1
            await transaction.commit()
            while not event[1]:
                event = await opened.read_event()
            assert event == ([], [(person_id(1), "WITHDRAWN")])
            assert AFTER.encode() not in opened.text, f"committed before statement {at}"
    assert at > 5


@pytest.mark.parametrize(("end", "code"), [("expiry", "TOKEN_EXPIRED"), ("revocation", "ACCESS_REVOKED")])
async def test_no_event_leaves_once_the_token_of_its_reader_has_ended_while_it_was_answered(
    hub: Inside, someone: Rows, end: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake, "TOGETHER", 0.0)
    ended: set[str] = set()
    pipeline, clock = hub.app.pipeline, hub.app.pipeline.clock
    timed = replace(pipeline, clock=lambda: clock() + 24 * 3600 * len(ended & {"expiry"}))
    monkeypatch.setattr(hub.app._live, "_pipeline", timed)
    monkeypatch.setattr(LocalState, "revoked", lambda state, names: "revocation" in ended)
    at, was_told = 0, False
    while not was_told:
        ended.clear()
        await prepare(someone, Change((), (), AFTER))
        async with stream(hub, REFERENT, DELTA % SHOWN) as opened:
            await opened.event()

            async def over(opened: Stream = opened) -> None:
                ended.add(end)
                await opened.received.put({"body": ENDED})

            with before_statement(at, over):
                await someone.connection.execute(written(AFTER)[0])
                while AFTER.encode() not in opened.text and await opened.chunk():
                    pass
            told, _, since = opened.text.partition(ENDED)
            was_told, at = AFTER.encode() in told, at + 1
            assert AFTER.encode() not in since, f"ended before statement {at}"
            assert was_told or code.encode() in since
    assert at > 5


async def test_values_that_leave_are_seen(hub: Inside, someone: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mark, "decide", blind)
    for transport in hub.transports.values():
        monkeypatch.setattr(transport, "asks_as", wide)
    await prepare(someone, Change(written(AFTER), (), AFTER))
    await someone.connection.execute(LIMITED)
    for document in DOCUMENTS.values():
        assert AFTER.encode() in (await hub.ask(REFERENT, document)).body


async def test_no_function_that_reads_for_a_statement_sees_what_the_statement_does_not(world: Rows) -> None:
    volatile = """SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace
        WHERE nspname <> 'journal' AND nspname !~ '^(pg_|information_schema)' AND provolatile = 'v'
            AND prorettype <> 'trigger'::regtype"""
    assert await world.connection.fetch(volatile) == []
