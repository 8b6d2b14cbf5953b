"""The model of the subgraph `offers`."""

from subgraphs.kit.model import model
from subgraphs.offers.types import TYPES

MODEL = model("offers", TYPES)
