"""Run a plan: waves of fetches into one response tree, errors under the client's paths.

A failed fetch is recorded and the rest goes on; a fetch without an entity to ask about is never sent. Error text of a
subgraph stays here: only codes of ours leave. Answers are merged as plain dicts, their keys are only ever compared.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from hub.document.conditions import hold
from hub.errors import FieldFailed, Path
from hub.federation.collect import Collected, Unusual
from hub.federation.contextual import apart
from hub.federation.merge import merge_collected, merge_into, objects_at, rename
from hub.federation.nodes import Entities, Fetch, Plan, Rename
from hub.federation.represent import Asked, Target, represent, retrace
from hub.federation.transport import SubgraphRequest, SubgraphResponse, Transport, TransportError

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "SUBGRAPH_UNREACHABLE": "Une source de données ne répond pas : réessayez plus tard.",
        "SUBGRAPH_TLS": "Une source de données ne prouve pas qui elle est, ou refuse le hub : signalez-le.",
        "SUBGRAPH_BUSY": "Une source de données a trop de demandes en attente : réessayez plus tard.",
        "SUBGRAPH_CIRCUIT_OPEN": "Une source de données est laissée au repos après des pannes : réessayez plus tard.",
        "SUBGRAPH_TIMEOUT": "Une source de données a dépassé le délai : réessayez plus tard.",
        "SUBGRAPH_STATUS": "Une source de données a refusé ou échoué : réessayez plus tard.",
        "SUBGRAPH_MALFORMED": "Une source de données a donné une réponse illisible : signalez-le.",
        "SUBGRAPH_TOO_LARGE": "La réponse d'une source de données est trop grande : demandez moins d'éléments.",
        "SUBGRAPH_ERROR": "Une source de données n'a pas pu fournir ce champ.",
        "REPRESENTATIONS_LIMIT": "Trop d'éléments à compléter d'un coup : demandez des pages plus petites.",
    }
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Greatest number of representations per fetch and of errors per answer; seconds that one subgraph has."""

    representations: int = 10_000
    errors: int = 200
    subgraph_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The response tree, internal keys included, and what failed under the client's paths."""

    data: dict[str, Any]
    errors: tuple[FieldFailed, ...] = ()


async def execute(
    plan: Plan,
    variables: Mapping[str, Any],
    transports: Mapping[str, Transport],
    context: Any,
    deadline: float,
    *,
    codes: Mapping[str, str] = MappingProxyType({}),
    bounds: Bounds = Bounds(),
) -> Answer:
    """The answer of a plan. `deadline` is the time left, in seconds; `codes` maps each `extensions.code` of a subgraph
    that may leave to its French message. Raises nothing for a subgraph's failure."""
    execution = _Execution({**plan.constants, **variables}, transports, context, codes, bounds)
    execution.end = asyncio.get_running_loop().time() + deadline
    for wave in plan.waves:
        calls = [call for fetch in wave.fetches if (call := execution.prepare(fetch)) is not None]
        if len(calls) == 1:
            await execution.send(calls[0])
        elif calls:
            async with asyncio.TaskGroup() as group:
                for call in calls:
                    group.create_task(execution.send(call))
        for call in calls:
            execution.retrace(call)
        for call in calls:
            execution.merge(call)
    return Answer(execution.data, tuple(execution.errors.values()))


def gather(data: dict[str, Any], entities: Entities) -> Asked | Collected:
    """What to ask of the objects in the tree: by generated code, or with paths where something did not come."""
    try:
        return entities.collect(data)
    except Unusual:
        return represent(data, entities)


@dataclass(slots=True)
class _Call:
    fetch: Fetch
    variables: dict[str, Any]
    asked: tuple[Asked | Collected, ...] = ()
    response: SubgraphResponse | None = None
    failure: str | None = None


