"""Sources of the subgraph `trainings`: name on the command line → how to make it, given the registry of people."""

from collections.abc import Callable

from subgraphs.kit.ingest.person_registry import People
from subgraphs.kit.ingest.unit_of_work import Source
from subgraphs.trainings.sources.lheo import Lheo
from subgraphs.trainings.sources.ouiform import OuiForm

SOURCES: dict[str, Callable[[People], Source]] = {Lheo.name: lambda _: Lheo(), OuiForm.name: lambda _: OuiForm()}
