"""The canaries can find a leak: each hole that is bored into a lock, a subgraph, an error, a log, a cache is found."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import true

from hub import pipeline
from hub.errors import VariablesRefused
from hub.federation.execution.execute import execute
from hub.journal.record import Entry
from hub.journal.write import journalling as accesses
from hub.policy.enforce.verdicts import Mark, Verdict
from hub.prepare import Preparer
from schema.context import Context
from schema.days import today
from schema.facts import RELATIONS, VALUE_FACTS
from schema.residual import Clause, Residual, Rule
from subgraphs.kit import facts_sql as facts
from subgraphs.kit import guards, root_sql
from tests.conftest import Database
from tests.e2e.canary_checks import journal, logged
from tests.e2e.canary_held import texts_in_memory
from tests.e2e.canary_inside import Inside, inside
from tests.e2e.canary_mint import marks
from tests.e2e.canary_model import SENSITIVE, Model, plant
from tests.e2e.canary_operations import all_of
from tests.e2e.canary_trial import Operation, Trial

NOBODYS = "nobody's"
ALWAYS = (Clause(int(RELATIONS)),)
WIDE = Rule(ALWAYS, tuple((int(bit), ALWAYS) for bit in VALUE_FACTS.values()))
AskEverything = Callable[..., Awaitable[Trial]]
Asked = Callable[..., AbstractAsyncContextManager[tuple[Trial, Inside]]]


@pytest.fixture(scope="module")
def model(database: Database) -> Model:
    return asyncio.run(plant(database, today()))


@pytest.fixture
def asked(model: Model, database: Database, tmp_path: Path) -> Asked:
    """A running hub of which an actor has asked everything of everyone, and what the canaries found."""

    @asynccontextmanager
    async def asked_hub(actor: str, purpose: str, **lies: Any) -> AsyncIterator[tuple[Trial, Inside]]:
        async with inside(database, model.actors, tmp_path) as hub:
            trial = Trial(hub, model)
            for transport in hub.transports.values():
                for name, lie in lies.items():
                    setattr(transport, name, lie)
            query = f"{{ persons(first: 100) {{ nodes {{ {all_of('Person')} }} }} }}"
            await trial.ask(Operation(actor, purpose, query))
            person = model.persons[NOBODYS]
            await trial.ask(
                Operation(actor, purpose, "query ($id: ID!) { person(id: $id) { id lastName } }", {"id": person})
            )
            yield trial, hub

    return asked_hub


@pytest.fixture
def ask_everything(asked: Asked) -> AskEverything:
    """What the canaries find when an actor asks everything of everyone."""

    async def ask(actor: str, purpose: str, **lies: Any) -> Trial:
        async with asked(actor, purpose, **lies) as (trial, _):
            return trial

    return ask


def places(trial: Trial, where: str) -> set[str]:
    """The columns whose values leaked there."""
    parts = (leak.partition(": ") for leak in trial.leaks)
    return {value.partition(" = ")[0] for place, _, value in parts if place == where}


def wide(context: Context) -> Context:
    """The same context, whose residual allows all that it names, and whatever it does not."""
    residual = context.residual
    rules = dict.fromkeys(residual.fields, WIDE)
    return context._replace(
        residual=Residual(dict.fromkeys(residual.rows, WIDE), rules, residual.retentions, residual.items)
    )


def blind(self: Mark, facts: int, absent: frozenset[str]) -> Verdict:
    return Verdict(frozenset(), self.keys, frozenset())


async def test_without_a_hole_nothing_is_found(asked: Asked) -> None:
    async with asked("conseiller-ft", "suivi") as (trial, hub):
        memory = texts_in_memory(hub.app)
    assert trial.leaks == []
    assert trial.values_read["conseiller-ft", "suivi"]
    assert not marks(memory) & trial.model.canaries.keys()


async def test_a_residual_that_allows_all_is_found_between_subgraph_and_hub_and_the_guard_still_holds(
    ask_everything: AskEverything,
) -> None:
    """Save what edges reveal, which the subgraph decides alone (docs/policy.md#edges)."""
    trial = await ask_everything("conseiller-ft", "suivi", asks_as=wide)
    assert places(trial, "subgraph answer") >= {"people.person_constraint.id", "offers.referral.id"}
    assert places(trial, "answer") <= {
        canary.place
        for canary in trial.model.canaries.values()
        if SENSITIVE.keys() & {name for name, _ in canary.row.protected}
    }


async def test_a_residual_that_allows_all_and_no_guard_are_found_in_the_answer(
    ask_everything: AskEverything, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Mark, "decide", blind)
    trial = await ask_everything("conseiller-ft", "suivi", asks_as=wide)
    assert {"people.person_constraint.id", "offers.referral.id"} <= places(trial, "answer")


async def test_rows_kept_for_a_value_that_is_not_the_actors_are_found(
    ask_everything: AskEverything, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "value_allowed_sql", lambda *_: true())
    trial = await ask_everything("referent-b", "suivi")
    assert places(trial, "subgraph answer") >= {"people.person_constraint.id", "offers.referral.id"}
    assert not places(trial, "answer")
    monkeypatch.setattr(Rule, "value_allowed", lambda *_: True)
    trial = await ask_everything("referent-b", "suivi")
    assert places(trial, "answer") >= {"people.person_constraint.id", "offers.referral.id"}


async def test_an_edge_served_whatever_it_reveals_is_found(
    ask_everything: AskEverything, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards.Guards, "link_condition", lambda *_: True)
    trial = await ask_everything("referent-b", "suivi")
    assert places(trial, "answer") >= {"people.structure.id", "people.agent.last_name"}
    assert "appointments.organisation.name" not in places(trial, "answer"), "the rows that have it are not there"


async def test_a_forgotten_join_on_links_is_held_by_row_security_and_found_without_it(
    ask_everything: AskEverything, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list by ids finds its people along the links by itself: it takes the way of every other order here."""
    monkeypatch.setattr(root_sql, "is_in_order_of_people", lambda *_: False)
    monkeypatch.setattr(facts, "linked", lambda *_: true())
    trial = await ask_everything("referent-b", "suivi")
    assert trial.leaks == []
    monkeypatch.setattr(Database, "dsn", lambda self, role: self.admin_dsn)
    trial = await ask_everything("referent-b", "suivi")
    assert "people.person.last_name" in places(trial, "answer")


async def test_a_value_sent_to_a_subgraph_that_the_client_did_not_send_is_found(
    ask_everything: AskEverything, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spread(**claims: Any) -> Context:
        return Context(**{**claims, "scopes": (*claims["scopes"], f"1 {model.persons[NOBODYS]}")})

    monkeypatch.setattr(pipeline, "Context", spread)
    trial = await ask_everything("referent-b", "suivi")
    assert places(trial, "subgraph request") == {"people.person.id"}


async def test_an_error_that_repeats_a_variable_is_found(
    ask_everything: AskEverything, monkeypatch: pytest.MonkeyPatch
) -> None:
    def repeat(preparer: Any, prepared: Any, variables: Any) -> Any:
        raise VariablesRefused("VARIABLES", f"refusé : {variables}", "refused")

    monkeypatch.setattr(Preparer, "bind_variables", repeat)
    trial = await ask_everything("referent-b", "suivi")
    assert places(trial, "answer") == {"people.person.id"}


async def test_a_value_that_is_logged_journalled_or_kept_is_found(
    asked: Asked, model: Model, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache: list[Any] = []
    nobody = model.persons[NOBODYS]

    async def talkative(*arguments: Any, **options: Any) -> Any:
        cache.append(arguments[1])
        logging.getLogger("hub").debug("variables %s", arguments[1])
        return await execute(*arguments, **options)

    def loose(**columns: Any) -> Entry:
        return Entry(**{**columns, "operation_name": nobody})

    monkeypatch.setattr(pipeline, "execute", talkative)
    monkeypatch.setattr(accesses, "Entry", loose)
    monkeypatch.setattr(pipeline, "KEPT", cache, raising=False)
    with logged() as logs:
        async with asked("referent-b", "suivi") as (_, hub):
            memory = texts_in_memory(hub.app)
    assert marks(logs.getvalue().encode()) == {nobody}
    assert marks(memory) & model.canaries.keys() == {nobody}
    assert marks(await journal(database)) == {nobody}


def test_what_is_memoised_is_found_though_the_garbage_collector_looks_at_it_no_more() -> None:
    remembering = lru_cache(str.upper)
    remembering.__module__ = "hub.pipeline"
    remembering(NOBODYS)
    gc.freeze()
    assert NOBODYS.upper().encode() in texts_in_memory()
