"""The extract of France Travail in its real format: one row per person whom France Travail knows too."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid5

from demo.cast import Person
from demo.crowd import CROWD, EVERYONE_BY_SLUG

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
}
EVERY_DIFFICULTY = {**DIFFICULTIES, **CROWD.difficulties}


def write(folder: Path, today: date) -> tuple[Path, ...]:
    """Write the extract under `folder/ft-extrait`."""
    target = folder / "ft-extrait"
    target.mkdir(parents=True, exist_ok=True)
    path = target / "extrait_pe_principal.csv"
    path.write_bytes(extract({EVERYONE_BY_SLUG[slug]: columns for slug, columns in EVERY_DIFFICULTY.items()}, today))
    return (path,)


def extract(difficulties: dict[Person, tuple[str, ...]], today: date) -> bytes:
    """An extract with these people and their difficulties."""
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
                "date_naissance": f"{person.birth_date} 00:00:00.0",
                "adresse_ligne6": f"{person.place.postal_code} {person.place.name.upper()}",
                "departement": person.department,
                "der_entretien": f"{today - timedelta(days=40)} 00:00:00.0",
                "brsa": "O",
                **dict.fromkeys(columns, "O"),
            }
        )
    return text.getvalue().encode()
