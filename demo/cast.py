"""The people of the demo, and the organisations that follow them: all of our own invention.

Names are not those of anyone; each NIR has a month that no NIR has (13) and a commune that does not exist (999);
telephones are of the range kept for fiction (06 39 98); SIRETs fail their check digit. Référent A follows people of
the Ardennes only, référent B people of Corse-du-Sud only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from demo.offers_catalogue import AJACCIO, CHARLEVILLE, PORTO_VECCHIO, PROPRIANO, RETHEL, SARTENE, SEDAN, Place


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation that gives rendez-vous; `number` is its id in RDV-Insertion."""

    number: int
    name: str
    siret: str
    type: str
    department: str


CD_08 = Organisation(
    801, "Conseil départemental de démonstration des Ardennes", "99900030800011", "conseil_departemental", "08"
)
CD_2A = Organisation(
    201, "Conseil départemental de démonstration de Corse-du-Sud", "99900032200013", "conseil_departemental", "2A"
)
EMPLOYER = Organisation(802, "Les Ateliers de l'Ardoise (démonstration)", "99900050800015", "siae", "08")
ORGANISATIONS = (CD_08, CD_2A, EMPLOYER)


@dataclass(frozen=True, slots=True)
class Agent:
    """A professional, known to the sources by e-mail."""

    email: str
    first_name: str
    last_name: str
    organisation: Organisation


REFERENT_A = Agent("solene.marquoy@cd08.example.org", "Solène", "Marquoy", CD_08)
REFERENT_B = Agent("orsu.valdoni@cd2a.example.org", "Orsu", "Valdoni", CD_2A)


@dataclass(frozen=True, slots=True)
class Person:
    """One person as several systems know it; `dossier` is the CAF matricule, which a couple shares."""

    slug: str
    number: int
    civility: str
    first_name: str
    last_name: str
    birth_date: date
    place: Place
    dossier: str | None
    role: str = "demandeur"
    referent: Agent | None = None
    state: str = "2"
    children: int = 0
    birth_name: str | None = None

    @property
    def department(self) -> str:
        """Département of the Conseil départemental in charge."""
        return self.place.code[:2]

    @property
    def nir(self) -> str:
        """An impossible NIR of 13 characters; people born in Corsica have theirs with 2A."""
        sex = "2" if self.civility == "madame" else "1"
        born = "2A" if self.department == "2A" else "99"
        return f"{sex}{self.birth_date:%y}13{born}999{self.number:03}"

    @property
    def email(self) -> str:
        """An address of the domain kept for examples."""
        return f"{self.slug}@example.org"

    @property
    def phone(self) -> str:
        """A mobile number of the range kept for fiction."""
        return f"06399800{self.number:02}"


PEOPLE = (
    Person(
        "maelle",
        1,
        "madame",
        "Maëlle",
        "Ardoisier",
        date(1988, 3, 14),
        CHARLEVILLE,
        "0810001",
        referent=REFERENT_A,
        children=2,
    ),
    Person(
        "titouan",
        2,
        "monsieur",
        "Titouan",
        "Belrupt",
        date(1979, 11, 2),
        SEDAN,
        "0810002",
        referent=REFERENT_A,
        children=1,
    ),
    Person(
        "sidonie",
        3,
        "madame",
        "Sidonie",
        "Belrupt",
        date(1982, 6, 23),
        SEDAN,
        "0810002",
        "conjoint",
        REFERENT_A,
        children=1,
        birth_name="Fumaycourt",
    ),
    Person(
        "gaspard",
        4,
        "monsieur",
        "Gaspard",
        "Mouzonval",
        date(1991, 1, 9),
        RETHEL,
        "0810004",
        referent=REFERENT_A,
        state="4",
    ),
    Person(
        "ondine", 5, "madame", "Ondine", "Charlevert", date(1996, 9, 30), CHARLEVILLE, "0810005", referent=REFERENT_A
    ),
    Person("firmin", 6, "monsieur", "Firmin", "Rocroyeux", date(1974, 12, 5), CHARLEVILLE, "0810006", state="5"),
    Person("leonce", 7, "monsieur", "Léonce", "Signybois", date(2000, 2, 18), SEDAN, None),
    Person(
        "lisandru", 8, "monsieur", "Lisandru", "Taravesu", date(1985, 7, 7), AJACCIO, "0210008", referent=REFERENT_B
    ),
    Person(
        "ghjulia",
        9,
        "madame",
        "Ghjulia",
        "Cuscionu",
        date(1993, 4, 25),
        AJACCIO,
        "0210009",
        referent=REFERENT_B,
        children=3,
    ),
    Person(
        "petru",
        10,
        "monsieur",
        "Petru",
        "Incudinu",
        date(1969, 10, 12),
        PORTO_VECCHIO,
        "0210010",
        referent=REFERENT_B,
        state="3",
    ),
    Person("saveria", 11, "madame", "Saveria", "Prunellu", date(1998, 8, 1), PROPRIANO, "0210011", referent=REFERENT_B),
    Person("dumenica", 12, "madame", "Dumenica", "Asinau", date(1977, 5, 16), SARTENE, "0210012"),
)
BY_SLUG = {person.slug: person for person in PEOPLE}


@dataclass(frozen=True, slots=True)
class Rdv:
    """One rendez-vous, `days` from today; `people` are the slugs of those expected, with what became of each."""

    number: int
    organisation: Organisation
    days: int
    category: str | None
    people: tuple[tuple[str, str], ...]
    location: str = "public_office"
    created_by: str = "agent"


RDVS = (
    Rdv(1, CD_08, -60, "rsa_orientation", (("maelle", "seen"),)),
    Rdv(2, CD_08, -20, "rsa_accompagnement", (("maelle", "noshow"),)),
    Rdv(3, CD_08, 9, "rsa_cer_signature", (("maelle", "unknown"),)),
    Rdv(4, EMPLOYER, 12, "siae_interview", (("maelle", "unknown"),), created_by="user"),
    Rdv(5, CD_08, -31, "rsa_orientation", (("titouan", "excused"), ("sidonie", "seen"), ("firmin", "seen"))),
    Rdv(6, CD_08, 5, "psychologue", (("gaspard", "unknown"),), location="visio"),
    Rdv(7, CD_08, 15, "rsa_follow_up", (("gaspard", "unknown"),), location="phone"),
    Rdv(8, EMPLOYER, -4, "siae_interview", (("ondine", "seen"),)),
    Rdv(9, CD_08, 20, None, (("ondine", "unknown"),)),
    Rdv(10, CD_08, 7, "rsa_accompagnement", (("leonce", "unknown"),)),
    Rdv(11, CD_2A, -45, "rsa_orientation", (("lisandru", "seen"), ("ghjulia", "revoked"))),
    Rdv(12, CD_2A, 11, "rsa_accompagnement_sociopro", (("ghjulia", "unknown"),), location="home"),
    Rdv(13, CD_2A, 6, "psychologue", (("petru", "unknown"),)),
    Rdv(14, CD_2A, 18, "rsa_follow_up", (("saveria", "unknown"),), location="phone", created_by="prescripteur"),
)


@dataclass(frozen=True, slots=True)
class Invitation:
    """One invitation, sent `days` from today."""

    number: int
    slug: str
    days: int
    format: str
    category: str
    clicked: bool = False


INVITATIONS = (
    Invitation(1, "maelle", -25, "sms", "rsa_accompagnement", clicked=True),
    Invitation(2, "dumenica", -6, "email", "rsa_orientation"),
)
