"""Takes the records that an ingestion refused out of their files, and keeps them encrypted (`hub.runs.quarantine`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from hub.runs.quarantine import Content, Refusal, Seal, quarantine
from subgraphs.kit.ingest.ingestion_report import Report, sha256_of
from subgraphs.kit.ingest.unit_of_work import Options, Source

UNPROVEN = frozenset({"HEADERS_MISSING", "WEBHOOK_SECRET_MISSING", "WEBHOOK_SIGNATURE"})
"""Codes of what nobody has proven to come from the source: it is not kept."""
HEADERS = ".headers.json"
"""The end of the name of the file that holds a notification's headers, beside its body."""


async def keep_refused(source: Source, options: Options, report: Report, dsn: str, seal: Seal) -> None:
    """Keep the records that the report names, in place of what was kept of the same files before; `dsn` is the address
    of the quarantine's role. Raises the errors of asyncpg."""
    files = {digest: path for path, digest in report.inputs if digest}
    places: dict[str, dict[int, str]] = defaultdict(dict)
    for refusal in report.refusals:
        if refusal.digest and refusal.record and refusal.code not in UNPROVEN:
            places[refusal.digest][refusal.record] = refusal.code
    refusals = [
        refusal
        for digest, codes in places.items()
        for refusal in _refusals(source, files[digest], digest, codes, options)
    ]
    async with quarantine(dsn) as kept:
        await kept.keep(source.name, list(files), refusals, seal)


def _refusals(source: Source, path: Path, digest: str, codes: dict[int, str], options: Options) -> Iterator[Refusal]:
    contents: dict[int, Content] = {}
    with suppress(OSError):  # the file is gone since: what was refused of it is listed all the same
        excerpts = source.pieces.excerpts(path, codes)
        read = {place: _content(path, body, options) for place, body in excerpts.items()}
        if sha256_of(path) == digest:  # otherwise it was written anew since, and holds other records
            contents = read
    for place, code in codes.items():
        yield Refusal(digest, place, path.name, code, contents.get(place))


def _content(path: Path, body: bytes, options: Options) -> Content:
    beside = options.headers or path.with_name(path.name.removesuffix(path.suffix) + HEADERS)
    return Content(
        body=body,
        suffix=path.suffix,
        written=path.stat().st_mtime_ns,
        headers=beside.read_bytes() if beside.is_file() else None,
        as_of=options.as_of,
        department=options.department,
    )
