"""The CNAF's file of contact details in its real format: a row per dossier, as a spreadsheet writes it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from demo.cast import Person
from demo.crowd import EVERYONE

HEADER = (
    "MATRICULE",
    "ROLE PERSONNE",
    "TYPE PERSONNE",
    "NIR",
    "NUMERO DEMANDE RSA",
    "DATE DEMANDE RSA",
    "DATE DEBUT DROITS - DEVOIRS",
    "NOM RESPONSABLE DOSSIER",
    "PRENOM RESPONSABLE DOSSIER",
    "NUMERO TELEPHONE DOSSIER",
    "NUMERO TELEPHONE 2 DOSSIER",
    "ADRESSE ELECTRONIQUE DOSSIER",
)


def write(folder: Path, today: date) -> tuple[Path, ...]:
    """Write a file per département under `folder/cnaf-contact`, of the dossiers of today's flux."""
    target = folder / "cnaf-contact"
    target.mkdir(parents=True, exist_ok=True)
    paths = []
    for department in ("08", "2A"):
        recipients = [
            person
            for person in EVERYONE
            if (person.department, person.silent, person.role) == (department, 0, "demandeur")
        ]
        path = target / f"contacts_{department}_{today:%Y-%m}.csv"
        path.write_bytes(contacts(person for person in recipients if person.dossier))
        paths.append(path)
    return tuple(paths)


def contacts(people: Iterable[Person]) -> bytes:
    """Return a file with the contact details of these people's dossiers."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(HEADER)
    for person in people:
        writer.writerow(
            (
                (person.dossier or "").lstrip("0"),
                person.role.upper(),
                person.civility.upper(),
                person.nir,
                f"{person.number:011}",
                "15/01/2024",
                "01/02/2024",
                person.last_name.upper(),
                person.first_name.upper(),
                person.phone.lstrip("0"),
                "",
                person.email,
            )
        )
    return text.getvalue().encode()
