"""A world of the whole model: each person has rows in every table about people, and every value of theirs is unique.

Rows are made from the tables themselves, so that a new column has a canary or the world does not build.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import asyncpg
import orjson
from sqlalchemy import ARRAY, Table

from demo.cast import CD_08
from demo.token_issuer import DemoActor
from schema.facts import Fact
from subgraphs.appointments.tables import organisation
from subgraphs.offers.employer_tables import company
from subgraphs.offers.tables import service
from subgraphs.people.journey_tables import agent
from subgraphs.people.names import name_key
from subgraphs.people.tables import structure
from tests.conftest import Database, populated
from tests.e2e.canary_columns import Personal, personal, served
from tests.e2e.canary_mint import Canary, Mint
from tests.e2e.canary_rights import DATES, TOLD_BY_LINK, Facts, Path, Row, Subject, subjects
from tests.e2e.canary_ties import ELSEWHERE, ITSELF, OWNERS, RECORDERS, SCOPES, TIES, actors

USUAL_ROWS = 4
LONG_AGO = 10**5
"""More days than any duration."""
DATED = dict(DATES.values())
"""Tables of rows with a duration of their own, and the columns of the days that it runs from."""
ROWS = {
    **dict.fromkeys(
        ("people.person_constraint", "people.objective", "people.identifier", "appointments.appointment"), 6
    ),
    **dict.fromkeys(DATED, 5),
    "people.exercised_right": 1,  # of several registers, the earliest day is told
}
"""Rows of a person in a table that may have several, where it is not `USUAL_ROWS`."""
AGENTS = "appointments.appointment_agent"
TARGETS: Mapping[str, Table] = {
    "people.person.structure_id": structure,
    "people.referent.structure_id": structure,
    "people.referent.agent_id": agent,
    "people.orientation.structure_id": structure,
    "appointments.appointment.organisation_id": organisation,
    f"{AGENTS}.agent_id": agent,
    "offers.job_application.company_id": company,
}
"""Rows of nobody, and the column of a person's row by which alone one comes to them."""
SENSITIVE = {
    "Person.referentOrganisation": "people.person",
    "Person.referent": "people.referent",
    "Person.followUpGroup": "people.referent",
    "Orientation.structure": "people.orientation",
    "Referral.prescriberStructure": "offers.referral",
    "Appointment.organisation": "appointments.appointment",
    "Appointment.agents": "appointments.appointment",
    "OrientationAppointment.organisation": "appointments.appointment",
    "JobApplication.company": "offers.job_application",
    "ImmersionAgreement.offer": "offers.immersion_agreement",
    "TrainingPlacement.session": "trainings.placement",
}
"""Edges that may reveal something of the person, and the table whose row decides it."""
REVEALED = (None, "SAN", "JUST", "SEJ")
GIVEN_AWAY = {
    "Appointment": "appointments.appointment",
    "OrientationAppointment": "appointments.appointment",
    "Orientation": "people.orientation",
    "Referral": "offers.referral",
    "JobApplication": "offers.job_application",
    "ImmersionAgreement": "offers.immersion_agreement",
    "TrainingPlacement": "trainings.placement",
}
"""Types whose rows are dropped for what a link would tell that is not the actor's."""
DROPPED = {
    "Constraint": "people.person_constraint",
    "Objective": "people.objective",
    "Referral": "offers.referral",
}
"""Types whose rows are dropped for a value that is not the actor's."""
THEMES = ("MOBILITE", "SANTE", "SANTE", "JUSTICE", "SEJOUR", "LOGEMENT")
STATES = ("OUI", "OUI", "NON_ABORDEE", "OUI", "CLOTUREE", "OUI")
MOTIVES = (("rsa_orientation", None), ("autre", "psychologue"), ("siae", "siae_interview"))
STRICTER = {"SANTE": "SAN", "JUSTICE": "JUST", "SEJOUR": "SEJ"}
OBJECTIVES = (("EMPLOI", None), ("SANTE", "SAN"), ("MOBILITE", "FREIN"), ("SE_FORMER", None), ("LOGEMENT", "FREIN"),
              ("SANTE", "SAN"))  # fmt: skip
