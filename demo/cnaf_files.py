"""Files of the CNAF flux in their real format (`vrsb0801`, windows-1252), one per département and month.

They hold the foyer of every person with a dossier, with elements that the hub does not read, as real files do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

from lxml import etree

from demo.cast import Person
from demo.crowd import EVERYONE

Element = etree._Element
ROLES = {"demandeur": "DEM", "conjoint": "CJT"}
ACTIVITIES = (
    ("CHO", "044", 40),
    ("SAL", "001", 640),
    ("ABA", "010", 510),
    ("MAL", "011", 380),
    ("ASS", "010", 540),
    ("SSA", None, 0),
    ("SFP", "201", 710),
    ("INV", "021", 460),
    ("CNI", None, 0),
    ("CHO", "044", 40),
    ("SAL", "001", 640),
    ("ABA", "010", 510),
    ("MAL", "011", 380),
    ("ASS", "010", 540),
    ("SIN", None, 0),
    ("SFP", "201", 710),
    ("INV", "021", 460),
    ("SIN", None, 0),
)
"""The activity, nature of the resources and euros a month, chosen by the person's number. Enough are unknown (`SIN`) to
hide those whom illness keeps from work."""
MOTIVES = ("99", "06", "99", "01", "97", "99", "04", "99", "99", "99", "01", "99")
"""The reason of a suspended payment, by the person's number: none in particular, no declaration, income, and among them
disability benefit and permit."""
RIGHT_MOTIVES = ("GR", "99", "99")
"""The reason of a suspended right, by the person's number."""


def write(folder: Path, today: date) -> tuple[Path, ...]:
    """Write a monthly file per département and month under `folder/cnaf-flux`, each as of the first of its month."""
    target = folder / "cnaf-flux"
    target.mkdir(parents=True, exist_ok=True)
    paths = []
    for silent in sorted({person.silent for person in EVERYONE}, reverse=True):
        month = (today - timedelta(days=silent)).replace(day=1)
        for department in ("08", "2A"):
            people = [person for person in EVERYONE if (person.department, person.silent) == (department, silent)]
            if recipients := [person for person in people if person.dossier]:
                path = target / f"RSABEM_{department}_{month:%Y-%m}.xml"
                path.write_bytes(flux(recipients, month))
                paths.append(path)
    return tuple(paths)


def flux(people: Iterable[Person], reference: date) -> bytes:
    """Return a monthly file that describes these people's foyers on one day."""
    root = etree.Element("Racine")
    _texts(
        _child(root, "IdentificationFlux"),
        APPLIEME="CRI",
        NUMVERSIONAPPLIEME="6200",
        TYPEFLUX="M",
        NATFLUX="D",
        DTCREAFLUX=str(reference + timedelta(days=1)),
        HEUCREAFLUX="01:02:03.0000",
        DTREF=str(reference),
    )
    foyers = [(dossier or "", list(members)) for dossier, members in groupby(people, lambda person: person.dossier)]
    for dossier, members in foyers:
        _foyer(root, dossier, members, reference)
    _texts(_child(root, "TransmissionFlux"), NBTOTDOSRSATRANSM=f"{len(foyers):08}", NBTOTDOSRSATRANSMANO="00000000")
    file = etree.tostring(root, encoding="windows-1252", xml_declaration=True, pretty_print=True)
    assert isinstance(file, bytes)
    return file


def _foyer(root: Element, dossier: str, members: Sequence[Person], reference: date) -> None:
    claimant = members[0]
    foyer = _child(root, "InfosFoyerRSA")
    identification = _child(foyer, "IdentificationRSA")
    number = f"{claimant.department.replace('A', '0'):>02}1"
    _texts(_child(identification, "Organisme"), FONORG="CAF", NUMORG=number, MATRICULE=dossier.ljust(15, "0"))
    _texts(_child(identification, "Partenaire"), TYPEPARTE="CG", IDEPARTE=f"0{claimant.department}")
    _texts(_child(identification, "DemandeRSA"), DTDEMRSA="2024-01-15", NUMDEMRSA=f"{claimant.number:011}")
    for person in members:
        _person(foyer, person, reference)
    for rank in range(claimant.children):
        _child_person(foyer, claimant, rank)
    administrative = _child(foyer, "DonneesAdministratives")
    _texts(
        _child(administrative, "SituationFamille"),
        SITFAM="MAR" if len(members) > 1 else "CEL",
        DDSITFAM="2020-01-01",
        REGAGRIFAM="SA",
    )
    address = _child(administrative, "Adresse")
    _texts(
        _child(address, "TroncCommunAdresse"),
        RGADR="01",
        DTEMM="2021-05-26",
        PAYS="FRA",
        TYPEADR="D",
        ETATADR="CO",
    )
    _texts(
        _child(address, "AdresseDetailleeFrance"),
        COMPLIDEADR="",
        COMPLADR="",
        NUMVOIE=str(claimant.number),
        LIBTYPEVOIE="RUE",
        NOMVOIE="DE L'EXEMPLE",
        LIEUDIST="",
        NUMCOM=claimant.place.code,
        CODEPOS=claimant.place.postal_code,
        NOMCOM=claimant.place.name.upper(),
    )
    _rights(_child(foyer, "PrestationRSA"), claimant, reference)


