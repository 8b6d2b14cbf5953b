"""The notebooks of the demo, as Carnet de bord exports them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson

from demo.cast import BY_SLUG, Person


@dataclass(frozen=True, slots=True)
class Focus:
    """A theme that is worked on since `days` ago, with the status of its objective and of the actions of that."""

    theme: str
    days: int
    status: str
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook: level of education, contract (signed `signed` days ago), occupations and themes."""

    slug: str
    level: str | None
    contract: str | None
    signed: int
    occupations: tuple[tuple[str, str], ...]
    focuses: tuple[Focus, ...]


NOTEBOOKS = (
    Notebook(
        "maelle",
        "NV4",
        "cer",
        75,
        (("K1304", "Aide à domicile"),),
        (
            Focus("mobilite", 70, "in_progress", ("done", "in_progress")),
            Focus("contraintes_familiales", 70, "done", ("done",)),
            Focus("emploi", 40, "in_progress", ("planned",)),
        ),
    ),
    Notebook(
        "gaspard",
        "NV5",
        "cer",
        120,
        (("N1103", "Magasinage et préparation de commandes"),),
        (Focus("sante", 110, "in_progress", ("in_progress",)), Focus("logement", 90, "standby")),
    ),
    Notebook("titouan", "CFG", "no", 0, (), (Focus("formation", 30, "in_progress", ("planned", "planned")),)),
    Notebook("lisandru", "NV3", "cer", 50, (), (Focus("difficulte_financiere", 45, "abandonned", ("canceled",)),)),
    Notebook("ghjulia", "C3A", "cer", 60, (), (Focus("numerique", 55, "in_progress", ("done",)),)),
)


def write(folder: Path, today: date) -> tuple[Path, ...]:
    """Write the export under `folder/carnet-de-bord`."""
    target = folder / "carnet-de-bord"
    target.mkdir(parents=True, exist_ok=True)
    path = target / "carnets.json"
    path.write_bytes(export(NOTEBOOKS, today))
    return (path,)


def export(notebooks: tuple[Notebook, ...], today: date) -> bytes:
    """Return an export of these notebooks."""
    return orjson.dumps([item(notebook, today) for notebook in notebooks], option=orjson.OPT_INDENT_2)


def item(notebook: Notebook, today: date) -> dict[str, Any]:
    """One notebook as the export has it."""
    signed = today - timedelta(days=notebook.signed) if notebook.contract == "cer" else None
    return {
        "beneficiary": _beneficiary(BY_SLUG[notebook.slug]),
        "contract_type": notebook.contract,
        "contract_sign_date": signed and str(signed),
        "contract_start_date": signed and str(signed),
        "contract_end_date": signed and str(signed + timedelta(days=180)),
        "education_level": notebook.level,
        "work_situation": "recherche_emploi",
        "right_rqth": False,
        "professional_projects": [
            {"rome_code": {"code": code, "description": name, "label": f"{name} ({code})"}}
            for code, name in notebook.occupations
        ],
        "focuses": [_focus(focus, today) for focus in notebook.focuses],
        "members": [{"active": True, "member_type": "referent", "created_at": _instant(today, notebook.signed)}],
        "appointments": [],
    }


def _beneficiary(person: Person) -> dict[str, Any]:
    return {
        "firstname": person.first_name,
        "lastname": person.last_name,
        "date_of_birth": str(person.birth_date),
        "email": person.email,
        "mobile_number": person.phone,
        "address1": person.street,
        "postal_code": person.place.postal_code,
        "city": person.place.name,
        "caf_number": person.dossier,
        "pe_number": person.france_travail_id,
        "place_of_birth": person.place.name,
        "right_rsa": "rsa_droit_ouvert_versable",
        "right_are": False,
        "right_ass": False,
        "right_bonus": person.number % 2 == 0,
    }


def _focus(focus: Focus, today: date) -> dict[str, Any]:
    since = _instant(today, focus.days)
    return {
        "theme": focus.theme,
        "created_at": since,
        "targets": [
            {
                "target": "Objectif de démonstration",
                "status": focus.status,
                "linked_to": "cer",
                "created_at": since,
                "actions": [
                    {"action": "Action de démonstration", "status": status, "created_at": _instant(today, days)}
                    for days, status in zip(range(focus.days, 0, -7), focus.actions, strict=False)
                ],
            }
        ],
    }


def _instant(today: date, days: int) -> str:
    return f"{today - timedelta(days=days)} 09:30:00.123456+00:00"
