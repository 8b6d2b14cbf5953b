"""The named people of the demo and the organisations that follow them, all fictitious.

No name is a real person's; each NIR has an impossible month (13) and a commune that does not exist (999); telephones
are of the range reserved for fiction (06 39 98); SIRETs fail their check digit. Référent A follows people of the
Ardennes only, référent B people of Corse-du-Sud only. `crowd` adds the many others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from demo.offers_catalogue import (
    AJACCIO,
    CHARLEVILLE,
    PORTO_VECCHIO,
    PROPRIANO,
    PROVIDERS,
    RETHEL,
    REVIN,
    SARTENE,
    SEDAN,
    VOUZIERS,
    Place,
)


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation with rendez-vous; `number` is its id in RDV-Insertion, `structure` its key in the offer."""

    number: int
    name: str
    siret: str
    type: str
    department: str
    structure: str | None = None


CD_08 = Organisation(
    801,
    "Conseil départemental de démonstration des Ardennes",
    "99900030800011",
    "conseil_departemental",
    "08",
    "demonstration--structure-01",
)
CD_2A = Organisation(
    201,
    "Conseil départemental de démonstration de Corse-du-Sud",
    "99900032200013",
    "conseil_departemental",
    "2A",
    "demonstration--structure-07",
)
EMPLOYER = Organisation(802, "Les Ateliers de l'Ardoise (démonstration)", "99900050800015", "siae", "08")
EMPLOYER_2A = Organisation(202, "Les Jardins de la Rocade (démonstration)", "99900052200017", "siae", "2A")
DELEGATE = Organisation(
    803,
    "Association Tremplin des Crêtes (démonstration)",
    "99900060800013",
    "delegataire_rsa",
    "08",
    "demonstration--structure-12",
)
MISSION = Organisation(
    804,
    "Mission locale de démonstration des Ardennes",
    "99900070800011",
    "mission_locale",
    "08",
    "demonstration--structure-13",
)
AGENCY = Organisation(
    805,
    "Agence France Travail de démonstration, Charleville",
    "99900080800019",
    "france_travail",
    "08",
    "demonstration--structure-14",
)
AGENCY_2A = Organisation(
    205, "Agence France Travail de démonstration, Ajaccio", "99900082200011", "france_travail", "2A"
)
CARE = Organisation(808, "CSAPA de démonstration des Ardennes", "99900110800013", "autre", "08")
PROBATION = Organisation(809, "SPIP de démonstration des Ardennes", "99900120800011", "autre", "08")
"""A link to this organisation alone reveals protected data, so that most actors may not read it."""
SCHOOL = Organisation(806, "Organisme de formation de démonstration 08", PROVIDERS["08"], "organisme_formation", "08")
PARTNER = Organisation(807, "Application Parcours partagé (démonstration)", "99900090800017", "autre", "08")
ORGANISATIONS = (CD_08, CD_2A, EMPLOYER, EMPLOYER_2A, DELEGATE, MISSION, AGENCY, AGENCY_2A, CARE, PROBATION)
BELGIUM = "99131"
"""INSEE code of the country."""
SAFIR = {"08999": AGENCY, "20999": AGENCY_2A, "08998": MISSION, "08997": DELEGATE, "08996": CD_08, "20996": CD_2A}
"""The organisation of each SAFIR code of the extract of France Travail."""


@dataclass(frozen=True, slots=True)
class Agent:
    """A professional, whom the sources identify by e-mail."""

    email: str
    first_name: str
    last_name: str
    organisation: Organisation


REFERENT_A = Agent("solene.marquoy@cd08.example.org", "Solène", "Marquoy", CD_08)
REFERENT_B = Agent("orsu.valdoni@cd2a.example.org", "Orsu", "Valdoni", CD_2A)
COLLEAGUE_A = Agent("hermance.tourneval@cd08.example.org", "Hermance", "Tourneval", CD_08)
COLLEAGUE_B = Agent("letizia.ornucciu@cd2a.example.org", "Letizia", "Ornucciu", CD_2A)


