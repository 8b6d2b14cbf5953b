"""The API v1 of Les emplois de l'inclusion: `GET /siaes`, the employers of a département with their postings.

It is public, and its pages shift between calls as those of any list that changes. An employer that two whole listings
in a row no longer hold has vanished there, and vanishes here. Applications are not read: `POST /candidatures/recherche`
asks for a NIR, which the hub holds as a keyed hash alone (decision 0094). Upstream: itou `api/siae_api/viewsets.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from functools import partial

import orjson

from schema.confidential import Confidential
from subgraphs.kit.ingest.api import Api, ApiRefused, Calls, Document, NoSecrets, Reading
from subgraphs.kit.ingest.listing import Listing, as_document
from subgraphs.kit.ingest.numbered_pages import numbered_page
from subgraphs.kit.ingest.text_forms import residence
from subgraphs.offers.sources.emplois_employers import NAME, VANISHED

SIZE = 100
"""Employers of a page."""
STORED = """
SELECT source_id, city_code, postal_code FROM offers.company WHERE source = $1 AND open_to_applications IS NOT NULL
"""
"""Employers that a listing told of; others are known by an application alone."""


class EmployerKey(Confidential, frozen=True):
    """What is one employer: a SIRET may be several, by their kinds."""

    siret: str
    type: str


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
        parameters = {"departement": reading.department, "page_size": str(SIZE)}
        async for records in listing.changes(partial(numbered_page, calls, "/api/v1/siaes/", parameters)):
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
