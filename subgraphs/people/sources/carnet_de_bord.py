"""Source `carnet-de-bord`: notebooks that it exports (`.json`, a list).

A notebook is a record group. No file has a date of its own: `--as-of`. `--department` is the deployment that the files
come from; without it a person is in the département of its address. Source of the format:
docs/domain.md#carnet-de-bord.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from subgraphs.kit.ingest.csv_rows import date_of_file
from subgraphs.kit.ingest.excerpts import BySuffix, Items
from subgraphs.kit.ingest.ingestion_report import Numbered, Refused, Report
from subgraphs.kit.ingest.json_records import loads
from subgraphs.kit.ingest.unit_of_work import Options, RecordGroup, Session, Source, read_files, write_group
from subgraphs.people.sources.carnet_fields import NOTEBOOK
from subgraphs.people.sources.carnet_notebook import NotebookGroup, unread
from subgraphs.people.sources.carnet_values import NAME

NO_LIST = ""
"""The key of a list within a document: the list is the document."""


class CarnetDeBord(Source):
    """Reads Carnet de bord into `people`."""

    name = NAME
    reads = "carnets exportés de Carnet de bord, JSON"
    role = "people_ingest"
    pieces = BySuffix({".json": Items(NO_LIST)})
    fields = NOTEBOOK

    async def ingest(self, paths: Sequence[Path], options: Options, session: Session) -> Report:
        """Read the files in the order given."""
        return await read_files(NAME, paths, session, lambda path: self._records(path, options), write_group)

    def _records(self, path: Path, options: Options) -> Iterator[Numbered[RecordGroup]]:
        if path.suffix == ".json":
            yield from self._notebooks(path, options)
        else:
            raise Refused("FILE_TYPE_UNKNOWN")

    def _notebooks(self, path: Path, options: Options) -> Iterator[Numbered[RecordGroup]]:
        as_of, document = date_of_file(options), loads(path.read_bytes())
        if not isinstance(document, list):
            raise Refused("FORMAT_UNKNOWN")
        for item in document:
            group = NotebookGroup(self.people, item, as_of, options.department)
            yield Numbered(None, group, unread(item))
