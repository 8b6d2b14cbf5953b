"""The demo's register of rights, in the format that `subgraphs.people.sources.rights` reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from demo.cast import BY_SLUG, Person
from demo.rdvi_files import internal_id

HEADER = ("departement", "identifiant_interne", "date_naissance", "opposition", "limitation", "maj")


@dataclass(frozen=True, slots=True)
class Right:
    """What is in force for a person since a day."""

    person: Person
    since: date
    opposition: bool
    limitation: bool


def write(folder: Path, today: date) -> tuple[Path, ...]:
    """Write the register under `folder/droits`: two objections, one limitation."""
    path = folder / "droits" / "registre.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    rights = [
        Right(BY_SLUG["aubane"], today - timedelta(days=9), opposition=True, limitation=False),
        Right(BY_SLUG["doriane-2"], today - timedelta(days=30), opposition=True, limitation=False),
        Right(BY_SLUG["evariste"], today - timedelta(days=5), opposition=False, limitation=True),
    ]
    path.write_bytes(register(rights))
    return (path,)


def register(rights: Iterable[Right]) -> bytes:
    """A register with these rights."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(HEADER)
    for right in rights:
        person = right.person
        since = datetime.combine(right.since, time(9), UTC)
        said = ("O" if held else "N" for held in (right.opposition, right.limitation))
        key = (person.department, internal_id(person), f"{person.birth_date:%d/%m/%Y}")
        writer.writerow((*key, *said, since.isoformat()))
    return text.getvalue().encode()
