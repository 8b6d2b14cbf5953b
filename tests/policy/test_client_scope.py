"""What passes through an application: its scope ∩ its user's rights, and never what applications may not be given."""

from dataclasses import replace
from pathlib import Path

import pytest

from hub.policy.decide.client_scope import UNSCOPED
from hub.policy.decide.decision import DecisionClass, Effect, Reason
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.policy_loader import PolicyError, load
from hub.policy.decide.policy_model import ClientScope
from hub.policy.decide.remedy import table_remedy
from hub.policy.decide.wording import REASONS
from hub.policy.report.explanation import explanation_text
from hub.policy.report.rights_matrix import opened
from schema.categories import OPEN, Category, Level
from schema.context import LARGEST_PAGE, PAGE
from schema.residual import Clause
from tests.pinned_graph import graph
from tests.policy.test_policy_loader import written

TABLE = graph().table
POLICY, SCHEMA = TABLE.policy, TABLE.classification
SCOPED = [row for client in POLICY.clients for row in TABLE.through(client)]
ROWS = [*SCOPED, *(TABLE.decision_class(*pair, UNSCOPED) for pair in sorted(TABLE.classes))]
EACH_ROW = pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.client}-{row.kind}-{row.purpose}")


def within(inner: tuple[Clause, ...], outer: tuple[Clause, ...]) -> bool:
    """Whether each relation of each clause is one of a clause that asks no more."""
    return all(
        any(
            bit & outer_clause.any_of
            and not outer_clause.all_of & ~clause.all_of
            and not outer_clause.none_of & ~clause.none_of
            for outer_clause in outer
        )
        for clause in inner
        for bit in (1 << n for n in range(clause.any_of.bit_length()))
        if clause.any_of & bit
    )


@EACH_ROW
def test_through_an_application_nothing_is_wider_than_what_its_user_reads(row: DecisionClass) -> None:
    own = TABLE.decision_class(row.kind, row.purpose)
    for name, decision in row.by_coordinate.items():
        before = own.by_coordinate[name]
        if before.effect is Effect.DENY:
            assert decision.effect is Effect.DENY, name
        assert within(decision.rule.read, before.rule.read), name
        assert within(decision.rule.reduced, before.rule.reduced), name
        values = dict(before.rule.values)
        assert all(within(clauses, values[bit]) for bit, clauses in decision.rule.values), name
    assert all(within(rule.read, own.rows[name].read) for name, rule in row.rows.items())
    assert within(row.identity, own.identity)


@EACH_ROW
def test_only_what_the_scope_names_and_no_prohibition_closes_is_read(row: DecisionClass) -> None:
    read = POLICY.clients[row.client].read if row.client else frozenset[Category]()
    closed = {
        (rule.category, level)
        for rule in POLICY.prohibitions
        if rule.actor in ("*", "partenaire")
        for level in (Level if rule.level is None else (rule.level,))
    }
    for name, decision in row.decisions.items():
        field = SCHEMA.fields[name]
        if decision.effect is not Effect.DENY and field.category not in OPEN:
            assert field.category in read, name
            assert (field.category, field.level) not in closed, name


@EACH_ROW
def test_a_denial_is_the_application_s_where_the_user_has_the_right_for_some_purpose(row: DecisionClass) -> None:
    own = TABLE.decision_class(row.kind, row.purpose)
    for name, decision in row.by_coordinate.items():
        if decision.effect is not Effect.DENY:
            continue
        before = own.by_coordinate[name]
        never = before.effect is Effect.DENY and before.granted_for is None
        expected = Reason.FIELD_NOT_FOR_CLIENT if decision.granted_for is None else Reason.FIELD_NOT_FOR_PURPOSE
        assert decision.reason is (before.reason if never and decision.granted_for is None else expected), name


def test_the_line_of_the_matrix_holds() -> None:
    """docs/domain.md#actors, last line: what no scope may ever open."""
    counts = opened(TABLE)
    never = {
        Category(name)
        for name in ["NIR", "IDX", "ECO", "FREIN", "SAN", "JUST", "SEJ", "LIBRE", "TRACE", "ACCES", "AUDIT"]
    }
    assert {category for client, category in counts if client in POLICY.clients} & never == set()
    assert {"ID", "COORD", "FAM", "SOC", "PRO", "FORM", "SUIVI"} <= {
        c for client, c in counts if client in POLICY.clients
    }


