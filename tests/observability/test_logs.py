"""A line of the log says when, where and what, as JSON or for people, and nothing that came from anybody."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest

from hub.http.observed import Observed
from hub.identity.actor import Actor
from hub.observability.instrumentation import Instrumentation
from hub.observability.log_settings import LogSettings
from hub.observability.logs import SPEAKERS, current_trace, logging_as
from hub.version import release
from tests.conftest import ROOT
from tests.pinned_graph import graph

CANARY = "MAËLLE-ARDENT-7f3a"
NIR = "2 88 13 08 105 001"
SIRET = "22080001600018"
TRACE = "0af7651916cd43dd8448eb211c80319c"
JSON = LogSettings(format="json")


@pytest.fixture
def silent_root() -> Iterator[None]:
    """Without the handlers of pytest, which keep records as they are."""
    root = logging.getLogger()
    before, root.handlers = root.handlers, []
    yield
    root.handlers = before


def say_everything() -> None:
    """Put a canary wherever a record may hold one, in ours and in other libraries'."""
    ours, theirs = logging.getLogger("hub.anything"), logging.getLogger("asyncio")
    theirs.error("Task exception was never retrieved: %s", CANARY)
    theirs.error(CANARY, stack_info=True)
    for log in (ours, theirs, logging.getLogger("uvicorn.error"), logging.getLogger("httpx2"), logging.getLogger()):
        try:
            raise ValueError(CANARY) from KeyError(CANARY)
        except ValueError:
            log.exception("unforeseen")
            log.warning("unforeseen", exc_info=True, stack_info=True, extra={"who": CANARY})
    ours.error("%s is refused", NIR)
    ours.error("%d of them", CANARY)
    thread = Thread(target=fail)
    thread.start()
    thread.join()


def fail() -> None:
    raise ValueError(CANARY)


def test_what_our_own_code_says_is_told() -> None:
    ours = set()
    for folder in ("hub", "infra", "schema", "subgraphs"):
        for path in (ROOT / folder).rglob("*.py"):
            loggers = re.findall(r'getLogger\((__name__|"[^"]+")\)', path.read_text(encoding="utf-8"))
            ours |= {folder if name == "__name__" else name.strip('"').partition(".")[0] for name in loggers}
    assert ours - set(SPEAKERS) == set()
    assert len(ours) >= 3


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_canary_reaches_the_log_by_text_exception_or_argument(
    form: Any, capsys: pytest.CaptureFixture[str], silent_root: None
) -> None:
    with logging_as("hub", LogSettings(format=form, level="debug")):
        say_everything()
    output = capsys.readouterr().err
    assert output.count("unforeseen") == 4, "of our two kinds of speakers, each twice"
    assert "ValueError" in output
    assert "test_logs.py:" in output
    for canary in (CANARY, CANARY[2:6], NIR, NIR.replace(" ", ""), "Traceback"):
        assert canary not in output, output
    assert len(output.splitlines()) == 14


def test_a_line_has_time_level_role_version_and_the_trace_of_its_request(
    capsys: pytest.CaptureFixture[str], silent_root: None
) -> None:
    async def request() -> None:
        current_trace.set(TRACE)
        logging.getLogger("hub.x").warning("late")

    with logging_as("people", JSON):
        asyncio.run(request())
        logging.getLogger("hub.x").debug("nothing")
        logging.getLogger("hub.x").info("after")
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert first.pop("time")[-1] == "Z"
    assert first == {"level": "warning", "role": "people", "version": release(), "logger": "hub.x", "message": "late",
                     "trace": TRACE}  # fmt: skip
    assert (second["message"], "trace" in second) == ("after", False)


async def answer(scope: Any, receive: Any, send: Any) -> None:
    headers = [(b"trace-id", TRACE.encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"12345"})


async def test_a_request_has_one_line_and_nothing_that_its_client_wrote_is_in_it(
    capsys: pytest.CaptureFixture[str], silent_root: None
) -> None:
    async def unheard(message: Any) -> None:
        pass

    scope = {"type": "http", "method": CANARY, "path": f"/{CANARY}/{NIR}", "query_string": CANARY.encode()}
    scope |= {"headers": [(b"user-agent", CANARY.encode())], "client": (CANARY, 1)}
    observed = Observed(answer, None)
    with logging_as("hub", JSON):
        await observed(scope, None, unheard)
    with logging_as("hub", LogSettings(access=False)):
        await observed(scope, None, unheard)
    (line,) = capsys.readouterr().err.splitlines()
    assert CANARY not in line
    facts = json.loads(line)
    assert {name: facts[name] for name in ("logger", "method", "route", "status", "bytes", "trace")} == {
        "logger": "hub.access", "method": "other", "route": "other", "status": 200, "bytes": 5, "trace": TRACE,
    }  # fmt: skip


async def test_the_line_of_a_request_says_of_who_asks_the_kind_and_the_purpose_alone(
    capsys: pytest.CaptureFixture[str], silent_root: None
) -> None:
    purposes = Instrumentation().purposes(graph().table.policy.purposes, {SIRET: frozenset({"suivi"})})
    agent = Actor(CANARY, "referent_cd", SIRET, CANARY, frozenset({"suivi"}), (), CANARY, 0)

    async def authenticated(scope: Any, receive: Any, send: Any) -> None:
        purposes.purpose(agent, "suivi")
        await answer(scope, receive, send)

    async def unheard(message: Any) -> None:
        pass

    scope = {"type": "http", "method": "POST", "path": "/graphql"}
    with logging_as("hub", JSON):
        await Observed(authenticated, None)(scope, None, unheard)
        await Observed(answer, None)(scope, None, unheard)
    authenticated_line, unknown = map(json.loads, capsys.readouterr().err.splitlines())
    assert (authenticated_line["actor_kind"], authenticated_line["purpose"]) == ("referent_cd", "suivi")
    assert authenticated_line.keys() - unknown.keys() == {"actor_kind", "purpose"}
    assert CANARY not in str(authenticated_line)
