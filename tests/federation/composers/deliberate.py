"""Where we differ from Apollo's composition on purpose (docs/decisions, "Composition agrees with the references")."""

from __future__ import annotations

from dataclasses import dataclass

from tests.federation.composers.verdict import Verdicts

COMPOSES = "composes"
LATER = frozenset({"INVALID_GRAPHQL"})
"""What Apollo's composition says of the same subgraph, for it reads its types first."""


PAST_CONTEXTS = frozenset({COMPOSES, "SATISFIABILITY_ERROR", "NO_QUERIES"})
"""What Apollo's composition says of sets whose contexts we refuse: nothing, or what only the whole set shows."""


@dataclass(frozen=True, slots=True)
class Deliberate:
    """One of our failures that Apollo answers otherwise: our code, what our message says (empty: anything), Apollo's
    verdicts (None: any, for the set is not read further), and why."""

    code: str
    message: str
    apollo: frozenset[str] | None
    reason: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """One of Apollo's errors that we do not have: its code, what its message says (empty: anything), and why."""

    code: str
    message: str
    reason: str


ACCEPTED = (
    Accepted("SATISFIABILITY_ERROR", "", "what a field requires may be read on the way to its subgraph"),
    Accepted("FIELD_TYPE_MISMATCH", "", "types that differ both ways meet in one that all subgraphs keep"),
    Accepted("FIELD_ARGUMENT_TYPE_MISMATCH", "", "types that differ both ways meet in one that all accept"),
    Accepted("INVALID_GRAPHQL", 'Unknown directive "@federation__', "a prefixed name is right beside an imported one"),
    Accepted("INVALID_GRAPHQL", 'Expected "on", found "@"', "GraphQL lets definitions of directives bear directives"),
    Accepted("INTERFACE_FIELD_NO_IMPLEM", "is declared in  but", "an interface object adds to interfaces too"),
    Accepted("CRASH", "Shouldn't have", "Apollo's search ends in an error of its own"),
    Accepted("INVALID_GRAPHQL", 'Unknown directive "@oneOf"', "@oneOf is of GraphQL, though not of Apollo's yet"),
)
GRAPHQL = {
    "can only be defined once": "a value of an enum comes once",
    "has invalid default value": "a default value is one of its type",
    "cannot represent": "a literal is a value of its type",
    "Cannot extend non-": "an extension is of the kind of its type",
    "All root types must be different": "a type is the root of one kind of operation",
    "root type must be Object type": "a root type is an object type",
    "must not be deprecated": "what an interface does not deprecate, its types do not",
}
"""Where the specification of GraphQL holds though Apollo's reading is looser: what our message says, and why."""
REFUSED = (
    *(Deliberate("INVALID_GRAPHQL", message, None, reason) for message, reason in GRAPHQL.items()),
    *(
        Deliberate("CONTEXT_INVALID_SELECTION", message, PAST_CONTEXTS, reason)
        for message, reason in (
            ("several fields are selected, or none", "a context gives one value of the argument's type"),
            ("a mutation would be executed once more", "a context is read by no mutation"),
        )
    ),
    Deliberate(
        "DISALLOWED_INACCESSIBLE",
        "of GraphQL or of a specification is @inaccessible",
        frozenset({COMPOSES}),
        "hiding a built-in type hides nothing, and is no silent wish",
    ),
    Deliberate(
        "TYPE_DEFINITION_INVALID",
        "this type of GraphQL or federation is",
        frozenset({COMPOSES, "NO_QUERIES", *LATER}),
        "a type of GraphQL or of federation is not redefined as another kind",
    ),
    Deliberate(
        "DIRECTIVE_DEFINITION_INVALID",
        "@federation__",
        frozenset({COMPOSES}),
        "a name with federation's prefix is federation's, also where it is imported under another",
    ),
    Deliberate("INVALID_SUBGRAPH_NAME", "", None, "names of subgraphs are names in logs, measures and the supergraph"),
    Deliberate(
        "REQUIRES_INVALID_FIELDS",
        "without a value of the argument",
        LATER,
        "what a requirement lacks has the code of requirements, also where Apollo's merge ends over it",
    ),
    Deliberate(
        "SATISFIABILITY_ERROR",
        "can't be queried",
        frozenset({"FIELD_TYPE_MISMATCH"}),
        "where the types of a field meet, its paths are checked",
    ),
    *(
        Deliberate(code, message, LATER, "kinds are compared before types are merged")
        for code, message in (
            ("TYPE_KIND_MISMATCH", "its kind is"),
            ("INTERFACE_OBJECT_USAGE_ERROR", "no subgraph declares it as an interface"),
        )
    ),
    Deliberate("INVALID_LINK_IDENTIFIER", "", LATER, "an address that is none has the code of bad addresses"),
    Deliberate("INVALID_LINK_DIRECTIVE_USAGE", "", LATER, "links are read before types"),
    Deliberate("UNKNOWN_FEDERATION_LINK_VERSION", "", LATER, "links are read before types"),
    Deliberate("DIRECTIVE_DEFINITION_INVALID", "", LATER, "definitions are compared before types"),
    *(
        Deliberate(f"ROOT_{root}_USED", "", LATER, "root types are read before types")
        for root in ("QUERY", "MUTATION", "SUBSCRIPTION")
    ),
)


def deliberate(verdicts: Verdicts) -> bool:
    """Whether a difference is meant: each of our failures falls under a row, or each of Apollo's if we have none."""
    if verdicts.ours.accepts:
        return all(
            any(row.code == code and row.message in message for row in ACCEPTED)
            for code, message in verdicts.apollo.errors
        )
    apollo = verdicts.kind[1]
    return all(
        any(
            row.code == code and row.message in message and (row.apollo is None or apollo in row.apollo)
            for row in REFUSED
        )
        for code, message in verdicts.ours.errors
    )
