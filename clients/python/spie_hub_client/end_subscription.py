"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .runtime.models import Model, Operation


class EndSubscriptionData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « EndSubscription »."""
    end_subscription: str | None = field(name="endSubscription")
    """Met fin à un abonnement de l'acteur et de cette application ; rend son identifiant. — Catégorie : TECH"""


class EndSubscription(Operation[EndSubscriptionData], frozen=True, kw_only=True):
    """Met fin à un abonnement de l'application."""
    NAME = "EndSubscription"
    DOCUMENT = """mutation EndSubscription($id: ID!) {
  endSubscription(id: $id)
}"""
    DOCUMENT_ID = "dc9c19819610f774bcc0e47963b8ef5146d2cf708a90001eef35d8d8bc60461d"
    IS_REPEATABLE = False
    DATA = EndSubscriptionData
    id: str
