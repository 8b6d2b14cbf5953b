"""`hub policy`: the rules checked, shown, explained, compared, and written as a register."""

from datetime import date
from pathlib import Path
from uuid import uuid4

import orjson
import pytest

from hub.policy.decide.policy_loader import POLICIES
from schema.facts import Fact
from tests.cli.commands import hub
from tests.conftest import ROOT, Database
from tests.pinned_graph import graph


def rules(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """The rules in force in a folder of their own, with the first occurrence of some texts replaced."""
    folder.mkdir()
    for path in POLICIES.glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        for name, old, new in changes:
            if name == path.name:
                assert old in text
                text = text.replace(old, new, 1)
        (folder / path.name).write_text(text, encoding="utf-8")
    return folder


def test_the_rules_in_force_are_whole() -> None:
    result = hub("policy", "check")
    assert (result.code, result.err) == (0, "")
    assert "tous classés." in result.out


def test_every_error_of_the_rules_is_told_with_file_and_line_and_ends_by_one(tmp_path: Path) -> None:
    folder = rules(
        tmp_path / "rules",
        ("grants.toml", 'read = ["TRACE"]', 'read = ["TRASE"]'),
        ("prohibitions.toml", 'level = "FULL"', 'level = "HALF"'),
    )
    result = hub("policy", "check", folder)
    assert result.code == 1
    first, second = result.err.strip().splitlines()
    line = (folder / "grants.toml").read_text(encoding="utf-8").split("TRASE")[0].count("\n") + 1
    assert first.startswith(f"{folder}/grants.toml:{line}: ")
    assert second.startswith(f"{folder}/prohibitions.toml:")
    assert first.endswith(" [POLICY_INVALID]")


def test_rules_that_do_not_cover_the_graph_are_refused(tmp_path: Path) -> None:
    folder = rules(tmp_path / "rules", ("retention.toml", 'types = ["Referral"]', 'types = ["Service"]'))
    assert "Referral : " in hub("policy", "check", folder).check_refused("POLICY_INCOMPLETE")


def test_the_fields_that_reductions_leave_closed_are_counted_and_named_on_demand() -> None:
    counted, listed = hub("policy", "check").out, hub("policy", "check", "--closed").out
    closed = [line.strip() for line in listed.splitlines() if " × " in line]
    assert "orienteur_cd × ECO : Resources.month" in closed
    assert f"Réductions : {len(closed)} champs" in counted
    assert "Resources.month" not in counted
    assert "hub policy check --closed" in counted


def test_a_reduction_to_a_field_that_there_is_not_is_told_with_file_and_line(tmp_path: Path) -> None:
    row = (
        'actor = "conseiller_ft", coordinate = "Person.household", how = "sibling", to = "Person.hasDependentChildren"'
    )
    folder = rules(tmp_path / "rules", ("reductions.toml", row, row.replace("Dependent", "Dependant")))
    line = (folder / "reductions.toml").read_text(encoding="utf-8").split("Dependant")[0].count("\n") + 1
    message = hub("policy", "check", folder).check_refused("POLICY_INVALID")
    assert message.startswith(f"{folder}/reductions.toml:{line}: « Person.hasDependantChildren » ")


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    result = hub("policy", "check", tmp_path / "none")
    assert result.code == 1
    assert "actors.toml:1: le fichier ne se lit pas [POLICY_INVALID]" in result.err


def test_the_table_is_shown_for_an_actor_and_a_purpose() -> None:
    result = hub("policy", "table", "--actor", "dpo", "--purpose", "audit", "--json")
    lines = orjson.loads(result.out)
    assert {(line["actor"], line["purpose"]) for line in lines} == {("dpo", "audit")}
    (birth,) = (line for line in lines if line["field"] == "Person.birthDate")
    assert (birth["decision"], birth["reason"], birth["instead"]) == (
        "deny",
        "FIELD_NOT_FOR_PURPOSE",
        "Person.birthYear",
    )
    text = hub("policy", "table", "--actor", "dpo", "--markdown").out
    assert text.count("## ") == 3
    hub("policy", "table", "--actor", "nobody").check_refused("ARGUMENT_INVALID")


def test_a_decision_is_explained_along_a_path() -> None:
    result = hub("policy", "explain", "--actor", "conseiller_ft", "--purpose", "suivi", "Person.contact.phones")
    assert result.code == 0, result.err
    assert "Contact.phones : lu" in result.out
    assert "base légale : C. trav. R.5312-42" in result.out


def test_table_and_explanation_tell_what_passes_through_an_application() -> None:
    lines = orjson.loads(hub("policy", "table", "--client", "mon_parcours", "--json").out)
    assert {(line["actor"], line["purpose"], line["client"]) for line in lines} == {
        ("beneficiaire", "droits", "mon_parcours")
    }
    command = ("policy", "explain", "--actor", "referent_cd", "--purpose", "suivi", "--client")
    result = hub(*command, "parcours", "Person.constraints")
    assert "motif : FIELD_NOT_FOR_CLIENT" in result.out
    assert "mon_parcours, parcours" in hub(*command, "none", "Person.id").check_refused("ARGUMENT_INVALID")
    assert "beneficiaire droits" in hub(*command, "mon_parcours", "Person.id").check_refused("ARGUMENT_INVALID")


@pytest.mark.parametrize(
    ("pair", "text"),
    [
        ("--actor siae --purpose suivi", "« siae » ne déclare pas la finalité « suivi » ; les siennes : actions ("),
        ("--actor sia --purpose suivi", "« --actor » ne nomme pas une sorte d'acteur, mais « siae » oui : "),
        (
            "--actor siae --purpose iea",
            "« --purpose » ne nomme pas une finalité, mais « iae » oui ; celles de « siae » : ",
        ),
        (
            "--actor siae --purpose accompagnement",
            "« --purpose » groupe des finalités ; celles de « siae » : actions (",
        ),
    ],
)
def test_of_an_actor_and_a_purpose_the_wrong_word_is_told_with_those_that_may_stand_there(pair: str, text: str) -> None:
    line = hub("policy", "explain", "Person.id", *pair.split()).check_refused("ARGUMENT_INVALID")
    assert text in line
    assert "beneficiaire droits" not in line


def test_a_schema_for_a_purpose_alone_asks_for_an_actor_that_has_it() -> None:
    line = hub("schema", "show", "--purpose", "audit").check_refused("ARGUMENT_INVALID")
    assert "« --actor » manque ; les sortes d'acteurs qui déclarent « audit » : dpo (" in line
    line = hub("schema", "show", "--actor", "dpo").check_refused("ARGUMENT_INVALID")
    assert "« --purpose » manque ; celles de « dpo » : audit (" in line


@pytest.mark.parametrize(
    ("actor", "purpose", "field", "code"),
    [("dpo", "suivi", "Person.id", "ARGUMENT_INVALID"), ("dpo", "audit", "Person.ids", "FIELD_UNKNOWN")],
)
def test_a_question_about_nothing_is_refused(actor: str, purpose: str, field: str, code: str) -> None:
    hub("policy", "explain", "--actor", actor, "--purpose", purpose, field).check_refused(code)


def test_what_changes_is_told_and_fails_the_check_only_if_asked(tmp_path: Path) -> None:
    after = rules(tmp_path / "after", ("grants.toml", '"SOC", "PRO", "FORM"]\nreduced', '"PRO", "FORM"]\nreduced'))
    result = hub("policy", "diff", POLICIES, after, "--lines")
    assert result.code == 0, result.err
    (rsa,) = (line for line in result.out.splitlines() if line.startswith("orienteur_cd orientation Person.rsa : "))
    assert "lu par DEPARTMENT_BRSA" in rsa.split(" → ")[0]
    assert rsa.split(" → ")[1].startswith("refusé")
    assert hub("policy", "diff", POLICIES, after, "--check").code == 1


def test_one_category_of_one_grant_is_one_line_per_outcome_and_every_decision_in_json(tmp_path: Path) -> None:
    after = rules(tmp_path / "after", ("grants.toml", '"SOC", "PRO", "FORM"]\nreduced', '"PRO", "FORM"]\nreduced'))
    *groups, total = hub("policy", "diff", POLICIES, after).out.splitlines()
    assert len(groups) < 5
    (social,) = (line for line in groups if line.startswith("orienteur_cd · orientation · SOC : "))
    assert " lu par DEPARTMENT_BRSA [ORI-CD-2] → refusé — " in social
    assert "Rsa (" in social
    lines = hub("policy", "diff", POLICIES, after, "--lines").out.splitlines()[:-1]
    assert total == f"{len(lines)} décision(s) et 0 durée(s) changent."
    whole = orjson.loads(hub("policy", "diff", POLICIES, after, "--json").out)
    assert not whole["equal"]
    assert sum(len(group["changes"]) for group in whole["groups"]) == len(lines)
    assert {group["category"] for group in whole["groups"]} == {"SOC"}
    assert hub("policy", "diff", POLICIES, after, "--json", "--check").code == 1


def test_who_reads_a_field_is_told_with_the_purposes_the_conditions_and_the_rules() -> None:
    text = hub("policy", "who", "Person.rsa").out
    assert text.startswith("Person.rsa — SOC, Situation sociale\n")
    assert (
        "Référent de parcours du Conseil départemental (referent_cd) — actions, contrat, diagnostic, suivi : lu\n"
        in text
    )
    assert "  à la place, réduit : Person.isRsaBeneficiary\n" in text
    assert "\n  ORI-CD-2 : Orienter une personne du périmètre départemental (" in text
    assert text.index(" : lu\n") < text.index(" : refusé\n") < text.index("Règles :")


def test_who_reads_names_every_class_once_and_as_it_is_decided() -> None:
    table = graph().table
    for path in ("Person.hasRqth", "Person.contact.phones", "IdentityInput.names", "Appointment.status.ABSENT"):
        readings = orjson.loads(hub("policy", "who", path, "--json").out)
        told = {(reading["actor"], reading["client"], code) for reading in readings for code in reading["purposes"]}
        classes = {(kind, None, purpose) for kind, purpose in table.classes}
        assert told == classes | {(row.kind, c, row.purpose) for c in table.policy.clients for row in table.through(c)}
        assert sum(len(reading["purposes"]) for reading in readings) == len(told)
        for reading in readings if path.count(".") == 1 and path in table.classes["dpo", "audit"].by_coordinate else ():
            row = table.decision_class(reading["actor"], reading["purposes"][0], reading["client"])
            assert reading["decision"] == row.by_coordinate[path].effect.value


def test_who_reads_nothing_is_refused() -> None:
    hub("policy", "who", "Person.secret").check_refused("FIELD_UNKNOWN")
    hub("policy", "who", "Person._access").check_refused("FIELD_UNKNOWN")
    assert "Appointment.status.ABSENT" in hub("policy", "who", "AppointmentStatus.ABSENT").check_refused(
        "FIELD_UNKNOWN"
    )


def test_who_reads_a_value_of_an_enum_is_said_by_its_field() -> None:
    text = hub("policy", "who", "Appointment.status.ABSENT").out
    assert "  valeur ASSIDU : lue par REFERENT" in text


def test_rules_older_than_a_category_are_compared_though_no_hub_would_serve_by_them(tmp_path: Path) -> None:
    name, rows = "[AUDIT]\n", "[[prohibition]]\n"
    category = (POLICIES / "categories.toml").read_text(encoding="utf-8").partition(name)[2].partition("\n\n")[0]
    prohibited = (POLICIES / "prohibitions.toml").read_text(encoding="utf-8").split(rows)
    (audit,) = (prohibition for prohibition in prohibited if 'category = "AUDIT"' in prohibition)
    old_rules = rules(
        tmp_path / "before",
        ("categories.toml", name + category, ""),
        ("prohibitions.toml", rows + audit, ""),
        ("grants.toml", '"ACCES", "AUDIT"', '"ACCES"'),
    )
    result = hub("policy", "diff", old_rules, POLICIES, "--lines")
    assert result.code == 0, result.err
    assert "dpo audit Query.accessJournal : refusé" in result.out
    assert "il manque AUDIT" in hub("policy", "diff", POLICIES, old_rules).check_refused("POLICY_INVALID")


def test_rules_that_say_the_same_pass_the_check(tmp_path: Path) -> None:
    after = rules(tmp_path / "after", ("grants.toml", "# Accords", "# Les accords"))
    result = hub("policy", "diff", POLICIES, after, "--check")
    assert (result.code, result.out) == (0, "0 décision(s) et 0 durée(s) changent.\n")


def test_a_text_that_changes_fails_the_check_though_no_decision_does(tmp_path: Path) -> None:
    after = rules(tmp_path / "after", ("bases.toml", 'text = "', 'text = "Nouveau : '))
    result = hub("policy", "diff", POLICIES, after, "--check")
    assert result.code == 1
    assert "Des libellés, des textes" in result.out


@pytest.mark.parametrize(
    ("command", "page"), [("register", "registre.md"), ("impact", "analyse-impact.md"), ("gaps", "ecarts.md")]
)
def test_register_and_impact_assessment_are_pages_of_the_documentation(command: str, page: str) -> None:
    result = hub("policy", command)
    assert (result.code, result.out) == (0, (ROOT / "docs" / page).read_text(encoding="utf-8"))


async def test_the_people_whom_a_change_touches_are_counted_in_the_database(database: Database, tmp_path: Path) -> None:
    """Those whom the relation of the grant links today; nobody's id is told."""
    grant, narrower = '"SOC", "PRO", "FORM"]\nreduced', '"PRO", "FORM"]\nreduced'
    after = rules(tmp_path / "after", ("grants.toml", grant, narrower))
    people = [str(uuid4()) for _ in range(4)]
    connection = await database.connect("access_ingest")
    try:
        for person in people:
            await connection.execute("INSERT INTO access.person (person_id) VALUES ($1)", person)
        for person, relation, until in zip(
            people,
            (Fact.DEPARTMENT_BRSA, Fact.DEPARTMENT_BRSA, Fact.REFERENT, Fact.DEPARTMENT_BRSA),
            (None, None, None, date(2021, 1, 1)),
            strict=True,
        ):
            await connection.execute(
                "INSERT INTO access.link (person_id, relation, scope_id, valid_from, valid_until, origin, origin_id) "
                "VALUES ($1, $2, '08', '2020-01-01', $3, 'test', '1')",
                person,
                int(relation),
                until,
            )
    finally:
        await connection.close()
    keys = ("--keys", database.keys.directory)
    result = hub("policy", "diff", POLICIES, after, "--people", *keys, database_url=database.admin_dsn)
    assert result.code == 0, result.err
    (social,) = (line for line in result.out.splitlines() if line.startswith("orienteur_cd · orientation · SOC : "))
    assert social.endswith(" (2 personne(s))")
    assert result.out.endswith("Des 4 personnes de la base, 2 au plus en sont touchées.\n")
    assert not [person for person in people if person in result.out]


def test_a_duration_that_changes_is_counted_too(database: Database, tmp_path: Path) -> None:
    after = rules(tmp_path / "after", ("retention.toml", "days = 730", "days = 365"))
    keys = ("--keys", database.keys.directory)
    result = hub("policy", "diff", POLICIES, after, "--people", *keys, database_url=database.admin_dsn)
    assert [line for line in result.out.splitlines() if line.startswith("durée ") and line.endswith(" (0 personne(s))")]


def test_people_are_not_counted_without_the_keys_of_the_database(tmp_path: Path) -> None:
    hub("policy", "diff", POLICIES, POLICIES, "--people", "--keys", tmp_path / "none").check_refused("KEYS_MISSING")


def test_a_relation_that_does_not_exist_is_refused() -> None:
    command = ("policy", "explain", "--actor", "dpo", "--purpose", "audit", "Person.id", "--relation")
    hub(*command, "FRIEND").check_refused("ARGUMENT_INVALID")
    assert "par la relation DEPARTMENT_BRSA" in hub(*command, "DEPARTMENT_BRSA").out
