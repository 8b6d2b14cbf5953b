"""A query that stays open in GraphiQL, in a real browser: what it shows, how it goes on and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import asyncpg
import pytest
from playwright.sync_api import Page, Response, expect

from demo.offers_catalogue import PROVIDERS
from tests.conftest import Database
from tests.pages.conftest import Demo, Visit
from tests.pages.relay import relay

Open = Callable[[str], Visit]
RENAMED = (
    "UPDATE people.person SET last_name = $1 WHERE id = (SELECT person_id FROM access.person"
    " WHERE brsa AND department = '08' AND restrictions = 0 AND erasure_on IS NULL"
    " AND last_contact > CURRENT_DATE - 365"
    " AND NOT EXISTS (SELECT FROM access.link WHERE link.person_id = person.person_id AND scope_id = $2)"
    " ORDER BY person_id LIMIT 1)"
)


def changes_tab(page: Page) -> None:
    """Open the tab of changes."""
    page.get_by_role("tab", name="Changes").click()
    page.locator(".graphiql-query-editor .view-line").filter(has_text="withdrawn").wait_for()


def chosen(page: Page, label: str, value: str, operation: str = "Changes") -> Response:
    """Choose a value in a list of the page; return the head of the answer that it asks for."""
    with page.expect_response(lambda r: f"query {operation}" in (r.request.post_data or "")) as got:
        page.get_by_label(label, exact=True).select_option(value)
    return got.value


def rename(database: Database, name: str) -> None:
    """Change the last name of somebody whom an orienteur of the Ardennes reads, and no trainer, as a source would."""

    async def change() -> None:
        connection = await asyncpg.connect(database.admin_dsn)
        try:
            await connection.execute(RENAMED, name, PROVIDERS["08"])
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as thread:  # Playwright has the loop of this one
        thread.submit(asyncio.run, change()).result()


def opened_live(demo: Demo, visit: Open, url: str) -> Page:
    """The page of an orienteur of the Ardennes at this address, its query of changes open and fully answered."""
    page = visit(url).page
    chosen(page, "Acteur", demo.actor("orienteur_cd").name, "Journey")
    changes_tab(page)
    response = chosen(page, "Écoute", "live")
    assert response.headers["content-type"].startswith("text/event-stream"), response.request.post_data
    assert response.request.headers["purpose"] in demo.actor("orienteur_cd").purposes
    expect(page.locator(".result-window")).to_contain_text('"hasNextPage": false')
    return page


@pytest.fixture
def live(demo: Demo, visit: Open) -> Page:
    """The open query of an orienteur of the Ardennes."""
    return opened_live(demo, visit, demo.url)


def test_an_open_query_shows_what_is_written_and_why_something_is_withheld(live: Page, database: Database) -> None:
    rename(database, "Premier-Changement")
    expect(live.locator(".result-window")).to_contain_text("Premier-Changement")
    rename(database, "Second-Changement")
    expect(live.locator(".result-window")).to_contain_text("Second-Changement")
    expect(live.get_by_role("row").filter(has_text="Person.appointments")).to_contain_text("retenu")


def test_a_lost_connection_goes_on_from_its_last_event(demo: Demo, visit: Open, database: Database) -> None:
    with relay(demo.url) as between:
        page = opened_live(demo, visit, between.url)
        with page.expect_request(lambda r: "last-event-id" in r.headers):
            between.cut()
        rename(database, "Pendant-La-Coupure")
        result = page.locator(".result-window")
        expect(result).to_contain_text("Pendant-La-Coupure")
        expect(result.get_by_text('"firstName"')).to_have_count(1)
        page.get_by_role("button", name="Arrêter la requête").click()


def test_what_another_actor_asks_ends_the_query_of_the_first(
    live: Page, demo: Demo, visit: Open, database: Database
) -> None:
    witness = opened_live(demo, visit, demo.url)
    with live.expect_event("requestfailed"):
        chosen(live, "Acteur", demo.actor("organisme_formation").name)
    result = live.locator(".result-window")
    rename(database, "Pas-Pour-Lui")
    expect(witness.locator(".result-window")).to_contain_text("Pas-Pour-Lui")  # the hub has told who may read it
    expect(result).not_to_contain_text("Pas-Pour-Lui")
    with live.expect_event("requestfailed"):
        live.get_by_role("button", name="Arrêter la requête").click()
    chosen(live, "Écoute", "once")
    expect(live.get_by_role("button", name="Lancer la requête")).to_be_visible()


def test_a_refused_query_is_not_asked_again_and_says_why(
    demo: Demo, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("demo.token_issuer.LIFETIME", -60)
    page = visit(demo.url).page
    changes_tab(page)
    assert chosen(page, "Écoute", "live").status == 401
    expect(page.locator(".problem")).to_contain_text("Votre jeton d'accès a expiré")
    expect(page.locator(".result-window")).to_contain_text("TOKEN_EXPIRED")
