"""Events of training placements and projects, as lines of the feed that `ouiform` reads."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import msgspec

from schema.confidential import Confidential
from subgraphs.kit.ingest.events import Event, EventOfPerson, signed_events
from subgraphs.kit.ingest.json_lines import Key, Siret


class PlacementDates(Confidential, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Days of the steps of a placement."""

    proposition: date
    decision: date | None = None
    entree: date | None = None
    sortie: date | None = None


class PlacementData(Confidential, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The state of a placement; `session` is the number of the session in the catalogue."""

    positionnement: Key
    etat: Literal["PROPOSE", "INFO_COLLECTIVE", "RETENU", "REFUSE", "ABANDONNE", "ENTRE", "TERMINE"]
    session: Key
    dates: PlacementDates
    prerequis: bool | None = None
    amenagement_demande: bool | None = None


class ProjectData(Confidential, frozen=True, forbid_unknown_fields=True):
    """The state of a training project."""

    projet: Key
    formacode: Annotated[str, msgspec.Meta(pattern=r"^\d{5}$")]
    date: date


class PlacementKey(Confidential, frozen=True, forbid_unknown_fields=True):
    """The placement that is gone."""

    positionnement: Key


class ProjectKey(Confidential, frozen=True, forbid_unknown_fields=True):
    """The project that is gone."""

    projet: Key


class PlacementStated(EventOfPerson, kw_only=True, frozen=True, tag="fr.gouv.spie.positionnement.etat"):
    """A placement has come to a state; `actor` is the organisation that prescribes it."""

    actor: Siret | None = None
    data: PlacementData

    def document(self) -> Any:
        """One line of the feed."""
        return {**msgspec.to_builtins(self.data), **self.common(), "prescripteur": self.actor}


class ProjectStated(EventOfPerson, kw_only=True, frozen=True, tag="fr.gouv.spie.projet-formation.etat"):
    """A training project was recorded or changed."""

    data: ProjectData

    def document(self) -> Any:
        """One line of the feed."""
        return {**msgspec.to_builtins(self.data), **self.common()}


class PlacementRemoved(Event, kw_only=True, frozen=True, tag="fr.gouv.spie.positionnement.supprime"):
    """A placement was deleted."""

    data: PlacementKey

    def document(self) -> Any:
        """One line of the feed."""
        return {"positionnement": self.data.positionnement, "maj": self.time, "supprime": True}


class ProjectRemoved(Event, kw_only=True, frozen=True, tag="fr.gouv.spie.projet-formation.supprime"):
    """A training project was deleted."""

    data: ProjectKey

    def document(self) -> Any:
        """One line of the feed."""
        return {"projet": self.data.projet, "maj": self.time, "supprime": True}


TYPES = (PlacementStated, PlacementRemoved, ProjectStated, ProjectRemoved)
WEBHOOK = signed_events(*TYPES)
