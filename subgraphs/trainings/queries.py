"""The model of the subgraph `trainings`."""

from subgraphs.kit.model import model
from subgraphs.trainings.types import TYPES

MODEL = model("trainings", TYPES)
