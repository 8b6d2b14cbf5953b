"""The API v1 of Les emplois de l'inclusion: `GET /siaes`, the employers of a département with their postings.

It is public, and its pages shift between calls as those of any list that changes. An employer that two whole listings
in a row no longer hold has vanished there, and vanishes here. Applications are not read: `POST /candidatures/recherche`
asks for a NIR, which the hub holds as a keyed hash alone (decision 0094). Upstream: itou `api/siae_api/viewsets.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from functools import partial

import msgspec
import orjson

from subgraphs.kit.ingest.api import Api, ApiRefused, Calls, Document, NoSecrets, Reading
from subgraphs.kit.ingest.listing import Listing, Page, as_document
from subgraphs.kit.ingest.text_forms import residence
from subgraphs.offers.sources.emplois_employers import NAME, VANISHED

SIZE = 100
"""Employers of a page."""
NO_SUCH_PAGE = frozenset({404})
STORED = """
SELECT source_id, city_code, postal_code FROM offers.company WHERE source = $1 AND open_to_applications IS NOT NULL
"""
"""Employers that a listing told of; others are known by an application alone."""


class EmployerKey(msgspec.Struct):
    """What is one employer: a SIRET may be several, by their kinds."""

    siret: str
    type: str


class Answer(msgspec.Struct):
    """A page of the API, or, in `detail`, that there is none of this number."""

    results: list[msgspec.Raw] | None = None
    next: str | msgspec.UnsetType | None = msgspec.UNSET
    detail: str | None = None


class EmploisApi(Api):
    """Reads the employers of a département, and says which have vanished."""

    source = NAME
    address = "https://emplois.inclusion.beta.gouv.fr"
    credentials = NoSecrets

    async def headers(self, calls: Calls, credentials: NoSecrets) -> Mapping[str, str]:
        """None: the list is public."""
        return {}

    async def read(self, calls: Calls, reading: Reading) -> AsyncIterator[Document]:
        """Give the pages, then, if the list settled, the removals."""
        if reading.department is None:
            raise ApiRefused("SYNC_DEPARTMENT_MISSING")
        listing, number = Listing(EmployerKey), 0
        async for records in listing.changes(partial(_page, calls, reading.department)):
            number += 1
            yield Document(f"employeurs-{number:05}.json", as_document("results", records))
        stored = [
            row["source_id"]
            for row in await calls.stored(STORED, NAME)
            if residence(row["city_code"], row["postal_code"]) == reading.department
        ]
        gone = listing.vanished(stored, remove=reading.remove)
        if gone:
            removals = [orjson.dumps({"vanished": VANISHED, "id": key}) for key in gone]
            yield Document("vanished.json", as_document("results", removals))


async def _page(calls: Calls, department: str, number: int) -> Page:
    parameters = {"departement": department, "page": str(number), "page_size": str(SIZE)}
    answers = NO_SUCH_PAGE if number > 1 else frozenset[int]()
    answer = await calls.get("/api/v1/siaes/", parameters, Answer, answers=answers)
    if answer.results is None and answer.detail is not None and number > 1:
        return Page((), last=True)  # the list has become shorter since the page before
    if answer.results is None or answer.next is msgspec.UNSET:
        raise ApiRefused("SYNC_MALFORMED", "not a page")
    return Page(answer.results, answer.next is None)
