"""What the hub tells the page of itself: the query to start from, and the French words for codes of an answer."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLSchema

from hub.pages.journey import journey
from hub.policy.decide.policy_model import Policy
from hub.policy.decide.wording import REASONS


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
