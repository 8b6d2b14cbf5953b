"""How a service is referred to, of the API of DORA that Les emplois reads: pages of `/api/emplois/services/`, as JSON.

The service itself is described by data.inclusion, which reads DORA: `dora--` and the `id` of the record make its key
there. Only what that does not say is kept. The record has no date of its own, so that the file's is asked for
(`--as-of`). Not taken: contacts, which are data on professionals, and texts and links (docs/domain.md#dora). Upstream:
dora `back/dora/emplois/serializers.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from schema.confidential import Confidential
from subgraphs.kit.ingest.catalogue import revise
from subgraphs.kit.ingest.excerpts import Items
from subgraphs.kit.ingest.ingestion_report import Announced, Numbered, Outcome, Refused, Report
from subgraphs.kit.ingest.json_records import convert, convert_setting_aside
from subgraphs.kit.ingest.json_stream import records
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.source_fields import Fields, Unkept, Used
from subgraphs.kit.ingest.unit_of_work import Options, Session, Source, read_files
from subgraphs.kit.ingest.unread_fields import UnreadFields
from subgraphs.offers import tables

NAME = "dora"
VANISHED = "services"
FIELDS: Fields = {
    ("", "results."): {
        "id": Used.RECORD,
        "vanished": Used.SELECTION,
        "is_orientable_with_form": "ReferralTerms.acceptsForm",
        "average_orientation_response_delay_days": "ReferralTerms.averageReplyDays",
        "credentials": "ReferralTerms.supportingDocuments",
        ("short_desc", "access_conditions"): Unkept.SAID_BETTER,
        ("coach_orientation_modes", "beneficiaries_access_modes"): Unkept.SAID_BETTER,
        ("coach_orientation_modes_*", "beneficiaries_access_modes_*"): Unkept.NOT_SERVED_YET,
        ("recurrence", "forms*", "online_form", "funding_labels"): Unkept.NOT_SERVED_YET,
        ("contact_name", "contact_phone", "contact_email", "is_contact_info_public"): Unkept.PROFESSIONAL,
    },
    ("count", "next", "previous"): Used.CHECK,
}
UNREAD = UnreadFields(FIELDS)


class Terms(Confidential, frozen=True):
    """How a service is referred to."""

    id: UUID
    is_orientable_with_form: bool
    credentials: list[str] = msgspec.field(default_factory=list)
    average_orientation_response_delay_days: Annotated[int, msgspec.Meta(ge=0, lt=1 << 31)] | None = None


class Vanished(Confidential, frozen=True):
    """A service that two whole listings of the API no longer hold."""

    vanished: Literal["services"]
    id: str


class Dora(Source):
    """The source `dora`: one service is one group."""

    name = NAME
    reads = "façons d'orienter vers les services de DORA, que data.inclusion décrit, JSON"
    fields = FIELDS
    role = "offers_ingest"
    pieces = Items("results")

    async def ingest(self, paths: Sequence[Path], options: Options, session: Session) -> Report:
        """Read the files in the order given."""

        async def write(record: Any, store: Store) -> Outcome:
            return await _write(record, store, options)

        return await read_files(self.name, paths, session, _records, write)


def _records(path: Path) -> Iterator[Numbered[Any] | Refused | Announced]:
    return UNREAD.of_list(records(path, "results", is_list=True))


async def _write(record: Any, store: Store, options: Options) -> Outcome:
    """Write the terms of one service, or remove them; raises Refused."""
    if isinstance(record, dict) and "vanished" in record:
        gone = convert(record, Vanished)
        removed = await store.delete(tables.referral_terms, source=NAME, source_id=gone.id)
        return Outcome.REMOVED if removed else Outcome.UNCHANGED
    terms = convert_setting_aside(record, Terms, store.set_aside)
    if options.as_of is None:
        raise Refused("AS_OF_MISSING")
    values = {
        "accepts_form": terms.is_orientable_with_form,
        "average_reply_days": terms.average_orientation_response_delay_days,
        "supporting_documents": terms.credentials,
        "source": NAME,
        "source_id": str(terms.id),
    }
    return await revise(store, tables.referral_terms, f"{NAME}--{terms.id}", values, options.as_of)
