"""The demo's rendez-vous and referents of a tool that tells them by events, in the formats of the hub's own feeds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import orjson

from demo.cast import BY_SLUG, CD_2A, EMPLOYER_2A

SLUG = "saveria"
AGENT = {"courriel": "paola@demonstration.example", "prenom": "Paola", "nom": "DEMONSTRATION"}
"""A professional whom no other source names."""


def write(folder: Path, today: date) -> dict[str, tuple[Path, ...]]:
    """Write both feeds; return them by source."""
    files = {"rendez-vous": rendezvous(today), "referents": referent(today)}
    for source, record in files.items():
        (folder / source).mkdir(parents=True, exist_ok=True)
        (folder / source / f"{source}.jsonl").write_bytes(line(record))
    return {source: (folder / source / f"{source}.jsonl",) for source in files}


def rendezvous(today: date) -> dict[str, Any]:
    """A rendez-vous that an employer gives, in ten days."""
    return {
        "rendezvous": "RDV-0001",
        "maj": _at(today - timedelta(2)),
        "debut": _at(today + timedelta(10)),
        "duree": 45,
        "statut": "INCONNU",
        "mode": "PHYSIQUE",
        "motif": "siae_interview",
        "personne": _reference(),
        "organisme": EMPLOYER_2A.siret,
        "auteur": EMPLOYER_2A.siret,
    }


def referent(today: date) -> dict[str, Any]:
    """A referent of long ago, whom others have followed since."""
    return {
        "referent": "REF-0001",
        "maj": _at(today - timedelta(800)),
        "agent": AGENT,
        "depuis": (today - timedelta(900)).isoformat(),
        "fin": (today - timedelta(800)).isoformat(),
        "personne": _reference(),
        "organisme": CD_2A.siret,
        "auteur": CD_2A.siret,
    }


def line(record: dict[str, Any]) -> bytes:
    """Return one line of a feed."""
    return orjson.dumps(record) + b"\n"


def _at(day: date) -> str:
    return datetime.combine(day, time(9, 30), UTC).isoformat()


def _reference() -> dict[str, str]:
    return {"source": "rdv-insertion", "reference": f"user:{BY_SLUG[SLUG].number + 5000}"}
