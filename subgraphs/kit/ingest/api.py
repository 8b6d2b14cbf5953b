"""The API of a source system: how it is addressed and paged through, without a line of HTTP.

An API is declared beside its source and gives documents that the source reads as it reads files. Whoever calls it
(`hub.sync`) makes the requests, tries them again, and keeps the cursor.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Protocol, TypeVar

import msgspec
from sqlalchemy import Table

from schema.confidential import Confidential

T = TypeVar("T")


EPOCH = datetime.fromtimestamp(0, UTC)
NO_HEADERS: Mapping[str, str] = {}


class NoSecrets(Confidential, frozen=True):
    """The secrets of an account at an API that asks for none."""


class ApiRefused(Exception):
    """The API can't be read to its end; `code` is public, `detail` for developers, `status` that of its answer, if it
    refused by one. What was given so far stays."""

    def __init__(self, code: str, detail: str = "refused while it was read", status: int | None = None) -> None:
        super().__init__(code)
        self.code, self.detail, self.status = code, detail, status


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """A document that the source reads under this name; `cursor` says where to go on once it is committed."""

    name: str
    content: bytes
    cursor: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """What one reading of an API is about: the account's département, where the last reading stopped, whether many
    items may vanish at once, which of its `lists` are read; of an API that is asked person by person, how many people
    `at` this instant at most, and after how long a person is asked about again."""

    department: str | None = None
    cursor: str | None = None
    remove: bool = False
    lists: tuple[str, ...] = ()
    people: int = 500
    renew: timedelta = timedelta(days=7)
    at: datetime = EPOCH


class Calls(Protocol):
    """The requests that an API makes, authenticated and tried again where that may help."""

    async def get(
        self,
        path: str,
        parameters: Mapping[str, str | Sequence[str]],
        form: type[T],
        headers: Mapping[str, str] = NO_HEADERS,
        answers: frozenset[int] = frozenset(),
    ) -> T:
        """The answer, read as this form; fields that the form does not have are dropped.

        `headers` go along with those that authenticate; a refusal of one of the statuses `answers` is an answer too, if
        it has the form. Raises ApiRefused.
        """
        ...

    async def find(self, path: str, form: type[T], headers: Mapping[str, str]) -> T | None:
        """As `get`; None if there is nothing (204, or null)."""
        ...

    async def post(
        self,
        path: str,
        body: Mapping[str, str],
        form: type[T],
        headers: Mapping[str, str] = NO_HEADERS,
        answers: frozenset[int] = frozenset(),
    ) -> T:
        """The answer to a question that no address may hold, which changes nothing; as `get`."""
        ...

    async def log_in(self, path: str, body: Mapping[str, str]) -> Mapping[str, str]:
        """The headers of the answer to a log-in, by lower-case name."""
        ...

    async def token(self, path: str, parameters: Mapping[str, str], fields: Mapping[str, str]) -> str:
        """The access token that these fields of a form get (RFC 6749 §4.4, client credentials)."""
        ...

    async def stored(self, statement: str, *values: Any) -> Sequence[Mapping[str, Any]]:
        """The rows of a statement that reads, as the role of the source."""
        ...

    async def keys(self, table: Table, source: str) -> set[str]:
        """The keys that a public table holds of a source."""
        ...


class Api(ABC):
    """One API: `address` and `login_address` are those of production, `credentials` the form of its secrets, `lists`
    the names of those that an account may be opened for one by one."""

    source: ClassVar[str]
    address: ClassVar[str]
    login_address: ClassVar[str | None] = None
    credentials: ClassVar[type[msgspec.Struct]]
    lists: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    async def headers(self, calls: Calls, credentials: Any) -> Mapping[str, str]:
        """The headers that authenticate each request."""

    def parameters(self, credentials: Any) -> Mapping[str, str]:
        """The parameters that go with each question."""
        return {}

    @abstractmethod
    def read(self, calls: Calls, reading: Reading) -> AsyncIterator[Document]:
        """Give all documents; raises ApiRefused."""
