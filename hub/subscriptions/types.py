"""Types of the subgraph `subscriptions`, which the hub answers itself, and its SDL in
`schema/generated/subscriptions.graphql`.

Only the generator imports them, as those of `hub.changes.types`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

import strawberry
from strawberry import enum_value
from strawberry.schema.config import StrawberryConfig

from hub.settings_tables import MOST_SUBSCRIPTIONS
from hub.subscriptions.registration import DAYS, MOST_DAYS
from schema.subgraphs import GENERATED, SUBSCRIPTIONS
from subgraphs.kit.connection_types import argument, tech
from subgraphs.kit.costs import list_size
from subgraphs.kit.directives import TECH, ForbiddenValue, reads_directive
from subgraphs.kit.federation_schema import SubgraphSchema
from subgraphs.kit.provenance import Provenance
from subgraphs.kit.scalars import ID, SCALARS, Date, DateTime
from subgraphs.kit.write.inputs import idempotency_key


def input_field(description: str, default: Any = ...) -> Any:
    """An input, which reveals nothing of anybody."""
    values = {} if default is ... else {"default": default}
    return strawberry.field(description=description, directives=[reads_directive()], **values)


@strawberry.enum(description="Où en est un abonnement.")
class SubscriptionState(Enum):
    ACTIVE = enum_value("ACTIVE", description="Il est notifié de chaque changement.")
    PAUSED = enum_value("PAUSED", description="L'exploitant du hub l'a mis en pause.")
    SUSPENDED = enum_value("SUSPENDED", description="Rien n'est envoyé : `reason` dit pourquoi.")
    ENDED = enum_value("ENDED", description="Son terme est passé.")


@strawberry.type(description="Abonnement d'une application aux changements, pour qui s'en sert.")
class ChangeSubscription:
    id: ID = tech("Identifiant, que porte chaque notification.")
    host: str = tech("Serveur qui reçoit les notifications.")
    purpose: str = tech("Finalité sous laquelle les changements sont lus.")
    state: SubscriptionState = tech("Où il en est.")
    reason: str | None = tech("Code de ce qui le suspend, ou de son dernier échec.")
    created_at: DateTime = tech("Instant où il a été fait.")
    ends_at: DateTime = tech("Instant où il finit ; refaites-le avant.")
    last_success_at: DateTime | None = tech("Instant de la dernière notification prise.")


@strawberry.type(description="Abonnement qui vient d'être fait.")
class NewChangeSubscription:
    subscription: ChangeSubscription = tech("L'abonnement.")
    secret: str | None = tech(
        "Secret qui signe les notifications (Standard Webhooks), donné cette seule fois : nul si la même demande avait "
        "déjà été faite. Perdu, il ne se retrouve pas : mettez fin à l'abonnement et refaites-le."
    )


@strawberry.input(description="Abonnement à faire, sous la finalité de la requête.")
class SubscribeToChangesInput:
    idempotency_key: str = idempotency_key()
    url: str = input_field("Adresse https d'un serveur public, qui reçoit les notifications.")
    query: str = input_field("Requête dont les changements sont signalés : son seul champ racine est `changes`.")
    days: int = input_field(f"Durée, de 1 à {MOST_DAYS} jours, dans celle de l'habilitation.", DAYS)


@strawberry.type
class Query:
    subscriptions: list[ChangeSubscription] | None = strawberry.field(
        description="Abonnements aux changements que l'acteur a faits par cette application, ou que l'exploitant a "
        "faits pour eux.",
        directives=[TECH, list_size(MOST_SUBSCRIPTIONS)],
    )


@strawberry.type(description="Écritures, une par requête.")
class Mutation:
    subscribe_to_changes: NewChangeSubscription | None = strawberry.field(
        description="Abonne l'application aux changements de ce que l'acteur lit, si les réglages du hub lui en "
        "laissent le droit. Une notification ne tient que des identifiants et des sortes de changement.",
        directives=[TECH],
    )
    end_subscription: ID | None = strawberry.field(
        description="Met fin à un abonnement de l'acteur et de cette application ; rend son identifiant.",
        directives=[TECH],
    )


_MUTATIONS = {field.python_name: field for field in Mutation.__strawberry_definition__.fields}  # type: ignore[attr-defined]
_MUTATIONS["subscribe_to_changes"].arguments = [argument("input", SubscribeToChangesInput, "Abonnement à faire.")]
_MUTATIONS["end_subscription"].arguments = [argument("id", ID, "Abonnement, par son identifiant.")]

_SHARED = (Provenance, Date, DateTime, ForbiddenValue)
"""Types that every subgraph has, though no field of this one returns them."""


def generated() -> Mapping[Any, str]:
    """The SDL of the subgraph, by the file that holds it."""
    schema = SubgraphSchema(
        query=Query,
        mutation=Mutation,
        types=_SHARED,
        config=StrawberryConfig(scalar_map=SCALARS),
        federation_version="2.11",
    )
    return {GENERATED / f"{SUBSCRIPTIONS}.graphql": schema.sdl}
