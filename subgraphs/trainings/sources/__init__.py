"""Sources of the subgraph `trainings`."""

from subgraphs.kit.ingest.unit_of_work import Source
from subgraphs.trainings.sources.lheo import Lheo
from subgraphs.trainings.sources.ouiform import OuiForm

SOURCES: tuple[type[Source], ...] = (Lheo, OuiForm)
