"""The notebooks of the demo, as Carnet de bord exports them, and the files that the Conseils départementaux give it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson

from demo.cast import BY_SLUG, CD_08, COLLEAGUE_A, REFERENT_A, Agent, Organisation, Person
from demo.offers_catalogue import RETHEL
from demo.rdvi_files import internal_id


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
        "lisandru",
        "NV3",
        "cer",
        50,
        (("F1704", "Préparation en gros oeuvre"),),
        (Focus("difficulte_financiere", 45, "abandonned", ("canceled",)),),
    ),
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
    Notebook("ghjulia", "C3A", "cer", 60, (), (Focus("numerique", 55, "in_progress", ("done",)),)),
)


def write(folder: Path, today: date) -> tuple[Path, ...]:
    """Write the export under `folder/carnet-de-bord`."""
    target = folder / "carnet-de-bord"
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in (
        ("carnets.json", export(NOTEBOOKS, today)),
        ("professionnels.csv", table(PROFESSIONALS, FOLLOWERS)),
        ("beneficiaires.csv", table(BENEFICIARIES, [row(*follower) for follower in FOLLOWED])),
        ("reorientations.csv", table(REORIENTATIONS, [reorientation(BY_SLUG["gaspard"], COLLEAGUE_A, CD_08)])),
    ):
        (target / name).write_bytes(content)
        written.append(target / name)
    return tuple(written)


def write_structures(folder: Path) -> tuple[Path, ...]:
    """Write the structures under `folder/carnet-structures`."""
    target = folder / "carnet-structures"
    target.mkdir(parents=True, exist_ok=True)
    path = target / "structures.csv"
    path.write_bytes(table(STRUCTURES, [structure("Maison des solidarités de Rethel (démonstration)")]))
    return (path,)


def table(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return a file with these rows; the cells that they leave out are empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def row(person: Person, follower: Agent, organisation: Organisation) -> dict[str, str]:
    """The row of a beneficiary."""
    return {
        "Identifiant dans le SI*": internal_id(person),
        "Prénom*": person.first_name,
        "Nom*": person.last_name,
        "Date de naissance*": f"{person.birth_date:%d/%m/%Y}",
        "NIR": person.nir,
        "Lieu de naissance": person.place.name,
        "Téléphone": person.phone,
        "Email": person.email,
        "Adresse": person.street,
        "Code postal": person.place.postal_code,
        "Ville": person.place.name,
        "Situation": "recherche_emploi",
        "Numéro allocataire CAF/MSA": person.dossier or "",
        "Identifiant Pôle emploi": person.france_travail_id,
        "Droits RSA": "rsa_droit_ouvert_versable",
        "Droits ARE": "Non",
        "Droits ASS": "Non",
        "Prime d'activité": "Oui",
        "RQTH": "",
        "Zone de mobilité": "30",
        "Emploi recherché (code ROME)": "Aide à domicile (K1304)",
        "Niveau de formation": "NV4",
        "Structure": organisation.name,
        "Accompagnateurs": follower.email,
    }


def professional(agent: Agent, number: int) -> dict[str, str]:
    """The row of a professional."""
    return {
        "Courriel*": agent.email,
        "Prénom*": agent.first_name,
        "Nom*": agent.last_name,
        "Téléphone": f"03999800{number:02}",
        "Fonction": "Conseillère en insertion",
    }


def reorientation(person: Person, added: Agent, organisation: Organisation) -> dict[str, str]:
    """The row that adds a follower, and attaches a structure."""
    return {
        "Prénom*": person.first_name,
        "Nom*": person.last_name,
        "Date de naissance*": f"{person.birth_date:%d/%m/%Y}",
        "Accompagnateurs à ajouter": added.email,
        "Accompagnateurs à supprimer": "",
        "Structures à rattacher": organisation.name,
    }


def structure(name: str) -> dict[str, str]:
    """The row of a structure."""
    return {
        "Nom": name,
        "Description": "Accueil et accompagnement social.",
        "Téléphones": "03 99 98 00 50",
        "Adresse": "12 rue de l'Exemple",
        "Code postal": RETHEL.postal_code,
        "Ville": RETHEL.name,
        "Courriel": "mds.rethel@example.org",
        "Siret": "99900030300011",
        "Courriel responsable": COLLEAGUE_A.email,
        "Nom responsable": COLLEAGUE_A.last_name,
    }


PROFESSIONALS = ("Courriel*", "Prénom*", "Nom*", "Téléphone", "Fonction")
FOLLOWERS = [professional(agent, number) for number, agent in enumerate((REFERENT_A, COLLEAGUE_A), 51)]
FOLLOWED = ((BY_SLUG["ondine"], COLLEAGUE_A, CD_08), (BY_SLUG["gaspard"], REFERENT_A, CD_08))
BENEFICIARIES = tuple(row(*FOLLOWED[0]))
REORIENTATIONS = tuple(reorientation(BY_SLUG["gaspard"], COLLEAGUE_A, CD_08))
STRUCTURES = (
    *("Nom", "Description", "Téléphones", "Adresse", "Adresse (complément)", "Code postal", "Ville", "Site web"),
    *("Courriel", "Siret", "Courriel responsable", "Prénom responsable", "Nom responsable", "Fonction responsable"),
    "Téléphones responsable",
)


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
