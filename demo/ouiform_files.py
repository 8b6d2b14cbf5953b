"""The demo's feed of placements, in the format that stands for OuiForm's (`subgraphs.trainings.sources.ouiform`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import orjson

from demo.cast import BY_SLUG, CD_08, CD_2A
from demo.offers_catalogue import PROVIDERS


@dataclass(frozen=True, slots=True)
class Placement:
    """One placement: days are counted from today; `decided`, `entered` and `ended` are None before that step."""

    number: int
    slug: str
    session: str
    state: str
    proposed: int
    decided: int | None = None
    entered: int | None = None
    ended: int | None = None


PLACEMENTS = (
    Placement(1, "maelle", "S08-12", "RETENU", -40, -12),
    Placement(2, "maelle", "S08-11", "REFUSE", -110, -85),
    Placement(3, "titouan", "S08-21", "PROPOSE", -6),
    Placement(4, "gaspard", "S08-11", "ENTRE", -120, -90, -70),
    Placement(5, "ondine", "S08-21", "INFO_COLLECTIVE", -15),
    Placement(6, "lisandru", "S2A-11", "ABANDONNE", -95, -75, -50, -21),
    Placement(7, "ghjulia", "S2A-21", "RETENU", -33, -9),
    Placement(8, "saveria", "S2A-21", "PROPOSE", -3),
)


def write(folder: Path, today: date) -> tuple[Path, ...]:
    """Write the feed under `folder/ouiform`."""
    path = folder / "ouiform" / "positionnements.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(feed(today))
    return (path,)


def feed(today: date) -> bytes:
    """The feed: the state of each placement on this day."""
    return b"".join(orjson.dumps(_line(item, today)) + b"\n" for item in PLACEMENTS)


def _line(item: Placement, today: date) -> dict[str, Any]:
    person = BY_SLUG[item.slug]
    days = {"proposition": item.proposed, "decision": item.decided, "entree": item.entered, "sortie": item.ended}
    last = max(day for day in days.values() if day is not None)
    return {
        "positionnement": f"POS-{item.number:04}",
        "maj": datetime.combine(today + timedelta(last), time(9, 30), UTC).isoformat(),
        "etat": item.state,
        "personne": {"source": "rdv-insertion", "reference": f"user:{person.number + 5000}"},
        "session": item.session,
        "organisme": PROVIDERS[person.department],
        "prescripteur": (CD_2A if person.department == "2A" else CD_08).siret,
        "dates": {step: None if day is None else (today + timedelta(day)).isoformat() for step, day in days.items()},
    }
