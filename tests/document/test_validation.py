"""Our visit of graphql-core's rules finds what graphql-core's own finds, in its order."""

from __future__ import annotations

from random import Random

import pytest
from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError, parse, specified_rules
from graphql import validate as validate_slowly

from hub.document.validation import validate
from tests.document.sample_schema import SCHEMA

RULES = list(specified_rules)
DOCUMENT = """
query Q($id: ID!, $yes: Boolean = true, $kinds: [Kind!] = [BIG], $filter: Filter) {
  int(x: 1) @skip(if: $yes)
  person(id: $id) { ...P beings(kinds: $kinds, filter: $filter) { __typename ... on Dog @include(if: $yes) { loud } } }
  one(by: {id: 1}) { beings(filter: {age: 1 any: [1, {a: "b"}] tags: [["c"], null]}) { id ... on Cat { nick } } }
  float(x: 1.5)
  __schema { types { name fields { name type { name } } } }
}
query R { int(x: 2) ...O }
fragment P on Person { id other: id @include(if: true) ... { name } }
fragment O on Query { person(id: "4") { ...P } }
"""


def errors(graphql_errors: list[GraphQLError]) -> list[tuple[str, object]]:
    return [(error.message, error.locations) for error in graphql_errors]


def mutated(random: Random) -> DocumentNode | None:
    """The document with some of its words dropped, doubled, or put in the place of others."""
    words = DOCUMENT.replace("(", " ( ").replace(")", " ) ").replace("{", " { ").replace("}", " } ").split()
    for _ in range(random.randint(1, 4)):
        place = random.randrange(len(words))
        words[place] = random.choice(("", f"{words[place]} {words[place]}", random.choice(words), "$no", "@no", "no"))
    try:
        return parse(" ".join(words))
    except GraphQLSyntaxError:
        return None


@pytest.mark.parametrize("seed", range(5))
def test_random_documents_have_the_errors_that_graphql_core_finds(seed: int) -> None:
    documents = [
        document for document in map(mutated, map(Random, range(1_000 * seed, 1_000 * seed + 400))) if document
    ]
    expected = [errors(validate_slowly(SCHEMA, document, RULES, hide_suggestions=True)) for document in documents]
    assert [errors(validate(SCHEMA, document, RULES, 100)) for document in documents] == expected
    assert sum(map(bool, expected)) > len(expected) / 2


def test_no_more_errors_are_found_than_are_wanted() -> None:
    document = parse(f"{{ {' '.join(f'no{number}' for number in range(50))} }}")
    assert len(validate(SCHEMA, document, RULES, 20)) == 20


def test_a_long_chain_of_fragments_is_an_error_and_not_a_crash() -> None:
    chain = " ".join(f"fragment F{number} on Query {{ ...F{number + 1} }}" for number in range(3_000))
    assert len(validate(SCHEMA, parse(f"{{ ...F0 }} {chain} fragment F3000 on Query {{ int }}"), RULES, 20)) == 1


def test_the_document_whose_words_are_changed_is_valid() -> None:
    assert validate(SCHEMA, parse(DOCUMENT), RULES, 20) == []
