"""An export from its first page to its file: pages are asked for and kept one by one, then written at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import orjson

from hub.errors import ExportRefused
from hub.export.formats import Writer
from hub.export.list_query import ListQuery
from hub.export.pages_file import PRIVATE, PagesFile, StoredPage, unwritable
from spie_hub_client.runtime.access import Access
from spie_hub_client.runtime.errors import (
    HubError,
    Incomplete,
    NotUnderstood,
    Refused,
    StartAgain,
    TokenRefused,
    Unreachable,
    Withheld,
)
from spie_hub_client.runtime.hub import Hub
from spie_hub_client.runtime.pages import Page

CODES: Mapping[type[HubError], str] = {
    Incomplete: "EXPORT_INCOMPLETE",
    NotUnderstood: "EXPORT_NOT_UNDERSTOOD",
    TokenRefused: "EXPORT_TOKEN_REFUSED",
    Unreachable: "EXPORT_UNREACHABLE",
    Withheld: "EXPORT_WITHHELD",
}
"""Codes of the client's errors that have none of the hub."""


@dataclass(frozen=True, slots=True, repr=False)
class Export:
    """What is exported, and where to. `since` is a cursor of `changes`."""

    query: ListQuery
    variables: Mapping[str, Any]
    url: str
    purpose: str | None
    reference: str | None
    since: str | None
    output: Path
    write: Writer

    @property
    def digest(self) -> str:
        """SHA-256 of all that its rows depend on, but for the actor, whom cursors are sealed for."""
        where = [self.query.digest(self.variables), self.url, self.purpose, self.reference, self.since]
        return sha256(orjson.dumps(where)).hexdigest()

    @property
    def access_file(self) -> Path:
        """The file of access reasons, beside the output."""
        return self.output.with_name(f"{self.output.name}.access.json")


@dataclass(frozen=True, slots=True, repr=False)
class Exported:
    """How many rows were written, and the cursor at the end."""

    rows: int
    cursor: str | None


def export(job: Export, hub: Callable[[], Hub], now: int) -> Exported:
    """Read the pages that are missing, and write the file; raises ExportRefused. `now` is in Unix seconds."""
    with PagesFile(job.output, job.digest, now) as stored:
        _read(job, hub, stored)
        with _replaced(job.access_file) as file:
            file.write(orjson.dumps(_reasons(job.query, stored.pages()), option=orjson.OPT_INDENT_2))
        with _replaced(job.output) as file:
            job.write(file, job.query.names, job.query.all_columns, (page.rows for page in stored.pages()))
        stored.erase()
        return Exported(stored.rows, stored.cursor)


def _read(job: Export, hub: Callable[[], Hub], stored: PagesFile) -> None:
    """Read what follows the pages so far, also after the last one: the hub takes their cursor, which is sealed for whom
    they were read, from nobody else."""
    request = job.query.request(job.variables, stored.cursor or job.since)
    try:
        with hub() as client:
            for page in client.pages(request, purpose=job.purpose, reference=job.reference):
                stored.add(_stored(job.query, page))
    except StartAgain as error:
        stored.erase()
        raise ExportRefused(
            error.code,
            "Ce curseur ne vaut plus : relancez sans « --since » pour tout relire, et remplacez la copie.",
            "no delta from this cursor",
        ) from None
    except Incomplete as error:
        if stored.rows and any(failure.code == "FORBIDDEN_INPUT" for failure in error.errors):
            raise stored.not_resumable("the cursor is of another actor") from None
        raise _failed(error, stored) from None
    except HubError as error:
        raise _failed(error, stored) from None


def _failed(error: HubError, stored: PagesFile) -> ExportRefused:
    """The refusal that says what the client met."""
    code = error.code if isinstance(error, Refused) else CODES[type(error)]
    text = str(error).removesuffix(f" [{code}]").rstrip(".")
    again = " Relancez la même commande : elle reprend après la dernière page entière."
    return ExportRefused(code, f"{text}.{again if stored.rows else ''}", type(error).__name__)


def _stored(query: ListQuery, page: Page[Any, Any]) -> StoredPage:
    entries = [_entry(query, access) for access in page.answer.access]
    return StoredPage(query.rows(page.answer.data), page.cursor, entries)


def _entry(query: ListQuery, access: Access) -> dict[str, Any]:
    """An entry of access with the columns that it decides on, without what it leaves out."""
    values = {key: value for key, value in msgspec.to_builtins(access).items() if value}
    return {"columns": query.columns_at(access.path), **values}


def _reasons(query: ListQuery, pages: Iterator[StoredPage]) -> dict[str, Any]:
    """The columns, and all entries of access, each once."""
    entries = {orjson.dumps(entry): entry for page in pages for entry in page.access}
    return {"columns": query.names, "access": list(entries.values())}


@contextmanager
def _replaced(path: Path) -> Iterator[BinaryIO]:
    """Replace a file at once by what the block writes, readable by its owner alone."""
    new_file = path.with_name(f".{path.name}.new")
    try:
        new_file.unlink(missing_ok=True)
        with os.fdopen(os.open(new_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        new_file.replace(path)
    except OSError as error:
        raise unwritable(path) from error
