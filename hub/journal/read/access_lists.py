"""The two lists of accesses: a person's own, and the data-protection officer's search.

Both apply the residual like every other subgraph (docs/policy.md#rule-3): only accesses whose facts open the row,
and of them only the fields that it opens.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from hub.journal.read.data_labels import DataLabels
from hub.journal.read.journal_reader import JournalReader
from hub.journal.read.perimeter import Perimeter
from hub.journal.read.search import NEWEST, Access, Criteria, Place
from hub.journal.read.search_criteria import criteria, person
from hub.journal.write.keyring import Keyring
from schema.context import Context
from schema.facts import Fact, link_key
from schema.residual import Rule, holds

LARGEST = 100
"""Largest `first`."""
USUAL = 20
"""Accesses of a page whose `first` is null: the default of the schema."""
TYPE, SELF, OWN = "AccessEntry", int(Fact.SELF), int(Fact.OWN_ITEM)


class Cursors(Protocol):
    """Cursors of one request, sealed for its actor and purpose."""

    def seal(self, place: bytes, sort: Any, identifier: Any) -> str:
        """The cursor of a row."""
        ...

    def open(self, place: bytes, cursor: Any) -> tuple[Any, str]:
        """The sort value and id of a cursor; raises an error whose `code` is FORBIDDEN_INPUT."""
        ...


class BadFirst(Exception):
    """`first` is out of its bounds."""

    code = "BAD_FIRST"


SubjectAccesses = Sequence[tuple[Access, str, int]]
"""Accesses with their subject and facts."""


class AccessLists:
    """Reads the two lists as GraphQL connections."""

    def __init__(
        self,
        view: JournalReader,
        keyring: Keyring,
        perimeter: Perimeter,
        words: DataLabels,
        cursors: Callable[[Context], Cursors],
    ) -> None:
        self._view, self._keyring, self._perimeter = view, keyring, perimeter
        self._words, self._cursors = words, cursors

    async def own_accesses(self, context: Context, first: int | None, after: str | None) -> dict[str, Any]:
        """Accesses to the data of the person who asks, which it may see by now; empty for another actor."""

        prefix = link_key(Fact.SELF, "")
        person = next((scope[len(prefix) :] for scope in context.scopes if scope.startswith(prefix)), None)

        async def fetch(place: Place, limit: int) -> SubjectAccesses:
            if person is None or not _opens(context, SELF):
                return []

            async def read(_: int, people: Sequence[str]) -> SubjectAccesses:
                pseudonyms = await self._pseudonyms(people)
                if not pseudonyms:
                    return []
                own = Criteria(pseudonyms=pseudonyms, seen_at=datetime.fromtimestamp(context.now, UTC))
                return [(access, person, SELF) for access in await self._view.accesses(own, place, limit)]

            return await self._under_rights(context, person, read)

        return await self._page(b"Query.myAccessJournal", context, first, after, fetch)

    async def search(
        self, context: Context, first: int | None, after: str | None, arguments: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Accesses by the actor's organisation, or by all organisations to a person to whom the actor is linked.
        Without a person in the search the subject is the agent, because pseudonyms cannot be reversed. The person of
        the search is judged even if no access is found (docs/policy.md#rule-13)."""
        search_criteria, person_id = criteria(arguments, self._words.purposes), person(arguments)
        judged: list[dict[str, Any]] = []

        async def fetch(place: Place, limit: int) -> SubjectAccesses:
            async def read(facts: int, people: Sequence[str]) -> SubjectAccesses:
                judged.clear()
                pseudonyms = await self._pseudonyms(people)
                organisation, all_of_them = context.organisation, _opens(context, facts)
                own = organisation is not None and _opens(context, facts | OWN)
                if person_id is not None and (facts or pseudonyms) and (own or all_of_them):
                    judged.append({"_access": [person_id, facts | (OWN if own else 0)]})
                if (person_id is not None and not pseudonyms) or not (own or all_of_them):
                    return []
                within = None if all_of_them else organisation
                accesses = await self._view.accesses(
                    replace(search_criteria, pseudonyms=pseudonyms or None, within=within), place, limit
                )
                return [
                    (
                        access,
                        person_id or access.actor,
                        facts | (OWN if own and access.organisation == organisation else 0),
                    )
                    for access in accesses
                ]

            return await self._under_rights(context, person_id, read)

        return {**await self._page(b"Query.accessJournal", context, first, after, fetch), "_judged": judged}

    async def _under_rights(
        self,
        context: Context,
        person: str | None,
        read: Callable[[int, Sequence[str]], Awaitable[SubjectAccesses]],
    ) -> SubjectAccesses:
        """What is read with the facts of a person and the ids that it was served by, which are the same afterwards: the
        rights of before open no access of after."""
        rights = await self._rights(context, person)
        while True:
            accesses = await read(*rights)
            before, rights = rights, await self._rights(context, person)
            if rights == before:
                return accesses

    async def _rights(self, context: Context, person: str | None) -> tuple[int, Sequence[str]]:
        if person is None:
            return 0, ()
        return await self._perimeter.facts(context, person), await self._perimeter.people(context, person)

    async def _pseudonyms(self, people: Sequence[str]) -> tuple[str, ...]:
        """The pseudonyms of people who have a key."""
        pseudonyms = [await self._keyring.find(person) for person in people]
        return tuple(pseudonym for pseudonym in pseudonyms if pseudonym is not None)

    async def _page(
        self,
        name: bytes,
        context: Context,
        first: int | None,
        after: str | None,
        fetch: Callable[[Place, int], Any],
    ) -> dict[str, Any]:
        first = USUAL if first is None else first
        if not 1 <= first <= LARGEST:
            raise BadFirst
        cursors = self._cursors(context)
        rows: SubjectAccesses = await fetch(NEWEST if after is None else _place(*cursors.open(name, after)), first + 1)
        nodes = [self._node(*row, context) for row in rows[:first]]
        sealed = [cursors.seal(name, *_sealed(access.place)) for access, _, _ in rows[:first]]
        return {
            "nodes": nodes,
            "edges": [{"cursor": cursor, "node": node} for cursor, node in zip(sealed, nodes, strict=True)],
            "pageInfo": {
                "hasNextPage": len(rows) > first,
                "hasPreviousPage": after is not None,
                "startCursor": sealed[0] if sealed else None,
                "endCursor": sealed[-1] if sealed else None,
            },
        }

    def _node(self, access: Access, subject: str, facts: int, context: Context) -> dict[str, Any]:
        values = {
            "at": _text_of_instant(access.place.at),
            "actorKind": access.actor_kind,
            "actorLabel": self._words.kinds.get(access.actor_kind),
            "organisation": access.organisation,
            "organisationName": self._words.organisations.get(access.organisation or ""),
            "application": self._words.applications.get(access.client),
            "purpose": access.purpose,
            "purposeLabel": self._words.purposes.get(access.purpose),
            "data": self._words.data(access.coordinates, access.masked),
            "actor": None if access.actor.startswith("person:") else access.actor,
            "client": access.client or None,
            "reference": access.reference,
            "operation": access.operation_name,
            "trace": access.trace,
            "people": access.people,
            "visibleFrom": _text_of_instant(access.visible_from),
        }
        rules = context.residual.fields
        opened = {name: value for name, value in values.items() if _allows(rules.get(f"{TYPE}.{name}"), facts)}
        return {**opened, "_access": [subject, facts]}


def _allows(rule: Rule | None, facts: int) -> bool:
    return rule is not None and holds(rule.read, facts)


def _opens(context: Context, facts: int) -> bool:
    """Whether the residual lets the actor see an access of these facts."""
    return _allows(context.residual.rows.get(TYPE), facts)


def _text_of_instant(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at is not None else None


def _sealed(place: Place) -> tuple[str, str]:
    return place.at.isoformat(), f"{place.stream}:{place.seq}:{place.rank}"


def _place(at: str, identifier: str) -> Place:
    stream, seq, rank = identifier.split(":")
    return Place(datetime.fromisoformat(at), UUID(stream), int(seq), int(rank))