"""Themes of objectives, and the category that each takes besides its field's."""
SERVICES = {
    "canari--mobilite": ("mobilite--acceder-a-un-vehicule", None),
    "canari--sante": ("sante--acces-aux-soins", "SAN"),
    "canari--justice": (
        "difficultes-administratives-ou-juridiques--prendre-en-compte-une-problematique-judiciaire",
        "JUST",
    ),
    "canari--droits": (
        "difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-a-la-citoyennete",
        "SEJ",
    ),
}
"""Services of the public catalogue: thematic, and what having been sent there tells."""
BEARERS = {category: f"canari--structure-{category}".lower() for category in REVEALED}
"""Structures of the public catalogue, by what naming one of someone tells; the services are those of the first."""
SESSIONS = {category: f"canari-{category}".lower() for category in REVEALED}
"""Sessions of the public catalogue, by what naming the provider of one of someone tells."""
IMMERSIONS = {"canari--immersion": "Le Relais", "canari--immersion-esat": "ESAT du Relais"}
"""Offers of immersion of the public catalogue: the host of the second reveals something of whoever goes there."""
OPEN_STRUCTURE = "canari--ouverte"
"""The structure to which people may be oriented: the others have no organisation."""
COLLEAGUE = "00000000-0000-4000-8000-0000000c011e"
"""An agent of the département who may be designated, and is none of the actors."""
HIDDEN = "HIDDEN"
"""A category of nobody, for the types and fields that do not serve a row of their table."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A row of the world as JSON, and the table that it is in."""

    table: Personal
    row: Row
    values: Mapping[str, Any]

    @property
    def key(self) -> dict[str, Any]:
        """What tells it from the other rows of its table."""
        return {column.name: self.values[column.name] for column in self.table.table.primary_key.columns}


@dataclass(frozen=True, slots=True)
class Model:
    """Who asks, everyone's id, each row and each value that may tell it, and what links whom."""

    actors: Mapping[str, DemoActor]
    persons: Mapping[str, str]
    rows: tuple[Planted, ...]
    canaries: Mapping[str, Canary]
    subjects: Mapping[str, Subject]
    texts_by_end: dict[str, Sequence[str]] = field(default_factory=dict, repr=False, compare=False)

    def texts(self, end: str) -> Sequence[str]:
        """The values of the columns whose names end so."""
        if end not in self.texts_by_end:
            self.texts_by_end[end] = [item.text for item in self.canaries.values() if item.place.endswith(end)]
        return self.texts_by_end[end]


@dataclass
class _Maker:
    mint: Mint = field(default_factory=Mint)
    rows: list[Planted] = field(default_factory=list)
    public_rows: list[tuple[Table, Mapping[str, Any]]] = field(default_factory=list)

    people: list[str] = field(default_factory=list)

    def born(self) -> str:
        """The id of one more person."""
        self.people.append(self.mint.person("people.person.id", personal()["people.person"].disclosed["id"]).person)
        return self.people[-1]

    def life(self, number: int) -> None:
        """Everything about a person; two by two they are partners."""
        for table in personal().values():
            if table.name != AGENTS:
                for place in range(1 if table.single else ROWS.get(table.name, USUAL_ROWS)):
                    self._row(table, self.people[number], number, place)

    def _row(self, table: Personal, person: str, number: int, place: int) -> None:
        fixed, protected = _fixed_values(table, number, place)
        past = table.name in DATED and (number + place) % 5 == 4
        age = LONG_AGO if past else None
        facts = tuple(
            (name, Facts(fixed.get(owner or ""), fixed.get(recorder or ""), owner is not None, name, age))
            for name, (owner, recorder) in table.types.items()
        )
        row = Row(person, facts, protected)
        fixed |= {"partner_id": self.people[number ^ 1], table.subject: person}
        values = self._values(table, row, number + place, fixed, past)
        self.rows.append(Planted(table, row, values))
        if table.name == "appointments.appointment":
            agents, link = personal()[AGENTS], {"appointment_id": values["id"], "person_id": person}
            self.rows.append(Planted(agents, row, self._values(agents, row, place, link)))

    def _values(
        self, table: Personal, row: Row, place: int, fixed: Mapping[str, Any], past: bool = False
    ) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for column in table.table.columns:
            name, where, closed = column.name, f"{table.name}.{column.name}", table.values(column)
            if name in fixed:
                values[name] = fixed[name]
            elif where in TARGETS:
                values[name] = self._led(TARGETS[where], row, place, table.led[name])
            elif closed:
                value = closed[place % len(closed)]
                values[name] = [value] if isinstance(column.type, ARRAY) else value
            elif name.endswith("_key"):
                values[name] = name_key(values[name.removesuffix("_key")])
            elif where == "people.person.birth_date":
                values[name] = self.mint.birth(place, where, row, table.disclosed[name], table.felt[name])
            else:
                over = past and name in DATED[table.name]
                values[name] = self.mint.value(column, where, row, table.disclosed.get(name, ()), past=over)
        return values

    def _led(self, table: Table, row: Row, place: int, paths: Iterable[Path]) -> Any:
        """A row of nobody that this row alone leads to; gives its id."""
        public = Personal(table, "", disclosed={name: list(paths) for name in served(table)})
        revealed = next((category for name, category in sorted(row.protected) if name in SENSITIVE), None)
        closed = {"siret": None} if table is structure else {}
        values = self._values(public, row, place, {"sensitivity": revealed, **closed})
        self.public_rows.append((table, values))
        return values["id"]


