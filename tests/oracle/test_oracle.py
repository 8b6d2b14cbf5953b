"""The hub's data are those of an oracle that evaluates everything, then hides what its actor may not read.

Random operations of all actors under all their purposes, over the world of the whole model.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from graphql import REMOVE, DocumentNode, FieldNode, NameNode, SelectionSetNode, Visitor, parse, print_ast, visit

from schema.days import today
from subgraphs.kit import guards
from tests.conftest import Database
from tests.draws import ORACLE
from tests.e2e.canary_inside import Inside, inside
from tests.e2e.canary_model import Model, plant
from tests.e2e.canary_operations import PAGE, WALKS, all_of
from tests.e2e.canary_random import Values, drawn
from tests.e2e.canary_rights import Rights, together
from tests.e2e.canary_trial import TIMES, code_of, documents, pairs, values
from tests.oracle.answer import LEFT_OUT, Oracle
from tests.oracle.catalogue import CODES, fill
from tests.oracle.pages import CURSOR
from tests.oracle.rows import World, read
from tests.oracle.rules import leaves

CATALOGUE: Values = {
    "first": (1, 2, 5, 20, 100, None),
    "days": (14, 90, 180, 365),
    **dict.fromkeys(
        ("romeCode", "romeCodes", "contractTypes", "formacode", "thematics", "publics", "networks"), (*CODES, None)
    ),
    **dict.fromkeys(("types", "fees"), (None,)),
    "training": [f"training-{number}" for number in range(3)],
    "company": [f"company-{number}" for number in range(3)],
    "siret": ["siret 1", "siret 2"],
}
"""Values of arguments, besides those of the canaries."""
LISTS = {
    "persons": "Person", "appointments": "Appointment", "contracts": "Contract", "orientations": "Orientation",
    "referrals": "Referral", "jobApplications": "JobApplication", "immersions": "ImmersionAgreement",
    "trainingPlacements": "TrainingPlacement", "services": "Service", "structures": "Structure",
    "trainings": "Training", "trainingSessions": "TrainingSession", "jobPostings": "JobPosting",
    "immersionOffers": "ImmersionOffer",
}  # fmt: skip
CATALOGUE_WALKS = (
    "services(first: 3, after: $after) { nodes { id } ... }",
    'trainings(first: 1, after: $after, filter: { romeCode: "A1101" }) { nodes { id title } ... }',
)
UNKNOWN = (
    "SuggestedService.", "AccessEntry.", "AccessedData.", "PersonMatch.", "Withdrawal.", "GroupMember.endedOn",
    "ChangeSubscription.", "NewChangeSubscription.", "Mutation.endSubscription",
)  # fmt: skip
"""Types that only what is left out leads to, and fields that only a mutation answers."""
PAGES = 6
"""Pages of a list that are walked, at most."""
TURNS = 4
"""Actors with a purpose, drawn in turn among all, that ask a document."""
FORESEEN = ("ok", "FORBIDDEN_INPUT")
"""Outcomes that the oracle foretells; of the others, which tell of a bad argument, it says nothing."""


@pytest.fixture(scope="module")
def model(database: Database) -> Model:
    return asyncio.run(_planted(database))


async def _planted(database: Database) -> Model:
    model = await plant(database, today())
    await fill(database)
    return model


@dataclass
class Comparison:
    """One hub and the oracles of each actor under each purpose; what came of it: how many by code, where the two
    differ, how many data held anything."""

    hub: Inside
    model: Model
    world: World
    oracles: dict[tuple[str, str], Oracle] = field(default_factory=dict)
    codes: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)
    informative: int = 0

    async def ask(self, actor: str, purpose: str, text: str, document: DocumentNode, variables: Any) -> Any:
        """Ask both; gives the hub's data."""
        oracle = self.oracle(actor, purpose)
        got = await self.hub.ask(actor, text, variables, purpose=purpose)
        code = code_of(got)
        self.codes[code] += 1
        if code in FORESEEN:
            data, codes = oracle.answer(document, variables)
            self.informative += len(orjson.dumps(data)) > 100
            unmet = code != "ok" and got.status == 200  # a cursor refused where no row led the oracle to its list
            agree = code in codes if codes else code == "ok" or unmet
            messages = [] if agree else [f"{codes or 'data'} of the oracle, {code} of the hub"]
            messages += differences(got.data, data, oracle.cursors, "") if code == "ok" and agree else ()
            self.differences += [f"{actor} / {purpose}: {message}: {text} {variables}" for message in messages[:1]]
        return got.json.get("data")

    def oracle(self, actor: str, purpose: str) -> Oracle:
        """The oracle of an actor under a purpose."""
        if (actor, purpose) not in self.oracles:
            self.oracles[actor, purpose] = Oracle(self.world, self.model.actors[actor], purpose)
        return self.oracles[actor, purpose]


@asynccontextmanager
async def comparison(database: Database, model: Model, folder: Path) -> AsyncIterator[Comparison]:
    world = await read(database, today())
    async with inside(database, model.actors, folder) as hub:
        yield Comparison(hub, model, world)


