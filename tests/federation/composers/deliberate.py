"""Where we differ from Apollo's composition on purpose (docs/decisions, "Composition agrees with the references")."""

from __future__ import annotations

from dataclasses import dataclass

from tests.federation.composers.verdict import Verdicts


@dataclass(frozen=True, slots=True)
class Deliberate:
    """Our codes and Apollo's (COMPOSES: none; None: any), and why they may differ; `message`: what one of our messages
    says, of a code that has more meanings."""

    ours: str
    apollo: str | None
    reason: str
    message: str = ""

    def covers(self, verdicts: Verdicts) -> bool:
        """Whether a difference is one of these."""
        ours, apollo = verdicts.kind
        return (
            self.ours in (ours, *verdicts.ours.codes)
            and self.apollo in (None, apollo)
            and (not self.message or any(self.message in message for message in verdicts.ours.messages))
        )


COMPOSES = "composes"
GRAPHQL = {
    "can only be defined once": "a value of an enum comes once",
    "has invalid default value": "a default value is one of its type",
    "cannot represent": "a literal is a value of its type",
    "Cannot extend ": "an extension is of a type that is there, and of its kind",
    "All root types must be different": "a type is the root of one kind of operation",
    "must not be deprecated": "what an interface does not deprecate, its types do not",
    "Unknown directive": "a link without an address links nothing",
}
"""Where the specification of GraphQL holds though Apollo's reading is looser: what our message says, and why."""
DIFFERENCES = (
    Deliberate(COMPOSES, "SATISFIABILITY_ERROR", "what a field requires may be read on the way to its subgraph"),
    Deliberate(COMPOSES, "FIELD_TYPE_MISMATCH", "types that differ both ways meet in one that all subgraphs keep"),
    Deliberate(COMPOSES, "FIELD_ARGUMENT_TYPE_MISMATCH", "types that differ both ways meet in one that all accept"),
    *(Deliberate("INVALID_GRAPHQL", None, reason, message) for message, reason in GRAPHQL.items()),
    Deliberate("CONTEXT_INVALID_SELECTION", None, "a context gives one value of the argument's type, by no mutation"),
    Deliberate("DISALLOWED_INACCESSIBLE", None, "hiding a built-in type hides nothing, and is no silent wish"),
    Deliberate("TYPE_DEFINITION_INVALID", None, "a type of GraphQL or of federation is not redefined as another kind"),
    Deliberate("INVALID_SUBGRAPH_NAME", None, "names of subgraphs are names in logs, measures and the supergraph"),
    Deliberate("INVALID_LINK_IDENTIFIER", "INVALID_GRAPHQL", "an address that is none has the code of bad addresses"),
    Deliberate("INVALID_LINK_DIRECTIVE_USAGE", "INVALID_GRAPHQL", "links are read before types"),
    Deliberate("DIRECTIVE_DEFINITION_INVALID", "INVALID_GRAPHQL", "definitions are compared before types"),
    Deliberate("UNKNOWN_FEDERATION_LINK_VERSION", "INVALID_GRAPHQL", "links are read before types"),
    *(
        Deliberate(f"ROOT_{root}_USED", "INVALID_GRAPHQL", "root types are read before types")
        for root in ("QUERY", "MUTATION", "SUBSCRIPTION")
    ),
)


def deliberate(verdicts: Verdicts) -> Deliberate | None:
    """The row that a difference falls under."""
    return next((row for row in DIFFERENCES if row.covers(verdicts)), None)
