"""Whatever way leads out of the hub, nothing leaves by it that its reader may not read at that moment.

Pages of changes, open streams, subscribers, exports, mutations, what is sent to other systems, lists and journals, at
random while the world changes; then logs, metrics and spans; then holes, each of which the search must find.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from prometheus_client import generate_latest

from hub.changes import change_list
from hub.changes.change_list import ChangeList
from hub.changes.cursor import Cursors
from hub.policy.enforce.verdicts import Mark
from hub.subscriptions import rounds
from hub.subscriptions.delivery import Message
from schema.facts import RELATIONS
from tests.conftest import Database
from tests.draws import WAYS, WAYS_SEED
from tests.e2e.canary_checks import journal
from tests.e2e.canary_mint import marks
from tests.e2e.canary_pages import DELTA
from tests.e2e.canary_trial import Operation
from tests.e2e.canary_turmoil import write
from tests.e2e.canary_ways import Ways, page, ways_out
from tests.e2e.test_leaks_holes import blind, wide

pytestmark = pytest.mark.asyncio(loop_scope="module")
LEAST_READABLE = {
    "page": 4,
    "stream": 2,
    "webhook": 2,
    "export": 2,
    "export file": 2,
    "query": 1,
    "subgraph answer": 20,
}
"""How often each way out gave something that its reader may read, at least."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ways(database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ways]:
    """All ways, taken as often as the draws say."""
    async with ways_out(database, tmp_path_factory.mktemp("ways"), WAYS_SEED) as out:
        for number in range(WAYS):
            await out.run(1)
            if (number + 1) % 500 == 0:
                print(f"{time.strftime('%X')} {summary(out)}", flush=True)
        yield out


def summary(ways: Ways) -> str:
    """What was done so far, and what was found."""
    judge = ways.judge
    counts = (ways.operations, judge.answers, judge.readable, ways.turmoil.changes, ways.exports.ended, ways.codes)
    wrong = (*ways.judge.leaks[:5], *ways.wrongs[:5], *ways.exports.wrongs[:5])
    written = sum(count for (_, ended), count in ways.writes.items() if ended == "written")
    return f"{ways.operations.total()} operations; {[dict(part) for part in counts]}; {written} written; {wrong}"


async def test_nothing_leaves_by_any_way_that_its_reader_may_not_read_then(ways: Ways) -> None:
    print(summary(ways))
    assert ways.judge.leaks == []


async def test_every_way_was_taken_and_gave_something_to_whoever_may_read_it(ways: Ways) -> None:
    readable = ways.judge.readable
    assert {way: readable[way] for way, least in LEAST_READABLE.items() if readable[way] < least} == {}
    assert ways.judge.answers["journal"]
    assert {"end_links", "restrict", "write", "merge", "read_file"} <= ways.turmoil.changes.keys()


async def test_nobody_goes_on_from_a_cursor_or_from_an_export_of_another(ways: Ways) -> None:
    assert ways.wrongs + ways.exports.wrongs == []
    assert ways.judge.answers["page of another"]
    assert ways.exports.ended["KILLED"]
    assert ways.exports.ended["STOPPED"]


async def test_neither_log_nor_metric_nor_span_nor_journal_holds_a_value(ways: Ways, database: Database) -> None:
    values = ways.judge.states.values
    logs, spans = ways.logs.getvalue().encode(), ways.collector.received()
    metrics = generate_latest(ways.meters.registry)
    assert logs
    assert b"spie_request_seconds" in metrics
    assert b"POST /graphql" in spans
    for data in (logs, metrics, spans, await journal(database)):
        assert not marks(data) & values


ADVISER = ("conseiller-ft", "suivi")
PEOPLE = "id lastName"
PROTECTED = "id constraints { id theme } referrals(first: 20) { nodes { id } } appointments(first: 20) { nodes { id } }"


@pytest.fixture
def leaks(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], set[str]]]:
    """The ways and columns of what leaks from now on; holes are bored by `monkeypatch`, which closes them."""
    earlier_leaks, ways.judge.leaks = ways.judge.leaks, []
    yield lambda: {leak.partition(" = ")[0] for leak in ways.judge.leaks}
    ways.judge.leaks = earlier_leaks
    for transport in ways.hub.transports.values():
        transport.asks_as = lambda context: context


