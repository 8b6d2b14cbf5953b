"""The extract of France Travail in its real format, with a row per person registered there."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from uuid import UUID, uuid5

from demo.cast import AGENCY, AGENCY_2A, DELEGATE, MISSION, SAFIR, Agent, Person
from demo.crowd import CROWD, EVERYONE_BY_SLUG, FIRST_NUMBER

NAMESPACE = UUID("3f0b3d55-74a5-5c58-8a53-0f7d6c2f9a10")
_COLUMNS = (
    "identifiant_unique_de;civilite;nom;prenom;lieu_naissance;code_lieu_naissance;date_naissance;adresse_ligne2;"
    "adresse_ligne3;adresse_ligne4;adresse_ligne5;adresse_ligne6;departement;dr;rome_1;appelation_rome_1;rome_2;"
    "appelation_rome_2;mrech.axetravailprincipal;mrech.axetravailsecondaire;der_entretien_ppae;der_entretien;inscription;"
    "code_motif_inscription;motif_inscription;categorie_inscription;struct_principale;referent_civilite;referent_nom;"
    "referent_prenom;referent_mail;code_safir;modalite_accompagnement;struct_suivi;suivi_debut;suivi_fin_prev;"
    "dif_financiere;dif_admin_jur;dif_sante;dif_logement;dif_transport;dif_inser_com;dif_familiale;brsa"
)
HEADER = tuple(_COLUMNS.split(";"))
DIFFICULTIES = {
    "maelle": ("dif_transport", "dif_familiale"),
    "titouan": ("dif_logement",),
    "sidonie": ("dif_financiere", "dif_admin_jur"),
    "gaspard": ("dif_transport", "dif_sante"),
    "ondine": ("dif_inser_com",),
    "lisandru": ("dif_financiere",),
    "ghjulia": ("dif_familiale", "dif_sante"),
    "petru": ("dif_transport",),
    "aubane": ("dif_transport", "dif_sante"),
    "evariste": ("dif_logement", "dif_sante"),
    "santu": ("dif_financiere",),
    "saveria": ("dif_transport", "dif_sante"),
    "firmin": ("dif_logement", "dif_sante"),
    "leonce": ("dif_transport",),
    "dumenica": ("dif_familiale",),
    "anselme": ("dif_logement", "dif_sante"),
}
EVERY_DIFFICULTY = {**DIFFICULTIES, **CROWD.difficulties}


@dataclass(frozen=True, slots=True)
class Following:
    """The organisation that follows a person, by its SAFIR code, since `days` ago; `adviser` is its referent there."""

    safir: str
    modality: str
    days: int
    adviser: Agent | None = None


ADVISERS = {
    "08999": Agent("odilon.brevaux@ft.example.org", "Odilon", "Brevaux", AGENCY),
    "20999": Agent("ghjasippina.valle@ft.example.org", "Ghjasippina", "Valle", AGENCY_2A),
    "08998": Agent("mahaut.lestrange@ml08.example.org", "Mahaut", "Lestrange", MISSION),
    "08997": Agent("ysolde.carrefour@tremplin.example.org", "Ysolde", "Carrefour", DELEGATE),
}
"""The adviser of each organisation that is not the Conseil départemental, whose référents RDV-Insertion names."""
FOLLOWED = {
    "maelle": Following("08996", "GLOBAL", 100),
    "titouan": Following("08999", "GLOBAL", 80, ADVISERS["08999"]),
    "firmin": Following("08999", "GUIDE", 90, ADVISERS["08999"]),
    "leonce": Following("08998", "SUIVI", 150, ADVISERS["08998"]),
    "dumenica": Following("20999", "RENFORCE", 60, ADVISERS["20999"]),
    "ghjulia": Following("20996", "GLOBAL", 120),
    "saveria": Following("20996", "GLOBAL", 45),
    "aubane": Following("08996", "GLOBAL", 200),
    "evariste": Following("08996", "GLOBAL", 170),
}


def following(person: Person) -> Following | None:
    """Return the organisation that follows a person.

    In the crowd, it is the Conseil départemental if it has a référent there, else an agency in turn.
    """
    if person.number < FIRST_NUMBER:
        return FOLLOWED.get(person.slug)
    council, agencies = ("20996", ("20999",)) if person.department == "2A" else ("08996", ("08999", "08998", "08997"))
    modality = ("SUIVI", "GUIDE", "RENFORCE")[person.number % 3]
    if person.referent is not None:
        return Following(council, "GLOBAL", 30 + person.number % 300)
    safir = agencies[person.number % len(agencies)]
    return Following(safir, modality, 30 + person.number % 300, ADVISERS[safir])


def write(folder: Path, today: date) -> tuple[Path, ...]:
    """Write the extract under `folder/ft-extrait`."""
    target = folder / "ft-extrait"
    target.mkdir(parents=True, exist_ok=True)
    path = target / "extrait_pe_principal.csv"
    columns_by_person = {EVERYONE_BY_SLUG[slug]: columns for slug, columns in EVERY_DIFFICULTY.items()}
    path.write_bytes(extract(columns_by_person, today, {person: following(person) for person in columns_by_person}))
    return (path,)


ACTIONS = {
    "maelle": (("EFO", "UNE FORMATION DANS LE DOMAINE SUIVANT", 30, None, None),),
    "titouan": (
        ("XXX", "ACCOMPAGNEMENT A LA CREATION/REPRISE D'ENTREPRISE", 120, 100, 20),
        ("XXX", "ACCOMPAGNEMENT RECHERCHE", 60, 50, None),
    ),
    "gaspard": (("XXX", "ACCOMPAGNEMENT PAR CAP EMPLOI", 200, 190, None),),
}
"""Actions of people, by code and label: prescribed, started and ended so many days ago."""


ACTIONS_HEADER = (
    *("identifiant_unique_de", "codeaction", "lblaction", "objectif_formation", "date_prescription"),
    *("date_realisation_action", "date_prev_debut", "date_debut", "date_fin", "formation", "adr.dc_commune_id"),
)


def write_actions(folder: Path, today: date) -> tuple[Path, ...]:
    """Write the actions under `folder/ft-actions`."""
    target = folder / "ft-actions"
    target.mkdir(parents=True, exist_ok=True)
    path = target / "extrait_pe_actions.csv"
    path.write_bytes(actions(today))
    return (path,)


def actions(today: date) -> bytes:
    """Return the actions of the extract's people."""
    text = io.StringIO()
    writer = csv.DictWriter(text, ACTIONS_HEADER, restval="NULL", delimiter=";", lineterminator="\n")
    writer.writeheader()
    for slug, listed in ACTIONS.items():
        for code, label, *days in listed:
            prescribed, started, ended = (None if ago is None else _time(today - timedelta(days=ago)) for ago in days)
            row = {"date_prescription": prescribed, "date_debut": started, "date_fin": ended}
            writer.writerow(
                {
                    "identifiant_unique_de": str(uuid5(NAMESPACE, slug)),
                    "codeaction": code,
                    "lblaction": label,
                    **{column: cell for column, cell in row.items() if cell is not None},
                    "adr.dc_commune_id": EVERYONE_BY_SLUG[slug].place.code,
                }
            )
    return text.getvalue().encode()


