"""Journalling of requests: the intent before anything is fetched, the disclosure before a byte of the answer leaves
(docs/policy.md#journal)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from hub.document.exchange import Request
from hub.identity.caller import Caller
from hub.journal.record import Disclosed, Entry
from hub.journal.write.group_commit import Journal
from hub.journal.write.keyring import Keyring
from hub.policy.decide.policy_model import Policy
from hub.policy.enforce.access_entry import Explanation
from hub.policy.enforce.authorise import Authorisation
from hub.policy.enforce.guard import Guard
from hub.policy.enforce.write_check import is_write
from hub.prepare import Prepared


@dataclass(frozen=True, slots=True)
class JournalledRequest:
    """A request whose intent is queued for the journal."""

    journalling: Journalling
    intent: Entry
    receipt: Any

    async def intent_committed(self) -> None:
        """Return once the journal has the intent, before which nothing is written; raises NotServed."""
        await self.journalling.journal.committed(self.receipt)

    async def record_disclosure(self, guard: Guard, access: Explanation) -> None:
        """Return once the journal has intent and disclosure; raises NotServed, and then nothing may leave."""
        await self.record(guard.disclosures(), access.reasons)

    async def record(self, disclosed: Sequence[Disclosed], reasons: Mapping[str, int]) -> None:
        """The same for disclosures that no guard noted, with the number of decisions by reason."""
        rows = await self.journalling.keyring.disclosures(disclosed)
        await self.journalling.journal.disclose(self.receipt, self.intent.disclosed(reasons), rows)


@dataclass(frozen=True, slots=True)
class Journalling:
    """The journal of a hub and its pseudonyms; `deferred`: by purpose, how long the person does not see an access."""

    journal: Journal
    keyring: Keyring
    deferred: Mapping[str, timedelta]

    async def record_intent(
        self, request: Request, caller: Caller, reference: str | None, prepared: Prepared[Authorisation]
    ) -> JournalledRequest:
        """Queue the intent of a request; raises NotServed."""
        actor, purpose = caller.actor, caller.purpose
        now, delay = datetime.now(UTC), self.deferred.get(purpose)
        intent = Entry(
            kind="INTENT",
            request=uuid4(),
            at=now,
            trace=request.trace,
            actor=actor.id,
            actor_kind=actor.kind,
            organisation=actor.organisation,
            client=actor.client,
            purpose=purpose,
            reference=reference,
            operation_hash=prepared.hash,
            operation_name=_name(prepared),
            decisions={},
            visible_from=now + delay if delay is not None else None,
        )
        if actor.person is not None:
            intent = await self.keyring.with_pseudonymous_actor(intent, actor.person)
        return JournalledRequest(self, intent, self.journal.intend(intent))


def _name(prepared: Prepared[Authorisation]) -> str | None:
    """The operation's name: the client's, but of a mutation that writes of nobody, of which nothing else says what it
    was, its own."""
    operation = prepared.operation
    if not is_write(operation):
        return operation.name
    fields = prepared.authorisation.decisions.schema.fields
    roots = (root for root in operation.root.fields if root.coordinate in fields)
    return next((root.name for root in roots if not fields[root.coordinate].writes), operation.name)


def deferred_visibility(policy: Policy) -> Mapping[str, timedelta]:
    """How much later the person sees an access, by the code of a purpose that defers it."""
    return {
        code: timedelta(days=purpose.deferred_days)
        for code, purpose in policy.purposes.items()
        if purpose.deferred_days
    }
