"""How many people a change of the rules touches: never too few, and nobody of whom nothing changes."""

from dataclasses import replace

from hub.graph import load_graph
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.policy_model import Policy
from hub.policy.report.affected_people import Profile, Reach, reach
from hub.policy.report.policy_diff import changes, durations
from schema.categories import Category
from schema.facts import Fact

TABLE = load_graph().table
PEOPLE = (
    Profile(int(Fact.ORG_REFERENT), 0, 10, 1),
    Profile(int(Fact.ORG_REFERENT | Fact.REFERENT), 0, None, 2),
    Profile(int(Fact.REFERENT), 0, 10, 4),
    Profile(int(Fact.ORG_REFERENT), int(Fact.OPPOSITION), 10, 8),
    Profile(int(Fact.ORG_REFERENT), 0, 5_000, 16),
    Profile(0, 0, 10, 32),
)


def under(policy: Policy) -> Reach:
    after = DecisionTable(policy, TABLE.classification)
    periods = [name for name, _, _ in durations(TABLE.policy, policy)]
    return reach(changes(TABLE, after), periods, TABLE, after, PEOPLE)


def with_grant(*ids: str, **values: object) -> Policy:
    grants = (replace(each, **values) if each.id in ids else each for each in TABLE.policy.grants)  # type: ignore[arg-type]
    return replace(TABLE.policy, grants=tuple(grants))


def test_what_changes_nothing_touches_nobody() -> None:
    assert under(TABLE.policy) == Reach((), (), 0, 63)


def test_a_category_withdrawn_touches_those_whom_the_grant_let_read_now() -> None:
    """Not those whom another relation links, who have objected, or whose time is over."""
    grant = next(each for each in TABLE.policy.grants if each.id == "DEL-1")
    assert (grant.relations, grant.basis.opposition) == (Fact.ORG_REFERENT, True)
    found = under(with_grant("DEL-1", read=grant.read - {Category.SOC}))
    assert (found.any, set(found.each), found.periods) == (1 + 2, {0, 1 + 2}, ())


def test_a_relation_added_touches_those_whom_it_links() -> None:
    grant = next(each for each in TABLE.policy.grants if each.id == "DEL-1")
    assert under(with_grant("DEL-1", "DEL-2", relations=grant.relations | Fact.REFERENT)).any == 2 + 4
    assert under(with_grant("DEL-1", "DEL-2", relations=grant.relations | Fact.NATIONWIDE)).any == 1 + 2 + 4 + 32


def test_an_objection_that_no_longer_binds_touches_those_who_had_objected() -> None:
    grant = next(each for each in TABLE.policy.grants if each.id == "DEL-1")
    free = replace(grant.basis, opposition=False)
    assert under(with_grant("DEL-1", "DEL-2", basis=free)).any == 8


def test_a_duration_touches_those_for_whom_it_is_over_under_one_of_the_two() -> None:
    periods = dict(TABLE.policy.retentions)
    periods["journey"] = replace(periods["journey"], days=5)
    found = under(replace(TABLE.policy, retentions=periods))
    assert (found.each, found.periods, found.any) == ((), (1 + 4 + 8 + 32,), 1 + 4 + 8 + 32)


def test_a_duration_of_items_touches_all_whose_items_it_may_end() -> None:
    items = dict(TABLE.policy.items)
    items["referral"] = replace(items["referral"], days=90)
    assert under(replace(TABLE.policy, items=items)) == Reach((), (63,), 63, 63)
    del items["referral"]
    found = under(replace(TABLE.policy, items=items))
    assert set(found.each) - {0}
    assert found.any == 63


def test_a_purpose_withdrawn_touches_whom_it_let_read() -> None:
    kinds = dict(TABLE.policy.actors)
    kind = kinds["delegataire_rsa"]
    kinds["delegataire_rsa"] = replace(kind, purposes=kind.purposes - {"suivi"})
    found = under(replace(TABLE.policy, actors=kinds))
    assert found.any == 1 + 2
    assert {0, 1 + 2} == set(found.each)


def test_what_finds_nobody_any_more_touches_those_whom_it_found() -> None:
    found = under(with_grant("DEL-1", match=frozenset()))
    assert (found.any, set(found.each)) == (1 + 2, {1 + 2})


def test_a_purpose_that_a_scope_no_longer_has_touches_those_whom_it_let_read() -> None:
    scope = TABLE.policy.clients["parcours"]
    narrowed = replace(scope, purposes=scope.purposes - {"suivi"})
    closed = DecisionTable(replace(TABLE.policy, clients={"parcours": narrowed}), TABLE.classification)
    for old, new in ((TABLE, closed), (closed, TABLE)):
        found = [
            each
            for each in changes(old, new)
            if (each.actor, each.purpose, each.client) == ("referent_cd", "suivi", "parcours")
        ]
        assert found
        assert reach(found, (), old, new, PEOPLE).any >= 4
