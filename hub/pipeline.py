"""The pipeline: request → actor and purpose → document → policy → plan → execute → project → journal → reply."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hub.document.exchange import Reply, Request
from hub.document.persisted import Documents
from hub.federation.client.transport import Transport
from hub.federation.execution.execute import Bounds, execute
from hub.federation.execution.failures import AllowedCodes
from hub.identity.authenticator import Authenticator
from hub.identity.purpose import Purposes
from hub.journal.write.client_texts import check_reference
from hub.journal.write.journalling import Journalling
from hub.policy.decide.decision_table import DecisionClass, DecisionTable
from hub.policy.enforce.access_entries import decided, explain
from hub.policy.enforce.access_mode import REFUSE, check_whole
from hub.policy.enforce.authorise import Authorisation
from hub.policy.enforce.enumeration_limit import Misses, missing
from hub.policy.enforce.guard import Guard
from hub.policy.enforce.input_check import check_inputs
from hub.policy.enforce.schema_view import Views
from hub.prepare import Preparer, wants_plan
from hub.tracing.spans import Spans
from hub.wording.engine import failed_fields
from schema.context import Context


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The stages that a hub is made of. `clock` gives Unix seconds; `spans`, if any, are told what is asked."""

    callers: Authenticator
    purposes: Purposes
    table: DecisionTable
    misses: Misses
    documents: Documents
    preparer: Preparer[DecisionClass, Authorisation]
    views: Views
    transports: Mapping[str, Transport]
    codes: AllowedCodes
    accesses: Journalling
    deadline: float
    bounds: Bounds
    show_plans: bool
    clock: Callable[[], int]
    spans: Spans | None = None

    async def answer(self, request: Request) -> Reply:
        """Answer one request; raises HubError, and then nothing of a person has left."""
        now = self.clock()
        shown = wants_plan(request, allowed=self.show_plans)
        actor = await self.callers.actor(request.bearer, now)
        purpose = self.purposes.purpose(actor, request.headers.get("purpose"))
        if self.spans is not None:
            self.spans.asked(actor.kind, purpose)
        reference = check_reference(request.headers.get("purpose-reference"))
        decisions = self.table.decision_class(actor.kind, purpose, actor.scope)
        text = self.documents.text(request, actor.client, actor.caller)
        prepared = await self.preparer.prepared(text, request.operation_name, decisions, request.trace)
        if self.spans is not None:
            self.spans.prepared(prepared.hash, prepared.operation.kind)
        variables = self.preparer.bound(prepared, request.variables)
        authorisation = prepared.authorisation
        revealed = check_inputs(authorisation.inputs, variables, decisions, self.table.classification)
        whole = request.headers.get("access-mode") == REFUSE
        if whole:
            check_whole(decided(authorisation, variables))
        asked = self.misses.admit(actor.id, authorisation, variables, now)
        journalled = await self.accesses.intended(request, actor, purpose, reference, prepared)
        context = Context(
            actor=actor.caller,
            kind=actor.kind,
            organisation=actor.organisation,
            purpose=purpose,
            scopes=actor.scopes,
            policy=self.table.digest,
            decision_class=decisions.id,
            residual=authorisation.residual,
            now=now,
        )
        bodies = (actor.organisation, actor.partner)
        with self.misses.searching(actor.id, bodies, authorisation, variables, now) as searches:
            answer = await execute(
                prepared.plan, variables, self.transports, context, self.deadline, codes=self.codes, bounds=self.bounds
            )
            guard = Guard(authorisation.marks, variables, revealed)
            data, failures = prepared.projection.project(answer, variables, guard)
            errors = failed_fields(failures)
            if searches.asked:
                searches.settled, searches.found = guard.reached(errors), guard.reached(())
            missed = missing(asked, data, errors)
            if prepared.introspection is not None:
                view = self.views.asked(request.headers.get("schema-view"), decisions)
                data = await self.preparer.introspected(prepared, data, request.variables, view)
            access = explain(authorisation, guard, data, [error.path for error in errors if error.path is not None])
            extensions: dict[str, object] = {"access": access.json}
            if shown:
                extensions["plan"] = prepared.plan.text()
            reply = Reply.of(data, errors, extensions, request.trace)
            del answer, data
            await journalled.disclosed(guard, access)
        self.misses.count(actor.id, missed, now)
        if whole:
            check_whole(access)
        return reply
