"""A generated population as three systems know it: twins, couples in one dossier, typing errors, changed names, births
abroad. Each record comes with the number of the person whom it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from schema.nir import control_key
from subgraphs.kit.ingest.person_registry import PersonRecord

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
CITIES = {"08": "08105", "2A": "2A004", "31": "31555", "59": "59350", "69": "69123", "93": "93066", "974": "97411"}
"""By département, the town where all its people live."""
MATERNITIES = 4
"""Communes of a département where people are born."""
FIRST_NAMES = """
Adèle Agnès Ahmed Aïcha Anne Anne-Marie Bruno Camille Chloé Claude Dominique Élodie Éric Fatima François Inès Jean
Jean-Luc Karim Léa Louis Marie Marie-Claire Mohamed Nadia Noémie Olivier Pierre Rachid Sofia Thomas Yacine
""".split()  # noqa: SIM905
_STARTS = "Ard Ben Ber Bou Chev Da-Sil Dia Dub Dur El-Am Font Gar Gir Lam Lef Ler March Mart Merc Mor Ngu Pet Rob Rou"
_ENDS = (
    "oisier ali nard langer alier va llo ois and rani aine cia ard bert ebvre oy and in ier eau yen it ert sseau é ec"
)
COUNTRIES = ("99350", "99351", "99352", "99341", "99212")
"""Where people born abroad are born."""
FRANCE = "99100"
LAST_NAMES = [start + end for start in _STARTS.split() for end in dict.fromkeys(_ENDS.split())]
TWIN, COUPLE, ABROAD, WITHOUT_NIR, MARRIED = 0.02, 0.35, 0.18, 0.06, 0.15
"""Shares of people: born with the one before, in the dossier of the one before, born abroad, without NIR, with another
name in use."""
TYPO, SWAPPED, WRONG_NIR, NIR_OF_TWIN = 0.02, 0.005, 0.003, 0.05
"""Shares of records with a letter amiss in a name, with day and month exchanged, with a digit of the NIR amiss; of the
records of twins, with the NIR of the other."""


@dataclass(frozen=True, slots=True)
class Someone:
    """A person as it is."""

    number: int
    sex: int
    first_name: str
    birth_name: str
    name_of_use: str
    birth_date: date
    department: str
    nir: str | None
    birth_place: str
    france_travail_id: str
    organisme: str
    matricule: str
    role: str
    abroad: bool
    twin: Someone | None = None


def population(random: Random, count: int) -> list[Someone]:
    """This many people; the NIRs are impossible, for their month is the thirteenth."""
    people: list[Someone] = []
    orders: dict[str, int] = {}
    while len(people) < count:
        before = people[-1] if people else None
        someone = _someone(random, len(people), orders)
        if before is not None and random.random() < TWIN:
            first_names = [name for name in FIRST_NAMES if name.split("-")[0] != before.first_name.split("-")[0]]
            someone = replace(
                someone,
                first_name=random.choice(first_names),
                birth_name=before.birth_name,
                birth_date=before.birth_date,
                department=before.department,
                organisme=before.organisme,
                matricule=_matricule(before.organisme, orders),
                abroad=before.abroad,
                birth_place=before.birth_place,
                nir=_nir(someone.sex, before.birth_date, before.birth_place, orders),
                twin=before,
            )
        elif before is not None and before.role == "DEMANDEUR" and random.random() < COUPLE:
            someone = replace(
                someone,
                department=before.department,
                organisme=before.organisme,
                matricule=before.matricule,
                role="CONJOINT",
                name_of_use=random.choice((before.name_of_use, someone.birth_name)),
            )
        people.append(someone)
    return people


def _someone(random: Random, number: int, orders: dict[str, int]) -> Someone:
    sex = random.choice((1, 2))
    department = random.choice(list(CITIES))
    abroad = random.random() < ABROAD
    born = date(1962, 1, 1) + timedelta(days=random.randrange(45 * 365))
    if abroad and random.random() < 0.4:
        born = born.replace(month=1, day=1)
    birth_name = random.choice(LAST_NAMES)
    married = random.random() < MARRIED
    organisme = f"CAF:{department.rjust(3, '0')}"
    birth_place = random.choice(COUNTRIES) if abroad else _commune(random, department)
    return Someone(
        number,
        sex,
        random.choice(FIRST_NAMES),
        birth_name,
        random.choice(LAST_NAMES) if married else birth_name,
        born,
        department,
        None if random.random() < WITHOUT_NIR else _nir(sex, born, birth_place, orders),
        birth_place,
        f"{number:07}X",
        organisme,
        _matricule(organisme, orders),
        "DEMANDEUR",
        abroad,
    )


def _matricule(organisme: str, orders: dict[str, int]) -> str:
    """A new one of the organisme: another has the same numbers."""
    orders[organisme] = orders.get(organisme, 0) + 1
    return f"{orders[organisme]:07}"


def _nir(sex: int, born: date, place: str, orders: dict[str, int]) -> str:
    prefix = f"{sex}{born:%y}13{place}"
    orders[prefix] = orders.get(prefix, -1) + 1
    return f"{prefix}{orders[prefix]:03}"


def _commune(random: Random, department: str) -> str:
    """One of those with a maternity."""
    city = CITIES[department].removeprefix(department)
    return f"{department}{int(city) + random.randrange(MATERNITIES):0{len(city)}}"


def records(random: Random, people: Sequence[Someone]) -> list[tuple[int, PersonRecord]]:
    """What the systems say of the people, as each writes them down: in any order, but for those that make nobody."""
    written = [(someone.number, record) for someone in people for record in _records_of(random, someone)]
    random.shuffle(written)
    return sorted(written, key=lambda entry: entry[1].by_identity)


def _records_of(random: Random, someone: Someone) -> Iterator[PersonRecord]:
    if random.random() < 0.85:
        yield replace(
            _written(random, someone, "cnaf-flux"),
            nir=_mistaken(random, _stated_nir(random, someone)),
            organisme=someone.organisme,
            matricule=someone.matricule,
            role=someone.role,
            department=someone.department,
            city_code=CITIES[someone.department],
        )
    for number in range(random.choice((0, 1, 1, 1, 2))):
        with_nir = _stated_nir(random, someone) if random.random() < 0.6 else None
        file = random.random() < 0.7
        yield replace(
            _written(random, someone, "rdv-insertion", number),
            nir=None if with_nir is None else f"{with_nir}{control_key(with_nir):02}",
            france_travail_id=someone.france_travail_id if random.random() < 0.4 else None,
            matricule=someone.matricule if file else None,
            role=someone.role if file else None,
            department=someone.department,
            department_internal_id=f"I{someone.number}" if random.random() < 0.3 else None,
            email=f"{someone.number // 3}@example.org",
            city_code=CITIES[someone.department],
        )
    if random.random() < 0.4:
        yield replace(
            _written(random, someone, "ft-extrait"),
            france_travail_id=someone.france_travail_id if random.random() < 0.5 else None,
            department=someone.department,
            birth_city_code=None if someone.abroad else someone.birth_place,
            birth_country_code=someone.birth_place if someone.abroad else FRANCE,
            by_identity=True,
        )


def _written(random: Random, someone: Someone, source: str, number: int = 0) -> PersonRecord:
    born = someone.birth_date
    if random.random() < SWAPPED and born.day <= 12:
        born = date(born.year, born.day, born.month)
    return PersonRecord(
        source,
        f"{someone.number}:{number}",
        AS_OF + timedelta(minutes=random.randrange(1000)),
        first_name=_mistyped(random, someone.first_name),
        last_name=_mistyped(random, random.choice((someone.birth_name, someone.name_of_use))),
        birth_name=someone.birth_name if random.random() < 0.5 else None,
        birth_date=born,
    )


def _mistyped(random: Random, name: str) -> str:
    if random.random() >= TYPO:
        return random.choice((name, name.upper()))
    place = random.randrange(len(name))
    return name[:place] + random.choice(("", "e", name[place] * 2)) + name[place + 1 :]


def _stated_nir(random: Random, someone: Someone) -> str | None:
    """The NIR, at times that of the twin."""
    if someone.twin is not None and random.random() < NIR_OF_TWIN:
        return someone.twin.nir
    return someone.nir


def _mistaken(random: Random, nir: str | None) -> str | None:
    """The NIR, at times with a digit of its order amiss, which thirteen digits without their key do not show."""
    if nir is None or random.random() >= WRONG_NIR:
        return nir
    place = random.randrange(7, 13)
    return nir[:place] + str(random.randrange(10)) + nir[place + 1 :]
