"""Signed contexts, residuals, cursors, headers and bodies that are almost sound: read, or refused by their code."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from datetime import date
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from hub.changes.cursor import ChangesRefused, Cursor, Cursors, Snapshot
from hub.errors import RequestRefused
from hub.http.media_types import answer_media, is_json, wants_events
from hub.http.request_reader import read_headers, read_request, trace_id
from schema.context import ContextRefused, seal, unseal
from schema.facts import Fact
from schema.residual import Residual
from schema.strict_json import read
from subgraphs.kit.cursors import Sealer
from subgraphs.kit.errors import RequestFailed
from tests.fuzz.foreign import JSON_VALUES, changed_bytes, changed_json, changed_text, foreign, read_or_refused
from tests.kit.conftest import anyone, context, person_id, residual

KEY, NOW, BODY = b"k" * 32, 1_800_000_000, b"{}"
RIGHTS = residual(
    {"Person": anyone(Fact.REFERENT)}, {"Person.rqth": anyone(Fact.SELF)}, ((1024, 730),), {"Contract": 90}
)
CONTEXT = context(RIGHTS, "a")
HEADER = seal(CONTEXT, audience="people", body=BODY, key=KEY, now=NOW)
CLAIMS = {
    "aud": "people",
    "iat": NOW,
    "exp": NOW + 30,
    "jti": "n",
    "body": "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
    "actor": "a",
    "kind": "referent_cd",
    "organisation": None,
    "purpose": "suivi",
    "scopes": ["a"],
    "policy": "p",
    "class": "c",
    "residual": RIGHTS.encoded.decode(),
    "now": NOW,
    "seconds": 9.5,
    "page": 100,
}
SEALER, PLACE = Sealer(KEY, CONTEXT), b"Query.persons"
CURSORS = Cursors(CONTEXT, lambda of: Sealer(KEY, of))
SNAPSHOT = Snapshot(1, 5, (2, 3), date(2026, 12, 1))
NAMES = ("accept", "content-type", "traceparent", "purpose", "content-encoding", "plan", "last-event-id", "x-any")
REQUEST = {
    "query": "{ a }",
    "operationName": "a",
    "variables": {"b": 1},
    "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}},
    "documentId": "sha256:0",
}


def opened(header: str) -> Any:
    """What a subgraph reads of a header; None for one that it refuses."""
    return read_or_refused(lambda: unseal(header, audience="people", body=BODY, keys=[KEY], now=NOW), ContextRefused)


def json_bytes(value: Any) -> bytes:
    """JSON of what orjson would not write, too."""
    return json.dumps(value).encode("utf-8", "surrogatepass")


def encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


@foreign
@given(changed_text(HEADER))
def test_a_context_is_taken_as_it_was_signed_or_not_at_all(header: str) -> None:
    opened_context = opened(header)
    assert opened_context is None or opened_context[0] == CONTEXT


@foreign
@given(changed_json(CLAIMS).map(json_bytes) | changed_bytes(orjson.dumps(CLAIMS)))
def test_a_signed_context_of_any_form_is_read_or_refused(payload: bytes) -> None:
    opened_context = opened(f"{encoded(payload)}.{encoded(hmac.digest(KEY, payload, 'sha256'))}")
    if opened_context is not None:
        signed, nonce, _ = opened_context
        assert isinstance(nonce, str)
        assert 0 < signed.page <= 1_000
        assert signed.seconds <= 30
        assert all(isinstance(text, str) for text in (signed.actor, signed.purpose, signed.policy, *signed.scopes))


@foreign
@given(changed_json(orjson.loads(RIGHTS.encoded)).map(json_bytes) | changed_bytes(RIGHTS.encoded))
def test_a_residual_of_any_form_is_read_or_refused(data: bytes) -> None:
    rights = read_or_refused(lambda: Residual.decode(data), ValueError, shows=True)
    if rights is not None:
        assert Residual.decode(rights.encoded) == rights


@foreign
@given(changed_text(SEALER.seal(PLACE, "Martin", person_id(1))) | JSON_VALUES)
def test_a_cursor_of_any_form_is_opened_or_forbidden(cursor: Any) -> None:
    read_or_refused(lambda: SEALER.open(PLACE, cursor), RequestFailed)


@foreign
@given(changed_text(CURSORS.seal(Cursor("h", SNAPSHOT, SNAPSHOT, None))))
def test_a_cursor_of_changes_of_any_form_is_opened_or_refused(cursor: str) -> None:
    place = read_or_refused(lambda: CURSORS.open(cursor), RequestFailed, ChangesRefused)
    assert place is None or place.since == SNAPSHOT


@foreign
@given(
    st.lists(st.tuples(st.sampled_from([*NAMES, "authorization"]).map(str.encode), st.binary(max_size=60)), max_size=5)
)
def test_headers_of_any_bytes_are_read_or_refused(raw: list[tuple[bytes, bytes]]) -> None:
    assert len(trace_id(raw)) == 32
    headers = read_or_refused(lambda: read_headers(raw), RequestRefused)
    wants_events(raw)
    if headers is not None:
        is_json(headers.get("content-type", ""))
        read_or_refused(lambda: answer_media(headers.get("accept")), RequestRefused)


@foreign
@given(changed_text("text/event-stream;q=0.9, application/json; charset=utf-8;q=0.5, */*;q=0.1"))
def test_a_choice_of_media_of_any_form_is_made_or_refused(accept: str) -> None:
    read_or_refused(lambda: answer_media(accept), RequestRefused)
    is_json(accept)
    wants_events([(b"accept", accept.encode("latin-1", "replace"))])


@foreign
@given(changed_json(REQUEST) | JSON_VALUES)
def test_a_body_of_any_value_is_a_request_or_refused(value: Any) -> None:
    read_or_refused(lambda: read_request({}, value, "0" * 32), RequestRefused)


@foreign
@given(changed_bytes(orjson.dumps(REQUEST)))
def test_a_body_of_any_bytes_is_json_or_refused(body: bytes) -> None:
    read_or_refused(lambda: read(body, 100, 1_000), ValueError, shows=True)
