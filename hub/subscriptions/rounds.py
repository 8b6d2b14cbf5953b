"""What a subscriber is told next: a page of `changes` without a field, decided now and journalled before it leaves."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from hub.changes.change_list import ChangeList
from hub.changes.cursor import ChangesRefused
from hub.document.exchange import Request
from hub.journal.write.journalling import Journalling
from hub.subscriptions.delivery import Message
from hub.subscriptions.standing import Standing
from hub.subscriptions.store import Subscription
from hub.subscriptions.terms import Terms

CHANGED = frozenset({"Person.id"})
WITHDRAWN = frozenset({"Withdrawal.id", "Withdrawal.kind", "Withdrawal.into"})


@dataclass(frozen=True, slots=True, repr=False)
class Round:
    """The next message, if there is anything to tell; the cursor after it, and whether more follows."""

    message: Message | None
    cursor: str
    more: bool


@dataclass(frozen=True, slots=True, repr=False)
class Rounds:
    """Computes rounds by `changes`, which reads no value of a person."""

    changes: ChangeList
    journalling: Journalling

    async def next(self, subscription: Subscription, terms: Terms, standing: Standing) -> Round:
        """The next round; whoever it names is in the journal by then. Raises NotServed, or the errors of the
        database."""
        try:
            page = await self.changes.page(standing.context, subscription.cursor, None)
        except ChangesRefused as refused:
            return await self._restart(subscription, standing, refused.code)
        except Exception as error:  # of the kit, which this package does not know
            if getattr(error, "code", None) != "FORBIDDEN_INPUT":
                raise
            return await self._restart(subscription, standing, "CHANGES_RESTART")
        cursor, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        changed = [person["id"] for person in page["nodes"]]
        withdrawn = [{name: gone[name] for name in ("id", "kind", "into")} for gone in page["withdrawn"]]
        if not changed and not withdrawn:
            return Round(None, cursor, more)
        await self._journal(standing, terms, changed, [gone["id"] for gone in withdrawn])
        return Round(_message(subscription, "changes", {"changed": changed, "withdrawn": withdrawn}), cursor, more)

    async def _restart(self, subscription: Subscription, standing: Standing, reason: str) -> Round:
        """The subscriber has to read all anew: what changes from now on is told after that."""
        cursor = await self.changes.start(standing.context)
        return Round(_message(subscription, "changes.restart", {"reason": reason}), cursor, more=False)

    async def _journal(self, standing: Standing, terms: Terms, changed: list[str], withdrawn: list[str]) -> None:
        request = Request({}, None, None, {}, secrets.token_hex(16))
        journalled = await self.journalling.record_intent(request, standing.caller, terms.reference, standing.prepared)
        entries = [(CHANGED, standing.kinds, changed), (WITHDRAWN, frozenset[str](), withdrawn)]
        await journalled.record([entry for entry in entries if entry[2]], {})


def _message(subscription: Subscription, kind: str, data: dict[str, Any]) -> Message:
    """The message; the same one for as long as nothing else changes, so that its subscriber knows it again."""
    body = orjson.dumps({"type": kind, "data": {"subscription": str(subscription.id), **data}})
    digest = sha256(b"%s\0%s\0%s" % (subscription.id.bytes, subscription.cursor.encode(), body)).hexdigest()
    return Message(f"msg_{digest[:32]}", body)
