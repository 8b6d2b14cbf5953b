"""The demo's feed of placements and projects, in the format of `subgraphs.trainings.sources.ouiform`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import orjson

from demo.cast import BY_SLUG, CD_08, CD_2A, Person
from demo.offers_catalogue import PROVIDERS


@dataclass(frozen=True, slots=True)
class Placement:
    """A placement, with days counted from today.

    `decided`, `entered` and `ended` are None before that step; `ready` tells that the prerequisites are met, `arranged`
    that an accommodation was asked for."""

    number: int
    slug: str
    session: str
    state: str
    proposed: int
    decided: int | None = None
    entered: int | None = None
    ended: int | None = None
    ready: bool | None = None
    arranged: bool | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """A training project, with its day counted from today."""

    number: int
    slug: str
    formacode: str
    day: int


PLACEMENTS = (
    Placement(1, "maelle", "S08-12", "RETENU", -40, -12, ready=True, arranged=True),
    Placement(2, "maelle", "S08-11", "REFUSE", -110, -85),
    Placement(3, "titouan", "S08-21", "PROPOSE", -6),
    Placement(4, "gaspard", "S08-11", "ENTRE", -120, -90, -70, ready=True, arranged=False),
    Placement(5, "ondine", "S08-21", "INFO_COLLECTIVE", -15),
    Placement(6, "lisandru", "S2A-11", "ABANDONNE", -95, -75, -50, -21),
    Placement(7, "ghjulia", "S2A-21", "RETENU", -33, -9, ready=False, arranged=True),
    Placement(8, "saveria", "S2A-21", "PROPOSE", -3),
)
PROJECTS = (
    Project(1, "maelle", "42752", -130),
    Project(2, "titouan", "71154", -20),
    Project(3, "ghjulia", "42766", -60),
)


def write(folder: Path, today: date) -> tuple[Path, ...]:
    """Write the feed under `folder/ouiform`."""
    path = folder / "ouiform" / "positionnements.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(feed(today))
    return (path,)


def feed(today: date) -> bytes:
    """Return the feed: the state of each placement on this day, then that of each project."""
    lines = [*(_line(item, today) for item in PLACEMENTS), *(_project(item, today) for item in PROJECTS)]
    return b"".join(orjson.dumps(line) + b"\n" for line in lines)


def _line(item: Placement, today: date) -> dict[str, Any]:
    person = BY_SLUG[item.slug]
    days = {"proposition": item.proposed, "decision": item.decided, "entree": item.entered, "sortie": item.ended}
    last = max(day for day in days.values() if day is not None)
    return {
        "positionnement": f"POS-{item.number:04}",
        "maj": datetime.combine(today + timedelta(last), time(9, 30), UTC).isoformat(),
        "etat": item.state,
        "personne": _reference(person),
        "session": item.session,
        "organisme": PROVIDERS[person.department],
        "prescripteur": _council(person),
        "dates": {step: None if day is None else (today + timedelta(day)).isoformat() for step, day in days.items()},
        "prerequis": item.ready,
        "amenagement_demande": item.arranged,
    }


def _project(item: Project, today: date) -> dict[str, Any]:
    person, day = BY_SLUG[item.slug], today + timedelta(item.day)
    return {
        "projet": f"PRJ-{item.number:04}",
        "maj": datetime.combine(day, time(9, 30), UTC).isoformat(),
        "formacode": item.formacode,
        "date": day.isoformat(),
        "personne": _reference(person),
        "organisme": _council(person),
    }


def _reference(person: Person) -> dict[str, str]:
    return {"source": "rdv-insertion", "reference": f"user:{person.number + 5000}"}


def _council(person: Person) -> str:
    return (CD_2A if person.department == "2A" else CD_08).siret
