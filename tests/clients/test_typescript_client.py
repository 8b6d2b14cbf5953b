"""The published TypeScript client against a running hub, on Node and in a browser; its types hold what they should."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from playwright.sync_api import Route, sync_playwright

from hub.client_code.published_typescript import PACKAGE
from hub.subscriptions.terms import SECRET
from tests.cli.commands import hub
from tests.clients.conftest import APPLICATION, Served
from tests.clients.test_notifications import BODY, NOW, SHOWN, signed
from tests.conftest import ROOT
from tests.node import Node, NodeAbsent, compile_client, compiled_client
from tests.pages.conftest import FLAGS

ACTORS = ("referent-a", "organisme-formation", "employeur", "orienteur", "statisticien")
PAGE = """<!doctype html>
<script type="importmap">{"imports": {"oauth4webapi": "/client/oauth4webapi.js"}}</script>
<script type="module">
  import { bearerTokens, Hub, JourneyDocument } from "/client/index.js";
  window.read = async (token, id) => {
    const hub = new Hub(`${location.origin}/graphql`, bearerTokens(() => token));
    return (await hub.execute(JourneyDocument, { id }, { purpose: "suivi" })).whole().person.firstName;
  };
</script>"""


@pytest.fixture(scope="module")
def package() -> Node:
    """The package, installed and compiled."""
    try:
        return compiled_client()
    except NodeAbsent as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def answers(package: Node, served: Served) -> dict[str, Any]:
    """What the program on Node found."""
    provider = None if served.provider is None else {"url": served.provider.url, "client": APPLICATION}
    value = {
        "client": str(PACKAGE / "dist" / "index.js"),
        "url": served.url,
        "tokens": {actor: served.token(actor) for actor in ACTORS},
        "provider": provider,
        "notifications": {
            "secret": SHOWN,
            "signed": {"headers": signed(), "body": BODY.decode(), "now": NOW},
            "forged": {"headers": signed(key=bytes(SECRET)), "body": BODY.decode(), "now": NOW},
            "late": {"headers": signed(), "body": BODY.decode(), "now": NOW + 301},
        },
        "persons": {"maelle": served.site.persons["maelle"]},
    }
    results: dict[str, Any] = Node(package.binary, ROOT / "tests" / "clients" / "node").run("ask.mjs", value)
    return results


def test_live_changes_are_pages_and_a_notification_is_read_once_it_is_proven(answers: dict[str, Any]) -> None:
    [(people, cursor)] = answers["live"]
    assert people > 0
    assert cursor == "string"
    notification = answers["notification"]
    assert (notification["identifier"], notification["changed"], notification["restart"]) == ("msg_1", ["p"], False)
    assert [answers[name]["name"] for name in ("forged", "late")] == ["NotSigned", "NotSigned"]


def test_data_comes_with_the_reasons_of_what_is_missing(answers: dict[str, Any]) -> None:
    assert (answers["firstName"], answers["plain"]) == ("MAËLLE", None)
    assert answers["note"]
    assert answers["reason"] == "FIELD_NOT_FOR_ACTOR"
    person, entries, why = answers["absent"]
    assert (person, entries, why["reason"]) == (None, 1, "NOT_FOUND")
    assert why["message"].startswith("Sous cet identifiant, ")
    assert why["needed"].startswith("vérifier l'identifiant, ou ")
    denied = answers["denied"]
    assert (denied["name"], denied["code"], denied["status"]) == ("Refused", "FIELD_DENIED", 403)
    assert "FIELD_NOT_FOR_ACTOR" in {entry["reason"] for entry in denied["access"]}


def test_pages_follow_to_the_end_and_go_on_from_any_cursor(answers: dict[str, Any]) -> None:
    ids = [identifier for _, page, _ in answers["pages"] for identifier in page]
    assert len(ids) == len(set(ids)) > 60
    assert [is_last for *_, is_last in answers["pages"]] == [False] * (len(answers["pages"]) - 1) + [True]
    assert [identifier for _, page, _ in answers["resumed"] for identifier in page] == ids[40:]
    assert answers["withheld"]["name"] == "Withheld"
    assert answers["withheld"]["access"]


def test_a_copy_reads_all_then_what_changed_and_is_told_when_to_start_again(answers: dict[str, Any]) -> None:
    *whole, last = answers["changes"]
    assert sum(people for people, _, _ in whole) > 60
    assert [is_last for *_, is_last in whole] == [False] * (len(whole) - 1) + [True]
    assert last == [0, 0, True]
    assert (answers["startAgain"]["name"], answers["startAgain"]["code"]) == ("StartAgain", "CHANGES_EXPIRED")


def test_an_application_s_tokens_come_from_its_identity_provider(answers: dict[str, Any]) -> None:
    if "application" not in answers:
        pytest.skip("node or npm absent")
    assert answers["application"] > 60
    assert (answers["renewed"], answers["asked"], answers["together"]) == (None, [False, True], 1)
    assert (answers["tokenRefused"]["name"], answers["tokenRefused"]["code"]) == ("TokenRefused", "invalid_client")
    assert "wrong" not in answers["tokenRefused"]["text"]


def test_a_busy_hub_is_asked_again_with_the_same_request(answers: dict[str, Any]) -> None:
    assert answers["again"] is None
    assert len(answers["sent"]) == 4
    (sent,) = {json.dumps(request, sort_keys=True) for request in answers["sent"]}
    purpose, body = json.loads(sent)
    documents = json.loads((PACKAGE / "documents.json").read_text(encoding="utf-8"))
    assert (purpose, body["variables"], body["query"]) == ("suivi", {"first": 1}, documents[body["documentId"]])
    assert answers["exhausted"]["code"] == answers["tooLong"]["code"] == "TOO_MANY_REQUESTS"
    assert answers["tooLong"]["retryAfter"] == 3600
    assert answers["requests"] == 4 + 2 + 1 + 2 + 2 + 1 + 1 + 1 + 1 + 1
    assert (answers["keyed"], answers["unkeyedLater"]) == (None, None)
    assert answers["unkeyed"]["code"] == "TOO_MANY_REQUESTS"
    assert answers["unreachable"]["name"] == "Unreachable"


def test_who_follows_goes_on_from_the_last_page_across_all_that_passes(answers: dict[str, Any]) -> None:
    followed = answers["followed"]
    assert (followed["cursors"], followed["failure"]) == (["c1", "c2"], None)
    assert followed["since"] == ["c0"] * 9 + ["c1"] * 7 + ["c2"]
    assert [(end["failure"]["name"], len(end["since"])) for end in answers["gaveUp"]] == [
        ("Unreachable", 2),
        ("NotUnderstood", 2),
        ("Refused", 1),
    ]
    assert answers["withoutToken"]["name"] == "Unreachable"


def test_nothing_read_or_sent_is_told_by_what_is_printed(answers: dict[str, Any], served: Served) -> None:
    assert [value for value in ("MAËLLE", "1988", "0639980001") if value in answers["printed"]] == []
    assert "MARTIN" not in answers["misread"]["text"]
    assert [answers[name]["place"] for name in ("misread", "empty")] == ["$", "$.data"]
    assert "persons.0, x [SUBGRAPH_TIMEOUT]" in answers["incomplete"]["text"]
    assert "https" in answers["clear"]["text"]
    assert "purpose-reference: 1 to 40 printable ASCII characters" in answers["header"]["text"]
    assert "b: c" not in answers["header"]["text"]


def test_the_program_of_the_page_runs(package: Node, served: Served) -> None:
    page = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^```js\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    local = program.replace('"spie-hub-client"', f'"{(PACKAGE / "dist" / "index.js").as_uri()}"')
    variables = {"HUB_URL": served.url, "HUB_TOKEN": served.token("referent-a")}
    command = [package.binary, "--input-type=module", "--eval", local]
    completed = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, timeout=60)
    assert (completed.returncode, completed.stdout, completed.stderr) == (0, "5 personnes\n", "")


def test_the_types_refuse_what_the_schema_does(package: Node, tmp_path: Path) -> None:
    source = tmp_path / "src"
    shutil.copytree(PACKAGE / "src", source)
    shutil.copy(ROOT / "tests" / "clients" / "usage.ts", source)
    shutil.copy(PACKAGE / "tsconfig.json", tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (tmp_path / "node_modules").symlink_to(PACKAGE / "node_modules")
    compile_client(package, "--project", str(tmp_path), "--noEmit")


def test_a_client_of_other_operations_compiles(package: Node, tmp_path: Path) -> None:
    (tmp_path / "operations").mkdir()
    (tmp_path / "operations" / "who.graphql").write_text("query Who { me { id } }", encoding="utf-8")
    output = tmp_path / "src"
    result = hub("client", "typescript", "--operations", tmp_path / "operations", "--output", output)
    assert (result.code, result.err, result.out) == (0, "", f"Client écrit dans « {output} » : Who.\n")
    assert "WhoDocument" in (output / "operations.ts").read_text(encoding="utf-8")
    shutil.copy(PACKAGE / "tsconfig.json", tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (tmp_path / "node_modules").symlink_to(PACKAGE / "node_modules")
    compile_client(package, "--project", str(tmp_path), "--noEmit")


@pytest.fixture
def page(package: Node, served: Served) -> Iterator[Any]:
    """A page of the hub's origin that loads the client."""
    executable = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if executable is None:
        pytest.skip("chromium absent")

    def client_file(route: Route) -> None:
        name = route.request.url.rpartition("/client/")[2]
        folder = PACKAGE / "node_modules" / "oauth4webapi" / "build" if name == "oauth4webapi.js" else PACKAGE / "dist"
        file = folder / ("index.js" if name == "oauth4webapi.js" else name)
        route.fulfill(content_type="text/javascript", body=file.read_text(encoding="utf-8"))

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        opened = browser.new_page()
        opened.route("**/client/**", client_file)
        opened.route("**/application", lambda route: route.fulfill(content_type="text/html", body=PAGE))
        opened.goto(served.url.replace("/graphql", "/application"))
        opened.wait_for_function("window.read !== undefined")
        yield opened
        browser.close()


def test_a_browser_reads_through_the_same_client(page: Any, served: Served) -> None:
    arguments = orjson.dumps([served.token("referent-a"), served.site.persons["maelle"]]).decode()
    assert page.evaluate(f"read(...{arguments})") == "MAËLLE"
