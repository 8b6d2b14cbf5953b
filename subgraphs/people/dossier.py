"""What the files of a person say: household, RSA, allocations, resources, registration and professional projects."""

from __future__ import annotations

from schema.categories import Category
from subgraphs.kit.entity import entity
from subgraphs.kit.fields import Coarsen, column, key, one
from subgraphs.kit.provenance import provenance
from subgraphs.people import journey_tables as j
from subgraphs.people import tables as t
from subgraphs.people import values as v

FAM, SOC, ECO, PRO = Category.FAM, Category.SOC, Category.ECO, Category.PRO


@entity(
    table=t.household,
    subject="person_id",
    description="Foyer de la personne. Les autres membres ne sont connus que par le conjoint, s'il est lui-même "
    "accompagné.",
)
class Household:
    family_situation = column(t.household.c.family_situation, FAM, "Situation familiale, code de la CNAF (SITFAM).")
    dependent_children = column(t.household.c.dependent_children, FAM, "Nombre d'enfants à charge.")
    partner = one(
        "Person",
        FAM,
        "Conjoint, nul s'il n'existe pas pour l'acteur.",
        on=(t.person.c.id, t.household.c.partner_id),
    )
    provenance = provenance(FAM)


@entity(table=t.rsa, subject="person_id", description="Dossier RSA.")
class Rsa:
    status = column(t.rsa.c.status, SOC, "État du dossier.", choice=v.RSA_STATUS)
    requested_on = column(t.rsa.c.requested_on, SOC, "Date de la demande.")
    rights_and_duties = column(t.rsa.c.rights_and_duties, SOC, "La personne est soumise aux droits et devoirs.")
    rights_and_duties_since = column(t.rsa.c.rights_and_duties_since, SOC, "Date d'entrée dans les droits et devoirs.")
    suspended_on = column(t.rsa.c.suspended_on, SOC, "Date de suspension du versement.")
    suspension_reason = column(
        t.rsa.c.suspension_reason,
        SOC,
        "Famille du motif de suspension ; le motif lui-même n'est jamais restitué.",
        choice=v.SUSPENSION_REASON,
        forbidden=Coarsen("AUTRE"),
    )
    provenance = provenance(SOC)


@entity(table=t.allocations, subject="person_id", description="Allocations perçues, oui ou non.")
class Allocations:
    are = column(t.allocations.c.unemployment_insurance, SOC, "Allocation d'aide au retour à l'emploi.")
    ass = column(t.allocations.c.specific_solidarity, SOC, "Allocation de solidarité spécifique.")
    provenance = provenance(SOC)


@entity(table=t.resources, subject="person_id", description="Ressources du foyer, sans montant.")
class Resources:
    band = column(t.resources.c.band, ECO, "Tranche de ressources mensuelles.", choice=v.INCOME_BAND)
    month = column(t.resources.c.month, ECO, "Mois observé, à son premier jour.")
    provenance = provenance(ECO)


@entity(
    table=t.registration,
    subject="person_id",
    description="Inscription sur la liste des demandeurs d'emploi. Le motif de cessation, qui peut être une sanction, "
    "n'est pas repris.",
)
class JobSeekerRegistration:
    status = column(t.registration.c.status, PRO, "État de l'inscription.", choice=v.REGISTRATION_STATUS)
    category_code = column(t.registration.c.category_code, PRO, "Code de la catégorie d'inscription.")
    registered_on = column(t.registration.c.registered_on, PRO, "Date d'inscription.")
    provenance = provenance(PRO)


@entity(table=j.project, subject="person_id", plural="projets", description="Projet professionnel.")
class ProfessionalProject:
    id = key(j.project.c.id)
    rome_code = column(j.project.c.rome_code, PRO, "Code ROME du métier visé.")
    occupation = column(j.project.c.occupation, PRO, "Libellé de l'appellation du ROME.")
    provenance = provenance(PRO)


DOSSIER = (Household, Rsa, Allocations, Resources, JobSeekerRegistration, ProfessionalProject)
