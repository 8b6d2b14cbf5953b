"""What the fields of the client schema say of rows, whoever asks: written again by hand, and as simply as it can be.

A value is the column of the field's name, unless `COLUMNS` or `COMPUTED` says otherwise; the rest is where edges lead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.rows import Row, World
from tests.oracle.rules import Item

NO_ROW: Row = {}
UNKNOWN = "UNKNOWN"
"""What an edge tells whose other end nobody knows: it may be anything."""
COLUMNS = {
    "Address.source": "address_source",
    "Address.asOf": "address_as_of",
    "Allocations.are": "unemployment_insurance",
    "Allocations.ass": "specific_solidarity",
    "Allocations.ppa": "activity_bonus",
    "Motive.category": "motive_category",
    "Motive.type": "motive_type",
    "Rights.erasureDueOn": "erasure_on",
    "Rights.lastContactOn": "last_contact",
    "Statement.are": "unemployment_insurance",
    "Statement.ass": "specific_solidarity",
    "Statement.ppa": "activity_bonus",
    "Statement.rightsAndDuties": "rsa_rights_and_duties",
    "Statement.rightsAndDutiesSince": "rsa_rights_and_duties_since",
    "Statement.suspendedOn": "rsa_suspended_on",
    "Statement.suspensionReason": "rsa_suspension_reason",
    "Transmission.reason": "transmission_reason",
    "Transmission.since": "transmission_since",
    "Transmission.state": "transmission_state",
    "Transmission.systemCode": "transmission_code",
}
STRICTER = {
    **dict.fromkeys(("SANTE", "MALADIE", "INVALIDITE", "psychologue"), "SAN"),
    "JUSTICE": "JUST",
    "SEJOUR": "SEJ",
    "ABSENT": "ASSIDU",
}
"""Values of closed lists, and the category that they take besides their field's."""
COARSE = {
    **dict.fromkeys(("Motive.category", "Person.workSituation", "Rsa.suspensionReason"), "AUTRE"),
    **dict.fromkeys(("Statement.workSituation", "Statement.suspensionReason"), "AUTRE"),
    **dict.fromkeys(("Appointment.status", "OrientationAppointment.status"), "INCONNU"),
}
"""What is said instead of a value of a stricter category; of no value at all, too."""
DIFFICULTIES = ("MOBILITE", "FAMILLE", "LANGUE_CALCUL", "LOGEMENT", "FINANCES", "ADMIN_JURIDIQUE", "NUMERIQUE")
DROPPED: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(("Constraint", "Referral"), STRICTER),
    "Objective": {"SANTE": "SAN", **dict.fromkeys(DIFFICULTIES, "FREIN")},
}
"""Types whose objects are dropped with their theme, and the category that each theme takes besides its field's."""


def column(field: str) -> str:
    """Name of the column of a field."""
    return re.sub(r"(?<!^)([A-Z])", lambda match: f"_{match[1].lower()}", field)


def value(world: World, item: Item, field: str) -> Any:
    """The value of a field that leads to no object."""
    coordinate = f"{item.type}.{field}"
    computed = COMPUTED.get(coordinate)
    if computed is not None:
        return computed(world, item)
    return item.row.get(COLUMNS.get(coordinate, column(field)))


def _day(instant: str) -> str:
    """The day of an instant in Paris."""
    return str(datetime.fromisoformat(instant).astimezone(ZoneInfo("Europe/Paris")).date())


def theme(world: World, referral: Row) -> str | None:
    """The theme that a referral tells by the thematics and publics of its service."""
    offered = world.first("offers.service", "id", referral["service_id"])
    if offered is None:
        return None
    publics = set(offered["publics"])
    alone = bool(publics) and publics <= set(RESERVED)
    themes = [THEMATICS[code] for code in offered["thematics"] if code in THEMATICS]
    themes += [RESERVED[code] for code in sorted(publics) if alone]
    themes += [CATEGORIES[code] for code in offered["categories"] if code in CATEGORIES]
    return min(themes, key=ORDER.index, default=None)


