"""What a system is told of an item: read by an ordinary query, decided, and journalled before it leaves.

The query runs under the rights of who wrote, as they are decided now: an objection, an ended link, a grant that is gone
close it as they close any other. The journal has it as a disclosure to that author, by the application that is named
after the system.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import orjson

from hub.document.exchange import Request
from hub.errors import HubError, NotServed, RequestRefused
from hub.federation.operations.operation import ACCESS_KEY
from hub.identity.actor import Actor
from hub.identity.caller import Caller
from hub.outgoing.systems import System, value_at
from hub.pipeline import Answered, Pipeline
from hub.policy.decide.decision import Effect
from schema.categories import OPEN
from schema.facts import REVEALED, VALUE_FACTS
from subgraphs.kit.write.outgoing import Author
from subgraphs.kit.write.transmission import TransmissionReason

SECONDS = 60
"""How long the rights of an author serve one message."""
FORBIDDEN = 403
"""The status of what the policy decides; any other refusal is of a limit or of an installation, and decides nothing."""


class NotSent(HubError):
    """Nothing may be sent of this item, for this reason."""

    def __init__(self, reason: TransmissionReason, detail: str) -> None:
        super().__init__(reason.name, str(reason.value), detail)
        self.reason = reason


POSTPONED = {
    "SENDING_UNREAD": "Ce qui est à envoyer n'a pas pu être lu en entier : un sous-graphe n'a pas répondu.",
    "SENDING_NOT_ANSWERED": "Une limite ou un réglage du hub a empêché la lecture de ce qui est à envoyer.",
    "SENDING_AUTHOR_UNREAD": "L'auteur d'un élément a été scellé par une autre version du hub : envoyez-le par elle.",
}
"""Why an item waits for its next turn: code → what is wrong, in French."""


class Postponed(NotServed):
    """Nothing was decided of an item, for this reason: it waits."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, POSTPONED[code], detail)


class _OnAnotherPage(HubError):
    """The item is not on this page of the list, and the list goes on after this cursor."""

    def __init__(self, cursor: str) -> None:
        super().__init__("OTHER_PAGE", "L'élément est plus loin.", "not on this page of the list")
        self.cursor = cursor


@dataclass(frozen=True, slots=True, repr=False)
class Waiting:
    """A row of the queue: an item, the key of its message, and its author."""

    item: str
    key: str
    queued_at: datetime
    author: Author


async def message(pipeline: Pipeline, system: System, waiting: Waiting) -> bytes:
    """The message of an item, which is in the journal; raises NotSent, Postponed, or NotServed if the hub can't
    answer. Pages of the list that the item is not on leave nothing, and are no disclosure."""
    author = waiting.author
    caller = _caller(pipeline, system, author)
    written: list[bytes] = []

    def require(answered: Answered) -> None:
        if not answered.is_whole:
            raise Postponed("SENDING_UNREAD", system.name)
        cursor = _next_page(system, waiting.item, answered.data)
        if cursor is not None:
            raise _OnAnotherPage(cursor)
        _check_categories(pipeline, system, answered)
        _check_revealed(system, waiting.item, answered.unmasked)
        written.append(_event(system, waiting, answered.data))

    headers = {"purpose": author.purpose}
    after: str | None = None
    while not written:
        variables = {"person": author.person, "after": after}
        request = Request(headers, system.query, system.operation, variables, uuid4().hex)
        try:
            await pipeline.answer_to(caller, request, require=require)
        except _OnAnotherPage as page:
            after = page.cursor
        except RequestRefused as refused:
            if refused.http_status != FORBIDDEN:
                raise Postponed("SENDING_NOT_ANSWERED", refused.code) from None
            raise NotSent(TransmissionReason.NOT_PERMITTED, refused.code) from None
    return written[0]


def _caller(pipeline: Pipeline, system: System, author: Author) -> Caller:
    """The author, for this system; raises NotSent unless its kind may still write such items for its purpose."""
    now = pipeline.clock()
    actor = Actor(
        id=author.actor,
        kind=author.kind,
        organisation=author.organisation,
        organisation_type=None,
        purposes=frozenset({author.purpose}),
        scopes=author.scopes,
        client=system.client,
        expires=now + SECONDS,
    )
    if author.kind not in pipeline.table.policy.actors:
        raise NotSent(TransmissionReason.NOT_PERMITTED, "the kind of actor is gone")
    try:
        purpose = pipeline.purposes.purpose(actor, author.purpose)
    except RequestRefused as refused:
        raise NotSent(TransmissionReason.NOT_PERMITTED, refused.code) from None
    decision = pipeline.table.decision_class(actor.kind, purpose, None).decisions.get(f"Mutation.{system.mutation}")
    if decision is None or decision.effect is Effect.DENY:
        raise NotSent(TransmissionReason.NOT_PERMITTED, "the grant to write is gone")
    return Caller(actor, purpose, now)


def _check_categories(pipeline: Pipeline, system: System, answered: Answered) -> None:
    """Raise NotSent if the query reads a category that the system may not have."""
    fields = pipeline.table.classification.fields
    marked = {coordinate for mark in answered.authorisation.marks.marks for _, coordinate, _ in mark.fields}
    if {fields[coordinate].category for coordinate in marked} - system.categories - OPEN:
        raise NotSent(TransmissionReason.NOT_PERMITTED, "a category that the system may not have")


def _check_revealed(system: System, item: str, answer: Any) -> None:
    """Raise NotSent for an item that reveals, by whom it names, a category that the system may not have."""
    node = _item(system, item, value_at(answer or {}, ("person",)))
    facts = (node or {}).get(ACCESS_KEY, (None, 0))[1]
    if facts & sum(VALUE_FACTS[category] for category in REVEALED if category not in system.categories):
        raise NotSent(TransmissionReason.NOT_PERMITTED, "the item reveals a category that the system may not have")


def _item(system: System, item: str, person: Any) -> Any:
    """The item among those of the person's answer."""
    nodes = value_at(person or {}, (system.items, "nodes")) or ()
    return next((node for node in nodes if node is not None and node.get("id") == item), None)


def _next_page(system: System, item: str, data: Mapping[str, Any] | None) -> str | None:
    """The cursor of the next page of the list, if there is one and this one has not the item."""
    person = value_at(data or {}, ("person",))
    page = value_at(person or {}, (system.items, "pageInfo"))
    more = _item(system, item, person) is None and (page or {}).get("hasNextPage")
    return page["endCursor"] if more else None


def _event(system: System, waiting: Waiting, data: Mapping[str, Any] | None) -> bytes:
    """The event that asks the system to make the item (docs/evenements.md#requests); raises NotSent."""
    person = value_at(data or {}, ("person",))
    item = _item(system, waiting.item, person)
    if item is None:
        raise NotSent(TransmissionReason.NOT_PERMITTED, "the person or the item is not readable")
    beneficiary = {
        "first_name": person["firstName"], "last_name": person["lastName"], "birth_date": person["birthDate"],
    }  # fmt: skip
    fields = {name: value_at(item, path) for name, path in system.data.items()}
    structure = value_at(item, system.structure)
    if None in (*beneficiary.values(), *fields.values(), structure, waiting.author.organisation):
        raise NotSent(TransmissionReason.INCOMPLETE, "a value is missing or not readable")
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": waiting.key,
            "source": "fr.gouv.spie.hub",
            "type": system.event,
            "time": waiting.queued_at.isoformat(),
            "structure": structure,
            "actor": waiting.author.organisation,
            "data": {"item": waiting.item, "beneficiary": beneficiary, **fields},
        }
    )