def test_classes_of_different_applications_share_nothing() -> None:
    pair = ("referent_cd", "suivi")
    ids = {TABLE.decision_class(*pair, client).id for client in (None, UNSCOPED, "parcours")}
    assert len(ids) == 3
    assert TABLE.decision_class(*pair, "parcours") is TABLE.decision_class(*pair, "parcours")


def test_a_page_is_as_large_as_the_scope_says_and_no_scope_says_more() -> None:
    pages = {row.client: row.page for row in ROWS}
    assert pages == {"parcours": PAGE, "mon_parcours": PAGE, "departement": LARGEST_PAGE, UNSCOPED: PAGE}
    assert {row.page for row in TABLE.classes.values()} == {PAGE}


def test_an_application_matches_by_what_its_scope_and_its_user_match_by() -> None:
    scope = ClientScope(
        "find", "", "partenaire", frozenset({"referent_cd", "delegataire_rsa"}), frozenset({"identification"}),
        frozenset({Category.ID, Category.COORD}), frozenset({Category.NIR}), "", "décret",
    )  # fmt: skip
    table = DecisionTable(replace(POLICY, clients={"find": scope}), SCHEMA)
    referent, delegate = (table.decision_class(kind, "identification", "find") for kind in sorted(scope.users)[::-1])
    assert referent.matches["IdentityInput.nir"].effect is Effect.MATCH
    assert referent.matches["IdentityInput.identifier"].reason is Reason.FIELD_NOT_FOR_CLIENT
    assert referent.decisions["Query.findPerson"].effect is Effect.ALLOW
    assert referent.decisions["Person.nirLastDigits"].effect is Effect.DENY
    assert delegate.matches["IdentityInput.nir"].effect is Effect.DENY
    assert delegate.decisions["Query.findPerson"].effect is Effect.DENY


def test_an_explanation_says_that_it_is_the_application_and_what_it_would_take() -> None:
    row = TABLE.decision_class("referent_cd", "suivi", "parcours")
    prohibited, left = explanation_text("Person.constraints", row, TABLE), explanation_text("Person.rsa", row, TABLE)
    assert "par une application de portée « Suivre un parcours depuis l'outil d'un partenaire » (parcours)" in left
    assert "motif : FIELD_NOT_FOR_CLIENT" in left
    assert "il faudrait : une convention par laquelle l'application lise SOC en entier (clients.toml)" in left
    assert "interdiction PART-FREIN" in prohibited
    assert "il faudrait : rien n'y suffit" in prohibited
    assert "sans portée" in explanation_text(
        "Person.rsa", TABLE.decision_class("referent_cd", "suivi", UNSCOPED), TABLE
    )


@EACH_ROW
def test_no_agreement_is_promised_of_what_no_application_may_ever_be_given(row: DecisionClass) -> None:
    """Such a scope would not load."""
    closed = {
        (rule.category, level)
        for rule in POLICY.prohibitions
        if rule.actor in ("*", "partenaire")
        for level in (Level if rule.level is None else (rule.level,))
    }
    for name, decision in row.decisions.items():
        field = SCHEMA.fields[decision.required or name]
        if decision.reason is Reason.FIELD_NOT_FOR_CLIENT and (field.category, field.level) in closed:
            assert "rien n'y suffit" in table_remedy(name, decision, row.kind, row.policy, SCHEMA), name


@EACH_ROW
def test_no_agreement_is_asked_for_a_category_that_needs_none(row: DecisionClass) -> None:
    """What leads to a person is denied for want of anything to read there: that is what it takes."""
    denied = [name for name, decision in row.decisions.items() if decision.effect is Effect.DENY]
    remedies = {name: table_remedy(name, row.decisions[name], row.kind, row.policy, SCHEMA) for name in denied}
    assert [
        name for name, remedy in remedies.items() if any(f"lise {open_category}" in remedy for open_category in OPEN)
    ] == []
    if row.decisions["Query.person"].reason is Reason.FIELD_NOT_FOR_CLIENT:
        assert "lise au moins une donnée de « Person »" in remedies["Query.person"]


