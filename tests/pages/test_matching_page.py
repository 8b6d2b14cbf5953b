"""`/matching` as an agent uses it: by the keyboard alone, on a narrow screen, in a browser where no script runs."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from subprocess import Popen

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Database
from tests.forked import ForkedHub
from tests.pages.conftest import Demo


def fits(page: Page) -> bool:
    """Whether the page is no wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.fixture(scope="module")
def follower(database: Database) -> Iterator[ForkedHub]:
    """The process that makes each merge as soon as it is decided."""
    command = ["matching", "apply", "--follow", "--keys", database.keys.directory]
    with ForkedHub(command, {**os.environ, "DATABASE_URL": database.place}) as process:
        yield process
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def served(demo: Demo, token: str, pair: str) -> list[str]:
    """The ids under which the people of a pair are read."""
    query = " ".join(f'p{number}: person(id: "{person}") {{ id }}' for number, person in enumerate(pair.split()))
    headers = {"authorization": f"Bearer {token}", "purpose": "fiabilisation"}
    answer = httpx2.post(f"{demo.url}/graphql", json={"query": f"{{ {query} }}"}, headers=headers).json()
    return [person["id"] for person in answer["data"].values()]


def decide(reader: Page, decided: str) -> None:
    """Choose a verdict on the open pair by the keyboard."""
    reader.get_by_role("combobox").focus()
    for verdict in ("C'est la même personne", "Ce sont deux personnes"):
        reader.keyboard.press("Tab")
        expect(reader.get_by_role("button", name=verdict)).to_be_focused()
        if verdict == decided:
            reader.keyboard.press("Enter")
            break
    expect(reader.get_by_role("status")).to_contain_text(f"Décision gardée : « {decided} ».")
    assert fits(reader)


def test_two_files_are_made_one_and_parted_by_the_keyboard_on_a_narrow_screen_and_each_decision_acts_at_once(
    reader: Page, demo: Demo, tokens: dict[str, str], follower: Popen[str]
) -> None:
    assert follower.stdout is not None
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
    expect(reader.get_by_role("columnheader")).to_have_text(["donnée", "un dossier", "l'autre"])
    assert fits(reader)
    pair = reader.locator('input[name="pair"]').input_value()
    survivor, merged = sorted(pair.split())
    assert sorted(served(demo, tokens["orienteur_cd"], pair)) == [survivor, merged]
    decide(reader, "C'est la même personne")
    assert follower.stdout.readline() == "Dossiers réunis ou séparés : 1.\n"
    assert served(demo, tokens["orienteur_cd"], pair) == [survivor, survivor]
    reader.get_by_role("button", name="Revoir les dossiers de la ligne 1", exact=True).press("Enter")
    expect(reader.get_by_role("heading", name="Dossiers réunis")).to_be_visible()
    expect(reader.get_by_role("columnheader")).to_have_text(["donnée", "dossier réuni"])
    decide(reader, "Ce sont deux personnes")
    assert follower.stdout.readline() == "Dossiers réunis ou séparés : 1.\n"
    assert sorted(served(demo, tokens["orienteur_cd"], pair)) == [survivor, merged]
    expect(reader.get_by_role("button", name="dossiers de la ligne")).to_have_count(0)
    assert reader.url == f"{demo.url}/matching"
