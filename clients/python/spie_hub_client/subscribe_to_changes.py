"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .fragments import OwnSubscription
from .inputs import SubscribeToChangesInput
from .runtime.models import Model, Operation


class SubscribeToChangesData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « SubscribeToChanges »."""
    subscribe_to_changes: SubscribeToChangesSubscribeToChanges | None = field(name="subscribeToChanges")
    """Abonne l'application aux changements de ce que l'acteur lit, si les réglages du hub lui en laissent le droit.
    Une notification ne tient que des identifiants et des sortes de changement. — Catégorie : TECH"""


class SubscribeToChangesSubscribeToChanges(Model, frozen=True, kw_only=True):
    """Abonnement qui vient d'être fait."""
    subscription: OwnSubscription
    """L'abonnement. — Catégorie : TECH"""
    secret: str | None
    """Secret qui signe les notifications (Standard Webhooks), donné cette seule fois : nul si la même demande avait
    déjà été faite. Perdu, il ne se retrouve pas : mettez fin à l'abonnement et refaites-le. — Catégorie : TECH"""


class SubscribeToChanges(Operation[SubscribeToChangesData], frozen=True, kw_only=True):
    """Abonne l'application aux changements ; le secret n'est donné que cette fois."""
    NAME = "SubscribeToChanges"
    DOCUMENT = """mutation SubscribeToChanges($input: SubscribeToChangesInput!) {
  subscribeToChanges(input: $input) {
    subscription {
      ...OwnSubscription
    }
    secret
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
    DOCUMENT_ID = "f1dc8f49f462b510d4df402258fc9ee2833993966596740b4e31b5ff1ff61357"
    DATA = SubscribeToChangesData
    input: SubscribeToChangesInput
