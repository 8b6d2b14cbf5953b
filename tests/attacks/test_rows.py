"""Attacks by what differs between a row that is denied, one that does not exist and one that is read. Each test is
named after its row of docs/attaques.md."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from hub.policy.enforce.enumeration_limit import MissLimit
from tests.attacks.conftest import SIGNING
from tests.e2e.canary_inside import Got, Inside, inside
from tests.e2e.canary_operations import NOBODY
from tests.e2e.canary_world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "query ($id: ID!) { person(id: $id) { lastName } }"
SHAPES = [
    NAME,
    "query ($id: ID!) { person(id: $id) { id } }",
    "query ($id: ID!) { person(id: $id) { appointments { pageInfo { hasNextPage } edges { cursor } } } }",
    "query ($id: ID!) { person(id: $id) { household { partner { household { partner { id } } } } } }",
    "query ($id: ID!) { a: person(id: $id) { b: id } c: person(id: $id) { suggestedServices { nodes { id } } } }",
    "query ($id: ID!) { person(id: $id) { lastName } me { id } persons(first: 1) { pageInfo { hasNextPage } } }",
]


def answer_and_cost(got: Got) -> tuple[Any, ...]:
    """All that whoever asks can see or measure of an answer."""
    return got.status, got.headers, got.body, dict(got.calls), dict(got.statements)


@pytest.mark.parametrize("query", SHAPES)
async def test_18_20_denied_and_missing_are_one_answer_at_one_cost(hub: Inside, world: World, query: str) -> None:
    """Statements stand for time: a denied row takes the very way of a row that does not exist."""
    nobody = answer_and_cost(await hub.ask("referent-b", query, {"id": NOBODY}))
    assert nobody[0] == 200
    for slug in ("vurnibal", "plimoruz", "groxandel", "hurgoflin"):
        assert answer_and_cost(await hub.ask("referent-b", query, {"id": world.persons[slug]})) == nobody, slug


@pytest.mark.parametrize("mode", ["filter", "refuse"])
async def test_18_the_mode_that_refuses_tells_no_more(hub: Inside, world: World, mode: str) -> None:
    nobody = await hub.ask("referent-b", NAME, {"id": NOBODY}, access_mode=mode)
    denied = await hub.ask("referent-b", NAME, {"id": world.persons["vurnibal"]}, access_mode=mode)
    assert answer_and_cost(denied) == answer_and_cost(nobody)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def strict(hub: Inside, folder: Path) -> AsyncIterator[Inside]:
    """A hub over the same people that lets each actor miss four."""
    async with inside(hub.database, hub.actors, folder, MissLimit(most=4, seconds=3600)) as running:
        yield running


async def test_22_whoever_asks_for_many_people_in_vain_is_slowed_down_and_told_to_the_log(
    strict: Inside, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Those whom the actor may not read count as those who do not exist; lists, and whoever else asks, are served."""
    two = "query ($a: ID!, $b: ID!) { x: person(id: $a) { id } y: person(id: $b) { id } }"
    denied = {"a": world.persons["vurnibal"], "b": world.persons["plimoruz"]}
    refused = []
    for actor, variables in (("referent-b", denied), ("employeur", {"a": NOBODY, "b": "1"})):
        with caplog.at_level("WARNING"):
            for _ in range(2):
                assert (await strict.ask(actor, two, variables)).data == {"x": None, "y": None}
        refused.append(await strict.ask(actor, two, variables))
        assert (refused[-1].status, refused[-1].code, refused[-1].calls) == (429, "TOO_MANY_MISSES", {})
        assert (await strict.ask(actor, "{ persons { nodes { id } } }")).data["persons"]["nodes"]
    bodies = [re.sub(rb"\d+", b"", got.body) for got in refused]
    assert bodies[0] == bodies[1]
    assert 0 < int(dict(refused[0].headers)[b"retry-after"]) <= 900
    assert caplog.text.count("who are not there for it") == 2
    own = {"id": world.persons["vurnibal"]}
    for _ in range(6):
        assert (await strict.ask("referent-a", NAME, own)).data["person"] is not None


BY_BIRTH = "query ($f: PersonFilter, $o: PersonOrder) { persons(filter: $f, orderBy: $o) { nodes { id } } }"


