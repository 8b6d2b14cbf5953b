"""An item of the journey leads back to its person: who reads the item reads the person too, under every decision."""

import pytest

from hub.policy.decide.client_scope import UNSCOPED
from hub.policy.decide.decision import DecisionClass, Effect
from schema.categories import Category
from schema.facts import Fact
from schema.residual import Clause
from tests.pinned_graph import graph
from tests.policy.test_client_scope import within

TABLE = graph().table
SCHEMA = TABLE.classification
SCOPED = [row for client in TABLE.policy.clients for row in TABLE.through(client)]
ROWS = [*TABLE.classes.values(), *SCOPED, *(TABLE.decision_class(*pair, UNSCOPED) for pair in sorted(TABLE.classes))]
ROOTS = {
    field.coordinate: SCHEMA.fields[f"{field.returns}.nodes"].returns
    for field in SCHEMA.fields.values()
    if field.type == "Query" and {f"{field.returns}._judged", f"{field.returns}.nodes"} <= SCHEMA.fields.keys()
}
"""By root list, the type of its rows."""
SIGNALS = {root: item for root, item in ROOTS.items() if f"{root}(days:)" in SCHEMA.inputs}
LISTS = {root: item for root, item in ROOTS.items() if root not in SIGNALS}
ITEMS = sorted(name for name in LISTS.values() if f"{name}.person" in SCHEMA.fields)
EACH_ROW = pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.client}-{row.kind}-{row.purpose}")


def of_the_person(clause: Clause, row: DecisionClass) -> Clause:
    """What a clause on an item's facts says of its person: the end of the item and who recorded it are the item's own,
    and when a duration of the person is over, so is every shorter one."""
    own = int(Fact.ITEM_ENDED | Fact.RECORDED)
    shortest = min((days for bit, days in row.retentions if clause.none_of & bit), default=None)
    ended = sum(bit for bit, days in row.retentions if shortest is not None and days >= shortest)
    return Clause(clause.any_of, clause.all_of & ~own, (clause.none_of & ~own) | ended)


def test_every_list_of_the_journey_leads_back_to_its_person() -> None:
    assert ITEMS == [
        "Appointment", "Contract", "ImmersionAgreement", "JobApplication", "Orientation", "Referral",
        "TrainingPlacement",
    ]  # fmt: skip
    assert set(LISTS.values()) - set(ITEMS) == {"AccessEntry", "Person"}
    for name in ITEMS:
        link = SCHEMA.fields[f"{name}.person"]
        assert (link.returns, link.category, link.many) == ("Person", Category.TECH, False)


@EACH_ROW
def test_whoever_reads_an_item_reads_of_its_person(row: DecisionClass) -> None:
    person = row.rows["Person"]
    for item in ITEMS:
        assert within(tuple(of_the_person(clause, row) for clause in row.rows[item].read), person.read), item
        assert person.read or row.decisions[f"{item}.person"].effect is Effect.DENY, item


@EACH_ROW
def test_a_list_is_read_where_the_same_list_of_one_person_is(row: DecisionClass) -> None:
    """The root opens nothing that the field of the person does not, and closes nothing of it."""
    for root, item in LISTS.items():
        below = f"Person.{root.partition('.')[2]}"
        if item in ITEMS:
            ours, theirs = row.decisions[root], row.decisions[below]
            assert (ours.effect, ours.rule.read) == (theirs.effect, theirs.rule.read), root


@EACH_ROW
def test_a_signal_is_read_where_the_list_of_its_facts_is(row: DecisionClass) -> None:
    assert len(SIGNALS) == 5
    for root, item in SIGNALS.items():
        (whole,) = (name for name, rows in LISTS.items() if rows == item)
        ours, theirs = row.decisions[root], row.decisions[whole]
        assert set(ours.rule.read) <= set(theirs.rule.read), root
        assert ours.effect is theirs.effect or ours.effect is Effect.DENY, root


def test_what_a_value_of_an_item_reveals_is_no_fact_of_its_person() -> None:
    """A row that is dropped for a value takes its link with it, and no other row of its person."""
    assert not [row for row in ROWS if row.rows["Person"].values]
