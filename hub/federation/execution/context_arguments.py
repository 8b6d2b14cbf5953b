"""Arguments from contexts: what one request is to entities that objects above give other values.

An argument is one variable of a document, so that those entities are asked in another `_entities` field of the same
request, written like the first with variables of its own (as Apollo's router does).
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from hub.federation.execution.representation_collector import CONTEXTS, Collected, identity
from hub.federation.execution.representations import Asked
from hub.federation.planning.query_plan import Entities, Fetch

_VARIABLE = re.compile(r"\$(\w+)")


def document(entities: Sequence[Entities], declared: Sequence[str]) -> str:
    """The document of a fetch of entities."""
    heads = [f"${each.variable}:[_Any!]!" for each in entities]
    heads += [f"${name}:{type_}" for each in entities for name, type_ in each.contexts]
    fields = (
        f"{'' if each.key == '_entities' else f'{each.key}:'}_entities(representations:${each.variable}){{{each.body}}}"
        for each in entities
    )
    return f"query({','.join((*heads, *declared))}){{{' '.join(fields)}}}"


def again(entities: Entities, suffix: str) -> Entities:
    """The same field under another key, with other variables for what differs."""
    renamed = {name: f"{name}{suffix}" for name, _ in entities.contexts}
    return replace(
        entities,
        key=f"{entities.key}{suffix}",
        variable=f"{entities.variable}{suffix}",
        body=_VARIABLE.sub(lambda found: f"${renamed.get(found[1], found[1])}", entities.body),
        contexts=tuple((renamed[name], type_) for name, type_ in entities.contexts),
    )


def apart(
    fetch: Fetch, asked: tuple[Asked | Collected, ...]
) -> tuple[Fetch, tuple[Asked | Collected, ...], dict[str, Any]]:
    """The fetch with a field per set of values, what each field asks, and the values by variable, taken out of the
    representations. The fetch as it is where nothing comes from a context."""
    if not any(entities.contexts for entities in fetch.entities):
        return fetch, asked, {}
    fields: list[Entities] = []
    parts: list[Asked | Collected] = []
    values: dict[str, Any] = {}
    for entities, each in zip(fetch.entities, asked, strict=True):
        nulls: list[Any] = [None for _ in entities.contexts]
        found = list(_by_values(each)) if entities.contexts else []
        for number, (given, part) in enumerate(found or [(nulls, each)]):
            fields.append(again(entities, f"_{number}") if number else entities)
            parts.append(part)
            values.update(zip((name for name, _ in fields[-1].contexts), given, strict=True))
    return replace(fetch, entities=tuple(fields), document=document(fields, fetch.declared)), tuple(parts), values


def _by_values(asked: Asked | Collected) -> Iterator[tuple[list[Any], Asked | Collected]]:
    """What is asked under equal values, in the order of appearance."""
    found: dict[Hashable, tuple[list[Any], list[int]]] = {}
    for index, representation in enumerate(asked.representations):
        given = representation.pop(CONTEXTS)
        found.setdefault(identity({CONTEXTS: given}), (given, []))[1].append(index)
    for given, indices in found.values():
        yield given, asked.part(indices)
