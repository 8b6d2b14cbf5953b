"""The pages of the rules and of the journal as their readers use them, in a real browser in which no script may run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from demo.cast import BY_SLUG
from tests.pages.conftest import Demo, Visit


def enter(page: Page, demo: Demo, token: str) -> None:
    """Give the token at the door."""
    page.goto(f"{demo.url}/policy")
    page.get_by_label("Jeton d'accès").fill(token)
    page.get_by_role("button", name="Entrer").click()


def test_the_dpo_has_a_decision_of_another_explained(reader: Page, demo: Demo, tokens: dict[str, str]) -> None:
    """Actor, purpose, relation and field → the decision, its reason, the rule, the law, what would be needed."""
    enter(reader, demo, tokens["dpo"])
    reader.get_by_label("Acteur et finalité").select_option("conseiller_ft suivi")
    reader.get_by_label("Champ, ou chemin jusqu'à lui").fill("Person.constraints.theme")
    reader.get_by_label("Relation à la personne").select_option("TERRITORY")
    reader.get_by_role("button", name="Montrer").click()
    first_step = reader.locator(".step").first
    expect(first_step).to_contain_text("Person.constraints : refusé")
    expect(first_step).to_contain_text("NOT_YOUR_ROW")
    expect(first_step).to_contain_text("il faudrait : être lié à la personne par ORG_REFERENT")
    reader.get_by_label("Relation à la personne").select_option("ORG_REFERENT")
    reader.get_by_role("button", name="Montrer").click()
    expect(first_step).to_contain_text("Person.constraints : lu")
    expect(first_step).to_contain_text("accord FT-2")
    expect(first_step).to_contain_text("base légale : ")


def test_the_dpo_reads_the_table_the_matrix_and_the_register(reader: Page, demo: Demo, tokens: dict[str, str]) -> None:
    enter(reader, demo, tokens["dpo"])
    reader.get_by_role("button", name="Registre (article 30)").click()
    expect(reader.get_by_role("heading", name="Registre des activités de traitement")).to_be_visible()
    expect(reader.get_by_role("heading", name="Bases légales")).to_be_visible()
    reader.get_by_role("button", name="Matrice des droits").click()
    expect(reader.get_by_role("row").filter(has_text="JUST : Justice")).to_contain_text("—")
    reader.get_by_role("button", name="Table d'un acteur").click()
    reader.get_by_label("Acteur et finalité").select_option("siae iae")
    reader.get_by_role("button", name="Montrer").click()
    expect(reader.get_by_role("row").filter(has_text="Person.rsa").first).to_contain_text("FIELD_NOT_FOR_ACTOR")


def test_a_field_that_does_not_exist_is_said_to_be_so(reader: Page, demo: Demo, tokens: dict[str, str]) -> None:
    enter(reader, demo, tokens["dpo"])
    reader.get_by_label("Champ, ou chemin jusqu'à lui").fill("Person.<b>nir</b>")
    reader.get_by_role("button", name="Montrer").click()
    expect(reader.get_by_role("alert")).to_contain_text("« Person.<b>nir</b> » n'est pas un champ du graphe")


def test_another_actor_reads_its_own_decisions_only(reader: Page, demo: Demo, tokens: dict[str, str]) -> None:
    enter(reader, demo, tokens["siae"])
    options = reader.get_by_label("Acteur et finalité").locator("option").all()
    assert {option.get_attribute("value") for option in options} == {"siae iae", "siae actions"}
    expect(reader.get_by_role("button", name="Registre (article 30)")).to_have_count(0)
    expect(reader.locator(".step").first).to_contain_text("Person.contact : lu")


def test_a_refused_token_leaves_one_at_the_door(reader: Page, demo: Demo) -> None:
    enter(reader, demo, "pas-un-jeton")
    expect(reader.get_by_role("alert")).to_contain_text("TOKEN_REFUSED")
    expect(reader.get_by_label("Jeton d'accès")).to_be_visible()
    assert "pas-un-jeton" not in reader.content()


def test_the_page_of_requests_leads_there_with_the_chosen_actor(demo: Demo, visit: Callable[[str], Visit]) -> None:
    """In a window of its own; the token is in no address."""
    page = visit(demo.url).page
    page.get_by_label("Acteur", exact=True).select_option(demo.actor("dpo").name)
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Règles d’accès").click()
    expect(opened.value.get_by_role("button", name="Registre (article 30)")).to_be_visible()
    assert opened.value.url == f"{demo.url}/policy"
    assert opened.value.evaluate("window.opener") is None


def test_a_hub_that_is_no_demo_leads_to_the_door(demo: Demo, visit: Callable[[str], Visit]) -> None:
    page = visit(demo.plain).page
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Règles d’accès").click()
    expect(opened.value.get_by_label("Jeton d'accès")).to_be_visible()


def test_the_officer_answers_who_read_ones_data_in_two_clicks(
    reader: Page, demo: Demo, tokens: dict[str, str], tmp_path: Path
) -> None:
    maelle = BY_SLUG["maelle"]
    reader.goto(f"{demo.url}/journal")
    reader.get_by_label("Jeton d'accès").fill(tokens["dpo"])
    reader.get_by_role("button", name="Entrer").click()
    reader.get_by_label("Numéro de dossier").first.fill("DEMANDE-1")
    reader.get_by_label("Date de naissance").fill(str(maelle.birth_date))
    reader.get_by_label("Nom d'usage ou de naissance").fill(maelle.last_name)
    reader.get_by_label("Prénom").fill(maelle.first_name)
    reader.get_by_role("button", name="Retrouver").click()
    expect(reader.get_by_role("status")).to_contain_text(maelle.last_name.upper())
    reader.get_by_role("button", name="Qui a lu ses données").click()
    expect(reader.get_by_role("table")).to_contain_text("dossier DEMANDE-1")
    with reader.expect_download() as download:
        reader.get_by_role("button", name="Tout enregistrer en CSV").click()
    saved = tmp_path / "acces.csv"
    download.value.save_as(saved)
    assert "DEMANDE-1" in saved.read_text(encoding="utf-8-sig")
    assert reader.url == f"{demo.url}/journal"
