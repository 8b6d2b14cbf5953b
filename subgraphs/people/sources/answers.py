"""What sources share that are asked about one person at a time: JSON documents of records, and whom they are about."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from schema.confidential import Confidential
from subgraphs.kit.ingest import excerpts
from subgraphs.kit.ingest.ingestion_report import Announced, Numbered, Outcome, Refused, Report
from subgraphs.kit.ingest.json_records import convert
from subgraphs.kit.ingest.json_stream import records
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.text_forms import instant
from subgraphs.kit.ingest.unit_of_work import Options, Session, Source, read_files
from subgraphs.kit.ingest.unread_fields import UnreadFields
from subgraphs.people import asking_turns


class Answer(Confidential, frozen=True, omit_defaults=True, kw_only=True):
    """A record about one person: `personne` is its key in the hub, if the hub asked; `lu_le` the instant."""

    lu_le: str
    personne: UUID | None = None


class AnswerSource(Source):
    """A source of answers, of which each record has the form `form`."""

    role = "people_ingest"
    pieces = excerpts.Items("results")
    form: ClassVar[type[Answer]]

    async def ingest(self, paths: Sequence[Path], options: Options, session: Session) -> Report:
        """Read the records, then keep whom they are about as asked about, whatever became of them."""
        asked_about: dict[UUID, datetime] = {}

        async def write(record: object, store: Store) -> Outcome:
            answer = convert(record, self.form)
            as_of = instant(answer.lu_le, "lu_le")
            if answer.personne is not None:
                asked_about[answer.personne] = as_of
            return await self.write(store, answer, as_of, options)

        report = await read_files(self.name, paths, session, partial(_records, UnreadFields(self.fields)), write)
        await session.note(partial(asking_turns.mark, source=self.name, asked_about=asked_about))
        return report

    @abstractmethod
    async def write(self, store: Store, answer: Any, as_of: datetime, options: Options) -> Outcome:
        """Write what one record says; raises Refused."""


def _records(unread: UnreadFields, path: Path) -> Iterator[Numbered[Any] | Refused | Announced]:
    return unread.of_list(records(path, "results"), lambda _: "results.")
