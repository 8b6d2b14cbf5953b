"""What happens to people in an hour: files, notifications, mutations, decisions on who is who, registers of rights."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from demo.cast import CD_08, COLLEAGUE_A, REFERENT_A, Person
from demo.cnaf_files import flux
from demo.crowd import EVERY_RDV, EVERYONE_BY_SLUG
from demo.ingestion import ORGANISATIONS
from demo.rdvi_files import rdv_message, user_file, webhook
from demo.rights_files import Right, register
from demo.token_issuer import DemoActor
from hub.ingest import find_source, ingest, webhook_secret
from hub.matching.merges import ROLE, apply_decisions
from hub.runs.quarantine import Seal
from schema.days import today
from subgraphs.kit.ingest.unit_of_work import Options
from subgraphs.people.precedence import PRECEDENCE
from subgraphs.people.registry import Registry
from tests.e2e.canary_writes import may_write, mutation, mutations
from tests.replicas.deployment import Deployment

DEPARTMENT = "08"
NAMES = ("Ardoisier", "Belrupt", "Carignan", "Donchery", "Élan", "Fumay", "Givet", "d'Haraucourt")
AHEAD = 50
"""How many days ahead of today files of the CNAF may be dated."""
IDS = {
    "person": "SELECT person_id FROM access.link WHERE relation = 32 AND scope_id = '08'",
    "agent": "SELECT id FROM people.agent WHERE organisation_siret IS NOT NULL",
    "structure": "SELECT id FROM people.structure WHERE siret IS NOT NULL",
    "appointment": "SELECT id FROM appointments.appointment WHERE source = 'hub'",
    "contract": "SELECT id FROM people.contract WHERE source = 'hub'",
    "difficulty": "SELECT id FROM people.person_constraint WHERE source = 'hub'",
    "member": "SELECT id FROM people.referent WHERE source = 'hub'",
}
"""By the name of an input, the ids of what it may name."""
DECIDE = """
INSERT INTO people.match_decision SELECT $1, $2, count(*) + 1, $3, 'PERSON', '{}', 'essai#1', '1', now()
FROM people.match_decision WHERE person_id = $1 AND other_person_id = $2
"""
READABLE = "{ persons(first: 100) { nodes { id } } }"
VERSIONS = {
    "appointment": "SELECT version FROM appointments.appointment",
    "contract": "SELECT version FROM people.contract",
    "difficulty": "SELECT version FROM people.person_constraint",
    "member": "SELECT version FROM people.referent",
}
"""By the name of an input, the version of the item that it names."""
DAYS = frozenset(("startsOn", "endsOn", "since", "endedOn", "signedOn", "recordedOn"))
ELSEWHERE = ("referToService", "applyToJob", "proposeImmersion")
"""Mutations whose items another system keeps."""
EMPLOY = "UPDATE people.agent SET organisation_siret = $1 WHERE email = ANY ($2)"
"""What a source says that knows of whom agents are; RDV-Insertion tells their addresses alone."""
AGENTS = "SELECT id::text, organisation_siret FROM people.agent ORDER BY id"


@dataclass
class Hour:
    """Makes events happen, each drawn; `people` are those of the département as the files say them now."""

    hub: Deployment
    draw: Random
    folder: Path
    people: dict[str, Person] = field(default_factory=dict)
    days: int = 0
    files: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.people = {slug: person for slug, person in EVERYONE_BY_SLUG.items() if person.department == DEPARTMENT}

    async def begin(self) -> None:
        """Have the agents of the département known as its own, whom each other may name."""
        await self.fetch(EMPLOY, CD_08.siret, [REFERENT_A.email, COLLEAGUE_A.email])

    async def happen(self) -> None:
        """One event."""
        event = self.draw.choice(EVENTS)
        self.count(event.__name__)
        await event(self)

    def count(self, kind: str, number: int = 1) -> None:
        """Count what happened."""
        self.counts[kind] = self.counts.get(kind, 0) + number

    def some(self, most: int, *, everyone: bool = True) -> list[Person]:
        """Some people: of a file that names all, or those of whom the CNAF knows."""
        people = [person for person in self.people.values() if not person.silent and (everyone or person.dossier)]
        return self.draw.sample(people, self.draw.randint(1, most))

    def changed(self, person: Person, **values: Any) -> Person:
        """The person as files say it from now on."""
        self.people[person.slug] = replace(person, **values)
        return self.people[person.slug]

    async def read(self, source: str, name: str, content: bytes) -> None:
        """Read one file, as `hub ingest` does."""
        self.files += 1
        path = self.folder / f"{self.files}-{name}"
        keys, dsn = self.hub.database.keys, self.hub.database.dsn
        if source == "rdv-insertion" and name.endswith(".json"):
            webhook(path, content, keys.webhook(source))
        else:
            path.write_bytes(content)
        options = Options(
            as_of=datetime.now(UTC),
            webhook_secret=webhook_secret(source, keys),
            organisations=ORGANISATIONS.get(source, {}),
        )
        async with self._reading:
            report = await ingest(find_source(source, keys), [path], options, dsn, Seal(keys.quarantine))
        self.count(f"{source} rows", report.rows)

    async def fetch(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """Rows, as the administrator sees them."""
        connection = await self.hub.database.connect()
        try:
            return list(await connection.fetch(sql, *arguments))
        finally:
            await connection.close()

    async def make_sensible(self, inputs: dict[str, Any]) -> None:
        """Name the version that an item has, and days that are admitted."""
        for name in inputs.keys() & VERSIONS.keys():
            [row] = await self.fetch(f"{VERSIONS[name]} WHERE id = $1", inputs[name])
            inputs["expectedVersion"] = row["version"]
        now = today()
        ends = now + timedelta(170)
        days = {name: str(ends if name == "endsOn" else now) for name in DAYS & inputs.keys()}
        inputs |= days | ({"durationMinutes": 30} if "durationMinutes" in inputs else {})

    async def ids(self) -> Mapping[str, Sequence[str]]:
        """Ids of what mutations may name."""
        ids_by_kind = {name: sorted(str(row[0]) for row in await self.fetch(sql)) for name, sql in IDS.items()}
        return {**{name: ids for name, ids in ids_by_kind.items() if ids}, "*": ids_by_kind["person"]}


async def users(hour: Hour) -> None:
    """A file of RDV-Insertion: other names and e-mail addresses, and referents who come and go."""
    referents = (REFERENT_A, REFERENT_A, COLLEAGUE_A, None)
    people = [
        hour.changed(person, last_name=hour.draw.choice(NAMES), referent=hour.draw.choice(referents))
        for person in hour.some(6)
    ]
    await hour.read("rdv-insertion", "usagers_08.csv", user_file(people))


async def situation(hour: Hour) -> None:
    """A file of the CNAF, of a later day each time: other rights, and people who leave the département's list."""
    if hour.days < AHEAD:
        hour.days += 1
        dossiers = {person.dossier for person in hour.some(4, everyone=False)}
        people = [
            hour.changed(person, state=hour.draw.choice(("2", "2", "4", "6")))
            for person in hour.people.values()
            if person.dossier in dossiers
        ]
        people.sort(key=lambda person: (person.dossier or "", person.number))
        await hour.read("cnaf-flux", "flux.xml", flux(people, today() + timedelta(hour.days)))


