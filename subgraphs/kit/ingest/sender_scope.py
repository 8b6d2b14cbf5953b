"""What whoever sent a record may speak of: its organisations, and the people of its département (decision 0098).

Every live path has one: notifications, events, readings of an API, and the retry of what each of them refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from schema.facts import Fact
from subgraphs.kit import access
from subgraphs.kit.ingest.ingestion_report import Refused

if TYPE_CHECKING:
    from subgraphs.kit.ingest.row_store import Store

_PLACES = (int(Fact.TERRITORY), int(Fact.DEPARTMENT_BRSA))
"""Relations whose scope is a département."""


@dataclass(frozen=True, slots=True, repr=False)
class SenderScope:
    """SIRETs and département of whoever sent; None where it speaks for all of them, as an operator's files do."""

    organisations: frozenset[str] | None = None
    department: str | None = None

    @property
    def is_bounded(self) -> bool:
        """Whether there is anything that the sender may not speak of."""
        return self.organisations is not None or self.department is not None

    def require_party(self, *organisations: str | None) -> None:
        """Raise Refused (ITEM_OF_OTHER) if the sender speaks for none of an item's organisations: it would open a
        person to them, or take away what is theirs."""
        if self.organisations is not None and self.organisations.isdisjoint(organisations):
            raise Refused("ITEM_OF_OTHER")

    def require_party_of(self, row: Mapping[str, Any] | None) -> None:
        """As `require_party`, of the item as it is stored, if it is."""
        if row is not None:
            self.require_party(row["organisation_siret"], row["recorded_by"])

    def require_department(self, department: str | None, path: str) -> None:
        """Raise Refused (DEPARTMENT_OF_OTHER) if an item names another département than the sender's."""
        if None not in (self.department, department) and department != self.department:
            raise Refused("DEPARTMENT_OF_OTHER", path)

    def require_one_of(self, departments: Iterable[str], code: str) -> None:
        """Raise Refused (`code`) if these are départements in which somebody is known, and not the sender's."""
        departments_of_person = set(departments)
        if self.department is not None and departments_of_person and self.department not in departments_of_person:
            raise Refused(code)


EVERYTHING = SenderScope()
"""The scope of files that an operator gives."""


async def departments_of(store: Store, people: Iterable[UUID]) -> set[str]:
    """The départements where these people live, or that pay their RSA, as links have it."""
    people = list(people)
    places = [(access.person, {"person_id": person_id}) for person_id in people]
    links = [(access.link, {"origin": access.HUB, "origin_id": str(person_id)}) for person_id in people]
    await store.prefetch(*places, *links)
    lived = [row["department"] for table, key in places for row in await store.all(table, **key)]
    linked = [
        row["scope_id"] for table, key in links for row in await store.all(table, **key) if row["relation"] in _PLACES
    ]
    return {department for department in (*lived, *linked) if department is not None}


async def require_known_person(store: Store, person_id: UUID) -> None:
    """Raise Refused (PERSON_OF_OTHER) if the person is known, and in other départements than the sender's alone.

    This is for roles that may not read `people`; `People.require_in_scope` knows more.
    """
    if store.scope.department is not None:
        merged = await store.row(access.merged, person_id=person_id)
        survivor = person_id if merged is None else UUID(str(merged["survivor_id"]))
        store.scope.require_one_of(await departments_of(store, {survivor}), "PERSON_OF_OTHER")
