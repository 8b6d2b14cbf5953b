"""Takes the records that a reading refused out of what was read, and keeps them encrypted (`hub.runs.quarantine`).

Whoever reads calls this before it lets go of what was read: before a run ends, a cursor moves or a notification is
answered. A process that is killed earlier has finished nothing, and what it read comes again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec

from hub.runs.quarantine import Content, Refusal, Seal, quarantine
from subgraphs.kit.ingest.ingestion_report import Report, sha256_of
from subgraphs.kit.ingest.unit_of_work import Options, Source

UNPROVEN = frozenset({"HEADERS_MISSING", "WEBHOOK_SECRET_MISSING", "WEBHOOK_SIGNATURE"})
"""Codes of what nobody has proven to come from the source."""
UNKEPT = UNPROVEN | {"ANSWER_OF_OTHER", "DEPARTMENT_OF_OTHER", "ITEM_OF_OTHER", "PERSON_RESTRICTED"}
"""Codes of what is not kept: nor is what somebody sent in the name of others, nor what an API answered of someone about
whom it was not asked, or who objects, has its data limited or will be erased."""

NO_TEXT = "ENCODING_WRONG"
"""The code of what is no text, of which the place alone is kept: no mend of the hub makes it one, and a webhook would
be read again as latin-1, which its sender never signed."""


async def keep_refused(source: Source, options: Options, report: Report, dsn: str, seal: Seal) -> None:
    """Keep the records that the report names, in place of what was kept of the same files before; `dsn` is the address
    of the role that writes the quarantine. Raises the errors of asyncpg."""
    digests = [digest for _, digest in report.inputs if digest]
    async with quarantine(dsn) as store:
        await store.keep(source.name, digests, list(_refusals(source, options, report)), seal)
        await store.expire()


async def keep_given(
    source: Source, options: Options, report: Report, dsn: str, seal: Seal, account: str
) -> frozenset[str]:
    """Keep the records of an API that the report names, each as a file of its own; return the digests of these.

    The pages of an API are never twice the same, so that a record is told by its own bytes. Raises the errors of
    asyncpg.
    """
    refusals = [
        Refusal(sha256(refusal.content.body).hexdigest(), 1, refusal.file, refusal.code, refusal.content)
        if refusal.content is not None
        else refusal
        for refusal in _refusals(source, options, report)
    ]
    if refusals:
        async with quarantine(dsn) as store:
            await store.keep(source.name, (), refusals, seal, account)
    return frozenset(refusal.digest for refusal in refusals)


def _refusals(source: Source, options: Options, report: Report) -> Iterator[Refusal]:
    """Each record that the report names and that may be kept, with its content if it can be cut out of its file."""
    files = {digest: path for path, digest in report.inputs if digest}
    places: dict[str, dict[int, str]] = defaultdict(dict)
    for refusal in report.refusals:
        if refusal.digest and refusal.record and refusal.code not in UNKEPT:
            places[refusal.digest][refusal.record] = refusal.code
    for digest, codes in places.items():
        yield from _refusals_of(source, files[digest], digest, codes, options)


def _refusals_of(source: Source, path: Path, digest: str, codes: dict[int, str], options: Options) -> Iterator[Refusal]:
    contents: dict[int, Content] = {}
    with suppress(OSError):  # the file is gone since: what was refused of it is listed all the same
        excerpts = source.pieces.excerpts(path, [place for place, code in codes.items() if code != NO_TEXT])
        read = {place: _content(source, path, body, options) for place, body in excerpts.items()}
        if sha256_of(path) == digest:  # otherwise it was written anew since, and holds other records
            contents = read
    for place, code in codes.items():
        yield Refusal(digest, place, path.name, code, contents.get(place))


def _content(source: Source, path: Path, body: bytes, options: Options) -> Content:
    return Content(
        body=body,
        suffix=source.pieces.ending(path),
        written=path.stat().st_mtime_ns,
        as_of=options.as_of,
        department=options.department,
        organisations=msgspec.to_builtins(dict(options.organisations)),
        speaks_for=options.scope.organisations,
        speaks_in=options.scope.department,
    )
