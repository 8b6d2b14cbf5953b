"""`hub ingest SOURCE --retry`: reads again the records of a source that wait in the quarantine.

Their contents are in no file of a disk: each is in memory, under a link in a folder of its own, so that a process that
is killed leaves nothing to read.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from hub.database_refusals import database_refusals
from hub.ingest import Reader, read_inputs
from hub.runs.kept_runs import source_lock
from hub.runs.quarantine import Content, Quarantine, Seal, Waiting, quarantine
from infra.role_names import QUARANTINE_KEEPER, RUNS_WRITER
from subgraphs.kit.ingest.ingestion_report import Report
from subgraphs.kit.ingest.progress import Progress
from subgraphs.kit.ingest.sender_scope import SenderScope
from subgraphs.kit.ingest.unit_of_work import Options, Organisation

AT_ONCE = 200
"""Records that are in memory at once, each under one or two descriptors."""


@dataclass(frozen=True, slots=True)
class Retried:
    """The report of a retry, and how many records can't be read again: only their places are known."""

    report: Report
    without_content: int


async def retry(
    reader: Reader,
    options: Options,
    dsn: Callable[[str], str],
    seal: Seal,
    progress: Callable[[Progress], None] | None = None,
) -> Retried:
    """Read again what waits of the source, under the options of then, the organisations of now before those of then;
    what is taken is forgotten, and what has waited too long. Raises as `ingest`, and StartRefused (QUARANTINE_KEY)."""
    source, total, without_content, last = reader.source.name, Report(reader.source.name), 0, 0
    with database_refusals():
        async with source_lock(dsn(RUNS_WRITER), source), quarantine(dsn(QUARANTINE_KEEPER)) as store:
            await store.expire()
            while records := await store.waiting(source, last, AT_ONCE):
                last = records[-1].number
                contents = [(record, seal.open(record)) for record in records]
                opened = [(record, content) for record, content in contents if content is not None]
                without_content += len(records) - len(opened)
                for group_options, group in _by_options(opened, options):
                    with _files(group) as paths:
                        report = await read_inputs(reader, paths, group_options, dsn, progress)
                    await _settle(store, group, report)
                    total.add(report)
    return Retried(total, without_content)


def _by_options(
    opened: Sequence[tuple[Waiting, Content]], options: Options
) -> Iterator[tuple[Options, list[tuple[Waiting, Content]]]]:
    """The records by the options under which they were read, as options of this reading."""
    groups: dict[tuple[datetime | None, str | None, bytes, SenderScope], list[tuple[Waiting, Content]]] = defaultdict(
        list
    )
    for record, content in opened:
        organisations = msgspec.json.encode(content.organisations, order="sorted")
        scope = SenderScope(content.speaks_for, content.speaks_in)
        groups[content.as_of, content.department, organisations, scope].append((record, content))
    for (as_of, department, _, scope), group in groups.items():
        then = {key: Organisation(**form) for key, form in group[0][1].organisations.items()}  # type: ignore[arg-type]
        yield (
            replace(
                options,
                as_of=as_of,
                department=department or options.department,
                organisations={**then, **options.organisations},
                headers=None,
                proven=True,
                scope=scope,
            ),
            group,
        )


@contextmanager
def _files(group: Sequence[tuple[Waiting, Content]]) -> Iterator[list[Path]]:
    """A path for each record, which leads to memory and bears the number of the record."""
    with TemporaryDirectory() as folder, ExitStack() as stack:

        def place(name: str, body: bytes, written: int) -> Path:
            descriptor = os.memfd_create("record")
            stack.callback(os.close, descriptor)
            with open(descriptor, "wb", closefd=False) as file:
                file.write(body)
            os.utime(descriptor, ns=(written, written))
            path = Path(folder, name)
            path.symlink_to(f"/proc/self/fd/{descriptor}")
            return path

        paths = []
        for record, content in group:
            paths.append(place(f"{record.number}{content.suffix}", content.body, content.written))
        yield paths


async def _settle(store: Quarantine, group: Sequence[tuple[Waiting, Content]], report: Report) -> None:
    refused = {int(refusal.file.partition(".")[0]): refusal.code for refusal in report.refusals}
    await store.settle([record.number for record, _ in group if record.number not in refused], refused)
