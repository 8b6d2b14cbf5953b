"""Execution of a plan: waves of fetches into one response tree, errors under the client's paths.

A failed fetch is recorded and the others go on. A fetch without an entity to request is not sent, nor is one whose
entities the tree holds already. Answers are merged as plain dicts, their keys are only ever compared.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from hub.federation.client.transport import SubgraphRequest, SubgraphResponse, Transport, TransportError
from hub.federation.errors import FieldFailure, Path
from hub.federation.execution.absences import Absences
from hub.federation.execution.context_arguments import split_by_context
from hub.federation.execution.entity_store import stored_entities
from hub.federation.execution.failures import (
    MALFORMED,
    NO_CODES,
    AllowedCodes,
    Cause,
    Failures,
    client_path,
    error_path,
)
from hub.federation.execution.representation_collector import CollectedRequest, Deep, Unusual
from hub.federation.execution.representations import EntityRequest, Target, merge_targets, represent, retrace
from hub.federation.execution.response_tree import merge_collected, merge_into, objects_at, rename
from hub.federation.operations.operation import hold
from hub.federation.planning.query_plan import Entities, Fetch, Plan


@dataclass(frozen=True, slots=True, repr=False)
class Bounds:
    """Greatest number of representations per fetch, of `_entities` fields per fetch (one per set of context values),
    of errors per answer; seconds that one subgraph has; bytes of an answer."""

    representations: int = 10_000
    fields: int = 1_000
    errors: int = 200
    subgraph_seconds: float = 10.0
    bytes: int = 16 * 1024 * 1024


@dataclass(slots=True, repr=False)
class Answer:
    """The response tree, internal keys included, what failed under the client's paths, and what of the tree is absent
    for a known reason."""

    data: dict[str, Any]
    errors: tuple[FieldFailure, ...] = ()
    absences: Absences = field(default_factory=Absences)


async def execute(
    plan: Plan,
    variables: Mapping[str, Any],
    transports: Mapping[str, Transport],
    context: Any,
    deadline: float,
    *,
    codes: AllowedCodes = NO_CODES,
    bounds: Bounds = Bounds(),
) -> Answer:
    """The answer of a plan. `deadline` is the time left, in seconds; `codes` say what may leave of a subgraph's
    errors. Raises nothing for a subgraph's failure."""
    execution = _Execution(
        {**plan.constants, **variables}, transports, context, Failures(codes, bounds.errors), bounds, plan.by_context
    )
    execution.end = asyncio.get_running_loop().time() + deadline
    for wave in plan.waves:
        calls = [call for fetch in wave.fetches if (call := execution.prepare(fetch)) is not None]
        sent = [call for call in calls if call.sent]
        if len(sent) == 1:
            await execution.send(sent[0])
        elif sent:
            async with asyncio.TaskGroup() as group:
                for call in sent:
                    group.create_task(execution.send(call))
        for call in sent:
            if call.requests:
                execution.retrace(call)
        for call in calls:
            execution.complete(call)
            if call.sent:
                execution.merge(call)
    for path, type_ in plan.assumed:
        for value, _ in objects_at(execution.data, path):
            value.setdefault("__typename", type_)
    return Answer(execution.data, execution.failures.errors(), execution.absences)


def gather(data: dict[str, Any], entities: Entities) -> EntityRequest | CollectedRequest:
    """The request for objects in the tree: by the fast collector, or with paths where something did not come."""
    try:
        return entities.collect(data)
    except Unusual:
        return represent(data, entities)


StoredEntities: TypeAlias = tuple[EntityRequest | CollectedRequest, list[dict[str, Any]]]
"""A part of a request, and its entities from the tree in their order."""


@dataclass(slots=True, repr=False)
class _Call:
    """A fetch about to be executed: `requests` are sent, if any are; `stored` are answered from the tree."""

    fetch: Fetch
    variables: dict[str, Any]
    requests: tuple[EntityRequest | CollectedRequest, ...] = ()
    stored: list[StoredEntities] = field(default_factory=list)
    sent: bool = True
    response: SubgraphResponse | None = None
    failure: Cause | None = None


