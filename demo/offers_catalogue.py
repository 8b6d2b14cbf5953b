"""The offer of the demo around Charleville-Mézières and Ajaccio: fictitious structures, services and trainings.

Only the communes are real; the SIRETs are impossible, since their SIREN fails its check digit.
"""

from __future__ import annotations

from dataclasses import dataclass

LIAISON = "999000101"
"""The SIREN prefix of the fictitious structures."""
PROVIDERS = {"08": "99900020800011", "2A": "99900022200013"}
"""The SIRET of the fictitious training provider of each département, which is its actor's organisation."""


@dataclass(frozen=True, slots=True)
class Place:
    """A commune of the demo: INSEE code, postal code, name, and a position in it."""

    code: str
    postal_code: str
    name: str
    latitude: float
    longitude: float


CHARLEVILLE = Place("08105", "08000", "Charleville-Mézières", 49.7736, 4.7206)
SEDAN = Place("08409", "08200", "Sedan", 49.7019, 4.9402)
RETHEL = Place("08362", "08300", "Rethel", 49.5101, 4.3672)
REVIN = Place("08363", "08500", "Revin", 49.9408, 4.6351)
VOUZIERS = Place("08490", "08400", "Vouziers", 49.3983, 4.7012)
AJACCIO = Place("2A004", "20000", "Ajaccio", 41.9195, 8.7381)
PORTO_VECCHIO = Place("2A247", "20137", "Porto-Vecchio", 41.5910, 9.2795)
SARTENE = Place("2A272", "20100", "Sartène", 41.6212, 8.9752)
PROPRIANO = Place("2A249", "20110", "Propriano", 41.6758, 8.9040)


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure; `number` is its local id and the end of its SIRET."""

    number: int
    name: str
    place: Place | None
    network: str | None = None


STRUCTURES = (
    Structure(1, "Maison des solidarités de la Meuse endormie", CHARLEVILLE, "departements"),
    Structure(2, "Garage solidaire du Vieux Moulin", CHARLEVILLE),
    Structure(3, "Centre social de la Fabrique de Sedan", SEDAN),
    Structure(4, "Atelier numérique des Crêtes", RETHEL, "conseillers-numeriques"),
    Structure(5, "Association Le Pas d'après", REVIN),
    Structure(6, "Espace insertion de l'Argonne", VOUZIERS, "departements"),
    Structure(7, "Maison des solidarités du Golfe", AJACCIO, "departements"),
    Structure(8, "Auto-école sociale de la Rocade", AJACCIO),
    Structure(9, "Centre social du Taravo", PROPRIANO),
    Structure(10, "Plateforme d'accompagnement à distance", None),
    Structure(11, "CSAPA du Vieux Pont", SEDAN, "csapa"),
    Structure(12, "Association Tremplin des Crêtes (démonstration)", SEDAN),
    Structure(13, "Mission locale de démonstration des Ardennes", CHARLEVILLE, "mission-locale"),
    Structure(14, "Agence France Travail de démonstration, Charleville", CHARLEVILLE, "france-travail"),
)


@dataclass(frozen=True, slots=True)
class Service:
    """A service; `position` is EXACT, MISSING (null coordinates) or ZERO (0.0, as some producers write unknown)."""

    number: int
    structure: int
    name: str
    type: str
    thematics: tuple[str, ...]
    place: Place | None
    position: str = "EXACT"
    publics: tuple[str, ...] = ("tous-publics",)


SERVICES = (
    Service(1, 1, "Accès aux droits et démarches", "accompagnement",
            ("difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-aux-droits",), CHARLEVILLE),
    Service(2, 1, "Point santé sans rendez-vous", "information", ("sante--acces-aux-soins",), CHARLEVILLE),
    Service(3, 1, "Écoute et mieux-être", "accompagnement", ("sante--sante-mentale",), CHARLEVILLE, "MISSING"),
    Service(4, 2, "Location de véhicules à tarif social", "aide-materielle", ("mobilite--acceder-a-un-vehicule",),
            CHARLEVILLE),
    Service(5, 2, "Réparer sa voiture accompagné", "atelier", ("mobilite--entretenir-reparer-son-vehicule",),
            CHARLEVILLE),
    Service(6, 3, "Halte-garderie à horaires décalés", "aide-materielle", ("famille--garde-denfants",), SEDAN),
    Service(7, 3, "Ateliers de français", "formation", ("lecture-ecriture-calcul--maitriser-le-francais",), SEDAN),
    Service(8, 4, "Prendre en main son ordinateur", "atelier",
            ("numerique--maitriser-les-fondamentaux-du-numerique", "numerique--acceder-a-des-services-en-ligne"),
            RETHEL),
    Service(9, 4, "Prêt de matériel informatique", "aide-materielle", ("numerique--acquerir-un-equipement",), RETHEL,
            "ZERO"),
    Service(10, 5, "Retrouver un rythme", "atelier", ("remobilisation--bien-etre-confiance-en-soi",), REVIN),
    Service(11, 5, "Garder son logement", "accompagnement",
            ("logement-hebergement--se-maintenir-dans-le-logement",), REVIN),
    Service(12, 6, "Point conseil budget", "accompagnement",
            ("difficultes-financieres--ameliorer-sa-gestion-budgetaire",), VOUZIERS, publics=("familles", "seniors")),
    Service(13, 7, "Accès aux droits et démarches", "accompagnement",
            ("difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-aux-droits",), AJACCIO),
    Service(14, 7, "Médiation santé", "accompagnement", ("sante--acces-aux-soins",), AJACCIO),
    Service(15, 7, "Hébergement temporaire", "aide-materielle",
            ("logement-hebergement--rechercher-une-solution-dhebergement-temporaire",), PORTO_VECCHIO),
    Service(16, 8, "Permis B accompagné", "formation", ("mobilite--preparer-un-permis",), AJACCIO),
    Service(17, 8, "Vélos en prêt", "aide-materielle", ("mobilite--mobilite-douce-partagee-collective",), SARTENE,
            "MISSING"),
    Service(18, 9, "Crèche à vocation d'insertion", "aide-materielle", ("famille--garde-denfants",), PROPRIANO),
    Service(19, 9, "Budget et surendettement", "accompagnement",
            ("difficultes-financieres--situation-dendettement-surendettement",), PROPRIANO),
    Service(20, 10, "Préparer un entretien par visioconférence", "atelier",
            ("trouver-un-emploi--convaincre-un-recruteur-en-entretien",), None),
    Service(21, 11, "Cuisiner et jardiner ensemble", "atelier", ("remobilisation--lien-social",), SEDAN),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Training:
    """A training and its sessions: number, first and last day counted from today, LHEO recruitment state."""

    number: str
    department: str
    title: str
    formacodes: tuple[str, ...]
    romes: tuple[str, ...]
    place: Place
    sessions: tuple[tuple[str, int, int, str], ...]


TRAININGS = (
    Training("F08-1", "08", "Cuisinier en restauration collective", ("42752",), ("G1602",), CHARLEVILLE,
             (("S08-11", -70, 95, "2"), ("S08-12", 41, 213, "1"))),
    Training("F08-2", "08", "Socle numérique et bureautique", ("71154",), ("M1607",), SEDAN,
             (("S08-21", 13, 101, "1"),)),
    Training("F2A-1", "2A", "Agent d'entretien des espaces naturels", ("21046",), ("A1203",), SARTENE,
             (("S2A-11", -50, 66, "2"),)),
    Training("F2A-2", "2A", "Employé d'étage en hôtellerie", ("42766",), ("G1501",), AJACCIO,
             (("S2A-21", 69, 150, "1"),)),
)  # fmt: skip
