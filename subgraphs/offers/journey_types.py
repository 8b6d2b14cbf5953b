"""Types of the subgraph `offers` about people: referrals, applications, immersions, and the person.

A referral whose theme the actor does not read, or one of whose links would reveal protected data that the actor does
not read (`subgraphs.offers.sensitivity`), is dropped from its list.
"""

from __future__ import annotations

from schema.categories import Category
from subgraphs.kit.access import person
from subgraphs.kit.connection_types import Connection, JudgedConnection
from subgraphs.kit.constraint_enums import ConstraintState, ConstraintTheme
from subgraphs.kit.entity import Entity
from subgraphs.kit.fields import Drop, Sort, column, day_column, external, key, person_of_item, to_many, to_one
from subgraphs.kit.provenance import Provenance, provenance
from subgraphs.kit.scalars import ID, Date, DateTime
from subgraphs.kit.write.transmission import Transmission, transmission
from subgraphs.offers import values as v
from subgraphs.offers.employer_tables import company, immersion_offer
from subgraphs.offers.employer_types import Company, ImmersionOffer, JobPosting
from subgraphs.offers.journey_tables import immersion_agreement, job_application, pass_iae, referral
from subgraphs.offers.sensitivity import employer_reveals, prescriber_reveals, referral_theme, service_reveals
from subgraphs.offers.suggestions import SUGGESTION, suggested
from subgraphs.offers.tables import service, structure
from subgraphs.offers.types import ReferralTerms, Service, Structure, SuggestedService

_SENSITIVITY = immersion_agreement.c.sensitivity
"""An immersion whose host or prescriber would reveal protected data is dropped from its list."""
PUB, FREIN, COORD, SUIVI, PRO = Category.PUB, Category.FREIN, Category.COORD, Category.SUIVI, Category.PRO


@Entity(
    table=referral,
    subject="person_id",
    owner="organisation_siret",
    recorded_by="recorded_by",
    dated=referral.c.processed_on,
    plural="orientations vers un service",
    description="Orientation d'une personne vers un service.",
)
class Referral:
    id: ID = key(referral.c.id)
    person: Person | None = person_of_item(person.c.person_id, referral.c.person_id)
    theme: ConstraintTheme | None = column(
        referral_theme(),
        FREIN,
        "Thème de la difficulté à laquelle le service répond ; une orientation dont le thème n'est pas ouvert à "
        "l'acteur est absente de sa liste.",
        forbidden=Drop(),
    )
    service: Service | None = to_one(
        SUIVI,
        "Service, nul si le catalogue ne dit pas qui le porte ; une orientation vers celui dont la structure "
        "révélerait une donnée protégée est absente de sa liste.",
        on=(service.c.id, referral.c.service_id),
        sensitive=service_reveals(),
        forbidden=Drop(),
    )
    status: v.ReferralStatus | None = column(
        referral.c.status, SUIVI, "État de l'orientation, nul tant que le système qui la tient ne l'a pas dit."
    )
    sent_on: Date | None = column(referral.c.sent_on, SUIVI, "Date d'envoi.")
    processed_on: Date | None = column(referral.c.processed_on, SUIVI, "Date de la réponse du service.")
    prescriber_structure: Structure | None = to_one(
        SUIVI,
        "Structure qui oriente ; une orientation par celle dont le nom révélerait une donnée protégée est absente de "
        "sa liste.",
        on=(structure.c.id, referral.c.prescriber_structure_id),
        sensitive=prescriber_reveals(),
        forbidden=Drop(),
    )
    transmission: Transmission | None = transmission(SUIVI)
    provenance: Provenance | None = provenance(SUIVI)


@Entity(
    table=job_application,
    subject="person_id",
    owner="organisation_siret",
    recorded_by="recorded_by",
    dated=day_column(job_application.c.updated_at),
    plural="candidatures",
    description="Candidature auprès d'un employeur de l'inclusion (Emplois de l'inclusion).",
)
class JobApplication:
    id: ID = key(job_application.c.id)
    person: Person | None = person_of_item(person.c.person_id, job_application.c.person_id)
    state: v.JobApplicationState | None = column(
        job_application.c.state, PRO, "État, nul tant que le système qui la tient ne l'a pas dit."
    )
    sender: v.SenderKind | None = column(job_application.c.sender, PRO, "Qui a émis la candidature.")
    company: Company | None = to_one(
        PRO,
        "Employeur ; une candidature auprès de celui dont la nature ou le nom révélerait une donnée protégée est "
        "absente de sa liste.",
        on=(company.c.id, job_application.c.company_id),
        sensitive=employer_reveals(),
        forbidden=Drop(),
    )
    created_at: DateTime | None = column(job_application.c.created_at, PRO, "Instant de création.")
    updated_at: DateTime | None = column(job_application.c.updated_at, PRO, "Instant du dernier changement.")
    starts_on: Date | None = column(job_application.c.starts_on, PRO, "Début du contrat.")
    ends_on: Date | None = column(job_application.c.ends_on, PRO, "Fin du contrat.")
    transmission: Transmission | None = transmission(PRO)
    provenance: Provenance | None = provenance(PRO)


@Entity(
    table=pass_iae,
    subject="person_id",
    description="PASS IAE ; les critères d'éligibilité ne sont jamais restitués.",
)
class PassIae:
    number: str | None = column(pass_iae.c.number, Category.IDX, "Numéro, 12 chiffres.")
    status: v.PassIaeStatus | None = column(pass_iae.c.status, PRO, "État.")
    starts_on: Date | None = column(pass_iae.c.starts_on, PRO, "Début de validité.")
    ends_on: Date | None = column(pass_iae.c.ends_on, PRO, "Fin de validité.")
    provenance: Provenance | None = provenance(PRO)