@dataclass(slots=True, repr=False)
class _Execution:
    variables: Mapping[str, Any]
    transports: Mapping[str, Transport]
    context: Any
    failures: Failures
    bounds: Bounds
    by_context: bool
    end: float = 0.0
    data: dict[str, Any] = field(default_factory=dict)
    absences: Absences = field(default_factory=Absences)
    sound: bool = True

    def prepare(self, fetch: Fetch) -> _Call | None:
        """The call of a fetch, built from the current tree; None if it requests nothing."""
        if () not in fetch.when and not any(hold(conjunction, self.variables) for conjunction in fetch.when):
            return None
        values = {name: self.variables[name] for name in fetch.variables if name in self.variables}
        if not fetch.entities:
            exists = not fetch.path or any(True for _ in objects_at(self.data, fetch.path))
            return _Call(fetch, values) if exists else None
        try:
            requests = tuple(gather(self.data, entities) for entities in fetch.entities)
        except (Deep, RecursionError):
            self.lose(fetch)
            return None
        cause = next(
            (self.failures.fetches[number] for number in fetch.before if number in self.failures.fetches), None
        )
        if cause is not None:
            self.failures.fetches[fetch.number] = cause
        self.omit(fetch, requests, cause)
        stored: list[StoredEntities] = []
        if self.sound:
            requests = tuple(
                self.reuse(entities, request, stored)
                for entities, request in zip(fetch.entities, requests, strict=True)
            )
        count = sum(len(request.representations) for request in requests)
        if count == 0:
            return _Call(fetch, values, stored=stored, sent=False) if stored else None
        too_many = count > self.bounds.representations
        if not too_many:
            fetch, requests, context_values = split_by_context(fetch, requests)
            values.update(context_values)
            values.update(
                (entities.variable, request.representations)
                for entities, request in zip(fetch.entities, requests, strict=True)
            )
            too_many = len(fetch.entities) > self.bounds.fields
        return _Call(fetch, values, requests, stored, failure=Cause("REPRESENTATIONS_LIMIT") if too_many else None)

    def omit(self, fetch: Fetch, requests: tuple[EntityRequest | CollectedRequest, ...], cause: Cause | None) -> None:
        """Record what is not requested of objects: their key or requirement is null, or did not come, through `cause`
        if it is not None."""
        for request in requests:
            for value, absent in request.absent:
                self.absences.add(value, absent)
            for missing in request.missing if isinstance(request, EntityRequest) else ():
                if cause is not None:
                    self.failures.add_all(cause, fetch, (missing.path,), missing.keys)
                if cause is not None or any(self.absences.explain(*read) for read in missing.reads):
                    self.absences.add(missing.value, missing.keys)

    def lose(self, fetch: Fetch) -> None:
        """Record a fetch that can't be sent: an earlier answer has too deep a value for a key."""
        self.failures.fetches[fetch.number] = MALFORMED
        self.sound = False
        for source in (source for entities in fetch.entities for source in entities.sources):
            self.lack(fetch, MALFORMED, objects_at(self.data, source.path, source.only), source.outputs)

    def lack(
        self, fetch: Fetch, cause: Cause, objects: Iterable[tuple[dict[str, Any], Path]], keys: tuple[str, ...]
    ) -> None:
        """Record that these keys of some objects failed."""
        for value, path in objects:
            self.failures.add_all(cause, fetch, (path,), keys)
            self.absences.add(value, keys)

    def reuse(
        self, entities: Entities, request: EntityRequest | CollectedRequest, stored: list[StoredEntities]
    ) -> EntityRequest | CollectedRequest:
        """The part of a request that the tree does not answer; what it answers is added to `stored`."""
        if entities.reuse is None or not request.representations:
            return request
        try:
            answers = stored_entities(request, gather(self.data, entities.reuse.places), entities.reuse.selections)
        except (Deep, RecursionError):
            return request
        missing = [index for index in range(len(request.representations)) if index not in answers]
        if not missing:
            stored.append((request, [answers[index] for index in range(len(answers))]))
            return EntityRequest()
        if answers:
            stored.append((request.part(list(answers)), list(answers.values())))
            return request.part(missing)
        return request

    def complete(self, call: _Call) -> None:
        """Merge what the tree answered itself."""
        for request, entities in call.stored:
            if isinstance(request, CollectedRequest):
                merge_collected(request, entities, (), by_context=self.by_context)
            else:
                for entity, targets in zip(entities, request.targets, strict=True):
                    merge_targets(targets, entity, by_context=self.by_context)

    async def send(self, call: _Call) -> None:
        """Send the request to the subgraph; a failure is kept on the call."""
        if call.failure is not None:
            return
        left = min(self.end - asyncio.get_running_loop().time(), self.bounds.subgraph_seconds)
        transport = self.transports.get(call.fetch.subgraph)
        if transport is None or left <= 0:
            call.failure = Cause("SUBGRAPH_UNREACHABLE" if transport is None else "SUBGRAPH_TIMEOUT")
            return
        request = SubgraphRequest(call.fetch.subgraph, call.fetch.document, call.variables, left, call.fetch)
        try:
            call.response = await transport.send(request, self.context)
        except TransportError as error:
            call.failure = Cause(error.code)

    def retrace(self, call: _Call) -> None:
        """Find the paths of the objects of a call that failed in part, before anything else is merged."""
        fetch, response = call.fetch, call.response
        answers = response.data if response is not None and not response.errors else None
        pairs = list(zip(fetch.entities, call.requests, strict=True))
        if not isinstance(answers, dict) or not all(
            _well_formed(answers.get(entities.key), request) for entities, request in pairs
        ):
            call.requests = tuple(
                retrace(self.data, entities, request) if isinstance(request, CollectedRequest) else request
                for entities, request in pairs
            )

    def merge(self, call: _Call) -> None:
        """Merge the answer into the tree, or record its failure."""
        fetch, response = call.fetch, call.response
        self.sound &= response is not None and not response.errors
        if response is None or not isinstance(response.data, dict):
            reported = self.failures.cause(response.errors[0]) if response is not None and response.errors else None
            self.fail(call, call.failure or reported or MALFORMED)
            return
        if not fetch.entities:
            self.merge_root(call, response.data, response.errors)
            return
        for entities, request in zip(fetch.entities, call.requests, strict=True):
            if isinstance(request, CollectedRequest):
                answers = response.data[entities.key]
                merge_collected(request, answers, entities.renames, by_context=self.by_context)
                if None in answers:
                    for index, number, value in request.objects():
                        if answers[index] is None:
                            self.absences.add(value, entities.sources[number].outputs)
            else:
                self.merge_entities(call, entities, request, response.data.get(entities.key), response.errors)

    def merge_root(self, call: _Call, data: dict[str, Any], errors: list[dict[str, Any]]) -> None:
        fetch = call.fetch
        if fetch.renames:
            rename(data, fetch.renames)
        places = list(objects_at(self.data, fetch.path)) if fetch.path else [(self.data, ())]
        for order, (target, _) in enumerate(places):
            merge_into(target, data, copied=order > 0)
        if not errors:
            return
        bases = [path for _, path in places]
        for cause, steps in self.failures.distinct(errors):
            paths = [(key,) for key in fetch.outputs if data.get(key) is None] if not steps else [steps]
            for base in bases:
                for below in paths:
                    self.failures.add(cause, fetch, (*base, *client_path(below, fetch.renames)))

    def merge_entities(
        self, call: _Call, entities: Entities, request: EntityRequest, answers: Any, errors: list[dict[str, Any]]
    ) -> None:
        if not isinstance(answers, list) or len(answers) != len(request.representations):
            own = [error for error in errors if error_path(error)[:1] in ((), (entities.key,))]
            self.fail_request(
                call.fetch, request, self.failures.cause(own[0]) if answers is None and own else MALFORMED
            )
            return
        for entity, targets in zip(answers, request.targets, strict=True):
            if entity is None:
                for target in targets:
                    self.absences.add(target.value, target.source.outputs)
                continue
            if not isinstance(entity, dict):
                self.fail_targets(call.fetch, targets, MALFORMED)
                continue
            rename(entity, entities.renames)
            merge_targets(targets, entity, by_context=self.by_context)
        self.failures.add_entities(call.fetch, entities, request, answers, errors)

    def fail(self, call: _Call, cause: Cause) -> None:
        """Record that the whole fetch failed."""
        self.sound = False
        self.failures.fetches[call.fetch.number] = cause
        if not call.fetch.entities:
            places = objects_at(self.data, call.fetch.path) if call.fetch.path else iter([(self.data, ())])
            self.lack(call.fetch, cause, places, call.fetch.outputs)
        for request in call.requests:
            assert isinstance(request, EntityRequest)  # retraced
            self.fail_request(call.fetch, request, cause)

    def fail_request(self, fetch: Fetch, request: EntityRequest, cause: Cause) -> None:
        for targets in request.targets:
            self.fail_targets(fetch, targets, cause)

    def fail_targets(self, fetch: Fetch, targets: list[Target], cause: Cause) -> None:
        self.sound = False
        self.failures.add_targets(cause, fetch, targets)
        for target in targets:
            self.absences.add(target.value, target.source.outputs)


_ENTITY = {dict, type(None)}


def _well_formed(answers: Any, request: EntityRequest | CollectedRequest) -> bool:
    """Whether the answer of an `_entities` field has one object or null per representation."""
    if isinstance(request, EntityRequest):
        return True
    return (
        type(answers) is list
        and len(answers) == len(request.representations)
        and _ENTITY.issuperset(map(type, answers))
    )