def extract(
    difficulties: dict[Person, tuple[str, ...]],
    today: date,
    followed: Mapping[Person, Following | None] = MappingProxyType({}),
) -> bytes:
    """Return an extract with these people, their difficulties and the organisations that follow them."""
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER, restval="NULL", delimiter=";", lineterminator="\n")
    writer.writeheader()
    for person, columns in difficulties.items():
        writer.writerow(
            {
                "identifiant_unique_de": str(uuid5(NAMESPACE, person.slug)),
                "civilite": "MME" if person.civility == "madame" else "M.",
                "nom": person.last_name.upper(),
                "prenom": person.first_name.upper(),
                "code_lieu_naissance": person.birth_place,
                "date_naissance": _time(person.birth_date),
                "adresse_ligne6": f"{person.place.postal_code} {person.place.name.upper()}",
                "departement": person.department,
                "der_entretien": _time(today - timedelta(days=40)),
                "brsa": "O",
                **dict.fromkeys(columns, "O"),
                **_followed(followed.get(person), today),
            }
        )
    return text.getvalue().encode()


def _followed(following: Following | None, today: date) -> dict[str, str]:
    """Return the cells of the organisation that follows a person and of its registration at France Travail."""
    if following is None:
        return {}
    since = today - timedelta(days=following.days)
    cells = {
        "code_safir": following.safir,
        "modalite_accompagnement": following.modality,
        "suivi_debut": _time(since),
        "der_entretien_ppae": _time(since + timedelta(days=7)),
        "inscription": _time(since - timedelta(days=21)),
        "categorie_inscription": "1",
        "rome_1": "G1602",
        "appelation_rome_1": "Commis de cuisine",
        "struct_principale": SAFIR[following.safir].name,
    }
    if following.adviser is not None:
        cells |= {
            "referent_nom": following.adviser.last_name.upper(),
            "referent_prenom": following.adviser.first_name,
            "referent_mail": following.adviser.email,
        }
    return cells


def _time(day: date) -> str:
    return f"{day} 00:00:00.0"
