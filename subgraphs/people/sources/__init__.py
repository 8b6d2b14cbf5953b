"""Sources of the subgraph `people`: name on the command line → how to make the source, given the registry of people."""

from collections.abc import Callable

from subgraphs.kit.ingest.person_registry import People
from subgraphs.kit.ingest.unit_of_work import Source
from subgraphs.people.sources.cnaf_contact import CnafContact
from subgraphs.people.sources.cnaf_flux import CnafFlux
from subgraphs.people.sources.ft_extract import FtExtract
from subgraphs.people.sources.rights import RightsRegister

SOURCES: dict[str, Callable[[People], Source]] = {
    CnafFlux.name: CnafFlux,
    CnafContact.name: CnafContact,
    FtExtract.name: FtExtract,
    RightsRegister.name: RightsRegister,
}
