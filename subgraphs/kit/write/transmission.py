"""How far an item that the hub wrote has come on its way to its system of record: columns, and the type showing them.

An item of another system has no transmission. The worker that sends (`hub.outgoing`) writes these columns; a mutation
writes the first state alone (docs/decisions/0122).
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from sqlalchemy import CheckConstraint, Column, MetaData, Table

from schema.categories import Category
from subgraphs.kit.columns import identifier, instant, one_of
from subgraphs.kit.entity import Entity
from subgraphs.kit.enums import choice, value
from subgraphs.kit.fields import column, embedded
from subgraphs.kit.scalars import DateTime

STATE, SINCE, REASON, CODE = ("transmission_state", "transmission_since", "transmission_reason", "transmission_code")


@choice("État de la transmission d'un élément au système qui le tient.")
class TransmissionState(Enum):
    PENDING = value("Écrit ici, pas encore transmis.")
    ACCEPTED = value("Accepté par le système qui le tient.")
    REJECTED = value("Refusé par ce système, ou plus envoyé ; une demande restée sans réponse a pu lui parvenir.")


@choice("Pourquoi un élément n'a pas été transmis, ou a été refusé.")
class TransmissionReason(Enum):
    NOT_PERMITTED = value(
        "Depuis l'écriture, la personne s'est opposée, n'est plus suivie par l'auteur, ou la règle a changé : "
        "plus rien n'est envoyé."
    )
    INCOMPLETE = value(
        "Il manque au hub de quoi désigner la personne, ou l'élément, à ce système : plus rien n'est envoyé."
    )
    EXPIRED = value("Ce système n'a pas répondu assez tôt : voyez chez lui si la demande y est, avant de la refaire.")
    REFUSED = value("Ce système l'a refusé ; « systemCode » est le code qu'il en donne.")


def transmission_columns() -> list[Column[Any] | CheckConstraint]:
    """The columns of a table whose items may be written here and kept elsewhere."""
    return [
        identifier(STATE),
        instant(SINCE),
        identifier(REASON),
        identifier(CODE),
        one_of(STATE, TransmissionState.__members__),
        one_of(REASON, TransmissionReason.__members__),
    ]


TRANSMISSION = Table("transmission", MetaData(), *transmission_columns())
"""These columns, whichever table has them."""


@Entity(
    table=TRANSMISSION,
    shareable=True,
    description="Transmission d'un élément écrit ici au système qui le tient ; ce qu'elle révèle se décide sur le "
    "champ qui la porte.",
)
class Transmission:
    """The state of the sending, never what was sent."""

    state: TransmissionState | None = column(
        TRANSMISSION.c.transmission_state, Category.TECH, "État ; nul pour un élément qui n'a pas été écrit ici."
    )
    since: DateTime | None = column(TRANSMISSION.c.transmission_since, Category.TECH, "Instant de cet état.")
    reason: TransmissionReason | None = column(
        TRANSMISSION.c.transmission_reason, Category.TECH, "Pourquoi, si refusé."
    )
    system_code: str | None = column(
        TRANSMISSION.c.transmission_code, Category.TECH, "Code de refus du système qui tient l'élément."
    )


def transmission(category: Category) -> Any:
    """The field `transmission` of a type whose table has these columns."""
    return embedded(category, "Transmission au système qui tient l'élément, s'il a été écrit ici.")
