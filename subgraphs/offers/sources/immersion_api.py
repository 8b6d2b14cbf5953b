"""The APIs of Immersion facilitée under an API key: agreements by their first day (v2), offers by page (v3).

The first gives at most 100 agreements, the newest first, and has no pages: a span of days with as many is halved until
it has fewer (upstream: immersion-facile `GetConventionByFiltersQueriesV2.schema.ts`). Spans are read in order, so that
a reading that was broken off goes on where it was. Offers are those of the account's département, or of the country;
one that two whole listings in a row no longer hold has vanished there, and vanishes here (upstream:
`publicApiV3.routes.ts`, `GetOffersPublicV3.schema.ts`). A key may be opened for one of the two lists only.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import msgspec
import orjson

from schema.confidential import Confidential
from schema.days import today
from subgraphs.kit.ingest.api import Api, ApiRefused, Calls, Document, Reading
from subgraphs.kit.ingest.listing import Listing, Page, as_document
from subgraphs.kit.ingest.text_forms import residence
from subgraphs.offers.sources.immersion_offers import NAME

CONVENTIONS, OFFERS = "conventions", "offres"
MOST = 100
"""Agreements in an answer, offers of a page."""
STORED = "SELECT source_id, city_code, postal_code FROM offers.immersion_offer WHERE source = $1"
BACK, AHEAD = timedelta(days=730), timedelta(days=365)
"""How far before and after today first days are read: two years, after which an immersion is shown to nobody."""


class ApiKey(Confidential, frozen=True, forbid_unknown_fields=True):
    """The key that Immersion facilitée gave."""

    key: str


class OfferKey(Confidential, frozen=True, rename="camel"):
    """What is one offer."""

    siret: str
    location_id: str | None
    rome: str


class Pagination(Confidential, frozen=True, rename="camel"):
    """Where a page stands."""

    total_pages: int


class Answer(Confidential, frozen=True):
    """A page of offers."""

    data: list[msgspec.Raw]
    pagination: Pagination


class ImmersionApi(Api):
    """Reads the agreements that the key's agencies may see, with the last day read as cursor, then the offers."""

    source = NAME
    address = "https://immersion-facile.beta.gouv.fr"
    credentials = ApiKey
    lists = (CONVENTIONS, OFFERS)

    async def headers(self, calls: Calls, credentials: ApiKey) -> Mapping[str, str]:
        """The key alone, without a scheme."""
        return {"authorization": credentials.key}

    async def read(self, calls: Calls, reading: Reading) -> AsyncIterator[Document]:
        """Give the agreements, the offers, and the removals of these; raises ApiRefused, for a day that has too many
        agreements once all else is read."""
        whole = True
        if CONVENTIONS in reading.lists:
            async for document, is_whole in _conventions(calls, reading):
                whole = whole and is_whole
                yield document if whole else replace(document, cursor=None)
        if OFFERS in reading.lists:
            async for document in _offers(calls, reading):
                yield document
        if not whole:
            raise ApiRefused("SYNC_TOO_MANY_IN_A_DAY")


async def _conventions(calls: Calls, reading: Reading) -> AsyncIterator[tuple[Document, bool]]:
    """The agreements span by span, and whether each has all of its days."""
    first = date.fromisoformat(reading.cursor) if reading.cursor else today() - BACK
    last = today() + AHEAD
    span = last - first
    while first < last:
        until = min(first + span, last)
        records = await calls.get("/api/v2/conventions", _between(first, until), list[msgspec.Raw])
        too_many = len(records) >= MOST
        if too_many and until - first > timedelta(days=1):
            span = (until - first) // 2
            continue
        content = b"[" + b",".join(map(bytes, records)) + b"]"
        yield Document(f"conventions-{until}.json", content, str(until)), not too_many
        first, span = until, span * 2


async def _offers(calls: Calls, reading: Reading) -> AsyncIterator[Document]:
    """The pages of offers, then, if the list settled, the removals."""
    listing, number = Listing(OfferKey), 0
    async for records in listing.changes(partial(_page, calls, reading.department)):
        number += 1
        yield Document(f"offres-{number:05}.json", as_document("data", records))
    stored = [
        row["source_id"]
        for row in await calls.stored(STORED, NAME)
        if reading.department in (None, residence(row["city_code"], row["postal_code"]))
    ]
    gone = listing.vanished(stored, remove=reading.remove)
    if gone:
        removals = [orjson.dumps({"vanished": OFFERS, "id": key}) for key in gone]
        yield Document("vanished.json", as_document("data", removals))


async def _page(calls: Calls, department: str | None, number: int) -> Page:
    """A page of the offers, whose order leaves new ones at the end; the name of the filter is that of an array."""
    within = {} if department is None else {"departmentCodes[]": department}
    order = {"sortBy": "date", "sortOrder": "asc", "page": str(number), "perPage": str(MOST)}
    answer = await calls.get("/api/v3/offers", {**within, **order}, Answer)
    return Page(answer.data, number >= answer.pagination.total_pages)


def _between(after: date, until: date) -> dict[str, str]:
    """The first days after one day, up to another."""
    return {"startDateGreater": f"{after}", "startDateLessOrEqual": f"{until}"}
