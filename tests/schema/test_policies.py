"""The policy files against the law's matrix: actors × categories × purposes (docs/domain.md#actors)."""

from itertools import product

import pytest
import yaml

from schema.categories import WRITE_ONLY, Category
from schema.facts import RELATIONS, SCOPE_KINDS, Fact
from tests.conftest import ROOT
from tests.schema.served_types import policy

GRANTS = policy("grants")["grant"]
PURPOSES = policy("purposes")
ACTORS = policy("actors")
UNCELLED = {Category.PROF, Category.PUB, Category.TECH, *WRITE_ONLY}

EXPECTED = {
    entry["matrix"]: entry
    for entry in yaml.safe_load((ROOT / "tests" / "policy" / "grants.yaml").read_text(encoding="utf-8"))
    if "matrix" in entry
}
ROW_ORDER = EXPECTED.pop("categories")["row"].split()


def letters(actor: str, category: str) -> str:
    mine = [grant for grant in GRANTS if grant["actor"] == actor and grant["relations"] != ["NATIONWIDE"]]
    keys = {"R": "read", "r": "reduced", "o": "own_recorded"}
    cell = "".join(letter for letter, key in keys.items() if any(category in g.get(key, []) for g in mine))
    if category == "NIR" and any(category in grant.get("match", []) for grant in mine):
        cell += "M"
    return cell or "-"


@pytest.mark.parametrize("actor", ACTORS)
def test_the_grants_of_an_actor_are_its_row_of_the_matrix(actor: str) -> None:
    assert actor in EXPECTED, f"tests/policy/grants.yaml has no row `matrix: {actor}`"
    expected = dict(zip(ROW_ORDER, EXPECTED[actor]["row"].split(), strict=True))
    for category in ROW_ORDER:
        cell = letters(actor, category)
        assert cell == expected[category], (
            f"{category}: the grants give {cell}, the row of {actor} in tests/policy/grants.yaml {expected[category]}"
        )


def test_the_tables_name_every_actor_category_and_relation_and_no_other() -> None:
    assert list(ACTORS) == list(EXPECTED), (
        "a row per kind of actor, in the order of actors.toml: tests/policy/grants.yaml"
    )
    assert set(ROW_ORDER) == set(Category) - UNCELLED
    assert list(policy("categories")) == [category.value for category in Category]
    assert list(policy("relations")) == [fact.name for fact in Fact if fact & RELATIONS]
    for name, row in policy("relations").items():
        assert row.get("scope") == SCOPE_KINDS.get(Fact[name])


def test_an_actor_has_the_purposes_of_its_row_and_identification_if_it_may_search_nationwide() -> None:
    for actor, entry in EXPECTED.items():
        if "purposes" in entry:
            assert set(ACTORS[actor]["purposes"]) == set(entry["purposes"].split()), actor


def test_no_purpose_serves_control_or_sanction() -> None:
    for code, row in PURPOSES.items():
        assert "5°" not in row["legal"]
        assert "6°" not in row["legal"]
        assert not {"contrôle", "sanction", "fraude"} & set(row["label"].lower().split()), code


def test_a_purpose_that_groups_others_cannot_be_declared() -> None:
    parents = {row["parent"] for row in PURPOSES.values() if "parent" in row}
    assert parents == {code for code, row in PURPOSES.items() if row.get("abstract")}
    assert not any(parents & set(actor["purposes"]) for actor in ACTORS.values())


def test_the_nationwide_search_reads_identity_and_contact_for_identification_only() -> None:
    nationwide = [grant for grant in GRANTS if "NATIONWIDE" in grant["relations"]]
    assert {grant["actor"] for grant in nationwide} == {
        "orienteur_cd",
        "referent_cd",
        "conseiller_ft",
        "conseiller_ml",
        "delegataire_rsa",
    }
    for grant in nationwide:
        assert grant["relations"] == ["NATIONWIDE"]
        assert (grant["purposes"], grant["read"]) == (["identification"], ["ID", "COORD"])
        assert not grant.keys() & {"reduced", "own_recorded"}


def test_free_text_justice_and_residence_are_the_persons_own() -> None:
    for grant, category in product(GRANTS, ("LIBRE", "JUST", "SEJ")):
        granted = {*grant.get("read", []), *grant.get("reduced", []), *grant.get("own_recorded", [])}
        assert category not in granted or grant["actor"] == "beneficiaire"


