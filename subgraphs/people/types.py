"""The person of the subgraph `people`; `contact`, `dossier` and `journey` hold the types that it leads to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Integer,
    Table,
    Text,
    and_,
    case,
    cast,
    distinct,
    extract,
    func,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from schema.categories import Category, Level
from subgraphs.kit import access
from subgraphs.kit.entity import Entity
from subgraphs.kit.facts_sql import TODAY
from subgraphs.kit.fields import Coarsen, Sort, column, key, to_many, to_one
from subgraphs.kit.provenance import Provenance, provenance
from subgraphs.kit.residual_sql import constant, word
from subgraphs.kit.scalars import ID, Date
from subgraphs.people import journey_tables as j
from subgraphs.people import tables as t
from subgraphs.people import values as v
from subgraphs.people.contact import Address, Contact, NationalIdentifier, SectorIdentifier
from subgraphs.people.dossier import (
    Allocations,
    Disability,
    Education,
    Household,
    JobSeekerRegistration,
    ProfessionalProject,
    Resources,
    Rsa,
)
from subgraphs.people.journey import (
    Agent,
    Constraint,
    Contract,
    GroupMember,
    Objective,
    Orientation,
    Referent,
    Structure,
    reveals,
)
from subgraphs.people.rights import Rights, in_force
from subgraphs.people.statements import ORDER, SHOWN, Statement

IDENTITY, NIR, COORD, FAM = Category.ID, Category.NIR, Category.COORD, Category.FAM
SOC, ECO, FORM, TRACE = Category.SOC, Category.ECO, Category.FORM, Category.TRACE
SUIVI, FREIN, SAN, IDX, PRO = Category.SUIVI, Category.FREIN, Category.SAN, Category.IDX, Category.PRO
REDUCED = Level.REDUCED
RQTH_DAYS = 180
"""C. trav. R.5312-44: six months after the end of the RQTH. Where no source tells it, the end of the last agreement of
immersion that says the RQTH stands for it."""


def _value_of(table: Table, expression: ColumnElement[Any], *only: ColumnElement[bool]) -> ColumnElement[Any]:
    """A value of the person's row in another table, or an aggregate of its rows there that meet `only`."""
    lookup = select(expression).where(table.c.person_id == t.person.c.id, *only)
    return lookup.correlate(t.person).scalar_subquery()


