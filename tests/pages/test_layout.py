"""The pages in a real browser: on a telephone and on a wide screen, in light and in dark, with the keyboard alone.

The screenshots of docs/exploitation.md are those that these tests take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import STATE
from tests.pages.conftest import SCHEMES, Demo, Visit, check_accessible, window

WIDTHS = {"telephone": 390, "large": 1400}
Open = Callable[[Page, str, str], None]


@pytest.fixture(scope="module")
def page(browser: Browser, demo: Demo, page_built: None) -> Iterator[Page]:
    """A window for all tests of this file."""
    with window(browser, demo.url) as opened:
        yield opened


def at(path: str) -> Open:
    """Opens an address."""

    def open_(page: Page, url: str, token: str) -> None:
        page.goto(f"{url}{path}")

    return open_


def behind(path: str, *buttons: str, fill: str | None = None) -> Open:
    """Opens an address with a token, then presses these buttons; `fill` is a number of a case, given first."""

    def open_(page: Page, url: str, token: str) -> None:
        page.goto(f"{url}{path}")
        page.get_by_label("Jeton d'accès").fill(token)
        page.get_by_role("button", name="Entrer").click()
        if fill is not None:
            page.get_by_label("Numéro de dossier", exact=True).last.fill(fill)
        for button in buttons:
            page.get_by_role("button", name=button, exact=True).click()

    return open_


PAGES: dict[str, tuple[str, Open]] = {
    "accueil": ("dpo", at("/")),
    "etat": ("dpo", at("/status")),
    "documentation": ("dpo", at("/documentation")),
    "document": ("dpo", at("/documentation/premiere-heure")),
    "introuvable": ("dpo", at("/documentation/rien")),
    "porte": ("dpo", at("/policy")),
    "decision": ("dpo", behind("/policy")),
    "journal": ("dpo", behind("/journal", "Chercher", fill="DOSSIER-1")),
    "sources": ("dpo", behind("/sources")),
    "refus": ("siae", behind("/sources")),
    "rapprochement": ("delegataire_rsa", behind("/matching")),
}
"""By name, whose token opens the page, and how."""
SHOWN = ("accueil", "etat", "decision", "journal")
"""The pages whose screenshots are taken."""


@pytest.mark.parametrize("name", PAGES)
def test_each_page_is_accessible_on_a_telephone_and_on_a_wide_screen(
    page: Page, demo: Demo, tokens: dict[str, str], name: str
) -> None:
    kind, open_ = PAGES[name]
    page.set_viewport_size({"width": WIDTHS["large"], "height": 900})
    open_(page, demo.url, tokens[kind])
    for width_name, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 844 if width == 390 else 900})
        check_accessible(page)
        for scheme in SCHEMES if name in SHOWN else ():
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=STATE / f"page-{name}-{width_name}-{scheme}.png")


def test_the_keyboard_goes_through_the_first_page_in_its_order(page: Page, demo: Demo) -> None:
    page.goto(demo.url)
    reached = []
    for _ in range(9):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent"))
    assert reached == [
        "Aller au contenu",
        "Hub SPIE",
        "Explorer le graphe",
        "Règles d'accès",
        "Journal des accès",
        "Sources",
        "Dossiers à rapprocher",
        "État du service",
        "Documentation",
    ]
    page.goto(demo.url)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"


def test_each_door_of_the_first_page_opens(page: Page, demo: Demo) -> None:
    page.goto(demo.url)
    doors = page.locator(".doors a")
    addresses = [door.get_attribute("href") for door in doors.all()]
    for address in addresses:
        answer = page.goto(f"{demo.url}{address}")
        assert answer is not None
        assert answer.status == 200, address


def test_graphiql_speaks_french_and_follows_the_scheme_of_the_system(
    demo: Demo, visit: Callable[[str], Visit], page_built: None
) -> None:
    page = visit(demo.url).page
    for scheme in SCHEMES:
        dark = scheme == "dark"
        page.emulate_media(color_scheme=scheme)
        page.get_by_label("Acteur", exact=True).select_option(demo.actor("siae").name)
        expect(page.locator(".access tbody tr").first).to_contain_text("retenu")
        shade = page.evaluate("getComputedStyle(document.querySelector('.access')).backgroundColor")
        assert (shade != "rgb(255, 255, 255)") is dark
        expect(page.locator(".monaco-editor.vs-dark").first).to_be_visible(visible=dark)
        page.screenshot(path=STATE / f"page-graphiql-large-{scheme}.png")
    labels = page.locator(".graphiql-container [aria-label]").evaluate_all("all => all.map(e => e.ariaLabel)")
    for name in ("Lancer la requête (Ctrl+Enter)", "Nouvel onglet", "Afficher Documentation", "Raccourcis clavier"):
        assert any(label.startswith(name.split(" (")[0]) for label in labels), (name, labels)
    english = ("query", "Show", "Hide", "Open", "Editor", "Select", "Close", "New", "Settings", "Explorer ")
    assert [label for label in labels if any(word in label.split() for word in english)] == []
    check_accessible(page, ".bar")
    check_accessible(page, ".access")
    page.set_viewport_size({"width": 390, "height": 844})
    check_accessible(page, ".access")
    page.screenshot(path=STATE / "page-graphiql-telephone-dark.png")
