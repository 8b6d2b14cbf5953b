"""Pages of other origins read answers of GraphQL only if the settings name their origin, to the letter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from starlette.requests import Request as PageRequest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from demo.token_issuer import Issuer
from hub.document.exchange import Reply, Request
from hub.errors import IdentityRefused, StartRefused
from hub.http.asgi import AsgiApplication
from hub.http.endpoint import GraphQLEndpoint
from hub.settings import load_settings

PARTNER, SECOND_PAGE = "https://page.example", "http://127.0.0.1:8100"
LOOK_ALIKES = (
    "null",
    "*",
    "https://page.example.attacker.example",
    "https://attackerpage.example",
    "https://sub.page.example",
    "https://page.example:8443",
    "https://page.example:443",
    "https://page.example/",
    "https://page.example.",
    "https://PAGE.example",
    "http://page.example",
    "http://127.0.0.1",
    "http://127.0.0.1:81001",
    "http://localhost:8100",
    f"{PARTNER}, {SECOND_PAGE}",
    f"{PARTNER} {SECOND_PAGE}",
    "",
)
PREFLIGHT = {
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type,purpose",
}


class Hub(AsgiApplication):
    """The hub's application over an answer of its own."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Nothing is opened."""
        yield


async def answer(request: Request) -> Reply:
    if "authorization" not in request.headers:
        raise IdentityRefused("TOKEN_MISSING", "Il manque un jeton.", "no token", http_status=401)
    return Reply.of({"a": 1}, [], {}, request.trace)


async def page(request: PageRequest) -> PlainTextResponse:
    return PlainTextResponse("page")


def hub(*origins: str) -> httpx2.AsyncClient:
    """A client of a hub whose settings name these origins."""
    paths = ("/policy", "/journal", "/graphql", "/graphql/page.json")
    app = Hub(GraphQLEndpoint(answer), [Route(path, page) for path in paths], page=True, origins=origins)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="https://hub.example")


def post(client: httpx2.AsyncClient, **headers: str) -> httpx2.Request:
    return client.build_request("POST", "/graphql", json={"query": "{ a }"}, headers=headers)


def granted(response: httpx2.Response) -> dict[str, str]:
    """What a browser is told that it may do."""
    return {name: value for name, value in response.headers.items() if name.startswith("access-control-")}


@pytest.mark.parametrize("origin", [PARTNER, SECOND_PAGE])
async def test_a_page_that_is_named_reads_the_answer_and_the_refusal(origin: str) -> None:
    async with hub(PARTNER, SECOND_PAGE) as client:
        for headers, status in (({"authorization": "Bearer x"}, 200), ({}, 401)):
            response = await client.send(post(client, origin=origin, **headers))
            assert response.status_code == status
            assert granted(response) == {
                "access-control-allow-origin": origin,
                "access-control-expose-headers": "Trace-Id, Retry-After",
            }
            assert response.headers["vary"] == "Origin"
        before = await client.request("OPTIONS", "/graphql", headers={"origin": origin, **PREFLIGHT})
        assert before.status_code == 200
        headers_of_answer = granted(before)
        assert headers_of_answer.pop("access-control-allow-headers").split(", ") == [
            "Accept", "Accept-Language", "Access-Mode", "Authorization", "Content-Language", "Content-Type",
            "Last-Event-ID", "Purpose", "Purpose-Reference",
        ]  # fmt: skip
        assert headers_of_answer == {
            "access-control-allow-origin": origin,
            "access-control-allow-methods": "POST",
            "access-control-max-age": "600",
        }
        assert "Origin" in before.headers["vary"]


async def test_29_an_origin_that_only_looks_like_one_that_is_named_is_told_nothing() -> None:
    async with hub(PARTNER, SECOND_PAGE) as client:
        for origin in LOOK_ALIKES:
            headers = {"origin": origin, "authorization": "Bearer x"}
            response = await client.send(post(client, **headers))
            assert "access-control-allow-origin" not in response.headers, origin
            assert response.headers["vary"] == "Origin"
            before = await client.request("OPTIONS", "/graphql", headers={"origin": origin, **PREFLIGHT})
            assert (before.status_code, "access-control-allow-origin" in before.headers) == (400, False), origin
        for changed in ({"access-control-request-method": "GET"}, {"access-control-request-headers": "cookie"}):
            before = await client.request("OPTIONS", "/graphql", headers={"origin": PARTNER, **PREFLIGHT, **changed})
            (error,) = before.json()["errors"]
            assert (before.status_code, error["extensions"]["code"]) == (400, "ORIGIN_REFUSED")
            assert "« origins »" in error["message"]


async def test_29_what_no_page_asks_and_what_is_no_graphql_has_no_word_of_origins() -> None:
    async with hub(PARTNER) as client:
        absent = await client.send(post(client, authorization="Bearer x"))
        assert (absent.status_code, granted(absent), absent.headers["vary"]) == (200, {}, "Origin")
        for path in ("/policy", "/journal", "/graphql/page.json", "/healthz", "/graphql"):
            response = await client.get(path, headers={"origin": PARTNER, "accept": "text/html"})
            assert (response.status_code, granted(response)) == (200, {}), path
            before = await client.request("OPTIONS", path, headers={"origin": PARTNER, **PREFLIGHT})
            assert path == "/graphql" or granted(before) == {}, path
    async with hub() as closed:
        response = await closed.send(post(closed, authorization="Bearer x", origin=PARTNER))
        assert (granted(response), "vary" in response.headers) == ({}, False)
        before = await closed.request("OPTIONS", "/graphql", headers={"origin": PARTNER, **PREFLIGHT})
        assert (before.status_code, granted(before)) == (405, {})


def load(tmp_path: Path, toml: str) -> frozenset[str]:
    """The origins of settings with this first line."""
    path = Issuer(tmp_path).write_settings({})
    path.write_text(f"{toml}\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    return load_settings(path).origins


def test_settings_name_origins_to_the_letter(tmp_path: Path) -> None:
    assert load(tmp_path, "") == frozenset()
    listed = f'origins = ["{PARTNER}", "{SECOND_PAGE}", "http://[::1]:81", "https://a.example:8443"]'
    assert load(tmp_path, listed) == {PARTNER, SECOND_PAGE, "http://[::1]:81", "https://a.example:8443"}


@pytest.mark.parametrize("origin", [*LOOK_ALIKES[:2], *LOOK_ALIKES[6:8], *LOOK_ALIKES[9:11], *LOOK_ALIKES[14:],
    "https://*.example", "https://page.example/path", "https://user@page.example", "https://page.example?x",
    "https://page.example#", "https://page.example:0", "https://page.example:08443", "https://pâge.example",
    "ftp://page.example", "file://", "https://", "page.example", "http://127.0.0.1.example"])  # fmt: skip
def test_an_origin_that_no_browser_would_send_stops_the_start_with_its_line_and_remedy(
    tmp_path: Path, origin: str
) -> None:
    with pytest.raises(StartRefused) as caught:
        load(tmp_path, f'origins = ["{PARTNER}", "{origin}"]')
    assert caught.value.code == "SETTINGS_INVALID"
    assert f"settings.toml:1: « origins » nomme « {origin} »" in caught.value.message
    assert "écrivez « https://nom »" in caught.value.message


@pytest.mark.parametrize("value", ['"https://a.example"', "[1]", f'["{PARTNER}", "{PARTNER}"]'])
def test_a_list_of_origins_that_is_none_stops_the_start(tmp_path: Path, value: str) -> None:
    with pytest.raises(StartRefused, match=r"« origins »"):
        load(tmp_path, f"origins = {value}")
