"""The person and what its file says: types of the subgraph `people`; `schema/people*.graphql` is the whole on paper."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Integer,
    Table,
    Text,
    case,
    cast,
    distinct,
    extract,
    func,
    literal_column,
    not_,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from schema.categories import Category, Level
from subgraphs.kit import access
from subgraphs.kit.entity import entity
from subgraphs.kit.fields import Coarsen, Sort, column, embedded, key, many, one
from subgraphs.kit.provenance import Provenance, provenance
from subgraphs.kit.residual_sql import constant, word
from subgraphs.people import journey_tables as j
from subgraphs.people import tables as t
from subgraphs.people import values as v
from subgraphs.people.dossier import DOSSIER
from subgraphs.people.journey import JOURNEY, reveals
from subgraphs.people.rights import Rights, in_force

ID, NIR, COORD, FAM = Category.ID, Category.NIR, Category.COORD, Category.FAM
SOC, ECO, TRACE = Category.SOC, Category.ECO, Category.TRACE
SUIVI, FREIN, SAN, IDX, PRO = Category.SUIVI, Category.FREIN, Category.SAN, Category.IDX, Category.PRO
REDUCED = Level.REDUCED


def _of(table: Table, expression: ColumnElement[Any], *only: ColumnElement[bool]) -> ColumnElement[Any]:
    """A value of the person's row in another table, or an aggregate of its rows there, of these only."""
    found = select(expression).where(table.c.person_id == t.person.c.id, *only)
    return found.correlate(t.person).scalar_subquery()


