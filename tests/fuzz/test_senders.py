"""Events that are almost sound, and addresses of subscribers: taken, or refused by their code."""

from __future__ import annotations

import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import RequestRefused
from hub.intake.senders import Senders
from hub.subscriptions.addresses import destination, read_url
from tests.fuzz.foreign import changed_bytes, changed_json, changed_text, foreign, read_or_refused
from tests.intake.test_events import ADDRESSES, EVENTS, NOW, senders

__all__ = ["senders"]
BODIES = [(ADDRESSES[event["type"]], event) for event in EVENTS]


@foreign
@given(
    sent=st.sampled_from(BODIES).flatmap(
        lambda pair: st.tuples(st.just(pair[0]), changed_json(pair[1]) | changed_bytes(json.dumps(pair[1]).encode()))
    )
)
def test_a_signed_event_of_any_form_is_taken_or_refused(senders: Senders, sent: tuple[str, Any]) -> None:
    source, event = sent
    body = event if isinstance(event, bytes) else json.dumps(event).encode("utf-8", "surrogatepass")
    secret = senders.by_address[source, "produit"].secret
    headers = {"x-spie-signature": f"sha256={hmac.digest(secret, body, 'sha256').hex()}"}
    read_or_refused(lambda: senders.prove(source, "produit", body, headers, NOW), RequestRefused)


@foreign
@given(
    sent=st.sampled_from(BODIES),
    signature=st.text(max_size=80) | st.binary(max_size=80).map(lambda data: data.decode("latin-1")),
)
def test_no_signature_of_any_form_proves_an_event(senders: Senders, sent: tuple[str, Any], signature: str) -> None:
    source, event = sent
    body, headers = json.dumps(event).encode(), {"x-spie-signature": signature}
    assert read_or_refused(lambda: senders.prove(source, "produit", body, headers, NOW), RequestRefused) is None


@foreign
@given(changed_text("https://abonne.exemple.fr:8443/a/b?c=d"))
def test_an_address_of_any_text_is_read_or_refused(url: str) -> None:
    read_or_refused(lambda: read_url(url), RequestRefused)


@pytest.mark.parametrize(
    "host", ["a..b", f"{'a' * 70}.fr", ".", "xn--", "%00", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]"]
)
async def test_an_address_that_no_name_may_have_leads_nowhere(host: str) -> None:
    with pytest.raises(RequestRefused):
        await destination(f"https://{host}/", ())
