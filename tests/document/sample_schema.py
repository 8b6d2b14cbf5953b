"""A schema for tests of the document stages."""

from __future__ import annotations

from graphql import build_schema

from hub.document.limits import Limits
from hub.document.parse import find_operation, parse_document
from hub.federation.operations.normalise import normalise
from hub.federation.operations.operation import Operation

SCHEMA = build_schema("""
"Un être" interface Being { id: ID! name: String owner: Person tag: ID }
type Dog implements Being { id: ID! name: String owner: Person tag: ID! barks: Int loud(level: Int = 1): Boolean }
type Cat implements Being { id: ID! name: String owner: Person tag: ID lives: Int nick: ID }
type Person {
  id: ID! name: String beings(first: Int = 3, filter: Filter, kinds: [Kind!]): [Being!] any: Either home: Home
}
type Home { city: String zip: String }
union Either = Dog | Home
enum Kind { SMALL BIG }
scalar Anything
input Filter { name: String = "x" age: Int! = 1 inner: Filter tags: [[String!]] kind: Kind any: Anything }
input One @oneOf { id: ID name: String }
type Query { person(id: ID!): Person beings: [Being!] one(by: One): Person int(x: Int): Int float(x: Float): Int }
type Mutation { add(name: String): Person }
type Subscription { tick: Int }
""")


def operation(query: str, name: str | None = None) -> Operation:
    document = parse_document(query, SCHEMA, Limits())
    return normalise(document, find_operation(document, name), SCHEMA)
