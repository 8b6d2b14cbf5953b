"""Run a plan: waves of fetches into one response tree, errors under the client's paths.

A failed fetch is recorded and the rest goes on; a fetch without an entity to ask about is never sent, and one whose
entities are all known already neither. Answers are merged as plain dicts, their keys are only ever compared.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from hub.federation.client.transport import SubgraphRequest, SubgraphResponse, Transport, TransportError
from hub.federation.errors import FieldFailure
from hub.federation.execution.context_arguments import apart
from hub.federation.execution.entity_store import recall
from hub.federation.execution.failures import (
    MALFORMED,
    NO_CODES,
    AllowedCodes,
    Cause,
    Failures,
    client_path,
    error_path,
)
from hub.federation.execution.representation_collector import Collected, Deep, Unusual
from hub.federation.execution.representations import Asked, Target, merge_targets, represent, retrace
from hub.federation.execution.response_tree import merge_collected, merge_into, objects_at, rename
from hub.federation.operations.operation import hold
from hub.federation.planning.query_plan import Entities, Fetch, Plan


@dataclass(frozen=True, slots=True)
class Bounds:
    """Greatest number of representations per fetch, of `_entities` fields that they are asked by (one per set of values
    that contexts give), and of errors per answer; seconds that one subgraph has."""

    representations: int = 10_000
    fields: int = 1_000
    errors: int = 200
    subgraph_seconds: float = 10.0


@dataclass(slots=True)
class Answer:
    """The response tree, internal keys included, and what failed under the client's paths."""

    data: dict[str, Any]
    errors: tuple[FieldFailure, ...] = ()


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
        {**plan.constants, **variables}, transports, context, Failures(codes, bounds.errors), bounds, plan.placed
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
            if call.asked:
                execution.retrace(call)
        for call in calls:
            execution.complete(call)
            if call.sent:
                execution.merge(call)
    return Answer(execution.data, execution.failures.errors())


def gather(data: dict[str, Any], entities: Entities) -> Asked | Collected:
    """What to ask of the objects in the tree: the fast way, or with paths where something did not come."""
    try:
        return entities.collect(data)
    except Unusual:
        return represent(data, entities)


Answered: TypeAlias = tuple[Asked | Collected, list[dict[str, Any]]]
"""A part of what is asked, and its entities in their order."""


@dataclass(slots=True)
class _Call:
    """A fetch whose turn has come: `asked` is what is sent of it, if anything is, `known` what need not be."""

    fetch: Fetch
    variables: dict[str, Any]
    asked: tuple[Asked | Collected, ...] = ()
    known: list[Answered] = field(default_factory=list)
    sent: bool = True
    response: SubgraphResponse | None = None
    failure: Cause | None = None


