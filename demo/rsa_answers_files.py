"""What API Particulier answers about the RSA of a few people, gathered as `hub sync api-particulier` gathers it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import orjson

from demo.cast import BY_SLUG, Person

SLUGS = ("titouan", "maelle", "sidonie")


def write(folder: Path, today: date) -> tuple[Path, ...]:
    """Write the answers under `folder/api-particulier`."""
    target = folder / "api-particulier"
    target.mkdir(parents=True, exist_ok=True)
    path = target / "reponses.json"
    path.write_bytes(orjson.dumps({"results": [answer(BY_SLUG[slug], today) for slug in SLUGS]}))
    return (path,)


def answer(person: Person, today: date) -> dict[str, Any]:
    """The answer about a person who is a beneficiary."""
    return {
        "lu_le": f"{today}T05:30:00+00:00",
        "prenoms": person.first_name,
        "nom_naissance": person.birth_name or person.last_name,
        "lieu_naissance": person.birth_place,
        "nom_usage": person.last_name,
        "date_naissance": str(person.birth_date),
        "departement": person.department,
        "rsa": {
            "est_beneficiaire": True,
            "avec_majoration": person.children > 1,
            "date_debut_droit": f"{today.year - 1}-08-01",
        },
    }
