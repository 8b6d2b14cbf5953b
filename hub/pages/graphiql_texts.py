"""What GraphiQL asks the hub first: the query to start from and the French labels of purposes."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLSchema

from hub.pages.journey import journey
from hub.policy.decide.policy_model import Policy


def graphiql_texts(schema: GraphQLSchema, policy: Policy) -> dict[str, Any]:
    """Return `{query, purposes: {code: {label, legal}}}`, without abstract purposes."""
    return {
        "query": journey(schema),
        "purposes": {
            code: {"label": purpose.label, "legal": purpose.legal}
            for code, purpose in policy.purposes.items()
            if not purpose.abstract
        },
    }
