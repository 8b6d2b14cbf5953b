"""What the files of a person say: household, RSA, allocations, studies, resources, registration, projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.categories import Category, Level
from subgraphs.kit.entity import Entity
from subgraphs.kit.fields import Coarsen, column, key, to_one
from subgraphs.kit.provenance import Provenance, provenance
from subgraphs.kit.scalars import ID, Date
from subgraphs.people import journey_tables as j
from subgraphs.people import tables as t
from subgraphs.people import values as v

if TYPE_CHECKING:
    from subgraphs.people.types import Person

FAM, SOC, ECO, PRO, FORM = Category.FAM, Category.SOC, Category.ECO, Category.PRO, Category.FORM
SAN, REDUCED = Category.SAN, Level.REDUCED


@Entity(
    table=t.household,
    subject="person_id",
    description="Foyer de la personne. Les autres membres ne sont connus que par le conjoint, s'il est lui-même "
    "accompagné.",
)
class Household:
    family_situation: str | None = column(
        t.household.c.family_situation,
        FAM,
        "Situation familiale, code de la CNAF (SITFAM).",
    )
    dependent_children: int | None = column(t.household.c.dependent_children, FAM, "Nombre d'enfants à charge.")
    partner: Annotated[Person, strawberry.lazy("subgraphs.people.types")] | None = to_one(
        FAM,
        "Conjoint, nul s'il n'existe pas pour l'acteur.",
        on=(t.person.c.id, t.household.c.partner_id),
    )
    provenance: Provenance | None = provenance(FAM)


@Entity(table=t.rsa, subject="person_id", description="Dossier RSA.")
class Rsa:
    status: v.RsaStatus | None = column(t.rsa.c.status, SOC, "État du dossier.")
    requested_on: Date | None = column(t.rsa.c.requested_on, SOC, "Date de la demande.")
    rights_and_duties: bool | None = column(
        t.rsa.c.rights_and_duties,
        SOC,
        "La personne est soumise aux droits et devoirs.",
    )
    rights_and_duties_since: Date | None = column(
        t.rsa.c.rights_and_duties_since,
        SOC,
        "Date d'entrée dans les droits et devoirs.",
    )
    entitled_since: Date | None = column(
        t.rsa.c.entitled_since,
        SOC,
        "Date de début du droit ouvert, telle qu'API Particulier la dit.",
    )
    increased: bool | None = column(
        t.rsa.c.increased,
        FAM,
        "Le RSA est majoré pour qui est enceinte ou élève seul des enfants.",
    )
    suspended_on: Date | None = column(t.rsa.c.suspended_on, SOC, "Date de suspension du versement.")
    suspension_reason: v.SuspensionReason | None = column(
        t.rsa.c.suspension_reason,
        SOC,
        "Famille du motif de suspension ; le motif lui-même n'est jamais restitué.",
        forbidden=Coarsen("AUTRE", beside={"suspendu": t.rsa.c.suspended_on.is_not(None)}),
    )
    provenance: Provenance | None = provenance(SOC)


@Entity(table=t.allocations, subject="person_id", description="Allocations perçues, oui ou non.")
class Allocations:
    are: bool | None = column(t.allocations.c.unemployment_insurance, SOC, "Allocation d'aide au retour à l'emploi.")
    ass: bool | None = column(t.allocations.c.specific_solidarity, SOC, "Allocation de solidarité spécifique.")
    ppa: bool | None = column(t.allocations.c.activity_bonus, SOC, "Prime d'activité.")
    provenance: Provenance | None = provenance(SOC)


@Entity(table=t.education, subject="person_id", description="Niveau d'études, comme le dit la source qui fait foi.")
class Education:
    level: v.EducationLevel | None = column(
        t.education.c.level,
        FORM,
        "Niveau ; nul si le code de la source n'en désigne aucun.",
        level=REDUCED,
    )
    diploma: v.Diploma | None = column(t.education.c.diploma, FORM, "Diplôme le plus élevé.")
    code: str | None = column(t.education.c.code, FORM, "Code de la source, dans sa propre liste.")
    provenance: Provenance | None = provenance(FORM)


@Entity(table=t.resources, subject="person_id", description="Ressources du foyer, sans montant.")
class Resources:
    band: v.IncomeBand | None = column(t.resources.c.band, ECO, "Tranche de ressources mensuelles.")
    month: Date | None = column(t.resources.c.month, ECO, "Mois observé, à son premier jour.")
    provenance: Provenance | None = provenance(ECO)


@Entity(table=t.disability, subject="person_id", description="Handicap reconnu.")
class Disability:
    rqth_starts_on: Date | None = column(t.disability.c.rqth_starts_on, SAN, "Date de début de la RQTH.")
    rqth_ends_on: Date | None = column(
        t.disability.c.rqth_ends_on,
        SAN,
        "Date de fin de la RQTH ; le 31 décembre 9999 si elle est attribuée à vie. Dite par une convention d'immersion "
        "seule, c'est la fin de l'immersion.",
    )
    employment_obligation: bool | None = column(
        t.disability.c.employment_obligation,
        SAN,
        "La personne bénéficie de l'obligation d'emploi des travailleurs handicapés (BOE).",
    )
    provenance: Provenance | None = provenance(SAN)


@Entity(
    table=t.registration,
    subject="person_id",
    description="Inscription sur la liste des demandeurs d'emploi. Le motif de cessation, qui peut être une sanction, "
    "n'est pas repris.",
)
class JobSeekerRegistration:
    status: v.RegistrationStatus | None = column(t.registration.c.status, PRO, "État de l'inscription.")
    category_code: str | None = column(t.registration.c.category_code, PRO, "Code de la catégorie d'inscription.")
    registered_on: Date | None = column(t.registration.c.registered_on, PRO, "Date d'inscription.")
    months_in_last_year: int | None = column(
        t.registration.c.months_in_last_year, PRO, "Mois d'inscription parmi les 12 derniers."
    )
    months_in_last_two_years: int | None = column(
        t.registration.c.months_in_last_two_years, PRO, "Mois d'inscription parmi les 24 derniers."
    )
    months_in_last_three_years: int | None = column(
        t.registration.c.months_in_last_three_years, PRO, "Mois d'inscription parmi les 36 derniers."
    )
    provenance: Provenance | None = provenance(PRO)


@Entity(table=j.project, subject="person_id", plural="projets", description="Projet professionnel.")
class ProfessionalProject:
    id: ID = key(j.project.c.id)
    rome_code: str | None = column(j.project.c.rome_code, PRO, "Code ROME du métier visé.")
    occupation: str | None = column(j.project.c.occupation, PRO, "Libellé de l'appellation du ROME.")
    priority: bool | None = column(j.project.c.priority, PRO, "Le projet est prioritaire.")
    provenance: Provenance | None = provenance(PRO)
