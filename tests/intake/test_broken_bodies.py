"""A notification whose body is broken is refused by every source that is notified: a code, its mend, and no value."""

from __future__ import annotations

import gzip
import hmac
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from hub.errors import RequestRefused
from hub.ingest import SOURCES
from hub.intake.sender_settings import SenderSettings
from hub.intake.senders import Senders, intake_keys
from infra.keys import Keys, sender_key
from tests.intake.test_events import ADDRESSES, EVENTS

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
CANARY = "Maëlle"
NOTIFIED = [name for name, source in SOURCES.items() if source.webhook is not None]
MOMENT = NOW.isoformat()
BODIES = {
    "rdv-insertion": {
        "data": {"id": 1, "users": [{"first_name": CANARY}]},
        "meta": {"model": "Rdv", "event": "created", "timestamp": MOMENT},
    },
    "immersion-facile": {
        "subscribedEvent": "convention.updated",
        "payload": {"convention": {"updatedAt": MOMENT, "signatories": {"beneficiary": {"firstName": CANARY}}}},
    },
    **{ADDRESSES[event["type"]]: {**event, "time": MOMENT, "personreference": CANARY} for event in EVENTS},
}
FAULTS: dict[str, tuple[Callable[[bytes], bytes], set[str]]] = {
    "empty": (lambda _: b"", {"JSON_INVALID"}),
    "blanks": (lambda _: b" \n" * 99, {"JSON_INVALID"}),
    "cut off": (lambda body: body[:-9], {"JSON_INVALID"}),
    "something behind": (lambda body: body + body, {"JSON_INVALID"}),
    "NaN": (lambda body: re.sub(rb'": "[^"]*"', b'": NaN', body, count=1), {"JSON_NUMBER"}),
    "a key twice": (lambda body: re.sub(rb'("\w+": "[^"]*")', rb"\1, \1", body, count=1), {"JSON_DUPLICATE_KEY"}),
    "nested too deep": (lambda _: b'{"data":' * 100_000, {"JSON_INVALID"}),
    "a number of too many digits": (lambda _: b'{"data": ' + b"9" * 100_000 + b"}", {"JSON_INVALID"}),
    "compressed": (gzip.compress, {"ENCODING_WRONG"}),
    "UTF-16": (lambda body: body.decode().encode("utf-16"), {"ENCODING_WRONG"}),
    "UTF-16 without its mark": (lambda body: body.decode().encode("utf-16-le"), {"JSON_INVALID", "ENCODING_WRONG"}),
    "windows-1252": (lambda body: body.decode().encode("cp1252"), {"ENCODING_WRONG"}),
    "the mark of an encoding twice": (lambda body: b"\xef\xbb\xbf" * 2 + body, {"JSON_INVALID"}),
    "fields of a form": (lambda body: b"payload=" + body, {"JSON_INVALID"}),
    "a list": (lambda body: b"[" + body + b"]", {"SCHEMA_INVALID", "FORMAT_UNKNOWN", "EVENT_TYPE_UNKNOWN"}),
    "a text": (lambda _: b'"x"', {"SCHEMA_INVALID", "FORMAT_UNKNOWN", "EVENT_TYPE_UNKNOWN"}),
    "null": (lambda _: b"null", {"SCHEMA_INVALID", "FORMAT_UNKNOWN", "EVENT_TYPE_UNKNOWN"}),
}


@pytest.fixture(scope="module")
def senders(tmp_path_factory: pytest.TempPathFactory) -> Senders:
    """One sender of each source that is notified."""
    folder = tmp_path_factory.mktemp("senders")
    organisations = folder / "own.toml"
    organisations.touch()
    rows = [SenderSettings(source, "produit", organisations, "08", 604_800, 9) for source in NOTIFIED]
    keys = Keys.create(folder / "keys")
    for row in rows:
        Keys.add(keys.directory, sender_key(row.source, row.organisation))
    return Senders(rows, Keys.load(keys.directory, intake_keys(rows)))


def refusal(senders: Senders, source: str, body: bytes) -> RequestRefused:
    """The refusal of a body that its sender proves in each way that a source knows."""
    secret = senders.by_address[source, "produit"].secret
    signature = hmac.digest(secret, body, "sha256").hex()
    signed = {"x-rdvi-signature": signature, "x-spie-signature": f"sha256={signature}"}
    with pytest.raises(RequestRefused) as refused:
        senders.prove(source, "produit", body, {"authorization": secret.decode(), **signed}, NOW)
    return refused.value


def test_every_source_that_is_notified_has_a_body() -> None:
    assert BODIES.keys() == {*NOTIFIED}


@pytest.mark.parametrize("source", NOTIFIED)
def test_a_broken_body_is_refused_with_its_code_and_mend_and_no_value(senders: Senders, source: str) -> None:
    body = json.dumps(BODIES[source], ensure_ascii=False).encode()
    for fault, (spoil, allowed) in FAULTS.items():
        error = refusal(senders, source, spoil(body))
        assert error.code in allowed, fault
        assert error.http_status == 422
        told = str(error.formatted("trace"))
        assert CANARY not in told
        assert len(error.message) > 40, "it says what is wrong and how to mend it"
