"""Events of referents, as lines of the feed that `referents` reads."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from schema.confidential import Confidential
from subgraphs.kit.ingest.events import Event, EventOfPerson, signed_events
from subgraphs.kit.ingest.json_lines import Key, Siret


class AgentData(Confidential, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The professional who follows."""

    courriel: Key
    prenom: Key | None = None
    nom: Key | None = None


class ReferentData(Confidential, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The state of a follow-up; from the day `fin` it opens nothing."""

    referent: Key
    agent: AgentData
    depuis: date
    fin: date | None = None


class ReferentKey(Confidential, frozen=True, forbid_unknown_fields=True):
    """The follow-up that is gone."""

    referent: Key


class ReferentStated(EventOfPerson, kw_only=True, frozen=True, tag="fr.gouv.spie.referent.etat"):
    """An agent of `structure` follows a person as its referent, or does no more; `actor` designates."""

    actor: Siret | None = None
    data: ReferentData

    def document(self) -> Any:
        """One line of the feed."""
        return {**msgspec.to_builtins(self.data), **self.common(), "auteur": self.actor}


class ReferentRemoved(Event, kw_only=True, frozen=True, tag="fr.gouv.spie.referent.supprime"):
    """A follow-up was recorded by mistake; one that ends has an end."""

    data: ReferentKey

    def document(self) -> Any:
        """One line of the feed."""
        return {"referent": self.data.referent, "maj": self.time, "supprime": True}


TYPES = (ReferentStated, ReferentRemoved)
WEBHOOK = signed_events(*TYPES, is_local=True)
