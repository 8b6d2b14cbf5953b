"""Foreign formats that fill the schema `trainings`, one file per source system."""

from subgraphs.kit.ingest import Source
from subgraphs.trainings.sources.lheo import Lheo
from subgraphs.trainings.sources.ouiform import OuiForm

SOURCES: dict[str, Source] = {source.name: source for source in (Lheo(), OuiForm())}
"""Sources by the name that the command line gives."""