@Entity(
    table=immersion_agreement,
    subject="person_id",
    owner="organisation_siret",
    recorded_by="recorded_by",
    dated=immersion_agreement.c.starts_on,
    plural="immersions",
    description="Convention d'immersion professionnelle (Immersion facilitée).",
)
class ImmersionAgreement:
    id: ID = key(immersion_agreement.c.id)
    person: Person | None = person_of_item(person.c.person_id, immersion_agreement.c.person_id)
    offer: ImmersionOffer | None = to_one(
        PRO,
        "Offre à laquelle l'immersion répond, si elle a été proposée ici et que le catalogue a toujours l'offre.",
        on=(immersion_offer.c.id, immersion_agreement.c.offer_id),
        sensitive=_SENSITIVITY,
        forbidden=Drop(),
    )
    status: v.ImmersionStatus | None = column(
        immersion_agreement.c.status, PRO, "État, nul tant que le système qui tient la convention ne l'a pas dit."
    )
    objective: v.ImmersionObjective | None = column(immersion_agreement.c.objective, PRO, "Objet (C. trav. L.5135-1).")
    siret: str | None = column(
        immersion_agreement.c.siret, PRO, "SIRET de l'entreprise d'accueil.", sensitive=_SENSITIVITY, forbidden=Drop()
    )
    company_name: str | None = column(
        immersion_agreement.c.company_name,
        PRO,
        "Nom de l'entreprise d'accueil.",
        sensitive=_SENSITIVITY,
        forbidden=Drop(),
    )
    rome_code: str | None = column(immersion_agreement.c.rome_code, PRO, "Code ROME du métier.")
    occupation: str | None = column(immersion_agreement.c.occupation, PRO, "Libellé de l'appellation du ROME.")
    starts_on: Date | None = column(immersion_agreement.c.starts_on, PRO, "Début.")
    ends_on: Date | None = column(immersion_agreement.c.ends_on, PRO, "Fin.")
    agency_kind: str | None = column(
        immersion_agreement.c.agency_kind,
        PRO,
        "Nature de l'organisme prescripteur, nulle tant que le système qui tient la convention ne l'a pas dite.",
        sensitive=_SENSITIVITY,
        forbidden=Drop(),
    )
    assessment: v.AssessmentStatus | None = column(immersion_agreement.c.assessment, PRO, "Bilan.")
    ended_with_job: bool | None = column(
        immersion_agreement.c.ended_with_job,
        PRO,
        "L'immersion a débouché sur une embauche.",
    )
    is_rqth: bool | None = column(immersion_agreement.c.is_rqth, Category.SAN, "La personne a une RQTH.")
    transmission: Transmission | None = transmission(PRO)
    provenance: Provenance | None = provenance(PRO)


@Entity(table=None, description="Adresse postale.")
class Address:
    city_code: str | None = external(COORD, "Code INSEE de la commune.")


@Entity(table=None, description="Moyens de joindre la personne.")
class Contact:
    address: Address | None = external(COORD, "Adresse postale.")


@Entity(table=None, description="Difficulté à prendre en compte dans le parcours.")
class Constraint:
    theme: ConstraintTheme | None = external(
        FREIN,
        "Thème ; une difficulté dont le thème n'est pas ouvert à l'acteur est absente de sa liste.",
    )
    state: ConstraintState | None = external(FREIN, "État de la difficulté.")


@Entity(
    table=person,
    subject="person_id",
    subject_field="id",
    description="Personne accompagnée ou qui demande à l'être.",
)
class Person:
    id: ID = key(person.c.person_id, "Identifiant opaque du hub ; ne dérive d'aucun autre.")
    contact: Contact | None = external(COORD, "Moyens de joindre la personne.")
    constraints: list[Constraint] | None = external(FREIN, "Difficultés à prendre en compte dans le parcours.")
    suggested_services: Connection[SuggestedService] | None = to_many(
        FREIN,
        "Services proches qui répondent aux difficultés que l'acteur peut lire ; la distance part de la commune de la "
        "personne.",
        source=suggested,
        requires="contact { address { cityCode } } constraints { theme state }",
        order=Sort("distanceKm", column=SUGGESTION.c.rank),
    )
    referrals: JudgedConnection[Referral] | None = to_many(
        Category.SUIVI,
        "Orientations vers un service.",
        on=(referral.c.person_id, person.c.person_id),
        order=Sort("sentOn", descending=True),
    )
    job_applications: JudgedConnection[JobApplication] | None = to_many(
        PRO,
        "Candidatures auprès des employeurs de l'inclusion.",
        on=(job_application.c.person_id, person.c.person_id),
        order=Sort("createdAt", descending=True),
    )
    pass_iae: PassIae | None = to_one(
        PRO,
        "PASS IAE.",
        on=(pass_iae.c.person_id, person.c.person_id),
        first=Sort("endsOn", descending=True),
    )
    immersions: JudgedConnection[ImmersionAgreement] | None = to_many(
        PRO,
        "Immersions professionnelles.",
        on=(immersion_agreement.c.person_id, person.c.person_id),
        order=Sort("startsOn", descending=True),
    )


TYPES = (
    Person,
    Structure,
    Service,
    ReferralTerms,
    SuggestedService,
    Contact,
    Address,
    Constraint,
    Provenance,
    Transmission,
    Referral,
    Company,
    JobPosting,
    ImmersionOffer,
    JobApplication,
    PassIae,
    ImmersionAgreement,
)
