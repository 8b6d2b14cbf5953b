"""Arguments from contexts: one request for entities to which objects above give different values.

An argument is one variable of a document, so entities with other values are fetched by another `_entities` field of the
same request, printed like the first with variables of its own (as Apollo's router does).
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from hub.federation.execution.representation_collector import CONTEXTS, CollectedRequest, identity
from hub.federation.execution.representations import EntityRequest
from hub.federation.planning.query_plan import Entities, Fetch

_VARIABLE = re.compile(r"\$(\w+)")


def document(fields: Sequence[Entities], declared: Sequence[str], directives: str) -> str:
    """The document of a fetch of entities, with the directives of the operation."""
    heads = [f"${field.variable}:[_Any!]!" for field in fields]
    heads += [f"${name}:{type_}" for field in fields for name, type_ in field.contexts]
    printed = (
        f"{'' if field.key == '_entities' else f'{field.key}:'}"
        f"_entities(representations:${field.variable}){{{field.body}}}"
        for field in fields
    )
    return f"query({','.join((*heads, *declared))}){directives}{{{' '.join(printed)}}}"


def repeated(entities: Entities, suffix: str) -> Entities:
    """The same field under another key, with other variables for its representations and context arguments."""
    renamed = {name: f"{name}{suffix}" for name, _ in entities.contexts}
    return replace(
        entities,
        key=f"{entities.key}{suffix}",
        variable=f"{entities.variable}{suffix}",
        body=_VARIABLE.sub(lambda match: f"${renamed.get(match[1], match[1])}", entities.body),
        contexts=tuple((renamed[name], type_) for name, type_ in entities.contexts),
    )


def split_by_context(
    fetch: Fetch, requests: tuple[EntityRequest | CollectedRequest, ...]
) -> tuple[Fetch, tuple[EntityRequest | CollectedRequest, ...], dict[str, Any]]:
    """The fetch with one `_entities` field per set of context values, the request of each, the values by variable.

    The values are taken out of the representations. Without context arguments the fetch is returned as it is.
    """
    if not any(entities.contexts for entities in fetch.entities):
        return fetch, requests, {}
    fields: list[Entities] = []
    parts: list[EntityRequest | CollectedRequest] = []
    variables: dict[str, Any] = {}
    for entities, request in zip(fetch.entities, requests, strict=True):
        nulls: list[Any] = [None for _ in entities.contexts]
        groups = list(_by_values(request)) if entities.contexts else []
        for number, (values, part) in enumerate(groups or [(nulls, request)]):
            fields.append(repeated(entities, f"_{number}") if number else entities)
            parts.append(part)
            variables.update(zip((name for name, _ in fields[-1].contexts), values, strict=True))
    text = document(fields, fetch.declared, fetch.directives)
    return replace(fetch, entities=tuple(fields), document=text), tuple(parts), variables


def _by_values(
    request: EntityRequest | CollectedRequest,
) -> Iterator[tuple[list[Any], EntityRequest | CollectedRequest]]:
    """The parts of a request that have equal context values, in the order of appearance."""
    groups: dict[Hashable, tuple[list[Any], list[int]]] = {}
    for index, representation in enumerate(request.representations):
        values = representation.pop(CONTEXTS)
        groups.setdefault(identity({CONTEXTS: values}), (values, []))[1].append(index)
    for values, indices in groups.values():
        yield values, request.part(indices)