def _fixed_values(table: Personal, number: int, place: int) -> tuple[dict[str, Any], frozenset[tuple[str, str]]]:
    """What a row holds that rules look at, and the categories that reading it takes for that."""
    columns = table.table.columns.keys()
    fixed: dict[str, Any] = {}
    for name, values in (("organisation_siret", OWNERS), ("recorded_by", RECORDERS)):
        if name in columns:
            fixed[name] = values[place % len(values)]
    revealed = REVEALED[(number + place) % len(REVEALED)]
    if table.name == "people.person_constraint":
        fixed |= {"theme": THEMES[place], "state": STATES[place]}
    if table.name == "people.referent":
        fixed |= {"is_referent": place != 2} | ({} if place == 3 else {"ended_on": None})
    if table.name == "people.objective":
        fixed["theme"] = OBJECTIVES[place][0]
    if table.name == "people.identifier":
        fixed["kind"] = table.values(table.table.c.kind)[place]
    if table.name == "offers.referral":
        offered = list(SERVICES)[place % len(SERVICES)]
        fixed |= {"service_id": offered, "prescriber_structure_id": BEARERS[revealed]}
    if table.name == "trainings.placement":
        fixed["session_id"] = SESSIONS[revealed]
    if table.name == "offers.immersion_agreement":
        fixed |= {"sensitivity": revealed, "offer_id": next(iter(IMMERSIONS))}
    if table.name == "appointments.appointment":
        fixed["motive_type"], fixed["motive_category"] = MOTIVES[place % len(MOTIVES)]
    return fixed, protection(table.name, fixed, revealed)


def protection(table: str, values: Mapping[str, Any], revealed: str | None) -> frozenset[tuple[str, str]]:
    """The categories that reading a row takes for what it holds; `revealed` is that of whom it names."""
    stricter: dict[str, str | None] = {edge: revealed for edge, name in SENSITIVE.items() if name == table}
    stricter |= {f"{TOLD_BY_LINK}{type_}": revealed for type_, name in GIVEN_AWAY.items() if name == table}
    if table == "people.person_constraint":
        stricter["Constraint"] = STRICTER.get(values["theme"])
    if table == "people.referent":
        has_ended = values.get("ended_on", LONG_AGO) is not None
        stricter |= {"GroupMember": HIDDEN if has_ended else None}
        stricter |= {"Referent": HIDDEN if has_ended or not values["is_referent"] else None}
    if table == "people.objective":
        stricter["Objective"] = dict(OBJECTIVES).get(values["theme"])
    if table == "people.identifier":
        stricter["NationalIdentifier"] = HIDDEN if values["kind"] == "CD_INTERNE" else None
        stricter["Person.passIaeNumber"] = None if values["kind"] == "PASS_IAE" else HIDDEN
    if table == "offers.referral":
        stricter["Referral"] = SERVICES.get(values["service_id"], ("", None))[1]
    if table == "appointments.appointment":
        stricter["OrientationAppointment"] = None if values["motive_type"] == "rsa_orientation" else HIDDEN
    return frozenset((name, category) for name, category in stricter.items() if category is not None)


async def plant(database: Database, today: date) -> Model:
    """The world, in this empty database."""
    maker = _Maker()
    persons = {slug: maker.born() for slug in TIES}
    for number in range(len(persons)):
        maker.life(number)
    written = await populated(database, "model", lambda: _write(database, maker, persons, today))
    assert written == [row.values for row in maker.rows], "the world is not the same in each process"
    owner = await database.connect()
    try:
        people = await subjects(owner, today)
    finally:
        await owner.close()
    return Model(actors(persons[ITSELF]), persons, tuple(maker.rows), maker.mint.canaries, people)


