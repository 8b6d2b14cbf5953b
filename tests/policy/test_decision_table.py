"""The decision table: closed by default, prohibitions first, requirements met per relation."""

from dataclasses import replace
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from hub.policy.decide.classification import FieldClass
from hub.policy.decide.decision import Effect, Reason
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.matrix_cells import intersect, merge
from hub.policy.decide.policy_model import ItemRetention, Prohibition, Reduction
from schema.categories import Category, Level
from schema.facts import Fact
from schema.residual import Clause, holds
from tests.policy.schema_graph import JOURNEY, OPPOSABLE, RIGHTS, SCHEMA, grant, policy

REFERENT = grant(
    "REF",
    "referent",
    Fact.REFERENT | Fact.GROUP,
    read=frozenset({Category.ID, Category.COORD, Category.FREIN}),
    basis=OPPOSABLE,
    retention=JOURNEY,
)


def decide(kind: str, coordinate: str, *grants: object, purpose: str = "suivi", **more: object):  # type: ignore[no-untyped-def]
    return DecisionTable(policy(*grants, **more), SCHEMA).decision_class(kind, purpose).decisions[coordinate]  # type: ignore[arg-type]


def test_a_category_without_a_grant_is_denied() -> None:
    decision = decide("referent", "Person.lastName")
    assert (decision.effect, decision.reason) == (Effect.DENY, Reason.FIELD_NOT_FOR_ACTOR)


def test_a_category_granted_for_another_purpose_is_denied_and_says_which() -> None:
    decision = decide("referent", "Person.lastName", REFERENT, purpose="orientation")
    assert (decision.effect, decision.reason) == (Effect.DENY, Reason.FIELD_NOT_FOR_PURPOSE)
    assert decision.granted_for == "suivi"


def test_a_prohibition_beats_every_grant() -> None:
    nir = grant("NIR", "referent", Fact.REFERENT, read=frozenset({Category.NIR}))
    never = Prohibition("NEVER", "*", Category.NIR, "jamais")
    assert decide("referent", "Person.nir", nir).effect is Effect.ALLOW
    decision = decide("referent", "Person.nir", nir, prohibitions=(never,))
    assert (decision.effect, decision.rules) == (Effect.DENY, ("NEVER",))


def test_a_field_that_leads_to_the_person_who_asks_alone_is_denied_to_who_is_nobody_s_self() -> None:
    fields = {
        **SCHEMA.fields,
        "Query.me": FieldClass("Query.me", "Query", "Person", Category.TECH, Level.FULL, self_only=True),
    }
    schema = replace(SCHEMA, fields=fields)
    own = grant("OWN", "self", Fact.SELF, read=frozenset({Category.ID}))
    table = DecisionTable(policy(REFERENT, own), schema)
    assert table.decision_class("self", "suivi").decisions["Query.me"].effect is Effect.OPEN
    decision = table.decision_class("referent", "suivi").decisions["Query.me"]
    assert (decision.effect, decision.reason) == (Effect.DENY, Reason.FIELD_NOT_FOR_ACTOR)
    assert table.decision_class("referent", "suivi").decisions["Query.person"].effect is Effect.OPEN


def test_public_and_technical_fields_need_no_grant_but_their_requirements_do() -> None:
    assert decide("referent", "Service.name").effect is Effect.OPEN
    denied = decide("referent", "Person.suggestedServices")
    assert (denied.effect, denied.required) == (Effect.DENY, "Constraint.theme")
    assert decide("referent", "Person.suggestedServices", REFERENT).effect is Effect.ALLOW


def test_a_requirement_readable_by_another_relation_only_denies_the_field() -> None:
    place = grant("PLACE", "referent", Fact.GROUP, read=frozenset({Category.COORD}))
    brakes = grant("BRAKES", "referent", Fact.REFERENT, read=frozenset({Category.FREIN}))
    assert decide("referent", "Person.suggestedServices", place, brakes).effect is Effect.DENY
    grants = grant("BOTH", "referent", Fact.GROUP, read=frozenset({Category.FREIN}))
    decision = decide("referent", "Person.suggestedServices", place, brakes, grants)
    assert [clause.any_of for clause in decision.rule.read] == [Fact.GROUP]


def test_a_reduced_cell_opens_the_sibling_that_a_row_names_and_the_denial_points_to_it() -> None:
    reduced = grant("RED", "territory", Fact.TERRITORY, reduced=frozenset({Category.ID}))
    row = Reduction("territory", "Person.birthDate", "sibling", sibling="Person.birthYear")
    assert decide("territory", "Person.birthYear", reduced).effect is Effect.DENY
    assert decide("territory", "Person.birthYear", reduced, reductions=(row,)).effect is Effect.ALLOW
    full = decide("territory", "Person.birthDate", reduced, reductions=(row,))
    assert (full.effect, full.instead) == (Effect.DENY, "Person.birthYear")