@dataclass(frozen=True, slots=True)
class Person:
    """A person as several systems describe it; `dossier` is the CAF matricule, which a couple shares.

    `born` is the commune of birth, if the person doesn't live there; `silent` is the age in days of the only file that
    names the person, a flux (0: the files of today name it); `note` describes why the person is interesting to query.
    """

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
    born: str | None = None
    silent: int = 0
    note: str = ""

    @property
    def department(self) -> str:
        """The département of the Conseil départemental in charge."""
        return self.place.code[:2]

    @property
    def nir(self) -> str:
        """A NIR of 13 characters, impossible for its month; people born in Corsica have theirs with 2A or 2B."""
        sex = "2" if self.civility == "madame" else "1"
        return f"{sex}{self.birth_date:%y}13{self.birth_place}{self.number:03}"

    @property
    def birth_place(self) -> str:
        """The INSEE code of the commune of birth, or of the country where every ninth person was born."""
        return self.born or (self.place.code if self.number % 9 else BELGIUM)

    @property
    def france_travail_id(self) -> str:
        """A number of the old form of France Travail: seven digits and a letter."""
        return f"999{self.number:04}X"

    @property
    def email(self) -> str:
        """An address of the domain reserved for examples."""
        return f"{self.slug}@example.org"

    @property
    def street(self) -> str:
        """A street that does not exist."""
        return f"{self.number} rue de l'Exemple"

    @property
    def about(self) -> str:
        """A description of the person, in a line."""
        name = f"{self.first_name} {self.last_name} ({self.department})"
        return f"{name} : {self.note}" if self.note else name

    @property
    def phone(self) -> str:
        """A mobile number of the range reserved for fiction."""
        return f"063998{self.number:04}"


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
    Person("leonce", 7, "monsieur", "Léonce", "Signybois", date(2000, 2, 18), SEDAN, "0810007", state="5"),
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
    Person("aubane", 13, "madame", "Aubane", "Ravincourt", date(1990, 2, 11), REVIN, "0810013",
           referent=COLLEAGUE_A, note="s'est opposée au traitement de ses données"),
    Person("evariste", 14, "monsieur", "Évariste", "Semoval", date(1983, 10, 4), VOUZIERS, "0810014",
           referent=COLLEAGUE_A, note="a obtenu la limitation du traitement de ses données"),
    Person("zelie", 15, "madame", "Zélie", "Oubliemont", date(1971, 3, 27), CHARLEVILLE, "0810015", silent=800,
           note="dernier contact il y a plus de 24 mois"),
    Person("maurin", 16, "monsieur", "Maurin", "Lointancourt", date(1966, 7, 19), RETHEL, "0810016", silent=250,
           note="dernier contact il y a plus de 6 mois"),
    Person("clelie", 17, "madame", "Clélie", "Lentaucourt", date(1980, 1, 30), SEDAN, "0810017", silent=250,
           note="dernier contact il y a plus de 6 mois"),
    Person("doriane-1", 18, "madame", "Doriane", "Jumelval", date(1992, 6, 6), SEDAN, "0810018", born=SEDAN.code,
           note="homonyme née le même jour qu'une autre : France Travail ne dit pas laquelle est la sienne"),
    Person("doriane-2", 19, "madame", "Doriane", "Jumelval", date(1992, 6, 6), REVIN, "0810019", born=SEDAN.code,
           note="homonyme née le même jour qu'une autre : France Travail ne dit pas laquelle est la sienne"),
    Person("anselme", 20, "monsieur", "Anselme", "Croisemont", date(1987, 8, 15), RETHEL, "0810020",
           note="une notification l'a pris pour Basile Croisemont : elle est refusée"),
    Person("basile", 21, "monsieur", "Basile", "Croisemont", date(1989, 12, 1), RETHEL, "0810021",
           note="une notification l'a pris pour Anselme Croisemont : elle est refusée"),
    Person("santu", 22, "monsieur", "Santu", "Capezzale", date(1975, 4, 8), AJACCIO, "0210022", born="2B033",
           referent=COLLEAGUE_B, note="NIR de Haute-Corse (2B)"),
    Person("fiora", 23, "madame", "Fiora", "Capezzale", date(1978, 9, 21), AJACCIO, "0210022", "conjoint",
           COLLEAGUE_B, birth_name="Ornasca", note="partage le dossier de Santu Capezzale"),
)  # fmt: skip
BY_SLUG = {person.slug: person for person in PEOPLE}


@dataclass(frozen=True, slots=True)
class Rdv:
    """A rendez-vous, `days` from today; `people` are the slugs of the participants, each with its status."""

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
    Rdv(7, CD_08, 1, "rsa_follow_up", (("gaspard", "unknown"),), location="phone"),
    Rdv(8, EMPLOYER, -4, "siae_interview", (("ondine", "seen"),)),
    Rdv(9, CD_08, 20, None, (("ondine", "unknown"),)),
    Rdv(10, CD_08, 7, "rsa_accompagnement", (("leonce", "unknown"),)),
    Rdv(11, CD_2A, -45, "rsa_orientation", (("lisandru", "seen"), ("ghjulia", "revoked"))),
    Rdv(12, CD_2A, 11, "rsa_accompagnement_sociopro", (("ghjulia", "unknown"),), location="home"),
    Rdv(13, CD_2A, 6, "psychologue", (("petru", "unknown"),)),
    Rdv(14, CD_2A, 18, "rsa_follow_up", (("saveria", "unknown"),), location="phone", created_by="prescripteur"),
    Rdv(15, CD_08, -12, "rsa_orientation", (("aubane", "seen"), ("evariste", "seen"))),
    Rdv(16, CD_08, 8, "rsa_cer_signature", (("aubane", "unknown"),)),
    Rdv(17, CD_08, 10, "psychologue", (("evariste", "unknown"),)),
    Rdv(19, CARE, 13, None, (("titouan", "unknown"), ("sidonie", "unknown"))),
    Rdv(20, PROBATION, 16, None, (("sidonie", "unknown"), ("firmin", "unknown"))),
    Rdv(18, CD_2A, 4, "rsa_accompagnement_social", (("santu", "unknown"), ("fiora", "unknown"))),
)


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation, sent `days` from today."""

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
