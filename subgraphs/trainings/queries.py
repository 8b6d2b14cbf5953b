"""Root fields of the subgraph `trainings`, and its model."""

from __future__ import annotations

from datetime import date
from enum import Enum

import strawberry
from sqlalchemy import ColumnElement, and_, func
from sqlalchemy import Date as DateType

from subgraphs.kit.connection_types import Connection, JudgedConnection, PlaceConnection
from subgraphs.kit.federation_schema import SubgraphQuery
from subgraphs.kit.fields import Sort
from subgraphs.kit.place_search import Near
from subgraphs.kit.residual_sql import word
from subgraphs.kit.root_fields import Comparison, caseload, catalogue, criterion, filter_of, order_of, sort
from subgraphs.kit.scalars import ID, Date
from subgraphs.kit.signals import Days, Signal, Values
from subgraphs.kit.subgraph_model import model
from subgraphs.trainings.mutations import Mutation
from subgraphs.trainings.tables import training_session
from subgraphs.trainings.types import FORM, PUB, TYPES, Training, TrainingPlacement, TrainingSession
from subgraphs.trainings.values import PlacementStatus, RecruitmentState


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


@filter_of(TrainingPlacement, "Critères de recherche de positionnements.")
class TrainingPlacementFilter:
    status: PlacementStatus | None = criterion("status", "État.")
    proposed_from: Date | None = criterion("proposedOn", "Proposé à partir de cette date, comprise.", Comparison.FROM)
    proposed_to: Date | None = criterion("proposedOn", "Proposé jusqu'à cette date, comprise.", Comparison.UNTIL)
    ended_from: Date | None = criterion("endedOn", "Fini à partir de cette date, comprise.", Comparison.FROM)
    ended_to: Date | None = criterion("endedOn", "Fini jusqu'à cette date, comprise.", Comparison.UNTIL)


@order_of(TrainingPlacement, "Ordre d'une liste de positionnements.")
class TrainingPlacementOrder(Enum):
    PROPOSED_ON = sort("Par date de la proposition.", "proposedOn")
    PROPOSED_ON_DESC = sort("Par date de la proposition, la plus récente en premier.", "proposedOn", descending=True)
    ENDED_ON = sort("Par date de fin.", "endedOn")
    ENDED_ON_DESC = sort("Par date de fin, la plus récente en premier.", "endedOn", descending=True)


def _latest(row: Values) -> ColumnElement[date]:
    """The last day that a placement bears, of those that the actor reads."""
    days = (row(name) for name in ("proposedOn", "decidedOn", "enteredOn", "endedOn"))
    return func.greatest(*days, type_=DateType())


def _went_on(row: Values, other_row: Values, days: Days) -> ColumnElement[bool]:
    """Whether another placement took the place of one that was abandoned."""
    return and_(
        other_row("status").in_([word("RETENU"), word("ENTRE"), word("TERMINE")]), _latest(other_row) > _latest(row)
    )


ABANDONED_TRAININGS = Signal(
    days=(7, 365),
    meaning="Ancienneté de l'abandon",
    reads=("status", "proposedOn", "decidedOn", "enteredOn", "endedOn"),
    since=Sort("endedOn", descending=True),
    condition=lambda row, days: and_(row("status") == word("ABANDONNE"), _latest(row) >= days.ago),
    other_row=_went_on,
    alone=True,
)


@strawberry.type
class Query(SubgraphQuery):
    training_placements: JudgedConnection[TrainingPlacement] | None = caseload(
        "Positionnements en formation des personnes suivies.",
        FORM,
        filter=TrainingPlacementFilter,
        order=TrainingPlacementOrder,
    )
    abandoned_trainings: JudgedConnection[TrainingPlacement] | None = caseload(
        "Signal : positionnements abandonnés des personnes suivies, que rien n'a remplacés ; les plus récents d'abord.",
        FORM,
        signal=ABANDONED_TRAININGS,
    )
    trainings: Connection[Training] | None = catalogue("Formations du catalogue.", PUB, filter=TrainingFilter)
    training_sessions: PlaceConnection[TrainingSession] | None = catalogue(
        "Sessions de formation, de la plus proche à la plus lointaine si un lieu est donné.",
        PUB,
        filter=TrainingSessionFilter,
        near=Near(training_session.c.at_latitude, training_session.c.at_longitude, reads=("cityCode",)),
    )


MODEL = model("trainings", TYPES, Query, Mutation)
