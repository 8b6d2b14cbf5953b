"""The demo's answers to the questionnaire of the CNAF, in the format of `subgraphs.people.sources.dsp`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import orjson

from demo.cast import BY_SLUG, Person

ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "maelle": {
        "nivetu": "1203",
        "nivdipmaxobt": "2603",
        "toppermicondub": "0",
        "topmoyloco": "0",
        "difsoc": ["0405"],
        "difdisp": ["0502", "0507"],
        "natlog": "0901",
        "accoemploi": "1802",
    },
    "titouan": {"nivetu": "1206", "nivdipmaxobt": "2606", "difdisp": ["0509"], "natlog": "0903"},
    "sidonie": {"nivetu": "1204", "nivdipmaxobt": "2604", "toppermicondub": "1", "difsoc": ["0406"]},
    "gaspard": {"nivetu": "1204", "toppermicondub": "1", "topmoyloco": "0", "difsoc": ["0402"], "difdisp": ["0507"]},
    "ghjulia": {"nivetu": "1205", "difdisp": ["0502", "0506"], "difsocpro": ["2101"]},
}
DAYS = 90
"""Age of the answers, in days."""


def write(folder: Path, today: date) -> tuple[Path, ...]:
    """Write the answers under `folder/dsp`."""
    target = folder / "dsp"
    target.mkdir(parents=True, exist_ok=True)
    path = target / "reponses.jsonl"
    path.write_bytes(lines([line(BY_SLUG[slug], answers, today) for slug, answers in ANSWERS.items()]))
    return (path,)


def lines(records: list[dict[str, Any]]) -> bytes:
    """Return a file with these lines."""
    return b"".join(orjson.dumps(record) + b"\n" for record in records)


def line(person: Person, answers: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The line of a person of a dossier."""
    return {
        "departement": person.department,
        "organisme": f"CAF:{person.department}1",
        "matricule": person.dossier,
        "role": "DEM" if person.role == "demandeur" else "CJT",
        "nir": person.nir,
        "nom": person.last_name,
        "prenom": person.first_name,
        "date_naissance": str(person.birth_date),
        "maj": datetime.combine(today - timedelta(days=DAYS), time(9, 30), UTC).isoformat(),
        "reponses": answers,
    }
