"""Mutations of a person's social situation: a difficulty that an agent notes with the person, and what becomes of it.

Of what the questionnaire of the CNAF asks (docs/domain.md#dsp), difficulties by theme are collected here: each has its
category, and is written by whoever reads and writes it. What another system says is changed there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import strawberry

from schema.days import day_of
from subgraphs.kit.constraint_enums import ConstraintState, ConstraintTheme
from subgraphs.kit.scalars import ID, Date
from subgraphs.kit.write.inputs import expected_version, idempotency_key, target, written, written_input
from subgraphs.kit.write.mutations import change, creation
from subgraphs.people import values as v
from subgraphs.people.journey import Constraint

PAST = timedelta(days=365)
"""How long ago what is written here may have been noted."""


def _noted(day: date, now: datetime) -> bool:
    return timedelta(0) <= day_of(now) - day <= PAST


@written_input(Constraint, "Difficulté relevée avec la personne.")
class CollectSocialSituationInput:
    idempotency_key: str = idempotency_key()
    person: ID = target("Personne accompagnée, ou à orienter.")
    theme: ConstraintTheme = written("theme", "Thème.")
    state: ConstraintState = written("state", "État.")
    impact: v.ConstraintImpact | None = written("impact", "Effet sur la recherche d'emploi.", required=False)
    recorded_on: Date = written("recordedOn", "Date du constat, d'un an au plus.", check=_noted, expected="NOTED")


@written_input(Constraint, "Ce que devient une difficulté relevée ici.")
class SetDifficultyStateInput:
    idempotency_key: str = idempotency_key()
    difficulty: ID = target("Difficulté.")
    expected_version: int = expected_version()
    state: ConstraintState = written("state", "État.", overwrites=True)
    recorded_on: Date = written(
        "recordedOn", "Date du constat, d'un an au plus.", check=_noted, expected="NOTED", overwrites=True
    )


def _new(item: str, person: str) -> Mapping[str, Any]:
    """A difficulty says all in its inputs."""
    return {}


@strawberry.type
class SituationMutation:
    """What is written of a person's social situation."""

    collect_social_situation: Constraint | None = creation(
        "Note une difficulté relevée avec la personne ; une difficulté par écriture, d'un thème que l'acteur lit.",
        CollectSocialSituationInput,
        _new,
    )
    set_difficulty_state: Constraint | None = change(
        "Dit ce que devient une difficulté relevée ici.", SetDifficultyStateInput
    )
