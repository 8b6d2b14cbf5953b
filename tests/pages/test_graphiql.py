"""The page as people use it, in a real browser; `visit` asserts of every test: no breach of the policy, no request
elsewhere, no error of a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.pages.conftest import Demo, Visit

Open = Callable[[str], Visit]


def headers_and_answer(page: Page, act: Callable[[], None]) -> tuple[dict[str, str], dict[str, Any]]:
    """Headers and answer of the query that this act sends."""
    with page.expect_response(lambda r: r.request.method == "POST" and "Journey" in (r.request.post_data or "")) as got:
        act()
    response = got.value
    answer: dict[str, Any] = response.json()
    return response.request.headers, answer


def run(page: Page) -> tuple[dict[str, str], dict[str, Any]]:
    """Press the button."""
    return headers_and_answer(page, lambda: page.get_by_role("button", name="Lancer la requête").click())


def choose(page: Page, label: str, value: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Pick a value in one of the lists; the page asks again of itself."""

    def pick() -> None:
        page.get_by_label(label, exact=True).select_option(value)

    return headers_and_answer(page, pick)


def test_the_journey_as_two_actors_and_why_the_second_reads_less(demo: Demo, visit: Open) -> None:
    """A référent reads the RSA; an employer does not, and the panel says so in French."""
    page = visit(demo.url).page
    choose(page, "Acteur", demo.actor("siae").name)
    _, read = choose(page, "Acteur", demo.actor("referent_cd").name)
    assert read["data"]["person"]["rsa"]["status"]
    headers, withheld = choose(page, "Acteur", demo.actor("siae").name)
    assert withheld["data"]["person"]["rsa"] is None
    assert headers["authorization"].startswith("Bearer ")
    row = page.get_by_role("row").filter(has_text="Person.rsa")
    expect(row).to_contain_text("retenu")
    expect(row).to_contain_text("Cette donnée n'est ouverte à votre sorte d'acteur pour aucune finalité.")


def test_another_purpose_is_sent_and_explained(demo: Demo, visit: Open) -> None:
    """The purpose is a header of the request; what it does not open names the purposes that would."""
    page = visit(demo.url).page
    run(page)
    headers, answer = choose(page, "Finalité", "formation")
    assert headers["purpose"] == "formation"
    closed = [entry for entry in answer["extensions"]["access"] if entry["reason"] == "FIELD_NOT_FOR_PURPOSE"]
    assert closed
    row = page.get_by_role("row").filter(has_text=closed[0]["coordinate"]).first
    expect(row).to_contain_text("La finalité déclarée n'ouvre pas cette donnée.")
    expect(row).to_contain_text(f"Lisible pour : {closed[0]['purposes'][0]}")


def test_another_person_is_the_variable_of_the_query(demo: Demo, visit: Open) -> None:
    """Picking a person fills $id."""
    page = visit(demo.url).page
    run(page)
    second = demo.persons[1]
    _, answer = choose(page, "Personne", second["id"])
    assert answer["data"]["person"]["id"] == second["id"]


def test_a_person_who_is_not_there_for_the_actor_is_said_to_be_so(demo: Demo, visit: Open) -> None:
    """Null without an error has one explanation, which tells nothing of absence or refusal and stands alone."""
    page = visit(demo.url).page
    choose(page, "Acteur", demo.actor("beneficiaire").name)
    own_id = demo.actor("beneficiaire").claims["person"]
    other_id = next(person["id"] for person in demo.persons if person["id"] != own_id)
    _, answer = choose(page, "Personne", other_id)
    assert answer["data"]["person"] is None
    (entry,) = answer["extensions"]["access"]
    expect(page.locator(".access .summary")).to_have_text("Parmi les champs demandés : 1 introuvable.")
    (row,) = page.locator(".access tbody tr").all()
    for text in ("introuvable", entry["message"], entry["needed"], "NOT_FOUND"):
        expect(row).to_contain_text(text)


