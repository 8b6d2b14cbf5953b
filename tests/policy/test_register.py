"""The register of article 30 is written from the decisions enforced, and docs/registre.md is current."""

from dataclasses import replace

from msgspec import structs

from hub.policy.decide.decision import Effect
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.report.register import register
from schema.categories import Category, Level
from tests.conftest import ROOT
from tests.pinned_graph import graph

TABLE = graph().table
TEXT = register(TABLE)
WHOLE = [
    name
    for (kind, name), reduction in TABLE.policy.reductions.items()
    if kind == "organisme_formation"
    and reduction.how == "whole"
    and TABLE.classification.fields[name].level is Level.FULL
]


def test_the_page_is_the_register_in_force() -> None:
    page = (ROOT / "docs" / "registre.md").read_text(encoding="utf-8")
    assert page == TEXT, "run hub policy register > docs/registre.md"


def test_every_grant_stands_under_each_purpose_that_it_serves() -> None:
    for purpose in TABLE.policy.purposes.values():
        if purpose.abstract:
            assert f"(`{purpose.code}`)" not in TEXT
            continue
        activity = TEXT.split(f"(`{purpose.code}`)\n")[1].split("\n## ")[0]
        for grant in TABLE.policy.grants:
            assert (f"(`{grant.id}`)" in activity) == (purpose.code in grant.purposes)


def test_every_basis_prohibition_and_duration_is_told() -> None:
    policy = TABLE.policy
    texts = [rule.text for rule in policy.bases.values()]
    texts += [rule.text for rule in policy.prohibitions] + [rule.text for rule in policy.retentions.values()]
    texts += [rule.text for rule in policy.items.values()]
    assert [text for text in texts if text not in TEXT] == []


def test_a_duration_names_whom_it_closes_something_to_as_enforced() -> None:
    def bound(table: DecisionTable, name: str) -> list[str]:
        line = next(line for line in register(table).splitlines() if line.startswith(f"| {name} | "))
        return line.split(" | ")[4].split(", ")

    assert bound(TABLE, "job_application") == ["`orienteur_cd`", "`referent_cd`", "`delegataire_rsa`"]
    assert "`beneficiaire`" not in bound(TABLE, "referral")
    fewer = [replace(grant, read=grant.read - {Category.PRO}) for grant in TABLE.policy.grants]
    narrowed = DecisionTable(replace(TABLE.policy, grants=tuple(fewer)), TABLE.classification)
    assert bound(narrowed, "job_application") == ["nul acteur"]


def test_a_category_that_a_grant_gives_and_a_prohibition_closes_is_not_said_to_be_read() -> None:
    assert all("SOC (" in line for line in TEXT.splitlines() if "(`DEL-1`)" in line)
    prohibited = structs.replace(
        TABLE.policy.prohibitions[0], actor="delegataire_rsa", category=Category.SOC, level=None
    )
    closed = replace(TABLE.policy, prohibitions=(*TABLE.policy.prohibitions, prohibited))
    after = register(DecisionTable(closed, TABLE.classification))
    assert not any("SOC (" in line for line in after.splitlines() if "(`DEL-1`)" in line)


def test_a_field_that_a_reduced_cell_leaves_whole_is_read_in_full_unless_that_is_prohibited() -> None:
    """The training body's own placements: a prohibition to read the category in full beats them too."""
    placements = [name for name in TABLE.classification.members["TrainingPlacement"] if name in WHOLE]
    assert len(WHOLE) > len(placements) > 0
    line = next(line for line in TEXT.splitlines() if "(`OF-1`)" in line)
    assert f"FORM ({len(WHOLE)})" in line
    prohibited = structs.replace(TABLE.policy.prohibitions[0], actor="organisme_formation", category=Category.FORM)
    assert prohibited.level is Level.FULL
    closed = replace(TABLE.policy, prohibitions=(*TABLE.policy.prohibitions, prohibited))
    table = DecisionTable(closed, TABLE.classification)
    decisions = table.decision_class("organisme_formation", "formation").decisions
    assert {decisions[name].effect for name in WHOLE} == {Effect.DENY}
    assert "FORM (" not in next(line for line in register(table).splitlines() if "(`OF-1`)" in line).split(" | ")[2]


def test_a_purpose_whose_accesses_the_person_sees_later_says_so() -> None:
    later = {
        purpose.label: purpose.deferred_days for purpose in TABLE.policy.purposes.values() if purpose.deferred_days
    }
    assert later
    for label, days in later.items():
        assert f"{days} jours après" in TEXT.split(f"## {label} (")[1].split("\n## ")[0]


def test_the_register_tells_by_what_each_grant_matches_as_far_as_it_is_enforced() -> None:
    lines = {line.split("(`")[1].split("`)")[0]: line for line in TEXT.splitlines() if "(`" in line and "|" in line}
    assert "| NIR (1), IDX (1) |" in lines["NAT-REF-1"]
    assert "| IDX (1) |" in lines["NAT-DEL-1"]
    prohibited = structs.replace(
        TABLE.policy.prohibitions[0], id="X", actor="referent_cd", category=Category.NIR, level=None
    )
    closed = replace(TABLE.policy, prohibitions=(*TABLE.policy.prohibitions, prohibited))
    after = register(DecisionTable(closed, TABLE.classification))
    assert "NIR (1)" not in next(line for line in after.splitlines() if "(`NAT-REF-1`)" in line)