@dataclass(slots=True)
class _Execution:
    variables: Mapping[str, Any]
    transports: Mapping[str, Transport]
    context: Any
    codes: Mapping[str, str]
    bounds: Bounds
    end: float = 0.0
    data: dict[str, Any] = field(default_factory=dict)
    errors: dict[tuple[Path, str], FieldFailed] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)

    def prepare(self, fetch: Fetch) -> _Call | None:
        """The request, written from the tree as it is now; None if there is nothing to ask."""
        if not any(hold(conjunction, self.variables) for conjunction in fetch.when):
            return None
        values = {name: self.variables[name] for name in fetch.variables if name in self.variables}
        if not fetch.entities:
            exists = not fetch.path or any(True for _ in objects_at(self.data, fetch.path))
            return _Call(fetch, values) if exists else None
        asked = tuple(gather(self.data, entities) for entities in fetch.entities)
        cause = next((self.failed[number] for number in fetch.before if number in self.failed), None)
        if cause is not None:
            self.failed[fetch.number] = cause
            for each in asked:
                for path, keys in each.missing if isinstance(each, Asked) else ():
                    self.fail_all(cause, fetch, (path,), keys)
        count = sum(len(each.representations) for each in asked)
        if count == 0:
            return None
        fetch, asked, given = apart(fetch, asked)
        values.update(given)
        values.update(
            (entities.variable, each.representations) for entities, each in zip(fetch.entities, asked, strict=True)
        )
        failure = "REPRESENTATIONS_LIMIT" if count > self.bounds.representations else None
        return _Call(fetch, values, asked, failure=failure)

    async def send(self, call: _Call) -> None:
        """Ask the subgraph; a failure is noted on the call."""
        if call.failure is not None:
            return
        left = min(self.end - asyncio.get_running_loop().time(), self.bounds.subgraph_seconds)
        transport = self.transports.get(call.fetch.subgraph)
        if transport is None or left <= 0:
            call.failure = "SUBGRAPH_UNREACHABLE" if transport is None else "SUBGRAPH_TIMEOUT"
            return
        request = SubgraphRequest(call.fetch.subgraph, call.fetch.document, call.variables, left)
        try:
            call.response = await transport.send(request, self.context)
        except TransportError as error:
            call.failure = error.code

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
        if response is None or not isinstance(response.data, dict):
            refused = self.code_of(response.errors[0]) if response is not None and response.errors else None
            self.fail(call, call.failure or refused or "SUBGRAPH_MALFORMED")
            return
        if not fetch.entities:
            self.merge_root(call, response.data, response.errors)
            return
        for entities, asked in zip(fetch.entities, call.asked, strict=True):
            if isinstance(asked, Collected):
                merge_collected(asked, response.data[entities.key], entities.renames)
            else:
                self.merge_entities(call, entities, asked, response.data.get(entities.key), response.errors)

    def merge_root(self, call: _Call, data: dict[str, Any], errors: list[dict[str, Any]]) -> None:
        fetch = call.fetch
        rename(data, fetch.renames)
        places = list(objects_at(self.data, fetch.path)) if fetch.path else [(self.data, ())]
        for order, (target, _) in enumerate(places):
            merge_into(target, data, copied=order > 0)
        bases = [path for _, path in places]
        for error in errors:
            steps = _steps(error)
            lost = [(key,) for key in fetch.outputs if data.get(key) is None] if not steps else [steps]
            for base in bases:
                for below in lost:
                    self.add(self.code_of(error), fetch, (*base, *_client_steps(below, fetch.renames)))

    def merge_entities(
        self, call: _Call, entities: Entities, asked: Asked, found: Any, errors: list[dict[str, Any]]
    ) -> None:
        if not isinstance(found, list) or len(found) != len(asked.representations):
            own = [error for error in errors if _steps(error)[:1] in ((), (entities.key,))]
            self.fail_asked(call.fetch, asked, self.code_of(own[0]) if found is None and own else "SUBGRAPH_MALFORMED")
            return
        for entity, targets in zip(found, asked.targets, strict=True):
            if not isinstance(entity, dict):
                if entity is not None:
                    self.fail_targets(call.fetch, targets, "SUBGRAPH_MALFORMED")
                continue
            rename(entity, entities.renames)
            first = targets[0].source
            for target in targets:
                value = entity
                if target.without:
                    value = {key: each for key, each in entity.items() if key not in target.without}
                merge_into(target.value, value, copied=target.source is not first)
        for error in errors:
            steps = _steps(error)
            if not steps and None in found:
                lost = [targets for entity, targets in zip(found, asked.targets, strict=True) if entity is None]
                for targets in lost:
                    for target in targets:
                        self.fail_all(self.code_of(error), call.fetch, (target.path,), target.source.outputs)
            elif len(steps) > 1 and steps[0] == entities.key:
                index = steps[1]
                if isinstance(index, int) and 0 <= index < len(found):
                    below = _client_steps(steps[2:], entities.renames)
                    for target in asked.targets[index]:
                        if not (below and below[0] in target.without):
                            outputs = [below] if below else [(key,) for key in target.source.outputs]
                            for output in outputs:
                                self.add(self.code_of(error), call.fetch, (*target.path, *output))

    def fail(self, call: _Call, code: str) -> None:
        """The whole fetch failed."""
        self.failed[call.fetch.number] = code
        if not call.fetch.entities:
            places = objects_at(self.data, call.fetch.path) if call.fetch.path else iter([(self.data, ())])
            self.fail_all(code, call.fetch, [path for _, path in places], call.fetch.outputs)
        for asked in call.asked:
            assert isinstance(asked, Asked)  # retraced
            self.fail_asked(call.fetch, asked, code)

    def fail_asked(self, fetch: Fetch, asked: Asked, code: str) -> None:
        for targets in asked.targets:
            self.fail_targets(fetch, targets, code)

    def fail_targets(self, fetch: Fetch, targets: list[Target], code: str) -> None:
        for target in targets:
            outputs = [key for key in target.source.outputs if key not in target.without]
            self.fail_all(code, fetch, (target.path,), outputs)

    def fail_all(self, code: str, fetch: Fetch, paths: Any, keys: Any) -> None:
        for path in paths:
            for key in keys:
                self.add(code, fetch, (*path, key))

    def add(self, code: str, fetch: Fetch, path: Path) -> None:
        """Record one error, once, while there is room."""
        if len(self.errors) < self.bounds.errors:
            message = self.codes.get(code) or MESSAGES.get(code) or MESSAGES["SUBGRAPH_ERROR"]
            failed = FieldFailed(code, message, f"subgraph {fetch.subgraph}", path=path)
            self.errors.setdefault((path, code), failed)

    def code_of(self, error: Any) -> str:
        """The subgraph's code if it may leave, else ours."""
        extensions = error.get("extensions") if isinstance(error, dict) else None
        code = extensions.get("code") if isinstance(extensions, dict) else None
        return code if isinstance(code, str) and code in self.codes else "SUBGRAPH_ERROR"


_ENTITY = {dict, type(None)}


def _well(found: Any, asked: Asked | Collected) -> bool:
    """Whether the answer of an `_entities` field is of the form that was asked for."""
    if isinstance(asked, Asked):
        return True
    return type(found) is list and len(found) == len(asked.representations) and _ENTITY.issuperset(map(type, found))


def _steps(error: Any) -> Path:
    """Path of a subgraph's error, empty if it has none that is usable."""
    path = error.get("path") if isinstance(error, dict) else None
    if not isinstance(path, list) or not all(isinstance(step, str | int) for step in path):
        return ()
    return tuple(path)


def _client_steps(steps: Path, renames: tuple[Rename, ...]) -> Path:
    """The path with aliases of ours undone, cut before an internal key."""
    names = {each.sent: each.key for each in renames}

    def translated() -> Iterator[str | int]:
        for step in steps:
            known = names.get(step, step) if isinstance(step, str) else step
            if isinstance(known, str) and known.startswith("__"):
                return
            yield known

    return tuple(translated())
