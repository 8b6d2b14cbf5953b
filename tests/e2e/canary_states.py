"""Who may read which value at each moment of a world that changes: read off its rows as they are, whoever wrote them.

A value may be in several rows, of whoever they are about now: merged people share theirs. What a state does not hold,
nobody may read in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeAlias

import asyncpg

from demo.token_issuer import DemoActor
from schema.days import today
from tests.e2e.canary_columns import deciding, personal, served
from tests.e2e.canary_mint import MARK, written
from tests.e2e.canary_model import AGENTS, DATED, TARGETS, protection
from tests.e2e.canary_rights import Facts, Path, Rights, Row, Subject, subjects

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Place = tuple[Row, Sequence[Path]]
"""A row that holds a value, and the paths by which that value may be read of it."""
RECENT = 50
"""States that are kept whole."""
APPOINTMENTS = "appointments.appointment"
BEARING = ("structure_id", "prescriber_structure_id", "organisation_id", "company_id", "session_id")
"""Columns of a person's row that name someone who may reveal something of it."""
REVEALING = """
SELECT id::text, sensitivity FROM people.structure UNION ALL SELECT id::text, sensitivity FROM offers.structure
UNION ALL SELECT id::text, sensitivity FROM appointments.organisation
UNION ALL SELECT id::text, sensitivity FROM offers.company
UNION ALL SELECT session.id::text, provider.sensitivity FROM trainings.training_session session
    JOIN trainings.training ON training.id = session.training_id
    JOIN trainings.training_provider provider ON provider.id = training.provider_id
"""
VERSION = "ctid::text || ' ' || xmin::text"
"""What is another one for each version of a row."""
VERSIONS = " UNION ALL ".join(f"SELECT '{name}' AS name, {VERSION} AS version FROM {name}" for name in personal())


@dataclass(frozen=True, slots=True, repr=False)
class State:
    """One moment: what the schema `access` says of everyone, and the rows that hold each value."""

    subjects: Mapping[str, Subject]
    places: Mapping[str, Sequence[Place]]
    _rights: dict[tuple[str, str], Rights] = field(default_factory=dict, repr=False)

    def of_people(self) -> State:
        """What it says of the ids of people alone, which old cursors still ask of it."""
        return State(self.subjects, {person: self.places.get(person, ()) for person in self.subjects})

    def may(self, actor: DemoActor, purpose: str, text: str) -> bool:
        """Whether this actor may read this value for this purpose; a person's token names it, whatever became of it."""
        if purpose not in actor.purposes:
            return False
        if text == actor.claims.get("person"):
            return True
        rights = self._rights.get((actor.name, purpose))
        if rights is None:
            rights = self._rights[actor.name, purpose] = Rights(actor, purpose)
        return any(
            (subject := self.subjects.get(row.person)) is not None and rights.reads(subject, row, paths)
            for row, paths in self.places.get(text, ())
        )


