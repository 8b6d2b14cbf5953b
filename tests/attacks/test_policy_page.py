"""Attack 44 on the page of the rules: one's own decisions, those of others for whoever verifies accesses, nothing
without a token; and no way to ask in another's name (docs/attaques.md)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest
from starlette.applications import Starlette

from demo.cast import PARTNER
from demo.token_issuer import PARTNER_CLIENT, DemoActor, Issuer
from hub.app import unix_seconds
from hub.http.page_form import FORM
from hub.http.policy_page import policy_page
from hub.identity.applications import Applications
from hub.identity.authenticator import Authenticator
from hub.identity.purpose import Purposes
from hub.request_limit import RequestCount
from hub.settings import load_settings
from schema.local_state import LocalState
from tests.pinned_graph import graph

TABLE = graph().table
COUNTY, EMPLOYER = "22080001900010", "11111111100017"
DPO = DemoActor(
    "dpo",
    "dpo",
    ("droits", "audit"),
    "",
    {"organisation": COUNTY, "organisation_type": "conseil_departemental", "departments": ["08"]},
)
SIAE = DemoActor("siae", "siae", ("iae", "actions"), "", {"organisation": EMPLOYER, "organisation_type": "siae"})
AGREEMENTS = {COUNTY: ("droits", "audit"), EMPLOYER: ("iae",)}
NOT_ITS_OWN = [{"pair": "referent_cd suivi"}, {"view": "table", "pair": "dpo audit"}, {"pair": "siae actions"}]
RESERVED = [{"view": "matrix"}, {"view": "register"}, {"view": "impact"}, {"view": "gaps"}]

Ask = Callable[..., "httpx2.Response"]


class Page:
    """The page over ASGI, with an issuer that it trusts."""

    def __init__(self, folder: Path, agreements: dict[str, tuple[str, ...]]) -> None:
        self.issuer = Issuer(folder)
        settings = load_settings(self.issuer.write_settings(agreements))
        policy = TABLE.policy
        applications = Applications(settings.clients, policy.clients)
        callers = Authenticator(settings.issuers, settings.audience, policy.actors, unix_seconds, applications)
        route = policy_page(
            TABLE,
            callers,
            Purposes(policy.purposes, settings.agreements),
            RequestCount(settings.requests, LocalState()),
        )
        self._transport = httpx2.ASGITransport(Starlette(routes=[route]))

    async def send(self, method: str, path: str = "/policy", **more: object) -> httpx2.Response:
        """One request."""
        async with httpx2.AsyncClient(transport=self._transport, base_url="http://hub") as client:
            return await client.request(method, path, **more)  # type: ignore[arg-type]

    async def ask(self, actor: DemoActor, **query: str) -> httpx2.Response:
        """The form, sent with a token of this actor."""
        return await self.send("POST", data={"access_token": self.issuer.token(actor), **query})


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return Page(tmp_path, AGREEMENTS)


def steps(answer: httpx2.Response) -> list[str]:
    """What is explained."""
    return re.findall(r'<section class="step[^>]*><h2><code>([^<]+)</code>', answer.text)


async def test_44_without_a_token_one_stays_at_the_door(page: Page, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "hub")
    token = page.issuer.token(DPO)
    door = await page.send("GET")
    assert (door.status_code, steps(door)) == (200, [])
    for sent in (
        {"path": f"/policy?access_token={token}&pair=referent_cd+suivi"},
        {"headers": {"authorization": f"Bearer {token}"}},
        {"headers": {"cookie": f"access_token={token}"}},
    ):
        answer = await page.send("GET", **sent)
        assert strip(answer.text) == strip(door.text)
    for data in ({}, {"access_token": ""}, {"access_token": token[:-3] + "AAA"}):
        refused = await page.send("POST", data={"view": "register", **data})
        assert (refused.status_code, steps(refused), token[:40] in refused.text) == (401, [], False)
        assert "TOKEN_REFUSED" in refused.text
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("hub.")]
    assert [line.partition(" at /policy")[0] for line in lines] == ["refused TOKEN_REFUSED"] * 3
    assert not [line for line in lines if token[:40] in line]


async def test_44_whoever_verifies_accesses_has_any_decision_explained(page: Page) -> None:
    for kind, purpose in TABLE.classes:
        answer = await page.ask(DPO, pair=f"{kind} {purpose}", field="Person.constraints.theme")
        assert answer.status_code == 200
        assert steps(answer) == ["Person.constraints", "Constraint.theme"]
    for view in RESERVED:
        assert (await page.ask(DPO, **view)).status_code == 200


@pytest.mark.parametrize("query", [*NOT_ITS_OWN, *RESERVED], ids=str)
async def test_44_another_actor_is_refused_what_is_not_its_own(page: Page, query: dict[str, str]) -> None:
    """Another kind's, the officer's own, and those of a purpose that its organisation has no agreement for."""
    own = await page.ask(SIAE)
    assert (own.status_code, steps(own)) == (200, ["Person.contact", "Contact.phones"])
    answer = await page.ask(SIAE, **query)
    assert (answer.status_code, steps(answer)) == (403, [])
    assert "EXPLAIN_NOT_YOURS" in answer.text
    assert "<table" not in answer.text


async def test_44_whoever_asks_through_an_application_is_told_what_passes_through_it_and_no_more(
    tmp_path: Path,
) -> None:
    """Not its user's own decisions either, be it the officer."""
    agent = {"agent": "00000000-0000-4000-8000-00000000000a"}
    user = DemoActor("a", "referent_cd", ("suivi",), "", {**DPO.claims, **agent})
    claims = {"organisation": PARTNER.siret, "organisation_type": "autre"}
    app = DemoActor("app", "partenaire", ("suivi", "droits"), "", claims, user, PARTNER_CLIENT)
    page = Page(tmp_path, {COUNTY: ("suivi", "droits", "audit"), PARTNER.siret: ("suivi", "droits", "audit")})
    answer = await page.ask(app, field="Person.rsa")
    assert (answer.status_code, steps(answer)) == (200, ["Person.rsa"])
    assert "FIELD_NOT_FOR_CLIENT" in answer.text
    for pair in ("referent_cd suivi", "beneficiaire droits mon_parcours", "referent_cd actions parcours"):
        assert "EXPLAIN_NOT_YOURS" in (await page.ask(app, pair=pair)).text
    officer = replace(app, purposes=("droits",), end_user=DPO)
    for query in RESERVED:
        assert "EXPLAIN_NOT_YOURS" in (await page.ask(officer, **query)).text
    explanation = await page.ask(DPO, pair="referent_cd suivi parcours", field="Person.rsa")
    assert "FIELD_NOT_FOR_CLIENT" in explanation.text


