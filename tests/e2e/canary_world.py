"""A world in which every personal value is unique, so that one search of what left finds whose it was.

Its files are in the real formats and come in through the connectors; rows that no source of the world tells of
(difficulties, placements, oppositions) are written by the ingest roles. Nobody of it exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import asyncpg
import orjson

from demo import cnaf_files, offers_files, rdvi_files
from demo.cast import CD_08, CD_2A, EMPLOYER, Agent, Organisation, Person, Rdv
from demo.offers_catalogue import Place
from demo.token_issuer import DemoActor
from hub.ingest import SOURCES
from schema.days import today
from schema.facts import Fact
from schema.nir import normalise
from subgraphs.kit.ingest.unit_of_work import Options, Session
from subgraphs.people.nir import hashed
from subgraphs.people.registry import Registry
from tests.conftest import Database, populated

NAMESPACE = UUID("0b5f4d0e-6a86-5d1c-9f4a-52d3a5f0c7e1")
ELSEWHERE = "99900077700019"
"""SIRET of an organisation that none of the actors belongs to."""
AGENT_A = Agent("wolvindre@cd08.example.org", "Oxane", "Wolvindre", CD_08)
AGENT_B = Agent("pezzolacu@cd2a.example.org", "Ursulu", "Pezzolacu", CD_2A)


def _person(slug: str, number: int, first: str, birth: str, born: date, referent: Agent | None, state: str) -> Person:
    corsican = referent is AGENT_B
    code = f"2A9{number}" if corsican else f"089{number}"
    postal = f"200{number}" if corsican else f"086{number}"
    return Person(
        slug, number, "madame" if number % 2 else "monsieur", first, slug.title(), born,
        Place(code, postal, f"{slug[:4].title()}ville-sur-Rien", 49.0, 4.0), f"07{number}311",
        referent=referent, state=state, children=number % 3, birth_name=birth,
    )  # fmt: skip


CAST = (
    _person("vurnibal", 41, "Zelisma", "Quazombre", date(1971, 3, 17), AGENT_A, "2"),
    _person("groxandel", 42, "Otheric", "Bruvalzin", date(1962, 11, 29), AGENT_A, "4"),
    _person("plimoruz", 43, "Ysabrune", "Fenquiral", date(1983, 7, 13), AGENT_A, "2"),
    _person("xandrovu", 44, "Gavinacciu", "Trizzulani", date(1976, 1, 23), AGENT_B, "3"),
    _person("mucchiellu", 45, "Lelladora", "Vizzavunu", date(1991, 9, 19), AGENT_B, "2"),
    _person("quercitaghja", 46, "Pasqualonu", "Zicavellu", date(1967, 5, 31), AGENT_B, "2"),
    _person("hurgoflin", 47, "Nestorial", "Jaxivier", date(1979, 12, 27), None, "5"),
)
BY_SLUG = {person.slug: person for person in CAST}
ITSELF = "vurnibal"
FOLLOWED = {"referent-a": ("vurnibal", "plimoruz"), "referent-b": ("xandrovu", "mucchiellu", "quercitaghja")}
OPPOSED = "groxandel"
"""Followed by référent A, and opposed to it: exists for nobody under the purpose `suivi`."""
ENDED = "quercitaghja"
"""Of whom the one placement has ended for everybody else."""
RECEIVED = ("vurnibal", "xandrovu")
"""People to whom the employer gives a rendez-vous."""

RDVS = (
    Rdv(1, CD_08, -61, "rsa_orientation", (("vurnibal", "seen"), ("groxandel", "excused"))),
    Rdv(2, CD_08, 17, "psychologue", (("vurnibal", "unknown"),)),
    Rdv(3, EMPLOYER, 12, "siae_interview", (("vurnibal", "unknown"),)),
    Rdv(4, CD_08, -9, "rsa_follow_up", (("plimoruz", "noshow"),)),
    Rdv(5, CD_2A, -44, "rsa_accompagnement", (("xandrovu", "seen"), ("mucchiellu", "revoked"))),
    Rdv(6, EMPLOYER, 23, "siae_follow_up", (("xandrovu", "unknown"),)),
    Rdv(7, CD_2A, 8, None, (("quercitaghja", "unknown"),)),
    Rdv(8, CD_08, 31, "rsa_orientation", (("hurgoflin", "unknown"),)),
)
CONSTRAINTS = (
    ("vurnibal", "MOBILITE", CD_08.siret),
    ("vurnibal", "SANTE", ELSEWHERE),
    ("plimoruz", "SANTE", CD_08.siret),
    ("plimoruz", "JUSTICE", CD_08.siret),
    ("xandrovu", "LOGEMENT", CD_2A.siret),
    ("xandrovu", "SEJOUR", CD_2A.siret),
    ("mucchiellu", "SANTE", CD_2A.siret),
    ("quercitaghja", "NUMERIQUE", ELSEWHERE),
    ("hurgoflin", "FINANCES", CD_08.siret),
)
"""Person, theme, organisation that recorded it."""


@dataclass(frozen=True, slots=True)
class Canary:
    """One unique value: whose, of which kind, and for an item of the journey the SIRET of its owner."""

    text: str
    owner: str
    kind: str
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class World:
    """The actors, everyone's id, and every canary."""

    actors: Mapping[str, DemoActor]
    persons: Mapping[str, str]
    canaries: tuple[Canary, ...]

    def forbidden(self, actor: str) -> set[str]:
        """The canaries that this actor may not read for the purpose of its requests."""
        return {canary.text for canary in self.canaries if not _readable(actor, canary)}

    def readable(self, actor: str) -> dict[str, set[str]]:
        """The canaries that it may read, by kind."""
        texts_by_kind: dict[str, set[str]] = {}
        for canary in self.canaries:
            if _readable(actor, canary):
                texts_by_kind.setdefault(canary.kind, set()).add(canary.text)
        return texts_by_kind