def test_restrictions_bind_as_far_as_the_basis_goes() -> None:
    own = grant("SELF", "self", Fact.SELF, read=frozenset({Category.ID}), basis=RIGHTS)
    (firm,) = decide(
        "territory", "Person.lastName", grant("T", "territory", Fact.TERRITORY, read=frozenset({Category.ID}))
    ).rule.read
    (mine,) = decide("self", "Person.lastName", own).rule.read
    (objectable,) = decide("referent", "Person.lastName", REFERENT).rule.read
    assert mine.none_of == 0
    assert firm.none_of == Fact.LIMITATION | Fact.ERASURE_DUE
    assert objectable.none_of == Fact.LIMITATION | Fact.ERASURE_DUE | Fact.OPPOSITION | Fact.JOURNEY_ENDED


def test_a_row_ends_by_its_own_day_for_whom_the_duration_binds_but_never_for_the_person_itself() -> None:
    kinds = ("referent", "territory", "self")
    read = frozenset({Category.FREIN})
    grants = [grant(kind, kind, relation, read=read) for kind, relation in zip(kinds, RELATIONS_OF_KINDS, strict=True)]
    for actors, bound in ((None, {"referent", "territory"}), (frozenset({"referent", "self"}), {"referent"})):
        item = ItemRetention("item", frozenset({"Constraint"}), actors, "sa date", 90, "90 jours")
        table = DecisionTable(policy(*grants, items={"item": item}), SCHEMA)
        for kind in kinds:
            decisions = table.decision_class(kind, "suivi")
            rules = [decisions.rows["Constraint"], decisions.decisions["Constraint.state"].rule]
            closed = [all(clause.none_of & Fact.ITEM_ENDED for clause in rule.read) for rule in rules]
            assert closed == [kind in bound] * 2, kind
            assert decisions.items == ({"Constraint": 90} if kind in bound else {})
            assert decisions.residual((), ("Constraint",)).items == decisions.items
            assert not any(clause.none_of & Fact.ITEM_ENDED for clause in decisions.rows["Person"].read)


def test_a_dropped_value_category_binds_the_row_to_the_grants_of_that_category() -> None:
    recorded = grant("OWN", "referent", Fact.REFERENT, own_recorded=frozenset({Category.SAN}))
    rows = DecisionTable(policy(REFERENT, recorded), SCHEMA).decision_class("referent", "suivi").rows
    base, health = Fact.REFERENT, Fact.VALUE_SAN
    rule = rows["Constraint"]
    assert holds(rule.read, base)
    assert rule.value_allowed(base, health)
    assert not rule.value_allowed(base | health, health)
    assert rule.value_allowed(base | health | Fact.RECORDED, health)


def test_a_personal_type_nothing_of_which_is_readable_denies_every_field_that_returns_it() -> None:
    assert decide("self", "Query.person").effect is Effect.DENY
    assert decide("self", "Query.persons").effect is Effect.OPEN
    assert decide("self", "PersonConnection.nodes").effect is Effect.DENY


RELATIONS_OF_KINDS = (Fact.REFERENT, Fact.TERRITORY, Fact.SELF)
FACTS = st.integers(0, (1 << 19) - 1)
CLAUSES = st.lists(st.builds(Clause, *[st.integers(0, 0b1111)] * 3), max_size=4)


@given(CLAUSES, FACTS)
def test_merging_clauses_never_changes_what_holds(clauses: list[Clause], facts: int) -> None:
    assert holds(merge(clauses), facts) == holds(clauses, facts)


@given(CLAUSES, CLAUSES, FACTS)
def test_a_meet_never_holds_where_one_side_does_not(left: list[Clause], right: list[Clause], facts: int) -> None:
    if holds(intersect(left, right), facts):
        assert holds(left, facts)
        assert holds(right, facts)


def test_a_meet_holds_whenever_one_relation_gives_both_sides() -> None:
    sides = [Clause(1), Clause(3), Clause(2, 4), Clause(1, 0, 8)]
    for left, right in combinations(sides, 2):
        for facts in range(16):
            for relation in (1, 2):
                related = facts & ~3 | relation
                if holds([left], related) and holds([right], related):
                    assert holds(intersect([left], [right]), related)
