"""The hub without its journal, and without policy either, to measure what both cost. No other module can skip them.

Tokens, purposes and row security stay. Without policy there is no look-up of the decision class, no check of inputs, no
residual in SQL, no guard and no explanation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from hub.document.exchange import Reply, Request, bearer
from hub.document.variables import bind
from hub.federation.execution.execute import execute
from hub.gateway import EVERYONE, Allowed, Everyone, allow
from hub.graph import Graph
from hub.journal.write.journalling import JournalledRequest, Journalling
from hub.pipeline import Pipeline
from hub.prepare import Preparer
from hub.wording.engine import failed_fields
from schema.context import Context
from schema.facts import RELATIONS, VALUE_FACTS
from schema.residual import Clause, Residual, Rule
from schema.subgraphs import SUBGRAPHS

Preparing: TypeAlias = Preparer[Everyone, Allowed]


class _UnrecordedAccess(JournalledRequest):
    """A request that is not journalled."""

    def __init__(self) -> None:
        """No entry."""

    async def record_disclosure(self, guard: object, explanations: object) -> None:
        """Nothing."""


class _NoJournal(Journalling):
    """A journal that records nothing."""

    def __init__(self) -> None:
        """No database."""

    async def record_intent(self, *_: object) -> JournalledRequest:
        """Nothing."""
        return UNRECORDED


UNRECORDED = _UnrecordedAccess()


def without_journal(pipeline: Pipeline) -> Pipeline:
    """Return the same pipeline with a journal that records nothing."""
    return replace(pipeline, journalling=_NoJournal())


@dataclass(frozen=True, slots=True)
class PolicyFreePipeline:
    """The pipeline without the stages of policy and journal."""

    pipeline: Pipeline
    preparer: Preparing
    residual: Residual

    @staticmethod
    def of(pipeline: Pipeline, graph: Graph) -> PolicyFreePipeline:
        """Return the same pipeline with a residual by which every row and field may be read."""
        return PolicyFreePipeline(
            pipeline, Preparer(graph.supergraph, graph.schema, allow, exact=frozenset(SUBGRAPHS)), _everything(graph)
        )

    async def answer(self, request: Request) -> Reply:
        """Answer one request."""
        pipeline = self.pipeline
        now = pipeline.clock()
        actor = await pipeline.authenticator.actor(bearer(request.headers), now)
        purpose = pipeline.purposes.purpose(actor, request.headers.get("purpose"))
        text = await pipeline.documents.text(request, actor.client, actor.id)
        prepared = await self.preparer.prepared(text, request.operation_name, EVERYONE, request.trace)
        variables = bind(prepared.operation, request.variables, self.preparer.schema)
        context = Context(
            actor=actor.id,
            kind=actor.kind,
            organisation=actor.organisation,
            purpose=purpose,
            scopes=actor.scopes,
            policy=pipeline.table.digest,
            decision_class="",
            residual=self.residual,
            now=now,
        )
        answer = await execute(
            prepared.plan,
            variables,
            pipeline.transports,
            context,
            pipeline.deadline,
            codes=pipeline.codes,
            bounds=pipeline.bounds,
        )
        data, failures = prepared.projection.project(answer, variables, None)
        return Reply.of(data, failed_fields(failures, prepared.places), {}, request.trace)


def _everything(graph: Graph) -> Residual:
    always = (Clause(int(RELATIONS)),)
    rule = Rule(always, tuple((int(fact), always) for fact in VALUE_FACTS.values()))
    classification = graph.table.classification
    return Residual(dict.fromkeys(classification.personal, rule), dict.fromkeys(classification.fields, rule))
