"""API Particulier v3: the RSA of one person by its pivot identity, under a token and the SIRET of who asks.

The identity is part of the address, since this API takes it nowhere else: addresses are never logged (`hub.sync`). A
person of whom the hub doesn't hold all that identifies it there is not asked about. Upstream: etalab/siade
`revenu_solidarite_active_with_civility`, les-emplois `itou/utils/apis/api_particulier.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec

from schema.confidential import Confidential
from subgraphs.kit.ingest.api import ApiRefused, Calls, Reading
from subgraphs.kit.ingest.asking import AskedApi
from subgraphs.people import asking_turns
from subgraphs.people.birth_places import FRANCE
from subgraphs.people.sources.api_particulier import FAILED, INCOMPLETE, NAME, Rsa, RsaAnswer

PATH = "/v3/dss/revenu_solidarite_active/identite"
WITHOUT_FILE = frozenset({404, 422})
SEXES = {"MADAME": "F", "MONSIEUR": "M"}


class Token(Confidential, frozen=True, forbid_unknown_fields=True):
    """The token that API Particulier gave, and the SIRET of the administration that asks."""

    token: str
    recipient: Annotated[str, msgspec.Meta(pattern=r"^\d{14}$")]


class Error(Confidential, frozen=True):
    """One error, by its code."""

    code: str


class Answered(Confidential, frozen=True):
    """What the API answers: data, or why there are none."""

    data: Rsa | None = None
    errors: list[Error] | None = None


class ApiParticulierApi(AskedApi):
    """Reads whether people of a département of whom a source knows a file of RSA are beneficiaries today."""

    source = NAME
    address = "https://particulier.api.gouv.fr"
    credentials = Token

    async def headers(self, calls: Calls, credentials: Token) -> Mapping[str, str]:
        """The token."""
        return {"authorization": f"Bearer {credentials.token}"}

    def parameters(self, credentials: Token) -> Mapping[str, str]:
        """Who asks."""
        return {"recipient": credentials.recipient}

    async def people(self, calls: Calls, reading: Reading) -> Sequence[Mapping[str, Any]]:
        """People of the département with a file of RSA, the longest unasked first."""
        return await calls.stored(
            asking_turns.BY_IDENTITY, NAME, reading.department, reading.at, reading.at - reading.renew, reading.people
        )

    async def ask(self, calls: Calls, person: Mapping[str, Any], reading: Reading) -> RsaAnswer:
        """The RSA of a person, or the code of the first error."""
        identity = _identity(person)
        if identity is None:
            return _record(person, reading, erreur=INCOMPLETE)
        answered = await calls.get(PATH, identity, Answered, answers=WITHOUT_FILE)
        if answered.data is not None:
            return _record(person, reading, rsa=answered.data)
        if not answered.errors:
            raise ApiRefused("SYNC_MALFORMED", "neither data nor errors")
        return _record(person, reading, erreur=answered.errors[0].code)

    def unanswered(self, person: Mapping[str, Any], reading: Reading) -> RsaAnswer:
        """The record of a failure."""
        return _record(person, reading, erreur=FAILED)


def _identity(person: Mapping[str, Any]) -> dict[str, str | Sequence[str]] | None:
    """The parameters of the pivot identity; None unless all that finds a person is known."""
    born_in_france = person["birth_country_code"] == FRANCE
    name, sex = person["birth_name"] or person["last_name"], SEXES.get(person["civility"])
    needed = (name, person["first_name"], person["birth_date"], sex, person["birth_country_code"])
    if None in needed or (born_in_france and person["birth_city_code"] is None):
        return None
    born = person["birth_date"]
    place = {"codeCogInseeCommuneNaissance": person["birth_city_code"]} if born_in_france else {}
    return {
        "nomNaissance": name.upper(),
        "prenoms[]": person["first_name"].upper().split(),
        "anneeDateNaissance": str(born.year),
        "moisDateNaissance": str(born.month),
        "jourDateNaissance": str(born.day),
        "sexeEtatCivil": str(sex),
        "codeCogInseePaysNaissance": person["birth_country_code"],
        **place,
    }


def _record(person: Mapping[str, Any], reading: Reading, **answer: Any) -> RsaAnswer:
    return RsaAnswer(
        personne=person["person_id"],
        lu_le=reading.at.isoformat(),
        prenoms=person["first_name"],
        date_naissance=person["birth_date"],
        departement=person["department"],
        nom_naissance=person["birth_name"],
        nom_usage=person["last_name"],
        lieu_naissance=person["birth_city_code"] or person["birth_country_code"],
        **answer,
    )
