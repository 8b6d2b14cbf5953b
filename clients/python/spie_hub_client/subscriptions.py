"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from .fragments import OwnSubscription
from .runtime.models import Model, Operation


class SubscriptionsData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « Subscriptions »."""
    subscriptions: tuple[OwnSubscription, ...] | None
    """Abonnements aux changements que l'acteur a faits par cette application, ou que l'exploitant a faits pour eux.
    — Catégorie : TECH"""


class Subscriptions(Operation[SubscriptionsData], frozen=True, kw_only=True):
    """Où en sont les abonnements de l'application."""
    NAME = "Subscriptions"
    DOCUMENT = """query Subscriptions {
  subscriptions {
    ...OwnSubscription
  }
}

fragment OwnSubscription on ChangeSubscription {
  id
  host
  purpose
  state
  reason
  endsAt
  lastSuccessAt
}"""
    DOCUMENT_ID = "af9f41e285e8ee8a0eadd2de1520fd969d75b7aa4373a1258ee33b7c7cc2a385"
    DATA = SubscriptionsData