def test_whoever_reads_the_follow_up_reads_its_professionals() -> None:
    for grant in GRANTS:
        assert "SUIVI" not in grant.get("read", []) or "PROF" in grant["read"], grant["id"]


def test_nobody_reads_a_nir() -> None:
    (rule,) = [p for p in policy("prohibitions")["prohibition"] if p["category"] == "NIR" and p["actor"] == "*"]
    assert rule["level"] == "FULL"
    assert not any("NIR" in grant.get("read", []) + grant.get("own_recorded", []) for grant in GRANTS)


def test_a_wildcard_is_legal_in_a_prohibition_only() -> None:
    assert not any("*" in str(grant) for grant in GRANTS)
    assert "*" not in str(policy("actors")) + str(policy("reductions"))


def test_detailed_difficulties_rest_on_the_base_that_the_law_gives_each_actor() -> None:
    bases = {(g["actor"], g["basis"]) for g in GRANTS if "FREIN" in g.get("read", [])}
    assert bases == {
        ("orienteur_cd", "CASF-L263-4-1"),
        ("referent_cd", "CASF-L263-4-1"),
        ("delegataire_rsa", "CASF-L263-4-1"),
        ("conseiller_ft", "R5312-42"),
        ("beneficiaire", "RGPD-15"),
    }
    (detailed,) = [g for g in GRANTS if g["actor"] == "conseiller_ft" and "FREIN" in g.get("read", [])]
    assert detailed["relations"] == ["ORG_REFERENT"]


def test_opposition_is_a_right_where_the_law_gives_it() -> None:
    bases = policy("bases")
    assert {name for name, row in bases.items() if row["opposition"]} == {"CASF-L263-4-1", "L5135-1"}
    assert {grant["basis"] for grant in GRANTS} == bases.keys()


def test_a_limitation_suspends_all_but_the_rights_of_the_person_their_keeping_and_the_control_of_accesses() -> None:
    bases = policy("bases")
    assert {name for name, row in bases.items() if not row["limitation"]} == {
        "RGPD-12",
        "RGPD-15",
        "RGPD-18",
        "RGPD-5-2",
    }
    (keeping,) = [grant for grant in GRANTS if grant["basis"] == "RGPD-18"]
    assert (keeping["actor"], keeping["read"], keeping["reduced"]) == ("dpo", ["TRACE"], ["ID"])
    (finding,) = [grant for grant in GRANTS if grant["basis"] == "RGPD-12"]
    assert (finding["actor"], finding["purposes"], finding["named"]) == ("dpo", ["demande"], True)
    assert PURPOSES["demande"]["reference"] is True


def test_nothing_that_the_person_asks_or_that_time_does_closes_its_own_access() -> None:
    for grant in GRANTS:
        if "SELF" in grant["relations"] and "read" in grant:
            assert (grant["relations"], grant["basis"]) == (["SELF"], "RGPD-15"), grant["id"]
            assert "retention" not in grant


def test_health_is_granted_apart_and_ends_with_its_own_retention() -> None:
    for grant in GRANTS:
        granted = {*grant.get("read", []), *grant.get("reduced", []), *grant.get("own_recorded", [])}
        if "SAN" in granted and grant["actor"] != "beneficiaire":
            assert granted == {"SAN"}, grant["id"]
            assert grant["retention"] == "handicap"


def test_items_end_as_the_law_and_their_producers_say() -> None:
    items = [row for row in policy("retention").values() if "types" in row]
    assert {name: (row["days"], row.get("actors")) for row in items for name in row["types"]} == {
        "TrainingProject": (730, None),
        "TrainingPlacement": (730, None),
        "JobApplication": (90, ["orienteur_cd", "referent_cd", "delegataire_rsa"]),
        "Referral": (180, None),
        "ImmersionAgreement": (730, None),
    }


def test_only_the_person_and_the_data_protection_officer_read_without_a_term() -> None:
    assert {grant["actor"] for grant in GRANTS if "retention" not in grant} == {"beneficiaire", "dpo"}


def test_nobody_has_a_purpose_that_no_grant_serves_but_those_without_grants() -> None:
    served = {
        (grant["actor"], code)
        for grant in GRANTS
        for code, row in PURPOSES.items()
        if code in grant["purposes"] or row.get("parent") in grant["purposes"]
    }
    for actor, row in ACTORS.items():
        if actor not in {"statisticien_cd", "partenaire"}:
            assert {code for code in row["purposes"] if (actor, code) not in served} == set(), actor
