"""What the journal is told of each request: what it means to read, before anything is asked, and what it read of whom,
before a byte of the answer leaves (docs/policy.md#journal)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from hub.document.exchange import Request
from hub.identity.actor import Actor
from hub.journal.record import Entry
from hub.journal.write.group_commit import Journal
from hub.journal.write.keyring import Keyring
from hub.policy.decide.policy_model import Policy
from hub.policy.enforce.access_entry import Explanation
from hub.policy.enforce.authorise import Authorisation
from hub.policy.enforce.guard import Guard
from hub.prepare import Prepared


@dataclass(frozen=True, slots=True)
class JournalledRequest:
    """A request whose intent is on its way to the journal."""

    accesses: Journalling
    intent: Entry
    receipt: Any

    async def disclosed(self, guard: Guard, told: Explanation) -> None:
        """Return once the journal has intent and disclosure. Raises NotServed, and then nothing may leave."""
        rows = await self.accesses.keyring.disclosures(guard.disclosed())
        await self.accesses.journal.disclose(self.receipt, self.intent.disclosed(told.reasons), rows)


@dataclass(frozen=True, slots=True)
class Journalling:
    """The journal of a hub, and its pseudonyms; `deferred`: by purpose, how long the person does not see an access."""

    journal: Journal
    keyring: Keyring
    deferred: Mapping[str, timedelta]

    async def intended(
        self, request: Request, actor: Actor, purpose: str, reference: str | None, prepared: Prepared[Authorisation]
    ) -> JournalledRequest:
        """Tell the journal what is going to be read; raises NotServed."""
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
            operation_name=prepared.operation.name,
            decisions={},
            visible_from=now + delay if delay is not None else None,
        )
        if actor.person is not None:
            intent = await self.keyring.veiled(intent, actor.person)
        return JournalledRequest(self, intent, self.journal.intend(intent))


def deferred_visibility(policy: Policy) -> Mapping[str, timedelta]:
    """The purposes whose accesses the person sees later, and how much."""
    return {code: timedelta(days=each.deferred_days) for code, each in policy.purposes.items() if each.deferred_days}
