"""What the API of France Travail answers about a few people, gathered as `hub sync france-travail` gathers it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson

from demo.cast import BY_SLUG, Person
from demo.ft_files import FOLLOWED

SLUGS = ("titouan", "firmin", "maelle")
AT = "T05:00:00+00:00"


def write(folder: Path, today: date) -> tuple[Path, ...]:
    """Write the answers under `folder/france-travail`."""
    target = folder / "france-travail"
    target.mkdir(parents=True, exist_ok=True)
    path = target / "reponses.json"
    path.write_bytes(orjson.dumps({"results": [answers(BY_SLUG[slug], today) for slug in SLUGS]}))
    return (path,)


def answers(person: Person, today: date) -> dict[str, Any]:
    """All answers about a person; the detail of its constraints only where France Travail follows it."""
    following = FOLLOWED[person.slug]
    since = today - timedelta(days=following.days)
    by_council = following.safir.endswith("996")
    record: dict[str, Any] = {
        "numero": person.france_travail_id,
        "date_naissance": str(person.birth_date),
        "lu_le": f"{today}{AT}",
        "recherche": "S001",
        "certifiee": True,
        "informations": {
            "numeroFranceTravail": person.france_travail_id,
            "etatCivil": {
                "civilite": "MME" if person.civility == "madame" else "M.",
                "dateNaissance": str(person.birth_date),
                "nom": (person.birth_name or person.last_name).upper(),
                "nomCorrespondance": person.last_name.upper(),
                "prenom": person.first_name.upper(),
            },
            "adresses": [
                {
                    "codeInseeCommune": person.place.code,
                    "codePostal": person.place.postal_code,
                    "libelleCommune": person.place.name.upper(),
                    "indicateurResidentQPV": "NQ" if person.number % 2 else "QP",
                }
            ],
        },
        "contrat": {
            "m_contrat": {
                "m_statut": "Inscrit",
                "m_date_effet_statut": str(since - timedelta(days=21)),
                "m_duree_inscription_12": 3,
                "m_duree_inscription_24": 9,
                "m_duree_inscription_36": 15,
                "m_categ_inscription_code": "1",
            }
        },
        "rqth": {"topValiditeRQTH": False, "dateDebutRqth": "", "dateFinRqth": ""},
        "orientations": [
            {
                "parcours": "PSO" if by_council else "PED",
                "organisme": "CD" if by_council else "FT",
                "structure": {"code_safir": following.safir},
                "statut": "DECIDE",
                "etat": "OUVERT",
                "date_entree_parcours": str(since),
                "criteres_orientation": {"boe": False},
                "decision": {"etat_decision": "ACCEPTEE", "date_decision": str(since - timedelta(days=3))},
            }
        ],
    }
    if not by_council:
        record["diagnostic"] = {
            "besoinsParDiagnostic": [
                {
                    "diagnostic": {
                        "codeRome": "G1602",
                        "codeAppellation": "11573",
                        "nomMetier": "Commis de cuisine",
                        "statut": "EN_COURS",
                        "estPrioritaire": True,
                    }
                }
            ],
            "thematiqueContrainte": {
                "contraintes": [
                    {"code": "27", "valeur": "OUI", "impact": "FORT", "dateExploration": f"{since}{AT}"},
                    {"code": "23", "valeur": "NON_ABORDEE", "impact": None, "dateExploration": None},
                ]
            },
            "autonomieNumerique": {
                "contrainte": {"code": "22", "valeur": "OUI", "impact": "FAIBLE", "dateExploration": f"{since}{AT}"}
            },
        }
    return record
