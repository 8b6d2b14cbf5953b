"""The model of the subgraph `appointments`; its rows are reached from persons."""

from subgraphs.appointments.types import TYPES
from subgraphs.kit.model import model

MODEL = model("appointments", TYPES)
