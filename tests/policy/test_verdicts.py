"""What is known of the objects of an operation: remembered for all requests, bounded, never mixed up."""

from __future__ import annotations

import tracemalloc

import pytest

from hub.federation.execution.generate import Marked
from hub.federation.operations.operation import ACCESS_KEY
from hub.policy.enforce import verdicts
from hub.policy.enforce.authorise import authorise
from hub.policy.enforce.guard import Guard
from schema.facts import Fact
from schema.residual import Clause, Rule
from tests.policy.schema_graph import SCHEMA
from tests.policy.test_authorise import CLASS, PERSON

READ, OPPOSED = int(Fact.REFERENT), int(Fact.REFERENT | Fact.OPPOSITION)
ALL = frozenset({"id", "alias", "contact"})


def test_a_verdict_is_made_once_for_all_requests_and_noted_by_a_bit_of_its_own() -> None:
    authorised = authorise(PERSON, CLASS, SCHEMA).marks
    marked = Marked(((0, ALL), (0, ALL - {"alias"})))
    first, second = (Guard(authorised).verdicts(marked) for _ in range(2))
    decided = [table[facts] for table in first for facts in (READ, OPPOSED)]
    assert [table[facts] for table in second for facts in (READ, OPPOSED)] == decided
    assert [bit for _, bit in decided] == [1, 2, 4, 8]
    assert len(authorised.store().rows) == 4


def test_what_is_remembered_is_bounded_and_who_noted_what_is_forgotten_since_still_tells_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(verdicts, "BASE_VERDICTS", 1)
    monkeypatch.setattr(verdicts, "VERDICTS_PER_MARK", 0)
    authorised = authorise(PERSON, CLASS, SCHEMA).marks
    early = Guard(authorised)
    for subject, facts in (("p", READ), ("q", OPPOSED)):
        early(0, {"id": subject, "alias": "x", "contact": None, ACCESS_KEY: [subject, facts]}, ("person",))
    late = Guard(authorised)
    late(0, {"id": "r", "alias": "x", "contact": None, ACCESS_KEY: ["r", OPPOSED]}, ("person",))
    assert late.store is not early.store
    released = frozenset({"Person.id", "Person.lastName"})
    assert late.disclosures() == [(released, frozenset(), ["r"])]
    assert early.disclosures() == [(released | {"Person.contact"}, frozenset(), ["p"]), (released, frozenset(), ["q"])]


def test_what_is_remembered_of_all_operations_stays_within_ten_megabytes() -> None:
    rule, levels = Rule((Clause(READ),)), 7
    rows = [
        (("people", f"list{level}"), tuple((f"k{n}", f"T{level}.k{n}", rule) for n in range(8)))
        for level in range(levels)
    ]
    authorised = verdicts.Marks(verdicts.Mark("T", path, False, rule, fields) for path, fields in rows)
    value = {f"k{n}": n for n in range(8)}
    tracemalloc.start()
    for places in range(1, 4**levels, 4):  # each person is met at other levels, with other facts
        guard = Guard(authorised)
        for level in range(levels):
            if (facts := places >> 2 * level & 3) != 0:
                guard(level, {**value, ACCESS_KEY: ["p", READ | (facts << 20)]}, ("people", 0))
        assert guard.disclosures()
    memory, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert memory < 10_000_000


def test_of_more_facts_than_any_honest_subgraph_has_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "MOST_VERDICTS", 5)
    guard = Guard(authorise(PERSON, CLASS, SCHEMA).marks)
    shown = [
        guard(0, {"id": "p", "alias": "x", "contact": None, ACCESS_KEY: ["p", READ | 1 << 40 + extra]}, ("person",))
        for extra in range(8)
    ]
    assert [nulls is not None for nulls in shown] == [True] * 5 + [False] * 3
    assert [people for *_, people in guard.disclosures()] == [["p"]]