RIGHTS = "difficultes-administratives-ou-juridiques"
THEMATICS = {
    f"{RIGHTS}--prendre-en-compte-une-problematique-judiciaire": "JUSTICE",
    f"{RIGHTS}--accompagnement-pour-lacces-a-la-citoyennete": "SEJOUR",
}
RESERVED = {
    "personnes-en-situation-juridique-specifique": "JUSTICE",
    "personnes-exilees": "SEJOUR",
    "personnes-en-situation-de-handicap": "SANTE",
}
CATEGORIES = {
    "sante": "SANTE",
    "mobilite": "MOBILITE",
    "famille": "FAMILLE",
    "lecture-ecriture-calcul": "LANGUE_CALCUL",
    "logement-hebergement": "LOGEMENT",
    "difficultes-financieres": "FINANCES",
    RIGHTS: "ADMIN_JURIDIQUE",
    "numerique": "NUMERIQUE",
    "remobilisation": "INSERTION_COMMUNICATION",
}
ORDER = ["JUSTICE", "SEJOUR", "SANTE", *(theme for theme in CATEGORIES.values() if theme != "SANTE")]


def _of(table: str, read: Callable[[Row], Any]) -> Callable[[World, Item], Any]:
    """A computation from the person's row of another table; null without a row."""

    def computed(world: World, item: Item) -> Any:
        row = world.first(table, "person_id", item.person)
        return None if row is None else read(row)

    return computed


def _any(chosen: Callable[[Row], bool]) -> Callable[[World, Item], Any]:
    def computed(world: World, item: Item) -> Any:
        rows = [row for row in world.where("people.person_constraint", "person_id", item.person) if chosen(row)]
        return any(row["state"] == "OUI" for row in rows) if rows else None

    return computed


Computation = Callable[[World, Item], Any]


def _yes(*computations: Computation) -> Computation:
    """True if one of them gives true, else null."""
    return lambda world, item: True if any(computed(world, item) for computed in computations) else None


def _has_any(table: str) -> Computation:
    return lambda world, item: bool(world.where(table, "person_id", item.person))


def _openly_placed(world: World, item: Item) -> bool:
    placements = world.where("trainings.placement", "person_id", item.person)
    return any(revealed(world, "TrainingPlacement.session", row) is None for row in placements)


def _lately_told_of_rqth(world: World, item: Item) -> bool:
    last = (row["rqth_ends_on"] for row in world.where("people.disability", "person_id", item.person))
    return any((world.today - date.fromisoformat(str(day)[:10])).days <= 180 for day in last if day is not None)


_open_rsa = _of("people.rsa", lambda row: row["beneficiary"])


def _listed(table: str, name: str) -> Callable[[World, Item], Any]:
    return lambda world, item: sorted({row[name] for row in world.where(table, "person_id", item.person)})


def _earliest(table: str, name: str) -> Computation:
    return lambda world, item: min((row[name] for row in world.where(table, "person_id", item.person)), default=None)


def _pass_number(world: World, item: Item) -> Any:
    rows = [row for row in world.where(IDENTIFIER, "person_id", item.person) if row["kind"] == "PASS_IAE"]
    return max(rows, key=lambda row: (row["as_of"], row["value"]), default={"value": None})["value"]


def _department(row: Row) -> Any:
    code = row["city_code"]
    return None if code is None else code[: 3 if code[:2] in ("97", "98") else 2]


def _restrictions(row: Row) -> list[str]:
    return [name for bit, name in ((1 << 10, "OPPOSITION"), (1 << 11, "LIMITATION")) if row["restrictions"] & bit]


