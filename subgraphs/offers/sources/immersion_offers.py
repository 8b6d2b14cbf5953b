"""Immersions that may be asked for: answers of the API v3 of Immersion facilitée, `GET /v3/offers`.

A result is a company that offers an occupation of the ROME in one place. It has no date of its own, so that the file's
is asked for (`--as-of`). One that is no longer available, or has vanished (`immersion_api`), goes. Upstream:
immersion-facile `createOpenApiV3.ts` (docs/domain.md#immersion-facilitee). Not taken: size, score and further
information, which is free text.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from schema.confidential import Confidential
from subgraphs.kit.communes import commune_at
from subgraphs.kit.ingest.catalogue import revise
from subgraphs.kit.ingest.ingestion_report import Outcome, Refused
from subgraphs.kit.ingest.json_records import convert_setting_aside
from subgraphs.kit.ingest.positions import found_at, position
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.source_fields import Fields, Unkept, Used
from subgraphs.kit.ingest.text_forms import chosen
from subgraphs.offers import employer_tables as tables

NAME = "immersion-facile"
CONTACT_MODES = {mode: mode for mode in ("EMAIL", "PHONE", "IN_PERSON")}

FIELDS: Fields = {
    "siret": ("ImmersionOffer.siret", Used.RECORD),
    "locationId": Used.RECORD,
    "rome": ("ImmersionOffer.romeCode", Used.RECORD),
    ("name", "customizedName"): "ImmersionOffer.companyName",
    "appellations.": {"appellationLabel": "ImmersionOffer.occupations", "appellationCode": Unkept.SAID_BETTER},
    "contactMode": "ImmersionOffer.contactMode",
    "voluntaryToImmersion": "ImmersionOffer.volunteers",
    ("isAvailable", "vanished"): Used.SELECTION,
    "id": Used.RECORD,
    "website": "ImmersionOffer.website",
    "address.": {
        "streetNumberAndAddress": "ImmersionOffer.street",
        "postcode": ("ImmersionOffer.postalCode", "ImmersionOffer.cityCode"),
        "city": ("ImmersionOffer.city", "ImmersionOffer.cityCode"),
        "departmentCode": Unkept.SAID_BETTER,
    },
    "position.": {"lat": "ImmersionOffer.latitude", "lon": "ImmersionOffer.longitude"},
    ("romeLabel", "distance_m"): Unkept.SAID_BETTER,
    ("createdAt", "updatedAt", "urlOfPartner"): Unkept.NO_PURPOSE,
    ("naf", "nafLabel", "numberOfEmployeeRange", "establishmentScore"): Unkept.NO_PURPOSE,
    ("fitForDisabledWorkers", "remoteWorkMode"): Unkept.NOT_SERVED_YET,
    "additionalInformation": Unkept.FREE_TEXT,
}


class Address(Confidential, frozen=True, rename="camel"):
    """The place of an offer."""

    street_number_and_address: str | None = None
    postcode: str | None = None
    city: str | None = None


class Position(Confidential, frozen=True):
    """Decimal degrees."""

    lat: float | None = None
    lon: float | None = None


class Appellation(Confidential, frozen=True, rename="camel"):
    """An occupation of the ROME."""

    appellation_label: str


class Offer(Confidential, frozen=True, rename="camel"):
    """A result of the search."""

    siret: Annotated[str, msgspec.Meta(pattern=r"^\d{14}$")]
    rome: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]\d{4}$")]
    name: Annotated[str, msgspec.Meta(min_length=1)]
    location_id: str | None = None
    customized_name: str | None = None
    appellations: list[Appellation] = msgspec.field(default_factory=list)
    contact_mode: str | None = None
    voluntary_to_immersion: bool | None = None
    is_available: bool = True
    website: str | None = None
    address: Address = Address()
    position: Position = Position()


class Vanished(Confidential, frozen=True):
    """An offer that two whole listings no longer hold: its SIRET, place and occupation, by hyphens."""

    vanished: Literal["offres"]
    id: str


async def remove_offer(store: Store, gone: Vanished) -> Outcome:
    """Remove an offer."""
    return Outcome.REMOVED if await store.delete(tables.immersion_offer, id=f"{NAME}--{gone.id}") else Outcome.UNCHANGED


async def write_offer(store: Store, record: object, as_of: datetime | None) -> Outcome:
    """Write an offer, or remove one that is not available; raises Refused."""
    offer = convert_setting_aside(record, Offer, store.set_aside)
    if as_of is None:
        raise Refused("AS_OF_MISSING")
    source_id = "-".join(part for part in (offer.siret, offer.location_id, offer.rome) if part)
    key = f"{NAME}--{source_id}"
    if not offer.is_available:
        return Outcome.REMOVED if await store.delete(tables.immersion_offer, id=key) else Outcome.UNCHANGED
    located = position(store, offer.position.lat, offer.position.lon, "position")
    latitude, longitude = located or (None, None)
    commune = commune_at(offer.address.postcode, offer.address.city)
    city_code = None if commune is None else commune.code
    values = {
        "siret": offer.siret,
        "company_name": offer.customized_name or offer.name,
        "rome_code": offer.rome,
        "occupations": [appellation.appellation_label for appellation in offer.appellations],
        "contact_mode": chosen(offer.contact_mode, CONTACT_MODES, "contactMode", store.set_aside),
        "volunteers": offer.voluntary_to_immersion,
        "website": offer.website or None,
        "street": offer.address.street_number_and_address or None,
        "postal_code": offer.address.postcode or None,
        "city": offer.address.city or None,
        "city_code": city_code,
        "latitude": latitude,
        "longitude": longitude,
        **found_at(located, city_code),
        "source": NAME,
        "source_id": source_id,
    }
    return await revise(store, tables.immersion_offer, key, values, as_of)
