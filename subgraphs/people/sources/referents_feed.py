"""Referents in a feed of the hub's own: what its events of referents are made into (decision 0137).

JSON Lines, UTF-8; one line is the whole state of one follow-up, or its removal:

    {"referent": "REF-1", "maj": "2026-11-02T09:30:00+01:00", "depuis": "2026-11-02", "fin": null,
     "agent": {"courriel": "camille@cd08.example", "prenom": "Camille", "nom": "EXEMPLE"},
     "personne": {"source": "orientations", "reference": "orientation:…"},
     "organisme": "22080001900010", "auteur": "22080001900010"}
    {"referent": "REF-2", "maj": "2026-11-02T09:30:00+01:00", "supprime": true}

The agent reads the person as its referent until the day before `fin`, so that whoever sends must speak for the agent's
own organisation, `organisme`, and for the département of the person. An agent known in another organisation is refused.
The newest `maj` counts, and a removal is final.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from schema.confidential import Confidential
from schema.facts import Fact
from subgraphs.kit.ingest.excerpts import Lines
from subgraphs.kit.ingest.ingestion_report import Numbered, Outcome, Refused, Report
from subgraphs.kit.ingest.json_lines import Instant, Key, PersonKey, Siret, content_of, lines, person_of
from subgraphs.kit.ingest.json_records import convert
from subgraphs.kit.ingest.person_registry import People, Referent
from subgraphs.kit.ingest.row_store import Link, Store
from subgraphs.kit.ingest.source_fields import Fields, Used
from subgraphs.kit.ingest.text_forms import emails, utc
from subgraphs.kit.ingest.unit_of_work import Options, RecordGroup, Session, Source, read_files, write_group
from subgraphs.people import journey_tables, tables
from subgraphs.people.sources.referent_events import WEBHOOK

NAME = "referents"
FIELDS: Fields = {
    "referent": ("GroupMember.id", Used.RECORD),
    "maj": Used.AS_OF,
    "supprime": Used.SELECTION,
    ("personne.source", "personne.reference"): Used.MATCH,
    "agent.": {"courriel": "Agent.email", "prenom": "Agent.firstName", "nom": "Agent.lastName"},
    "depuis": "GroupMember.since",
    "fin": "GroupMember.endedOn",
    ("organisme", "auteur"): Used.SCOPE,
}


class Agent(Confidential, frozen=True, forbid_unknown_fields=True):
    """The professional who follows."""

    courriel: Key
    prenom: Key | None = None
    nom: Key | None = None


class FollowUp(Confidential, frozen=True, forbid_unknown_fields=True):
    """The state of a follow-up."""

    referent: Key
    maj: Instant
    agent: Agent
    depuis: date
    personne: PersonKey
    organisme: Siret
    auteur: Siret | None = None
    fin: date | None = None


class Removal(Confidential, frozen=True, forbid_unknown_fields=True):
    """A follow-up that was recorded by mistake."""

    referent: Key
    maj: Instant
    supprime: bool


class ReferentsFeed(Source):
    """The source `referents`: one line is one group."""

    name = NAME
    reads = "référents d'une personne, une ligne JSON par état ; aucun format n'en est publié, celui-ci est du hub"
    role = "people_ingest"
    pieces = Lines()
    webhook = WEBHOOK
    fields = FIELDS

    async def ingest(self, paths: Sequence[Path], options: Options, session: Session) -> Report:
        """Read the files in the order given."""
        return await read_files(self.name, paths, session, self._records, write_group)

    def _records(self, path: Path) -> Iterator[Numbered[RecordGroup]]:
        return (Numbered(number, _Line(self.people, line)) for number, line in lines(path))


@dataclass(frozen=True, slots=True, repr=False)
class _Line:
    """One line of one file."""

    people: People
    line: bytes

    async def write(self, store: Store) -> Outcome:
        message = _read(self.line)
        key, at = message.referent, utc(message.maj, "maj")
        before = await store.row(journey_tables.referent, source=NAME, source_id=key)
        if before is not None:
            store.scope.require_party(before["organisation_siret"])
        if isinstance(message, FollowUp):
            store.scope.require_party(message.organisme)
        if not await store.admit(tables.source_record, NAME, key, at, removed=isinstance(message, Removal)):
            return Outcome.OLDER
        if isinstance(message, Removal):
            gone = await store.delete(journey_tables.referent, source=NAME, source_id=key)
            await store.link(NAME, key, ())
            return Outcome.REMOVED if gone else Outcome.UNCHANGED
        await self._put(store, message, at)
        return store.outcome

    async def _put(self, store: Store, follow_up: FollowUp, as_of: datetime) -> None:
        """Write the follow-up, and the link by which its agent reads the person."""
        person_id = await person_of(store, follow_up.personne)
        await self.people.require_in_scope(store, person_id)
        agent_id = await self._agent(store, follow_up, as_of)
        await store.put(
            journey_tables.referent,
            {"source": NAME, "source_id": follow_up.referent},
            {
                "person_id": person_id,
                "agent_id": agent_id,
                "since": follow_up.depuis,
                "ended_on": follow_up.fin,
                "organisation_siret": follow_up.organisme,
                "as_of": as_of,
            },
            new={"id": store.new_key()},
        )
        last_day = None if follow_up.fin is None else follow_up.fin - timedelta(days=1)
        is_open = last_day is None or last_day >= follow_up.depuis
        link = Link(person_id, Fact.REFERENT, str(agent_id), follow_up.depuis, last_day)
        await store.link(NAME, follow_up.referent, (link,) if is_open else ())

    async def _agent(self, store: Store, follow_up: FollowUp, as_of: datetime) -> UUID:
        """The agent, of the organisation that is said; raises Refused (ITEM_OF_OTHER) for one known in another."""
        stated_agent = follow_up.agent
        addresses = emails(stated_agent.courriel, "agent.courriel", store.set_aside)
        if len(addresses) != 1:
            raise Refused("EMAIL_INVALID", "agent.courriel")
        for row in await store.all(journey_tables.agent, email=addresses[0]):
            if row["organisation_siret"] not in (None, follow_up.organisme):
                raise Refused("ITEM_OF_OTHER", "agent")
        professional = Referent(addresses[0], stated_agent.prenom, stated_agent.nom)
        return await self.people.put_professional(store, NAME, as_of, professional, follow_up.organisme)


def _read(line: bytes) -> FollowUp | Removal:
    content = content_of(line)
    is_removal = isinstance(content, dict) and "supprime" in content
    kind: Any = Removal if is_removal else FollowUp
    message: FollowUp | Removal = convert(content, kind)
    if isinstance(message, Removal) and not message.supprime:
        raise Refused("SCHEMA_INVALID", "supprime")
    return message
