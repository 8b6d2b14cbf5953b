"""A subscriber proves what it is sent, and follows live changes, by the published Python client."""

from __future__ import annotations

import orjson
import pytest

from hub.subscriptions.delivery import Message, signature
from hub.subscriptions.terms import SECRET
from spie_hub_client import AsyncHub, BearerTokens, Changes, Hub, NotSigned, read_notification
from tests.clients.conftest import Served

KEY = bytes(range(SECRET))
SHOWN = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
BODY = orjson.dumps({"type": "changes", "data": {"subscription": "s", "changed": ["p"], "withdrawn": []}})
NOW = 1_800_000_000


def signed(body: bytes = BODY, now: int = NOW, key: bytes = KEY) -> dict[str, str]:
    """The headers of a notification."""
    signed_text = signature(key, Message("msg_1", body), now)
    return {"Webhook-Id": "msg_1", "webhook-timestamp": str(now), "webhook-signature": f"v1a,x {signed_text}"}


def test_a_notification_is_read_once_it_is_proven() -> None:
    notification = read_notification(SHOWN, signed(), BODY, NOW + 10)
    assert (notification.identifier, notification.changed, notification.restart) == ("msg_1", ("p",), False)


@pytest.mark.parametrize(
    ("headers", "body", "now"),
    [
        ({}, BODY, NOW),
        ({**signed(), "webhook-signature": ""}, BODY, NOW),
        ({**signed(), "webhook-signature": "v1,é"}, BODY, NOW),
        ({**signed(), "Webhook-Id": "msg_2"}, BODY, NOW),
        ({**signed(), "webhook-timestamp": str(NOW + 1)}, BODY, NOW),
        (signed(), BODY + b" ", NOW),
        (signed(key=bytes(SECRET)), BODY, NOW),
        (signed(), BODY, NOW + 301),
        (signed(), BODY, NOW - 301),
    ],
)
def test_what_is_unsigned_changed_old_or_of_another_is_not_read(headers: dict[str, str], body: bytes, now: int) -> None:
    with pytest.raises(NotSigned):
        read_notification(SHOWN, headers, body, now)


def tokens(served: Served) -> BearerTokens:
    return BearerTokens(lambda: served.token("orienteur"))


async def test_live_changes_are_pages_in_the_synchronous_and_the_asynchronous_client(served: Served) -> None:
    with Hub(served.url, tokens(served)) as hub:
        pages = hub.live(Changes(first=100), purpose="orientation")
        page = next(pages)
        assert page.nodes
        assert page.cursor
        pages.close()
        later = hub.live(Changes(since=page.cursor), purpose="orientation")
        again = next(later)
        later.close()
        assert not again.nodes
    async with AsyncHub(served.url, tokens(served)) as hub_:
        followed = hub_.live(Changes(first=100), purpose="orientation")
        live = await anext(followed)
        await followed.aclose()
        assert [person.id for person in live.nodes] == [person.id for person in page.nodes]
