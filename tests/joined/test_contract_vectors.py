"""The vectors of the contract say what the hub's code does, and the example that was written from the page."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import date
from typing import Any

import orjson
import pytest

from clients.examples.vehicle_loans.server import Context, Item, Refused, Subgraph
from schema.context import ContextRefused, unseal
from schema.residual import Residual
from tests.docs.contract_vectors import CONTEXTS, RESIDUALS
from tests.joined.loans import register

FILE: dict[str, Any] = orjson.loads(CONTEXTS.read_bytes())
KEY, BODY, NOW = urlsafe_b64decode(FILE["key"]), FILE["body"].encode(), FILE["now"]


@pytest.mark.parametrize("case", FILE["contexts"], ids=lambda case: case["name"])
def test_a_context_of_the_vectors_is_taken_or_refused_by_both(case: dict[str, Any]) -> None:
    example = Subgraph(register(), (KEY,), clock=lambda: NOW)
    if case["accepted"]:
        context, _, _ = unseal(case["header"], audience="loans", body=BODY, keys=(KEY,), now=NOW)
        assert example.context([case["header"]], BODY).scopes == frozenset(context.scopes)
        return
    with pytest.raises(ContextRefused):
        unseal(case["header"], audience="loans", body=BODY, keys=(KEY,), now=NOW)
    with pytest.raises(Refused):
        example.context([case["header"]], BODY)


def test_the_rows_that_the_vectors_keep_are_those_that_the_example_keeps() -> None:
    example = Subgraph(register(), (KEY,))
    count = 0
    for case in orjson.loads(RESIDUALS.read_bytes()):
        residual = Residual.decode(orjson.dumps(case["residual"]))
        context = Context(frozenset(), None, date(2026, 1, 1), orjson.loads(residual.encoded))
        for row in case["rows"]:
            item = Item("VehicleLoan", {}, "", row["facts"])
            fields = [
                name for name in ("startsOn", "vehicle") if example.readable(f"VehicleLoan.{name}", item, context)
            ]
            assert (fields if example.exists(item, context) else None) == row["readable"]
            count += bool(row["readable"])
    assert count > 20
