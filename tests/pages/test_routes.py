"""What `GET /graphql` and its siblings answer, without a browser."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from hub.http.graphiql import graphiql, wants_page
from hub.pages.build import FAILED
from tests.pages.conftest import Demo


async def get(built: Path, path: str) -> httpx2.Response:
    """One answer of the page's routes over this folder."""
    transport = httpx2.ASGITransport(Starlette(routes=graphiql({"query": ""}, built)))
    async with httpx2.AsyncClient(transport=transport, base_url="http://hub") as client:
        return await client.get(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A built page in small."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-1a2b.js").write_text("1")
    (tmp_path / "index.html").write_text('<meta name="csp-nonce" content="%NONCE%">')
    return tmp_path


async def test_the_policy_admits_nothing_of_elsewhere_and_no_inline_script(folder: Path) -> None:
    """No host, no wildcard, no inline script; only style attributes are inline, and they load nothing."""
    headers = (await get(folder, "/graphql")).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == policy["worker-src"] == "'self'"
    assert policy["form-action"] == "'self'"
    assert "unsafe-inline" not in policy["style-src"]
    assert not re.search(r"https?:|\*|unsafe-eval", headers["content-security-policy"])
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


async def test_a_nonce_serves_once(folder: Path) -> None:
    """Each answer has its own, in the header and in the page."""
    first, second = await get(folder, "/graphql"), await get(folder, "/graphql")
    nonces = [re.findall(r"'nonce-([^']+)'", page.headers["content-security-policy"])[0] for page in (first, second)]
    assert nonces[0] != nonces[1]
    assert nonces[0] in first.text
    assert "no-store" in first.headers["cache-control"]


async def test_files_named_by_their_content_are_kept_for_long(folder: Path) -> None:
    """A year, immutable; one that does not exist is not kept at all."""
    asset = await get(folder, "/graphql/assets/index-1a2b.js")
    assert (asset.status_code, "immutable" in asset.headers["cache-control"]) == (200, True)
    missing = await get(folder, "/graphql/assets/index-none.js")
    assert (missing.status_code, "immutable" in missing.headers.get("cache-control", "")) == (404, False)


async def test_a_page_that_could_not_be_built_says_why_and_how(tmp_path: Path) -> None:
    """In French, with the command; and nothing that a failure wrote becomes markup."""
    (tmp_path / FAILED).write_text("Les paquets <npm> sont injoignables.")
    answer = await get(tmp_path, "/graphql")
    assert answer.status_code == 503
    assert "Les paquets &lt;npm&gt; sont injoignables." in answer.text
    assert "python -m hub.pages.build" in answer.text


@pytest.mark.parametrize(
    ("method", "accept", "page"),
    [
        ("GET", b"text/html,application/xhtml+xml", True),
        ("GET", b"*/*", True),
        ("HEAD", None, True),
        ("GET", b"application/graphql-response+json", False),
        ("POST", b"text/html", False),
    ],
)
def test_only_a_reader_of_html_gets_the_page(method: str, accept: bytes | None, page: bool) -> None:
    """A GraphQL client that errs on the method is told so in JSON."""
    headers = [] if accept is None else [(b"accept", accept)]
    assert wants_page({"method": method, "headers": headers}) is page


async def test_only_the_demo_tells_its_actors(demo: Demo) -> None:
    """`hub serve` has no such route, and the demo's tokens are not kept by anyone on the way."""
    async with httpx2.AsyncClient() as client:
        response = await client.get(f"{demo.url}/demo/actors")
        assert [actor["name"] for actor in response.json()["actors"]] == [actor.name for actor in demo.actors]
        assert response.headers["cache-control"] == "no-store"
        assert (await client.get(f"{demo.plain}/demo/actors")).status_code == 404
        assert (await client.get(f"{demo.plain}/graphql/page.json")).json()["query"].startswith("query Journey")
