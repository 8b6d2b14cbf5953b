"""Write the referents that each record names, and the links that let them read the person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from schema.days import day_of
from schema.facts import Fact
from subgraphs.kit.ingest.person_registry import PersonRecord, Referent
from subgraphs.kit.ingest.row_store import Link, Store
from subgraphs.kit.ingest.table_shapes import Row
from subgraphs.people import journey_tables, sender_reach, tables
from subgraphs.people.names import name_key


async def put(store: Store, person_id: UUID, record: PersonRecord, referents: Sequence[Referent]) -> None:
    """Replace the person's referents by these, unless a newer record of the source has named them in this département.

    The newest record of the source wins: it removes the referents that the others named, and an older one that arrives
    late or twice restores nobody.
    """
    own = await store.row(tables.identity, source=record.source, source_id=record.source_id)
    assert own is not None
    place = {"source": record.source, "person_id": person_id, "department": own["department"] or ""}
    word = {"as_of": record.as_of, "source_id": record.source_id}
    newest_word = await store.row(tables.referents_word, **place)
    if newest_word is not None and (newest_word["as_of"], newest_word["source_id"]) > (record.as_of, record.source_id):
        await keep(store, person_id, record.source, record.source_id, frozenset())
        return
    await store.put(tables.referents_word, place, word)
    for record_row in await store.all(tables.identity, source=record.source, person_id=person_id):
        if record_row["department"] == own["department"] and record_row["source_id"] != record.source_id:
            await keep(store, person_id, record.source, record_row["source_id"], frozenset())
    following = record.referent_organisation
    siret = None if following is None else following.siret
    referent_ids = set()
    for referent in referents:
        agent_id = await agent(store, record.source, record.as_of, referent, siret)
        source_id = f"{record.source_id} {agent_id}"
        referent_ids.add(source_id)
        await store.put(
            journey_tables.referent,
            {"source": record.source, "source_id": source_id},
            {
                "person_id": person_id,
                "agent_id": agent_id,
                "since": referent.since,
                "structure_id": following and following.structure,
                "organisation_siret": siret,
                "as_of": record.as_of,
            },
            new={"id": store.new_key()},
        )
        link = Link(person_id, Fact.REFERENT, str(agent_id), day_of(record.as_of))
        await store.link(record.source, _origin(source_id), (link,))
    await keep(store, person_id, record.source, record.source_id, referent_ids)


async def keep(store: Store, person_id: UUID, source: str, source_id: str, referent_ids: Collection[str]) -> None:
    """Remove the referents that the record `source_id` named before and that are not in `referent_ids`."""
    for row in await store.all(journey_tables.referent, person_id=person_id, source=source):
        if row["source_id"].startswith(f"{source_id} ") and row["source_id"] not in referent_ids:
            await store.link(source, _origin(row["source_id"]), ())
            await store.delete(journey_tables.referent, id=row["id"])


async def agent(
    store: Store, source: str, as_of: datetime, referent: Referent, organisation: str | None = None
) -> UUID:
    """Return the agent with this e-mail address and name, of this organisation, made if new: colleagues may share a
    mailbox.

    Its values are those of the newest record that names it, else of the newest; another fills in what is missing, so
    that the order in which they come changes nothing. Raises Refused (AGENT_OF_OTHER) for one of whom the sender may
    not speak.
    """
    email = referent.email.strip().lower()
    sharing = await store.all(journey_tables.agent, email=email)
    await sender_reach.require_agents(store, sharing)
    current = _agent_among(sharing, referent)
    names = " ".join(filter(None, (name_key(referent.first_name), name_key(referent.last_name))))
    new_id = f"{email} {names}" if sharing else email
    statement = {
        "email": email,
        "first_name": referent.first_name,
        "last_name": referent.last_name,
        "phone": referent.phone,
        "organisation_siret": organisation,
        "source": source,
        "source_id": new_id,
        "as_of": as_of,
    }
    if current is None:
        agent_id = store.new_key()
        await store.put(journey_tables.agent, {"id": agent_id}, statement)
        return agent_id
    newest, older = (statement, current) if _rank(statement) >= _rank(current) else (current, statement)
    filled = {name: newest[name] or older[name] for name in ("phone", "organisation_siret")}
    values = {**{name: newest[name] for name in statement}, **filled, "source_id": current["source_id"]}
    agent_id = UUID(str(current["id"]))
    await store.put(journey_tables.agent, {"id": agent_id}, values)
    return agent_id


def _rank(row: Row) -> tuple[bool, datetime, str]:
    """What is said of an agent wins by this: with a name over without, then the newest, then by its source."""
    return row["last_name"] is not None, row["as_of"], row["source"]


def _agent_among(sharing: Sequence[Row], referent: Referent) -> Row | None:
    """The agent of a mailbox that is meant: the one of this name, else its one agent if either has none.

    A mailbox of several agents means none of them where no name is given, but an agent without a name.
    """
    same = [row for row in sharing if _names(row) == (name_key(referent.first_name), name_key(referent.last_name))]
    if same:
        return same[0]
    unshared = len(sharing) == 1 and (referent.last_name is None or sharing[0]["last_name"] is None)
    return sharing[0] if unshared else None


def _names(row: Row) -> tuple[str | None, str | None]:
    return name_key(row["first_name"]), name_key(row["last_name"])


def _origin(source_id: str) -> str:
    return f"referent {source_id}"
