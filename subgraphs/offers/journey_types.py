"""Types of what ties a person to the offer; `schema/offers_journey.graphql` is the model on paper.

A referral whose theme is not the actor's, or one of whose edges would reveal protected data of the person that the
actor does not read (`subgraphs.offers.sensitivity`), is dropped from its list.
"""

from __future__ import annotations

from schema.categories import Category
from subgraphs.kit.constraint_enums import CONSTRAINT_THEME
from subgraphs.kit.entity import entity
from subgraphs.kit.fields import Drop, column, day_column, key, one
from subgraphs.kit.provenance import provenance
from subgraphs.offers import values as v
from subgraphs.offers.journey_tables import company, immersion_agreement, job_application, pass_iae, referral
from subgraphs.offers.sensitivity import prescriber_reveals, referral_theme, service_reveals
from subgraphs.offers.tables import service, structure

PUB, FREIN, SUIVI, PRO = Category.PUB, Category.FREIN, Category.SUIVI, Category.PRO


@entity(
    table=referral,
    subject="person_id",
    owner="organisation_siret",
    recorded_by="recorded_by",
    dated=referral.c.processed_on,
    plural="orientations vers un service",
    description="Orientation d'une personne vers un service (DORA).",
)
class Referral:
    id = key(referral.c.id)
    theme = column(
        referral_theme(),
        FREIN,
        "Thème de la difficulté à laquelle le service répond ; une orientation dont le thème n'est pas ouvert à "
        "l'acteur est absente de sa liste.",
        choice=CONSTRAINT_THEME,
        forbidden=Drop(),
    )
    service = one(
        "Service",
        SUIVI,
        "Service, nul si le catalogue ne dit pas qui le porte ; une orientation vers celui dont la structure "
        "révélerait une donnée protégée est absente de sa liste.",
        on=(service.c.id, referral.c.service_id),
        sensitive=service_reveals(),
        forbidden=Drop(),
    )
    status = column(referral.c.status, SUIVI, "État de l'orientation.", choice=v.REFERRAL_STATUS)
    sent_on = column(referral.c.sent_on, SUIVI, "Date d'envoi.")
    processed_on = column(referral.c.processed_on, SUIVI, "Date de la réponse du service.")
    prescriber_structure = one(
        "Structure",
        SUIVI,
        "Structure qui oriente ; une orientation par celle dont le nom révélerait une donnée protégée est absente de "
        "sa liste.",
        on=(structure.c.id, referral.c.prescriber_structure_id),
        sensitive=prescriber_reveals(),
        forbidden=Drop(),
    )
    provenance = provenance(SUIVI)


@entity(table=company, description="Employeur de l'inclusion (Emplois de l'inclusion).")
class Company:
    id = key(company.c.id, "Identifiant de l'employeur.")
    name = column(company.c.name, PUB, "Nom.")
    kind = column(company.c.kind, PUB, "Nature.", choice=v.COMPANY_KIND)
    siret = column(company.c.siret, PUB, "SIRET.")
    city = column(company.c.city, PUB, "Nom de la commune.")
    provenance = provenance(PUB, "Origine de la description.")


@entity(
    table=job_application,
    subject="person_id",
    owner="organisation_siret",
    recorded_by="recorded_by",
    dated=day_column(job_application.c.updated_at),
    plural="candidatures",
    description="Candidature auprès d'un employeur de l'inclusion (Emplois de l'inclusion).",
)
class JobApplication:
    id = key(job_application.c.id)
    state = column(job_application.c.state, PRO, "État.", choice=v.APPLICATION_STATE)
    sender = column(job_application.c.sender, PRO, "Qui a émis la candidature.", choice=v.SENDER)
    company = one("Company", PRO, "Employeur.", on=(company.c.id, job_application.c.company_id))
    created_at = column(job_application.c.created_at, PRO, "Instant de création.")
    updated_at = column(job_application.c.updated_at, PRO, "Instant du dernier changement.")
    starts_on = column(job_application.c.starts_on, PRO, "Début du contrat.")
    ends_on = column(job_application.c.ends_on, PRO, "Fin du contrat.")
    provenance = provenance(PRO)


@entity(
    table=pass_iae,
    subject="person_id",
    description="PASS IAE ; les critères d'éligibilité ne sont jamais restitués.",
)
class PassIae:
    number = column(pass_iae.c.number, Category.IDX, "Numéro, 12 chiffres.")
    status = column(pass_iae.c.status, PRO, "État.", choice=v.PASS_STATUS)
    starts_on = column(pass_iae.c.starts_on, PRO, "Début de validité.")
    ends_on = column(pass_iae.c.ends_on, PRO, "Fin de validité.")
    provenance = provenance(PRO)


@entity(
    table=immersion_agreement,
    subject="person_id",
    owner="organisation_siret",
    recorded_by="recorded_by",
    dated=immersion_agreement.c.starts_on,
    plural="immersions",
    description="Convention d'immersion professionnelle (Immersion facilitée).",
)
class ImmersionAgreement:
    id = key(immersion_agreement.c.id)
    status = column(immersion_agreement.c.status, PRO, "État.", choice=v.IMMERSION_STATUS)
    objective = column(immersion_agreement.c.objective, PRO, "Objet (C. trav. L.5135-1).", choice=v.OBJECTIVE)
    siret = column(immersion_agreement.c.siret, PRO, "SIRET de l'entreprise d'accueil.")
    company_name = column(immersion_agreement.c.company_name, PRO, "Nom de l'entreprise d'accueil.")
    rome_code = column(immersion_agreement.c.rome_code, PRO, "Code ROME du métier.")
    occupation = column(immersion_agreement.c.occupation, PRO, "Libellé de l'appellation du ROME.")
    starts_on = column(immersion_agreement.c.starts_on, PRO, "Début.")
    ends_on = column(immersion_agreement.c.ends_on, PRO, "Fin.")
    agency_kind = column(immersion_agreement.c.agency_kind, PRO, "Nature de l'organisme prescripteur.")
    assessment = column(immersion_agreement.c.assessment, PRO, "Bilan.", choice=v.ASSESSMENT)
    ended_with_job = column(immersion_agreement.c.ended_with_job, PRO, "L'immersion a débouché sur une embauche.")
    is_rqth = column(immersion_agreement.c.is_rqth, Category.SAN, "La personne a une RQTH.")
    provenance = provenance(PRO)


JOURNEY_TYPES = (Referral, Company, JobApplication, PassIae, ImmersionAgreement)