async def appointment(hour: Hour) -> None:
    """A notification of RDV-Insertion: a rendez-vous that is new, moved, cancelled or honoured."""
    appointments = [rdv for rdv in EVERY_RDV if all(slug in hour.people for slug, _ in rdv.people)]
    rdv, status = hour.draw.choice(appointments), hour.draw.choice(("unknown", "seen", "noshow", "revoked", "excused"))
    people = tuple((slug, status) for slug, _ in rdv.people)
    message = rdv_message(replace(rdv, people=people, days=hour.draw.randint(-40, 40)), today(), hour.people)
    message["meta"] |= {"event": "updated", "timestamp": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} +0000"}
    body = orjson.dumps(message)
    if hour.hub.separate:
        await hour.hub.notify(body)
    else:
        await hour.read("rdv-insertion", "rdv.json", body)


async def rights(hour: Hour) -> None:
    """A row of the register of rights: an objection, a limitation or an erasure, planned, due or lifted."""
    days = hour.draw.choice((None, None, None, 0, 30))
    erasure = None if days is None else today() + timedelta(days)
    flags = hour.draw.random() < 0.3, hour.draw.random() < 0.2
    if days == 0:
        hour.count("erasure due")
    row = register([Right(hour.some(1)[0], today(), *flags, erasure)])
    noon, now = f"{today()}T09:00:00+00:00", datetime.now(UTC).isoformat(timespec="seconds")
    await hour.read("droits", "registre.csv", row.replace(noon.encode(), now.encode()))