def _readable(actor: str, canary: Canary) -> bool:
    """The matrix of docs/domain.md#actors for these four actors and what the graph serves today, written out by
    hand."""
    if canary.kind == "NIR":
        return False
    if actor == "personne":
        return canary.owner == ITSELF
    if actor == "employeur":
        if canary.kind == "SUIVI":
            return canary.organisation == EMPLOYER.siret
        return canary.owner in RECEIVED and canary.kind in ("ID", "COORD", "PROF")
    if canary.kind == "SAN":
        own = CD_08.siret if actor == "referent-a" else CD_2A.siret
        return canary.owner in FOLLOWED[actor] and canary.organisation == own
    return canary.owner in FOLLOWED[actor] and canary.kind in ("ID", "IDX", "COORD", "SUIVI", "FREIN", "FORM", "PROF")


async def build(database: Database, folder: Path) -> World:
    """The world, in this empty database; its files are written under `folder`, if they have to be."""
    return await populated(database, "canary", lambda: _build(database, folder))


async def _build(database: Database, folder: Path) -> World:
    """Write the world's files, ingest them, and add the rest."""
    day = today()
    await _ingest(database, _files(folder, day, database.keys.webhook("rdv-insertion")), day)
    owner = await database.connect()
    try:
        rows = await owner.fetch("SELECT id::text, last_name_key, birth_date FROM people.person")
        by_birth = {row["birth_date"]: row["id"] for row in rows}
        persons = {person.slug: by_birth[person.birth_date] for person in CAST}
        agents = {row["email"]: str(row["id"]) for row in await owner.fetch("SELECT id, email FROM people.agent")}
        await _rest(database, persons, day)
        canaries = [*_file_canaries(database), *await _row_canaries(owner, persons)]
    finally:
        await owner.close()
    return World(_actors(persons, agents), persons, tuple(canaries))


