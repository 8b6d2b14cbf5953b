"""What raises a signal, by plain Python, over what an actor reads of the items of one person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias

from tests.oracle.rules import Item

Read: TypeAlias = Callable[[Item, str], Any]
"""The value of a field as the actor reads it."""


@dataclass(frozen=True, slots=True)
class Period:
    """Today, and the days that are asked for, as an answer writes days."""

    day: date
    days: int

    @property
    def today(self) -> str:
        return str(self.day)

    @property
    def ago(self) -> str:
        return str(self.day - timedelta(self.days))

    @property
    def ahead(self) -> str:
        return str(self.day + timedelta(self.days))


@dataclass(frozen=True, slots=True)
class Signal:
    """A list of signals: type and table of its rows, fields compared, order, and whether a row is one."""

    type: str
    table: str
    reads: tuple[str, ...]
    order: tuple[str, bool]
    raised: Callable[[Read, Item, Sequence[Item], Period], bool]


def _absences(read: Read, item: Item, siblings: Sequence[Item], period: Period) -> bool:
    missed = [read(row, "status") == "ABSENT" and read(row, "day") >= period.ago for row in (item, *siblings)]
    return missed[0] and any(missed[1:])


def _lost(read: Read, item: Item, siblings: Sequence[Item], period: Period) -> bool:
    def took_place(candidate: Item) -> bool:
        return read(candidate, "status") not in (None, "EXCUSE", "ANNULE")

    def place(candidate: Item) -> tuple[str, str]:
        return read(candidate, "day"), str(candidate.row["id"])

    later = [sibling for sibling in siblings if took_place(sibling) and place(sibling) > place(item)]
    return took_place(item) and read(item, "day") < period.ago and not later


def _ending(read: Read, item: Item, siblings: Sequence[Item], period: Period) -> bool:
    ends, starts = read(item, "endsOn"), read(item, "startsOn")
    if ends is None or not period.today <= ends <= period.ahead:
        return False
    for sibling in siblings:
        other_ends, other_starts = read(sibling, "endsOn"), read(sibling, "startsOn")
        if other_ends is not None and other_ends > ends:
            return False
        if other_ends is None and None not in (other_starts, starts) and other_starts > starts:
            return False
    return True


def _conflicting(read: Read, item: Item, siblings: Sequence[Item], period: Period) -> bool:
    def is_open(candidate: Item) -> bool:
        starts, ends = read(candidate, "startsOn"), read(candidate, "endsOn")
        return starts is not None and starts <= period.today and (ends is None or ends >= period.today)

    def differs(sibling: Item) -> bool:
        pathways = read(item, "pathway"), read(sibling, "pathway")
        return None not in pathways and pathways[0] != pathways[1]

    recent = [
        max(read(item, "startsOn"), read(sibling, "startsOn")) >= period.ago
        for sibling in siblings
        if is_open(item) and is_open(sibling) and differs(sibling)
    ]
    return any(recent)


def _abandoned(read: Read, item: Item, siblings: Sequence[Item], period: Period) -> bool:
    def latest(candidate: Item) -> str | None:
        days = (read(candidate, name) for name in ("proposedOn", "decidedOn", "enteredOn", "endedOn"))
        return max((day for day in days if day is not None), default=None)

    day = latest(item)
    if read(item, "status") != "ABANDONNE" or day is None or day < period.ago:
        return False
    went_on = [sibling for sibling in siblings if read(sibling, "status") in ("RETENU", "ENTRE", "TERMINE")]
    return not any((latest(sibling) or "") > day for sibling in went_on)


_PLACEMENT = ("status", "proposedOn", "decidedOn", "enteredOn", "endedOn")
SIGNALS: Mapping[str, Signal] = {
    "repeatedAbsences": Signal("Appointment", "appointments.appointment", ("status", "day"), ("day", True), _absences),
    "lostContacts": Signal("Appointment", "appointments.appointment", ("status", "day"), ("day", False), _lost),
    "endingContracts": Signal("Contract", "people.contract", ("endsOn", "startsOn"), ("endsOn", False), _ending),
    "conflictingOrientations": Signal(
        "Orientation", "people.orientation", ("pathway", "startsOn", "endsOn"), ("startsOn", True), _conflicting
    ),
    "abandonedTrainings": Signal("TrainingPlacement", "trainings.placement", _PLACEMENT, ("endedOn", True), _abandoned),
}
