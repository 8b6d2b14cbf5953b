"""The mutation of the subgraph `trainings`: an agent places a person on a session of a training.

Placements are kept by another system (decision 0122): the item is written here, and queued for that system.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry

from schema.days import day_of
from subgraphs.kit.scalars import ID
from subgraphs.kit.write.inputs import idempotency_key, linked, target, written_input
from subgraphs.kit.write.mutations import OFFER_UNKNOWN, request_to
from subgraphs.trainings.tables import training_session
from subgraphs.trainings.types import TrainingPlacement

PLACEMENTS = "ouiform"
"""The system that keeps them, by the name of the source that tells of its items."""


@written_input(TrainingPlacement, "Positionnement d'une personne sur une session de formation.")
class PlaceInTrainingInput:
    idempotency_key: str = idempotency_key()
    person: ID = target("Personne qui est positionnée.")
    session: ID = linked(
        "session", "Session, du catalogue.", among=training_session.c.id.is_not(None), refusal=OFFER_UNKNOWN
    )


def _placement(now: datetime, copied: Mapping[str, Any]) -> Mapping[str, Any]:
    """The columns of a new placement."""
    return {"proposed_on": day_of(now)}


@strawberry.type(description="Écritures, une par requête.")
class Mutation:
    place_in_training: TrainingPlacement | None = request_to(
        PLACEMENTS,
        "Positionne la personne sur une session de formation : le positionnement est transmis au système qui les "
        "tient, et n'y existe qu'une fois accepté (« transmission »).",
        PlaceInTrainingInput,
        _placement,
    )
