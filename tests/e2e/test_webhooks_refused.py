"""Notifications that are refused: alike if they prove nothing, with code and place if they do, never a value."""

from __future__ import annotations

import gzip
import hmac
import json
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import orjson
import pytest

from demo.rdvi_files import signed
from tests.conftest import Database
from tests.e2e.site import PATIENCE
from tests.e2e.test_webhooks import CD08, CD2A, IMMERSION, Receiver, code, rdv, receiving, statuses


@pytest.fixture(scope="module")
def refusing(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """One process for all notifications that are refused, so that its database stays without an item."""
    with receiving(database, tmp_path_factory.mktemp("refusing")) as running:
        yield running


def test_whoever_is_unknown_or_wrongly_proven_is_refused_alike_and_nothing_is_parsed(refusing: Receiver) -> None:
    body, broken = rdv(1), b"{not json"
    proof = signed(body, refusing.secret(CD08))
    refusals = [
        refusing.send("rdv-insertion/cd99", body, proof),
        refusing.send("inconnue/cd08", body, proof),
        refusing.send("data-inclusion/cd08", body, proof),
        refusing.send(CD2A, body, proof),
        refusing.send(CD08, body, signed(body, b"another secret")),
        refusing.send(CD08, body, {}),
        refusing.send(CD08, body + b" ", proof),
        refusing.send(CD08, broken, proof),
        refusing.send(IMMERSION, body, proof),
        refusing.send(CD08, body, {"x-rdvi-signature": "0" * 5000}),
    ]
    assert {response.status_code for response in refusals} == {401}
    assert {code(response) for response in refusals} == {"WEBHOOK_REFUSED"}
    answers = [response.json()["errors"][0] for response in refusals]
    for answer in answers:
        del answer["extensions"]["trace"]
    assert all(answer == answers[0] for answer in answers)
    assert statuses(refusing) == []


def test_30_a_signature_that_comes_twice_proves_nothing(refusing: Receiver) -> None:
    body = rdv(1)
    signature = signed(body, refusing.secret(CD08))["X-RDVI-SIGNATURE"]
    response = refusing.client.post(
        f"{refusing.url}/webhooks/{CD08}",
        content=body,
        headers=[("x-rdvi-signature", signature), ("x-rdvi-signature", signature)],
    )
    assert (response.status_code, code(response)) == (401, "WEBHOOK_REFUSED")


@pytest.mark.parametrize(
    ("age", "expected"), [(timedelta(days=4), "WEBHOOK_TOO_OLD"), (timedelta(minutes=-10), "WEBHOOK_EARLY")]
)
def test_a_replay_out_of_the_window_is_refused(refusing: Receiver, age: timedelta, expected: str) -> None:
    response = refusing.send(CD08, rdv(1, sent=datetime.now(UTC) - age))
    assert (response.status_code, code(response)) == (422, expected)
    assert statuses(refusing) == []


def test_what_its_source_refuses_is_answered_with_its_code_and_place_and_never_a_value(refusing: Receiver) -> None:
    message = json.loads(rdv(1))
    message["data"]["users"][0]["title"] = "DOCTEURUNIQUE"
    body = orjson.dumps(message)
    response = refusing.send(CD08, body)
    assert (response.status_code, code(response)) == (422, "SCHEMA_INVALID")
    assert response.json()["errors"][0]["extensions"]["path"] == "data.users[0].title"
    for value in ("NOMUNIQUE1", "Prénom1", "DOCTEURUNIQUE", "interne-1"):
        assert value not in response.text
    assert code(refusing.send(CD08, b"{", signed(b"{", refusing.secret(CD08)))) == "JSON_INVALID"
    assert statuses(refusing) == []


def test_bodies_are_bounded_before_anyone_is_known(refusing: Receiver) -> None:
    large = b" " * (1 << 20) + b"{}"
    response = refusing.send("rdv-insertion/cd99", large, {})
    assert (response.status_code, code(response)) == (413, "BODY_TOO_LARGE")
    response = refusing.send("rdv-insertion/cd99", b"", {"content-encoding": "gzip"})
    assert (response.status_code, code(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    parts = urlsplit(refusing.url)
    with socket.create_connection((parts.hostname, parts.port), PATIENCE) as announced:
        announced.sendall(
            f"POST /webhooks/{CD08} HTTP/1.1\r\nHost: hub\r\nContent-Length: 99999999999\r\n\r\n".encode()
        )
        assert b" 413 " in announced.recv(100)


BROKEN: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "JSON_INVALID"),
    "cut off": (lambda body: body[:-9], "JSON_INVALID"),
    "nested too deep": (lambda _: b"[" * 1_000_000, "JSON_INVALID"),
    "a zero byte in a name": (lambda body: body.replace(b"NOMUNIQUE1", b"\\u0000"), "VALUE_NOT_STORABLE"),
    "half a character in a name": (lambda body: body.replace(b"NOMUNIQUE1", b"\\ud800"), "VALUE_NOT_STORABLE"),
    "a number that no column holds": (lambda body: body.replace(b'"id":1', b'"id":1e400'), "SCHEMA_INVALID"),
}


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
def test_a_broken_body_is_refused_the_same_whatever_it_is_called_and_its_sender_may_go_on(
    refusing: Receiver, kind: str
) -> None:
    """What proves a body is its signature, so that its type decides nothing."""
    for fault, (spoil, expected) in BROKEN.items():
        body = spoil(rdv(1))
        response = refusing.send(CD08, body, {**signed(body, refusing.secret(CD08)), "Content-Type": kind})
        assert (response.status_code, code(response)) == (422, expected), fault
        assert "1 rue du Moulin" not in response.text
        assert "Prénom1" not in response.text
    packed = gzip.compress(rdv(1))
    headers = {**signed(packed, refusing.secret(CD08)), "Content-Type": kind, "Content-Encoding": "gzip"}
    assert code(refusing.send(CD08, packed, headers)) == "UNSUPPORTED_MEDIA_TYPE"
    assert statuses(refusing) == []
    told = refusing.process.log.read_text()
    assert "Traceback" not in told
    assert "Prénom1" not in told


def test_immersion_facilitee_proves_itself_by_its_own_header(refusing: Receiver) -> None:
    convention = {"updatedAt": datetime.now(UTC).isoformat()}
    body = orjson.dumps({"subscribedEvent": "convention.updated", "payload": {"convention": convention}})
    secret = refusing.secret(IMMERSION).decode()
    proven = refusing.send(IMMERSION, body, {"authorization": secret})
    assert (proven.status_code, code(proven)) == (422, "FORMAT_UNKNOWN")
    for header in (f"Bearer {secret}", secret[:-1], "", hmac.digest(secret.encode(), body, "sha256").hex()):
        assert refusing.send(IMMERSION, body, {"authorization": header}).status_code == 401
