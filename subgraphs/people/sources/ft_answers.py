"""What the API of France Travail answers about one person, as far as it is read, and the record that gathers it.

Forms: les-emplois `itou/utils/mocks/pole_emploi.py`. The user's token of the search is used for the next questions and
is no part of the record; what no form has is dropped at once.
"""

from __future__ import annotations

from datetime import date

import msgspec

from schema.confidential import Confidential
from subgraphs.people.sources.answers import Answer

MATCHED, NONE, SEVERAL = "S001", "S002", "S003"
OTHER_PERSON = "AUTRE"
"""Codes of a search; the last one is ours, of an answer about somebody else, which is not kept."""
OLD_NUMBER = 8
"""Characters of a number of before 2024, which the API answers in its new form."""


class Search(Confidential, frozen=True, rename="camel"):
    """The answer to the search for a user: S001 one, S002 none, S003 several, R… an error."""

    code_retour: str
    jeton_usager: str | None = None
    top_identite_certifiee: str | None = None


class CivilStatus(Confidential, frozen=True, rename="camel"):
    """Who the person is; `nomCorrespondance` is the name of use."""

    date_naissance: date
    civilite: str | None = None
    nir: str | None = None
    nom: str | None = None
    nom_correspondance: str | None = None
    prenom: str | None = None


class Address(Confidential, frozen=True, rename="camel"):
    """Where the person lives."""

    code_insee_commune: str | None = None
    code_postal: str | None = None
    libelle_commune: str | None = None
    numero_type_libelle_voie: str | None = None
    indicateur_resident_qpv: str | None = msgspec.field(name="indicateurResidentQPV", default=None)


class Email(Confidential, frozen=True, rename="camel"):
    """An e-mail address."""

    adresse_email: str | None = None


class Phone(Confidential, frozen=True, rename="camel"):
    """A telephone number."""

    numero_telephone: str | None = None


class Administrative(Confidential, frozen=True, rename="camel"):
    """`informations-administratives` v1."""

    numero_france_travail: str
    etat_civil: CivilStatus
    adresses: list[Address] | None = None
    emails: list[Email] | None = None
    telephones: list[Phone] | None = None

    def is_about(self, number: str, birth_date: date) -> bool:
        """Whether this is the person asked about: the same birth date, and the same number where its form is."""
        same_number = len(number) == OLD_NUMBER or self.numero_france_travail == number
        return same_number and self.etat_civil.date_naissance == birth_date


class Registration(Confidential, frozen=True):
    """Registration as a job seeker; motives, which may tell a sanction, are not read."""

    m_statut: str | None = None
    m_date_effet_statut: str | None = None
    m_duree_inscription_12: int | None = None
    m_duree_inscription_24: int | None = None
    m_duree_inscription_36: int | None = None
    m_categ_inscription_code: str | None = None


class Contract(Confidential, frozen=True):
    """`contrat-usager` v2."""

    m_contrat: Registration


class Rqth(Confidential, frozen=True, rename="camel"):
    """`donnees-rqth` v1; texts are empty where there is no RQTH."""

    top_validite_rqth: bool | None = msgspec.field(name="topValiditeRQTH", default=None)
    date_debut_rqth: str | None = None
    date_fin_rqth: str | None = None


class Agency(Confidential, frozen=True):
    """The structure to which a person is oriented."""

    code_safir: str | None = None


class Criteria(Confidential, frozen=True):
    """Of what an orientation rests on, the obligation of employment alone."""

    boe: bool | None = None


class Decision(Confidential, frozen=True):
    """What the organisation decided; the motive and the comment are not read."""

    etat_decision: str | None = None
    date_decision: str | None = None


class Orientation(Confidential, frozen=True):
    """One orientation of `orientationusager` v1 lectureOrientation."""

    parcours: str | None = None
    organisme: str | None = None
    structure: Agency | None = None
    statut: str | None = None
    etat: str | None = None
    date_entree_parcours: str | None = None
    date_sortie_parcours: str | None = None
    criteres_orientation: Criteria | None = None
    decision: Decision | None = None

    @property
    def is_open(self) -> bool:
        """Whether the person is accompanied under it now."""
        refused = self.decision is not None and self.decision.etat_decision == "REFUSEE"
        return self.etat == "OUVERT" and self.statut == "DECIDE" and not refused


class Constraint(Confidential, frozen=True, rename="camel"):
    """A personal constraint: 22 digital, 23 mobility … 29 administrative or legal."""

    code: str
    valeur: str | None = None
    impact: str | None = None
    date_exploration: str | None = None


class ConstraintTheme(Confidential, frozen=True):
    """The constraints of a person."""

    contraintes: list[Constraint] | None = None


class DigitalAutonomy(Confidential, frozen=True):
    """The constraint of code 22, which stands apart."""

    contrainte: Constraint | None = None


class Occupation(Confidential, frozen=True, rename="camel"):
    """A job that the person looks for, with its ROME code."""

    code_rome: str | None = None
    code_appellation: str | None = None
    nom_metier: str | None = None
    statut: str | None = None
    est_prioritaire: bool | None = None


class Need(Confidential, frozen=True):
    """The diagnosis of one occupation; needs are not read."""

    diagnostic: Occupation


class Diagnosis(Confidential, frozen=True, rename="camel"):
    """`diagnosticargumente` v4 dossiers."""

    besoins_par_diagnostic: list[Need] | None = None
    thematique_contrainte: ConstraintTheme | None = None
    autonomie_numerique: DigitalAutonomy | None = None


class Answers(Answer, frozen=True, omit_defaults=True, kw_only=True):
    """All answers about one person: `numero` and `date_naissance` are what was asked, `recherche` is the code of the
    search, empty if the API failed."""

    numero: str
    date_naissance: date
    recherche: str
    certifiee: bool = False
    informations: Administrative | None = None
    contrat: Contract | None = None
    rqth: Rqth | None = None
    orientations: list[Orientation] | None = None
    diagnostic: Diagnosis | None = None


def followed(orientations: list[Orientation] | None) -> list[Orientation]:
    """The orientations by which France Travail is the organisme référent: the condition of the constraints in detail
    (C. trav. R.5312-42 2° x)."""
    return [orientation for orientation in orientations or () if orientation.is_open and orientation.organisme == "FT"]
