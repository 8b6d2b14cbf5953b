"""Root fields of the subgraph `trainings`, and its model."""

from __future__ import annotations

from subgraphs.kit.place_search import Near
from subgraphs.kit.subgraph_model import Comparison, Criterion, Root, RootKind, model
from subgraphs.trainings.tables import training_session
from subgraphs.trainings.types import PUB, TYPES

ROOTS = (
    Root(
        "trainings",
        "Training",
        "Formations du catalogue.",
        RootKind.CATALOGUE,
        category=PUB,
        filter="TrainingFilter",
        filter_description="Critères de recherche de formations.",
        criteria={
            "romeCode": Criterion("romeCodes", "Code ROME d'un métier préparé.", Comparison.HOLDS),
            "formacode": Criterion("formacodes", "Code FORMACODE.", Comparison.HOLDS),
            "certifying": Criterion("certifying", "La formation mène à une certification."),
        },
    ),
    Root(
        "trainingSessions",
        "TrainingSession",
        "Sessions de formation, de la plus proche à la plus lointaine si un lieu est donné.",
        RootKind.CATALOGUE,
        category=PUB,
        filter="TrainingSessionFilter",
        filter_description="Critères de recherche de sessions.",
        criteria={
            "training": Criterion("training.id", "Formation."),
            "startsFrom": Criterion("startsOn", "Débute à partir de cette date, comprise.", Comparison.FROM),
            "startsBefore": Criterion("startsOn", "Débute avant cette date.", Comparison.BEFORE),
            "recruitmentState": Criterion("recruitmentState", "État du recrutement."),
            "cityCode": Criterion("cityCode", "Code INSEE de la commune."),
        },
        near=Near(training_session.c.at_latitude, training_session.c.at_longitude, reads=("cityCode",)),
    ),
)

MODEL = model("trainings", TYPES, ROOTS)
