"""The attributes of spans are a closed list without free text."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import SpanContext, Status, StatusCode

from hub.observability.attributes import UNKNOWN_WORD, Attribute, Kind, Name, Value, admitted
from hub.observability.exporter import ClosedList

WORDS = frozenset(["suivi", "Person"])


def test_the_list_is_this_one() -> None:
    """A new attribute must be added here, with its kind."""
    assert {attribute.key: attribute.kind.name for attribute in Attribute} == {
        "http.request.method": "WORD",
        "http.route": "WORD",
        "http.response.status_code": "COUNT",
        "http.response.body.size": "COUNT",
        "graphql.operation.type": "WORD",
        "error.type": "CODE",
        "db.system.name": "WORD",
        "db.response.returned_rows": "COUNT",
        "spie.operation.hash": "HASH",
        "spie.statement.hash": "HASH",
        "spie.actor.kind": "WORD",
        "spie.purpose": "WORD",
        "spie.error.codes": "CODES",
        "spie.calls": "COUNT",
        "spie.subgraph": "WORD",
        "spie.call.asked": "WORDS",
        "spie.call.representations": "COUNT",
    }


@pytest.mark.parametrize(
    ("attribute", "value", "expected"),
    [
        (Attribute.PURPOSE, "suivi", "suivi"),
        (Attribute.PURPOSE, "Vurnibal", UNKNOWN_WORD),
        (Attribute.ENTRY_FIELDS, ("Person", "Vurnibal"), ("Person", UNKNOWN_WORD)),
        (Attribute.ERROR, "BAD_INPUT", "BAD_INPUT"),
        (Attribute.ERROR, "VURNIBAL", UNKNOWN_WORD),
        (Attribute.ERROR, "BAD_INPUT: Vurnibal", UNKNOWN_WORD),
        (Attribute.ERRORS, ("BAD_INPUT", "1710399999123"), ("BAD_INPUT", UNKNOWN_WORD)),
        (Attribute.OPERATION, "0f" * 32, "0f" * 32),
        (Attribute.OPERATION, "0f" * 32 + "\n", UNKNOWN_WORD),
        (Attribute.OPERATION, "{ me { id } }", UNKNOWN_WORD),
        (Attribute.ROWS, 3, 3),
    ],
)
def test_what_is_not_of_the_attributes_kind_is_not_told(attribute: Attribute, value: Value, expected: Value) -> None:
    assert admitted(attribute, value, WORDS) == expected


@pytest.mark.parametrize("value", ["1710399999123", True, 1.5, None])
def test_a_count_is_a_number(value: Value) -> None:
    with pytest.raises(TypeError):
        admitted(Attribute.ROWS, value, WORDS)
    assert Attribute.ROWS.kind is Kind.COUNT


def test_in_front_of_the_exporter_whatever_is_not_on_the_list_is_taken_out() -> None:
    """By whatever code it was put into a span."""
    canary = "MAËLLE"
    exporter = InMemorySpanExporter()
    provider = TracerProvider(ALWAYS_ON, shutdown_on_exit=False)
    provider.add_span_processor(ClosedList(SimpleSpanProcessor(exporter), WORDS))
    tracer = provider.get_tracer("any")
    with tracer.start_as_current_span(Name.CALL.value) as span:
        span.set_attributes({canary: canary, "http.url": canary, "spie.purpose": canary, "spie.subgraph": "suivi"})
        span.add_event(canary, {canary: canary})
        span.add_link(SpanContext(1, 2, is_remote=True), {canary: canary})
        span.set_status(Status(StatusCode.ERROR, canary))
        span.record_exception(ValueError(canary))
    with tracer.start_as_current_span(canary):
        pass
    (exported,) = exporter.get_finished_spans()
    assert dict(exported.attributes or {}) == {"spie.purpose": UNKNOWN_WORD, "spie.subgraph": "suivi"}
    assert (exported.status.status_code, exported.status.description) == (StatusCode.ERROR, None)
    assert (exported.events, exported.links, canary in exported.to_json()) == ((), (), False)
