"""The example page of a partner in a real browser, on an origin of its own, and the provider of its user's token.

The screenshot of docs/clients.md is the one that `test_the_day_then_one_journey_with_what_is_hidden_and_why` takes.
"""

from __future__ import annotations

import json
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from demo.cast import RDVS
from demo.pages import CLIENTS, FOLDER
from demo.token_issuer import PAGE_CLIENT
from infra.npm import recent_node
from tests.conftest import STATE
from tests.pages.conftest import Demo, check_accessible

SCREENSHOT = STATE / "page-partenaire.png"
SIGNATURE = timedelta(next(rdv.days for rdv in RDVS if rdv.category == "rsa_cer_signature"))
VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


@pytest.fixture
def context(browser: Browser, page_built: None) -> Iterator[BrowserContext]:
    """A telephone, in which no script breaks the policy and nobody else is asked."""
    telephone = browser.new_context(viewport={"width": 390, "height": 844}, locale="fr-FR")
    telephone.set_default_timeout(60_000)
    yield telephone
    telephone.close()


def opened(context: BrowserContext, demo: Demo) -> tuple[Page, list[str]]:
    """The page, and what it must not do."""
    page, faults = context.new_page(), []
    page.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    allowed = (demo.partner, demo.url, "data:")
    page.on("request", lambda r: None if r.url.startswith(allowed) else faults.append(r.url))
    page.goto(demo.partner)
    return page, faults


def sign_in(page: Page, actor: str) -> None:
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("button", name=actor, exact=True).click()
    expect(page.locator("#agenda")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("ce jour-là.")  # today's, which is asked for at once


def test_the_day_then_one_journey_with_what_is_hidden_and_why(demo: Demo, context: BrowserContext) -> None:
    page, faults = opened(context, demo)
    expect(page.get_by_role("status")).to_have_text("Connectez-vous pour voir vos rendez-vous.")
    check_accessible(page)
    sign_in(page, "referent-a")
    assert page.url == f"{demo.partner}/"

    page.get_by_label("Jour").fill((demo.day + SIGNATURE).isoformat())
    with page.expect_response(lambda r: r.url.endswith("/graphql") and r.request.method == "POST") as sent:
        page.get_by_role("button", name="Voir ce jour").click()
    body = json.loads(sent.value.request.post_data or "")
    manifest = json.loads((CLIENTS / "typescript" / "documents.json").read_text(encoding="utf-8"))
    assert manifest[body["documentId"]] == body["query"]
    assert sent.value.headers["access-control-allow-origin"] == demo.partner
    expect(page.get_by_role("status")).to_contain_text("rendez-vous ce jour-là.")
    check_accessible(page)

    page.get_by_label("Jour").focus()
    reached = []
    for _ in range(8):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent"))
        if "MAËLLE" in reached[-1]:
            break
    assert "Voir ce jour" in reached
    assert "MAËLLE" in reached[-1]
    with page.expect_response(lambda r: "Journey" in (r.request.post_data or "")) as journey:
        page.keyboard.press("Enter")
    answer = journey.value.json()
    title = page.get_by_role("heading", name="Parcours de MAËLLE")
    expect(title).to_be_focused()
    hidden = [entry for entry in answer["extensions"]["access"] if entry["decision"] == "deny"]
    assert "Person.constraints" in {entry["coordinate"] for entry in hidden}
    for entry in hidden:
        step = page.locator("#steps section").filter(has_text=entry["needed"])
        assert step.count() >= 1, entry
        expect(step.first).to_contain_text(entry["message"])
    assert answer["data"]["person"]["constraints"] is None
    expect(page.locator("#steps")).to_contain_text("Signature du CER, Sur place, À venir ou non renseigné")
    check_accessible(page)
    page.emulate_media(color_scheme="light")
    page.screenshot(path=SCREENSHOT)

    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie, location.search]") == [
        0,
        0,
        "",
        "",
    ]
    assert faults == []
    page.reload()
    expect(page.get_by_role("button", name="Se connecter")).to_be_visible()
    expect(page.locator("#agenda")).to_be_hidden()


def test_who_is_not_there_for_the_user_is_explained_in_the_words_of_the_hub(
    demo: Demo, context: BrowserContext
) -> None:
    """The page is answered another person's id: it shows the one explanation of the answer, and no step."""
    page, faults = opened(context, demo)
    sign_in(page, "referent-a")
    page.get_by_label("Jour").fill((demo.day + SIGNATURE).isoformat())
    page.get_by_role("button", name="Voir ce jour").click()

    def of_somebody_else(route: Any) -> None:
        body = json.loads(route.request.post_data or "{}")
        if "Journey" in body["query"]:
            body["variables"]["id"] = "00000000-0000-4000-8000-000000000000"
        route.continue_(post_data=json.dumps(body))

    page.route(f"{demo.url}/graphql", of_somebody_else)
    with page.expect_response(lambda r: "Journey" in (r.request.post_data or "")) as journey:
        page.get_by_role("button", name="MAËLLE").click()
    (entry,) = journey.value.json()["extensions"]["access"]
    assert entry["reason"] == "NOT_FOUND"
    expect(page.locator("#steps .reason")).to_have_count(1)
    expect(page.locator("#steps")).to_have_text(f"{entry['message']}Pour l’avoir : {entry['needed']}.")
    assert faults == []


