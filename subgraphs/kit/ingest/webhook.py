"""How a source system proves what it sends: by a signature of the body, or by a header of its own."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from subgraphs.kit.ingest.ingestion_report import Refused

BEARER = "authorization"


@dataclass(frozen=True, slots=True, repr=False)
class Webhook:
    """The proof of a notification, and when its system sent it.

    `prove(body, headers, secret)` returns the body that was proven, or raises Refused WEBHOOK_SIGNATURE in a time that
    tells nothing of the secret; `sent_at` reads the instant of a proven body, and `document` makes of it what the
    source reads, or raises Refused. `is_local`: whoever sends is of one département, which its settings must name.
    """

    prove: Callable[[bytes, Mapping[str, str], bytes], bytes]
    sent_at: Callable[[bytes], datetime]
    document: Callable[[bytes], bytes] = bytes
    is_local: bool = False


def by_header(body: bytes, headers: Mapping[str, str], secret: bytes) -> bytes:
    """The body, if its header `authorization` is the secret; raises Refused WEBHOOK_SIGNATURE."""
    sent = next((value for name, value in headers.items() if name.lower() == BEARER), "")
    if not hmac.compare_digest(sent.strip().encode("utf-8", "replace"), secret):
        raise Refused("WEBHOOK_SIGNATURE")
    return body