IDENTIFIER = "people.identifier"
COMPUTED: Mapping[str, Callable[[World, Item], Any]] = {
    "Person.id": lambda world, item: item.person,
    "Appointment.day": lambda world, item: _day(item.row["starts_at"]),
    "Person.birthYear": lambda world, item: item.row["birth_date"] and int(item.row["birth_date"][:4]),
    "Person.passIaeNumber": _pass_number,
    "Person.identifierKinds": _listed(IDENTIFIER, "kind"),
    "Person.targetOccupations": _listed("people.project", "rome_code"),
    "Person.departmentCode": _of("people.contact", _department),
    "Person.hasDependentChildren": _yes(_of("people.household", lambda row: row["dependent_children"] > 0)),
    "Person.isRsaBeneficiary": _yes(_open_rsa),
    "Person.isIaeEligible": _yes(_open_rsa, _of("people.allocations", lambda row: row["specific_solidarity"])),
    "Person.hasTrainingData": _yes(_has_any("trainings.training_project"), _openly_placed),
    "TrainingPlacement.accommodationRequested": _yes(lambda world, item: item.row["accommodation_requested"]),
    "Person.hasRqth": _yes(_lately_told_of_rqth),
    "Person.hasRightsAndDuties": _yes(_of("people.rsa", lambda row: row["rights_and_duties"])),
    "Person.hasEarnedIncome": _yes(_of("people.resources", lambda row: row["earned"])),
    "Person.isJobSeeker": _yes(_of("people.registration", lambda row: row["status"] == "INSCRIT")),
    "Person.hasParticularDifficulties": _yes(_any(lambda row: row["theme"] not in STRICTER)),
    "Person.healthToConsider": _yes(_any(lambda row: row["theme"] == "SANTE")),
    "Person.restrictions": _of("access.person", _restrictions),
    "Person.erasurePlannedOn": _of("access.person", lambda row: row["erasure_on"]),
    "Rights.opposedOn": _earliest("people.exercised_right", "opposed_on"),
    "Rights.limitedOn": _earliest("people.exercised_right", "limited_on"),
    "Referral.theme": lambda world, item: theme(world, item.row),
}

SINGLE: Mapping[str, tuple[str, str]] = {
    "Person.contact": ("people.contact", ""),
    "Person.household": ("people.household", ""),
    "Person.rsa": ("people.rsa", ""),
    "Person.allocations": ("people.allocations", ""),
    "Person.resources": ("people.resources", ""),
    "Person.education": ("people.education", ""),
    "Person.jobSeekerRegistration": ("people.registration", ""),
    "Person.disability": ("people.disability", ""),
    "Person.referent": ("people.referent", "since"),
    "Person.rights": ("access.person", ""),
    "Person.passIae": ("offers.pass_iae", "endsOn"),
}
"""The one object of a person: its table, and the field whose greatest value chooses among several."""
KEYED: Mapping[str, tuple[str, str]] = {
    "Referent.agent": ("people.agent", "agent_id"),
    "GroupMember.agent": ("people.agent", "agent_id"),
    "Appointment.organisation": ("appointments.organisation", "organisation_id"),
    "OrientationAppointment.organisation": ("appointments.organisation", "organisation_id"),
    "Referral.service": ("offers.service", "service_id"),
    "Referral.prescriberStructure": ("offers.structure", "prescriber_structure_id"),
    "Service.structure": ("offers.structure", "structure_id"),
    "Service.referralTerms": ("offers.referral_terms", "id"),
    "JobApplication.company": ("offers.company", "company_id"),
    "ImmersionAgreement.offer": ("offers.immersion_offer", "offer_id"),
    "JobPosting.company": ("offers.company", "company_id"),
    "Training.provider": ("trainings.training_provider", "provider_id"),
    "TrainingSession.training": ("trainings.training", "training_id"),
    "TrainingPlacement.session": ("trainings.training_session", "session_id"),
}
"""The one object of nobody that a row leads to: its table, and the column that holds its id."""
STUBS: Mapping[str, str] = {
    "Person.referentOrganisation": "structure_id",
    "Orientation.structure": "structure_id",
    "Referent.structure": "structure_id",
    "GroupMember.structure": "structure_id",
    "Organisation.structure": "structure_id",
}
"""The structure that a row names; the catalogue may know nothing of it."""
MANY: Mapping[str, tuple[str, str, bool]] = {
    "Person.identifiers": (IDENTIFIER, "value", False),
    "Person.nationalIdentifiers": (IDENTIFIER, "value", False),
    "Person.statements": ("people.identity", "source", False),
    "Person.projects": ("people.project", "", False),
    "Person.constraints": ("people.person_constraint", "", False),
    "Person.orientations": ("people.orientation", "startsOn", False),
    "Person.objectives": ("people.objective", "recordedOn", False),
    "Person.contracts": ("people.contract", "signedOn", False),
    "Person.followUpGroup": ("people.referent", "since", False),
    "Person.appointments": ("appointments.appointment", "startsAt", False),
    "Person.orientationAppointments": ("appointments.appointment", "startsAt", False),
    "Person.invitations": ("appointments.invitation", "sentAt", False),
    "Person.referrals": ("offers.referral", "sentOn", True),
    "Person.jobApplications": ("offers.job_application", "createdAt", True),
    "Person.immersions": ("offers.immersion_agreement", "startsOn", True),
    "Person.trainingProjects": ("trainings.training_project", "recordedOn", True),
    "Person.trainingPlacements": ("trainings.placement", "proposedOn", True),
}
"""The objects of a person: their table, the field that orders them, and whether the greatest comes first."""
CHILDREN: Mapping[str, tuple[str, str]] = {
    "Structure.services": ("offers.service", "structure_id"),
    "Training.actions": ("trainings.training_action", "training_id"),
    "Training.sessions": ("trainings.training_session", "training_id"),
}
"""The objects that belong to one of nobody, and the column that says so."""
ONLY: Mapping[str, Callable[[Row], bool]] = {
    "Person.statements": lambda row: row["source"] not in ("orientations", "emplois", "ft-actions", "immersion-facile"),
    "Person.nationalIdentifiers": lambda row: row["kind"] != "CD_INTERNE",
    "Person.referent": lambda row: row["ended_on"] is None and row["is_referent"],
    "Person.followUpGroup": lambda row: row["ended_on"] is None,
    "Person.orientationAppointments": lambda row: row["motive_type"] == "rsa_orientation",
}


