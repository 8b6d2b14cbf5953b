"""What the policy must cover of the served graph, counted again from what clients see, not from the classification.

docs/policy.md#rule-1, docs/policy.md#rule-6, docs/policy.md#rule-8, docs/attaques.md#attack-42.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema

from hub.policy.decide.classification import Classification
from hub.policy.decide.policy_model import Policy
from schema.categories import Level
from schema.sdl import coordinates


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many fields, enum values and inputs clients see; what is missing for some of them; in which file and line a
    rule is `misnamed`, of a field that there is not; and, worth a `note`, what a grant reduces to a field that is not
    served yet, or matches by no input; in French."""

    fields: int
    values: int
    inputs: int
    missing: tuple[str, ...]
    misnamed: tuple[str, ...]
    notes: tuple[str, ...]


def coverage(schema: GraphQLSchema, classification: Classification, policy: Policy) -> Coverage:
    """The coverage of a client schema."""
    fields, inputs = list(_fields(schema)), list(_inputs(schema))
    reached = {each.returns for each in classification.fields.values()}
    reached |= {each.type for each in classification.inputs.values()}
    values = [
        (type_.name, f"{type_.name}.{value}")
        for type_ in schema.type_map.values()
        if isinstance(type_, GraphQLEnumType) and not type_.name.startswith("__")
        for value in type_.values
    ]
    missing = [f"{name} : aucune catégorie" for name in fields if name not in classification.fields]
    missing += [f"{name} : entrée que rien ne classe" for name in inputs if name not in classification.inputs]
    missing += [f"{name} : aucune catégorie, aucun champ classé ne la rend" for of, name in values if of not in reached]
    missing += _reductions(classification, policy)
    missing += _undated(classification, policy)
    misnamed = tuple(_misnamed(classification, policy))
    unmatched = {c for grant in policy.grants for c in grant.match} - set(classification.matches.values())
    notes = [f"des accords rapprochent par {c}, par quoi aucune entrée ne rapproche" for c in sorted(unmatched)]
    notes += [
        f"« {row.sibling} », à lire à la place de {row.coordinate} ({row.actor}), n'est pas encore servi : "
        "docs/sources.md dit pourquoi"
        for row in policy.reductions.values()
        if row.sibling is not None
        and row.sibling not in classification.fields
        and row.coordinate in classification.fields
    ]
    return Coverage(len(fields), len(values), len(inputs), tuple(missing), misnamed, tuple(notes))


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


def _reductions(classification: Classification, policy: Policy) -> Iterator[str]:
    """A grant that reduces a category says, of each of its whole fields, what is read instead, were it nothing."""
    asked = {(grant.actor, category) for grant in policy.grants for category in grant.reduced}
    for name, field in sorted(classification.fields.items()):
        for actor, category in sorted(asked):
            if category is field.category and field.level is Level.FULL and (actor, name) not in policy.reductions:
                yield f"{name} : reductions.toml n'a pas de ligne pour « {actor} », dont un accord réduit {category}"


def _undated(classification: Classification, policy: Policy) -> Iterator[str]:
    """A type whose rows end says by which day, and the reverse."""
    ending = {name for each in policy.items.values() for name in each.types}
    for name in sorted(classification.personal & ending - classification.dated):
        yield f"{name} : retention.toml lui donne une durée, et le graphe ne dit pas de quel jour elle part"
    for name in sorted(classification.dated - ending):
        yield f"{name} : le graphe dit de quel jour part sa durée, et retention.toml ne lui en donne pas"


def _misnamed(classification: Classification, policy: Policy) -> Iterator[str]:
    """A rule names fields and types of the contract, served or on paper yet: any other name does nothing, unsaid."""
    fields, known = classification.fields, coordinates() | classification.fields.keys()
    for row in policy.reductions.values():
        here = f"reductions.toml:{row.line}"
        for name in (row.coordinate, row.sibling):
            if name is not None and name not in known:
                yield f"{here}: « {name} » n'est ni un champ du graphe, ni un champ prévu par le contrat"
        read, sibling = fields.get(row.coordinate), fields.get(row.sibling or "")
        if read is None or sibling is None:
            continue
        if sibling.level is not Level.REDUCED or sibling.category is not read.category:
            yield f"{here}: « {row.sibling} » n'est pas un champ réduit de catégorie {read.category} : rien ne l'ouvre"
    types = {name.partition(".")[0] for name in known}
    for item in policy.items.values():
        for name in sorted(item.types - types):
            yield f"retention.toml:{item.line}: « {name} » n'est ni un type du graphe, ni un type prévu par le contrat"