@dataclass(repr=False)
class States:
    """Every moment of a world so far; `values` are all values that it ever held, whoever may read them."""

    owner: Connection
    states: list[State] = field(default_factory=list)
    values: set[str] = field(default_factory=set)
    _read: dict[tuple[str, str], tuple[Row, Sequence[tuple[str, Place]]]] = field(default_factory=dict)
    _appointments: dict[str, Row] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """The number of the state of now."""
        return len(self.states) - 1

    async def look(self) -> None:
        """Keep the state of now: a row that is as it was is not read again."""
        versions = [(row[0], row[1]) for row in await self.owner.fetch(VERSIONS)]
        new: dict[str, list[str]] = {}
        for name, version in versions:
            if (name, version) not in self._read:
                new.setdefault(name, []).append(version)
        if APPOINTMENTS in new:  # the facts of which are those of the rows that name its agents
            new[AGENTS] = [version for name, version in versions if name == AGENTS]
        if new:
            await self._read_rows(new)
        self._read = {version: self._read[version] for version in versions}
        places: dict[str, list[Place]] = {}
        for _, texts in self._read.values():
            for text, place in texts:
                places.setdefault(text, []).append(place)
        for record in await self.owner.fetch("SELECT person_id::text, last_contact, erasure_on FROM access.person"):
            for column, paths in deciding().items():
                for text in texts_of(record[column]):
                    places.setdefault(text, []).append((Row(record["person_id"]), paths))
        self.values |= places.keys()
        self.states.append(State(await subjects(self.owner, today()), places))
        if len(self.states) > RECENT:
            self.states[-RECENT] = self.states[-RECENT].of_people()

    async def _read_rows(self, new: Mapping[str, Sequence[str]]) -> None:
        """Read these rows, by table and place in it."""
        revealing = {row[0]: row[1] for row in await self.owner.fetch(REVEALING)}
        public = {
            (target.fullname, str(row["id"])): dict(row)
            for target in {target.fullname: target for target in TARGETS.values()}.values()
            for row in await self.owner.fetch(f"SELECT * FROM {target.fullname}")
        }
        for name in sorted(new, key=lambda name: name == AGENTS):  # of a row of theirs the appointment says the facts
            query = f"SELECT t.*, {VERSION} AS row_version FROM {name} t WHERE ctid = ANY($1::text[]::tid[])"
            for record in await self.owner.fetch(query, [version.partition(" ")[0] for version in new[name]]):
                row = (
                    self._appointments[str(record["appointment_id"])]
                    if name == AGENTS
                    else _row(name, record, revealing)
                )
                if name == APPOINTMENTS:
                    self._appointments[str(record["id"])] = row
                self._read[name, record["row_version"]] = row, list(_texts_of_row(name, record, row, public))


def _texts_of_row(
    name: str, record: Any, row: Row, public: Mapping[tuple[str, str], Any]
) -> Iterator[tuple[str, Place]]:
    """The values of a row, and of what it alone leads to, each with its paths."""
    table = personal()[name]
    for column, value in record.items():
        for text in texts_of(value):
            yield text, (row, table.disclosed.get(column, ()))
        if name == "people.person" and column == "birth_date" and value is not None:
            yield str(value.year), (row, table.felt["birth_date"])
        target = TARGETS.get(f"{name}.{column}")
        if target is not None and value is not None:
            paths = table.led[column]
            for led, public_value in public[target.fullname, str(value)].items():
                for text in texts_of(public_value):
                    yield text, (row, paths if led in served(target) else ())


def texts_of(value: Any) -> Iterator[str]:
    """The canaries in a value of a column."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from texts_of(item)
    elif isinstance(value, bytes):
        yield from (written(match.decode()) for match in MARK.findall(value.lower()))
    elif value is not None and not isinstance(value, bool):
        yield from (written(match.decode()) for match in MARK.findall(str(value).lower().encode()))


def _row(name: str, values: Any, revealing: Mapping[str, str | None]) -> Row:
    """The row as the rules look at it."""
    table = personal()[name]
    age = _age([values[column] for column in DATED.get(name, ())])
    facts = [
        (type_, Facts(values.get(owner or ""), values.get(recorder or ""), owner is not None, type_, age))
        for type_, (owner, recorder) in table.types.items()
    ]
    bearing = [str(values[column.name]) for column in table.table.columns if column.name in BEARING]
    revelations = map(revealing.get, bearing)
    revealed = values["sensitivity"] if name == "offers.immersion_agreement" else next(filter(None, revelations), None)
    return Row(str(values[table.subject]), tuple(facts), protection(name, values, revealed))


def _age(days: Iterable[date | datetime | None]) -> int | None:
    """Days since the last of these; None if there is none."""
    past_days = [day.date() if isinstance(day, datetime) else day for day in days if day is not None]
    return (today() - max(past_days)).days if past_days else None