def _person(foyer: Element, person: Person, reference: date) -> None:
    element = _child(foyer, "Personne")
    _identity(
        element,
        civility="MME" if person.civility == "madame" else "MR",
        last_name=person.last_name,
        birth_name=person.birth_name or person.last_name,
        first_name=person.first_name,
        birth_date=person.birth_date,
        nir=person.nir,
        sex="2" if person.civility == "madame" else "1",
    )
    _prestations(element, ROLES[person.role])
    _texts(_child(element, "DossierPoleEmploi"), IDASSEDIC=person.france_travail_id)
    code, nature, euros = ACTIVITIES[person.number % len(ACTIVITIES)]
    _resources(_child(element, "Ressources"), nature, euros, reference)
    _texts(_child(element, "MontantCalculDroitRSAPersonne"), TOPPERSDRODEVORSA="1")
    _texts(_child(element, "Activite"), REG="GE", ACT="SAL", DDACT="2020-01-06", DFACT="2021-12-17")
    _texts(_child(element, "Activite"), REG="GE", ACT=code, DDACT="2022-01-10")


def _resources(resources: Element, nature: str | None, euros: int, reference: date) -> None:
    """Write equal resources for the last three months."""
    months = [(reference.replace(day=1) - timedelta(days=31 * back)).replace(day=1) for back in (3, 2, 1)]
    _texts(
        _child(resources, "GeneraliteRessourcesTrimestre"),
        TOPRESSNUL="0" if nature else "1",
        DDRESS=str(months[0]),
        DFRESS=str(reference - timedelta(days=1)),
    )
    for month in months if nature else ():
        monthly = _child(resources, "RessourcesMensuelles")
        _texts(_child(monthly, "GeneraliteRessourcesMensuelles"), MOISRESS=str(month), NBHEUMENTRA="000")
        detail = _child(monthly, "DetailRessourcesMensuelles")
        _texts(detail, NATRESS=nature or "", MTNATRESSMEN=f"{euros:07}.00")


def _child_person(foyer: Element, parent: Person, rank: int) -> None:
    element = _child(foyer, "Personne")
    _identity(
        element,
        civility=None,
        last_name=parent.last_name,
        birth_name=parent.last_name,
        first_name=("CAMILLE", "SACHA", "ALIX")[rank],
        birth_date=date(2016 + rank, 1, 1),
        nir=None,
        sex="1",
    )
    _prestations(element, "ENF")


def _identity(
    element: Element,
    *,
    civility: str | None,
    last_name: str,
    birth_name: str,
    first_name: str,
    birth_date: date,
    nir: str | None,
    sex: str,
) -> None:
    identity = _child(element, "Identification")
    if civility is not None:
        _texts(identity, QUAL=civility)
    _texts(
        identity,
        NOM=last_name.upper(),
        NOMNAI=birth_name.upper(),
        PRENOM=first_name.upper(),
        NOMCOMNAI="COMMUNE INVENTEE",
        DTNAI=str(birth_date),
        TYPEDTNAI="N",
    )
    if nir is not None:
        _texts(identity, NIR=nir)
    _texts(identity, TOPVALIEC="1", SEXE=sex)
    _texts(_child(element, "DossierCAF"), TOPRESPDOS="0", DDRATDOS="2020-05-15")


def _prestations(element: Element, role: str) -> None:
    for kind in ("PFA", "RSA"):
        _texts(_child(element, "Prestations"), NATPREST=kind, ROLEPERS=role, TOPCHAPERS="1")


def _rights(prestation: Element, person: Person, reference: date) -> None:
    situation = _child(prestation, "SituationDossierRSA")
    _texts(_child(situation, "EtatDossierRSA"), ETATDOSRSA=person.state)
    since = str(reference - timedelta(days=30))
    if person.state == "3":
        _texts(_child(situation, "SuspensionDroit"), MOTISUSDRORSA=RIGHT_MOTIVES[person.number % 3], DDSUSDRORSA=since)
    if person.state == "4":
        motive = MOTIVES[person.number % len(MOTIVES)]
        _texts(_child(situation, "SuspensionVersement"), MOTISUSVERSRSA=motive, DDSUSVERSRSA=since)
    if person.state == "5":
        _texts(_child(situation, "FinDroit"), MOTICLORSA="RGD", DTCLORSA=since)
    common = _child(_child(prestation, "DetailDroitRSA"), "TroncCommunDroitRSA")
    _texts(common, TOPSANSDOMFIXE="0", ORIDEMRSA="DEM", DTORIDEMRSA="2024-02-01")


def _child(parent: Element, tag: str) -> Element:
    return etree.SubElement(parent, tag)


def _texts(parent: Element, **texts: str) -> None:
    for tag, text in texts.items():
        _child(parent, tag).text = text
