"""What each record of a source says of a person, beside what the hub holds to be true (`consolidate`).

The rows are those of `people.identity`, whichever group of values they speak of: that a row is there tells only which
systems know the person. Each field is decided as the one that it states (`STATED`), and a coarse value is served for
each alike: a list of the differences alone would tell two protected values apart from two equal ones.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Text, func

from schema.categories import Category
from subgraphs.kit.entity import Entity
from subgraphs.kit.fields import Coarsen, Sort, column
from subgraphs.kit.literals import text
from subgraphs.kit.scalars import Date, DateTime
from subgraphs.people import tables as t
from subgraphs.people import values as v
from subgraphs.people.precedence import UNTOLD

IDENTITY, COORD, FAM, SOC = Category.ID, Category.COORD, Category.FAM, Category.SOC
ECO, PRO, FORM, IDX = Category.ECO, Category.PRO, Category.FORM, Category.IDX
_row = t.identity.c

SHOWN: ColumnElement[bool] = _row.source.not_in([text(source) for source in UNTOLD])
"""The records that are shown."""
ORDER = Sort("source", column=func.concat(_row.source, text(" "), _row.source_id, type_=Text(collation="C")))


@Entity(
    table=t.identity,
    subject="person_id",
    plural="déclarations",
    description="Ce qu'un système dit de la personne, qu'il fasse foi ou non ; nul, ce qu'il n'en dit pas.",
)
class Statement:
    source: str | None = column(_row.source, IDX, "Système qui le dit.")
    as_of: DateTime | None = column(_row.as_of, IDX, "Instant auquel il l'affirmait.")
    civility: v.Civility | None = column(_row.civility, IDENTITY, "Civilité.")
    first_name: str | None = column(_row.first_name, IDENTITY, "Prénom.")
    last_name: str | None = column(_row.last_name, IDENTITY, "Nom d'usage.")
    birth_name: str | None = column(_row.birth_name, IDENTITY, "Nom de naissance.")
    birth_date: Date | None = column(_row.birth_date, IDENTITY, "Date de naissance.")
    birth_city_code: str | None = column(_row.birth_city_code, IDENTITY, "Code INSEE de la commune de naissance.")
    birth_country_code: str | None = column(_row.birth_country_code, IDENTITY, "Code INSEE du pays de naissance.")
    identity_certified: bool | None = column(_row.identity_certified, IDENTITY, "L'identité a été certifiée.")
    email: str | None = column(_row.email, COORD, "Adresse électronique.")
    phones: list[str] | None = column(_row.phones, COORD, "Numéros de téléphone.")
    street: str | None = column(_row.street, COORD, "Numéro et voie.")
    postal_code: str | None = column(_row.postal_code, COORD, "Code postal.")
    city: str | None = column(_row.city, COORD, "Nom de la commune.")
    city_code: str | None = column(_row.city_code, COORD, "Code INSEE de la commune.")
    family_situation: str | None = column(_row.family_situation, FAM, "Situation familiale, code de la CNAF (SITFAM).")
    dependent_children: int | None = column(_row.dependent_children, FAM, "Nombre d'enfants à charge.")
    rsa_status: v.RsaStatus | None = column(_row.rsa_status, SOC, "État du dossier RSA.")
    rsa_requested_on: Date | None = column(_row.rsa_requested_on, SOC, "Date de la demande de RSA.")
    rights_and_duties: bool | None = column(
        _row.rsa_rights_and_duties,
        SOC,
        "La personne est soumise aux droits et devoirs.",
    )
    rights_and_duties_since: Date | None = column(
        _row.rsa_rights_and_duties_since,
        SOC,
        "Date d'entrée dans les droits et devoirs.",
    )
    suspended_on: Date | None = column(_row.rsa_suspended_on, SOC, "Date de suspension du versement.")
    suspension_reason: v.SuspensionReason | None = column(
        _row.rsa_suspension_reason,
        SOC,
        "Famille du motif de suspension.",
        forbidden=Coarsen("AUTRE", beside={"suspendu": _row.rsa_suspended_on.is_not(None)}),
    )
    are: bool | None = column(_row.unemployment_insurance, SOC, "Allocation d'aide au retour à l'emploi.")
    ass: bool | None = column(_row.specific_solidarity, SOC, "Allocation de solidarité spécifique.")
    ppa: bool | None = column(_row.activity_bonus, SOC, "Prime d'activité.")
    income_band: v.IncomeBand | None = column(_row.income_band, ECO, "Tranche de ressources mensuelles du foyer.")
    income_month: Date | None = column(_row.income_month, ECO, "Mois observé, à son premier jour.")
    registered_on: Date | None = column(_row.registered_on, PRO, "Date d'inscription à France Travail.")
    registration_category: str | None = column(
        _row.registration_category,
        PRO,
        "Code de la catégorie d'inscription.",
    )
    work_situation: v.WorkSituation | None = column(
        _row.work_situation,
        PRO,
        "Situation professionnelle.",
        forbidden=Coarsen("AUTRE"),
    )
    education_code: str | None = column(_row.education_code, FORM, "Code du niveau d'études, dans sa propre liste.")


STATED: Mapping[str, str] = {
    **dict.fromkeys(("source", "asOf"), "Person.provenance"),
    **{
        name: f"Person.{name}"
        for name in (
            "civility",
            "firstName",
            "lastName",
            "birthName",
            "birthDate",
            "birthCityCode",
            "birthCountryCode",
            "identityCertified",
            "workSituation",
        )
    },
    **{name: f"Contact.{name}" for name in ("email", "phones")},
    **{name: f"Address.{name}" for name in ("street", "postalCode", "city", "cityCode")},
    **{name: f"Household.{name}" for name in ("familySituation", "dependentChildren")},
    **{name: f"Rsa.{name}" for name in ("rightsAndDuties", "rightsAndDutiesSince", "suspendedOn", "suspensionReason")},
    **{name: f"Allocations.{name}" for name in ("are", "ass", "ppa")},
    "rsaStatus": "Rsa.status",
    "rsaRequestedOn": "Rsa.requestedOn",
    "incomeBand": "Resources.band",
    "incomeMonth": "Resources.month",
    "registeredOn": "JobSeekerRegistration.registeredOn",
    "registrationCategory": "JobSeekerRegistration.categoryCode",
    "educationCode": "Education.code",
}
"""The field that each field of a statement states: both are of one category and one level, with the same rule for
values that reveal more."""
