"""`/matching` as an agent uses it: by the keyboard alone, on a narrow screen, in a browser where no script runs."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.pages.conftest import Demo


def fits(page: Page) -> bool:
    """Whether the page is no wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_pair_is_compared_and_decided_by_the_keyboard_on_a_narrow_screen(
    reader: Page, demo: Demo, tokens: dict[str, str]
) -> None:
    reader.set_viewport_size({"width": 390, "height": 844})
    reader.goto(f"{demo.url}/matching")
    reader.get_by_label("Jeton d'accès").fill(tokens["orienteur_cd"])
    reader.keyboard.press("Tab")
    expect(reader.get_by_role("button", name="Entrer")).to_be_focused()
    reader.keyboard.press("Enter")
    first = reader.get_by_role("button", name="Comparer les dossiers de la ligne 1", exact=True)
    expect(first).to_be_visible()
    assert fits(reader)
    first.press("Enter")
    expect(reader.get_by_role("table")).to_contain_text("Date de naissance")
    assert fits(reader)
    reader.get_by_role("combobox").focus()
    for verdict in ("C'est la même personne", "Ce sont deux personnes"):
        reader.keyboard.press("Tab")
        expect(reader.get_by_role("button", name=verdict)).to_be_focused()
    reader.keyboard.press("Enter")
    expect(reader.get_by_role("status")).to_contain_text("Décision gardée : « Ce sont deux personnes ».")
    assert fits(reader)
    assert reader.url == f"{demo.url}/matching"
