"""Source `france-travail`: what the API of France Travail says of people, one record of answers per person (JSON).

`ft_api` asks and gathers (`ft_answers`). A record never creates a person: it is of the one that has the number asked
about and the birth date. What the last record does not say any more is not kept; one without an answer changes
nothing. Constraints and occupations are kept only where France Travail is the organisme référent (C. trav. R.5312-42
2° x). An orientation that is open and decided makes its structure the organisme référent, where its SAFIR code is
mapped to an organisation. Not taken: motives, comments, needs, agents, criteria but the BOE. Source of the format:
docs/domain.md#france-travail and docs/domain.md#crosswalks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from subgraphs.kit.ingest.ingestion_report import Outcome, Refused
from subgraphs.kit.ingest.person_registry import PersonRecord, ReferentOrganisation
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.text_forms import chosen, emails, mobiles_first, optional_day, phones
from subgraphs.kit.ingest.unit_of_work import Options, Organisation
from subgraphs.kit.sensitive_organisations import sensitivity
from subgraphs.people import asking_turns, journey_tables, tables
from subgraphs.people.sources import ft_answers as ft
from subgraphs.people.sources.answers import AnswerSource
from subgraphs.people.sources.ft_answer_fields import FIELDS

NAME = "france-travail"
UNANSWERED = {ft.NONE: "ANSWER_NONE", ft.SEVERAL: "ANSWER_SEVERAL", "": "ANSWER_FAILED"}
"""Codes of a search that found nobody to read; any other one is a refusal."""
CIVILITIES = {"MME": "MADAME", "M.": "MONSIEUR", "M": "MONSIEUR"}
STATUSES = {"INSCRIT": "INSCRIT", "NON INSCRIT": "NON_INSCRIT"}
DISTRICTS = {"QP": True, "NQ": False}
PATHWAYS = {"PED": "EMPLOI", "PSO": "SOCIO_PRO", "PSP": "SOCIAL"}
DECISIONS = {"ACCEPTEE": "ACCEPTEE", "REFUSEE": "REFUSEE"}
THEMES = {
    "22": "NUMERIQUE",
    "23": "MOBILITE",
    "24": "FAMILLE",
    "25": "SANTE",
    "26": "LANGUE_CALCUL",
    "27": "LOGEMENT",
    "28": "FINANCES",
    "29": "ADMIN_JURIDIQUE",
}
"""Codes of constraints → theme (docs/domain.md#crosswalks)."""
STATES = {"OUI": "OUI", "CLOTUREE": "CLOTUREE", "NON": None, "NON_ABORDEE": None}
IMPACTS = {impact: impact for impact in ("FAIBLE", "MOYEN", "FORT")}
CURRENT = "EN_COURS"
FOR_LIFE = date(9999, 12, 31)
MONTHS = {"m_duree_inscription_12": 12, "m_duree_inscription_24": 24, "m_duree_inscription_36": 36}


class FranceTravail(AnswerSource):
    """Reads the answers about people into `people`."""

    name = NAME
    reads = "réponses de l'API de France Travail, réunies par personne, JSON"
    fields = FIELDS
    form = ft.Answers

    async def write(self, store: Store, answers: ft.Answers, as_of: datetime, options: Options) -> Outcome:
        """Write what France Travail says of one person."""
        informations = answers.informations
        if answers.recherche != ft.MATCHED or informations is None:
            if answers.recherche == ft.OTHER_PERSON:
                raise Refused("ANSWER_OF_OTHER")
            store.set_aside(UNANSWERED.get(answers.recherche, "ANSWER_REFUSED"), "recherche")
            return Outcome.UNCHANGED
        if not informations.is_about(answers.numero, answers.date_naissance):
            raise Refused("ANSWER_OF_OTHER", "informations")
        await asking_turns.require_same(store, answers.numero, answers.date_naissance, informations.etat_civil.prenom)
        key = self.people.opaque_key(NAME, answers.numero)
        if not await store.admit(tables.source_record, NAME, key, as_of):
            return Outcome.OLDER
        reading = _Reading(store, answers, informations, key, as_of, options.organisations)
        person_id = await self.people.put(store, reading.person())
        await asking_turns.require_open(store, person_id, answers.personne)
        await reading.journey(person_id)
        return store.outcome


@dataclass(frozen=True, slots=True, repr=False)
class _Reading:
    """The answers about one person, whose identity is the one asked about."""

    store: Store
    answers: ft.Answers
    informations: ft.Administrative
    key: str
    as_of: datetime
    organisations: Mapping[str, Organisation]

    def person(self) -> PersonRecord:
        """What the answers say of the person itself."""
        who, aside = self.informations.etat_civil, self.store.set_aside
        address = next(iter(self.informations.adresses or ()), ft.Address())
        mail = [entry.adresse_email for entry in self.informations.emails or ()]
        numbers = [entry.numero_telephone for entry in self.informations.telephones or ()]
        registration = self.answers.contrat.m_contrat if self.answers.contrat else ft.Registration()
        criteria = [entry.criteres_orientation for entry in self.answers.orientations or ()]
        obligations = [entry.boe for entry in criteria if entry is not None and entry.boe is not None]
        starts_on, ends_on = self._rqth()
        place = "informations"
        return PersonRecord(
            source=NAME,
            source_id=self.key,
            as_of=self.as_of,
            civility=chosen(who.civilite, CIVILITIES, f"{place}.etatCivil.civilite", aside),
            first_name=who.prenom or None,
            last_name=who.nom_correspondance or who.nom or None,
            birth_name=who.nom or None,
            birth_date=who.date_naissance,
            nir=who.nir if self.answers.certifiee else None,
            france_travail_id=self.answers.numero,
            identity_certified=self.answers.certifiee or None,
            email=next(iter(emails(" ".join(filter(None, mail)), f"{place}.emails", aside)), None),
            phones=mobiles_first(phones(",".join(filter(None, numbers)), f"{place}.telephones", aside)),
            street=address.numero_type_libelle_voie or None,
            postal_code=address.code_postal or None,
            city=address.libelle_commune or None,
            city_code=address.code_insee_commune or None,
            in_priority_district=chosen(
                address.indicateur_resident_qpv, DISTRICTS, f"{place}.adresses.indicateurResidentQPV", aside
            ),
            registration_status=chosen(registration.m_statut, STATUSES, "contrat.m_contrat.m_statut", aside),
            registered_on=optional_day(
                registration.m_date_effet_statut, "contrat.m_contrat.m_date_effet_statut", aside
            ),
            registration_category=registration.m_categ_inscription_code or None,
            registered_months_in_last_year=self._months(registration, "m_duree_inscription_12"),
            registered_months_in_last_two_years=self._months(registration, "m_duree_inscription_24"),
            registered_months_in_last_three_years=self._months(registration, "m_duree_inscription_36"),
            rqth_starts_on=starts_on,
            rqth_ends_on=ends_on,
            employment_obligation=any(obligations) if obligations else None,
            referent_organisation=next(self._referents(), None),
            by_identity=True,
            asked_about=self.answers.personne,
        )

    async def journey(self, person_id: UUID) -> None:
        """Write orientations, constraints and occupations, and delete those that are no longer said."""
        follows = ft.followed(self.answers.orientations)
        diagnosis = self.answers.diagnostic if follows and self.answers.diagnostic else ft.Diagnosis()
        shared = {"person_id": person_id, "as_of": self.as_of}
        for followed in self._referents():
            if followed.structure is not None:
                values = {"sensitivity": followed.sensitivity, "siret": followed.siret}
                await self.store.put(tables.structure, {"id": followed.structure}, values)
        for table, rows in (
            (journey_tables.orientation, dict(map(self._orientation, self.answers.orientations or ()))),
            (journey_tables.constraint, dict(filter(None, map(self._constraint, _constraints(diagnosis))))),
            (journey_tables.project, dict(filter(None, map(self._project, diagnosis.besoins_par_diagnostic or ())))),
        ):
            await self._replace(table, person_id, {key: {**values, **shared} for key, values in rows.items()})

    async def _replace(self, table: Table, person_id: UUID, rows: Mapping[str, Mapping[str, Any]]) -> None:
        for row in await self.store.all(table, person_id=person_id):
            if row["source"] == NAME and row["source_id"] not in rows:
                await self.store.delete(table, source=NAME, source_id=row["source_id"])
        for key, values in rows.items():
            place = {"source": NAME, "source_id": key}
            await self.store.put(table, place, values, new={"id": self.store.new_key()})

    def _months(self, registration: ft.Registration, name: str) -> int | None:
        months: int | None = getattr(registration, name)
        if months is not None and not 0 <= months <= MONTHS[name]:
            self.store.set_aside("VALUE_UNKNOWN", f"contrat.m_contrat.{name}")
            return None
        return months

    def _rqth(self) -> tuple[date | None, date | None]:
        rqth = self.answers.rqth
        if rqth is None or not rqth.top_validite_rqth:
            return None, None
        starts_on = optional_day(rqth.date_debut_rqth, "rqth.dateDebutRqth", self.store.set_aside)
        return starts_on, optional_day(rqth.date_fin_rqth, "rqth.dateFinRqth", self.store.set_aside) or FOR_LIFE

    def _organisation(self, orientation: ft.Orientation) -> Organisation | None:
        code = orientation.structure.code_safir if orientation.structure else None
        return self.organisations.get(code) if code else None

    def _referents(self) -> Iterator[ReferentOrganisation]:
        """The organisations of the orientations that are open."""
        for orientation in self.answers.orientations or ():
            organisation = self._organisation(orientation)
            if orientation.is_open and organisation is not None:
                revealed = sensitivity(organisation.sensitive, None)
                yield ReferentOrganisation(organisation.siret, organisation.structure, revealed)

    def _agency(self) -> Organisation | None:
        """The agency of France Travail that follows the person: the difficulties that it found are its own, and an
        organisation that only follows the person too is not told of health by having recorded it."""
        followed = ft.followed(self.answers.orientations)
        return next(filter(None, map(self._organisation, followed)), None)

    def _orientation(self, orientation: ft.Orientation) -> tuple[str, Mapping[str, Any]]:
        organisation, aside = self._organisation(orientation), self.store.set_aside
        decision = orientation.decision or ft.Decision()
        entered = orientation.date_entree_parcours or ""
        key = f"{self.key}:{orientation.parcours}:{orientation.organisme}:{entered}"
        return key, {
            "organisation_siret": organisation and organisation.siret,
            "structure_id": organisation.structure if organisation and orientation.is_open else None,
            "pathway": chosen(orientation.parcours, PATHWAYS, "orientations.parcours", aside),
            "starts_on": optional_day(entered, "orientations.date_entree_parcours", aside),
            "ends_on": optional_day(orientation.date_sortie_parcours, "orientations.date_sortie_parcours", aside),
            "decision": chosen(decision.etat_decision, DECISIONS, "orientations.decision.etat_decision", aside),
            "decided_on": optional_day(decision.date_decision, "orientations.decision.date_decision", aside),
        }

    def _constraint(self, constraint: ft.Constraint) -> tuple[str, Mapping[str, Any]] | None:
        aside = self.store.set_aside
        theme = chosen(constraint.code, THEMES, "diagnostic.contraintes.code", aside)
        if constraint.valeur not in STATES:
            aside("VALUE_UNKNOWN", "diagnostic.contraintes.valeur")
        state = STATES.get(constraint.valeur or "")
        if theme is None or state is None:
            return None
        agency = self._agency()
        return f"{self.key}:{theme}", {
            "theme": theme,
            "state": state,
            "impact": chosen(constraint.impact, IMPACTS, "diagnostic.contraintes.impact", aside),
            "recorded_on": optional_day(
                (constraint.date_exploration or "")[:10], "diagnostic.contraintes.dateExploration", aside
            ),
            "recorded_by": agency and agency.siret,
        }

    def _project(self, need: ft.Need) -> tuple[str, Mapping[str, Any]] | None:
        job = need.diagnostic
        if job.statut != CURRENT or not job.code_rome:
            return None
        if not re.fullmatch(r"[A-N]\d{4}", job.code_rome, re.ASCII):
            self.store.set_aside("VALUE_UNKNOWN", "diagnostic.besoinsParDiagnostic.diagnostic.codeRome")
            return None
        key = f"{self.key}:{job.code_rome}:{job.code_appellation or ''}"
        return key, {"rome_code": job.code_rome, "occupation": job.nom_metier, "priority": job.est_prioritaire}


def _constraints(diagnosis: ft.Diagnosis) -> list[ft.Constraint]:
    """All constraints of a diagnosis; the digital one stands apart."""
    listed = list(diagnosis.thematique_contrainte.contraintes or ()) if diagnosis.thematique_contrainte else []
    digital = diagnosis.autonomie_numerique.contrainte if diagnosis.autonomie_numerique else None
    return [*listed, *([digital] if digital else [])]
