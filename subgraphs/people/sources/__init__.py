"""Sources of the subgraph `people`."""

from subgraphs.kit.ingest.unit_of_work import Source
from subgraphs.people.sources.api_particulier import ApiParticulier
from subgraphs.people.sources.carnet_de_bord import CarnetDeBord
from subgraphs.people.sources.cnaf_contact import CnafContact
from subgraphs.people.sources.cnaf_flux import CnafFlux
from subgraphs.people.sources.dsp import Dsp
from subgraphs.people.sources.france_travail import FranceTravail
from subgraphs.people.sources.ft_actions import FtActions
from subgraphs.people.sources.ft_extract import FtExtract
from subgraphs.people.sources.referents_feed import ReferentsFeed
from subgraphs.people.sources.rights import RightsRegister

SOURCES: tuple[type[Source], ...] = (
    CnafFlux,
    CnafContact,
    FtExtract,
    FtActions,
    FranceTravail,
    ApiParticulier,
    CarnetDeBord,
    Dsp,
    RightsRegister,
    ReferentsFeed,
)
