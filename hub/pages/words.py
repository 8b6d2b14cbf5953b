"""What the hub tells the page of itself: the query to start from, and the French words for codes of an answer."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLSchema

from hub.pages.journey import journey
from hub.policy.model import Policy
from hub.policy.table import Reason

REASONS = {
    Reason.NOT_YOUR_ROW: "Vous n'avez pas, avec cette personne ou cet élément, le lien qui ouvre cette donnée.",
    Reason.FIELD_NOT_FOR_PURPOSE: "La finalité déclarée n'ouvre pas cette donnée.",
    Reason.FIELD_NOT_FOR_ACTOR: "Cette donnée n'est ouverte à votre type d'acteur pour aucune finalité.",
    Reason.OPPOSITION: "La personne s'est opposée à cet usage, ou en a demandé la limitation.",
    Reason.RETENTION_ENDED: "La durée de conservation est passée : la donnée n'est plus communiquée.",
    Reason.NOT_HELD: "Vous pouvez lire cette donnée, mais aucune source ne l'a transmise.",
    Reason.FORBIDDEN_INPUT: "Un critère de la requête porte sur une donnée que vous ne pouvez pas lire.",
}


def words(schema: GraphQLSchema, policy: Policy) -> dict[str, Any]:
    """`{query, purposes: {code: {label, legal}}, reasons: {code: sentence}}`; no purpose that can't be declared."""
    return {
        "query": journey(schema),
        "purposes": {
            code: {"label": purpose.label, "legal": purpose.legal}
            for code, purpose in policy.purposes.items()
            if not purpose.abstract
        },
        "reasons": {reason.value: sentence for reason, sentence in REASONS.items()},
    }
