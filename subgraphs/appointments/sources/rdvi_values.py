"""Values of RDV-Insertion in the hub's terms (docs/domain.md#rdv-insertion and docs/domain.md#crosswalks)."""

from __future__ import annotations

import re
from datetime import datetime

from msgspec import UNSET

from subgraphs.appointments.sources.rdvi_payload import User
from subgraphs.kit.ingest.ingestion_report import SetAside
from subgraphs.kit.ingest.person_registry import PersonRecord, Referent
from subgraphs.kit.ingest.text_forms import (
    department_of_postal_code,
    emails,
    matricule,
    national_number,
    optional_day,
    phones,
)

NAME = "rdv-insertion"

STATUSES = {"unknown": "INCONNU", "seen": "VU", "excused": "EXCUSE", "revoked": "ANNULE", "noshow": "ABSENT"}
MODES = {"public_office": "PHYSIQUE", "phone": "TELEPHONE", "visio": "VISIO", "home": "DOMICILE"}
CIVILITIES = {"monsieur": "MONSIEUR", "madame": "MADAME"}
ROLES = {"demandeur": "DEMANDEUR", "conjoint": "CONJOINT"}
PATHWAYS = {
    **dict.fromkeys(("social", "sociale"), "SOCIAL"),
    **dict.fromkeys(("pro", "professionnel", "professionnelle", "emploi"), "EMPLOI"),
    **dict.fromkeys(
        ("socio-pro", "socio pro", "sociopro", "socio-professionnel", "socio-professionnelle", "socioprofessionnelle"),
        "SOCIO_PRO",
    ),
}
"""Names of types of orientation, which each département writes, as they are usually written."""

MOTIVE_TYPES = {
    **dict.fromkeys(
        (
            "rsa_orientation",
            "rsa_orientation_france_travail",
            "rsa_orientation_on_phone_platform",
            "rsa_orientation_coaching",
            "rsa_orientation_freelance",
            "rsa_orientation_file_active",
        ),
        "rsa_orientation",
    ),
    **dict.fromkeys(
        (
            "rsa_accompagnement",
            "rsa_accompagnement_social",
            "rsa_accompagnement_sociopro",
            "rsa_accompagnement_moins_de_30_ans",
            "rsa_premier_rdv_daccompagnement",
            "rsa_cer_signature",
            "rsa_renouvellement_cer",
            "rsa_follow_up",
            "rsa_suivi_plie",
            "accompagnement_global",
            "rsa_insertion_offer",
            "rsa_main_tendue",
            "rsa_atelier_collectif_mandatory",
            "rsa_atelier_competences",
            "rsa_atelier_rencontres_pro",
            "rsa_spie",
            "rsa_integration_information",
            "rsa_droits_devoirs",
        ),
        "rsa_accompagnement",
    ),
    **dict.fromkeys(("siae_interview", "siae_collective_information", "siae_follow_up"), "siae"),
    **dict.fromkeys(("psychologue", "atelier_enfants_ados"), "autre"),
}
"""Categories by short name → type of the category: the payloads don't carry it."""


def motive(name: str | None) -> tuple[str | None, str]:
    """Category and type of a motive by its short name; one that the hub doesn't know is none, of type `autre`."""
    return (name, MOTIVE_TYPES[name]) if name in MOTIVE_TYPES else (None, "autre")


def address(text: str | None) -> tuple[str | None, str | None, str | None]:
    """Street, postal code and town of an address written on one line; nothing of one that doesn't end so."""
    parts = re.search(r"^(.*?)[\s,]*\b(\d{5})\s+([^,\d][^,]*?)\s*$", text or "", re.DOTALL)
    return (" ".join(parts[1].split()) or None, parts[2], parts[3]) if parts else (None, None, None)


def person(user: User, as_of: datetime, department: str | None, path: str, set_aside: SetAside) -> PersonRecord:
    """What a payload says of a user; without an organisation, the département in charge is where the person lives.

    `rights_opening_date` is the CNAF's day of rights and duties (upstream: rdv-insertion `parseContactsData.js`).
    """
    street, postal_code, city = address(user.address)
    if user.address and postal_code is None:
        set_aside("VALUE_UNKNOWN", f"{path}.address")
    number = matricule(user.affiliation_number)
    if user.affiliation_number and number is None:
        set_aside("VALUE_UNKNOWN", f"{path}.affiliation_number")
    silent = {"department"} if department is None else set()
    silent |= {"nir_hash", "nir_last_digits"} if user.nir is UNSET else set()
    silent |= {"department_internal_id"} if user.department_internal_id is UNSET else set()
    referents = None
    if user.referents is not UNSET:
        referents = tuple(
            Referent(agent.email, agent.first_name, agent.last_name) for agent in user.referents if agent.email
        )
    return PersonRecord(
        source=NAME,
        source_id=f"user:{user.id}",
        as_of=as_of,
        civility=None if user.title is None else CIVILITIES[user.title],
        first_name=user.first_name,
        last_name=user.last_name,
        birth_name=user.birth_name or None,
        birth_date=optional_day(user.birth_date, f"{path}.birth_date", set_aside),
        nir=None if user.nir is UNSET else user.nir or None,
        matricule=number,
        role=None if user.role is None else ROLES[user.role],
        france_travail_id=national_number(user.france_travail_id or "") or None,
        department=department or department_of_postal_code(postal_code),
        department_internal_id=None if user.department_internal_id is UNSET else user.department_internal_id or None,
        email=next(iter(emails(user.email, f"{path}.email", set_aside)), None),
        phones=phones(user.phone_number, f"{path}.phone_number", set_aside),
        street=street,
        postal_code=postal_code,
        city=city,
        rsa_rights_and_duties_since=optional_day(user.rights_opening_date, f"{path}.rights_opening_date", set_aside),
        referents=referents,
        withheld=frozenset(silent),
    )