def unread(ways: Ways, place: str) -> str:
    """A value of this column that the adviser may not read now."""
    state, (actor, purpose) = ways.judge.states.states[-1], ADVISER
    texts = ways.model.texts(place)
    return next(text for text in texts if not state.may(ways.model.actors[actor], purpose, text))


async def test_an_export_of_a_hub_without_policy_is_found(
    ways: Ways, leaks: Callable[[], set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Mark, "decide", blind)
    for transport in ways.hub.transports.values():
        transport.asks_as = wide
    await ways.exports.begin(*ADVISER, PROTECTED, Random(2), DELTA)
    if ways.exports.stopped is not None:
        await ways.exports.resume(ADVISER[0])
    await ways.settle(ways.judge.states.last)
    assert {"export", "export file"} <= {place.partition(": ")[0] for place in leaks()}, ways.exports.ended


async def test_an_event_and_a_message_that_tell_of_someone_else_are_found(
    ways: Ways, leaks: Callable[[], set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, read = ways.judge.states.last, ChangeList.page
    await ways.listeners.subscribe(*ADVISER, DELTA % PEOPLE, None, first)
    await ways.listeners.listen(*ADVISER, DELTA % PEOPLE, None, {})
    await ways.settle(first)
    assert leaks() == set()
    nobody = unread(ways, "people.person.id")

    async def spread(*arguments: Any) -> Any:
        answered = await read(*arguments)
        gone = {"id": unread(ways, "people.person.id"), "kind": "MERGED", "into": nobody}
        return answered | {"withdrawn": [gone | {"_access": [nobody, int(RELATIONS)]}]}

    monkeypatch.setattr(ChangeList, "page", spread)
    async with ways.turmoil.changing():
        await write(ways.turmoil)
    await ways.settle(first)
    assert {"webhook: people.person.id", "stream: people.person.id"} <= leaks()


async def test_a_message_with_a_value_is_found(
    ways: Ways, leaks: Callable[[], set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    name, make = unread(ways, "people.person.last_name"), rounds._message

    def talkative(*arguments: Any) -> Message:
        message = make(*arguments)
        return replace(message, body=message.body[:-1] + f',"name":"{name}"}}'.encode())

    monkeypatch.setattr(rounds, "_message", talkative)
    first = ways.judge.states.last
    await ways.listeners.subscribe(*ADVISER, DELTA % PEOPLE, None, first)
    async with ways.turmoil.changing():
        await ways.turmoil.execute("UPDATE people.person SET last_name = $1", ways.turmoil.text())
    await ways.settle(first)
    assert "webhook: people.person.last_name" in leaks()


async def test_a_page_from_the_cursor_of_another_is_found(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Cursors, "open", lambda self, sealed: None)
    for _ in range(60):
        if not ways.wrongs:
            await ways.take(page)
    assert ways.wrongs
    ways.wrongs.clear()


async def test_a_log_line_with_a_value_is_found(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    before, outcome = len(ways.logs.getvalue()), ChangeList._outcome

    def talkative(changes: ChangeList, row: Any, *arguments: Any, **options: Any) -> Any:
        logging.getLogger("hub").debug("told of %s", row["person_id"])
        return outcome(changes, row, *arguments, **options)

    monkeypatch.setattr(ChangeList, "_outcome", talkative)
    await ways.ask(Operation(*ADVISER, DELTA % "id"), "page", document=DELTA % "id")
    assert marks(ways.logs.getvalue()[before:].encode()) & ways.judge.states.values


async def test_a_survivor_whom_one_may_not_read_is_found(
    ways: Ways, leaks: Callable[[], set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = DELTA % "id"
    await ways.ask(Operation(*ADVISER, document, {"first": 100}), "page", document=document)
    cursor, nobody, withdrawal = ways.judge.cursors[-1], unread(ways, "people.person.id"), change_list._withdrawal
    monkeypatch.setattr(change_list, "_withdrawal", lambda *row, **kind: withdrawal(*row, **kind) | {"into": nobody})
    async with ways.turmoil.changing():
        await ways.turmoil.execute("UPDATE access.link SET valid_from = '2020-01-01', valid_until = '2020-01-02'")
    await ways.ask(Operation(*ADVISER, document, {"since": cursor.text, "first": 100}), "page", cursor, document)
    await ways.settle(ways.judge.states.last)
    assert "page: people.person.id" in leaks()