def _files(folder: Path, today: date, secret: bytes) -> dict[str, tuple[Path, ...]]:
    folder.mkdir(parents=True, exist_ok=True)
    files = offers_files.write(folder, today)
    fluxes = []
    for department in ("08", "2A"):
        fluxes.append(folder / f"flux_{department}.xml")
        people = [person for person in CAST if person.department == department]
        fluxes[-1].write_bytes(cnaf_files.flux(people, today.replace(day=1)))
    messages = []
    for rdv in RDVS:
        path = folder / f"rdv-{rdv.number}.json"
        body = orjson.dumps(rdv_message(rdv, today))
        path.write_bytes(body)
        path.with_suffix(".headers.json").write_bytes(orjson.dumps(rdvi_files.signed(body, secret)))
        messages.append(path)
    for department in ("08", "2A"):
        path = folder / f"usagers_{department}.csv"
        path.write_bytes(rdvi_files.user_file([person for person in CAST if person.department == department]))
        messages.append(path)
    return {**files, "cnaf-flux": tuple(fluxes), "rdv-insertion": tuple(messages)}


def rdv_message(rdv: Rdv, today: date) -> dict[str, Any]:
    """The webhook of a rendez-vous at an instant and a place of its own."""
    message = rdvi_files.rdv_message(rdv, today, BY_SLUG)
    message["data"]["starts_at"] = starts_at(rdv, today).isoformat(timespec="milliseconds")
    message["data"]["lieu"] |= {"name": place(rdv)[0], "address": place(rdv)[1]}
    return message


def starts_at(rdv: Rdv, today: date) -> datetime:
    """The instant of a rendez-vous: no two have the same minute."""
    return datetime.combine(today + timedelta(rdv.days), time(7, 11 + rdv.number), UTC)


def place(rdv: Rdv) -> tuple[str, str]:
    """Name and address of its place, free texts that may say anything."""
    return f"Zurgon n°{rdv.number}", f"{rdv.number} quai du Drassek"


async def _ingest(database: Database, files: Mapping[str, tuple[Path, ...]], today: date) -> None:
    options = Options(
        as_of=datetime.combine(today, time(5), UTC),
        webhook_secret=database.keys.webhook("rdv-insertion"),
        organisations=rdvi_files.ORGANISATION_MAP,
    )
    registry = Registry(database.keys.nir)
    for name, make in SOURCES.items():
        source = make(registry)
        connection = await database.connect(source.role)
        try:
            report = await source.ingest(files.get(name, ()), options, Session(connection))
        finally:
            await connection.close()
        assert report.complete, report.refusals


async def _rest(database: Database, persons: Mapping[str, str], today: date) -> None:
    people = await database.connect("people_ingest")
    for number, (slug, theme, siret) in enumerate(CONSTRAINTS):
        await constraint(people, number, persons[slug], theme, siret)
    await people.execute(
        "UPDATE access.person SET restrictions = $1 WHERE person_id = $2", int(Fact.OPPOSITION), persons[OPPOSED]
    )
    await people.close()
    trainings = await database.connect("trainings_ingest")
    for number, slug in enumerate(BY_SLUG):
        await trainings.execute(
            "INSERT INTO trainings.placement (id, person_id, session_id, status, proposed_on, organisation_siret,"
            " recorded_by, source, source_id, as_of) VALUES ($1, $2, 'S08-11', 'PROPOSE', $3, $4, $4, 'canary', $5,"
            " '2026-01-01T00:00:00Z')",
            uuid5(NAMESPACE, f"placement {number}"), persons[slug], _proposed(number, slug), ELSEWHERE, str(number),
        )  # fmt: skip
    await trainings.close()


def _proposed(number: int, slug: str) -> date:
    """Day of a placement, of its own; the duration of one is over."""
    return date(1907 if slug == ENDED else 2907, 1, 11 + number)


async def constraint(
    people: asyncpg.Connection[asyncpg.Record], number: int, person: str, theme: str, siret: str
) -> None:
    """One open difficulty, as the ingest role of people writes it."""
    await people.execute(
        "INSERT INTO people.person_constraint (id, person_id, theme, state, impact, recorded_on, recorded_by, source,"
        " source_id, as_of) VALUES ($1, $2, $3, 'OUI', 'FORT', $4, $5, 'canary', $6, '2026-01-01T00:00:00Z')",
        constraint_id(number), person, theme, recorded_on(number), siret, str(number),
    )  # fmt: skip


