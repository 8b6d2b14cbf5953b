"""The API of DORA that Les emplois reads, `GET /api/emplois/services/`: how services are referred to, under a token.

It lists all services of DORA; what two whole listings in a row no longer hold has vanished there, and vanishes here.
Upstream: dora `back/dora/emplois/views.py`, les-emplois `itou/utils/apis/dora.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from functools import partial

import orjson

from schema.confidential import Confidential
from subgraphs.kit.ingest.api import Api, Calls, Document, Reading
from subgraphs.kit.ingest.listing import Listing, as_document
from subgraphs.kit.ingest.numbered_pages import numbered_page
from subgraphs.offers.sources.dora import NAME, VANISHED

PATH = "/api/emplois/services/"
SIZE = 1000
"""Services of a page."""
STORED = "SELECT source_id FROM offers.referral_terms WHERE source = $1"


class Token(Confidential, frozen=True, forbid_unknown_fields=True):
    """The token that DORA gave."""

    token: str


class DoraApi(Api):
    """Reads how all services are referred to, and says which have vanished."""

    source = NAME
    address = "https://api.dora.inclusion.gouv.fr"
    credentials = Token

    async def headers(self, calls: Calls, credentials: Token) -> Mapping[str, str]:
        """The token, in the scheme of Django REST framework."""
        return {"authorization": f"Token {credentials.token}"}

    async def read(self, calls: Calls, reading: Reading) -> AsyncIterator[Document]:
        """Give the pages, then, if the list settled, the removals."""
        listing, number = Listing(), 0
        async for records in listing.changes(partial(numbered_page, calls, PATH, {"page_size": str(SIZE)})):
            number += 1
            yield Document(f"services-{number:05}.json", as_document("results", records))
        stored = [row["source_id"] for row in await calls.stored(STORED, NAME)]
        gone = listing.vanished(stored, remove=reading.remove)
        if gone:
            removals = [orjson.dumps({"vanished": VANISHED, "id": key}) for key in gone]
            yield Document("vanished.json", as_document("results", removals))
