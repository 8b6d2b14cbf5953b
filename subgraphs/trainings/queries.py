"""Root fields of the subgraph `trainings`, and its model."""

from __future__ import annotations

import strawberry

from subgraphs.kit.connection_types import Connection, PlaceConnection
from subgraphs.kit.federation_schema import SubgraphQuery
from subgraphs.kit.place_search import Near
from subgraphs.kit.root_fields import Comparison, catalogue, criterion, filter_of
from subgraphs.kit.scalars import ID, Date
from subgraphs.kit.subgraph_model import model
from subgraphs.trainings.tables import training_session
from subgraphs.trainings.types import PUB, TYPES, Training, TrainingSession
from subgraphs.trainings.values import RecruitmentState


@filter_of(Training, "Critères de recherche de formations.")
class TrainingFilter:
    rome_code: str | None = criterion("romeCodes", "Code ROME d'un métier préparé.", Comparison.HOLDS)
    formacode: str | None = criterion("formacodes", "Code FORMACODE.", Comparison.HOLDS)
    certifying: bool | None = criterion("certifying", "La formation mène à une certification.")


@filter_of(TrainingSession, "Critères de recherche de sessions.")
class TrainingSessionFilter:
    training: ID | None = criterion("training.id", "Formation.")
    starts_from: Date | None = criterion("startsOn", "Débute à partir de cette date, comprise.", Comparison.FROM)
    starts_before: Date | None = criterion("startsOn", "Débute avant cette date.", Comparison.BEFORE)
    recruitment_state: RecruitmentState | None = criterion("recruitmentState", "État du recrutement.")
    city_code: str | None = criterion("cityCode", "Code INSEE de la commune.")


@strawberry.type
class Query(SubgraphQuery):
    trainings: Connection[Training] | None = catalogue("Formations du catalogue.", PUB, filter=TrainingFilter)
    training_sessions: PlaceConnection[TrainingSession] | None = catalogue(
        "Sessions de formation, de la plus proche à la plus lointaine si un lieu est donné.",
        PUB,
        filter=TrainingSessionFilter,
        near=Near(training_session.c.at_latitude, training_session.c.at_longitude, reads=("cityCode",)),
    )


MODEL = model("trainings", TYPES, Query)