@pytest.mark.parametrize(
    "variables",
    [
        {"o": "BIRTH_DATE"},
        {"f": {"birthDateFrom": "1971-01-01"}},
        {"f": {"birthDateTo": "1971-12-31"}},
        {"o": "LAST_NAME"},
        {"f": {"lastName": "Vurnibal"}},
        {"f": {"cityCode": "08941"}},
        {"f": {"rsaStatus": "CLOS"}},
    ],
    ids=repr,
)
async def test_17_what_is_read_reduced_orders_and_filters_nothing(hub: Inside, variables: Mapping[str, Any]) -> None:
    """The DPO reads a year of birth and a department: no order or bound tells it the day or the town."""
    got = await hub.ask("dpo", BY_BIRTH, variables)
    assert (got.status, got.code, got.calls) == (403, "FORBIDDEN_INPUT", {})


async def test_17_no_coordinate_is_masked_in_place_and_a_reduced_one_is_a_field_of_its_own(hub: Inside) -> None:
    """Equal masks and masks of a telling length can't be compared: there are none. Where one comes, it is named."""
    policy = hub.app.pipeline.table.policy
    assert {item.mask for item in policy.reductions.values()} == {None}
    query = "{ persons(first: 50) { nodes { birthDate birthYear contact { email } departmentCode } } }"
    for person in (await hub.ask("dpo", query)).data["persons"]["nodes"]:
        assert (person["birthDate"], person["contact"]) == (None, None)
        assert 1900 < person["birthYear"] < 2020
        assert person["departmentCode"] in ("08", "2A")


PRESENCE = "query ($f: AppointmentFilter) { appointments(filter: $f) { nodes { startsAt status } } }"


async def test_12_an_absence_is_told_to_the_follow_up_and_no_filter_finds_it_for_another_purpose(hub: Inside) -> None:
    """docs/domain.md#appointments: elsewhere it is a presence that nobody filled in, shown or compared."""
    statuses = {}
    for purpose in ("suivi", "contrat"):
        for status in (None, "ABSENT", "INCONNU"):
            got = await hub.ask(SIGNING, PRESENCE, {"f": {"status": status}}, purpose=purpose)
            statuses[purpose, status] = {node["startsAt"]: node["status"] for node in got.data["appointments"]["nodes"]}
    missed = statuses["suivi", "ABSENT"]
    assert missed
    assert missed.items() <= statuses["suivi", None].items()
    assert statuses["contrat", None] == statuses["suivi", None] | dict.fromkeys(missed, "INCONNU")
    assert statuses["contrat", "ABSENT"] == {}
    assert statuses["contrat", "INCONNU"] == statuses["suivi", "INCONNU"] | dict.fromkeys(missed, "INCONNU")


VARIANTS: dict[str, Callable[[str], str]] = {
    "upper case": str.upper,
    "no dashes": lambda i: i.replace("-", ""),
    "braces": lambda i: f"{{{i}}}",
    "urn": lambda i: f"urn:uuid:{i}",
    "space before": lambda i: f" {i}",
    "line after": lambda i: f"{i}\n",
    "nul after": lambda i: f"{i}\x00",
    "zero width": lambda i: f"{i[:8]}\u200b{i[8:]}",
    "wide digits": lambda i: i.translate({ord(str(n)): 0xFF10 + n for n in range(10)}),
    "arabic digits": lambda i: i.translate({ord(str(n)): 0x0660 + n for n in range(10)}),
    "cyrillic": lambda i: i.replace("a", "\u0430").replace("e", "\u0435").replace("c", "\u0441"),
    "other dashes": lambda i: i.replace("-", "\u2010"),
    "combining": lambda i: f"{i}\u0301",
    "twice": lambda i: f"{i},{i}",
    "wildcard": lambda i: f"{i[:-1]}%",
}


@pytest.mark.parametrize("variant", VARIANTS)
async def test_45_no_other_writing_of_an_id_is_that_id(hub: Inside, world: World, variant: str) -> None:
    identifier = world.persons["vurnibal"]
    assert (await hub.ask("referent-a", NAME, {"id": identifier})).data["person"] is not None
    got = await hub.ask("referent-a", NAME, {"id": VARIANTS[variant](identifier)})
    assert answer_and_cost(got) == answer_and_cost(await hub.ask("referent-a", NAME, {"id": NOBODY}))


@pytest.mark.parametrize("purpose", ["SUIVI", "suivi\x00", "suivi\xa0", "\x0bsuivi", "su\xadivi", "suivi;formation"])
async def test_45_no_other_writing_of_a_purpose_is_that_purpose(hub: Inside, world: World, purpose: str) -> None:
    got = await hub.ask("referent-a", NAME, {"id": world.persons["vurnibal"]}, purpose=purpose)
    assert (got.status, got.code, got.calls) == (400, "PURPOSE_UNKNOWN", {})
