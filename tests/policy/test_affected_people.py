"""How many people a change of the rules touches: never too few, and nobody of whom nothing changes."""

from dataclasses import replace

from msgspec import structs

from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.policy_model import Policy
from hub.policy.report.affected_people import AffectedPeople, Profile, affected_people
from hub.policy.report.policy_diff import policy_changes, retention_changes
from schema.categories import Category
from schema.facts import Fact
from tests.pinned_graph import graph

TABLE = graph().table
PEOPLE = (
    Profile(int(Fact.ORG_REFERENT), 0, 10, 1),
    Profile(int(Fact.ORG_REFERENT | Fact.REFERENT), 0, None, 2),
    Profile(int(Fact.REFERENT), 0, 10, 4),
    Profile(int(Fact.ORG_REFERENT), int(Fact.OPPOSITION), 10, 8),
    Profile(int(Fact.ORG_REFERENT), 0, 5_000, 16),
    Profile(0, 0, 10, 32),
)


def under(policy: Policy) -> AffectedPeople:
    after = DecisionTable(policy, TABLE.classification)
    periods = [name for name, _, _ in retention_changes(TABLE.policy, policy)]
    changes = [(change,) for change in policy_changes(TABLE, after)]
    return affected_people(changes, periods, TABLE, after, PEOPLE)


def with_grant(*ids: str, **values: object) -> Policy:
    grants = (replace(rule, **values) if rule.id in ids else rule for rule in TABLE.policy.grants)  # type: ignore[arg-type]
    return replace(TABLE.policy, grants=tuple(grants))


def test_what_changes_nothing_touches_nobody() -> None:
    assert under(TABLE.policy) == AffectedPeople((), (), 0, 63)


def test_a_category_withdrawn_touches_those_whom_the_grant_let_read_now() -> None:
    """Not those whom another relation links, who have objected, or whose time is over."""
    grant = next(rule for rule in TABLE.policy.grants if rule.id == "DEL-1")
    assert (grant.relations, grant.basis.opposition) == (Fact.ORG_REFERENT, True)
    affected = under(with_grant("DEL-1", read=grant.read - {Category.FREIN}))
    assert (affected.by_any, set(affected.by_change), affected.by_period) == (1 + 2, {0, 1 + 2}, ())


def test_a_relation_added_touches_those_whom_it_links() -> None:
    grant = next(rule for rule in TABLE.policy.grants if rule.id == "DEL-1")
    assert under(with_grant("DEL-1", "DEL-2", relations=grant.relations | Fact.REFERENT)).by_any == 2 + 4
    assert under(with_grant("DEL-1", "DEL-2", relations=grant.relations | Fact.NATIONWIDE)).by_any == 1 + 2 + 4 + 32


def test_an_objection_that_no_longer_binds_touches_those_who_had_objected() -> None:
    grant = next(rule for rule in TABLE.policy.grants if rule.id == "DEL-1")
    free = structs.replace(grant.basis, opposition=False)
    assert under(with_grant("DEL-1", "DEL-2", basis=free)).by_any == 8


def test_a_duration_touches_those_for_whom_it_is_over_under_one_of_the_two() -> None:
    periods = dict(TABLE.policy.retentions)
    periods["journey"] = replace(periods["journey"], days=5)
    affected = under(replace(TABLE.policy, retentions=periods))
    assert (affected.by_change, affected.by_period, affected.by_any) == ((), (1 + 4 + 8 + 32,), 1 + 4 + 8 + 32)


def test_a_duration_of_items_touches_all_whose_items_it_may_end() -> None:
    items = dict(TABLE.policy.items)
    items["referral"] = replace(items["referral"], days=90)
    assert under(replace(TABLE.policy, items=items)) == AffectedPeople((), (63,), 63, 63)
    del items["referral"]
    affected = under(replace(TABLE.policy, items=items))
    assert set(affected.by_change) - {0}
    assert affected.by_any == 63


def test_a_purpose_withdrawn_touches_whom_it_let_read() -> None:
    kinds = dict(TABLE.policy.actors)
    kind = kinds["delegataire_rsa"]
    kinds["delegataire_rsa"] = replace(kind, purposes=kind.purposes - {"suivi"})
    affected = under(replace(TABLE.policy, actors=kinds))
    assert affected.by_any == 1 + 2
    assert {0, 1 + 2} == set(affected.by_change)


def test_what_finds_nobody_any_more_touches_those_whom_it_found() -> None:
    affected = under(with_grant("DEL-1", match=frozenset()))
    assert (affected.by_any, set(affected.by_change)) == (1 + 2, {1 + 2})


def test_a_purpose_that_a_scope_no_longer_has_touches_those_whom_it_let_read() -> None:
    scope = TABLE.policy.clients["parcours"]
    narrowed = replace(scope, purposes=scope.purposes - {"suivi"})
    closed = DecisionTable(replace(TABLE.policy, clients={"parcours": narrowed}), TABLE.classification)
    for old, new in ((TABLE, closed), (closed, TABLE)):
        differing = [
            change
            for change in policy_changes(old, new)
            if (change.actor, change.purpose, change.client) == ("referent_cd", "suivi", "parcours")
        ]
        assert differing
        affected = affected_people([differing], (), old, new, PEOPLE)
        assert affected.by_any == affected.by_change[0] >= 4
