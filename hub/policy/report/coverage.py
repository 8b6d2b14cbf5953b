"""Coverage of the served graph by the policy, counted from what clients see and not from the classification.

docs/policy.md#rule-1, docs/policy.md#rule-6, docs/policy.md#rule-8, docs/attaques.md#attack-42.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema

from hub.policy.decide.classification import Classification
from hub.policy.decide.policy_model import Policy
from schema.categories import Level


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the policy covers a client schema; sentences are French.

    `fields`, `values`, `inputs`: how many of each clients see. `missing`: what has no category or duration.
    `misnamed`: rules that name a field or type that the graph lacks, after file and line. `closed`: coordinates of `r`
    cells that no reduction opens. `notes`: grants that match by a category that no input has.
    """

    fields: int
    values: int
    inputs: int
    missing: tuple[str, ...]
    misnamed: tuple[str, ...]
    closed: tuple[str, ...]
    notes: tuple[str, ...]


def coverage(schema: GraphQLSchema, classification: Classification, policy: Policy) -> Coverage:
    """The coverage of a client schema."""
    fields, inputs = list(_fields(schema)), list(_inputs(schema))
    classified_types = {field.returns for field in classification.fields.values()}
    classified_types |= {input_.type for input_ in classification.inputs.values()}
    values = [
        (type_.name, f"{type_.name}.{value}")
        for type_ in schema.type_map.values()
        if isinstance(type_, GraphQLEnumType) and not type_.name.startswith("__")
        for value in type_.values
    ]
    missing = [f"{name} : aucune catégorie" for name in fields if name not in classification.fields]
    missing += [f"{name} : entrée que rien ne classe" for name in inputs if name not in classification.inputs]
    missing += [
        f"{name} : aucune catégorie, aucun champ classé ne la rend"
        for enum, name in values
        if enum not in classified_types
    ]
    missing += _undated(classification, policy)
    unmatched = {c for grant in policy.grants for c in grant.match} - set(classification.matches.values())
    return Coverage(
        fields=len(fields),
        values=len(values),
        inputs=len(inputs),
        missing=tuple(missing),
        misnamed=tuple(_misnamed(classification, policy)),
        closed=tuple(closed_coordinates(classification, policy)),
        notes=tuple(
            f"des accords rapprochent par {category}, par quoi aucune entrée ne rapproche"
            for category in sorted(unmatched)
        ),
    )


def _fields(schema: GraphQLSchema) -> Iterator[str]:
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            yield from (f"{type_.name}.{name}" for name in type_.fields)


def _inputs(schema: GraphQLSchema) -> Iterator[str]:
    for type_ in schema.type_map.values():
        if type_.name.startswith("__"):
            continue
        if isinstance(type_, GraphQLObjectType):
            for name, field in type_.fields.items():
                yield from (f"{type_.name}.{name}({argument}:)" for argument in field.args)
        elif isinstance(type_, GraphQLInputObjectType):
            yield from (f"{type_.name}.{name}" for name in type_.fields)


def closed_coordinates(classification: Classification, policy: Policy) -> Iterator[str]:
    """The full coordinates of each `r` cell that no row of reductions.toml opens."""
    cells = {(grant.actor, category) for grant in policy.grants for category in grant.reduced}
    for actor, category in sorted(cells):
        for name, field in sorted(classification.fields.items()):
            if field.category is category and field.level is Level.FULL and (actor, name) not in policy.reductions:
                yield f"{actor} × {category} : {name}"


def _undated(classification: Classification, policy: Policy) -> Iterator[str]:
    """Types with a duration in retention.toml but no day in the graph to count it from, and the reverse."""
    with_duration = {name for period in policy.items.values() for name in period.types}
    for name in sorted(classification.personal & with_duration - classification.dated):
        yield f"{name} : retention.toml lui donne une durée, et le graphe ne dit pas de quel jour elle part"
    for name in sorted(classification.dated - with_duration):
        yield f"{name} : le graphe dit de quel jour part sa durée, et retention.toml ne lui en donne pas"


def _misnamed(classification: Classification, policy: Policy) -> Iterator[str]:
    """Rules without effect, because they name a field or type that the graph lacks, or a field that they can't open."""
    fields = classification.fields
    for row in policy.reductions.values():
        place = f"reductions.toml:{row.line}"
        for name in (row.coordinate, row.sibling):
            if name is not None and name not in fields:
                yield f"{place}: « {name} » n'est pas un champ du graphe"
        read, sibling = fields.get(row.coordinate), fields.get(row.sibling or "")
        if read is None or sibling is None:
            continue
        if sibling.level is not Level.REDUCED or sibling.category is not read.category:
            yield f"{place}: « {row.sibling} » n'est pas un champ réduit de catégorie {read.category} : rien ne l'ouvre"
    for item in policy.items.values():
        for name in sorted(item.types - classification.members.keys()):
            yield f"retention.toml:{item.line}: « {name} » n'est pas un type du graphe"
