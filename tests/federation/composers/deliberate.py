"""Where we differ from Apollo's composition on purpose (docs/decisions, "Composition agrees with the references")."""

from __future__ import annotations

from dataclasses import dataclass

from tests.federation.composers.verdict import Verdicts


@dataclass(frozen=True, slots=True)
class Deliberate:
    """Our codes and Apollo's (COMPOSES: none; None: any), and why they may differ."""

    ours: str
    apollo: str | None
    reason: str


COMPOSES = "composes"
DIFFERENCES = (
    Deliberate(COMPOSES, "SATISFIABILITY_ERROR", "what a field requires may be read on the way to its subgraph"),
    Deliberate(COMPOSES, "FIELD_TYPE_MISMATCH", "types that differ both ways meet in one that all subgraphs keep"),
    Deliberate(COMPOSES, "FIELD_ARGUMENT_TYPE_MISMATCH", "types that differ both ways meet in one that all accept"),
    Deliberate("INVALID_GRAPHQL", None, "the specification of GraphQL holds where Apollo's reading is looser"),
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
    ours, apollo = verdicts.kind
    return next(
        (row for row in DIFFERENCES if row.ours in (ours, *verdicts.ours.codes) and row.apollo in (None, apollo)), None
    )