async def merge(hour: Hour) -> None:
    """An agent says that two people are one, or that they are not, and it is applied."""
    person, counterpart = hour.draw.sample(sorted({row[0] for row in await hour.fetch(IDS["person"])}), 2)
    verdict = hour.draw.choice(("SAME", "DIFFERENT", "DIFFERENT"))
    decided = await hour.fetch("SELECT DISTINCT person_id, other_person_id FROM people.match_decision ORDER BY 1, 2")
    if verdict == "DIFFERENT" and decided:
        person, counterpart = hour.draw.choice(decided)
    first, second = sorted((UUID(str(person)), UUID(str(counterpart))))
    await hour.fetch(DECIDE, first, second, verdict)
    connection = await hour.hub.database.connect(ROLE)
    try:
        moved = await apply_decisions(Registry(hour.hub.database.keys.nir, PRECEDENCE), connection)
        hour.count(f"{verdict} moved", moved)
    finally:
        await connection.close()


async def write(hour: Hour) -> None:
    """A mutation of an agent, sent again under its key until it is answered, whoever is killed meanwhile."""
    ids = await hour.ids()
    names = [
        name
        for name, (input_type, _) in mutations().items()
        if name not in ELSEWHERE and input_type.fields.keys() & VERSIONS.keys() <= ids.keys()
    ]
    name = hour.draw.choice(names)
    agents = await hour.fetch(AGENTS)
    writers = [
        (actor, purpose, colleagues)
        for actor in hour.hub.filled.actors.values()
        for purpose in actor.purposes
        if may_write(actor, purpose, name)
        and ((colleagues := _colleagues(actor, agents)) or "agent" not in mutations()[name][0].fields)
    ]
    writer, purpose, colleagues = hour.draw.choice(writers)
    readable = (await hour.hub.ask(writer.name, purpose, READABLE, {}))["data"]["persons"]["nodes"]
    own_ids = {"person": [row["id"] for row in readable], "agent": colleagues}
    document, variables = mutation(
        name, {**ids, **{name: values for name, values in own_ids.items() if values}}, hour.draw
    )
    await hour.make_sensible(variables["input"])
    errors = (await hour.hub.ask(writer.name, purpose, document, variables)).get("errors", ())
    hour.count(f"{name} {errors[0]['extensions']['code']}" if errors else name)


def _colleagues(actor: DemoActor, agents: Sequence[asyncpg.Record]) -> list[str]:
    """The agents whom a writer may name: of its organisation, and not itself."""
    organisation, itself = actor.claims.get("organisation"), actor.claims.get("agent")
    return [row["id"] for row in agents if row["organisation_siret"] == organisation and row["id"] != itself]


async def end_link(hour: Hour) -> None:
    """A link that ended yesterday, or begins tomorrow."""
    end = "UPDATE access.link SET valid_until = CURRENT_DATE - 1 WHERE valid_from < CURRENT_DATE"
    begin = "UPDATE access.link SET valid_from = CURRENT_DATE + 1 WHERE valid_until IS NULL"
    link = (
        "(SELECT ctid FROM access.link WHERE origin <> 'hub' ORDER BY person_id, relation, origin_id LIMIT 1 OFFSET $1)"
    )
    statement = hour.draw.choice((end, begin))
    ended = await hour.fetch(f"{statement} AND ctid = {link} RETURNING person_id", hour.draw.randrange(200))
    hour.count("links ended", len(ended))


EVENTS: tuple[Callable[[Hour], Awaitable[None]], ...] = (
    users, users, situation, appointment, appointment, rights, rights, merge, end_link, *([write] * 8),
)  # fmt: skip
"""The events, each as often as it is drawn."""
OCCUR = (
    *{event.__name__ for event in EVENTS}, "SAME moved", "DIFFERENT moved", "erasure due", "links ended", "setReferent",
    "addToFollowUpGroup", "collectSocialSituation", "decideOrientation", "recordAppointment",
)  # fmt: skip
"""What an hour is to hold, beside a kill of every process and of every copy."""