def test_of_what_leads_to_the_person_itself_its_application_alone_is_in_the_way() -> None:
    own = TABLE.decision_class("beneficiaire", "droits", UNSCOPED)
    assert "une convention" in table_remedy("Query.me", own.decisions["Query.me"], own.kind, own.policy, SCHEMA)
    professional = TABLE.decision_class("referent_cd", "suivi", UNSCOPED)
    assert "rien n'y suffit" in table_remedy(
        "Query.me", professional.decisions["Query.me"], professional.kind, professional.policy, SCHEMA
    )


def test_a_value_that_no_application_may_be_given_is_promised_by_no_agreement() -> None:
    for client in (UNSCOPED, "parcours"):
        row = TABLE.decision_class("referent_cd", "suivi", client)
        assert "il faudrait : rien n'y suffit" in explanation_text("MotiveCategory.psychologue", row, TABLE)


def test_that_the_application_is_not_given_a_field_does_not_say_that_its_user_has_a_right_to_it() -> None:
    """For this purpose it has none."""
    own = TABLE.decision_class("orienteur_cd", "identification").decisions["Allocations.are"]
    cut = TABLE.decision_class("orienteur_cd", "identification", UNSCOPED).decisions["Allocations.are"]
    assert (own.effect, cut.reason) == (Effect.DENY, Reason.FIELD_NOT_FOR_CLIENT)
    assert "Vous y avez droit" not in REASONS[Reason.FIELD_NOT_FOR_CLIENT]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("read = [", "reed = [", "reed"),
        ('"SUIVI"', '"SUIVY"', "SUIVY"),
        ('"referent_cd"', '"referent"', "« referent »"),
        ('"referent_cd"', '"partenaire"', "« partenaire »"),
        ('"referent_cd"', '"statisticien_cd"', "« statisticien_cd »"),
        ('actor = "partenaire"', 'actor = "dpo"', "« dpo »"),
        ('"diagnostic", ', '"audit", ', "audit"),
        ('read = ["ID",', 'read = ["ID", "FREIN",', "PART-FREIN"),
        ('read = ["ID",', 'read = ["ID", "IDX",', "PART-IDX, PART-IDX-REDUIT"),
        ('read = ["ID",', 'match = ["NIR"]\nread = ["ID",', "NIR"),
        ('read = ["ID",', 'nir = "un texte"\nread = ["ID",', "NIR"),
        ('read = ["ID",', 'match = ["SAN"]\nread = ["ID",', "PART-SAN"),
        ("[parcours]", "[dpo]", "« dpo »"),
        ("legal =", "# legal =", "legal"),
        *(("legal =", f"page = {page}\nlegal =", "« page »") for page in (99, 1001, -1)),
    ],
)
def test_a_scope_that_is_not_exactly_as_it_must_be_stops_the_start_with_file_and_line(
    tmp_path: Path, old: str, new: str, place: str
) -> None:
    with pytest.raises(PolicyError) as caught:
        load(written(tmp_path, {"clients.toml": (old, new)}))
    (problem,) = caught.value.problems
    file, line, sentence = problem.split(":", 2)
    assert (file, line.isdigit(), place in sentence) == ("clients.toml", True, True), problem


def test_without_the_file_no_application_has_a_scope(tmp_path: Path) -> None:
    (written(tmp_path, {}) / "clients.toml").unlink()
    assert load(tmp_path).clients == {}


@pytest.mark.parametrize("client", [None, UNSCOPED, *POLICY.clients])
def test_a_denial_names_the_purposes_that_open_what_it_denies_and_no_other(client: str | None) -> None:
    pairs = TABLE.classes if client in (None, UNSCOPED) else [(row.kind, row.purpose) for row in TABLE.through(client)]
    rows = [TABLE.decision_class(*pair, client) for pair in pairs]
    for row in rows:
        alike = [same_kind for same_kind in rows if same_kind.kind == row.kind]
        for name, decision in row.by_coordinate.items():
            if decision.effect is Effect.DENY:
                opens = sorted(
                    same_kind.purpose for same_kind in alike if same_kind.by_coordinate[name].effect is not Effect.DENY
                )
                assert decision.granted_for == (", ".join(opens) or None), (row.kind, row.purpose, name)
                assert (decision.reason is Reason.FIELD_NOT_FOR_PURPOSE) == bool(opens)
