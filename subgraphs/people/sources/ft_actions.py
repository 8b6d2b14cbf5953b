"""Source `ft-actions`: what France Travail prescribed to the people of its extract (CSV or .xlsx), beside that extract.

A row is a record group and an action: it becomes an objective without a state of its own, by its theme, with the state
of its one action on the day of the file. Labels are not kept, since some name whom a person is sent to (Cap emploi):
two of them tell a theme, and all of them tell actions of one day apart. A person is the one whom the extract named
under the same identifier. The file has no date of its own: `--as-of`. Source of the format:
docs/domain.md#france-travail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from schema.days import day_of
from subgraphs.kit import access
from subgraphs.kit.ingest.csv_rows import CsvSource, Row, date_of_file
from subgraphs.kit.ingest.ingestion_report import Outcome, Refused
from subgraphs.kit.ingest.person_registry import People
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.source_fields import Fields, Unkept, Used
from subgraphs.kit.ingest.unit_of_work import Options, RecordGroup
from subgraphs.people import journey_tables, tables
from subgraphs.people.sources import ft_extract

NAME = "ft-actions"
PERSON, CODE, LABEL, PRESCRIBED = "identifiant_unique_de", "codeaction", "lblaction", "date_prescription"
COMPLETED, STARTED, ENDED = "date_realisation_action", "date_debut", "date_fin"
TRAINING_CODE = "EFO"
"""« Une formation dans le domaine suivant »: the one code of which the label alone tells the theme."""
OWN_BUSINESS = re.compile(r"CR[EÉ]ATION\s*/\s*REPRISE D.ENTREPRISE", re.IGNORECASE)
FIELDS: Fields = {
    PERSON: (Used.RECORD, Used.MATCH),
    CODE: ("Objective.theme", Used.RECORD),
    LABEL: ("Objective.theme", Used.RECORD),
    PRESCRIBED: ("Objective.recordedOn", Used.RECORD),
    (COMPLETED, STARTED, ENDED): "Objective.actionStatuses",
    "date_prev_debut": Unkept.NO_PURPOSE,
    ("objectif_formation", "formation"): Unkept.FREE_TEXT,
    "adr.dc_commune_id": Unkept.SAID_BETTER,
}


class FtActions(CsvSource):
    """Reads actions into `people`."""

    name = NAME
    reads = "actions prescrites par France Travail aux personnes de son extrait, CSV ou .xlsx ; après l'extrait"
    role = "people_ingest"
    columns = (PERSON, CODE, LABEL, PRESCRIBED, COMPLETED, STARTED, ENDED)
    fields = FIELDS

    def group(self, row: Row, options: Options) -> RecordGroup:
        """Make one action of a row."""
        return _Action(self.people, row, date_of_file(options))


@dataclass(frozen=True, slots=True, repr=False)
class _Action:
    """One row of one file."""

    people: People
    row: Row
    as_of: datetime

    async def write(self, store: Store) -> Outcome:
        person = ft_extract.person_key(self.row[PERSON])
        code, label = (ft_extract.value(self.row, column) or "" for column in (CODE, LABEL))
        prescribed_on = ft_extract.day_of_row(self.row, PRESCRIBED)
        if not code or prescribed_on is None:
            raise Refused("KEY_MISSING", PRESCRIBED if code else CODE)
        key = f"{person}:{self.people.opaque_key(code, label, str(prescribed_on))}"
        if not await store.admit(tables.source_record, NAME, key, self.as_of):
            return Outcome.OLDER
        reference = await store.row(access.person_reference, source=ft_extract.NAME, source_id=person)
        if reference is None:
            raise Refused("PERSON_UNKNOWN", PERSON)
        values = {
            "person_id": reference["person_id"],
            "theme": _theme(code, label),
            "recorded_on": prescribed_on,
            "action_statuses": [self._state(store)],
            "as_of": self.as_of,
        }
        place = {"source": NAME, "source_id": key}
        await store.put(journey_tables.objective, place, values, new={"id": store.new_key()})
        return store.outcome

    def _state(self, store: Store) -> str:
        """The state of the action on the day of the file."""
        completed, started, ended = (
            ft_extract.optional_day_of_row(self.row, name, store) for name in (COMPLETED, STARTED, ENDED)
        )
        if self._past(completed) or self._past(ended):
            return "REALISE"
        return "EN_COURS" if self._past(started) else "PREVU"

    def _past(self, day: date | None) -> bool:
        return day is not None and day <= day_of(self.as_of)


def _theme(code: str, label: str) -> str:
    """The theme of an action: training, an own business, else employment."""
    if code == TRAINING_CODE:
        return "FORMATION"
    return "CREER_UNE_ENTREPRISE" if OWN_BUSINESS.search(label) else "EMPLOI"
