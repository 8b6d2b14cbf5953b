"""The pipeline: request → actor and purpose → document → policy → plan → execute → project → journal → reply."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from hub.authorised_request import AuthorisedRequest
from hub.document.exchange import Reply, Request, bearer
from hub.document.persisted import Documents
from hub.errors import FieldFailed, RequestRefused
from hub.federation.client.transport import Transport
from hub.federation.execution.execute import Bounds, execute
from hub.federation.execution.failures import AllowedCodes
from hub.identity.authenticator import Authenticator
from hub.identity.caller import Caller
from hub.identity.purpose import Purposes
from hub.journal.write.client_texts import check_reference
from hub.journal.write.journalling import Journalling
from hub.policy.decide.decision import DecisionClass
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.enforce.access_entries import explain, table_entries
from hub.policy.enforce.access_mode import REFUSE, check_whole
from hub.policy.enforce.authorise import Authorisation
from hub.policy.enforce.enumeration_limit import EnumerationLimit
from hub.policy.enforce.guard import Guard
from hub.policy.enforce.input_check import check_inputs
from hub.policy.enforce.schema_view import Views
from hub.policy.enforce.write_check import is_write
from hub.prepare import Preparer, wants_plan
from hub.request_limit import RequestCount
from hub.request_quota import RequestQuota
from hub.wording.engine import failed_fields
from schema.confidential import confidential
from schema.context import Context

Projected: TypeAlias = tuple[dict[str, Any] | None, Sequence[FieldFailed], Guard]


@confidential
class Answered(NamedTuple):
    """What an operation answers, before it leaves: as the subgraphs said it, with the facts of each object, as its
    client may read it, and whether all fields could be read."""

    authorisation: Authorisation
    unmasked: Any
    data: dict[str, Any] | None
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The stages of a hub; `clock` gives Unix seconds, `stage` the context in which the stage of a name is timed."""

    authenticator: Authenticator
    purposes: Purposes
    table: DecisionTable
    request_count: RequestCount
    enumeration_limit: EnumerationLimit
    documents: Documents
    preparer: Preparer[DecisionClass, Authorisation]
    views: Views
    transports: Mapping[str, Transport]
    codes: AllowedCodes
    journalling: Journalling
    deadline: float
    bounds: Bounds
    show_plans: bool
    clock: Callable[[], int]
    stage: Callable[[str], AbstractContextManager[object]]

    async def answer(self, request: Request, *, charged: bool = False) -> Reply:
        """Answer one request, which is counted unless it is already; raises HubError, and then nothing of a person has
        left."""
        plan_shown = wants_plan(request, allowed=self.show_plans)
        caller = await (self.identify(request.headers) if charged else self.charge(request.headers))
        return await self.answer_to(caller, request, plan_shown=plan_shown)

    async def charge(self, headers: Mapping[str, str]) -> Caller:
        """The caller of a request, which is counted; raises IdentityRefused, RequestRefused."""
        caller = await self.identify(headers)
        looks = [self.enumeration_limit.next_miss(caller.actor.id)]
        [excess] = await self.request_count.charge(caller.actor, caller.now, looks)
        return caller._replace(excess=excess)

    async def answer_to(
        self,
        caller: Caller,
        request: Request,
        *,
        plan_shown: bool = False,
        require: Callable[[Answered], None] | None = None,
    ) -> Reply:
        """Answer a caller who is known; `require` raises HubError for an answer that may not leave, before the journal
        tells that it did."""
        authorised = await self.authorise(request, caller)
        prepared = authorised.prepared
        quota = await RequestQuota.admitted(
            self.enumeration_limit, caller, prepared.authorisation, authorised.variables
        )
        journalled = await self.journalling.record_intent(request, caller, authorised.reference, prepared)
        if is_write(prepared.operation):
            await journalled.intent_committed()
        async with quota:
            data, errors, guard = await self._execute(caller, authorised, require)
            quota.settle(data, errors, guard)
            view = self.views.requested(request.headers.get("schema-view"), authorised.decisions)
            data = await self.preparer.introspect(prepared, data, request.variables, view, caller.actor.caller)
            failed = [error.path for error in errors if error.path is not None]
            access = explain(prepared.authorisation, guard, data, failed)
            text = {"plan": await self.preparer.plan_text(prepared, caller.actor.caller)} if plan_shown else {}
            reply = Reply.of(data, errors, {"access": access.json, **text}, request.trace, self.bounds.bytes)
            del data  # while the journal is written, only the reply's bytes stay in memory
            await journalled.record_disclosure(guard, access)
        if _refuses_partial(request) and not is_write(prepared.operation):
            check_whole(access)
        return reply

    async def identify(self, headers: Mapping[str, str]) -> Caller:
        """The actor of the token and the purpose of the request; raises IdentityRefused, RequestRefused."""
        now = self.clock()
        with self.stage("identify"):
            actor = await self.authenticator.actor(bearer(headers), now)
            return Caller(actor, self.purposes.purpose(actor, headers.get("purpose")), now)

    async def authorise(self, request: Request, caller: Caller) -> AuthorisedRequest:
        """The document, decided and planned for this caller, and its variables; raises RequestRefused."""
        reference = check_reference(request.headers.get("purpose-reference"), self.purposes.reference(caller.purpose))
        actor = caller.actor
        decisions = self.table.decision_class(actor.kind, caller.purpose, actor.scope)
        text = await self.documents.text(request, actor.client, actor.caller)
        prepared = await self.preparer.prepared(text, request.operation_name, decisions, request.trace, actor.caller)
        variables = self.preparer.bind_variables(prepared, request.variables)
        await self.preparer.compile_projection(prepared, variables, actor.caller)
        authorisation = prepared.authorisation
        try:
            revealed = check_inputs(authorisation.inputs, variables, decisions, self.table.classification)
        except RequestRefused as refusal:
            prepared.places.locate(refusal)
            raise
        if _refuses_partial(request) or is_write(prepared.operation):
            check_whole(table_entries(authorisation, variables))
        return AuthorisedRequest(prepared, decisions, variables, revealed, reference)

    def context(self, caller: Caller, authorised: AuthorisedRequest) -> Context:
        """What subgraphs are told of the caller, and what its operation may read."""
        return Context(
            actor=caller.actor.caller,
            kind=caller.actor.kind,
            organisation=caller.actor.organisation,
            purpose=caller.purpose,
            scopes=caller.actor.scopes,
            policy=self.table.digest,
            decision_class=authorised.decisions.id,
            residual=authorised.prepared.authorisation.residual,
            now=caller.now,
            page=authorised.decisions.page,
            caller=caller._replace(reference=authorised.reference),
        )

    async def _execute(
        self, caller: Caller, authorised: AuthorisedRequest, require: Callable[[Answered], None] | None
    ) -> Projected:
        """What the subgraphs answer under the caller's context, projected for the client, and the guard over it."""
        prepared, _, variables, revealed, _ = authorised
        context = self.context(caller, authorised)
        with self.stage("execute"):
            answer = await execute(
                prepared.plan, variables, self.transports, context, self.deadline, codes=self.codes, bounds=self.bounds
            )
        guard = Guard(prepared.authorisation.marks, variables, revealed)
        with self.stage("project"):
            data, failures = prepared.projection.project(answer, variables, guard)
        if require is not None:
            require(Answered(prepared.authorisation, answer.data, data, not failures))
        return data, failed_fields(failures, prepared.places), guard


def _refuses_partial(request: Request) -> bool:
    return request.headers.get("access-mode") == REFUSE