def test_of_two_days_asked_in_a_row_the_last_one_is_shown_whichever_is_answered_first(
    demo: Demo, context: BrowserContext
) -> None:
    page, faults = opened(context, demo)
    sign_in(page, "referent-a")
    held: list[Any] = []

    def hold_the_first(route: Any) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route(f"{demo.url}/graphql", hold_the_first)
    for day in (demo.day + SIGNATURE + timedelta(365), demo.day + SIGNATURE):
        page.get_by_label("Jour").fill(day.isoformat())
        page.get_by_role("button", name="Voir ce jour").click()
    expect(page.get_by_role("button", name="MAËLLE")).to_be_visible()
    with page.expect_response(lambda response: response.request == held[0].request) as late:
        held[0].continue_()
    late.value.finished()
    page.evaluate("() => new Promise((resolve) => setTimeout(resolve))")
    expect(page.get_by_role("button", name="MAËLLE")).to_be_visible()
    expect(page.get_by_role("status")).not_to_have_text("Aucun rendez-vous à montrer ce jour-là.")
    assert faults == []


def authorisation_request(demo: Demo, **changed: str) -> dict[str, str]:
    """What the page asks the provider."""
    return {
        "response_type": "code",
        "client_id": PAGE_CLIENT,
        "redirect_uri": f"{demo.partner}/",
        "state": "s",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | changed


def code(demo: Demo) -> str:
    """The code of one who picked the référente A."""
    answer = httpx2.post(
        f"{demo.partner}/identity/authorize", data={**authorisation_request(demo), "actor": "referent-a"}
    )
    assert answer.status_code == 303
    address = urlsplit(answer.headers["location"])
    query = parse_qs(address.query)
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{demo.partner}/"
    assert (query["state"], query["iss"]) == (["s"], [f"{demo.partner}/identity"])
    return query["code"][0]


def exchange(demo: Demo, **changed: str) -> httpx2.Response:
    form = {
        "grant_type": "authorization_code",
        "redirect_uri": f"{demo.partner}/",
        "client_id": PAGE_CLIENT,
        "code_verifier": VERIFIER,
    }
    return httpx2.post(f"{demo.partner}/identity/token", data=form | changed)


def test_the_page_is_typed(page_built: None) -> None:
    compiler = Path("node_modules/typescript/bin/tsc")
    completed = subprocess.run([recent_node()[0], compiler], cwd=FOLDER, capture_output=True, text=True)
    assert (completed.returncode, completed.stdout) == (0, "")


def test_a_code_is_good_once_for_the_page_that_asked_for_it(demo: Demo) -> None:
    for changed in (
        {"redirect_uri": "https://attacker.example/"},
        {"redirect_uri": f"{demo.partner}/other"},
        {"redirect_uri": f"{demo.partner}.attacker.example/"},
        {"client_id": "demo"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
        {"code_challenge": "short"},
        {"state": ""},
        {"scope": "all"},
    ):
        for answer in (
            httpx2.get(f"{demo.partner}/identity/authorize", params=authorisation_request(demo, **changed)),
            httpx2.post(
                f"{demo.partner}/identity/authorize",
                data={**authorisation_request(demo, **changed), "actor": "referent-a"},
            ),
        ):
            assert (answer.status_code, "location" in answer.headers) == (400, False), changed
    chosen = httpx2.get(f"{demo.partner}/identity/authorize", params=authorisation_request(demo, actor="referent-a"))
    assert (chosen.status_code, "location" in chosen.headers) == (400, False), "an address signs nobody in"
    for changed in (
        {"code": "other"},
        {"code": code(demo), "code_verifier": "w" * 43},
        {"code": code(demo), "redirect_uri": "https://attacker.example/"},
        {"code": code(demo), "client_id": "demo"},
        {"code": code(demo), "grant_type": "password"},
        {"code": code(demo), "more": "1"},
    ):
        answer = exchange(demo, **changed)
        assert (answer.status_code, "access_token" in answer.text) == (400, False), changed
    once = code(demo)
    assert exchange(demo, code=once).json()["token_type"] == "Bearer"
    assert exchange(demo, code=once).json() == {"error": "invalid_grant"}


def test_the_page_s_token_asks_the_documents_of_its_manifest_alone(demo: Demo) -> None:
    token = exchange(demo, code=code(demo)).json()["access_token"]
    headers = {"authorization": f"Bearer {token}", "purpose": "suivi"}
    body = {"query": "{ persons(first: 1) { nodes { id } } }"}
    answer = httpx2.post(f"{demo.url}/graphql", json=body, headers=headers).json()
    assert (answer.get("data"), len(answer["errors"])) == (None, 1)
    assert answer["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
