"""The two lists of accesses: those that the person has, and those that the data-protection officer searches.

Each applies the residual as every other subgraph does (docs/policy.md#rule-3): only accesses whose facts open the row,
and of them only the fields that it opens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
"""Most accesses of one page."""
USUAL = 20
"""Accesses of a page of which `first` is null: the default that the schema says."""
TYPE, SELF, OWN = "AccessEntry", int(Fact.SELF), int(Fact.OWN_ITEM)


class Cursors(Protocol):
    """Cursors of one request: sealed for its actor and purpose."""

    def seal(self, place: bytes, sort: Any, identifier: Any) -> str:
        """The cursor of a row."""
        ...

    def open(self, place: bytes, cursor: Any) -> tuple[Any, str]:
        """Sort value and id; raises an error whose `code` is FORBIDDEN_INPUT."""
        ...


class BadFirst(Exception):
    """`first` is out of its bounds."""

    code = "BAD_FIRST"


SubjectAccesses = Sequence[tuple[Access, str, int]]
"""Accesses, with the subject and the facts of each."""


class AccessLists:
    """Lists over the journal, as connections of GraphQL."""

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

    async def mine(self, context: Context, first: int | None, after: str | None) -> dict[str, Any]:
        """What was told of the person who asks, and it may see by now; nothing for whoever is nobody's self."""

        async def found(place: Place, most: int) -> SubjectAccesses:
            own = link_key(Fact.SELF, "")
            who = next((scope[len(own) :] for scope in context.scopes if scope.startswith(own)), None)
            name = await self._keyring.find(who) if who is not None and _opens(context, SELF) else None
            if who is None or name is None:
                return []
            wanted = Criteria(pseudonym=name, seen_at=datetime.fromtimestamp(context.now, UTC))
            return [(access, who, SELF) for access in await self._view.accesses(wanted, place, most)]

        return await self._page(b"Query.myAccessJournal", context, first, after, found)

    async def searched(
        self, context: Context, first: int | None, after: str | None, given: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What was told by the actor's organisation; of a person whom it is tied to, by all of them. Of an access that
        is searched without a person, the subject is the agent: no pseudonym can be read back."""
        wanted, who = criteria(given, self._words.purposes), person(given)

        async def found(place: Place, most: int) -> SubjectAccesses:
            facts = await self._perimeter.facts(context, who) if who is not None else 0
            name = await self._keyring.find(who) if who is not None else None
            organisation, all_of_them = context.organisation, _opens(context, facts)
            own = organisation is not None and _opens(context, facts | OWN)
            if (who is not None and name is None) or not (own or all_of_them):
                return []
            within = None if all_of_them else organisation
            accesses = await self._view.accesses(replace(wanted, pseudonym=name, within=within), place, most)
            return [
                (access, who or access.actor, facts | (OWN if own and access.organisation == organisation else 0))
                for access in accesses
            ]

        return await self._page(b"Query.accessJournal", context, first, after, found)

    async def _page(
        self,
        name: bytes,
        context: Context,
        first: int | None,
        after: str | None,
        found: Callable[[Place, int], Any],
    ) -> dict[str, Any]:
        first = USUAL if first is None else first
        if not 1 <= first <= LARGEST:
            raise BadFirst
        cursors = self._cursors(context)
        rows: SubjectAccesses = await found(NEWEST if after is None else _place(*cursors.open(name, after)), first + 1)
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
            "at": _told(access.place.at),
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
            "visibleFrom": _told(access.visible_from),
        }
        rules = context.residual.fields
        opened = {name: value for name, value in values.items() if _holds(rules.get(f"{TYPE}.{name}"), facts)}
        return {**opened, "_access": [subject, facts]}


def _holds(rule: Rule | None, facts: int) -> bool:
    return rule is not None and holds(rule.read, facts)


def _opens(context: Context, facts: int) -> bool:
    """Whether an access of these facts exists for the actor."""
    return _holds(context.residual.rows.get(TYPE), facts)


def _told(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at is not None else None


def _sealed(place: Place) -> tuple[str, str]:
    return place.at.isoformat(), f"{place.stream}:{place.seq}:{place.rank}"


def _place(at: str, identifier: str) -> Place:
    stream, seq, rank = identifier.split(":")
    return Place(datetime.fromisoformat(at), UUID(stream), int(seq), int(rank))
