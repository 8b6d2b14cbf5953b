"""What is proved of the operations of some actors over the whole model; `test_leaks_random_*` divide the actors."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from graphql import DocumentNode

from hub.outgoing.settings import OutgoingTable
from hub.outgoing.systems import SYSTEMS
from schema.days import today
from tests.conftest import Database
from tests.draws import CANARIES
from tests.e2e.canary_held import texts_in_memory
from tests.e2e.canary_inside import inside
from tests.e2e.canary_mint import marks
from tests.e2e.canary_model import plant
from tests.e2e.canary_trial import Operation, Trial, documents_of, not_held, pairs, roam, sweep
from tests.e2e.canary_writes import may_write, mutations
from tests.observability.collector import collecting

SERVED_ONCE = ("people.referent", "people.agent", "people.structure", "offers.pass_iae")
"""Tables of which a person may have several rows where one is served."""
CONNECTED = tuple(OutgoingTable(system, "https://systeme.exemple.fr") for system in SYSTEMS)
"""Every system that items are sent to, so that they can be written; nothing is sent."""


@dataclass(frozen=True, slots=True)
class Roamed:
    """All that happened: by whom, what it left where, and how many random operations there were."""

    trial: Trial
    actors: Sequence[str]
    random: int
    refused: tuple[str, ...]
    swept: dict[tuple[str, str], set[str]]
    logs: bytes
    memory: bytes
    journal: bytes
    spans: bytes


def roamed(database: Database, folder: Path, actors: Sequence[str], share: float, start: int) -> Roamed:
    """Build the world and ask all that these actors ask: a sweep, what is refused, and `share` of `CANARIES`."""
    count = round(CANARIES * share)
    # Hypothesis draws while no thread of the hub does: one that sends spans takes numbers of `random` meanwhile.
    return asyncio.run(_roamed(database, folder, actors, documents_of(count, start), count, start))


async def _roamed(
    database: Database, folder: Path, actors: Sequence[str], drawn: Sequence[DocumentNode], count: int, start: int
) -> Roamed:
    model = await plant(database, today())
    with logged() as logs, collecting() as collector:
        async with inside(database, model.actors, folder, traces=collector.traces, outgoing=CONNECTED) as hub:
            trial = Trial(hub, model)
            await sweep(trial, actors)
            swept, trial.values_read = trial.values_read, {}
            refused = []
            for actor, purpose in not_held(model, actors):
                got = await trial.ask(Operation(actor, purpose, "{ persons { nodes { id lastName } } }"))
                refused.append(f"{got.status} {dict(got.calls)}")
            before = trial.codes.total()
            await roam(trial, actors, drawn, count, start)
            random_count = trial.codes.total() - before
            memory = texts_in_memory(hub.app)
    logged_bytes, span_bytes = logs.getvalue().encode(), collector.received()
    return Roamed(
        trial, actors, random_count, tuple(refused), swept, logged_bytes, memory, await journal(database), span_bytes
    )


@contextmanager
def logged() -> Iterator[StringIO]:
    """Whatever is logged meanwhile, at any level."""
    text, root = StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(text), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield text
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


async def journal(database: Database) -> bytes:
    """Every column of every table of the journal, as text."""
    owner = await database.connect()
    try:
        tables = await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'journal'")
        rows = [row[0] for table in tables for row in await owner.fetch(f"SELECT t::text FROM journal.{table[0]} t")]
    finally:
        await owner.close()
    return "\n".join(rows).encode()


class Checks:
    """The tests; `ran` is the module's fixture."""

    def test_no_value_is_found_where_its_actor_may_not_read_it(self, ran: Roamed) -> None:
        print(f"{ran.random} random operations; all that were asked, by code: {dict(ran.trial.codes)}")
        assert not ran.trial.leaks, ran.trial.leaks[:5]

    def test_whatever_may_be_read_is_read_by_asking_everything(self, ran: Roamed) -> None:
        """The account is exact: it forbids nothing that is served, and allows nothing that is not."""
        missed = {
            f"{canary.place} of {actor} / {purpose}"
            for actor, purpose in pairs(ran.trial.model, ran.actors)
            for canary in ran.trial.model.canaries.values()
            if ran.trial.may(actor, purpose, canary)
            and canary.text not in ran.swept.get((actor, purpose), ())
            and not canary.place.startswith(SERVED_ONCE)
        }
        assert not missed, sorted(missed)[:20]

    def test_a_purpose_that_is_not_held_is_refused_before_any_subgraph(self, ran: Roamed) -> None:
        assert set(ran.refused) == {"403 {}"}
        assert len(ran.refused) == len(not_held(ran.trial.model, ran.actors))

    def test_random_operations_read_something_of_whoever_may_be_read(self, ran: Roamed) -> None:
        assert ran.trial.codes["ok"] > ran.random / 2
        readers = {actor for (actor, _), texts in ran.swept.items() if texts}
        assert readers
        blind = readers - {actor for (actor, _), texts in ran.trial.values_read.items() if texts}
        assert not blind, blind

    def test_every_mutation_is_asked_and_whoever_may_write_something_wrote(self, ran: Roamed) -> None:
        print(f"mutations, by how they ended: {dict(ran.trial.writes)}")
        assert {name for name, _ in ran.trial.writes} == mutations().keys()
        actors = ran.trial.model.actors
        writers = [
            name
            for name in mutations()
            for actor, purpose in pairs(ran.trial.model, ran.actors)
            if may_write(actors[actor], purpose, name)
        ]
        assert bool(writers) == any(ended == "written" for _, ended in ran.trial.writes)

    def test_no_valid_operation_makes_a_subgraph_fail(self, ran: Roamed) -> None:
        assert "SUBGRAPH_ERROR" not in ran.trial.codes

    def test_neither_log_journal_nor_span_holds_a_value(self, ran: Roamed) -> None:
        assert not marks(ran.logs), marks(ran.logs)
        assert len(ran.journal.splitlines()) > ran.random
        assert not marks(ran.journal), marks(ran.journal)
        assert ran.spans.count(b"POST /graphql") > ran.random
        assert not marks(ran.spans), marks(ran.spans)

    def test_no_cache_holds_a_value_save_the_literals_of_documents_and_whose_a_known_token_is(
        self, ran: Roamed
    ) -> None:
        assert b"SELECT" in ran.memory
        canaries = ran.trial.model.canaries
        bearers = {str(ran.trial.model.actors[actor].claims.get("person")) for actor in ran.actors}
        texts = (marks(ran.memory) & canaries.keys()) - ran.trial.written - bearers
        leaks = sorted(f"{canaries[text].place} = {text}" for text in texts)
        assert not leaks, leaks[:20]