def test_what_is_withheld_stands_before_what_is_read(demo: Demo, visit: Open) -> None:
    """The rows come in the order of what became of the fields, and say in words what the answer says."""
    page = visit(demo.url).page
    _, answer = choose(page, "Acteur", demo.actor("siae").name)
    badges = page.locator(".access .badge:not(.purpose)").all_inner_texts()
    order = ["retenu", "réduit", "vide", "lisible"]
    assert badges == sorted(badges, key=order.index)
    assert {"retenu", "lisible"} <= set(badges)
    messages = [entry["message"] for entry in answer["extensions"]["access"] if entry["reason"]]
    assert messages
    for message in set(messages):
        expect(page.locator(".access tbody")).to_contain_text(message)


def test_the_explorer_opens_on_the_served_schema(demo: Demo, visit: Open) -> None:
    """The explorer lists the roots, so the schema was read under the actor's token."""
    page = visit(demo.url).page
    page.get_by_role("button", name="Afficher Explorateur").click()
    expect(page.locator(".graphiql-explorer-root")).to_contain_text("person")


def test_my_schema_shows_what_the_chosen_actor_may_read_and_follows_it(demo: Demo, visit: Open) -> None:
    """The explorer loses what an employer never reads, and finds it again in the schema of all; the query still runs,
    whole, and says why a field is withheld."""
    page = visit(demo.url).page
    choose(page, "Acteur", demo.actor("siae").name)
    page.get_by_role("button", name="Afficher Explorateur").click()
    explorer = page.locator(".graphiql-explorer-root")
    root = explorer.get_by_text("myAccessJournal", exact=True)
    expect(root).to_have_count(1)
    headers, answer = choose(page, "Schéma", "mine")
    assert headers["schema-view"] == "mine"
    expect(root).to_have_count(0)
    assert "Person.rsa" in {entry["coordinate"] for entry in answer["extensions"]["access"]}
    choose(page, "Acteur", demo.actor("beneficiaire").name)
    expect(root).to_have_count(1)
    choose(page, "Acteur", demo.actor("siae").name)
    expect(root).to_have_count(0)
    headers, _ = choose(page, "Schéma", "all")
    assert headers["schema-view"] == "all"
    expect(root).to_have_count(1)


def test_a_description_tells_the_category(demo: Demo, visit: Open) -> None:
    """The documentation of a field says which category it is of."""
    page = visit(demo.url).page
    page.get_by_role("button", name="Afficher Documentation").click()
    for link in ("Query", "Person"):
        page.locator(".graphiql-doc-explorer").get_by_role("link", name=link, exact=True).first.click()
    expect(page.locator(".graphiql-doc-explorer")).to_contain_text("Catégorie : ID")
    run(page)
    expect(page.locator(".graphiql-doc-explorer")).to_be_visible()


def test_expired_tokens_are_said_in_french_and_renewed_in_place(
    demo: Demo, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page left open past twelve hours says so, and one press gives it fresh tokens."""
    monkeypatch.setattr("demo.token_issuer.LIFETIME", -60)
    page = visit(demo.url).page
    _, refused = run(page)
    assert refused["errors"][0]["extensions"]["code"] == "TOKEN_EXPIRED"
    expect(page.locator(".problem")).to_contain_text("Votre jeton d'accès a expiré")
    monkeypatch.undo()
    _, answer = headers_and_answer(page, page.get_by_role("button", name="Renouveler les jetons").click)
    assert answer["data"]["person"]
    expect(page.locator(".problem")).to_have_count(0)


def test_nothing_stays_in_the_browser(demo: Demo, visit: Open) -> None:
    """Queries, variables and tokens are gone with the page."""
    page = visit(demo.url).page
    run(page)
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


def test_a_hub_that_is_no_demo_has_no_switcher(demo: Demo, visit: Open) -> None:
    """`hub serve` serves the same page without actors: it asks for a token and says why it has no schema."""
    page = visit(demo.plain).page
    expect(page.locator(".bar")).to_contain_text("Collez votre jeton")
    expect(page.locator("select")).to_have_count(0)
    expect(page.locator(".problem")).to_contain_text("TOKEN_MISSING")
