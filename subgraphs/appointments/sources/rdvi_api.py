"""The API v1 of RDV-Insertion: the users of each organisation of a département, 25 to a page.

An agent logs in at RDV-Solidarités by e-mail and password; the three headers of the answer authenticate for 24 hours
(upstream: rdv-insertion `docs/api/description`). An account that sees fewer keys of a user gets no such key at all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from functools import partial

import msgspec

from schema.confidential import Confidential
from subgraphs.appointments.sources.rdvi_values import NAME
from subgraphs.kit.ingest.api import Api, ApiRefused, Calls, Document, Reading
from subgraphs.kit.ingest.listing import Listing, Page, as_document

PROOF = ("access-token", "client", "uid")
USERS = ".users.json"
"""How the name of a page of users ends."""


class Agent(Confidential, frozen=True, forbid_unknown_fields=True):
    """The account of an agent at RDV-Solidarités."""

    email: str
    password: str


class OrganisationKey(Confidential, frozen=True):
    """An organisation, by its key in addresses."""

    rdv_solidarites_organisation_id: int


class Department(Confidential, frozen=True):
    """A département with the organisations that the agent may see."""

    organisations: list[OrganisationKey]


class DepartmentAnswer(Confidential, frozen=True):
    """The answer about a département."""

    department: Department


class Pagination(Confidential, frozen=True):
    """Where a page stands."""

    next_page: int | None
    total_pages: int


class UsersAnswer(Confidential, frozen=True):
    """A page of users."""

    users: list[msgspec.Raw]
    pagination: Pagination


class RdvInsertionApi(Api):
    """Reads the users of all organisations of the account's département."""

    source = NAME
    address = "https://www.rdv-insertion.fr"
    login_address = "https://www.rdv-solidarites.fr"
    credentials = Agent

    async def headers(self, calls: Calls, credentials: Agent) -> Mapping[str, str]:
        """The three headers of a log-in."""
        answered = await calls.log_in(
            "/api/v1/auth/sign_in", {"email": credentials.email, "password": credentials.password}
        )
        if any(name not in answered for name in PROOF):
            raise ApiRefused("SYNC_MALFORMED")
        return {name: answered[name] for name in PROOF}

    async def read(self, calls: Calls, reading: Reading) -> AsyncIterator[Document]:
        """Give the users of one organisation after another; a user who is no longer listed is left alone, since
        organisations hand people on."""
        if reading.department is None:
            raise ApiRefused("SYNC_DEPARTMENT_MISSING")
        answer = await calls.get(f"/api/v1/departments/{reading.department}", {}, DepartmentAnswer)
        for organisation in answer.department.organisations:
            key = organisation.rdv_solidarites_organisation_id
            number = 0
            async for records in Listing().changes(partial(_page, calls, key)):
                number += 1
                yield Document(f"{key}-{number:05}{USERS}", as_document("users", records))


async def _page(calls: Calls, organisation: int, number: int) -> Page:
    answer = await calls.get(f"/api/v1/organisations/{organisation}/users", {"page": str(number)}, UsersAnswer)
    return Page(answer.users, answer.pagination.next_page is None)