TELLING: Mapping[str, tuple[str, ...]] = {
    "Appointment": ("Appointment.organisation",),
    "OrientationAppointment": ("OrientationAppointment.organisation",),
    "Referral": ("Referral.service", "Referral.prescriberStructure"),
    "Orientation": ("Orientation.structure",),
    "JobApplication": ("JobApplication.company",),
    "ImmersionAgreement": ("ImmersionAgreement.siret",),
    "TrainingPlacement": ("TrainingPlacement.session",),
}
"""Types whose objects are dropped with what one of these edges would tell, but for whose own items they are."""


def revealed(world: World, coordinate: str, row: Row) -> str | None:
    """What an edge, by this row, would tell of the person, whatever is read of whom it leads to."""
    if coordinate in (
        "Person.referentOrganisation",
        "Person.referent",
        "Person.followUpGroup",
        "Orientation.structure",
    ):
        target = world.first("people.structure", "id", row["structure_id"])
    elif coordinate == "Referral.prescriberStructure":
        target = world.first("offers.structure", "id", row["prescriber_structure_id"])
    elif coordinate == "Referral.service":
        offered = world.first("offers.service", "id", row["service_id"]) or {"structure_id": ...}
        target = world.first("offers.structure", "id", offered["structure_id"])
        if offered["structure_id"] is ...:
            return None
        return UNKNOWN if target is None else target["sensitivity"]
    elif coordinate in ("Appointment.organisation", "Appointment.agents", "OrientationAppointment.organisation"):
        target = world.first("appointments.organisation", "id", row["organisation_id"])
    elif coordinate == "JobApplication.company":
        target = world.first("offers.company", "id", row["company_id"])
    elif coordinate in ("ImmersionAgreement.siret", "ImmersionAgreement.offer"):
        target = row
    elif coordinate == "TrainingPlacement.session":
        session = world.first("trainings.training_session", "id", row["session_id"])
        training = world.first("trainings.training", "id", session["training_id"] if session else None)
        target = world.first("trainings.training_provider", "id", training["provider_id"] if training else None)
    else:
        return None
    return None if target is None else target["sensitivity"]
