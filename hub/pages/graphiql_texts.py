"""What GraphiQL asks the hub first: the query to start from and the French labels of purposes."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLSchema

from hub.pages.journey import journey
from hub.policy.decide.policy_model import Policy

LIVE = """\
# Choisissez « Écoute : requête gardée ouverte », puis lancez : chaque changement s'affiche quand il arrive.
query Changes($since: String) {
  changes(since: $since, first: 20) {
    pageInfo { hasNextPage endCursor }
    withdrawn { id kind into }
    nodes {
      id firstName lastName
      rsa { status }
      appointments(first: 5) { nodes { startsAt status } }
    }
  }
}
"""
"""The query of changes that a user keeps open: of this page alone, no operation of the published clients."""


def graphiql_texts(schema: GraphQLSchema, policy: Policy) -> dict[str, Any]:
    """Return `{query, live, purposes: {code: {label, legal}}}`, without abstract purposes."""
    return {
        "query": journey(schema),
        "live": journey(schema, LIVE),
        "purposes": {
            code: {"label": purpose.label, "legal": purpose.legal}
            for code, purpose in policy.purposes.items()
            if not purpose.abstract
        },
    }
