"""APIs that answer about one person at a time: whom they are asked about, and what one person's failure does.

A person whom the API does not answer about is passed over, said in its own document, and asked about again in its turn;
several in a row are a failure of the API.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec

from subgraphs.kit.ingest.api import Api, ApiRefused, Calls, Document, Reading

FAILURES = 3
"""People in a row about whom the API fails, after which the reading stops."""
OF_ONE_PERSON = frozenset({"SYNC_UNREACHABLE", "SYNC_MALFORMED", "SYNC_REFUSED"})
"""Failures that may come from what is asked; secrets that are refused and a limit of requests stop the reading."""


class AskedApi(Api):
    """An API of which each document is the answer about one person, as the results of the source of the same name."""

    async def read(self, calls: Calls, reading: Reading) -> AsyncIterator[Document]:
        """Give the answer about each person whose turn it is."""
        if reading.department is None:
            raise ApiRefused("SYNC_DEPARTMENT_MISSING")
        failures = 0
        for number, person in enumerate(await self.people(calls, reading), 1):
            try:
                answer = await self.ask(calls, person, reading)
                failures = 0
            except ApiRefused as refused:
                failures += 1
                if refused.code not in OF_ONE_PERSON or failures == FAILURES:
                    raise
                answer = self.unanswered(person, reading)
            yield Document(f"reponse-{number:06}.json", b'{"results":[%s]}' % msgspec.json.encode(answer))

    @abstractmethod
    async def people(self, calls: Calls, reading: Reading) -> Sequence[Mapping[str, Any]]:
        """The people whose turn it is, whoever was never asked about first."""

    @abstractmethod
    async def ask(self, calls: Calls, person: Mapping[str, Any], reading: Reading) -> msgspec.Struct:
        """What the API says of a person; raises ApiRefused."""

    @abstractmethod
    def unanswered(self, person: Mapping[str, Any], reading: Reading) -> msgspec.Struct:
        """The record of a person about whom the API failed."""
