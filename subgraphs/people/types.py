"""Types of the subgraph `people`, each declared once on its table; `schema/people*.graphql` is the whole on paper."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Table,
    Text,
    case,
    cast,
    extract,
    func,
    not_,
    select,
)

from schema.categories import Category, Level
from subgraphs.kit.entity import entity
from subgraphs.kit.fields import Drop, Sort, column, embedded, key, many, one
from subgraphs.kit.rules import constant, word
from subgraphs.people import tables as t
from subgraphs.people import values as v

ID, COORD, FAM, SOC = Category.ID, Category.COORD, Category.FAM, Category.SOC
SUIVI, FREIN, SAN, PROF = Category.SUIVI, Category.FREIN, Category.SAN, Category.PROF
REDUCED = Level.REDUCED


def _of(table: Table, expression: ColumnElement[Any], *only: ColumnElement[bool]) -> ColumnElement[Any]:
    """A value of the person's row in another table, or an aggregate of its rows there, of these only."""
    found = select(expression).where(table.c.person_id == t.person.c.id, *only)
    return found.correlate(t.person).scalar_subquery()


def _any(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return func.bool_or(condition, type_=Boolean())


def _start(expression: ColumnElement[Any], length: int) -> ColumnElement[str]:
    return func.left(expression, constant(length), type_=Text())


_CITY = t.contact.c.city_code
_DEPARTMENT: ColumnElement[str] = case(
    (_start(_CITY, 2).in_([word("97"), word("98")]), _start(_CITY, 3)), else_=_start(_CITY, 2)
)
_OPEN_RSA = t.rsa.c.status.in_([word(status) for status in t.RSA_STATUSES[2:5]])
_PRESENT = t.constraint.c.state == word("OUI")
_PROTECTED = t.constraint.c.theme.in_([word("SANTE"), word("JUSTICE"), word("SEJOUR")])


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
    contact = one("Contact", COORD, "Moyens de joindre la personne.", on=(t.contact.c.person_id, t.person.c.id))
    department_code = column(_of(t.contact, _DEPARTMENT), COORD, "Code du département de résidence.", level=REDUCED)
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
    constraints = many(
        "Constraint",
        FREIN,
        "Difficultés à prendre en compte dans le parcours.",
        on=(t.constraint.c.person_id, t.person.c.id),
        page=None,
    )
    has_particular_difficulties = column(
        _of(t.constraint, _any(_PRESENT), not_(_PROTECTED)),
        FREIN,
        "Des difficultés particulières sont à prendre en compte (C. trav. L.5411-5-1) ; ni la santé, ni la justice, "
        "ni le séjour ne comptent ici.",
        level=REDUCED,
    )
    health_to_consider = column(
        _of(t.constraint, _any(_PRESENT), t.constraint.c.theme == word("SANTE")),
        SAN,
        "La santé est à prendre en compte pour orienter la personne, sans dire en quoi.",
        level=REDUCED,
    )
    referent = one(
        "Referent",
        SUIVI,
        "Référent en cours.",
        on=(t.referent.c.person_id, t.person.c.id),
        first=Sort("since", descending=True),
    )


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


@entity(table=t.contact, subject="person_id", description="Adresse postale.")
class Address:
    postal_code = column(t.contact.c.postal_code, COORD, "Code postal.")
    city = column(t.contact.c.city, COORD, "Nom de la commune.")
    city_code = column(t.contact.c.city_code, COORD, "Code INSEE de la commune.")


@entity(
    table=t.household,
    subject="person_id",
    description="Foyer de la personne. Les autres membres ne sont connus que par le conjoint, s'il est lui-même "
    "accompagné.",
)
class Household:
    family_situation = column(t.household.c.family_situation, FAM, "Situation familiale, code de la CNAF (SITFAM).")
    dependent_children = column(t.household.c.dependent_children, FAM, "Nombre d'enfants à charge.")


@entity(table=t.rsa, subject="person_id", description="Dossier RSA.")
class Rsa:
    status = column(t.rsa.c.status, SOC, "État du dossier.", choice=v.RSA_STATUS)
    requested_on = column(t.rsa.c.requested_on, SOC, "Date de la demande.")
    rights_and_duties = column(t.rsa.c.rights_and_duties, SOC, "La personne est soumise aux droits et devoirs.")
    suspended_on = column(t.rsa.c.suspended_on, SOC, "Date de suspension du versement.")


@entity(
    table=t.constraint,
    subject="person_id",
    recorded_by="recorded_by",
    plural="difficultés",
    description="Difficulté à prendre en compte dans le parcours.",
)
class Constraint:
    id = key(t.constraint.c.id)
    theme = column(
        t.constraint.c.theme,
        FREIN,
        "Thème ; une difficulté dont le thème n'est pas ouvert à l'acteur est absente de sa liste.",
        choice=v.CONSTRAINT_THEME,
        forbidden=Drop(),
    )
    state = column(t.constraint.c.state, FREIN, "État de la difficulté.", choice=v.CONSTRAINT_STATE)
    impact = column(t.constraint.c.impact, FREIN, "Effet sur la recherche d'emploi.", choice=v.CONSTRAINT_IMPACT)
    recorded_on = column(t.constraint.c.recorded_on, FREIN, "Date du constat.")


@entity(table=t.referent, subject="person_id", description="Référent de la personne.")
class Referent:
    since = column(t.referent.c.since, SUIVI, "Date à laquelle le référent a été désigné.")
    agent = one("Agent", PROF, "Agent référent.", on=(t.agent.c.id, t.referent.c.agent_id))


@entity(
    table=t.agent,
    plural="professionnels",
    description="Professionnel. Ce qu'un lien vers lui révèle de la personne se décide sur le lien.",
)
class Agent:
    id = key(t.agent.c.id)
    first_name = column(t.agent.c.first_name, PROF, "Prénom.")
    last_name = column(t.agent.c.last_name, PROF, "Nom.")
    email = column(t.agent.c.email, PROF, "Adresse électronique professionnelle.")


TYPES = (Person, Contact, Address, Household, Rsa, Constraint, Referent, Agent)
