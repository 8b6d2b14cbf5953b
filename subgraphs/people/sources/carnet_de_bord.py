"""Source `carnet-de-bord`: notebooks that it exports (`.json`, a list), and the files that councils give it (`.csv`,
`.xlsx`).

The files are of beneficiaries, professionals or reorientations, told apart by their columns; those of structures are
the source `carnet-structures`. A notebook or a row is a record group. No file has a date of its own: `--as-of`.
`--department` is the deployment that the files are of; without it a person is in the département of its address. Source
of the format: docs/domain.md#carnet-de-bord.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from subgraphs.kit.ingest.csv_rows import FormRows, Row, date_of_file, form_of, rows
from subgraphs.kit.ingest.excerpts import ByEnding, Items
from subgraphs.kit.ingest.file_kind import is_no_json
from subgraphs.kit.ingest.ingestion_report import Announced, Numbered, Refused, Report
from subgraphs.kit.ingest.json_stream import records
from subgraphs.kit.ingest.unit_of_work import Options, RecordGroup, Session, Source, read_files, write_group
from subgraphs.kit.ingest.unread_fields import UnreadFields
from subgraphs.people.sources import carnet_beneficiaries as beneficiaries
from subgraphs.people.sources import carnet_followers as followers
from subgraphs.people.sources.carnet_fields import FIELDS
from subgraphs.people.sources.carnet_notebook import NotebookGroup
from subgraphs.people.sources.carnet_values import NAME

UNREAD = UnreadFields(FIELDS)
TABLES = (".csv", ".xlsx")
"""Suffixes of the files that councils give."""
NO_LIST = ""
"""The key of a list within a document: the list is the document."""
BENEFICIARIES, PROFESSIONALS, REORIENTATIONS = "beneficiaries", "professionals", "reorientations"
FORMS = {
    BENEFICIARIES: beneficiaries.COLUMNS,
    PROFESSIONALS: followers.PROFESSIONALS,
    REORIENTATIONS: followers.REORIENTATIONS,
}
"""The columns that a file of each form has."""
OPTIONAL = {BENEFICIARIES: beneficiaries.OPTIONAL, PROFESSIONALS: followers.PROFESSIONALS_OPTIONAL}


class CarnetDeBord(Source):
    """Reads Carnet de bord into `people`."""

    name = NAME
    reads = (
        "carnets que Carnet de bord exporte (JSON), bénéficiaires, professionnels et réorientations que le département "
        "lui donne (CSV ou .xlsx) ; les professionnels avant les autres"
    )
    role = "people_ingest"
    pieces = ByEnding({".json": Items(NO_LIST), **dict.fromkeys(TABLES, FormRows(FORMS, followers.SYNONYMS))})
    fields = FIELDS

    async def ingest(self, paths: Sequence[Path], options: Options, session: Session) -> Report:
        """Read the files in the order given."""
        return await read_files(
            NAME, paths, session, lambda path: self._records(path, options), write_group, is_no_json
        )

    def _records(self, path: Path, options: Options) -> Iterator[Numbered[RecordGroup] | Refused | Announced]:
        if path.suffix.lower() == ".json":
            yield from self._notebooks(path, options)
        elif path.suffix.lower() in TABLES:
            yield from self._rows(path, options)
        else:
            raise Refused("FILE_TYPE_UNKNOWN")

    def _notebooks(self, path: Path, options: Options) -> Iterator[Numbered[RecordGroup] | Refused | Announced]:
        as_of = date_of_file(options)
        for item in UNREAD.of_list(records(path, None, is_list=True)):
            if isinstance(item, Numbered):
                yield item.map(lambda notebook: NotebookGroup(self.people, notebook, as_of, options.department))
            else:
                yield item

    def _rows(self, path: Path, options: Options) -> Iterator[Numbered[RecordGroup]]:
        as_of, form = date_of_file(options), form_of(path, FORMS)
        for row in rows(path, FORMS[form], OPTIONAL.get(form, ()), followers.SYNONYMS):
            yield row.map(lambda cells: self._group(form, cells, as_of, options))

    def _group(self, form: str, row: Row, as_of: datetime, options: Options) -> RecordGroup:
        if form == PROFESSIONALS:
            return followers.ProfessionalRow(self.people, row, as_of)
        if form == REORIENTATIONS:
            return followers.ReorientationRow(self.people, row, as_of, options)
        return beneficiaries.BeneficiaryRow(self.people, row, as_of, options)
