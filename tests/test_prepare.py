"""Preparing: who may see a plan, and who may say that an operation was decided."""

from __future__ import annotations

import pytest

from hub.document.request import Request
from hub.errors import RequestRefused
from hub.prepare import wants_plan
from tests.conftest import ROOT


def request(**headers: str) -> Request:
    return Request(headers, "{ a }", None, {}, "t")


def test_a_plan_is_shown_only_if_asked_for_and_allowed() -> None:
    assert wants_plan(request(plan="show"), allowed=True)
    assert not wants_plan(request(), allowed=True)
    assert not wants_plan(request(), allowed=False)
    with pytest.raises(RequestRefused) as caught:
        wants_plan(request(plan="show"), allowed=False)
    assert (caught.value.code, caught.value.http_status) == ("PLAN_NOT_SHOWN", 403)


def test_only_the_policy_step_and_the_unprotected_gateway_say_that_an_operation_was_decided() -> None:
    makers = {
        path.relative_to(ROOT).as_posix()
        for folder in ("benchmarks", "demo", "hub", "infra", "schema", "subgraphs")
        for path in (ROOT / folder).rglob("*.py")
        if "AuthorisedOperation(" in path.read_text(encoding="utf-8")
    }
    assert makers == {"hub/policy/authorise.py", "hub/gateway.py"}