async def _write(database: Database, maker: _Maker, persons: Mapping[str, str], today: date) -> list[Any]:
    """Write what the maker made, past the ingestion and its rules; return the values of its rows."""
    owner = await database.connect()
    try:
        async with owner.transaction():
            await owner.execute("SET LOCAL session_replication_role = replica")
            for table, values in _public():
                await insert(owner, table, values)
            for planted in maker.rows:
                await insert(owner, planted.table.name, planted.values)
                if "city_code" in planted.values and planted.table.single:
                    await insert(owner, "offers.commune", _commune(planted.values["city_code"]))
            for relation, values in maker.public_rows:
                await insert(owner, relation.fullname, values)
            for slug, person in persons.items():
                await _tie(owner, slug, person, today)
    finally:
        await owner.close()
    return [row.values for row in maker.rows]


async def insert(owner: asyncpg.Connection[asyncpg.Record], table: str, *rows: Mapping[str, Any]) -> None:
    """Insert rows given as JSON, of the same columns."""
    names = ", ".join(rows[0])
    await owner.execute(
        f"INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_recordset(NULL::{table}, $1::jsonb)",
        as_json(rows),
    )


def as_json(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows for `jsonb_populate_recordset`."""
    return orjson.dumps([{str(name): value for name, value in values.items()} for values in rows]).decode()


async def _tie(owner: asyncpg.Connection[asyncpg.Record], slug: str, person: str, today: date) -> None:
    tie = TIES[slug]
    erased = None if tie.erased is None else today + timedelta(tie.erased)
    access = {"person_id": person, "last_contact": today - timedelta(tie.silent), "restrictions": tie.restrictions}
    access["erasure_on"] = erased
    await insert(owner, "access.person", {"brsa": True, "department": "08", **access})
    scopes = [SCOPES[name] for name in tie.scopes] or ([(Fact.SELF, person)] if slug == ITSELF else [])
    for relation, scope in scopes:
        link: dict[str, Any] = {"person_id": person, "relation": int(relation), "scope_id": scope}
        link |= {"origin": "canari", "origin_id": slug}
        link["valid_from"] = str(today + timedelta(tie.begins))
        link["valid_until"] = None if tie.ends is None else str(today + timedelta(tie.ends))
        await insert(owner, "access.link", link)


def _commune(code: str) -> dict[str, Any]:
    return {"code": code, "name": "Nulle-Part-sur-Rien", "latitude": 49.7, "longitude": 4.7}


def _public() -> Iterable[tuple[str, Mapping[str, Any]]]:
    """A catalogue for rows to lead to: nothing of it is about anyone."""
    lineage = {"source": "canari", "as_of": "2026-01-01T00:00:00Z"}
    for category, name in BEARERS.items():
        bearer: dict[str, Any] = {
            "id": name,
            "producer": "canari",
            "name": "Le Relais",
            "networks": [],
            "sensitivity": category,
        }
        yield "offers.structure", {**bearer, **lineage, "source_id": name}
    yield "people.structure", {"id": OPEN_STRUCTURE, "siret": ELSEWHERE}
    colleague = {"id": COLLEAGUE, "email": "collegue@departement.example", "organisation_siret": CD_08.siret}
    yield "people.agent", {**colleague, **lineage, "source_id": COLLEAGUE}
    lists: dict[str, Any] = {column.name: [] for column in service.columns if isinstance(column.type, ARRAY)}
    for number, (name, (thematic, _)) in enumerate(SERVICES.items()):
        lists_of_codes = {**lists, "thematics": [thematic], "categories": [thematic.partition("--")[0]]}
        where = {"at_latitude": 49.7 + number / 100, "at_longitude": 4.7}
        identity = {"id": name, "structure_id": BEARERS[None], "producer": "canari", "name": f"Service {number}"}
        yield "offers.service", {**identity, **lists_of_codes, **where, **lineage, "source_id": name}
    for number, (category, name) in enumerate(SESSIONS.items()):
        provider = {"id": name, "siret": f"9990009990000{number}", "sensitivity": category}
        yield "trainings.training_provider", {**provider, **lineage, "source_id": name}
        training = {"id": name, "provider_id": name, "title": f"Formation {number}", "formacodes": [], "rome_codes": []}
        yield "trainings.training", {**training, **lineage, "source_id": name}
        session = {"id": name, "training_id": name, "starts_on": "2026-02-01", **lineage, "source_id": name}
        yield "trainings.training_session", session
    for number, (name, host) in enumerate(IMMERSIONS.items()):
        offered = {"id": name, "siret": f"9990009880000{number}", "company_name": host, "rome_code": "K1304"}
        yield "offers.immersion_offer", {**offered, "occupations": [], **lineage, "source_id": name}
