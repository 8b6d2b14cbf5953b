"""What becomes of each field of Carnet de bord's notebooks."""

from __future__ import annotations

from subgraphs.kit.ingest.source_fields import Fields, Unkept, Used

BENEFICIARY: Fields = {
    "firstname": "Person.firstName",
    "lastname": "Person.lastName",
    "date_of_birth": "Person.birthDate",
    "email": "Contact.email",
    "mobile_number": "Contact.phones",
    "address1": "Address.street",
    "address2": Unkept.SAID_BETTER,
    "postal_code": ("Address.postalCode", Used.SCOPE),
    "city": "Address.city",
    "caf_number": Used.MATCH,
    "pe_number": "SectorIdentifier.value",
    "place_of_birth": Unkept.SAID_BETTER,
    "right_rsa": "Rsa.status",
    "right_are": "Allocations.are",
    "right_ass": "Allocations.ass",
    "right_bonus": "Allocations.ppa",
    ("created_at", "updated_at"): Unkept.TECHNICAL,
}
TARGET: Fields = {
    "target": Unkept.FREE_TEXT,
    "status": "Objective.status",
    "linked_to": "Objective.contractKind",
    "created_at": "Objective.recordedOn",
    "updated_at": Unkept.TECHNICAL,
    "actions.": {
        "action": Unkept.FREE_TEXT,
        "status": "Objective.actionStatuses",
        "created_at": Used.SELECTION,
        "updated_at": Unkept.TECHNICAL,
        "creator_account_info.*": Unkept.PROFESSIONAL,
    },
}
NOTEBOOK: Fields = {
    "beneficiary.": BENEFICIARY,
    "contract_type": "Contract.kind",
    "contract_sign_date": "Contract.signedOn",
    "contract_start_date": "Contract.startsOn",
    "contract_end_date": "Contract.endsOn",
    "education_level": "Education.level Education.code",
    "work_situation": "Person.workSituation",
    ("work_situation_date", "work_situation_end_date"): Unkept.NO_PURPOSE,
    "right_rqth": Unkept.NOT_SERVED_YET,
    "geographical_area": Unkept.NOT_SERVED_YET,
    "professional_projects.rome_code.": {
        "code": "ProfessionalProject.romeCode",
        "description": "ProfessionalProject.occupation",
        "label": Unkept.SAID_BETTER,
    },
    "focuses.": {
        "theme": "Constraint.theme Constraint.state Objective.theme",
        "created_at": "Constraint.recordedOn",
        "updated_at": Unkept.TECHNICAL,
        "situations": Unkept.FREE_TEXT,
        "linked_to": "Objective.contractKind",
        "targets.": TARGET,
    },
    "members.*": Unkept.PROFESSIONAL,
    "appointments.*": Unkept.NOT_SERVED_YET,
    ("created_at", "updated_at"): Unkept.TECHNICAL,
}
