"""The API v1 of data.inclusion: `/structures` and `/services` by page and size, with a bearer token.

Its offset pages shift between calls (docs/domain.md#data-inclusion). What two whole listings in a row no longer hold
has vanished there, and vanishes here (upstream: data-inclusion `api/…/inclusion_data/v1/routes.py`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from functools import partial

import msgspec
import orjson

from schema.confidential import Confidential
from subgraphs.kit.ingest.api import Api, Calls, Document, Reading
from subgraphs.kit.ingest.listing import Listing, Page, as_document
from subgraphs.offers.sources.data_inclusion_whole import LISTS, NAME

SIZE = 5000
"""Records of a page: the default of the API."""


class Token(Confidential, frozen=True, forbid_unknown_fields=True):
    """The token that data.inclusion gave."""

    token: str


class Answer(Confidential, frozen=True):
    """A page of the API."""

    items: list[msgspec.Raw]
    page: int
    pages: int


class DataInclusionApi(Api):
    """Reads all structures and services, and says which have vanished."""

    source = NAME
    address = "https://api.data.inclusion.gouv.fr"
    credentials = Token

    async def headers(self, calls: Calls, credentials: Token) -> Mapping[str, str]:
        """The bearer token."""
        return {"authorization": f"Bearer {credentials.token}"}

    async def read(self, calls: Calls, reading: Reading) -> AsyncIterator[Document]:
        """Give the pages of both lists, then, if both settled, the removals."""
        listings = {resource: Listing() for resource in LISTS}
        for resource, listing in listings.items():
            number = 0
            async for records in listing.changes(partial(_page, calls, resource)):
                number += 1
                yield Document(f"{resource}-{number:05}.json", as_document("items", records))
        removals: list[bytes] = []
        for resource, listing in listings.items():
            gone = listing.vanished(await calls.keys(LISTS[resource], NAME), remove=reading.remove)
            removals += [orjson.dumps({"vanished": resource, "id": key}) for key in gone]
        if removals:
            yield Document("vanished.json", as_document("items", removals))


async def _page(calls: Calls, resource: str, number: int) -> Page:
    answer = await calls.get(f"/api/v1/{resource}", {"page": str(number), "size": str(SIZE)}, Answer)
    return Page(answer.items, number >= answer.pages)
