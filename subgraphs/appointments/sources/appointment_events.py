"""Events of rendez-vous, as lines of the feed that `rendez-vous` reads."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from schema.confidential import Confidential
from subgraphs.kit.ingest.events import Event, EventOfPerson, signed_events
from subgraphs.kit.ingest.json_lines import Instant, Key, Siret


class AppointmentData(Confidential, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The state of a rendez-vous; `motif` is the short name of a category of RDV-Insertion."""

    rendezvous: Key
    debut: Instant
    statut: Literal["INCONNU", "VU", "EXCUSE", "ANNULE", "ABSENT"]
    duree: Annotated[int, msgspec.Meta(ge=1, le=1440)] | None = None
    mode: Literal["PHYSIQUE", "TELEPHONE", "VISIO", "DOMICILE"] | None = None
    motif: Key | None = None


class AppointmentKey(Confidential, frozen=True, forbid_unknown_fields=True):
    """The rendez-vous that is gone."""

    rendezvous: Key


class AppointmentStated(EventOfPerson, kw_only=True, frozen=True, tag="fr.gouv.spie.rendez-vous.etat"):
    """A rendez-vous was given, moved, kept or missed; `structure` receives the person, `actor` gave it."""

    actor: Siret | None = None
    data: AppointmentData

    def document(self) -> Any:
        """One line of the feed."""
        return {**msgspec.to_builtins(self.data), **self.common(), "auteur": self.actor}


class AppointmentRemoved(Event, kw_only=True, frozen=True, tag="fr.gouv.spie.rendez-vous.supprime"):
    """A rendez-vous was deleted; one that is cancelled is of the state ANNULE."""

    data: AppointmentKey

    def document(self) -> Any:
        """One line of the feed."""
        return {"rendezvous": self.data.rendezvous, "maj": self.time, "supprime": True}


TYPES = (AppointmentStated, AppointmentRemoved)
WEBHOOK = signed_events(*TYPES)
