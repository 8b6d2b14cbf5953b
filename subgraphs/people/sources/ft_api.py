"""The API of France Travail, in two steps: a search by number gives a user's token, under which five others answer.

The token of the account is that of its client (OAuth2, realm `/agent`); France Travail keeps which agent asks, which is
`BATCH` for a program. The user's token lives for minutes, and is neither stored nor told. Upstream: the pages of
francetravail.io on Proxyproconnect, rdv-insertion `build_user_authenticated_headers.rb`, les-emplois
`itou/utils/apis/pole_emploi.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from schema.confidential import Confidential
from subgraphs.kit.ingest.api import ApiRefused, Calls, Reading
from subgraphs.kit.ingest.asking import AskedApi
from subgraphs.people import asking_turns
from subgraphs.people.sources.france_travail import NAME
from subgraphs.people.sources.ft_answers import (
    MATCHED,
    NONE,
    OTHER_PERSON,
    Administrative,
    Answers,
    Contract,
    Diagnosis,
    Orientation,
    Rqth,
    Search,
    followed,
)

REFUSALS = frozenset({400, 403, 404})
"""Statuses with which the search says that it can't answer about this user."""
AGENT = {"pa-identifiant-agent": "BATCH", "pa-nom-agent": "hub-spie", "pa-prenom-agent": "hub-spie"}


class Client(Confidential, frozen=True, forbid_unknown_fields=True):
    """The account's client at France Travail; `scope` is the list that France Travail opened to it."""

    client_id: str
    client_secret: str
    scope: str


class FranceTravailApi(AskedApi):
    """Reads what France Travail says of the people of a département who have a number there."""

    source = NAME
    address = "https://api.francetravail.io/partenaire"
    login_address = "https://proxyproconnect.francetravail.net"
    credentials = Client

    async def headers(self, calls: Calls, credentials: Client) -> Mapping[str, str]:
        """The token of the client, and the agent who asks."""
        fields = {"grant_type": "client_credentials", **msgspec.structs.asdict(credentials)}
        token = await calls.token("/connexion/oauth2/access_token", {"realm": "/agent"}, fields)
        return {"authorization": f"Bearer {token}", **AGENT}

    async def people(self, calls: Calls, reading: Reading) -> Sequence[Mapping[str, Any]]:
        """People of the département with a number, the longest unasked first."""
        return await calls.stored(
            asking_turns.BY_NUMBER,
            NAME,
            reading.department,
            reading.at,
            reading.at - reading.renew,
            asking_turns.sources(),
            reading.people,
        )

    async def ask(self, calls: Calls, person: Mapping[str, Any], reading: Reading) -> Answers:
        """All answers about a person; a user's token that ends meanwhile is asked for once more."""
        search = await _search(calls, person)
        if search.jeton_usager is None:
            return _answer_about(person, reading.at, search.code_retour)
        try:
            return await _answers(calls, person, reading.at, search)
        except ApiRefused as refused:
            if refused.code != "SYNC_CREDENTIALS":
                raise
        return await _answers(calls, person, reading.at, await _search(calls, person))

    def unanswered(self, person: Mapping[str, Any], reading: Reading) -> Answers:
        """The record of a failure."""
        return _answer_about(person, reading.at, "")


async def _search(calls: Calls, person: Mapping[str, Any]) -> Search:
    """The search for a person, whose user's token is none unless one user was found."""
    body = {"numeroFranceTravail": person["number"]}
    search = await calls.post("/rechercher-usager/v2/usagers/par-numero-francetravail", body, Search, answers=REFUSALS)
    return search if search.code_retour == MATCHED else Search(search.code_retour)


async def _answers(calls: Calls, person: Mapping[str, Any], at: datetime, search: Search) -> Answers:
    user = {"ft-jeton-usager": search.jeton_usager or ""}
    informations = await calls.find("/informations-administratives/v1/usager", Administrative, user)
    if informations is None:
        return _answer_about(person, at, NONE)
    if not informations.is_about(person["number"], person["birth_date"]):
        return _answer_about(person, at, OTHER_PERSON)
    orientations = await calls.find("/orientationusager/v1/lectureOrientation", list[Orientation], user)
    diagnosis = None
    if followed(orientations):
        diagnosis = await calls.find("/diagnosticargumente/v4/dossiers", Diagnosis, user)
    return _answer_about(
        person,
        at,
        search.code_retour,
        certifiee=search.top_identite_certifiee == "O",
        informations=informations,
        contrat=await calls.find("/contrat-usager/v2/contrat", Contract, user),
        rqth=await calls.find("/donnees-rqth/v1/rqth", Rqth, user),
        orientations=orientations,
        diagnostic=diagnosis,
    )


def _answer_about(person: Mapping[str, Any], at: datetime, code: str, **answers: Any) -> Answers:
    return Answers(
        numero=person["number"],
        date_naissance=person["birth_date"],
        lu_le=at.isoformat(),
        recherche=code,
        personne=person["person_id"],
        **answers,
    )