async def roam(comparison: Comparison, count: int) -> None:
    """Ask random operations, by all in turn."""
    random, turns = Random(4), cycle(pairs(comparison.model, list(comparison.model.actors)))
    drawn_documents = [without(document) for document in documents(count // (TURNS * TIMES), 4)]
    random.shuffle(drawn_documents)
    for document in islice(cycle(drawn_documents), count // (TURNS * TIMES)):
        for actor, purpose in islice(turns, TURNS):
            cursors = list(comparison.oracle(actor, purpose).cursors)
            choices = {**values(comparison.model, cursors), **CATALOGUE}
            filled = drawn(document, choices, random)
            parsed = parse(filled.text)
            for _ in range(TIMES):
                await comparison.ask(actor, purpose, filled.text, parsed, filled.variables(choices, random))


async def sweep(comparison: Comparison, actors: Sequence[str]) -> None:
    """Ask everything, and walk lists to their end, under one of the purposes that open the same to an actor."""
    queries = (f"{{ {name}(first: 100) {{ nodes {{ {all_of(kind)} }} }} }}" for name, kind in LISTS.items())
    whole = [without(parse(text)) for text in queries]
    walks = [
        parse(f"query ($after: String) {{ page: {walk.replace('...', PAGE)} }}") for walk in WALKS + CATALOGUE_WALKS
    ]
    for actor in actors:
        for purpose, *_ in together(comparison.model.actors[actor]):
            for document in whole:
                await comparison.ask(actor, purpose, print_ast(document), document, {})
            for document in walks:
                text, after = print_ast(document), None
                for _ in range(PAGES):
                    page = (await comparison.ask(actor, purpose, text, document, {"after": after}) or {}).get("page")
                    if page is None or not page["pageInfo"]["hasNextPage"]:
                        break
                    after = page["pageInfo"]["endCursor"]


def differences(hub: Any, oracle: Any, cursors: dict[str, str], path: str) -> Iterator[str]:
    """Where two answers differ. Cursors, which the hub seals, are the same if both have one there."""
    if isinstance(hub, dict) and isinstance(oracle, dict):
        if list(hub) != list(oracle):
            yield f"{path}: {list(hub)} of the hub, {list(oracle)} of the oracle"
        for key in hub.keys() & oracle.keys():
            yield from differences(hub[key], oracle[key], cursors, f"{path}.{key}")
    elif isinstance(hub, list) and isinstance(oracle, list):
        if len(hub) != len(oracle):
            yield f"{path}: {len(hub)} of the hub, {len(oracle)} of the oracle"
        for number, (hub_item, oracle_item) in enumerate(zip(hub, oracle, strict=False)):
            yield from differences(hub_item, oracle_item, cursors, f"{path}[{number}]")
    elif isinstance(oracle, str) and oracle.startswith(CURSOR) and isinstance(hub, str):
        cursors[hub] = oracle
    elif type(hub) is not type(oracle) or hub != oracle:
        yield f"{path}: {hub!r} of the hub, {oracle!r} of the oracle"


def without(document: DocumentNode) -> DocumentNode:
    """The document without what the oracle does not know."""

    class Taker(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> Any:
            return REMOVE if node.name.value in LEFT_OUT else None

        def enter_argument(self, node: Any, *_: Any) -> Any:
            return REMOVE if node.name.value in LEFT_OUT else None

        def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> Any:
            if node.selections:
                return None
            return SelectionSetNode(selections=(FieldNode(name=NameNode(value="__typename")),))

    reduced: DocumentNode = visit(document, Taker())
    return reduced


@pytest.fixture(scope="module")
def ran(database: Database, model: Model, tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """All that is asked of both."""

    async def run() -> Comparison:
        async with comparison(database, model, tmp_path_factory.mktemp("oracle")) as compared:
            await sweep(compared, list(model.actors))
            await roam(compared, ORACLE)
            return compared

    return asyncio.run(run())


def test_the_hub_answers_as_an_oracle_that_evaluates_everything_then_filters(ran: Comparison) -> None:
    print(f"{ran.codes.total()} operations: {dict(ran.codes)}; {ran.informative} answers told something")
    assert not ran.differences, "\n".join([f"{len(ran.differences)} differ", *ran.differences[:10]])
    assert sum(ran.codes[code] for code in FORESEEN) > ran.codes.total() * 0.8
    assert ran.informative > ran.codes.total() / 15


def test_each_field_is_told_to_somebody(ran: Comparison) -> None:
    """What is compared is all that the client schema has."""
    answered = {name for oracle in ran.oracles.values() for name in oracle.told}
    assert leaves() - answered == {name for name in leaves() if name.startswith(UNKNOWN)}


async def test_a_rule_that_the_oracle_reads_otherwise_is_seen(
    model: Model, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison can fail: restrictions that do not bind are seen."""
    monkeypatch.setattr(Rights, "_closed", lambda *_: False)
    async with comparison(database, model, tmp_path) as compared:
        await roam(compared, 200)
    assert compared.differences


async def test_a_hole_in_the_hub_is_seen(
    model: Model, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards.Guards, "link_condition", lambda *_: True)
    async with comparison(database, model, tmp_path) as compared:
        await sweep(compared, ["referent-b"])
    assert compared.differences
