"""The demo's register of rights, in the format that `subgraphs.people.sources.rights` reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from demo.cast import BY_SLUG, Person
from demo.crowd import CROWD
from demo.rdvi_files import internal_id

HEADER = ("departement", "identifiant_interne", "date_naissance", "opposition", "limitation", "effacement", "maj")


ERASED = next(person for person in CROWD.people if (person.department, person.state) == ("08", "2") and person.dossier)
"""The person whose data have been due for erasure for some days, who is not of the cast."""


@dataclass(frozen=True, slots=True)
class Right:
    """The rights in force for a person since a day, and the day of a planned erasure."""

    person: Person
    since: date
    opposition: bool
    limitation: bool
    erasure: date | None = None


def write(folder: Path, today: date) -> tuple[Path, ...]:
    """Write the register under `folder/droits`: two objections, one limitation, two erasures planned and one due."""
    path = folder / "droits" / "registre.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    rights = [
        Right(BY_SLUG["aubane"], today - timedelta(days=9), True, False, erasure=today + timedelta(days=90)),
        Right(BY_SLUG["doriane-2"], today - timedelta(days=30), opposition=True, limitation=False),
        Right(BY_SLUG["evariste"], today - timedelta(days=5), False, True, erasure=today + timedelta(days=30)),
        Right(ERASED, today - timedelta(days=70), False, False, erasure=today - timedelta(days=10)),
    ]
    path.write_bytes(register(rights))
    return (path,)


def register(rights: Iterable[Right]) -> bytes:
    """Return a register with these rights."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(HEADER)
    for right in rights:
        person = right.person
        since = datetime.combine(right.since, time(9), UTC)
        marks = ("O" if in_force else "N" for in_force in (right.opposition, right.limitation))
        key = (person.department, internal_id(person), f"{person.birth_date:%d/%m/%Y}")
        erasure = "" if right.erasure is None else f"{right.erasure:%d/%m/%Y}"
        writer.writerow((*key, *marks, erasure, since.isoformat()))
    return text.getvalue().encode()
