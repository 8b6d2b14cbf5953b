"""The API v2 of Immersion facilitée: agreements by their first day, under an API key.

The API gives at most 100 agreements, the newest first, and has no pages: a span of days with as many is halved until it
has fewer (upstream: immersion-facile `GetConventionByFiltersQueriesV2.schema.ts`). Spans are read in order, so that a
reading that was broken off goes on where it was.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import date, timedelta

import msgspec

from schema.days import today
from subgraphs.kit.ingest.api import Api, ApiRefused, Calls, Document, Reading
from subgraphs.offers.sources.immersion_offers import NAME

MOST = 100
"""Agreements in an answer."""
BACK, AHEAD = timedelta(days=730), timedelta(days=365)
"""How far before and after today first days are read: two years, after which an immersion is shown to nobody."""


class ApiKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The key that Immersion facilitée gave."""

    key: str


class ImmersionApi(Api):
    """Reads the agreements that the key's agencies may see; the cursor is the last day read."""

    source = NAME
    address = "https://immersion-facile.beta.gouv.fr"
    credentials = ApiKey

    async def headers(self, calls: Calls, credentials: ApiKey) -> Mapping[str, str]:
        """The key alone, without a scheme."""
        return {"authorization": credentials.key}

    async def read(self, calls: Calls, reading: Reading) -> AsyncIterator[Document]:
        """Give the agreements span by span; a day that has too many is given in part, and said at the end."""
        first = date.fromisoformat(reading.cursor) if reading.cursor else today() - BACK
        last = today() + AHEAD
        span = last - first
        whole = True
        while first < last:
            until = min(first + span, last)
            records = await calls.get("/api/v2/conventions", _between(first, until), list[msgspec.Raw])
            if len(records) >= MOST:
                if until - first > timedelta(days=1):
                    span = (until - first) // 2
                    continue
                whole = False
            content = b"[" + b",".join(map(bytes, records)) + b"]"
            yield Document(f"conventions-{until}.json", content, str(until) if whole else None)
            first, span = until, span * 2
        if not whole:
            raise ApiRefused("SYNC_TOO_MANY_IN_A_DAY")


def _between(after: date, until: date) -> dict[str, str]:
    """The first days after one day, up to another."""
    return {"startDateGreater": f"{after}", "startDateLessOrEqual": f"{until}"}
