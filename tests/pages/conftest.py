"""The page under test: built as the demo builds it, served by a real hub, opened in the real browser of the system."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import httpx2
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from demo.actors import agreements
from demo.pages import FOLDER, PARTNER_PAGE
from demo.partner_page import partner_page
from demo.switcher import route
from demo.token_issuer import DemoActor, Issuer
from hub.app import hub_app
from hub.pages.build import build
from hub.settings import load_settings
from schema.days import today
from tests.conftest import Database
from tests.e2e.site import demonstration
from tests.pinned_graph import graph
from tests.threaded_server import listening

AXE = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
SCHEMES: Sequence[Literal["light", "dark"]] = ("light", "dark")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Demo:
    """A served demo: `url` with the switcher, `plain` without it as `hub serve` has it, `partner` the example page;
    `day` is the one from which its files count."""

    url: str
    plain: str
    actors: Sequence[DemoActor]
    persons: Sequence[dict[str, str]]
    partner: str
    day: date

    def actor(self, kind: str) -> DemoActor:
        """The first actor of this kind."""
        return next(actor for actor in self.actors if actor.kind == kind)


@dataclass
class Visit:
    """An open page, with what it must never do: ask elsewhere, breach its policy, fail in a script."""

    page: Page
    elsewhere: list[str] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def built() -> None:
    """The page's files, current."""
    build()


@pytest.fixture(scope="session")
def page_built() -> None:
    """The partner's page and what checks accessibility, current."""
    build(PARTNER_PAGE)


def check_accessible(page: Page, within: str = "html") -> None:
    """Check that no rule of axe is broken, in light and in dark, and that nothing scrolls sideways."""
    assert page.viewport_size is not None
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        report = page.evaluate("within => axe.run(within, {resultTypes: ['violations']})", within)
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in report["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.fixture(scope="module")
def demo(database: Database, built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo's hub on free ports, with the demo's people."""
    folder = tmp_path_factory.mktemp("demo")
    issuer = Issuer(folder / "issuer")
    day = today()
    actors, persons = asyncio.run(demonstration(database, folder))
    switcher = route(actors, persons, issuer, graph().table.policy)
    with partner_page(issuer, actors) as partner:
        settings = load_settings(issuer.write_settings(agreements(actors), origins=[partner.origin]))
        with (
            listening(hub_app(graph(), settings, database.keys, database.dsn, [switcher])) as url,
            listening(hub_app(graph(), settings, database.keys, database.dsn)) as plain,
        ):
            partner.hub = url
            yield Demo(url, plain, actors, persons, partner.origin, day)


@pytest.fixture(scope="module")
def browser(demo: Demo) -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("chromium absent: apt install chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[[str], Visit]]:
    """Opens `/graphql` of a hub in a window of its own; at the end nothing forbidden has happened."""
    context = browser.new_context(viewport={"width": 1500, "height": 900}, locale="fr-FR")
    context.set_default_timeout(60_000)
    visits: list[Visit] = []

    def open_(url: str) -> Visit:
        opened = Visit(context.new_page())
        visits.append(opened)
        page = opened.page
        page.on("request", lambda r: opened.elsewhere.append(r.url) if not r.url.startswith((url, "data:")) else None)
        page.on("pageerror", lambda error: opened.breaches.append(str(error)))
        page.on("console", lambda m: opened.breaches.append(m.text) if "Content Security Policy" in m.text else None)
        page.goto(f"{url}/graphql")
        page.locator(".graphiql-query-editor .view-line").filter(has_text="Journey").wait_for()
        return opened

    yield open_
    context.close()
    assert visits
    for opened in visits:
        assert opened.elsewhere == []
        assert opened.breaches == []


@contextmanager
def window(browser: Browser, url: str, **options: Any) -> Iterator[Page]:
    """A window that asks nothing elsewhere and breaches no policy; `options` are those of its context."""
    context = browser.new_context(locale="fr-FR", **options)
    context.set_default_timeout(60_000)
    page = context.new_page()
    elsewhere: list[str] = []
    breaches: list[str] = []
    page.on("request", lambda r: elsewhere.append(r.url) if not r.url.startswith(url) else None)
    page.on("console", lambda m: breaches.append(m.text) if "Content Security Policy" in m.text else None)
    yield page
    context.close()
    assert (elsewhere, breaches) == ([], [])


@pytest.fixture
def reader(browser: Browser, demo: Demo) -> Iterator[Page]:
    """A window without JavaScript."""
    with window(browser, demo.url, viewport={"width": 1400, "height": 1000}, java_script_enabled=False) as page:
        yield page


@pytest.fixture
def tokens(demo: Demo) -> dict[str, str]:
    """A token of each kind of actor of the demo, as the switcher gives it."""
    actors = httpx2.get(f"{demo.url}/demo/actors").json()["actors"]
    by_name = {actor["name"]: actor["token"] for actor in actors}
    return {kind: by_name[demo.actor(kind).name] for kind in {actor.kind for actor in demo.actors}}
