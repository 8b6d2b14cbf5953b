"""What an actor may try: operations written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from graphql import GraphQLObjectType, get_named_type

from tests.e2e.canary_world import BY_SLUG, World
from tests.pinned_graph import client_schema

NOBODY = "00000000-0000-4000-8000-000000000000"
Request = tuple[str, Mapping[str, Any]]
"""A document and its variables."""

PERSON = """
fragment Whole on Person {
  id civility firstName lastName birthName birthDate birthYear departmentCode hasDependentChildren isRsaBeneficiary
  hasRightsAndDuties hasParticularDifficulties healthToConsider
  contact { email phones origin authorisation address { postalCode city cityCode } }
  household { familySituation dependentChildren }
  rsa { status requestedOn rightsAndDuties suspendedOn }
  constraints { id theme state impact recordedOn }
  referent { since agent { id firstName lastName email } }
  appointments(first: 50) {
    nodes { ...Rdv } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
  trainingPlacements { nodes { id status proposedOn decidedOn enteredOn endedOn session { id startsOn city } } }
}
fragment Rdv on Appointment {
  id startsAt durationMinutes mode collective placeName placeAddress status initiator
  motive { category type } organisation { id name type siret department }
}
"""
SUGGESTED = "suggestedServices(first: 3) { nodes { id name distanceKm } pageInfo { hasNextPage endCursor } }"
WHOLE = f"query Whole($id: ID!) {{ person(id: $id) {{ ...Whole {SUGGESTED} }} }} {PERSON}"
ALIASES = """query ($id: ID!, $other: ID!, $yes: Boolean!, $no: Boolean!) {
  x: person(id: $id) { firstName: birthDate a: firstName b: lastName c: contact { d: phones e: email }
    f: constraints { g: theme h: recordedOn } i: appointments { j: nodes { k: placeName l: startsAt } } }
  y: person(id: $other) { ... on Person { ... on Person { ...Deep @include(if: $yes) } } lastName @skip(if: $yes) }
  z: person(id: $other) @include(if: $no) { firstName }
}
fragment Deep on Person { ... { contact { ... on Contact { email address { ...There } } } } ...Deeper }
fragment Deeper on Person {
  constraints { ... @skip(if: $no) { theme id } } appointments { edges { node { startsAt } } } }
fragment There on Address { city cityCode }"""
CASELOAD = f"query ($first: Int, $after: String, $filter: PersonFilter, $orderBy: PersonOrder) {{ persons(\
first: $first, after: $after, filter: $filter, orderBy: $orderBy) {{ nodes {{ ...Whole }} edges {{ cursor }} \
pageInfo {{ hasNextPage endCursor }} }} }} {PERSON}"
ME = f"{{ me {{ ...Whole {SUGGESTED} }} }} {PERSON}"
FIND = f"query ($identity: IdentityInput!) {{ findPerson(identity: $identity) {{ outcome person {{ ...Whole }} }} }} \
{PERSON}"
MIXED = 'query ($id: ID!) { __schema { types { name fields { name } } } person(id: $id) { __typename firstName } \
__type(name: "Person") { fields { name } } }'

WALKS = (
    "persons(first: 2, after: $after, orderBy: LAST_NAME) { nodes { id birthDate departmentCode } ... }",
    "persons(first: 3, after: $after, orderBy: BIRTH_DATE) { nodes { id } ... }",
    "persons(first: 3, after: $after, filter: { rsaStatus: CLOS }) { nodes { id } ... }",
    'persons(first: 3, after: $after, filter: { birthDateFrom: "3108-01-01" }) { nodes { id } ... }',
    "appointments(first: 5, after: $after, orderBy: STARTS_AT) { nodes { id status } ... }",
    'appointments(first: 5, after: $after, filter: { startsFrom: "2620-01-01T00:00:00Z" }) { nodes { id } ... }',
    "appointments(first: 3, after: $after, orderBy: STARTS_AT_DESC) { nodes { id person { id lastName } } ... }",
    "contracts(first: 3, after: $after, orderBy: ENDS_ON_DESC) { nodes { id person { id birthYear } } ... }",
    "orientations(first: 3, after: $after, orderBy: STARTS_ON) { nodes { id person { id } } ... }",
    "referrals(first: 3, after: $after, filter: { status: OUVERTE }) { nodes { id person { id } } ... }",
    "jobApplications(first: 3, after: $after, orderBy: CREATED_AT_DESC) { nodes { id person { firstName } } ... }",
    "immersions(first: 3, after: $after, orderBy: ENDS_ON) { nodes { id person { id } } ... }",
    *(
        f"{signal}(days: 180, first: 10, after: $after) {{ nodes {{ id person {{ id }} }} ... }}"
        for signal in (
            "repeatedAbsences",
            "lostContacts",
            "endingContracts",
            "conflictingOrientations",
            "abandonedTrainings",
        )
    ),
    "trainingPlacements(first: 3, after: $after, orderBy: PROPOSED_ON_DESC) { nodes { id person { id } } ... }",
)
"""Lists to walk to their end, by sort and by filter; `...` is for `PAGE`."""
WORDS_OF_A_PART = 1_000
"""Most words of a part of the selection of every field below a person."""
PAGE = "edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


def all_of(root: str) -> str:
    """Selection of every field below this type that the client schema has, however new; of the person of an item, what
    `WALKS` selects instead."""
    return " ".join(_fields_below(root))


@cache
def _fields_below(root: str) -> tuple[str, ...]:
    """The selections of `all_of`, one for each field of the type."""

    def select(name: str, above: tuple[str, ...]) -> tuple[str, ...]:
        parts = []
        for field, declared in client_schema().type_map[name].fields.items():  # type: ignore[attr-defined]
            below = get_named_type(declared.type)
            if not isinstance(below, GraphQLObjectType):
                parts.append(field)
            elif below.name not in above:
                parts.append(f"{field} {{ {' '.join(select(below.name, (*above, below.name)))} }}")
        return tuple(parts)

    return select(root, (root, "Person"))


def all_of_a_person_in_parts() -> list[str]:
    """The selection of every field below a person, in parts that are within the limits of a hub; each has the id."""
    parts = [["id"]]
    for selection in _fields_below("Person"):
        if len(" ".join([*parts[-1], selection]).split()) > WORDS_OF_A_PART:
            parts.append(["id"])
        parts[-1].append(selection)
    return [" ".join(part) for part in parts]


def requests(world: World, cursors: Sequence[str] = ()) -> Iterator[Request]:
    """Operations that are well formed, of everyone and of nobody, by every argument."""
    ids = [*world.persons.values(), NOBODY]
    yield ME, {}
    for identifier, other_id in zip(ids, [*ids[1:], ids[0]], strict=True):
        yield WHOLE, {"id": identifier}
        yield ALIASES, {"id": identifier, "other": other_id, "yes": True, "no": False}
        yield MIXED, {"id": identifier}
        for part in all_of_a_person_in_parts():
            yield f"query ($id: ID!) {{ person(id: $id) {{ {part} }} }}", {"id": identifier}
    for order in (None, "LAST_NAME", "BIRTH_DATE"):
        yield CASELOAD, {"first": 1, "orderBy": order}
        yield CASELOAD, {"first": 100, "orderBy": order}
    for person in BY_SLUG.values():
        for criteria in (
            {"lastName": person.last_name},
            {"lastName": person.birth_name},
            {"birthDateFrom": str(person.birth_date), "birthDateTo": str(person.birth_date)},
            {"cityCode": person.place.code},
        ):
            yield CASELOAD, {"filter": criteria}
        number = {"kind": "FRANCE_TRAVAIL", "value": person.france_travail_id}
        for key in ({"nir": person.nir}, {"identifier": number}, {"nir": person.nir, "identifier": number}):
            yield FIND, {"identity": {**key, "birthDate": str(person.birth_date)}}
    yield CASELOAD, {"filter": {"rsaStatus": "DROIT_OUVERT_ET_SUSPENDU"}}
    for cursor in cursors:
        yield CASELOAD, {"after": cursor}
        yield (
            "query ($id: ID!, $after: String) { person(id: $id) { appointments(after: $after) { nodes { id } } } }",
            {
                "id": ids[0],
                "after": cursor,
            },
        )


def mistaken(values: Sequence[str]) -> Iterator[Request]:
    """Operations that fail, each with someone's values where they don't belong."""
    for value in values:
        yield WHOLE, {"id": [value]}
        yield WHOLE, {"id": value}
        yield CASELOAD, {"first": value}
        yield CASELOAD, {"orderBy": value}
        yield CASELOAD, {"after": value}
        yield CASELOAD, {"filter": {"rsaStatus": value}}
        yield CASELOAD, {"filter": {"birthDateFrom": value}}
        yield FIND, {"identity": {"nir": value, "birthDate": value}}
        yield FIND, {"identity": {"identifier": {"kind": value, "value": value}, "birthDate": value}}
        yield FIND, {"identity": {value: value, "birthDate": {value: value}}}
        yield CASELOAD, {"filter": {value: value}}
        yield CASELOAD, {"first": 0, "filter": {"lastName": value}}
        quoted = value.replace('"', "")
        yield f'{{ persons(filter: {{ lastName: "{quoted}" }}) {{ nodes {{ _access }} }} }}', {}
        yield f'{{ persons(filter: {{ lastName: "{quoted}", unheardOf: "{quoted}" }}) {{ nodes {{ id }} }} }}', {}
        yield f'{{ persons(orderBy: "{quoted}") {{ nodes {{ id }} }} }}', {}
        yield f'{{ findPerson(identity: {{ nir: "{quoted}", birthDate: "{quoted}" }}) {{ outcome }} }}', {}
        yield f'{{ person(id: "{quoted}" ', {}
        yield f'{{ _entities(representations: [{{ __typename: "Person", id: "{quoted}" }}]) {{ __typename }} }}', {}
        yield f'subscription {{ person(id: "{quoted}") {{ id }} }}', {}
