"""Rendez-vous and invitations of RDV-Insertion, each with its people and links, as one unit of work.

A rendez-vous says all of its participations: a person who is no longer in it is removed from it. The key of a
participation is rendez-vous and user, since not every payload carries its own id. What a source destroys is removed
with its links, and leaves its key behind, so that a late message does not bring it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from schema.days import day_of
from schema.facts import Fact
from subgraphs.appointments import tables
from subgraphs.appointments.sources.rdvi_payload import Gone, Invitation, MotiveCategory, Participation, Rdv, User
from subgraphs.appointments.sources.rdvi_values import MODES, NAME, STATUSES, motive, person
from subgraphs.kit.ingest.ingestion_report import Outcome, Refused
from subgraphs.kit.ingest.person_registry import People, Referent
from subgraphs.kit.ingest.row_store import Link, Store
from subgraphs.kit.ingest.table_shapes import Row
from subgraphs.kit.ingest.text_forms import instant
from subgraphs.kit.ingest.unit_of_work import Organisation
from subgraphs.kit.sensitive_organisations import UNKNOWN, category_of_name, sensitivity

INITIATORS = frozenset(tables.INITIATORS)
DELIVERIES = frozenset(tables.DELIVERY_STATUSES)


class Items:
    """Writes messages of RDV-Insertion; `organisations` maps its organisation ids to SIRETs."""

    def __init__(self, people: People, organisations: Mapping[str, Organisation]) -> None:
        self._people = people
        self._organisations = organisations

    async def write(self, store: Store, item: Rdv | Invitation | Gone, model: str, as_of: datetime) -> Outcome:
        """Apply one message about a rendez-vous (`Rdv`) or an invitation (`Invitation`)."""
        key = f"{'rdv' if model == 'Rdv' else 'invitation'}:{item.id}"
        gone = isinstance(item, Gone)
        if model == "Rdv":
            await self._require_own_rdv(store, item, key)
        else:
            await self._require_own_invitation(store, key)
        if not await store.admit(tables.source_record, NAME, key, as_of, removed=gone):
            return Outcome.OLDER
        if isinstance(item, Rdv):
            await self._rdv(store, item, key, as_of)
        elif isinstance(item, Invitation):
            await self._invitation(store, item, key, as_of)
        else:
            rows = await store.all(tables.appointment, source=NAME, rdv_source_id=key)
            await self._remove(store, tables.appointment, rows)
            await self._remove(store, tables.invitation, await store.all(tables.invitation, source=NAME, source_id=key))
            return Outcome.REMOVED if store.written else Outcome.UNCHANGED
        return store.outcome

    async def _require_own_rdv(self, store: Store, item: Rdv | Invitation | Gone, key: str) -> None:
        """Raise Refused unless the sender speaks for the organisation of the rendez-vous, as it is told and stored."""
        stored = await store.all(tables.appointment, source=NAME, rdv_source_id=key)
        for organisation_id in {row["organisation_id"] for row in stored}:
            organisation = await store.row(tables.organisation, id=organisation_id)
            number = "" if organisation is None else organisation["source_id"].partition(":")[2]
            store.scope.require_party(self._siret(number))
        if isinstance(item, Rdv):
            store.scope.require_department(item.organisation.department_number, "data.organisation.department_number")
        item_organisation = None if isinstance(item, Invitation) else item.organisation
        if item_organisation is not None or not stored:
            store.scope.require_party(None if item_organisation is None else self._siret(str(item_organisation.id)))

    async def _require_own_invitation(self, store: Store, key: str) -> None:
        """Raise Refused if an invitation, which names no organisation, is of somebody of another département."""
        for row in await store.all(tables.invitation, source=NAME, source_id=key):
            await self._people.require_in_scope(store, UUID(str(row["person_id"])))

    def _siret(self, number: str) -> str | None:
        organisation = self._organisations.get(number)
        return organisation.siret if organisation else None

    async def _rdv(self, store: Store, rdv: Rdv, key: str, as_of: datetime) -> None:
        organisation = self._organisations.get(str(rdv.organisation.id))
        siret = organisation.siret if organisation else None
        category, kind = motive(_short_name(rdv.motif.motif_category))
        starts_at = instant(rdv.starts_at, "data.starts_at")
        shared = {
            "starts_at": starts_at,
            "duration_minutes": rdv.duration_in_min,
            "mode": None if rdv.motif.location_type is None else MODES[rdv.motif.location_type],
            "collective": rdv.motif.collectif,
            "place_name": (rdv.lieu.name if rdv.lieu else None) or None,
            "place_address": (rdv.lieu.address if rdv.lieu else None) or None,
            "motive_category": category,
            "motive_type": kind,
            "organisation_id": await self._organisation(store, rdv, organisation, as_of),
            "organisation_siret": siret,
            "rdv_source_id": key,
            "as_of": as_of,
            "recorded_by": siret,
        }
        agents = [
            await self._people.put_professional(
                store, NAME, as_of, Referent(agent.email, agent.first_name, agent.last_name)
            )
            for agent in rdv.agents
            if agent.email
        ]
        participation_ids: set[str] = set()
        person_ids: set[UUID] = set()
        for path, participation in _participations(rdv):
            source_id = f"{key}:user:{participation.user.id}"
            if source_id in participation_ids:
                continue
            department = rdv.organisation.department_number or store.scope.department
            person_id = await self._person(store, participation.user, as_of, department, path)
            if person_id in person_ids:
                raise Refused("MATCH_CONFLICT", path)
            participation_ids.add(source_id)
            person_ids.add(person_id)
            initiator = participation.created_by or rdv.created_by
            await store.put(
                tables.appointment,
                {"source": NAME, "source_id": source_id},
                {
                    **shared,
                    "person_id": person_id,
                    "status": STATUSES[participation.status],
                    "initiator": initiator if initiator in INITIATORS else None,
                    "subject_source_id": f"user:{participation.user.id}",
                },
                new={"id": store.new_key()},
            )
            await self._agents(store, source_id, person_id, agents)
            await store.link(NAME, source_id, _own_item(person_id, siret, as_of, starts_at, participation))
        rows = await store.all(tables.appointment, source=NAME, rdv_source_id=key)
        await self._remove(
            store, tables.appointment, [row for row in rows if row["source_id"] not in participation_ids]
        )

    async def _agents(self, store: Store, source_id: str, person_id: UUID, agents: Sequence[UUID]) -> None:
        """Replace the agents who receive by these."""
        row = await store.row(tables.appointment, source=NAME, source_id=source_id)
        assert row is not None
        for link in await store.all(tables.appointment_agent, appointment_id=row["id"]):
            if link["agent_id"] not in agents:
                await store.delete(tables.appointment_agent, appointment_id=row["id"], agent_id=link["agent_id"])
        for agent in agents:
            key = {"appointment_id": row["id"], "agent_id": agent}
            await store.put(tables.appointment_agent, key, {"person_id": person_id})

    async def _invitation(self, store: Store, invitation: Invitation, key: str, as_of: datetime) -> None:
        category, kind = motive(_short_name(invitation.motif_category))
        sent = invitation.delivered_at or invitation.created_at
        expires = invitation.expires_at
        await store.put(
            tables.invitation,
            {"source": NAME, "source_id": key},
            {
                "person_id": await self._person(store, invitation.user, as_of, store.scope.department, "data.user"),
                "format": None if invitation.format is None else invitation.format.upper(),
                "sent_at": None if sent is None else instant(sent, "data.delivered_at"),
                "expires_at": None if expires is None else instant(expires, "data.expires_at"),
                "delivery_status": invitation.delivery_status if invitation.delivery_status in DELIVERIES else None,
                "clicked": invitation.clicked,
                "motive_category": category,
                "motive_type": kind,
                "subject_source_id": f"user:{invitation.user.id}",
                "as_of": as_of,
            },
            new={"id": store.new_key()},
        )

    async def _person(self, store: Store, user: User, as_of: datetime, department: str | None, path: str) -> UUID:
        try:
            return await self._people.put(store, person(user, as_of, department, path, store.set_aside))
        except Refused as refused:
            place = refused.path if refused.path.startswith(path) else ".".join((path, refused.path)).rstrip(".")
            raise Refused(refused.code, place) from None

    async def _organisation(self, store: Store, rdv: Rdv, organisation: Organisation | None, as_of: datetime) -> UUID:
        key = {"source": NAME, "source_id": f"organisation:{rdv.organisation.id}"}
        row = await store.row(tables.organisation, **key)
        if row is None or row["as_of"] <= as_of:
            values: dict[str, Any] = {
                "name": rdv.organisation.name,
                "siret": organisation.siret if organisation else None,
                "type": organisation.type if organisation else None,
                "department": rdv.organisation.department_number,
                "structure_id": organisation.structure if organisation else None,
                "sensitivity": _revealed(organisation, rdv.organisation.name),
                "as_of": as_of,
            }
            await store.put(tables.organisation, key, values, new={"id": store.new_key()})
            row = await store.row(tables.organisation, **key)
        assert row is not None
        return UUID(str(row["id"]))

    async def _remove(self, store: Store, table: Table, rows: Sequence[Row]) -> None:
        """Remove these items, their links, and the persons that no other item holds."""
        for row in rows:
            await store.link(NAME, row["source_id"], ())
            await store.delete(table, id=row["id"])
        for subject in {row["subject_source_id"] for row in rows}:
            subject_key = {"source": NAME, "subject_source_id": subject}
            if not (
                await store.all(tables.appointment, **subject_key) or await store.all(tables.invitation, **subject_key)
            ):
                await self._people.remove(store, NAME, subject)


def _short_name(category: MotiveCategory | None) -> str | None:
    return None if category is None else category.short_name


def _revealed(organisation: Organisation | None, name: str | None) -> str | None:
    """Return what naming an organisation would reveal; for an undeclared one, what its name reveals, else UNKNOWN."""
    return sensitivity(organisation.sensitive, name) if organisation else category_of_name(name) or UNKNOWN


def _participations(rdv: Rdv) -> list[tuple[str, Participation]]:
    """Return each participation with its place in the payload; users without participations get the rdv's status."""
    if rdv.participations:
        return [(f"data.participations[{n}].user", participation) for n, participation in enumerate(rdv.participations)]
    return [(f"data.users[{n}]", Participation(user, rdv.status, rdv.created_by)) for n, user in enumerate(rdv.users)]


def _own_item(
    person_id: UUID, siret: str | None, as_of: datetime, starts_at: datetime, participation: Participation
) -> list[Link]:
    """The link of a known organisation to a person whom it gives a rendez-vous: to the end of its day, unless cancelled
    (`schema/policies/relations.toml`, OWN_ITEM)."""
    if siret is None or participation.status == "revoked":
        return []
    return [Link(person_id, Fact.OWN_ITEM, siret, day_of(as_of), day_of(starts_at))]