def _any(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return func.bool_or(condition, type_=Boolean())


def _listed(table: Table, expression: ColumnElement[str]) -> ColumnElement[Any]:
    """The distinct values of the person's rows in another table, in their order; an empty list of none."""
    every = func.array_agg(aggregate_order_by(distinct(expression), expression), type_=ARRAY(Text()))
    return func.coalesce(_of(table, every), literal_column("'{}'::text[]"), type_=ARRAY(Text()))


def _start(expression: ColumnElement[Any], length: int) -> ColumnElement[str]:
    return func.left(expression, constant(length), type_=Text())


_CITY = t.contact.c.city_code
_DEPARTMENT: ColumnElement[str] = case(
    (_start(_CITY, 2).in_([word("97"), word("98")]), _start(_CITY, 3)), else_=_start(_CITY, 2)
)
_OPEN_RSA = t.rsa.c.status.in_([word(status) for status in t.RSA_STATUSES[2:5]])
_ENTRY = func.concat(j.referent.c.since, word("Z"), j.referent.c.source_id, type_=Text(collation="C"))
"""Order of the members of a group: by the day of their entry, those whose day isn't known last."""
_PASS_IAE = (
    select(t.sector_identifier.c.value)
    .where(t.sector_identifier.c.person_id == t.person.c.id, t.sector_identifier.c.kind == word("PASS_IAE"))
    .order_by(t.sector_identifier.c.as_of.desc(), t.sector_identifier.c.value.desc())
    .limit(constant(1))
    .correlate(t.person)
    .scalar_subquery()
)
"""The number that was told last; a person whose path began again has another."""
_PRESENT = j.constraint.c.state == word("OUI")
_PROTECTED = j.constraint.c.theme.in_([word("SANTE"), word("JUSTICE"), word("SEJOUR")])


@entity(table=t.person, subject="id", plural="personnes", description="Personne accompagnée ou qui demande à l'être.")
class Person:
    id = key(t.person.c.id, "Identifiant opaque du hub ; ne dérive d'aucun autre.")
    civility = column(t.person.c.civility, ID, "Civilité.", choice=v.CIVILITY)
    first_name = column(t.person.c.first_name, ID, "Prénom.")
    last_name = column(t.person.c.last_name, ID, "Nom d'usage.")
    birth_name = column(t.person.c.birth_name, ID, "Nom de naissance.")
    birth_date = column(t.person.c.birth_date, ID, "Date de naissance.")
    birth_year = column(
        cast(extract("year", t.person.c.birth_date), Integer),
        ID,
        "Année de naissance, à la place de la date.",
        level=REDUCED,
    )
    birth_city_code = column(t.person.c.birth_city_code, ID, "Code INSEE de la commune de naissance.")
    birth_country_code = column(t.person.c.birth_country_code, ID, "Code INSEE du pays de naissance.")
    identity_certified = column(
        t.person.c.identity_certified, ID, "L'identité a été certifiée par l'Insee ou par France Travail."
    )
    nir_last_digits = column(
        t.person.c.nir_last_digits,
        NIR,
        "Derniers chiffres du NIR, pour que la personne reconnaisse le sien.",
        level=REDUCED,
    )
    identifiers = many(
        "SectorIdentifier",
        IDX,
        "Identifiants de la personne dans les autres systèmes.",
        on=(t.sector_identifier.c.person_id, t.person.c.id),
        order=Sort("value"),
        page=None,
    )
    national_identifiers = many(
        "NationalIdentifier",
        IDX,
        "Identifiants dans les autres systèmes, sans l'identifiant interne du Conseil départemental.",
        level=REDUCED,
        on=(t.sector_identifier.c.person_id, t.person.c.id),
        where=t.sector_identifier.c.kind != word("CD_INTERNE"),
        order=Sort("value"),
        page=None,
    )
    pass_iae_number = column(_PASS_IAE, IDX, "Numéro de PASS IAE.", level=REDUCED)
    identifier_kinds = column(
        _listed(t.sector_identifier, t.sector_identifier.c.kind),
        IDX,
        "Systèmes qui connaissent la personne, sans l'identifiant.",
        level=REDUCED,
        choice=v.IDENTIFIER_KIND,
    )
    contact = one("Contact", COORD, "Moyens de joindre la personne.", on=(t.contact.c.person_id, t.person.c.id))
    department_code = column(_of(t.contact, _DEPARTMENT), COORD, "Code du département de résidence.", level=REDUCED)
    referent_organisation = one(
        "Structure",
        COORD,
        "Organisme référent, à joindre au sujet de la personne (C. trav. R.5312-42-1 IV) ; nul aussi si le dire "
        "révélerait une donnée protégée.",
        on=(t.structure.c.id, t.person.c.structure_id),
        sensitive=reveals(t.person),
    )
    household = one("Household", FAM, "Foyer de la personne.", on=(t.household.c.person_id, t.person.c.id))
    has_dependent_children = column(
        _of(t.household, t.household.c.dependent_children > constant(0)),
        FAM,
        "Au moins un enfant est à charge.",
        level=REDUCED,
    )
    rsa = one("Rsa", SOC, "Dossier RSA.", on=(t.rsa.c.person_id, t.person.c.id))
    is_rsa_beneficiary = column(_of(t.rsa, _OPEN_RSA), SOC, "La personne a un droit RSA ouvert.", level=REDUCED)
    has_rights_and_duties = column(
        _of(t.rsa, t.rsa.c.rights_and_duties),
        SOC,
        "La personne est soumise aux droits et devoirs du RSA.",
        level=REDUCED,
    )
    allocations = one("Allocations", SOC, "Allocations perçues.", on=(t.allocations.c.person_id, t.person.c.id))
    resources = one("Resources", ECO, "Ressources du foyer.", on=(t.resources.c.person_id, t.person.c.id))
    has_earned_income = column(
        _of(t.resources, t.resources.c.earned), ECO, "La personne perçoit un revenu d'activité.", level=REDUCED
    )
    job_seeker_registration = one(
        "JobSeekerRegistration",
        PRO,
        "Inscription sur la liste des demandeurs d'emploi.",
        on=(t.registration.c.person_id, t.person.c.id),
    )
    is_job_seeker = column(
        _of(t.registration, t.registration.c.status == word("INSCRIT")),
        PRO,
        "La personne est inscrite comme demandeur d'emploi.",
        level=REDUCED,
    )
    work_situation = column(
        t.person.c.work_situation,
        PRO,
        "Situation professionnelle.",
        choice=v.WORK_SITUATION,
        forbidden=Coarsen("AUTRE"),
    )
    projects = many(
        "ProfessionalProject",
        PRO,
        "Projets professionnels.",
        on=(j.project.c.person_id, t.person.c.id),
        page=None,
    )
    target_occupations = column(
        _listed(j.project, j.project.c.rome_code), PRO, "Codes ROME des métiers visés.", level=REDUCED
    )
    constraints = many(
        "Constraint",
        FREIN,
        "Difficultés à prendre en compte dans le parcours.",
        on=(j.constraint.c.person_id, t.person.c.id),
        page=None,
    )
    has_particular_difficulties = column(
        _of(j.constraint, _any(_PRESENT), not_(_PROTECTED)),
        FREIN,
        "Des difficultés particulières sont à prendre en compte (C. trav. L.5411-5-1) ; ni la santé, ni la justice, "
        "ni le séjour ne comptent ici.",
        level=REDUCED,
    )
    health_to_consider = column(
        _of(j.constraint, _any(_PRESENT), j.constraint.c.theme == word("SANTE")),
        SAN,
        "La santé est à prendre en compte pour orienter la personne, sans dire en quoi.",
        level=REDUCED,
    )
    orientations = many(
        "Orientation",
        SUIVI,
        "Orientations successives.",
        level=REDUCED,
        on=(j.orientation.c.person_id, t.person.c.id),
        order=Sort("startsOn"),
        page=None,
    )
    referent = one(
        "Referent",
        SUIVI,
        "Référent en cours ; nul aussi si le nommer révélerait une donnée protégée.",
        on=(j.referent.c.person_id, t.person.c.id),
        first=Sort("since", descending=True),
        sensitive=reveals(j.referent),
    )
    contracts = many(
        "Contract",
        SUIVI,
        "Contrats d'engagement et d'accompagnement.",
        on=(j.contract.c.person_id, t.person.c.id),
        order=Sort("signedOn"),
        page=None,
    )
    follow_up_group = many(
        "GroupMember",
        SUIVI,
        "Membres actifs du groupe de suivi, sans ceux qu'il suffirait de nommer pour révéler une donnée protégée.",
        on=(j.referent.c.person_id, t.person.c.id),
        order=Sort("since", column=_ENTRY),
        page=None,
        sensitive=reveals(j.referent),
    )
    rights = one(
        "Rights",
        TRACE,
        "Droits exercés, restrictions et échéances.",
        on=(access.person.c.person_id, t.person.c.id),
    )
    restrictions = column(
        _of(access.person, in_force()),
        TRACE,
        "Restrictions que la personne a demandées.",
        level=REDUCED,
        choice=v.RESTRICTION_KIND,
    )
    erasure_planned_on = column(
        _of(access.person, access.person.c.erasure_on), TRACE, "Date prévue d'effacement des données.", level=REDUCED
    )
    provenance = provenance(IDX, "Origine de l'identité.")


@entity(
    table=t.sector_identifier,
    subject="person_id",
    plural="identifiants",
    description="Identifiant de la personne dans un autre système.",
)
class SectorIdentifier:
    kind = column(t.sector_identifier.c.kind, IDX, "Système de l'identifiant.", choice=v.IDENTIFIER_KIND)
    value = column(t.sector_identifier.c.value, IDX, "Valeur de l'identifiant.")
    organisation = column(
        t.sector_identifier.c.organisation, IDX, "Organisme gestionnaire, pour un matricule CAF ou MSA."
    )
    request_number = column(t.sector_identifier.c.request_number, IDX, "Numéro de la demande de RSA.")
    role = column(
        t.sector_identifier.c.role, IDX, "Rôle dans le dossier, que le couple partage.", choice=v.DOSSIER_ROLE
    )
    provenance = provenance(IDX)


@entity(
    table=t.sector_identifier,
    subject="person_id",
    plural="identifiants",
    description="Identifiant de la personne dans un système national.",
)
class NationalIdentifier:
    kind = column(t.sector_identifier.c.kind, IDX, "Système de l'identifiant.", level=REDUCED, choice=v.IDENTIFIER_KIND)
    value = column(t.sector_identifier.c.value, IDX, "Valeur de l'identifiant.", level=REDUCED)


@entity(table=t.contact, subject="person_id", description="Moyens de joindre la personne.")
class Contact:
    email = column(t.contact.c.email, COORD, "Adresse électronique.")
    phones = column(t.contact.c.phones, COORD, "Numéros de téléphone, le mobile en premier.")
    address = embedded("Address", COORD, "Adresse postale.")
    origin = column(
        t.contact.c.origin,
        COORD,
        "Contact de la personne, ou du dossier que le foyer partage.",
        choice=v.CONTACT_ORIGIN,
    )
    authorisation = column(
        t.contact.c.authorisation,
        COORD,
        "Autorisation d'utiliser ces coordonnées ; un refus interdit l'invitation.",
        choice=v.CONTACT_AUTHORISATION,
    )
    provenance = provenance(IDX, "Origine des coordonnées.")


@entity(table=t.contact, subject="person_id", description="Adresse postale.")
class Address:
    street = column(t.contact.c.street, COORD, "Numéro et voie.")
    postal_code = column(t.contact.c.postal_code, COORD, "Code postal.")
    city = column(t.contact.c.city, COORD, "Nom de la commune.")
    city_code = column(t.contact.c.city_code, COORD, "Code INSEE de la commune.")


TYPES = (
    Person,
    SectorIdentifier,
    NationalIdentifier,
    Contact,
    Address,
    *DOSSIER,
    Rights,
    *JOURNEY,
    Provenance,
)
