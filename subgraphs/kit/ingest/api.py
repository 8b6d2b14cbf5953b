"""The API of a source system: how it is addressed and paged through, without a line of HTTP.

An API is declared beside its source and gives documents that the source reads as it reads files. Whoever calls it
(`hub.sync`) makes the requests, tries them again, and keeps the cursor.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

import msgspec
from sqlalchemy import Table

T = TypeVar("T")


class ApiRefused(Exception):
    """The API can't be read to its end; `code` is public, and what was given so far stays."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Document:
    """A document that the source reads under this name; `cursor` says where to go on once it is committed."""

    name: str
    content: bytes
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading of an API is about: the account's département, where the last reading stopped, and whether
    many items may vanish at once."""

    department: str | None = None
    cursor: str | None = None
    remove: bool = False


class Calls(Protocol):
    """The requests that an API makes, authenticated and tried again where that may help."""

    async def get(self, path: str, parameters: Mapping[str, str], form: type[T]) -> T:
        """The answer, read as this form; fields that the form does not have are dropped."""
        ...

    async def log_in(self, path: str, body: Mapping[str, str]) -> Mapping[str, str]:
        """The headers of the answer to a log-in, by lower-case name."""
        ...

    async def keys(self, table: Table, source: str) -> set[str]:
        """The keys that a public table holds of a source."""
        ...


class Api(ABC):
    """One API: `address` and `login_address` are those of production, `credentials` the form of its secrets."""

    source: ClassVar[str]
    address: ClassVar[str]
    login_address: ClassVar[str | None] = None
    credentials: ClassVar[type[msgspec.Struct]]

    @abstractmethod
    async def headers(self, calls: Calls, credentials: Any) -> Mapping[str, str]:
        """The headers that authenticate each request."""

    @abstractmethod
    def read(self, calls: Calls, reading: Reading) -> AsyncIterator[Document]:
        """Give all documents; raises ApiRefused."""
