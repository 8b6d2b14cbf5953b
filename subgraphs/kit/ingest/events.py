"""Events: one signed envelope in which any product tells what happened, on its way to the connector of its type.

The envelope is a CloudEvent 1.0 in JSON (structured mode). Attributes beyond CloudEvents: `actor` (SIRET of the
organisation that acted), `structure` (SIRET of the one whose item it is), `personsource` and `personreference` (the key
by which a source that was read before knows the person), `correlationid`. A type belongs to a connector, which reads
the record that is made of the event as it reads its files; nothing else of an event is kept.
"""

from __future__ import annotations

import hmac
from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Literal

import msgspec

from schema.confidential import Confidential
from subgraphs.kit.ingest.ingestion_report import Refused
from subgraphs.kit.ingest.json_lines import Instant, Key, Siret
from subgraphs.kit.ingest.json_records import convert, loads
from subgraphs.kit.ingest.text_forms import instant
from subgraphs.kit.ingest.webhook import Webhook

SIGNATURE = "x-spie-signature"
"""`sha256=` and the hexadecimal HMAC-SHA-256 of the body under the secret of the sender."""

PersonSource = Literal["orientations", "ft-extrait", "immersion-facile"]
"""Sources of which a person has a random key: whoever sends would open everyone to its own organisations by
counting through the keys of the others (`user:1` of RDV-Insertion, the matricules of the CNAF)."""


class Event(Confidential, kw_only=True, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """The attributes of every event; a subclass is a type, with its own attributes and its `data`."""

    specversion: Literal["1.0"]
    id: Key
    source: Key
    time: Instant
    datacontenttype: Literal["application/json"] = "application/json"
    correlationid: Key | None = None

    @abstractmethod
    def document(self) -> Any:
        """The document of the connector, as its files hold it."""


class EventOfPerson(Event, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """An event about a person that a source knows, and the organisation whose item it is."""

    personsource: PersonSource
    personreference: Key
    structure: Siret

    def common(self) -> dict[str, Any]:
        """What the record takes from the envelope."""
        person = {"source": self.personsource, "reference": self.personreference}
        return {"maj": self.time, "personne": person, "organisme": self.structure}


def signed_events(*types: type[Event], is_local: bool = False) -> Webhook:
    """The webhook of a connector that takes these types of events."""
    union: Any = reduce(or_, types)
    names = [kind.__struct_config__.tag for kind in types]

    def document(body: bytes) -> bytes:
        content = loads(body)
        if not isinstance(content, dict) or content.get("type") not in names:
            raise Refused("EVENT_TYPE_UNKNOWN", "type")
        event: Event = convert(content, union)
        return msgspec.json.encode(event.document())

    return Webhook(_proven, _sent_at, document, is_local)


def _proven(body: bytes, headers: Mapping[str, str], secret: bytes) -> bytes:
    """The body, if its signature is right; raises Refused WEBHOOK_SIGNATURE."""
    sent = next((value for name, value in headers.items() if name.lower() == SIGNATURE), "")
    expected = f"sha256={hmac.digest(secret, body, 'sha256').hex()}"
    if not hmac.compare_digest(sent.strip().lower().encode("utf-8", "replace"), expected.encode()):
        raise Refused("WEBHOOK_SIGNATURE")
    return body


def _sent_at(body: bytes) -> datetime:
    """When what the event tells came about, which is when it was sent; raises Refused."""
    content = loads(body)
    time = content.get("time") if isinstance(content, dict) else None
    if not isinstance(time, str):
        raise Refused("SCHEMA_INVALID", "time")
    return instant(time, "time")