async def test_44_a_purpose_without_an_agreement_verifies_nothing(tmp_path: Path) -> None:
    page = Page(tmp_path, {COUNTY: ("droits",)})
    assert (await page.ask(DPO, pair="dpo droits")).status_code == 200
    assert (await page.ask(DPO, view="register")).status_code == 403
    nobody = await Page(tmp_path, {}).ask(DPO)
    assert (nobody.status_code, steps(nobody)) == (403, [])
    wide = replace(SIAE, purposes=("iae", "audit"))
    assert (await Page(tmp_path, {EMPLOYER: ("iae", "audit")}).ask(wide, view="register")).status_code == 403


@pytest.mark.parametrize("path", ["Person", "Query.person", "Query.persons.nodes"])
async def test_07_what_is_internal_fails_on_the_page_as_a_typo_does(page: Page, path: str) -> None:
    internal, typo = [await page.ask(DPO, field=f"{path}.{name}") for name in ("_access", "_acces")]
    assert steps(internal) == []
    assert strip(internal.text).replace("_access", "_acces") == strip(typo.text)


def strip(text: str) -> str:
    """A page without what is new in each."""
    return re.sub(r'(nonce|name="access_token" value)="[^"]+"', "", text)


@pytest.mark.parametrize(
    ("status", "media", "body"),
    [
        (415, "application/json", '{"access_token": "%s"}'),
        (415, "text/plain", "access_token=%s"),
        (415, "multipart/form-data; boundary=x", "access_token=%s"),
        (400, FORM, "access_token=%s&access_token=b"),
        (400, FORM, "access_token=%s&view=table&view=register"),
        (400, FORM, "access_token=%s&more=1"),
        (400, FORM, "access_token=%s&field=%%ff"),
        (400, FORM, "access_token=%s&field=é"),
        (400, FORM, "access_token=%s&view=others"),
        (400, FORM, "access_token=%s&pair=dpo+suivi"),
        (400, FORM, "access_token=%s&relation=FRIEND"),
        (413, FORM, "access_token=%s&field=" + "a" * (1 << 20)),
    ],
)
async def test_29_the_form_is_read_strictly(page: Page, status: int, media: str, body: str) -> None:
    content = (body % page.issuer.token(DPO)).encode()
    answer = await page.send("POST", content=content, headers={"content-type": media})
    assert (answer.status_code, steps(answer)) == (status, [])


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_29_no_other_method_of_the_page_asks_anything(page: Page, method: str) -> None:
    content = urlencode({"access_token": page.issuer.token(DPO)}).encode()
    answer = await page.send(method, content=content, headers={"content-type": FORM})
    assert answer.status_code == 405


async def test_44_nothing_of_the_page_runs_is_kept_or_is_framed(page: Page) -> None:
    answer = await page.ask(DPO, field='Person."><script>alert(1)</script>')
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "script-src" not in policy
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers
    assert "<script" not in answer.text
    assert answer.text.count("&lt;script&gt;alert(1)") == 3