def constraint_id(number: int) -> UUID:
    """Id of a difficulty."""
    return uuid5(NAMESPACE, f"constraint {number}")


def recorded_on(number: int) -> date:
    """Day of its record: no two have the same."""
    return date(1903, 2, 3 + number)


def _file_canaries(database: Database) -> Iterable[Canary]:
    """What the files say of each person."""
    for person in CAST:
        slug, digits = person.slug, person.phone
        for text in (person.first_name, person.last_name, person.birth_name or "", str(person.birth_date)):
            yield Canary(text, slug, "ID")
        for text in (person.email, digits, f"+33{digits[1:]}", person.place.code, person.place.postal_code):
            yield Canary(text, slug, "COORD")
        yield Canary(person.place.name, slug, "COORD")
        nir = normalise(person.nir)
        assert nir is not None
        yield Canary(person.nir, slug, "NIR")
        yield Canary(hashed(nir, database.keys.nir).hex(), slug, "NIR")
        for text in (person.dossier or "", f"99900{person.number:02}X", rdvi_files.internal_id(person)):
            yield Canary(text, slug, "IDX")
    for agent, slug in ((AGENT_A, "vurnibal"), (AGENT_B, "xandrovu")):
        yield Canary(agent.email, slug, "PROF")


async def _row_canaries(owner: asyncpg.Connection[asyncpg.Record], persons: Mapping[str, str]) -> list[Canary]:
    """What rows hold: opaque ids, instants, days, places."""
    slugs = {identifier: slug for slug, identifier in persons.items()}
    canaries = [Canary(identifier, slug, "ID") for slug, identifier in persons.items()]
    kinds = {"SANTE": "SAN", "JUSTICE": "JUST", "SEJOUR": "SEJ"}
    for row in await owner.fetch("SELECT * FROM people.person_constraint"):
        kind, owner_of = kinds.get(row["theme"], "FREIN"), slugs[str(row["person_id"])]
        texts = (str(row["id"]), str(row["recorded_on"]))
        canaries += [Canary(text, owner_of, kind, row["recorded_by"]) for text in texts]
    for row in await owner.fetch("SELECT * FROM trainings.placement"):
        texts, siret = (str(row["id"]), str(row["proposed_on"])), row["organisation_siret"]
        slug = slugs[str(row["person_id"])]
        canaries += [Canary(text, slug, "ENDED" if slug == ENDED else "FORM", siret) for text in texts]
    shared: dict[str, list[str]] = {}
    for row in await owner.fetch("SELECT * FROM appointments.appointment"):
        slug, siret = slugs[str(row["person_id"])], row["organisation_siret"]
        canaries.append(Canary(str(row["id"]), slug, "SUIVI", siret))
        shared.setdefault(str(row["rdv_source_id"]), []).append(slug)
        if len(shared[str(row["rdv_source_id"])]) == 1:
            canaries.append(Canary(f"{row['starts_at'].astimezone(UTC):%Y-%m-%dT%H:%M}", slug, "SUIVI", siret))
            canaries += [Canary(row[name], slug, "LIBRE", siret) for name in ("place_name", "place_address")]
    return canaries


def _actors(persons: Mapping[str, str], agents: Mapping[str, str]) -> dict[str, DemoActor]:
    def organisation(member: Organisation) -> dict[str, object]:
        return {"organisation": member.siret, "organisation_type": member.type, "departments": [member.department]}

    def referent(name: str, agent: Agent) -> DemoActor:
        claims = {**organisation(agent.organisation), "agent": agents[agent.email]}
        return DemoActor(name, "referent_cd", ("suivi", "formation"), "", claims)

    actor: Callable[..., DemoActor] = DemoActor
    return {
        "referent-a": referent("referent-a", AGENT_A),
        "referent-b": referent("referent-b", AGENT_B),
        "employeur": actor("employeur", "siae", ("iae", "actions"), "", organisation(EMPLOYER)),
        "personne": actor("personne", "beneficiaire", ("droits",), "", {"person": persons[ITSELF]}),
    }