def _any(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return func.bool_or(condition, type_=Boolean())


def _distinct_values(table: Table, expression: ColumnElement[str]) -> ColumnElement[Any]:
    """The distinct values of the person's rows in another table, sorted; an empty list without rows."""
    values = func.array_agg(aggregate_order_by(distinct(expression), expression), type_=ARRAY(Text()))
    return func.coalesce(_value_of(table, values), literal_column("'{}'::text[]"), type_=ARRAY(Text()))


def _start(expression: ColumnElement[Any], length: int) -> ColumnElement[str]:
    return func.left(expression, constant(length), type_=Text())


_CITY = t.contact.c.city_code
_DEPARTMENT: ColumnElement[str] = case(
    (_start(_CITY, 2).in_([word("97"), word("98")]), _start(_CITY, 3)), else_=_start(_CITY, 2)
)
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


@Entity(table=t.person, subject="id", plural="personnes", description="Personne accompagnée ou qui demande à l'être.")
class Person:
    id: ID = key(t.person.c.id, "Identifiant opaque du hub ; ne dérive d'aucun autre.")
    civility: v.Civility | None = column(t.person.c.civility, IDENTITY, "Civilité.")
    first_name: str | None = column(t.person.c.first_name, IDENTITY, "Prénom.")
    last_name: str | None = column(t.person.c.last_name, IDENTITY, "Nom d'usage.")
    birth_name: str | None = column(t.person.c.birth_name, IDENTITY, "Nom de naissance.")
    birth_date: Date | None = column(t.person.c.birth_date, IDENTITY, "Date de naissance.")
    birth_year: int | None = column(
        cast(extract("year", t.person.c.birth_date), Integer),
        IDENTITY,
        "Année de naissance, à la place de la date.",
        level=REDUCED,
    )
    birth_city_code: str | None = column(t.person.c.birth_city_code, IDENTITY, "Code INSEE de la commune de naissance.")
    birth_country_code: str | None = column(t.person.c.birth_country_code, IDENTITY, "Code INSEE du pays de naissance.")
    identity_certified: bool | None = column(
        t.person.c.identity_certified,
        IDENTITY,
        "L'identité a été certifiée par l'Insee ou par France Travail.",
    )
    nir_last_digits: str | None = column(
        t.person.c.nir_last_digits,
        NIR,
        "Derniers chiffres du NIR, pour que la personne reconnaisse le sien.",
        level=REDUCED,
    )
    identifiers: list[SectorIdentifier] | None = to_many(
        IDX,
        "Identifiants de la personne dans les autres systèmes.",
        on=(t.sector_identifier.c.person_id, t.person.c.id),
        order=Sort("value"),
    )
    national_identifiers: list[NationalIdentifier] | None = to_many(
        IDX,
        "Identifiants dans les autres systèmes, sans l'identifiant interne du Conseil départemental.",
        level=REDUCED,
        on=(t.sector_identifier.c.person_id, t.person.c.id),
        where=t.sector_identifier.c.kind != word("CD_INTERNE"),
        order=Sort("value"),
    )
    pass_iae_number: str | None = column(_PASS_IAE, IDX, "Numéro de PASS IAE.", level=REDUCED)
    identifier_kinds: list[v.IdentifierKind] | None = column(
        _distinct_values(t.sector_identifier, t.sector_identifier.c.kind),
        IDX,
        "Systèmes qui connaissent la personne, sans l'identifiant.",
        level=REDUCED,
    )
    statements: list[Statement] | None = to_many(
        IDX,
        "Ce que chaque système dit de la personne : où ils se contredisent, les autres champs suivent celui qui fait "
        "foi (docs/provenance.md).",
        on=(t.identity.c.person_id, t.person.c.id),
        where=SHOWN,
        order=ORDER,
        page=6,
    )
    contact: Contact | None = to_one(COORD, "Moyens de joindre la personne.", on=(t.contact.c.person_id, t.person.c.id))
    department_code: str | None = column(
        _value_of(t.contact, _DEPARTMENT),
        COORD,
        "Code du département de résidence.",
        level=REDUCED,
    )
    referent_organisation: Structure | None = to_one(
        COORD,
        "Organisme référent, à joindre au sujet de la personne (C. trav. R.5312-42-1 IV) ; nul aussi si le dire "
        "révélerait une donnée protégée.",
        on=(t.structure.c.id, t.person.c.structure_id),
        sensitive=reveals(t.person),
    )
    household: Household | None = to_one(FAM, "Foyer de la personne.", on=(t.household.c.person_id, t.person.c.id))
    has_dependent_children: bool | None = column(
        _value_of(t.household, t.household.c.dependent_children > constant(0)),
        FAM,
        "Vrai si au moins un enfant est à charge ; nul sinon, et si l'on n'en sait rien.",
        level=REDUCED,
    )
    rsa: Rsa | None = to_one(SOC, "Dossier RSA.", on=(t.rsa.c.person_id, t.person.c.id))
    is_rsa_beneficiary: bool | None = column(
        _value_of(t.rsa, t.rsa.c.beneficiary),
        SOC,
        "Vrai si la personne a un droit RSA ouvert ; nul sinon, et si l'on n'en sait rien.",
        level=REDUCED,
    )
    has_rights_and_duties: bool | None = column(
        _value_of(t.rsa, t.rsa.c.rights_and_duties),
        SOC,
        "Vrai si la personne est soumise aux droits et devoirs du RSA ; nul sinon, et si l'on n'en sait rien.",
        level=REDUCED,
    )
    allocations: Allocations | None = to_one(SOC, "Allocations perçues.", on=(t.allocations.c.person_id, t.person.c.id))
    is_iae_eligible: bool | None = column(
        or_(_value_of(t.rsa, t.rsa.c.beneficiary), _value_of(t.allocations, t.allocations.c.specific_solidarity)),
        SOC,
        "Vrai si la personne remplit, au titre du RSA ou de l'ASS, un critère d'éligibilité à l'insertion par "
        "l'activité économique ; nul sinon, et si l'on n'en sait rien. Le critère n'est pas dit.",
        level=REDUCED,
    )
    resources: Resources | None = to_one(ECO, "Ressources du foyer.", on=(t.resources.c.person_id, t.person.c.id))
    has_earned_income: bool | None = column(
        _value_of(t.resources, t.resources.c.earned),
        ECO,
        "Vrai si la personne perçoit un revenu d'activité ; nul sinon, et si l'on n'en sait rien.",
        level=REDUCED,
    )
    job_seeker_registration: JobSeekerRegistration | None = to_one(
        PRO,
        "Inscription sur la liste des demandeurs d'emploi.",
        on=(t.registration.c.person_id, t.person.c.id),
    )
    is_job_seeker: bool | None = column(
        _value_of(t.registration, t.registration.c.status == word("INSCRIT")),
        PRO,
        "Vrai si la personne est inscrite comme demandeur d'emploi ; nul sinon, et si l'on n'en sait rien.",
        level=REDUCED,
    )
    in_priority_district: bool | None = column(
        t.person.c.in_priority_district,
        SOC,
        "La personne habite un quartier prioritaire de la politique de la ville (QPV).",
    )
    work_situation: v.WorkSituation | None = column(
        t.person.c.work_situation,
        PRO,
        "Situation professionnelle.",
        forbidden=Coarsen("AUTRE"),
    )
    projects: list[ProfessionalProject] | None = to_many(
        PRO,
        "Projets professionnels.",
        on=(j.project.c.person_id, t.person.c.id),
    )
    target_occupations: list[str] | None = column(
        _distinct_values(j.project, j.project.c.rome_code),
        PRO,
        "Codes ROME des métiers visés.",
        level=REDUCED,
    )
    education: Education | None = to_one(
        FORM, "Niveau d'études.", level=REDUCED, on=(t.education.c.person_id, t.person.c.id)
    )
    driving_licence: bool | None = column(t.person.c.driving_licence, FREIN, "La personne a le permis B.")
    own_transport: bool | None = column(
        t.person.c.own_transport, FREIN, "La personne dispose d'un moyen de locomotion."
    )
    constraints: list[Constraint] | None = to_many(
        FREIN,
        "Difficultés à prendre en compte dans le parcours.",
        on=(j.constraint.c.person_id, t.person.c.id),
    )
    has_particular_difficulties: bool | None = column(
        _value_of(j.constraint, _any(_PRESENT), not_(_PROTECTED)),
        FREIN,
        "Vrai si des difficultés particulières sont à prendre en compte (C. trav. L.5411-5-1) ; nul sinon, et si l'on "
        "n'en sait rien. Ni la santé, ni la justice, ni le séjour ne comptent ici.",
        level=REDUCED,
    )
    health_to_consider: bool | None = column(
        _value_of(j.constraint, _any(_PRESENT), j.constraint.c.theme == word("SANTE")),
        SAN,
        "Vrai si la santé est à prendre en compte pour orienter la personne, sans dire en quoi ; nul sinon, et si l'on "
        "n'en sait rien.",
        level=REDUCED,
    )
    disability: Disability | None = to_one(
        SAN,
        "Handicap reconnu.",
        on=(t.disability.c.person_id, t.person.c.id),
    )
    has_rqth: bool | None = column(
        _value_of(t.disability, t.disability.c.rqth_ends_on >= TODAY - constant(RQTH_DAYS)),
        SAN,
        "Vrai si une RQTH est en cours, ou finie depuis moins de six mois ; nul sinon, et si l'on n'en sait rien.",
        level=REDUCED,
    )
    orientations: list[Orientation] | None = to_many(
        SUIVI,
        "Orientations successives.",
        level=REDUCED,
        on=(j.orientation.c.person_id, t.person.c.id),
        order=Sort("startsOn"),
    )
    referent: Referent | None = to_one(
        SUIVI,
        "Référent en cours ; nul aussi si le nommer révélerait une donnée protégée.",
        on=(j.referent.c.person_id, t.person.c.id),
        where=and_(j.ACTIVE, j.referent.c.is_referent),
        first=Sort("since", descending=True),
        sensitive=reveals(j.referent),
    )
    contracts: list[Contract] | None = to_many(
        SUIVI,
        "Contrats d'engagement et d'accompagnement.",
        on=(j.contract.c.person_id, t.person.c.id),
        order=Sort("signedOn"),
    )
    objectives: list[Objective] | None = to_many(
        SUIVI,
        "Objectifs du parcours.",
        on=(j.objective.c.person_id, t.person.c.id),
        order=Sort("recordedOn"),
    )
    follow_up_group: list[GroupMember] | None = to_many(
        SUIVI,
        "Membres actifs du groupe de suivi, sans ceux qu'il suffirait de nommer pour révéler une donnée protégée.",
        on=(j.referent.c.person_id, t.person.c.id),
        where=j.ACTIVE,
        order=Sort("since", column=_ENTRY),
        sensitive=reveals(j.referent),
    )
    rights: Rights | None = to_one(
        TRACE,
        "Droits exercés, restrictions et échéances.",
        on=(access.person.c.person_id, t.person.c.id),
    )
    restrictions: list[v.RestrictionKind] | None = column(
        _value_of(access.person, in_force()),
        TRACE,
        "Restrictions que la personne a demandées.",
        level=REDUCED,
    )
    erasure_planned_on: Date | None = column(
        _value_of(access.person, access.person.c.erasure_on),
        TRACE,
        "Date prévue d'effacement des données.",
        level=REDUCED,
    )
    provenance: Provenance | None = provenance(IDX, "Origine de l'identité.")


TYPES = (
    Person,
    SectorIdentifier,
    NationalIdentifier,
    Statement,
    Contact,
    Address,
    Household,
    Rsa,
    Allocations,
    Education,
    Resources,
    Disability,
    JobSeekerRegistration,
    ProfessionalProject,
    Rights,
    Constraint,
    Orientation,
    Referent,
    GroupMember,
    Contract,
    Objective,
    Agent,
    Structure,
    Provenance,
)