@dataclass(slots=True)
class _Execution:
    variables: Mapping[str, Any]
    transports: Mapping[str, Transport]
    context: Any
    failures: Failures
    bounds: Bounds
    placed: bool
    end: float = 0.0
    data: dict[str, Any] = field(default_factory=dict)
    sound: bool = True

    def prepare(self, fetch: Fetch) -> _Call | None:
        """The request, written from the tree as it is now; None if there is nothing to ask."""
        if () not in fetch.when and not any(hold(conjunction, self.variables) for conjunction in fetch.when):
            return None
        values = {name: self.variables[name] for name in fetch.variables if name in self.variables}
        if not fetch.entities:
            exists = not fetch.path or any(True for _ in objects_at(self.data, fetch.path))
            return _Call(fetch, values) if exists else None
        try:
            asked = tuple(gather(self.data, entities) for entities in fetch.entities)
        except (Deep, RecursionError):
            self.lose(fetch)
            return None
        cause = next(
            (self.failures.fetches[number] for number in fetch.before if number in self.failures.fetches), None
        )
        if cause is not None:
            self.failures.fetches[fetch.number] = cause
            for each in asked:
                for path, keys in each.missing if isinstance(each, Asked) else ():
                    self.failures.add_all(cause, fetch, (path,), keys)
        known: list[Answered] = []
        if self.sound:
            asked = tuple(
                self.recall(entities, each, known) for entities, each in zip(fetch.entities, asked, strict=True)
            )
        count = sum(len(each.representations) for each in asked)
        if count == 0:
            return _Call(fetch, values, known=known, sent=False) if known else None
        above = count > self.bounds.representations
        if not above:
            fetch, asked, given = apart(fetch, asked)
            values.update(given)
            values.update(
                (entities.variable, each.representations) for entities, each in zip(fetch.entities, asked, strict=True)
            )
            above = len(fetch.entities) > self.bounds.fields
        return _Call(fetch, values, asked, known, failure=Cause("REPRESENTATIONS_LIMIT") if above else None)

    def lose(self, fetch: Fetch) -> None:
        """A fetch that can't be written: an answer before it has too deep a value where a key is."""
        self.failures.fetches[fetch.number] = MALFORMED
        self.sound = False
        for source in (source for entities in fetch.entities for source in entities.sources):
            paths = (path for _, path in objects_at(self.data, source.path, source.only))
            self.failures.add_all(MALFORMED, fetch, paths, source.outputs)

    def recall(self, entities: Entities, asked: Asked | Collected, known: list[Answered]) -> Asked | Collected:
        """What is left to ask once what is known has been put with the `known`."""
        if entities.known is None or not asked.representations:
            return asked
        try:
            answers = recall(asked, gather(self.data, entities.known.places), entities.known.taken)
        except (Deep, RecursionError):
            return asked
        left = [index for index in range(len(asked.representations)) if index not in answers]
        if not left:
            known.append((asked, [answers[index] for index in range(len(answers))]))
            return Asked()
        if answers:
            known.append((asked.part(list(answers)), list(answers.values())))
            return asked.part(left)
        return asked

    def complete(self, call: _Call) -> None:
        """Put what is known into the tree."""
        for asked, found in call.known:
            if isinstance(asked, Collected):
                merge_collected(asked, found, (), placed=self.placed)
            else:
                for entity, targets in zip(found, asked.targets, strict=True):
                    merge_targets(targets, entity, placed=self.placed)

    async def send(self, call: _Call) -> None:
        """Ask the subgraph; a failure is noted on the call."""
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
        """Find the paths of a call that did not go well, before anything else is merged."""
        fetch, response = call.fetch, call.response
        answers = response.data if response is not None and not response.errors else None
        pairs = list(zip(fetch.entities, call.asked, strict=True))
        if not isinstance(answers, dict) or not all(_well(answers.get(each.key), asked) for each, asked in pairs):
            call.asked = tuple(
                retrace(self.data, entities, asked) if isinstance(asked, Collected) else asked
                for entities, asked in pairs
            )

    def merge(self, call: _Call) -> None:
        """Put the answer into the tree, or its failure into the errors."""
        fetch, response = call.fetch, call.response
        self.sound &= response is not None and not response.errors
        if response is None or not isinstance(response.data, dict):
            refused = self.failures.cause(response.errors[0]) if response is not None and response.errors else None
            self.fail(call, call.failure or refused or MALFORMED)
            return
        if not fetch.entities:
            self.merge_root(call, response.data, response.errors)
            return
        for entities, asked in zip(fetch.entities, call.asked, strict=True):
            if isinstance(asked, Collected):
                merge_collected(asked, response.data[entities.key], entities.renames, placed=self.placed)
            else:
                self.merge_entities(call, entities, asked, response.data.get(entities.key), response.errors)

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
            lost = [(key,) for key in fetch.outputs if data.get(key) is None] if not steps else [steps]
            for base in bases:
                for below in lost:
                    self.failures.add(cause, fetch, (*base, *client_path(below, fetch.renames)))

    def merge_entities(
        self, call: _Call, entities: Entities, asked: Asked, found: Any, errors: list[dict[str, Any]]
    ) -> None:
        if not isinstance(found, list) or len(found) != len(asked.representations):
            own = [error for error in errors if error_path(error)[:1] in ((), (entities.key,))]
            self.fail_asked(call.fetch, asked, self.failures.cause(own[0]) if found is None and own else MALFORMED)
            return
        for entity, targets in zip(found, asked.targets, strict=True):
            if not isinstance(entity, dict):
                if entity is not None:
                    self.fail_targets(call.fetch, targets, MALFORMED)
                continue
            rename(entity, entities.renames)
            merge_targets(targets, entity, placed=self.placed)
        self.failures.add_entities(call.fetch, entities, asked, found, errors)

    def fail(self, call: _Call, cause: Cause) -> None:
        """The whole fetch failed."""
        self.sound = False
        self.failures.fetches[call.fetch.number] = cause
        if not call.fetch.entities:
            places = objects_at(self.data, call.fetch.path) if call.fetch.path else iter([(self.data, ())])
            self.failures.add_all(cause, call.fetch, [path for _, path in places], call.fetch.outputs)
        for asked in call.asked:
            assert isinstance(asked, Asked)  # retraced
            self.fail_asked(call.fetch, asked, cause)

    def fail_asked(self, fetch: Fetch, asked: Asked, cause: Cause) -> None:
        for targets in asked.targets:
            self.fail_targets(fetch, targets, cause)

    def fail_targets(self, fetch: Fetch, targets: list[Target], cause: Cause) -> None:
        self.sound = False
        self.failures.add_targets(cause, fetch, targets)


_ENTITY = {dict, type(None)}


def _well(found: Any, asked: Asked | Collected) -> bool:
    """Whether the answer of an `_entities` field is of the form that was asked for."""
    if isinstance(asked, Asked):
        return True
    return type(found) is list and len(found) == len(asked.representations) and _ENTITY.issuperset(map(type, found))
