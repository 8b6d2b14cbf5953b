"""Events of referrals to a service, as the results that `orientations` reads."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from schema.confidential import Confidential
from subgraphs.kit.ingest.events import Event, signed_events
from subgraphs.kit.ingest.json_lines import Instant, Key, Siret


class ReferredPerson(Confidential, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The person who is referred."""

    first_name: Key
    last_name: Key
    birth_date: date
    france_travail_number: Annotated[str, msgspec.Meta(pattern=r"^(\d{11}|\d{7}[0-9A-Z])$")] | None = None
    nir: str | None = None


class ReferralData(Confidential, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The state of a referral; `service` is the service's key in data.inclusion."""

    referral: UUID
    status: Literal[
        "MODÉRATION_EN_COURS", "MODÉRATION_REJETÉE", "OUVERTE", "VALIDÉE", "REFUSÉE", "EXPIRÉE"
    ]  # fmt: skip
    sent: Instant
    beneficiary: ReferredPerson
    service: Key
    department: Annotated[str, msgspec.Meta(pattern=r"^(\d{2,3}|2[AB])$")]
    processed: Instant | None = None
    prescriber: Key | None = None


class ReferralKey(Confidential, frozen=True, forbid_unknown_fields=True):
    """The referral that is gone."""

    referral: UUID


class ReferralStated(Event, kw_only=True, frozen=True, forbid_unknown_fields=True, tag="fr.gouv.spie.orientation.etat"):
    """A referral has come to a state; `structure` receives the person, `actor` refers."""

    structure: Siret
    actor: Siret | None = None
    data: ReferralData

    def document(self) -> Any:
        """One page of one result."""
        data = self.data
        prescriber = None if data.prescriber is None else {"id": data.prescriber, "siret": self.actor}
        result = {
            "query_id": data.referral,
            "updated_at": self.time,
            "status": data.status,
            "creation_date": data.sent,
            "processing_date": data.processed,
            "beneficiary": data.beneficiary,
            "service_id": data.service,
            "structure_siret": self.structure,
            "department": data.department,
            "prescriber_structure": prescriber,
        }
        return {"results": [result]}


class ReferralRemoved(Event, kw_only=True, frozen=True, tag="fr.gouv.spie.orientation.supprime"):
    """A referral was deleted, or made anonymous."""

    data: ReferralKey

    def document(self) -> Any:
        """One page of one result."""
        return {"results": [{"query_id": self.data.referral, "updated_at": self.time, "deleted": True}]}


TYPES = (ReferralStated, ReferralRemoved)
WEBHOOK = signed_events(*TYPES)
