"""The page of the rules as its readers use it, in a real browser in which no script may run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.conftest import Demo, Visit


@pytest.fixture
def reader(browser: Browser, demo: Demo) -> Iterator[Page]:
    """A window without JavaScript, which asks nothing elsewhere and breaches no policy."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, locale="fr-FR", java_script_enabled=False)
    context.set_default_timeout(60_000)
    page = context.new_page()
    elsewhere: list[str] = []
    breaches: list[str] = []
    page.on("request", lambda r: elsewhere.append(r.url) if not r.url.startswith(demo.url) else None)
    page.on("console", lambda m: breaches.append(m.text) if "Content Security Policy" in m.text else None)
    yield page
    context.close()
    assert (elsewhere, breaches) == ([], [])


def enter(page: Page, demo: Demo, token: str) -> None:
    """Give the token at the door."""
    page.goto(f"{demo.url}/policy")
    page.get_by_label("Jeton d'accès").fill(token)
    page.get_by_role("button", name="Entrer").click()


@pytest.fixture
def tokens(demo: Demo) -> dict[str, str]:
    """A token of each kind of actor of the demo, as the switcher gives it."""
    actors = httpx2.get(f"{demo.url}/demo/actors").json()["actors"]
    by_name = {actor["name"]: actor["token"] for actor in actors}
    return {kind: by_name[demo.actor(kind).name] for kind in {actor.kind for actor in demo.actors}}


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
